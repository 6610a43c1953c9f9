"""What was said on a ticket: comments, calls, voicemails and chats, as messages."""

import html
from collections.abc import Iterator
from typing import Any, Literal

from connectors import AuthorKind, Channel, Context, Message
from connectors.zendesk.fields import text_of
from connectors.zendesk.vocabulary import AUTOMATION, BOTS, SYSTEM_USER, channel_of, relation, way

Direction = Literal["in", "out", "internal"]
CHAT_AUTHOR: dict[str, AuthorKind] = {
    "end-user": "customer",
    "agent": "agent",
    "bot": "bot",
    "trigger": "automation",
    "system": "automation",
}


def messages_of(ticket: str, at: int, native: str, child: dict[str, Any], via: Any, ctx: Context) -> Iterator[Message]:
    """The messages of one conversation event. ``via``: the channel of the whole update, where the child names none."""
    name = child.get("event_type") or child.get("type")
    if name == "VoiceComment":
        yield spoken(ticket, at, native, child, via)
    elif name in ("ChatStartedEvent", "ChatEndedEvent"):
        yield from chatted(ticket, native, child, ctx)
    elif "comment_present" not in child or child["comment_present"]:
        yield written(ticket, at, native, child, via, ctx)


def written(ticket: str, at: int, native: str, child: dict[str, Any], via: Any, ctx: Context) -> Message:
    """A comment or an internal note; whether a public one came in or went out depends on who its author is."""
    own = child.get("via") or via
    is_public = bool(child.get("public", child.get("comment_public")))
    author = child.get("author_id")
    kind = author_kind(own, author)
    body = text_in(child)
    direction: Direction | None = None if is_public else "internal"
    if is_public and kind in ("automation", "bot"):
        direction = "out"
    return Message(
        ticket_id=ticket,
        happened_at=at,
        id=native,
        direction=direction,
        author_id=None if author in (None, SYSTEM_USER) else str(author),
        author_kind=kind,
        is_public=is_public,
        is_automated=kind in ("automation", "bot"),
        # A rule is no channel: what it adds goes the ticket's own way.
        channel=None if kind == "automation" else channel_of(own, ctx),
        body_len=None if body is None else len(body),
        body=body,
    )


def author_kind(via: Any, author: Any) -> AuthorKind:
    """A bot or a rule by the channel, a rule by the author -1; of anybody else the event does not tell."""
    name = way(via)
    if name in BOTS:
        return "bot"
    if name in AUTOMATION or author == SYSTEM_USER:
        return "automation"
    return "unknown"


def text_in(child: dict[str, Any]) -> str | None:
    """The words of a comment without markup, if they came along."""
    for key in ("plain_body", "body"):
        text = child.get(key)
        if isinstance(text, str):
            return html.unescape(text) if key == "plain_body" else text
    return None


def spoken(ticket: str, at: int, native: str, child: dict[str, Any], via: Any) -> Message:
    """A call or a recording. A voicemail comes in when its recording ends; a call that went out and was answered
    reached the customer, so it is public whatever the comment says; one that nobody took is a note."""
    own = child.get("via") or via
    data = child.get("data")
    if not isinstance(data, dict):
        data = {}
    is_out = data.get("outbound") is True or "outbound" in (relation(own), relation(via)) or "outbound" in way(own)
    is_answered = bool(data.get("call_duration")) and (is_out or data.get("answered_by_id") is not None)
    channel: Channel = "phone" if is_answered or is_out else "voicemail"
    author = child.get("author_id")
    body = text_in(child)
    return Message(
        ticket_id=ticket,
        happened_at=at,
        id=native,
        direction="out" if is_out else "in",
        author_id=None if author in (None, SYSTEM_USER) else str(author),
        author_kind=author_kind(own, author),
        is_public=is_answered if is_out else True,
        is_automated=False,
        channel=channel,
        call_id=text_of(data.get("call_id")),
        body_len=None if body is None else len(body),
        body=body,
    )


def chatted(ticket: str, native: str, child: dict[str, Any], ctx: Context) -> Iterator[Message]:
    """The lines of a chat, where Zendesk gives its history; times are in milliseconds."""
    value = child.get("value")
    session = value if isinstance(value, dict) else {}
    for place, line in enumerate(session.get("history") or ()):
        if not isinstance(line, dict) or line.get("type") != "ChatMessage" or not line.get("timestamp"):
            continue
        who = str(line.get("actor_type") or "").lower()
        if who not in CHAT_AUTHOR:
            ctx.warn("chat author", who)
        kind = CHAT_AUTHOR.get(who, "unknown")
        text = line.get("message")
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
            body_len=len(text) if isinstance(text, str) else None,
            body=text if isinstance(text, str) else None,
        )
