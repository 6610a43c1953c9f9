"""What was said on a ticket: comments, calls, voicemails and chats, as messages."""

from collections.abc import Iterator
from typing import Any, Literal

from connectors import AuthorKind, Channel, Context, Message
from connectors.zendesk.child import Child, Voice
from connectors.zendesk.fields import text_of
from connectors.zendesk.vocabulary import AUTOMATION, BOTS, SYSTEM_USER, AnyVia, channel_of, relation, way

Direction = Literal["in", "out", "internal"]
CHAT_AUTHOR: dict[str, AuthorKind] = {
    "end-user": "customer",
    "agent": "agent",
    "bot": "bot",
    "trigger": "automation",
    "system": "automation",
}


def messages_of(ticket: str, at: int, native: str, child: Child, via: AnyVia, ctx: Context) -> Iterator[Message]:
    """The messages of one conversation event. ``via``: the channel of the whole update, where the child names none."""
    name = child.event_type or child.type
    if name == "VoiceComment":
        yield spoken(ticket, at, native, child, via, ctx)
    elif name in ("ChatStartedEvent", "ChatEndedEvent"):
        yield from chatted(ticket, native, child.value, ctx)
    elif child.comment_present is not False:
        yield written(ticket, at, native, child, via, ctx)


def written(ticket: str, at: int, native: str, child: Child, via: AnyVia, ctx: Context) -> Message:
    """A comment or an internal note; whether a public one came in or went out depends on who its author is."""
    own = via if child.via is None else child.via
    is_public = bool(child.comment_public if child.public is None else child.public)
    kind = author_kind(own, child.author_id)
    is_automated = kind in ("automation", "bot")
    direction: Direction | None = "out" if is_automated else None
    length, body = text_in(child, ctx)
    return Message(
        ticket_id=ticket,
        happened_at=at,
        id=native,
        direction=direction if is_public else "internal",
        author_id=person(child),
        author_kind=kind,
        is_public=is_public,
        is_automated=is_automated,
        # A rule is no channel: what it adds goes the ticket's own way.
        channel=None if kind == "automation" else channel_of(own, ctx),
        body_len=length,
        body=body,
    )


def person(child: Child) -> str | None:
    """The author, unless it is Zendesk itself."""
    return None if child.author_id in (None, SYSTEM_USER) else str(child.author_id)


def author_kind(via: AnyVia, author: int | None) -> AuthorKind:
    """A bot or a rule by the channel, a rule by the author -1; of anybody else the event does not tell."""
    name = way(via)
    if name in BOTS:
        return "bot"
    if name in AUTOMATION or author == SYSTEM_USER:
        return "automation"
    return "unknown"


def text_in(child: Child, ctx: Context) -> tuple[int | None, str | None]:
    """Length and words of a comment without markup, if they came along; of a blanked one the length."""
    text = child.body if child.plain_body is None else child.plain_body
    return (None, None) if text is None else (len(text), None if ctx.is_redacted else text)


def spoken(ticket: str, at: int, native: str, child: Child, via: AnyVia, ctx: Context) -> Message:
    """A call or a recording, which comes in when the recording ends.

    A call that went out and was answered reached the customer, so it is public whatever the comment says; one that
    nobody took is no more than a note.
    """
    own = via if child.via is None else child.via
    call = child.data or Voice()
    is_out = bool(call.outbound) or "outbound" in (relation(own), relation(via)) or "outbound" in way(own)
    has_talk = bool(call.call_duration)
    channel: Channel | None = "phone" if has_talk and call.answered_by_id is not None else "voicemail"
    if is_out:
        channel = "phone" if has_talk else None
    length, body = text_in(child, ctx)
    return Message(
        ticket_id=ticket,
        happened_at=at,
        id=native,
        direction="in" if not is_out else "out" if has_talk else "internal",
        author_id=person(child),
        author_kind=author_kind(own, child.author_id),
        is_public=has_talk or not is_out,
        is_automated=False,
        channel=channel,
        call_id=text_of(call.call_id),
        body_len=length,
        body=body,
    )


def chatted(ticket: str, native: str, value: Any, ctx: Context) -> Iterator[Message]:
    """The lines of a chat, where Zendesk gives its history; their times are in milliseconds."""
    session = value if isinstance(value, dict) else {}
    history = session.get("history")
    for place, line in enumerate(history if isinstance(history, list) else ()):
        if not isinstance(line, dict) or line.get("type") != "ChatMessage" or not line.get("timestamp"):
            continue
        who = str(line.get("actor_type") or "").lower()
        if who not in CHAT_AUTHOR:
            ctx.warn("chat author", who)
        kind = CHAT_AUTHOR.get(who, "unknown")
        text = text_of(line.get("message"))
        yield Message(
            ticket_id=ticket,
            happened_at=int(line["timestamp"]) // 1000,
            id=f"{native}.{line.get('chat_index', place)}",
            direction="in" if kind == "customer" else "out",
            author_id=text_of(line.get("actor_id")),
            author_kind=kind,
            is_public=True,
            is_automated=kind in ("automation", "bot"),
            channel="chat",
            chat_session=text_of(session.get("chat_id")),
            body_len=None if text is None else len(text),
            body=text,
        )
