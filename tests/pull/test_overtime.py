"""A connector that computes for ever is ended; one that waits, or works page by page, is left alone."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import Page, Record, Stream, Window
from core.pull import overtime
from core.pull.overtime import Overtime, watched
from tests.pull.conftest import Fake, Row, Script, normalise, page


def forever(*_: Any) -> Iterator[Record]:
    while True:
        pass


def works(seconds: float) -> None:
    """Computes for so long."""
    import time

    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_connector_that_never_ends_does_not_stop_the_next_stream(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file that an admin wrote in a hurry must not silence every other source until somebody looks."""
    monkeypatch.setattr(overtime, "LIMIT_S", 0.1)
    endless = Stream("endless", Script([page({"id": 1})]).fetch, Row, forever)
    good = Stream("good", Script([page({"id": 2})]).fetch, Row, normalise)
    result = fake.pull(endless, good)
    assert [one.status for one in result.streams] == ["failed", "ok"]
    assert "Overtime" in str(result.streams[0].error)
    assert fake.ids() == ["2"]


def test_each_page_counts_anew(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first load of hours is no fault."""
    monkeypatch.setattr(overtime, "LIMIT_S", 0.25)

    def slow(_: Any, __: Window) -> Iterator[Page]:
        for number in range(4):
            works(0.1)
            yield page({"id": number}, resume_at=str(number))

    assert fake.pull(Stream("slow", slow, Row, normalise)).outcome == "ok"


def test_waiting_is_no_overtime() -> None:
    """A vendor may hold us back for an hour."""
    with watched(0.02):
        was_called = threading.Event().wait(0.2)
    assert not was_called


def test_nothing_is_raised_once_the_work_is_done() -> None:
    """It would end somebody else's work."""
    with pytest.raises(Overtime), watched(0.05):
        works(5)
    works(0.15)
