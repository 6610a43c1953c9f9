"""HTTP on loopback for the imitations: keep-alive, gzip, request log, control address and spoilt answers."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from core.sandbox.dice import Dice
from core.sandbox.faults import BODIES, KINDS, PAGE_FAULTS, STATUS_TEXT, Fault, Page

LOG_LENGTH = 20_000
BOMB_MB = 300


class Request(Struct):
    """A request as an imitation sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str
    pairs: list[tuple[str, str]] = []
    """The query with the keys that come more than once."""


class Reply(Struct):
    """An answer before it is put on the wire; `page` instead of a body is JSON that a fault may still edit."""

    status: int = 200
    body: bytes = b""
    page: Page | None = None
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = {}


class Logged(Struct):
    """One request in the log; `fault` names what was done to its answer."""

    number: int
    at: float
    method: str
    path: str
    query: dict[str, str]
    authorized: bool
    status: int = 0
    fault: str = ""
    bytes: int = 0


class Sandbox:
    """An imitation vendor: subclasses answer `handle`, this class carries the HTTP around it."""

    name = "sandbox"

    def __init__(self, *, seed: int = 7, gzip_pages: bool = True, port: int = 0) -> None:
        self.gzip_pages = gzip_pages
        self.faults: list[Fault] = []
        self.log: list[Logged] = []
        self.lock = threading.RLock()
        self.dice = Dice(seed, "faults", self.name)
        self.httpd = _Server(self, port)
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """The free port that the system gave."""
        return int(self.httpd.server_address[1])

    @property
    def url(self) -> str:
        """Scheme, host and port, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begins to answer, in a thread that ends with the process."""
        self.thread.start()

    def stop(self) -> None:
        """Stops answering, frees the port and lets go of connections that are open."""
        self.httpd.stopping.set()
        self.httpd.shutdown()
        self.httpd.close_connections()
        self.httpd.server_close()
        self.thread.join(timeout=5)

    def fail(self, kind: str, **how: object) -> Fault:
        """From now on answers are spoilt in this way; see `Fault` for how often."""
        fault = msgspec.convert({"kind": kind, **how}, Fault)
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}. Known: {', '.join(sorted(KINDS))}.")
        with self.lock:
            self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """No more faults."""
        with self.lock:
            self.faults.clear()

    def requests(self, path: str = "") -> list[Logged]:
        """The log's requests whose path contains `path`, oldest first."""
        with self.lock:
            return [logged for logged in self.log if path in logged.path]

    def handle(self, request: Request) -> Reply:
        """The vendor's answer to a good request."""
        raise NotImplementedError

    def control(self, wish: Mapping[str, object]) -> object:
        """A change asked for from another process; returns what is said back."""
        if wish.get("heal"):
            self.heal()
        if wish.get("forget_log"):
            with self.lock:
                self.log.clear()
        for fault in msgspec.convert(wish.get("faults", []), list[Fault]):
            self.fail(**msgspec.structs.asdict(fault))
        return {"ok": True, "faults": msgspec.to_builtins(self.faults)}

    def repeat(self, kind: str, request: Request, page: Page) -> None:
        """Spoils paging in the vendor's own way of paging."""

    def answer(self, request: Request) -> tuple[Reply, Fault | None]:
        """The control's answer or the vendor's, with the fault that strikes it."""
        if request.path == "/__control":
            wish = msgspec.json.decode(request.body or b"{}", type=dict[str, object])
            return Reply(body=msgspec.json.encode(self.control(wish))), None
        if request.path == "/__log":
            with self.lock:
                return Reply(body=msgspec.json.encode(self.log)), None
        logged = Logged(
            0, time.monotonic(), request.method, request.path, request.query, "authorization" in request.headers
        )
        with self.lock:
            logged.number = len(self.log) + 1
            if len(self.log) < LOG_LENGTH:
                self.log.append(logged)
            fault = next((fault for fault in tuple(self.faults) if fault.strikes(request.path, self.dice)), None)
        logged.fault = fault.kind if fault else ""
        early = self._instead(fault) if fault else None
        reply = early or self.handle(request)
        if reply.page is not None:
            if fault and fault.kind in PAGE_FAULTS:
                reply.page = msgspec.json.decode(msgspec.json.encode(reply.page), type=dict[str, object])
                PAGE_FAULTS[fault.kind](reply.page)
            elif fault and fault.kind in ("twice", "same_cursor", "stuck"):
                self.repeat(fault.kind, request, reply.page)
            reply.body = msgspec.json.encode(reply.page)
        logged.status, logged.bytes = reply.status, len(reply.body)
        return reply, fault

    def _instead(self, fault: Fault) -> Reply | None:
        """The answer that a fault gives without asking the vendor."""
        match fault.kind:
            case "status":
                text = STATUS_TEXT.get(fault.status, "Internal error")
                headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
                body = msgspec.json.encode({"error": text})
                return Reply(fault.status, body, headers=headers)
            case "redirect" | "redirect_loop":
                return Reply(302, headers={"Location": fault.location})
            case "bomb":
                return Reply(body=bomb(), headers={"Content-Encoding": "gzip"})
            case kind if kind in BODIES:
                body, content_type = BODIES[kind]
                return Reply(body=body, content_type=content_type)
        return None


def bomb() -> bytes:
    """About 300 kB of gzip that unpack to 300 MB of blanks."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [squeeze.compress(b'{"tickets": [')]
    blank = b" " * 1_000_000
    parts += [squeeze.compress(blank) for _ in range(BOMB_MB)]
    return b"".join((*parts, squeeze.compress(b"]}"), squeeze.flush()))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def close_connections(self) -> None:
        for connection in tuple(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The other side was quicker.
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that went away in mid-answer is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        try:
            super().finish()
        except OSError:
            # Flushing to a reader that hung up.
            return

    def log_message(self, *_: object, **__: object) -> None:
        """Requests are kept in the sandbox's own log."""

    def do_GET(self) -> None:
        sandbox = self.server.sandbox
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            base=f"http://{self.headers.get('Host') or f'127.0.0.1:{sandbox.port}'}",
            pairs=parse_qsl(parts.query, keep_blank_values=True),
        )
        reply, fault = sandbox.answer(request)
        body = reply.body
        headers = {"Content-Type": reply.content_type, **reply.headers}
        welcome = sandbox.gzip_pages and "gzip" in request.headers.get("accept-encoding", "")
        if welcome and len(body) > 2_000 and "Content-Encoding" not in headers:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        self._send(reply.status, headers, body, fault)

    def do_POST(self) -> None:
        self.do_GET()

    def _send(self, status: int, headers: dict[str, str], body: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if fault and kind == "silent":
            self.server.stopping.wait(fault.seconds)
            self.close_connection = True
            return
        if kind == "lost":
            self._hang_up()
            return
        sent = len(body) // 2 if kind == "cut" else len(body)
        self.send_response(status)
        if kind == "redirect_loop":
            headers["Location"] = self.path
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(sent))
        self.end_headers()
        match kind:
            case "reset" | "cut_off":
                self.wfile.write(body[: len(body) // 2])
                self._hang_up(hard=kind == "reset")
            case "slow":
                self._drip(body, fault.seconds if fault else 1.0)
            case _:
                self.wfile.write(body[:sent])
                self.wfile.flush()

    def _drip(self, body: bytes, seconds: float) -> None:
        """A byte at a time with `seconds` between, until done or stopped."""
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            if self.server.stopping.wait(seconds):
                return

    def _hang_up(self, *, hard: bool = False) -> None:
        self.wfile.flush()
        self.close_connection = True
        if hard:
            # Linger 0 makes the kernel send RST in place of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.connection.shutdown(socket.SHUT_RDWR) if not hard else self.connection.close()
