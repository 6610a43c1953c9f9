"""The door out on a real wire: resets, drips, silence, bombs, certificates, proxies, dead addresses."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from core import clock
from core.errors import AuthError, ConfigError, Stopped, Unavailable, Unclear
from core.http import Api, Http, Patience, line
from core.http.api import Retry
from tests.http_server import Answer, FakeTime, Server, reply

HTTP = Http("https://demo.zendesk.com", headers={"X-Api-Key": SecretStr("zk-9f8e7d6c5b")})
QUICK = Patience(connect_s=1.0, read_s=0.08, answer_s=0.15, tries=2, most_bytes=2_000_000)
ROOMY = Patience(most_bytes=2_000_000)
CERTIFICATE = Path(__file__).parent / "data" / "elsewhere.example.pem"


class TicketPage(msgspec.Struct):
    tickets: list[int]


BODY = b'{"tickets":[1,2,3]}'
GOOD = reply(BODY)
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def api(server: Server, patience: Patience = ROOMY, **more: Any) -> Api:
    return Api(HTTP, name="zd-main", base_url=server.url, patience=patience, timing=FakeTime().timing, **more)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def reset_in_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 500\r\n\r\n" + BODY)
    reset(connection)


FAULTS: dict[str, Answer] = {
    "reset before the reply": reset,
    "closed before the reply": b"",
    "reset in the body": reset_in_body,
    "cut with a length": HEAD + b"Content-Length: 500\r\n\r\n" + BODY,
    "cut without a length": HEAD + b"\r\n" + BODY[:-3],
    "chunk without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n13\r\n" + BODY + b"\r\n",
    "chunk of a wrong size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "2,000 headers": HEAD + b"".join(b"X-H-%d: %s\r\n" % (n, b"v" * 60) for n in range(2000)) + b"\r\n" + BODY,
    "cut gzip": reply(gzip.compress(BODY)[:-9], content_encoding="gzip"),
    "gzip that is none": reply(BODY, content_encoding="gzip"),
    "brotli": reply(b"\x0b\x09\x80", content_encoding="br"),
    "zstd": reply(b"\x28\xb5\x2f\xfd", content_encoding="zstd"),
    "two encodings": reply(gzip.compress(gzip.compress(BODY)), content_encoding="gzip, gzip"),
    "no content": reply(status="204 No Content"),
    "not modified": reply(status="304 Not Modified"),
    "web page": reply(b"<html>maintenance</html>", content_type="text/html"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_on_the_wire_is_tried_again(fault: str) -> None:
    """A page that arrives broken once must arrive whole in the end, and be given on once."""
    with Server(FAULTS[fault], GOOD) as server:
        assert api(server).get("/t", TicketPage).tickets == [1, 2, 3]
    assert len(server.heads) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_ends_in_clear_words(fault: str) -> None:
    """The morning's status must say what is wrong, not show a traceback."""
    with Server(FAULTS[fault]) as server, pytest.raises(Unavailable, match=r"zd-main: 127.0.0.1/t: .+; given up"):
        api(server).get("/t", TicketPage)
    assert 2 <= len(server.heads) <= 8


@pytest.mark.parametrize("fault", ["reset before the reply", "reset in the body", "cut with a length", "web page"])
def test_a_delivery_whose_reply_is_broken_is_sent_once(fault: str) -> None:
    """Two equal messages in the channel are worse than a question to the operator."""
    with Server(FAULTS[fault], GOOD) as server, pytest.raises(Unclear):
        api(server).post("/chat.postMessage", TicketPage, json={"text": "x"}, retry="never_after_send")
    assert len(server.heads) == 1


@pytest.mark.parametrize("begins", [HEAD + b"Content-Length: 500\r\n\r\n", HEAD + b"X-Slow: "], ids=["body", "head"])
def test_a_drip_ends_at_the_deadline(begins: bytes) -> None:
    """The client library's timeout is per read: a byte every 20 ms, each in time, would hold the run for ever."""
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(begins)
        while not ended.wait(0.02):
            connection.sendall(b"x")

    with Server(drip) as server:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="deadline"):
            api(server, Patience(answer_s=0.1, tries=1)).get("/t", TicketPage)
        assert time.monotonic() - begun < 1.0
        ended.set()


def test_silence_ends_at_the_read_timeout_and_is_tried_again() -> None:
    """A server that accepts and says nothing is the commonest way to be down."""
    with Server(GOOD) as server:
        server.answers.insert(0, server.stall)
        assert api(server, QUICK).get("/t", TicketPage).tickets == [1, 2, 3]
    assert len(server.heads) == 2


@pytest.mark.parametrize("retry", ["always", "never_after_send"])
def test_a_request_to_stop_ends_a_stalled_reply(retry: Retry, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM during a stalled reply: ten seconds later the service manager kills, in the middle of anything."""
    monkeypatch.setattr(clock, "SLICE_S", 0.02)
    monkeypatch.setattr(line, "SETTLE_S", 0.1)
    stopped = threading.Event()
    with Server(GOOD) as server:
        server.answers = [server.stall]
        client = Api(HTTP, name="zd-main", base_url=server.url, timing=clock.Timing(stop=stopped.is_set))
        threading.Timer(0.03, stopped.set).start()
        begun = time.monotonic()
        with pytest.raises(Stopped if retry == "always" else Unclear):
            client.post("/t", TicketPage, json={}, retry=retry)
    assert time.monotonic() - begun < 1.0


def test_gzip_and_deflate_are_read_in_every_form() -> None:
    """Some servers send deflate without its header, some send gzip in members."""
    raw = zlib.compressobj(wbits=-15)
    bare = raw.compress(BODY) + raw.flush()
    forms = [
        reply(gzip.compress(BODY), content_encoding="gzip"),
        reply(gzip.compress(BODY[:5]) + gzip.compress(BODY[5:]), content_encoding="gzip"),
        reply(zlib.compress(BODY), content_encoding="deflate"),
        reply(bare, content_encoding="Deflate"),
        reply(BODY, content_encoding="identity"),
    ]
    with Server(*forms) as server:
        client = api(server)
        assert [client.get("/t", TicketPage).tickets for _ in forms] == [[1, 2, 3]] * 5
    assert len(server.heads) == 5
    assert b"accept-encoding: gzip, deflate\r\n" in server.heads[0].lower()


def bomb(megabytes: int) -> bytes:
    engine, million = zlib.compressobj(1, zlib.DEFLATED, 31), bytes(1_000_000)
    return b"".join(engine.compress(million) for _ in range(megabytes)) + engine.flush()


@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
def test_a_bomb_is_stopped_at_the_cap(status: str) -> None:
    """A few hundred kB on the wire that unfold to gigabytes take the whole machine down."""
    answer = reply(bomb(40), status=status, content_encoding="gzip")
    with Server(answer) as server:
        client = api(server)
        tracemalloc.start()
        with pytest.raises(Unavailable, match="more than 2 MB" if "200" in status else "503"):
            client.get("/t", TicketPage)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8_000_000
    assert len(server.heads) == (1 if "200" in status else 8)


def test_an_endless_plain_body_is_stopped_at_the_cap() -> None:
    """A length that is not told does not help either."""

    def flood(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(bytes(100_000))

    with Server(flood) as server, pytest.raises(Unavailable, match="more than 2 MB"):
        api(server).get("/t", TicketPage)
    assert len(server.heads) == 1


def test_a_refused_key_is_told_even_if_its_page_is_broken() -> None:
    """The status has said enough; trying again would lock the account."""
    with Server(b"HTTP/1.1 401 No\r\nContent-Length: 900\r\n\r\nx") as server, pytest.raises(AuthError):
        api(server).get("/t", TicketPage)
    assert len(server.heads) == 1


def test_a_redirect_loop_is_one_request() -> None:
    """Nothing that redirects is a vendor's API."""
    with Server(reply(status="302 Found", location="/t")) as server, pytest.raises(Unavailable, match="redirect"):
        api(server).get("/t", TicketPage)
    assert len(server.heads) == 1


def test_a_redirect_to_another_host_carries_no_key_there() -> None:
    """X-Api-Key would be kept by the client library (measured)."""
    with Server(GOOD) as other, Server(reply(status="307 Moved", location=other.url)) as server:
        with pytest.raises(Unavailable, match="redirect"):
            api(server).get("/t", TicketPage)
        assert other.heads == []


# Certificates


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CERTIFICATE)
    return made


def test_a_self_signed_certificate_is_refused() -> None:
    """Whoever sits in between would get the key; no setting turns this off."""
    with Server(GOOD, tls=context()) as server, pytest.raises(Unavailable, match="certificate verify failed"):
        api(server).get("/t", TicketPage)
    assert server.heads == []


def test_a_certificate_of_another_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trusted certificate for elsewhere.example proves nothing about the vendor."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Server(GOOD, tls=context()) as server, pytest.raises(Unavailable, match="certificate is not valid for"):
        api(server).get("/t", TicketPage)
    assert server.heads == []


def test_an_authority_of_the_admin_s_own_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies with a certificate authority of their own name it in SSL_CERT_FILE, which is no way round the check."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("127.0.0.1"))
    with Server(GOOD, tls=context()) as server:
        client = Api(
            HTTP, name="zd-main", base_url=f"https://elsewhere.example:{server.port}", timing=FakeTime().timing
        )
        assert client.get("/t", TicketPage).tickets == [1, 2, 3]


# Names and addresses


def leads_to(*addresses: str) -> Any:
    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        found = [host] if host in addresses else addresses
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    return getaddrinfo


def test_a_dead_ipv6_road_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-configured IPv6 is common; the second address answers."""
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("::1", "127.0.0.1"))
    with Server(GOOD) as server:
        client = Api(HTTP, name="zd-main", base_url=f"http://localhost:{server.port}", timing=FakeTime().timing)
        assert client.get("/t", TicketPage).tickets == [1, 2, 3]


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "::ffff:169.254.169.254"])
def test_a_name_that_leads_to_link_local_is_not_followed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's name that points to the cloud machine's credential service is an attack."""
    monkeypatch.setattr(socket, "getaddrinfo", leads_to(address))
    client = Api(HTTP, name="zd-main", timing=FakeTime().timing)
    with pytest.raises(Unavailable, match="no address that may be asked"):
        client.get("/t", TicketPage)


def test_a_name_that_is_not_found_is_tried_again_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop without network must say so, not crash."""

    def fails(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    client = Api(HTTP, name="zd-main", timing=FakeTime().timing)
    with pytest.raises(Unavailable, match=r"the name demo.zendesk.com was not found .*given up") as caught:
        client.get("/t", TicketPage)
    assert client.requests == 8
    assert caught.value.retry_at is None


# Proxies


def test_a_proxy_is_asked_for_a_tunnel_and_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies allow the way out through a proxy only; what passes it is encrypted for the vendor."""
    with Server(reply(status="502 Bad Gateway")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = Api(HTTP, name="zd-main", timing=FakeTime().timing)
        with pytest.raises(Unavailable, match="no connection"):
            client.get("/t", TicketPage)
    assert proxy.heads
    assert all(head.startswith(b"CONNECT demo.zendesk.com:443 ") for head in proxy.heads)
    assert not any(b"zk-9f8e7d6c5b" in head for head in proxy.heads)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_is_never_asked_through_a_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo must run on a machine whose environment names a proxy."""
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Server(GOOD) as server:
        assert api(server).get("/t", TicketPage).tickets == [1, 2, 3]


def test_a_host_that_the_environment_exempts_goes_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY lists what the proxy cannot reach."""
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("169.254.1.1"))
    with Server(GOOD) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "zendesk.com")
        with pytest.raises(Unavailable):
            Api(HTTP, name="zd-main", timing=FakeTime().timing).get("/t", TicketPage)
    assert proxy.heads == []


@pytest.mark.parametrize("proxy", ["socks5://user:pw-secret@127.0.0.1:1", "gopher://127.0.0.1:1"])
def test_a_proxy_of_a_kind_we_cannot_use_is_a_config_error(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is part of the configuration."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError, match="proxy") as caught:
        Api(HTTP, name="zd-main")
    assert "pw-secret" not in str(caught.value)


def test_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A log-in that somebody left for curl must not be sent to a vendor."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Server(GOOD) as server:
        api(server).get("/t", TicketPage)
    assert b"authorization" not in server.heads[0].lower()
