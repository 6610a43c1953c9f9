"""An imitation Slack workspace: the Web API methods that reports need, and an incoming webhook.

It keeps what was posted, so that a test can say what the channel saw.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from core.sandbox.faults import Page
from core.sandbox.slack_limits import MAX_TEXT, judge
from core.sandbox.web import Reply, Request, Sandbox

BOT_TOKEN, BOT_USER, BOT_ID, TEAM = "xoxb-sandbox", "U0SANDBOX", "B0SANDBOX", "T0SANDBOX"
CHANNEL, WEBHOOK_PATH = "C0123456789", "/services/T0SANDBOX/B0SANDBOX/secret"
FIRST_TS = 1_795_000_000

WEBHOOK_STATUS = {"no_text": 400, "channel_not_found": 404, "no_service": 404}
SCOPES = "chat:write,chat:write.public,files:write,channels:history,metadata.message:read"


class Posted(Struct):
    """A message in a channel; `edits` holds what it said before each change."""

    channel: str
    ts: str
    text: str
    blocks: list[object]
    thread_ts: str | None = None
    metadata: dict[str, object] | None = None
    edits: list[dict[str, object]] = []
    via: str = "chat.postMessage"


class Upload(Struct):
    """A file on its way into a channel."""

    id: str
    filename: str
    length: int
    data: bytes = b""
    channel: str | None = None
    thread_ts: str | None = None
    title: str = ""
    comment: str = ""


class Denied(Exception):
    """An answer with ok=false."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.page: Page = {"ok": False, "error": error, **more}


class SlackSandbox(Sandbox):
    """The workspace; `charts` says whether it knows the data_visualization block."""

    name = "slack"

    def __init__(self, *, token: str = BOT_TOKEN, channels: tuple[str, ...] = (CHANNEL,), charts: bool = True) -> None:
        self.token, self.channels, self.charts = token, set(channels), charts
        self.scopes = SCOPES
        self.messages: list[Posted] = []
        self.files: dict[str, Upload] = {}
        self.errors: dict[str, str] = {}
        super().__init__()

    @property
    def webhook_url(self) -> str:
        """The incoming webhook's secret address."""
        return f"{self.url}{WEBHOOK_PATH}"

    def roots(self, channel: str = CHANNEL) -> list[Posted]:
        """What stands in the channel itself, oldest first."""
        return [message for message in self.messages if message.channel == channel and message.thread_ts is None]

    def replies(self, ts: str) -> list[Posted]:
        """What stands in the thread below a message."""
        return [message for message in self.messages if message.thread_ts == ts]

    def deny(self, method: str, error: str) -> None:
        """From now on the method answers ok=false with this error; an empty error lifts that."""
        self.errors[method] = error

    def control(self, wish: Mapping[str, object]) -> object:
        """Besides the faults: `charts`, and `deny` (method to error)."""
        if "charts" in wish:
            self.charts = bool(wish["charts"])
        self.errors |= msgspec.convert(wish.get("deny", {}), dict[str, str])
        return super().control(wish)

    def handle(self, request: Request) -> Reply:
        """The answer of a method, an upload address or the webhook; `/__messages` tells what was posted."""
        if request.path == "/__messages":
            return Reply(body=msgspec.json.encode(self.messages))
        with self.lock:
            if request.path == WEBHOOK_PATH:
                return self._webhook(request)
            if request.path.startswith("/upload/"):
                return self._receive(request)
            return self._method(request)

    def _method(self, request: Request) -> Reply:
        method = request.path.removeprefix("/api/")
        sent = request.headers.get("authorization", "")
        try:
            if not sent:
                raise Denied("not_authed")
            if sent != f"Bearer {self.token}":
                raise Denied("invalid_auth")
            if error := self.errors.get(method):
                raise Denied(error)
            if method not in METHODS:
                raise Denied("unknown_method", req_method=method)
            page = {"ok": True, **METHODS[method](self, arguments(request))}
        except Denied as denied:
            page = denied.page
        return Reply(page=page, headers={"x-oauth-scopes": self.scopes})

    def channel_of(self, given: Mapping[str, object]) -> str:
        """The channel that is meant, if the workspace has it."""
        channel = str(given.get("channel", ""))
        if channel not in self.channels:
            raise Denied("channel_not_found")
        return channel

    def content_of(self, given: Mapping[str, object]) -> tuple[str, list[object]]:
        """Text and blocks, if Slack would take them."""
        text, blocks = str(given.get("text") or ""), given.get("blocks") or []
        if isinstance(blocks, str):
            blocks = msgspec.json.decode(blocks)
        code, reasons = judge(blocks, charts=self.charts)
        if code:
            raise Denied(code, errors=reasons, response_metadata={"messages": [f"[ERROR] {why}" for why in reasons]})
        if not text and not blocks:
            raise Denied("no_text")
        return text[:MAX_TEXT], blocks if isinstance(blocks, list) else []

    def find(self, channel: str, ts: object) -> Posted | None:
        """The message of that moment."""
        return next((one for one in self.messages if one.channel == channel and one.ts == str(ts)), None)

    def next_ts(self) -> str:
        """The id of the next message."""
        return f"{FIRST_TS + len(self.messages)}.{len(self.messages) * 100 + 19:06d}"

    def shown(self, message: Posted, *, metadata: bool) -> Page:
        """A message as the history lists it."""
        page: Page = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT_ID,
            "ts": message.ts,
            "text": message.text,
            "blocks": message.blocks,
        }
        if message.thread_ts:
            page["thread_ts"] = message.thread_ts
        if metadata and message.metadata:
            page["metadata"] = message.metadata
        return page

    def _webhook(self, request: Request) -> Reply:
        try:
            given = msgspec.json.decode(request.body, type=dict[str, object])
            text, blocks = self.content_of(given)
        except msgspec.DecodeError:
            return Reply(400, b"invalid_payload", content_type="text/html")
        except Denied as denied:
            error = str(denied.page["error"])
            return Reply(WEBHOOK_STATUS.get(error, 400), error.encode(), content_type="text/html")
        self.messages.append(Posted(CHANNEL, self.next_ts(), text, blocks, via="webhook"))
        return Reply(body=b"ok", content_type="text/html")

    def _receive(self, request: Request) -> Reply:
        upload = self.files.get(request.path.removeprefix("/upload/"))
        if upload is None or not request.body:
            return Reply(404, b"not found", content_type="text/plain")
        upload.data = request.body
        return Reply(body=f"OK - {len(request.body)}".encode(), content_type="text/plain")


def arguments(request: Request) -> dict[str, object]:
    """A method's arguments, whether they came in the address, as a form or as JSON."""
    given: dict[str, object] = dict(request.query)
    if "json" in request.headers.get("content-type", ""):
        try:
            return given | msgspec.json.decode(request.body or b"{}", type=dict[str, object])
        except msgspec.DecodeError as error:
            raise Denied("invalid_json") from error
    return given | dict(parse_qsl(request.body.decode()))


def auth_test(server: SlackSandbox, _: Mapping[str, object]) -> Page:
    """Who the token belongs to."""
    who = {"user": "deskpulse", "user_id": BOT_USER, "bot_id": BOT_ID}
    return {"url": f"{server.url}/", "team": "Lumo", "team_id": TEAM, **who}


def post_message(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """A new message; one in the thread of a message that isn't there stands in the channel itself."""
    channel = server.channel_of(given)
    text, blocks = server.content_of(given)
    metadata = given.get("metadata")
    metadata = msgspec.json.decode(metadata) if isinstance(metadata, str) else metadata
    message = Posted(
        channel=channel,
        ts=server.next_ts(),
        text=text,
        blocks=blocks,
        thread_ts=str(given["thread_ts"]) if server.find(channel, given.get("thread_ts")) else None,
        metadata=metadata if isinstance(metadata, dict) else None,
    )
    server.messages.append(message)
    return {"channel": channel, "ts": message.ts, "message": server.shown(message, metadata=True)}


def update(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """Another text for a message; text alone takes the blocks away."""
    channel = server.channel_of(given)
    message = server.find(channel, given.get("ts"))
    if message is None:
        raise Denied("message_not_found")
    text, blocks = server.content_of(given)
    message.edits = [*message.edits, {"text": message.text, "blocks": message.blocks}]
    message.text, message.blocks = text, blocks
    if isinstance(metadata := given.get("metadata"), dict):
        message.metadata = metadata
    return {"channel": channel, "ts": message.ts, "text": text, "message": server.shown(message, metadata=True)}


def history(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """The channel's own messages, newest first."""
    return _listed(server, given, server.roots(server.channel_of(given))[::-1])


def thread(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """A message and what stands in its thread, oldest first."""
    root = server.find(server.channel_of(given), given.get("ts"))
    if root is None:
        raise Denied("thread_not_found")
    return _listed(server, given, [root, *server.replies(root.ts)])


def _listed(server: SlackSandbox, given: Mapping[str, object], found: list[Posted]) -> Page:
    oldest, latest = str(given.get("oldest") or "0"), str(given.get("latest") or "9999999999.0")
    kept = [message for message in found if float(oldest) <= float(message.ts) <= float(latest)]
    first, limit = int(str(given.get("cursor") or 0)), int(str(given.get("limit") or 100))
    wanted = str(given.get("include_all_metadata", "")).lower() in ("true", "1")
    more = first + limit < len(kept)
    return {
        "messages": [server.shown(message, metadata=wanted) for message in kept[first : first + limit]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(first + limit) if more else ""},
    }


def upload_url(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """The address to which a file of a said length goes."""
    if not given.get("filename") or not int(str(given.get("length") or 0)):
        raise Denied("invalid_arguments")
    number = f"F{len(server.files) + 1:09d}"
    server.files[number] = Upload(number, str(given["filename"]), int(str(given["length"])))
    return {"upload_url": f"{server.url}/upload/{number}", "file_id": number}


def complete_upload(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """Files that were sent in full appear in the channel or thread, or stay private without one."""
    files = given.get("files")
    listed = msgspec.json.decode(files) if isinstance(files, str) else files
    done: list[object] = []
    for item in listed if isinstance(listed, list) else []:
        upload = server.files.get(str(item.get("id")))
        if upload is None or not upload.data:
            raise Denied("file_not_found")
        if len(upload.data) != upload.length:
            raise Denied("invalid_upload_length")
        upload.title = str(item.get("title") or upload.filename)
        upload.channel = str(given["channel_id"]) if given.get("channel_id") else None
        upload.thread_ts = str(given["thread_ts"]) if given.get("thread_ts") else None
        upload.comment = str(given.get("initial_comment") or "")
        done.append({"id": upload.id, "title": upload.title})
    return {"files": done}


def file_info(server: SlackSandbox, given: Mapping[str, object]) -> Page:
    """A file's whereabouts; the imitation is done with it at once."""
    upload = server.files.get(str(given.get("file")))
    if upload is None:
        raise Denied("file_not_found")
    shared = [upload.channel] if upload.channel else []
    return {"file": {"id": upload.id, "name": upload.filename, "title": upload.title, "channels": shared}}


def channel_list(server: SlackSandbox, _: Mapping[str, object]) -> Page:
    """The channels by name."""
    known = [{"id": channel, "name": "support-numbers", "is_member": True} for channel in sorted(server.channels)]
    return {"channels": known, "response_metadata": {"next_cursor": ""}}


METHODS: dict[str, Callable[[SlackSandbox, Mapping[str, object]], Page]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.update": update,
    "conversations.history": history,
    "conversations.replies": thread,
    "conversations.list": channel_list,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": file_info,
}
