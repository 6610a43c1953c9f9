"""The wire under httpx: each read is short, so that a deadline holds and a request to stop is heard.

httpx's own timeout is per read: a server that drips a byte every 0.4 s holds it for ever (measured, httpx 0.28).
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from core import clock
from core.errors import Stopped
from core.http.address import Ip, ip_of, is_forbidden

# A delivery that has begun is given this long to learn its outcome after we were asked to stop.
SETTLE_S = 5.0


@dataclass(slots=True)
class Terms:
    """What holds for the request under way: when it must be over and whether to stop."""

    stop: Callable[[], bool] = clock.never
    until: float = float("inf")
    settles: bool = False

    def begin(self, seconds: float, *, settles: bool) -> None:
        """A request starts now and may take so long; one that `settles` waits for its reply a little even then."""
        self.until = clock.monotonic() + seconds
        self.settles = settles

    def left(self) -> float:
        """Seconds until the deadline; raises when none are left or we were asked to stop."""
        at = clock.monotonic()
        if self.stop():
            if not self.settles:
                raise Stopped("Asked to stop while the vendor was answering; the next run asks again.")
            self.until = min(self.until, at + SETTLE_S)
        if at >= self.until:
            raise httpcore.ReadTimeout("the answer took longer than its deadline")
        return self.until - at


class Stream(httpcore.NetworkStream):
    """A connection whose reads come in slices."""

    def __init__(self, inner: httpcore.NetworkStream, terms: Terms) -> None:
        self._inner = inner
        self._terms = terms

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent_until = clock.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            left = min(self._terms.left(), silent_until - clock.monotonic())
            try:
                return self._inner.read(max_bytes, max(0.001, min(left, clock.SLICE_S)))
            except httpcore.ReadTimeout:
                if clock.monotonic() >= silent_until:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._wait(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Stream(self._inner.start_tls(ssl_context, server_hostname, self._wait(timeout)), self._terms)

    def _wait(self, timeout: float | None) -> float:
        left = self._terms.left()
        return left if timeout is None else min(left, timeout)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Opens connections address by address: a dead IPv6 road costs one wait, and a name may not lead to link-local."""

    def __init__(self, terms: Terms) -> None:
        self._inner = httpcore.SyncBackend()
        self._terms = terms

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses(host, port):
            left = self._terms.left()
            wait = left if timeout is None else min(left, timeout)
            try:
                inner = self._inner.connect_tcp(str(address), port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return Stream(inner, self._terms)
        raise failed or httpcore.ConnectError(f"{host} has no address that may be asked")


def addresses(host: str, port: int) -> list[Ip]:
    """The addresses of a name, in the resolver's order, without those where no vendor can live."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} was not found (is it right, and the network up?)") from error
    known = [ip_of(str(info[4][0])) for info in found]
    return [address for address in dict.fromkeys(known) if address is not None and not is_forbidden(address)]


class Transport(httpx.HTTPTransport):
    """httpx's own transport on our wire; it verifies every certificate and reads no settings from the environment."""

    def __init__(self, terms: Terms, tls: ssl.SSLContext, proxy: str | None) -> None:
        limits = httpx.Limits(max_connections=2, max_keepalive_connections=2, keepalive_expiry=30.0)
        super().__init__(verify=tls, trust_env=False, http2=False, limits=limits, proxy=proxy)
        # httpx 0.28 has no parameter for the network backend of its pool; a test with a dripping server pins this.
        self._pool._network_backend = Backend(terms)  # noqa: SLF001
