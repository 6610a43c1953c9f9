"""Looks are counted without getting in anybody's way, and `kpi suggest` answers in words and lines of config."""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from core.clock import day_bounds
from core.daemon.choosing import note_looks, suggestion
from core.daemon.place import load_place
from core.daemon.questions import show_metric
from core.store.db import open_store
from tests.numbers.rows import BERLIN, LONG_AGO, insert

NOW_AT = day_bounds("2026-03-31", BERLIN.zone)[0] + 43_200
REPORT = '\n[[reports]]\nname = "daily"\nmetrics = ["csat", "backlog_open"]\n'


def place(folder: Path, more: str = "") -> Path:
    config = folder / "config.toml"
    config.write_text('[reporting]\ntime_zone = "Europe/Berlin"\n' + more)
    config.chmod(0o600)
    with closing(open_store(folder / "deskpulse.db")) as db:
        insert(db, LONG_AGO)
        insert(
            db, {"contact_facts": [{"contact_uid": "c", "kind": "call", "channel": "phone", "day_on": "2026-03-30"}]}
        )
    return config


def looks(config: Path) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(config.with_name("deskpulse.db"))) as db:
        return db.execute("select metric_id, day_on, looks from metric_looks order by metric_id").fetchall()


def test_who_asks_for_a_metric_is_counted_and_not_named(tmp_path: Path) -> None:
    """What nobody opens can be left out; who opens what is nobody's business."""
    config = place(tmp_path)
    for _ in range(2):
        show_metric(config, NOW_AT, "csat", day=None, from_on=None, to_on=None, variant=None, by=None, days=0, where={})
    assert looks(config) == [("csat", "2026-03-31", 2)]


def test_a_busy_store_loses_a_look_and_no_verb(tmp_path: Path) -> None:
    """The daemon writes for minutes at a backfill; a question must not wait for it, nor fail."""
    config = place(tmp_path)
    loaded = load_place(config, with_secrets=False)
    with closing(sqlite3.connect(loaded.store_path, isolation_level=None)) as writer:
        writer.execute("begin immediate")
        note_looks(loaded, ["csat"], NOW_AT)
        writer.execute("rollback")
    assert looks(config) == []
    loaded.store_path.unlink()
    note_looks(loaded, ["csat"], NOW_AT)
    assert not loaded.store_path.exists()


def test_without_a_report_the_few_to_begin_with(tmp_path: Path) -> None:
    """A first evening: no config at all, then one with a telephone."""
    said = "\n".join(suggestion(tmp_path / "config.toml", NOW_AT, {}).lines())
    assert "Start with few: Customer satisfaction (csat)" in said
    made = suggestion(place(tmp_path), NOW_AT, {})
    assert made.channels == {"phone": 1}
    (report,) = tomllib.loads("\n".join(made.toml()))["reports"]
    assert report["metrics"] == ["csat", "service_level", "abandon_rate"]


@pytest.mark.parametrize(("need", "understood"), [("quick answers", ["fast"]), ("blue", [])])
def test_needs_are_taken_from_options_and_said_back(tmp_path: Path, need: str, understood: list[str]) -> None:
    """A script gets JSON with what was understood; nothing is proposed that has no data."""
    data = suggestion(place(tmp_path, REPORT), NOW_AT, {"customer": need}).data()
    assert (data["understood"], data["shown"]) == (understood, ["csat", "backlog_open"])
    assert (data["suggestion"], data["config"]) == (None, "")


def test_the_needs_of_every_goal_count(tmp_path: Path) -> None:
    """The last goal in the file is not the only one that somebody thought about."""
    goal = '\n[[goals]]\nmetric = "{}"\ntarget = 0.8\ncounter_floor = 0.1\ncustomer_need = "{}"\n'
    goals = goal.format("csat", "quick answers") + goal.format("service_level", "a friendly word")
    made = suggestion(place(tmp_path, REPORT + goals), NOW_AT, {"company": "low costs"})
    assert made.needs == {"customer": "quick answers; a friendly word", "company": "low costs"}
    assert set(made.understood) == {"fast", "kind", "cheap"}


def test_a_store_that_may_only_be_read_answers(tmp_path: Path) -> None:
    """A look that cannot be counted is no reason to say nothing, and neither is a daemon that writes."""
    config = place(tmp_path, REPORT)
    store = config.with_name("deskpulse.db")

    def asked() -> list[str]:
        made = show_metric(
            config, NOW_AT, "csat", day=None, from_on=None, to_on=None, variant=None, by=None, days=0, where={}
        )
        return list(made.lines())

    store.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        said = asked()
        assert suggestion(config, NOW_AT, {}).shown == ("csat", "backlog_open")
    finally:
        tmp_path.chmod(0o700)
        store.chmod(0o600)
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("begin exclusive")
        assert asked() == said
        writer.execute("rollback")
