"""Slack: posting with a bot token (thread, edit, finding again) or through an incoming webhook (root message only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from core.deliver.outbox import ROOT, Part, Sent
from core.errors import AuthError, ConfigError, NotAllowed, Refused, Unavailable, Unclear
from core.http import Api, Http
from core.http.address import is_loopback
from core.report.message import Block, SlackMessage

EVENT = "deskpulse_report"
CHART = "chart-picture"
# Slack's own words for what went wrong (chat.postMessage, 2026-11), by what helps.
KEY_REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "ekm_access_denied"}
ADVICE = {
    "channel_not_found": "Use the channel's id (C…), and invite the app if the channel is private.",
    "not_in_channel": "Invite the app to the channel, or give it the scope chat:write.public.",
    "is_archived": "The channel is archived: name another one.",
    "restricted_action": "An admin of the workspace has to allow the app to post there.",
    "missing_scope": "Add the scope to the app and install it again.",
}
LATER = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"}
MAYBE_DONE = {"internal_error", "fatal_error"}
NO_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}


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


@dataclass
class SlackChannel:
    """A channel reached with a bot token; the picture of a refused chart goes into the thread."""

    api: Api
    channel: str
    message: SlackMessage | None = None

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Posts one part; a chart that Slack refuses becomes text, and a picture in the thread where allowed."""
        post = _post_of(part)
        try:
            reply = self._post(key, post.text, post.blocks, root)
            return _placed(reply, root, part)
        except Refused as problem:
            if problem.code not in NO_BLOCKS:
                raise
        plain = post.plain_blocks or ()
        sent = _placed(self._post(key, post.text, plain, root), root, part)
        return Sent(sent.remote_id, sent.remote_ts, self._with_picture(sent))

    def find(self, key: str, part: Part, root: Sent | None) -> Sent | Literal["absent", "unknown"]:
        """Looks for our own mark in the channel's latest messages, or in the thread."""
        asked: dict[str, str | int | bool] = {"channel": self.channel, "limit": 100, "include_all_metadata": True}
        method = "conversations.history"
        if part.name != ROOT:
            if root is None:
                return "absent"
            method = "conversations.replies"
            asked["ts"] = root.remote_ts
        reply = self.api.get(method, Reply, params=asked)
        if not reply.ok:
            return "unknown"
        seen_metadata = False
        for message in reply.messages:
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            seen_metadata = seen_metadata or bool(payload)
            if payload.get("key") == key:
                return Sent(self.channel, str(message.get("ts", "")))
        # Without the scope metadata.message:read Slack leaves the marks out and says nothing.
        return "absent" if seen_metadata or not reply.messages else "unknown"

    def notice(self, text: str) -> None:
        """Posts plain words."""
        self._ask("chat.postMessage", {"channel": self.channel, "blocks": _plain(text), "text": _escaped(text)})

    def check(self) -> str:
        """Asks Slack whose token this is."""
        reply = self._ask("auth.test", {})
        return f"Slack knows the token: {reply.user} in {reply.team}"

    def edit(self, key: str, post: SlackPost, at: Sent) -> None:
        """Puts a corrected message in place of an earlier one."""
        body = {"channel": at.remote_id, "ts": at.remote_ts, "text": post.text, "blocks": post.blocks}
        self._ask("chat.update", {**body, "metadata": _mark(key)})

    def _post(self, key: str, text: str, blocks: Sequence[Block], root: Sent | None) -> Reply:
        body: dict[str, Any] = {
            "channel": self.channel,
            "text": text,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": _mark(key),
        }
        if blocks:
            body["blocks"] = blocks
        if root:
            body["thread_ts"] = root.remote_ts
        return self._ask("chat.postMessage", body)

    def _ask(self, method: str, body: Mapping[str, Any]) -> Reply:
        reply = self.api.post(method, Reply, json=body, retry="never_after_send")
        if not reply.ok:
            _decline(method, self.api.name, reply)
        return reply

    def _with_picture(self, sent: Sent) -> str:
        """Uploads the chart as a picture into the thread; what fails here costs the picture only."""
        refused = "Slack refused the chart block; the message has the chart as text"
        png = self.message.chart_png() if self.message and self.message.chart_png else None
        if png is None or self.message is None:
            return f"{refused}."
        try:
            asked = {"filename": "chart.png", "length": str(len(png)), "alt_txt": self.message.chart_alt[:1000]}
            place = self.api.post("files.getUploadURLExternal", Reply, form=asked)
            if not place.ok:
                return f"{refused} ({place.error}: a picture needs the scope files:write)."
            self._upload(place.upload_url, png)
            body = {
                "files": [{"id": place.file_id, "title": self.message.chart_alt[:250] or "chart"}],
                "channel_id": sent.remote_id or self.channel,
                "thread_ts": sent.remote_ts,
            }
            done = self.api.post("files.completeUploadExternal", Reply, json=body, retry="never_after_send")
        except (Unavailable, Unclear, Refused) as problem:
            return f"{refused}; the picture failed: {problem.message}"
        return f"{refused} and as a picture in its thread." if done.ok else f"{refused} ({done.error})."

    def _upload(self, url: str, png: bytes) -> None:
        """Sends the picture where Slack says, without the token: that host is not the Web API's."""
        host = urlsplit(url).hostname or ""
        if not (host == "slack.com" or host.endswith(".slack.com") or is_loopback(host)):
            raise Unavailable(f"{self.api.name}: Slack named {host} for the picture, which is not Slack's.")
        with Api(Http(url), name=self.api.name) as bare:
            bare.post("", content=png, content_type="image/png")


@dataclass
class SlackWebhook:
    """An incoming webhook: one message, no thread, no edit, and no way to look whether it arrived."""

    api: Api

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Posts the root message; parts of a thread have no place here."""
        post = _post_of(part)
        if part.name != ROOT:
            return Sent("webhook", "", "")
        try:
            self._post(post.text, post.blocks)
        except Refused as problem:
            if not any(word in str(problem) for word in ("invalid_blocks", "invalid_payload", "invalid_attachments")):
                raise
            self._post(post.text, post.plain_blocks)
            return Sent("webhook", "", "Slack refused the chart block; the message has the chart as text.")
        return Sent("webhook", "")

    def find(self, key: str, part: Part, root: Sent | None) -> Sent | Literal["absent", "unknown"]:
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
        note = f"{part.name} stands outside the thread: the report's message was deleted."
    return Sent(reply.channel, reply.ts, note)


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
