"""The door out, as connectors and destinations see it: addresses, credentials, statuses, shapes, waits."""

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import respx
from pydantic import SecretStr

from core import log
from core.clock import utc
from core.errors import (
    AuthError,
    ConfigError,
    DeskpulseError,
    Gone,
    NotAllowed,
    Refused,
    ShapeError,
    Stuck,
    Unavailable,
    Unclear,
)  # fmt: skip
from core.http import Api, Budget, Http, Patience
from tests.http_server import FakeTime

BASE = "https://demo.zendesk.com/api/v2"
KEY = SecretStr("zk-9f8e7d6c5b")


class TicketPage(msgspec.Struct):
    tickets: list[msgspec.Raw]
    next_page: str | None = None


PAGE = {"tickets": [{"id": 1}], "next_page": None}


def api(time: FakeTime | None = None, http: Http | None = None, **more: Any) -> Api:
    service = http or Http(BASE, basic=("bot@demo.example/token", KEY))
    return Api(service, name="zd-main", timing=(time or FakeTime()).timing, **more)


def answers(*given: httpx.Response | type[Exception]) -> respx.Route:
    return respx.route(host="demo.zendesk.com").mock(side_effect=list(given))


def ok(**headers: str) -> httpx.Response:
    return httpx.Response(200, json=PAGE, headers=headers)


# Addresses


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


# Credentials


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


# Statuses


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 501, 502, 503, 504, 520, 524])
@respx.mock
def test_a_passing_fault_goes_unnoticed(status: int) -> None:
    """Vendors fail for a second many times a day; nobody wants to read about it."""
    answers(httpx.Response(status), httpx.Response(status, text="<html>"), ok())
    client = api()
    assert client.get("/tickets", TicketPage).tickets
    assert client.requests == 3


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError]
)
@respx.mock
def test_a_broken_connection_is_tried_again(error: type[httpx.TransportError]) -> None:
    """A reset in the night must not leave a hole in the morning's report."""
    answers(error, error, ok())
    assert api().get("/tickets", TicketPage).tickets


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (402, Refused), (403, NotAllowed), (404, Gone), (405, Refused), (410, Gone), (422, Refused)],
)
@respx.mock
def test_a_refusal_is_not_asked_twice(status: int, kind: type[Refused]) -> None:
    """The same question gets the same answer and costs the account's rate limit."""
    route = answers(httpx.Response(status, json={"error": "InvalidValue", "description": "start_time too recent"}))
    with pytest.raises(kind, match=f"demo.zendesk.com/api/v2/tickets.*{status}: InvalidValue; start_time") as caught:
        api().get("/tickets", TicketPage)
    assert (type(caught.value), caught.value.status, caught.value.code) == (kind, status, "InvalidValue")
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "RecordNotFound", "description": "Not found"}, "RecordNotFound; Not found"),
        ({"error": {"title": "Forbidden", "message": "You do not have access"}}, "Forbidden; You do not have access"),
        ({"code": 20003, "message": "Authenticate", "status": 401}, "20003; Authenticate"),
        ({"description": "Validation failed", "errors": [{"field": "email", "code": "invalid_value", "m": "j@d"}]},
         "Validation failed; email: invalid_value"),
        ({"error": "RecordInvalid", "details": {"email": [{"description": "jane@doe.example taken", "error": "Dup"}]}},
         "RecordInvalid; email: Dup"),
        ({"ok": False, "error": "channel_not_found"}, "channel_not_found"),
        ("invalid_payload", "invalid_payload"),
    ],
)  # fmt: skip
@respx.mock
def test_the_vendor_s_own_reason_is_told(body: Any, said: str) -> None:
    """`error` is sometimes a string and sometimes an object; a traceback over it would hide the reason."""
    answers(httpx.Response(422, text=body) if isinstance(body, str) else httpx.Response(422, json=body))
    with pytest.raises(Refused) as caught:
        api().get("/tickets", TicketPage)
    assert str(caught.value).endswith(f"(422: {said}).")


@pytest.mark.parametrize(
    "body",
    [
        {"description": "The user 'Jane Doe' wrote: help"},
        {"description": "jane@doe.example is taken"},
        {"message": "Phone 0301234567 is not valid", "details": {"my name is Jane": [{"error": "x y"}]}},
        ["Jane"],
        "Jane Doe, 5 Elm Street",
        {"error": None, "errors": "Jane", "details": 5},
    ],
)
@respx.mock
def test_a_customer_s_words_are_not_told(body: Any) -> None:
    """An error is shown on screens and in channels that the customer's data must not reach."""
    answers(httpx.Response(422, text=body) if isinstance(body, str) else httpx.Response(422, json=body))
    with pytest.raises(Refused) as caught:
        api().get("/tickets", TicketPage)
    assert not {"Jane", "jane", "0301234567", "Elm"} & set(str(caught.value).replace("'", " ").split())
    assert "jane" not in str(caught.value).lower()


@pytest.mark.parametrize(
    "target", ["https://evil.example/x", "http://demo.zendesk.com/x", "/login", "file:///etc/passwd"]
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@respx.mock
def test_a_redirect_is_refused(status: int, target: str) -> None:
    """The client library would carry X-Api-Key along to another host."""
    route = respx.route().mock(return_value=httpx.Response(status, headers={"Location": target}))
    with pytest.raises(Unavailable, match="redirect") as caught:
        api(http=Http(BASE, headers={"X-Api-Key": KEY})).get("/tickets", TicketPage)
    assert "zk-9f8e7d6c5b" not in str(caught.value)
    assert route.call_count == 1


# Shapes


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b'"x"', b"<!doctype html><title>Down for maintenance", b'{"tickets":[{"id":1},{"i',
        b'{"tickets": null}', b'{"tickets": 5}', b"\xff\xfe", b"[" * 100_000, b'{"error":"RateLimited"}',
        b'{"tickets":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
@respx.mock
def test_an_answer_of_another_form_is_tried_again_then_told(body: bytes) -> None:
    """A maintenance page with status 200 is no reason to believe that there are no tickets."""
    route = answers(*[httpx.Response(200, content=body)] * 8)
    with pytest.raises(ShapeError, match=r"/api/v2/tickets: .*(JSON|form|empty)"):
        api().get("/tickets", TicketPage)
    assert route.call_count == 4


@respx.mock
def test_an_error_body_with_status_200_is_named() -> None:
    """Some gateways answer 200 to everything."""
    answers(*[httpx.Response(200, json={"error": "RateLimited"})] * 8)
    with pytest.raises(ShapeError, match="RateLimited"):
        api().get("/tickets", TicketPage)


@respx.mock
def test_a_cut_answer_that_comes_whole_the_second_time_is_unnoticed() -> None:
    """Close-delimited JSON can end anywhere with status 200; no httpx error says so."""
    answers(httpx.Response(200, content=b'{"tickets":[{"id"'), ok())
    assert api().get("/tickets", TicketPage).tickets


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (b'\xef\xbb\xbf{"tickets":[{"id":1}]}', {"id": 1}),
        (b'{"tickets":[{"id":1,"wait":NaN}]}', {"id": 1, "wait": None}),
        (b'{"tickets":[{"id":1,"wait":-Infinity}]}', {"id": 1, "wait": None}),
    ],
)
@respx.mock
def test_stray_marks_are_mended(body: bytes, row: dict[str, Any]) -> None:
    """A BOM or a NaN in one ticket would otherwise cost the whole page, at every run."""
    answers(httpx.Response(200, content=body))
    page = api().get("/tickets", TicketPage)
    assert [msgspec.json.decode(one) for one in page.tickets] == [row]


@respx.mock
def test_bad_utf8_in_a_needed_field_is_mended() -> None:
    """One broken byte in a name must not stop a source."""
    answers(httpx.Response(200, content=b'{"tickets":[],"next_page":"a\xffb\\ud800"}'))
    assert api().get("/tickets", TicketPage).next_page == "a\ufffdb?"


@pytest.mark.parametrize("status", [204, 304, 300])
@respx.mock
def test_an_empty_success_is_not_an_empty_list(status: int) -> None:
    """304 to a request that asked for no such thing is a fault of something in between."""
    answers(*[httpx.Response(status)] * 8)
    with pytest.raises(Unavailable):
        api().get("/tickets", TicketPage)


@respx.mock
def test_raw_bytes_are_given_as_they_are() -> None:
    """Uploads and webhooks answer in words, not in JSON."""
    answers(httpx.Response(200, content=b"ok"), httpx.Response(204))
    client = api()
    assert client.get_raw("/x") == b"ok"
    assert client.post("/x", content=b"abc") == b""


# Waiting


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7.5),
        ({"Retry-After": "1.5"}, 1.5, 2),
        ({"Retry-After": "0"}, 1, 1.5),
        ({"Retry-After": "-5"}, 2, 3),
        ({"Retry-After": "soon"}, 2, 3),
        ({"Retry-After": "9" * 400}, 2, 3),
        ({}, 2, 3),
        ({"Retry-After": "Fri, 20 Nov 2026 06:00:09 GMT", "Date": "Fri, 20 Nov 2026 06:00:00 GMT"}, 9, 9.5),
        ({"Retry-After": "Fri, 20 Nov 2026 05:00:00 GMT", "Date": "Fri, 20 Nov 2026 06:00:00 GMT"}, 1, 1.5),
        ({"Retry-After": "Fri, 99 Nov 2026"}, 2, 3),
        ({"ratelimit-reset": "41"}, 41, 41.5),
        ({"X-AircallApi-Reset": "1795000012"}, 12, 12.5),
        ({"X-AircallApi-Reset": "1795000012000"}, 12, 12.5),
        ({"X-RateLimit-Reset": "1794999999"}, 1, 1.5),
    ],
)
@respx.mock
def test_a_429_waits_as_told(headers: dict[str, str], least: float, most: float) -> None:
    """'Backing off 0.0 s' has made storms; a date read against a wrong clock has made hours."""
    time = FakeTime()
    answers(httpx.Response(429, headers=headers), ok())
    api(time).get("/tickets", TicketPage)
    assert least <= sum(time.slept) <= most


@respx.mock
def test_a_503_with_retry_after_waits_as_told() -> None:
    """Maintenance windows say how long they take."""
    time = FakeTime()
    answers(httpx.Response(503, headers={"Retry-After": "20"}), ok())
    api(time).get("/tickets", TicketPage)
    assert 20 <= sum(time.slept) <= 20.5


@respx.mock
def test_a_wait_of_a_day_ends_the_run_with_the_time_to_come_back() -> None:
    """A run that sleeps for a day blocks every report; the schedule comes back by itself."""
    time = FakeTime()
    answers(httpx.Response(429, headers={"Retry-After": "86400"}))
    with pytest.raises(Unavailable, match="from 2026-11-1") as caught:
        api(time).get("/tickets", TicketPage)
    assert time.slept == []
    assert caught.value.retry_at == pytest.approx(time.begun + 86400, abs=2)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}, {"Retry-After": "0"}, {"Retry-After": "60"}])
@respx.mock
def test_a_429_for_ever_is_bounded_for_the_whole_account(headers: dict[str, str]) -> None:
    """Five streams that each try for themselves are the storm that gets the account blocked."""
    time = FakeTime()
    route = respx.route().mock(return_value=httpx.Response(429, headers=headers, text="slow down"))
    budget = Budget(700, timing=time.timing)
    for _ in range(2):  # two sources of one account
        client = api(time, budget=budget)
        for path in ("/tickets", "/users", "/incremental/tickets/cursor.json", "/groups", "/slas"):
            with pytest.raises(Unavailable) as caught:
                client.get(path, TicketPage)
            assert caught.value.retry_at is not None
            assert caught.value.retry_at > time.timing.now()
    assert 3 <= route.call_count <= 25
    assert time.at < 300


@respx.mock
def test_a_host_that_is_down_is_bounded_in_time_and_tries() -> None:
    """One vendor down must not hold up the report about the others."""
    time = FakeTime()
    route = respx.route().mock(return_value=httpx.Response(503))
    client = api(time)
    for _ in range(5):
        with pytest.raises(Unavailable, match="503; given up after"):
            client.get("/tickets", TicketPage)
    assert route.call_count == 8 + 4 * 2
    assert time.at < 240
    route.mock(return_value=ok())
    client.get("/tickets", TicketPage)
    route.mock(side_effect=[*[httpx.Response(503)] * 3, ok()])
    assert client.get("/tickets", TicketPage).tickets


@respx.mock
def test_waits_are_spread_by_full_jitter() -> None:
    """Many installations that come back in step take the vendor down again."""
    firsts = set()
    for _ in range(20):
        time = FakeTime()
        respx.route().mock(side_effect=[httpx.Response(503), ok()])
        api(time).get("/tickets", TicketPage)
        assert time.at <= 1
        firsts.add(time.at)
    assert len(firsts) > 10


@respx.mock
def test_a_request_to_stop_ends_a_wait() -> None:
    """SIGTERM during a minute of backoff: the service manager kills after ten seconds."""
    time = FakeTime()

    def refuse(request: httpx.Request) -> httpx.Response:
        time.stopped = True
        return httpx.Response(429, headers={"Retry-After": "60"})

    route = respx.route().mock(side_effect=refuse)
    with pytest.raises(Unavailable, match="stop"):
        api(time).get("/tickets", TicketPage)
    assert route.call_count == 1
    assert time.at < 1


@respx.mock
def test_requests_of_one_run_are_bounded() -> None:
    """A list without an end must end with a message, not with a full disk."""
    respx.route().mock(return_value=ok())
    client = api(patience=Patience(requests=3))
    for _ in range(3):
        client.get("/tickets", TicketPage)
    with pytest.raises(Stuck, match="no end"):
        client.get("/tickets", TicketPage)
    assert client.requests == 3


@pytest.mark.parametrize(
    ("date", "skew_s"),
    [("Wed, 18 Nov 2026 11:06:40 GMT", 3600), ("Wed, 18 Nov 2026 10:06:40 GMT", 0), ("nonsense", None)],
)
@respx.mock
def test_the_vendor_s_clock_is_compared_with_ours(date: str, skew_s: int | None) -> None:
    """A host that is an hour off dates every report wrongly; `check` says so."""
    answers(ok(Date=date))
    client = api(FakeTime(utc("2026-11-18T10:06:40Z")))
    client.get("/tickets", TicketPage)
    assert client.skew_s == skew_s


# Deliveries


@pytest.mark.parametrize("fault", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
@respx.mock
def test_a_lost_reply_is_unclear_and_nothing_is_sent_twice(fault: type[Exception]) -> None:
    """The channel would read the same report twice."""
    route = answers(fault, ok())
    with pytest.raises(Unclear, match="outcome is unknown"):
        api().post("/chat.postMessage", TicketPage, json={"text": "x"}, retry="never_after_send")
    assert route.call_count == 1


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(503), httpx.Response(200, text="<html>")])
@respx.mock
def test_a_server_s_fault_after_sending_is_unclear(answer: httpx.Response) -> None:
    """Slack's internal_error may have posted."""
    route = answers(answer, ok())
    with pytest.raises(Unclear):
        api().post("/chat.postMessage", TicketPage, json={"text": "x"}, retry="never_after_send")
    assert route.call_count == 1


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError])
@respx.mock
def test_what_was_surely_not_taken_is_sent_again(fault: type[Exception]) -> None:
    """A report that never left must not wait for a human."""
    route = answers(fault, httpx.Response(429, headers={"Retry-After": "1"}), ok())
    assert api().post("/chat.postMessage", TicketPage, json={"text": "x"}, retry="never_after_send").tickets
    assert route.call_count == 3


@respx.mock
def test_a_delivery_that_never_connects_is_unavailable() -> None:
    """Nothing was sent, so the next run may send it."""
    answers(*[httpx.ConnectError] * 8)
    with pytest.raises(Unavailable, match="no connection"):
        api().post("/chat.postMessage", TicketPage, json={"text": "x"}, retry="never_after_send")


@respx.mock
def test_json_form_and_content_are_sent_as_such() -> None:
    """Slack reads blocks from JSON, upload addresses from a form, and files as bytes."""
    answers(ok(), ok(), ok())
    client = api()
    client.post("/a", TicketPage, json={"text": "ü"})
    client.post("/b", TicketPage, form={"length": "5", "filename": "a b"})
    client.post("/c", TicketPage, content=b"\x89PNG", content_type="image/png")
    sent = [(call.request.headers["content-type"], call.request.content) for call in respx.calls]
    assert sent == [
        ("application/json; charset=utf-8", '{"text":"ü"}'.encode()),
        ("application/x-www-form-urlencoded", b"length=5&filename=a+b"),
        ("image/png", b"\x89PNG"),
    ]


# Secrets


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
