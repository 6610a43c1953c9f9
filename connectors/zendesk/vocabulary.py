"""Zendesk's words and ours: statuses, channels, and who or what acted."""

from typing import Literal, TypeAlias

import msgspec

from connectors import Channel, Context, StatusCategory

STATUS: dict[str, StatusCategory] = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "hold",
    "solved": "solved",
    "closed": "closed",
    "deleted": "deleted",
}
UNSOLVED = frozenset({"new", "open", "pending", "hold"})
Priority = Literal["low", "normal", "high", "urgent"]
PRIORITY: dict[str, Priority] = {"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"}
TicketType = Literal["question", "incident", "problem", "task"]
TYPE: dict[str, TicketType] = {
    "question": "question",
    "incident": "incident",
    "problem": "problem",
    "task": "task",
}

# Tickets and comments name a channel in a word, event exports in a label for people.
CHANNEL: dict[str, Channel] = {
    "email": "email",
    "mail": "email",
    "web": "web",
    "web form": "web",
    "web_form": "web",
    "web_widget": "web",
    "web widget": "web",
    "mobile": "web",
    "mobile_sdk": "web",
    "mobile sdk": "web",
    "help_center": "portal",
    "help_center_post": "portal",
    "help center post": "portal",
    "forum": "portal",
    "forum_topic": "portal",
    "topic": "portal",
    "chat": "chat",
    "live_chat": "chat",
    "chat_transcript": "chat",
    "chat_offline_message": "chat",
    "native_messaging": "messaging",
    "messaging": "messaging",
    "answer_bot": "messaging",
    "answer bot": "messaging",
    "answer_bot_for_web_widget": "messaging",
    "whatsapp": "messaging",
    "line": "messaging",
    "telegram": "messaging",
    "viber": "messaging",
    "wechat": "messaging",
    "kakaotalk": "messaging",
    "apple_business_chat": "messaging",
    "facebook_messenger": "messaging",
    "facebook_messaging": "messaging",
    "instagram_dm": "messaging",
    "twitter_direct_message": "messaging",
    "sunshine_conversations_api": "messaging",
    "sunshine_conversations_facebook_messenger": "messaging",
    "voice": "phone",
    "phone": "phone",
    "phone call (inbound)": "phone",
    "phone call (outbound)": "phone",
    "voicemail": "voicemail",
    "sms": "sms",
    "text": "sms",
    "facebook": "social",
    "facebook_post": "social",
    "facebook_message": "social",
    "twitter": "social",
    "twitter_dm": "social",
    "twitter_favorite": "social",
    "any_channel": "social",
    "api": "api",
    "web service": "api",
    "web_service": "api",
    "side_conversation": "other",
    "sample_ticket": "other",
    "import": "other",
    "rule": "other",
    "system": "other",
    "ticket merge": "other",
    "closed ticket": "other",
    "batch": "other",
    "linked problem": "other",
}
AUTOMATION = frozenset(
    {
        "rule",
        "rule revision",
        "trigger",
        "automation",
        "admin setting",
        "group deletion",
        "group_delete",
        "user deletion",
        "user_delete",
        "automatic solution suggestions",
    }
)
BOTS = frozenset({"answer_bot", "answer bot", "answer_bot_for_web_widget", "ai_agent", "ai agent"})
MERGE = frozenset({"merge", "ticket merge"})
SYSTEM_USER = -1


class Link(msgspec.Struct, omit_defaults=True, gc=False):
    """One end of a channel; of addresses and names nothing is read."""

    ticket_id: int | str | None = None


class Source(msgspec.Struct, omit_defaults=True, gc=False):
    origin: Link | None = msgspec.field(name="from", default=None)
    to: Link | None = None
    rel: str | None = None


class Via(msgspec.Struct, omit_defaults=True, gc=False):
    """Where something came from, as tickets and comments tell it; exports of changes have a label instead."""

    channel: str | int | None = None
    source: Source | None = None


AnyVia: TypeAlias = Via | str | int | None


def way(via: AnyVia) -> str:
    """The channel, lower case; empty where none is told."""
    name = via.channel if isinstance(via, Via) else via
    return name.lower() if isinstance(name, str) else ""


def relation(via: AnyVia) -> str:
    """What kind of thing it came from: voicemail, merge, follow_up, trigger."""
    return (via.source.rel or "") if isinstance(via, Via) and via.source is not None else ""


def linked_ticket(via: AnyVia) -> str | None:
    """The other ticket that is named."""
    if not isinstance(via, Via) or via.source is None:
        return None
    ends = (via.source.to, via.source.origin)
    return next((str(end.ticket_id) for end in ends if end is not None and end.ticket_id is not None), None)


def channel_of(via: AnyVia, ctx: Context, *, is_messaging: bool = False) -> Channel:
    """Our channel for a ``via``; one that nobody knows is ``other`` and said once."""
    name = way(via)
    if name == "voice" and relation(via) == "voicemail":
        return "voicemail"
    found = CHANNEL.get(name)
    if found is None or found == "other":
        if is_messaging:
            return "messaging"
        if found is None and name:
            ctx.warn("channel", name)
    return found or "other"


def category_of(status: str, custom_status_id: int | None, ctx: Context) -> StatusCategory:
    """Our category of a status; a status that nobody knows takes that of its custom status, else ``other``."""
    found = STATUS.get(status) or STATUS.get(ctx.lookups.get("custom_statuses", {}).get(str(custom_status_id), ""))
    if found is None:
        ctx.warn("status", status)
    return found or "other"
