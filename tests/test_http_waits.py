"""The door out: how long it waits, when it gives up, and what it never sends twice."""

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.clock import utc
from core.errors import Stuck, Unavailable, Unclear
from core.http import Budget, Http, Patience
from core.http.retry import wait_asked
from tests.http_server import FakeTime, TicketPage, answers, api, ok


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
        ({"Retry-After": "1 Jan 99999999999999999999 00:00:00 GMT"}, 2, 3),
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
def test_waiting_for_our_turn_uses_up_no_patience() -> None:
    """At ten requests a minute most of the time is such waiting; a single 503 then must still be tried again."""
    time = FakeTime()
    answers(ok(), httpx.Response(503), ok())
    client = api(time, budget=Budget(1, share=1.0, timing=time.timing), patience=Patience(total_s=30.0))
    client.get("/tickets", TicketPage)
    assert client.get("/tickets", TicketPage).tickets
    assert time.at > 120
    assert client._terms.until - clock.monotonic() > 10


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
    assert respx.calls.last.request.headers["connection"] == "close"


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


@given(
    st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
)
def test_any_text_in_a_header_gives_a_wait_in_bounds(text: str) -> None:
    """A header of nonsense must not end a run, nor a wait of it last for ever."""
    names = ("retry-after", "date", "ratelimit-reset")
    wait = wait_asked(dict.fromkeys(names, text), 429, 1_795_000_000)
    assert wait is None or 1 <= wait <= 7 * 86_400


@respx.mock
def test_the_plan_knows_the_requests_a_minute() -> None:
    """`backfill` says how long it will take before it begins."""
    http = Http("https://demo.zendesk.com/api/v2", limits={"/incremental/": 10})
    client = api(http=http, budget=Budget(400, share=0.5))
    assert client.per_minute("/incremental/tickets/cursor.json") == 5
    assert client.per_minute("/users") == 200
    assert api().per_minute("/users") is None
