"""The door out: where requests may go, and what becomes of credentials."""

import io
import logging
import traceback
from collections.abc import Callable, Iterator

import httpx
import msgspec
import pytest
import respx
from pydantic import SecretStr

from core import log
from core.errors import (
    AuthError,
    ConfigError,
    DeskpulseError,
    Gone,
    Unavailable,
)
from core.http import Api, Http
from tests.http_server import BASE, KEY, FakeTime, TicketPage, answers, api, ok


@pytest.mark.parametrize(
    "base_url",
    [
        "http://vendor.example/api",
        "http://192.168.1.5",
        "http://169.254.169.254/latest",
        "https://169.254.169.254",
        "https://[fe80::1]",
        "https://[::ffff:169.254.169.254]",
        "https://2852039166",
        "https://0xa9fea9fe",
        "https://169.254.43518",
        "https://[fd00:ec2::254]",
        "https://0.0.0.0",
        "https://bot:secret-word@vendor.example",
        "file:///etc/passwd",
        "ftp://vendor.example",
        "vendor.example",
        "https://",
        "",
    ],
)
def test_a_base_url_that_would_leak_the_key_is_a_config_error(base_url: str) -> None:
    """The key would go out in clear, or to a cloud machine's own credential service."""
    with pytest.raises(ConfigError, match="zd-main") as caught:
        api(base_url=base_url)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8700", "http://localhost:8700", "http://[::1]:8700"])
@respx.mock
def test_base_url_replaces_scheme_and_host_only(base_url: str) -> None:
    """The sandbox stands in for the vendor at the vendor's own paths."""
    route = respx.get(f"{base_url}/api/v2/tickets").mock(return_value=ok())
    assert api(base_url=base_url).get("/tickets", TicketPage) == TicketPage([msgspec.Raw(b'{"id":1}')])
    assert route.called


@respx.mock
def test_a_proxy_s_path_goes_ahead_of_the_vendor_s() -> None:
    """Some companies publish a vendor below a path of their own gateway."""
    route = respx.get("https://gate.example/zd/api/v2/tickets").mock(return_value=ok())
    api(base_url="https://gate.example/zd/").get("tickets", TicketPage)
    assert route.called


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/v2/tickets?page=2",
        "https://demo.zendesk.com.evil.example/x",
        "https://demo.zendesk.com@evil.example/x",
        "https://user:pw@demo.zendesk.com/x",
        "https://demo.zendesk.com:8443/x",
        "http://demo.zendesk.com/api/v2/tickets",
        "//evil.example/x",
        "\\\\evil.example\\x",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "gopher://demo.zendesk.com/x",
        "https://demo.zendesk.com:notaport/",
        "https://[::1",
    ],
)
@respx.mock
def test_a_next_link_to_another_origin_is_never_requested(link: str) -> None:
    """The key of the account would go to whoever wrote the link."""
    route = respx.route().mock(return_value=ok())
    with pytest.raises(Unavailable, match="zd-main"):
        api().get(link, TicketPage)
    assert not route.called


@respx.mock
def test_a_next_link_is_sent_as_the_vendor_gave_it() -> None:
    """A parameter merged into it twice has made exports loop."""
    answers(ok())
    link = "https://DEMO.zendesk.com:443/api/v2/incremental/tickets.json?start_time=5&include=metric_sets"
    api().get(link, TicketPage)
    assert str(respx.calls.last.request.url) == link.replace("DEMO", "demo").replace(":443", "")


@respx.mock
def test_a_vendor_s_own_link_stays_on_the_replaced_host() -> None:
    """Recorded answers hold links to the real vendor, which a test must not reach."""
    respx.get("http://127.0.0.1:8700/api/v2/tickets?page=2").mock(return_value=ok())
    api(base_url="http://127.0.0.1:8700").get(f"{BASE}/tickets?page=2", TicketPage)
    assert respx.calls.last.request.url.host == "127.0.0.1"


@respx.mock
def test_params_leave_out_what_is_none() -> None:
    """A first pull has no cursor, and an empty one means something else to vendors."""
    answers(ok())
    api().get("/tickets?a=1", TicketPage, params={"cursor": None, "page[size]": 100, "deleted": True, "ids": [1, 2]})
    assert dict(respx.calls.last.request.url.params.multi_items()) == {
        "a": "1",
        "page[size]": "100",
        "deleted": "true",
        "ids": "2",
    }
    assert respx.calls.last.request.url.params.get_list("ids") == ["1", "2"]


@pytest.mark.parametrize(
    ("http", "header", "value"),
    [
        (Http(BASE, basic=("u", SecretStr("pass-1"))), "Authorization", "Basic dTpwYXNzLTE="),
        (Http(BASE, basic=(SecretStr("key-1"), SecretStr("X"))), "Authorization", "Basic a2V5LTE6WA=="),
        (Http(BASE, bearer=SecretStr("tok-1")), "Authorization", "Bearer tok-1"),
        (Http(BASE, headers={"X-Api-Key": SecretStr("key-1")}), "X-Api-Key", "key-1"),
    ],
)
@respx.mock
def test_credentials_are_sent_and_not_shown(http: Http, header: str, value: str) -> None:
    """A repr ends up in tracebacks and debuggers."""
    answers(ok())
    api(http=http).get("/tickets", TicketPage)
    assert respx.calls.last.request.headers[header] == value
    assert repr(http) == "Http('demo.zendesk.com')"
    assert log.redact(f"it was {value}").count("-1") == 0


@pytest.mark.parametrize("token", ["line\nbreak", "schlüssel", "tab\t", "nul\0"])
def test_a_key_that_cannot_be_one_is_a_config_error(token: str) -> None:
    """A line break at the end of a secret's file: httpx would print the key in its error."""
    with pytest.raises(ConfigError, match="`api_key`") as caught:
        api(http=Http(BASE, bearer=SecretStr(token), setting="api_key"))
    assert token not in str(caught.value)


@respx.mock
def test_a_refused_key_stops_at_once_and_for_good() -> None:
    """Repeated wrong log-ins lock the account for everybody."""
    route = answers(ok(), *[httpx.Response(401, json={"error": "Couldn't authenticate you"})] * 3)
    client = api(time := FakeTime())
    client.get("/tickets", TicketPage)
    for _ in range(3):
        with pytest.raises(AuthError, match=r"`token` of zd-main.*check zd-main"):
            client.get("/tickets", TicketPage)
    assert route.call_count == 2
    assert time.slept == []


@respx.mock
def test_a_token_that_ended_is_renewed_once_a_request() -> None:
    """OAuth tokens end in mid-sync; a refresh that does not help must not become a storm."""
    given = iter(["new-1", "new-2"])
    http = Http(BASE, bearer=SecretStr("old-0"), renew=lambda: SecretStr(next(given)))
    route = answers(httpx.Response(401), ok(), ok(), httpx.Response(401), httpx.Response(401))
    client = api(http=http)
    client.get("/tickets", TicketPage)
    client.get("/tickets", TicketPage)
    with pytest.raises(AuthError):
        client.get("/tickets", TicketPage)
    sent = [call.request.headers["Authorization"] for call in respx.calls]
    assert sent == [f"Bearer {token}" for token in ("old-0", "new-1", "new-1", "new-1", "new-2")]
    assert route.call_count == 5


@respx.mock
def test_no_cookie_is_ever_sent_back() -> None:
    """A session of one answer must not decide what the next one shows."""
    answers(ok(**{"Set-Cookie": "session=1; Path=/"}), ok())
    client = api()
    client.get("/tickets", TicketPage)
    client.get("/tickets", TicketPage)
    assert "cookie" not in respx.calls.last.request.headers


FAULTS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "echo": lambda request: httpx.Response(422, json={"error": str(request.headers), "description": str(request.url)}),
    "echo200": lambda request: httpx.Response(200, json={"error": request.headers["authorization"]}),
    "down": lambda request: httpx.Response(503, text=str(request.headers)),
    "refused": lambda request: httpx.Response(401, json={"error": {"title": "no", "message": "key zk-9f8e7d6c5b"}}),
    "moved": lambda request: httpx.Response(302, headers={"Location": "https://x.example/?api_key=zk-9f8e7d6c5b"}),
}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """The log of a test at its most talkative."""
    root, ours = logging.getLogger(), logging.getLogger("deskpulse")
    levels, out = (root.level, ours.level), io.StringIO()
    log.setup(level=log.DEBUG, stream=out)
    yield out
    for handler in [known for known in root.handlers if known.get_name() == "deskpulse"]:
        root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.mark.parametrize("fault", FAULTS)
@respx.mock
def test_no_secret_is_in_an_error_its_traceback_or_the_log(fault: str, logged: io.StringIO) -> None:
    """Errors are mailed around; whoever reads one must not be able to log in."""
    respx.route().mock(side_effect=FAULTS[fault])
    client, key = api(), KEY.get_secret_value()
    with pytest.raises(DeskpulseError) as caught:
        client.get("/tickets", TicketPage, params={"api_key": key})
    shown = "".join(traceback.format_exception(caught.value)) + logged.getvalue() + repr(client.__dict__)
    assert key not in shown
    assert "Ym90QGRlbW8" not in shown


@respx.mock
def test_a_webhook_s_address_is_a_secret() -> None:
    """Whoever has the address can post to the channel."""
    respx.route().mock(return_value=httpx.Response(404, text="no_service"))
    hook = Http("https://hooks.slack.com/services/T01/B02/abcdefXYZ", setting="webhook_url")
    with pytest.raises(Gone, match="no_service") as caught:
        Api(hook, name="ops").post("", json={"text": "x"}, retry="never_after_send")
    assert "abcdefXYZ" not in str(caught.value) + repr(hook)


FILE = "https://exports.s3.eu-central-1.amazonaws.com/files/day.json?signature=s"


@respx.mock
def test_a_file_in_somebody_else_s_storage_is_fetched_without_the_key() -> None:
    """Freshdesk hands its exports out from Amazon's storage, which must not learn the key and refuses those who send
    one."""
    route = respx.get(FILE).mock(return_value=httpx.Response(200, json={"rows": []}))
    http = Http("https://demo.freshdesk.com/api/v2", basic=("k", SecretStr("X")), files=(".amazonaws.com",))
    with Api(http, name="fd") as client:
        client.download(FILE, msgspec.Raw)
    sent = route.calls.last.request
    assert "authorization" not in sent.headers
    assert sent.url.query == b"signature=s"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/day.json",
        "https://amazonaws.com.evil.example/day.json",
        "https://evilamazonaws.com/day.json",
        "http://exports.s3.amazonaws.com/day.json",
        "https://exports.s3.amazonaws.com:8443/day.json",
        "https://me:word@exports.s3.amazonaws.com/day.json",
        "file:///etc/passwd",
        "day.json",
    ],
)
@respx.mock
def test_a_file_elsewhere_is_never_requested(url: str) -> None:
    """A forged answer must not make us knock at other machines."""
    http = Http("https://demo.freshdesk.com/api/v2", basic=("k", SecretStr("X")), files=(".amazonaws.com",))
    with Api(http, name="fd") as client, pytest.raises(Unavailable, match="which is not asked"):
        client.download(url, msgspec.Raw)


@respx.mock
def test_a_refused_file_gets_no_new_token() -> None:
    """Where no token is out yet, one made to answer a storage's 401 would go to the storage."""
    route = respx.get(FILE).mock(return_value=httpx.Response(401))
    http = Http("https://demo.example/api", renew=lambda: SecretStr("fresh"), files=(".amazonaws.com",))
    with Api(http, name="fd") as client, pytest.raises(Unavailable, match="not given"):
        client.download(FILE, msgspec.Raw)
    assert [("authorization" in call.request.headers) for call in route.calls] == [False]


@pytest.mark.parametrize("status", [401, 403, 404])
@respx.mock
def test_a_file_that_is_refused_says_nothing_of_the_key(status: int) -> None:
    """Signed links end after some minutes; the key is as good as before."""
    respx.get(FILE).mock(return_value=httpx.Response(status))
    respx.get("https://demo.freshdesk.com/api/v2/x").mock(return_value=httpx.Response(200, json={}))
    http = Http("https://demo.freshdesk.com/api/v2", basic=("k", SecretStr("X")), files=(".amazonaws.com",))
    with Api(http, name="fd") as client:
        with pytest.raises(Unavailable, match="not given"):
            client.download(FILE, msgspec.Raw)
        client.get("/x", msgspec.Raw)
