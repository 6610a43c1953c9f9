"""Slack: posting with a bot token (thread, edit, finding again) or through an incoming webhook (root message only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from core import log
from core.clock import Timing
from core.deliver.outbox import ROOT, Part, Sent
from core.errors import AuthError, ConfigError, NotAllowed, Refused, Unavailable, Unclear
from core.http import Api, Http
from core.http.address import is_loopback
from core.report.message import Block, SlackMessage

EVENT = "deskpulse_report"
REFUSED = "Slack refused the chart block; the message has the chart as text"
AS_TEXT = "Slack refused the blocks; the message went out as text."
# Slack's own words for what went wrong (chat.postMessage, 2026-11), by what helps.
KEY_REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "ekm_access_denied"}
ADVICE = {
    "channel_not_found": "Use the channel's id (C…), and invite the app if the channel is private.",
    "not_in_channel": "Invite the app to the channel, or give it the scope chat:write.public.",
    "is_archived": "The channel is archived: name another one.",
    "restricted_action": "An admin of the workspace has to allow the app to post there.",
    "missing_scope": "Add the scope to the app and install it again.",
    "msg_too_long": "Name fewer metrics in the report.",
}
LATER = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"}
MAYBE_DONE = {"internal_error", "fatal_error"}
NO_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_payload", "invalid_attachments"}
# Slack lists newest first, 100 a page; our own clock may be this much ahead of theirs.
PAGES, SKEW_S = 20, 3600


class Reply(msgspec.Struct):
    """What every method of the Web API answers."""

    ok: bool
    error: str = ""
    needed: str = ""
    ts: str = ""
    channel: str = ""
    upload_url: str = ""
    file_id: str = ""
    messages: list[dict[str, Any]] = []
    message: dict[str, Any] = {}
    team: str = ""
    user: str = ""
    response_metadata: dict[str, Any] = {}


@dataclass(frozen=True)
class SlackPost:
    """The content of one part: text, blocks with the native chart, and the same without it."""

    text: str
    blocks: tuple[Block, ...] = ()
    plain_blocks: tuple[Block, ...] = ()


def parts_of(message: SlackMessage) -> tuple[Part, ...]:
    """The root and its thread as parts, in the order of sending."""
    root = Part(ROOT, SlackPost(message.text, message.blocks, message.plain_blocks))
    thread = (Part(f"thread-{n}", SlackPost(r.text, r.blocks)) for n, r in enumerate(message.thread, 1))
    return (root, *thread)


def _forms(post: SlackPost) -> tuple[tuple[Block, ...], ...]:
    """From the fullest to plain text: what is refused with one of them may pass with the next."""
    forms = [post.blocks]
    forms += [post.plain_blocks] if post.plain_blocks not in ((), post.blocks) else []
    return (*forms, ()) if post.blocks else ((),)


@dataclass
class SlackChannel:
    """A channel reached with a bot token; the picture of a refused chart goes into the thread."""

    api: Api
    channel: str
    message: SlackMessage | None = None
    timing: Timing | None = None

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Posts one part; blocks that Slack refuses become plainer, and the numbers arrive all the same."""
        place: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
        if root:
            place["thread_ts"] = root.remote_ts
        return self._put("chat.postMessage", key, part, place, root)

    def edit(self, key: str, part: Part, at: Sent) -> Sent:
        """Puts a corrected message in place of an earlier one."""
        return self._put("chat.update", key, part, {"ts": at.remote_ts, "channel": at.remote_id}, None)

    def find(self, key: str, part: Part, root: Sent | None, since_at: int) -> Sent | Literal["absent", "unknown"]:
        """Looks for our own mark, or for the very text of the report, among the messages since then."""
        in_thread = part.name != ROOT
        if in_thread and root is None:
            return "absent"
        method = "conversations.replies" if in_thread else "conversations.history"
        asked: dict[str, str | int | bool] = {"channel": self.channel, "limit": 100, "include_all_metadata": True}
        if in_thread and root:
            asked["ts"] = root.remote_ts
        # Without the scope metadata.message:read Slack leaves the marks out and says nothing.
        any_marked = any_unmarked = False
        for _ in range(PAGES):
            reply = self.api.get(method, Reply, params=asked)
            if not reply.ok:
                _decline(method, self.api.name, reply)
            for message in reply.messages:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                is_text = not in_thread and message.get("text") == _post_of(part).text
                if payload.get("key") == key or is_text:
                    return Sent(self.channel, str(message.get("ts", "")))
                any_marked = any_marked or bool(payload)
                is_recent = float(message.get("ts") or 0) >= since_at - SKEW_S
                is_root = root is not None and message.get("ts") == root.remote_ts
                any_unmarked = any_unmarked or (is_recent and "bot_id" in message and not payload and not is_root)
            oldest = float(reply.messages[-1].get("ts") or 0) if reply.messages else 0.0
            asked["cursor"] = str(reply.response_metadata.get("next_cursor") or "")
            if not asked["cursor"] or (not in_thread and oldest < since_at - SKEW_S):
                return "absent" if any_marked or not any_unmarked else "unknown"
        return "unknown"

    def notice(self, text: str) -> None:
        """Posts plain words."""
        self._ask("chat.postMessage", {"channel": self.channel, "blocks": _plain(text), "text": _escaped(text)})

    def check(self) -> str:
        """Asks Slack whose token this is, and whether it may look into the channel."""
        who = self._ask("auth.test", {})
        known = f"Slack knows the token: {who.user} in {who.team}"
        seen = self.api.get("conversations.history", Reply, params={"channel": self.channel, "limit": 1})
        if seen.ok:
            return f"{known}; it may look into {self.channel}"
        if seen.error not in ("missing_scope", "not_in_channel"):
            _decline("conversations.history", self.api.name, seen)
        wish = f"the scope {seen.needed}" if seen.needed else "an invitation to the channel"
        return f"{known}; without {wish} it cannot look whether a message arrived, and an unclear one waits for you"

    def _put(self, method: str, key: str, part: Part, place: Mapping[str, Any], root: Sent | None) -> Sent:
        post = _post_of(part)
        body = {"channel": self.channel, "text": post.text, "metadata": _mark(key), **place}
        forms = _forms(post)
        for number, blocks in enumerate(forms):
            try:
                sent = _placed(self._ask(method, {**body, "blocks": blocks}), root, part)
            except Refused as problem:
                if problem.code not in NO_BLOCKS or number == len(forms) - 1:
                    raise
                continue
            if not number:
                return sent
            note = self._with_picture(sent) if blocks and part.name == ROOT else f"{part.name}: {AS_TEXT}"
            return replace(sent, note=" ".join(filter(None, (sent.note, note))))
        raise AssertionError("the last form is sent or refused")

    def _ask(self, method: str, body: Mapping[str, Any]) -> Reply:
        reply = self.api.post(method, Reply, json=body, retry="never_after_send")
        if not reply.ok:
            _decline(method, self.api.name, reply)
        return reply

    def _with_picture(self, sent: Sent) -> str:
        """Uploads the chart as a picture into the thread; what fails here costs the picture only."""
        png = self.message.chart_png() if self.message and self.message.chart_png else None
        if png is None or self.message is None:
            return f"{REFUSED}."
        try:
            asked = {"filename": "chart.png", "length": str(len(png)), "alt_txt": self.message.chart_alt[:1000]}
            place = self.api.post("files.getUploadURLExternal", Reply, form=asked)
            if not place.ok:
                return f"{REFUSED} ({place.error}: a picture needs the scope files:write)."
            self._upload(place.upload_url, png)
            body = {
                "files": [{"id": place.file_id, "title": self.message.chart_alt[:250] or "chart"}],
                "channel_id": sent.remote_id or self.channel,
                "thread_ts": sent.remote_ts,
            }
            done = self.api.post("files.completeUploadExternal", Reply, json=body, retry="never_after_send")
        except (Unavailable, Unclear, Refused) as problem:
            return f"{REFUSED}; the picture failed: {problem.message}"
        return f"{REFUSED} and as a picture in its thread." if done.ok else f"{REFUSED} ({done.error})."

    def _upload(self, url: str, png: bytes) -> None:
        """Sends the picture where Slack says, without the token: that host is not the Web API's."""
        host = urlsplit(url).hostname or ""
        if not (host == "slack.com" or host.endswith(".slack.com") or is_loopback(host)):
            raise Unavailable(f"{self.api.name}: Slack named {host} for the picture, which is not Slack's.")
        log.register_secret(urlsplit(url).path)  # whoever has the address may write there
        with Api(Http(url), name=self.api.name, timing=self.timing) as bare:
            bare.post("", content=png, content_type="image/png")


@dataclass
class SlackWebhook:
    """An incoming webhook: one message, no thread, no edit, and no way to look whether it arrived."""

    api: Api

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Posts the root message; parts of a thread have no place here."""
        post = _post_of(part)
        if part.name != ROOT:
            return Sent("webhook", "")
        forms = _forms(post)
        for number, blocks in enumerate(forms):
            try:
                self._post(post.text, blocks)
            except Refused as problem:
                if problem.code not in NO_BLOCKS or number == len(forms) - 1:
                    raise
                continue
            plain = f"{REFUSED}." if blocks else AS_TEXT
            return Sent("webhook", "", plain if number else "")
        raise AssertionError("the last form is sent or refused")

    def edit(self, key: str, part: Part, at: Sent) -> Sent:
        """A webhook cannot edit."""
        raise ConfigError(f"{self.api.name}: a webhook cannot edit what it posted")

    def find(self, key: str, part: Part, root: Sent | None, since_at: int) -> Sent | Literal["absent", "unknown"]:
        """A webhook cannot be asked."""
        return "unknown"

    def notice(self, text: str) -> None:
        """Posts plain words."""
        self._post(_escaped(text), _plain(text))

    def check(self) -> str:
        """A webhook can be tried by posting only."""
        return "a webhook cannot be tried without posting; no thread, no edit, no looking whether a message arrived"

    def _post(self, text: str, blocks: Sequence[Block]) -> None:
        answer = self.api.post("", json={"text": text, "blocks": blocks}, retry="never_after_send")
        if answer.strip() != b"ok":
            raise Unclear(f"{self.api.name}: the webhook answered something other than ok. Look into the channel.")


def _post_of(part: Part) -> SlackPost:
    if not isinstance(part.content, SlackPost):
        raise ConfigError("a Slack destination was given something that is no Slack message")
    return part.content


def _plain(text: str) -> list[Block]:
    return [{"type": "section", "text": {"type": "plain_text", "text": text[:2900], "emoji": False}}]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mark(key: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"key": key}}


def _placed(reply: Reply, root: Sent | None, part: Part) -> Sent:
    """Where the message stands; an answer to a deleted root silently becomes a message of its own."""
    note = ""
    if root and reply.message and reply.message.get("thread_ts") != root.remote_ts:
        note = f"{part.name} stands outside the thread: the report's message was deleted. The rest of it was left out."
    return Sent(reply.channel, reply.ts, note, is_stray=bool(note))


def _decline(method: str, name: str, reply: Reply) -> None:
    """Raises what a refusal means: the key, the config, the message, later, or unclear."""
    error = reply.error or "no reason given"
    if error in KEY_REFUSED:
        raise AuthError(f"{name}: Slack refused the token ({error}). Renew it, then: sync.py check {name}")
    if error in LATER:
        raise Unavailable(f"{name}: Slack asks to come back later ({error}).")
    if error in MAYBE_DONE:
        raise Unclear(f"{name}: Slack answered {error} to {method}, which may have been done all the same.")
    advice = ADVICE.get(error, "")
    needed = f" Needed: {reply.needed}." if reply.needed else ""
    if error == "missing_scope":
        raise NotAllowed(f"{name}: {method}: {error}.{needed} {advice}".strip(), 403, error)
    raise Refused(f"{name}: Slack declined {method}: {error}. {advice}".strip(), 200, error)
