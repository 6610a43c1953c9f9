"""Stretches of time, pages in them, and the figures put beside each call."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors import NotAllowed, Unavailable, Window
from connectors.freshcaller.paging import DAY_S, by_creation

NOW = 1_795_003_200
URL = "https://recordings.example/1.mp3?signature=abc"


def page(name: str, ids: list[int], pages: int = 1, at: str = "2026-11-18T10:00:00Z") -> dict[str, Any]:
    key = "call_id" if name == "call_metrics" else "id"
    rows = [{key: native, "created_time": at} for native in ids]
    return {name: rows, "meta": {"current": 1, "total_pages": pages, "total_count": 9}}


def test_a_call_has_its_figures_beside_it(api_of: Callable[..., Any]) -> None:
    """The two lists come apart; a call without figures, and figures without a call, are no fault."""
    api = api_of(page("calls", [1, 2]), page("call_metrics", [2, 3]))
    (found,) = by_creation(api, Window(since=NOW - DAY_S, now_at=NOW))
    rows = [json.loads(bytes(row)) for row in found.rows]
    assert [row["id"] for row in rows] == [1, 2]
    assert ["metrics" in row for row in rows] == [False, True]
    assert rows[1]["metrics"]["call_id"] == 2
    assert [path for path, _ in api.asked] == ["/calls", "/call_metrics"]
    assert api.asked[0][1]["has_ancestry"] == "true"


@pytest.mark.parametrize("recording", [{"id": 5, "url": URL, "duration": 7, "duration_unit": "seconds"}, URL, [URL]])
def test_the_address_of_a_recording_goes_no_further(api_of: Callable[..., Any], recording: object) -> None:
    """Whoever has it can listen; rows that are kept whole must not hold it either."""
    calls = page("calls", [1])
    calls["calls"][0] |= {"recording": recording, "direction": "incoming"}
    (found,) = by_creation(api_of(calls, page("call_metrics", [])), Window(since=NOW - DAY_S, now_at=NOW))
    (row,) = (json.loads(bytes(one)) for one in found.rows)
    assert URL not in json.dumps(row)
    assert (row["id"], row["direction"]) == (1, "incoming")
    told = {"duration": 7, "duration_unit": "seconds"} if isinstance(recording, dict) else None
    assert row["recording"] == told


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([{"type": "answered", "time_stamp": "t", "agent_name": "Ada"}], [{"type": "answered", "time_stamp": "t"}]),
        ([{"type": 7}], []), ("rubbish", []), (None, []),
    ],
)  # fmt: skip
def test_steps_of_another_form_cost_the_steps_only(api_of: Callable[..., Any], told: object, kept: object) -> None:
    """No page describes them; a call must not be set aside for that, nor a name be kept."""
    metrics = page("call_metrics", [1])
    metrics["call_metrics"][0] |= {"life_cycle": told, "talk_time": 5}
    api = api_of(page("calls", [1]), metrics)
    (found,) = by_creation(api, Window(since=NOW - DAY_S, now_at=NOW))
    assert json.loads(bytes(found.rows[0]))["metrics"] == {
        "call_id": 1, "created_time": "2026-11-18T10:00:00Z", "talk_time": 5, "life_cycle": kept,
    }  # fmt: skip
    assert api.asked[1][1]["include"] == "life_cycle"


def test_figures_are_asked_for_as_long_as_they_come_late(api_of: Callable[..., Any]) -> None:
    """They are made after their call: those of a stretch's last call lie beyond its end."""
    at = "2026-11-16T11:59:00Z"
    api = api_of(page("calls", [1], at=at), page("call_metrics", [1], at=at))
    list(by_creation(api, Window(since=NOW - 3 * DAY_S, until=NOW - 2 * DAY_S, now_at=NOW)))
    assert [params["by_time[to]"] for _, params in api.asked] == ["2026-11-16T12:00:00Z", "2026-11-16T12:30:00Z"]


def test_the_place_never_passes_what_may_still_be_invisible(api_of: Callable[..., Any]) -> None:
    """A call of ten minutes ago may come in twenty: the end of data lies half an hour back (trap: lagged reading)."""
    api = api_of(page("calls", [1], at="2026-11-18T11:55:00Z"), page("call_metrics", []))
    (found,) = by_creation(api, Window(since=NOW - DAY_S, now_at=NOW))
    assert found.data_to == NOW - 1800
    api = api_of(page("calls", [1], at="2026-11-18T09:00:00Z"), page("call_metrics", []))
    (found,) = by_creation(api, Window(since=NOW - DAY_S, now_at=NOW))
    assert found.data_to == NOW - 3 * 3600
    assert (found.last, found.resume_at) == (True, f"{NOW}|1")


def test_long_lists_are_read_in_shorter_stretches(api_of: Callable[..., Any]) -> None:
    """A list that grows while its fiftieth page is read is no list to rely on."""
    old, new = "2026-11-15T10:00:00Z", "2026-11-18T10:00:00Z"
    api = api_of(
        page("calls", [1], pages=40),
        page("calls", [1], at=old), page("call_metrics", []),
        page("calls", [2], at=new), page("call_metrics", []),
    )  # fmt: skip
    begun = NOW - 4 * DAY_S
    pages = list(by_creation(api, Window(since=begun, now_at=NOW)))
    assert [one.resume_at for one in pages] == [f"{begun + 2 * DAY_S}|1", f"{NOW}|1"]
    asked = [params["by_time[to]"] for path, params in api.asked if path == "/calls"]
    assert asked == ["2026-11-18T12:00:00Z", "2026-11-16T12:00:00Z", "2026-11-18T12:00:00Z"]


def test_it_goes_on_at_the_page_where_it_was_cut_short(api_of: Callable[..., Any]) -> None:
    """A killed first load must not begin anew."""
    api = api_of(page("calls", [3], pages=3), page("call_metrics", []), page("calls", [4], pages=3))
    pages = list(by_creation(api, Window(resume_at=f"{NOW - DAY_S}|2", now_at=NOW)))
    assert [params["page"] for path, params in api.asked if path == "/calls"] == [2, 3]
    assert [one.resume_at for one in pages] == [f"{NOW - DAY_S}|3", f"{NOW}|1"]


def test_a_stretch_of_history_ends_where_it_should(api_of: Callable[..., Any]) -> None:
    """A backfill asks for weeks, newest first."""
    api = api_of(page("calls", [], at=""), page("call_metrics", []))
    list(by_creation(api, Window(since=NOW - 9 * DAY_S, until=NOW - 2 * DAY_S, now_at=NOW)))
    assert api.asked[0][1]["by_time[to]"] == "2026-11-16T12:00:00Z"


def test_refused_figures_are_said_and_the_calls_still_read(api_of: Callable[..., Any]) -> None:
    """Waits are missing then; somebody must know why (trap 10)."""
    api = api_of(page("calls", [1]), NotAllowed("not for this key", 403, ""))
    (found,) = by_creation(api, Window(since=NOW - DAY_S, now_at=NOW))
    assert len(found.rows) == 1
    assert "without figures" in found.note


def test_pages_without_a_count_are_no_end(api_of: Callable[..., Any]) -> None:
    """Taken for the last page, the rest would be lost in silence."""
    with pytest.raises(Unavailable, match="how many pages"):
        list(by_creation(api_of({"calls": []}), Window(since=NOW - DAY_S, now_at=NOW)))


def test_a_list_that_ignores_the_time_is_not_read_for_ever(api_of: Callable[..., Any]) -> None:
    """Freshcaller's page does not promise the filter; each stretch would be the whole history again."""
    api = api_of(page("calls", [1], at="2019-01-01T00:00:00Z"), page("call_metrics", []))
    with pytest.raises(Unavailable, match="outside the time asked for"):
        list(by_creation(api, Window(since=NOW - DAY_S, now_at=NOW)))
