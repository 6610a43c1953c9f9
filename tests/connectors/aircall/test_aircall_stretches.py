"""How calls are read: 10,000 rows of a question and no more, six months and no more, an order that is not sworn to."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from connectors import Refused, Stuck, Window
from connectors.aircall import stretches
from connectors.aircall.account import tallies
from connectors.aircall.settings import AircallSettings, http
from connectors.aircall.stretches import fetch_calls, without_links
from core.clock import Timing
from core.errors import AuthError
from core.http import Api, Budget
from core.sandbox.vendors.aircall import API_ID, API_TOKEN, CAP, KEPT_S, NOW_AT, AircallSandbox
from tests.http_server import FakeTime

DAY_S = 86_400


@pytest.fixture
def serve() -> Iterator[Callable[..., AircallSandbox]]:
    servers: list[AircallSandbox] = []

    def made(objects: int, **given: Any) -> AircallSandbox:
        servers.append(AircallSandbox(objects, **given))
        servers[-1].start()
        return servers[-1]

    yield made
    for server in servers:
        server.stop()


def door(
    server: AircallSandbox, token: str = API_TOKEN, budget: Budget | None = None, timing: Timing | None = None
) -> Api:
    given = http(AircallSettings(api_id=API_ID, api_token=SecretStr(token)))
    return Api(given, name="air", base_url=server.url, budget=budget, timing=timing or FakeTime().timing)


def ids(pages: Any) -> list[int]:
    return [msgspec.json.decode(raw)["id"] for page in pages for raw in page.rows]


def test_more_than_ten_thousand_calls_are_read_in_halves(
    serve: Callable[..., AircallSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 10,001 of a question is never given: without halving, the busiest company loses its calls in silence."""
    assert stretches.CAP == CAP == 10_000
    # The same on a smaller scale.
    monkeypatch.setattr(stretches, "CAP", 1_000)
    server = serve(1_900, apart_s=300, cap=1_000)
    with door(server) as api:
        found = ids(fetch_calls(api, Window(since=NOW_AT - 30 * DAY_S, now_at=NOW_AT)))
    assert len(set(found)) == len(server.calls) > 1_000
    assert len(found) - len(set(found)) <= 3
    asked = {(logged.query["from"], logged.query["to"]) for logged in server.requests("/v1/calls")}
    assert len(asked) > 2
    assert len(server.requests("/v1/calls")) < 50


def test_a_count_at_the_cap_is_not_believed(
    serve: Callable[..., AircallSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """10,000 is what Aircall says of 10,000 calls and of 50,000."""
    monkeypatch.setattr(stretches, "CAP", 100)
    server = serve(98, cap=100)
    assert len(server.calls) == 100
    with door(server) as api:
        assert set(ids(fetch_calls(api, Window(since=0, now_at=NOW_AT)))) == {call.id for call in server.calls}
    assert len({logged.query["from"] for logged in server.requests("/v1/calls")}) > 1


def test_a_call_on_the_border_of_two_weeks_is_counted_once(serve: Callable[..., AircallSandbox]) -> None:
    """Both ends of a question are part of it; an audit would find a call too few where none is missing."""
    server = serve(10)
    since = NOW_AT - 14 * DAY_S
    for call, at in zip(server.calls, [since, since + 7 * DAY_S, since + 7 * DAY_S - 1], strict=False):
        call.started_at = at
    with door(server) as api:
        told = [
            one for one in tallies(api, Window(since=since, until=NOW_AT + 1, now_at=NOW_AT)) if one.what == "calls"
        ]
    assert sum(one.count for one in told) == len(server.calls)


def test_a_second_that_holds_more_than_is_given_ends_with_a_word(
    serve: Callable[..., AircallSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood (or a broken clock at Aircall) must not be halved for ever."""
    monkeypatch.setattr(stretches, "CAP", 100)
    server = serve(110, apart_s=0, cap=100)
    for call in server.calls:
        call.started_at = NOW_AT - 100
    with door(server) as api, pytest.raises(Stuck, match="in one second"):
        list(fetch_calls(api, Window(since=0, now_at=NOW_AT)))


def test_a_killed_read_goes_on_where_it_was(serve: Callable[..., AircallSandbox]) -> None:
    """A first load takes an hour of a limit that the whole company shares."""
    server = serve(120)
    with door(server) as api:
        pages = fetch_calls(api, Window(since=0, now_at=NOW_AT))
        first = next(pages)
        later = ids(fetch_calls(api, Window(since=0, now_at=NOW_AT, resume_at=first.resume_at)))
    assert len(first.rows) == 50
    assert set(later) | set(ids([first])) == {call.id for call in server.calls}
    assert len(later) == len(server.calls) - 49


def test_rows_out_of_order_move_no_cursor(serve: Callable[..., AircallSandbox]) -> None:
    """If `order` is ever ignored, a cursor past unread calls would lose them."""
    server = serve(120)
    server.calls.reverse()
    with door(server) as api:
        pages = list(fetch_calls(api, Window(since=0, now_at=NOW_AT)))
    assert {page.resume_at for page in pages} == {None}
    assert len(set(ids(pages))) == len(server.calls)


def test_half_a_year_is_asked_for_and_what_is_older_is_said_to_be_gone(serve: Callable[..., AircallSandbox]) -> None:
    """A backfill over two years must not look complete with six months in it."""
    server = serve(400, apart_s=DAY_S)
    with door(server) as api:
        *_, last = fetch_calls(api, Window(since=0, now_at=NOW_AT))
        assert "six months" in last.note
        assert int(server.requests("/v1/calls")[0].query["from"]) > NOW_AT - KEPT_S - 30 * DAY_S
        *_, last = fetch_calls(api, Window(since=NOW_AT - 90 * DAY_S, now_at=NOW_AT))
        assert (last.note, last.data_to) == ("", NOW_AT)
        before = Window(since=NOW_AT - 300 * DAY_S, until=NOW_AT - 293 * DAY_S, now_at=NOW_AT)
        with pytest.raises(Refused, match="keeps six months"):
            list(fetch_calls(api, before))


def test_a_window_of_history_ends_where_it_should(serve: Callable[..., AircallSandbox]) -> None:
    """Weeks are read newest first; a week that reads on to today would read everything each time."""
    server = serve(120, apart_s=7_200)
    until = NOW_AT - 5 * DAY_S
    with door(server) as api:
        pages = list(fetch_calls(api, Window(since=until - 3 * DAY_S, until=until, now_at=NOW_AT)))
    begun = [msgspec.json.decode(raw)["started_at"] for page in pages for raw in page.rows]
    assert begun
    assert all(until - 3 * DAY_S <= at <= until for at in begun)
    assert pages[-1].data_to == until


@pytest.mark.parametrize("reset", ["45", str(1_795_000_045), str(1_795_000_045_000)], ids=["span", "s", "ms"])
def test_a_reset_is_understood_in_seconds_and_in_milliseconds(serve: Callable[..., AircallSandbox], reset: str) -> None:
    """Taken for seconds, milliseconds are a wait of fifty thousand years."""
    server = serve(3)
    server.busy = [reset]
    time = FakeTime(1_795_000_000)
    with door(server, budget=Budget(60, 1.0, timing=time.timing), timing=time.timing) as api:
        assert ids(fetch_calls(api, Window(since=0, now_at=NOW_AT)))
    assert 44 <= time.at <= 47


def test_403_is_a_bad_key_and_says_which_setting(serve: Callable[..., AircallSandbox]) -> None:
    """Aircall's keys have no scopes: read as a missing permission, every stream is skipped for a day."""
    server = serve(3)
    with door(server, token="at-wrong") as api, pytest.raises(AuthError, match="`api_token` of air") as caught:
        list(fetch_calls(api, Window(since=0, now_at=NOW_AT)))
    assert "at-wrong" not in str(caught.value)
    assert len(server.log) == 1


def test_links_to_recordings_are_gone_before_anything_is_kept() -> None:
    """Whoever has the link can listen for an hour or three; a store of full rows would be a store of such links."""
    link = "https://assets.example/1.mp3"
    names = ("recording", "asset", "recording_short_url", "voicemail_short_url", "voicemail")
    made = without_links(msgspec.Raw(msgspec.json.encode({"id": 1, **dict.fromkeys(names, link)})))
    assert msgspec.json.decode(made) == {"id": 1, "voicemail": True}
    assert msgspec.json.decode(without_links(msgspec.Raw(b'{"id":1,"voicemail":null}'))) == {
        "id": 1,
        "voicemail": False,
    }
    assert bytes(without_links(msgspec.Raw(b'"not a row"'))) == b'"not a row"'
