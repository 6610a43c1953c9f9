"""What the tests of the door out share: a server that says exactly the bytes it is told to, an imitation of Zendesk,
a clock that moves only when somebody waits.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx
import msgspec
import respx
from pydantic import SecretStr

from core.clock import Timing
from core.http import Api, Http

Answer: TypeAlias = bytes | Callable[[socket.socket], None]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; `content_type="text/html"` becomes a header of that name."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Server:
    """Answers one request a connection from `answers` in turn, the last one for ever; `heads` is what was asked."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.heads: list[bytes] = []
        self.released = threading.Event()
        self.answers = list(answers)
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.released.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)

    def _serve(self) -> None:
        while not self.released.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:
                return
            head += part
        self.heads.append(head)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
        connection.close()

    def stall(self, connection: socket.socket) -> None:
        """Says nothing until the client leaves or the test ends."""
        connection.settimeout(0.05)
        while not self.released.is_set():
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue


class FakeTime:
    """Waiting costs nothing: `slept` holds the waits in seconds."""

    def __init__(self, now: int = 1_795_000_000) -> None:
        self.begun = now
        self.at = 0.0
        self.slept: list[float] = []
        self.stopped = False

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.begun + int(self.at), lambda: self.at, self.sleep, lambda: self.stopped)


BASE = "https://demo.zendesk.com/api/v2"
KEY = SecretStr("zk-9f8e7d6c5b")
PAGE = {"tickets": [{"id": 1}], "next_page": None}


class TicketPage(msgspec.Struct):
    tickets: list[msgspec.Raw]
    next_page: str | None = None


def api(time: FakeTime | None = None, http: Http | None = None, **more: Any) -> Api:
    """The door to an imitation of Zendesk."""
    service = http or Http(BASE, basic=("bot@demo.example/token", KEY))
    return Api(service, name="zd-main", timing=(time or FakeTime()).timing, **more)


def answers(*given: httpx.Response | type[Exception]) -> respx.Route:
    """What the imitation says, in turn."""
    return respx.route(host="demo.zendesk.com").mock(side_effect=list(given))


def ok(**headers: str) -> httpx.Response:
    """A page of one ticket."""
    return httpx.Response(200, json=PAGE, headers=headers)
