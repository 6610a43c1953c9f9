"""A destination may come from anybody; what it does wrong is its own."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from core.daemon.place import load_place
from core.daemon.reports import due_reports, send_reports
from core.deliver import targets
from core.sandbox.slack import SlackSandbox
from tests.daemon.place import epoch, mark_read, place

PLUGGED = '\n[[destinations]]\nname = "pager"\ntype = "pager"\n'
MORNING = epoch("2026-03-02T08:30:00+01:00")


def broken(*_: Any) -> Any:
    raise ZeroDivisionError("xoxb-secret-in-a-traceback")


def test_a_destination_that_breaks_keeps_no_other_from_its_report(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pager's plug-in has a fault of its own; the channel must read its numbers all the same."""
    monkeypatch.setattr(targets, "OWN", {**targets.OWN, "pager": broken})
    loaded = place(tmp_path, slack)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('to = ["ops"]', 'to = ["pager", "ops"]') + PLUGGED)
    loaded = load_place(config)
    mark_read(db, MORNING - 600)
    receipts = {one.destination: one for one in send_reports(db, loaded, due_reports(db, loaded, MORNING), MORNING)}
    assert receipts["pager"].state == "failed"
    assert receipts["pager"].notes == ("pager failed (ZeroDivisionError); a fault in it, see the log.",)
    assert receipts["ops"].state == "sent"
    assert len(slack.roots()) == 1
