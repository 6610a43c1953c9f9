"""The staffing verb: the calculator, and the plan of a day."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import sync
from core.clock import day_bounds
from core.daemon.planning import plan_day, read_target, what_if
from core.errors import ConfigError
from core.numbers.parts import fold
from core.store.db import open_store
from tests.numbers.analyses.test_staffing import NOW_AT, PLANNED, legs
from tests.numbers.rows import BERLIN, insert
from tests.report.desk import base

CONFIG = """
[reporting]
time_zone = "Europe/Berlin"

[planning]
shrinkage = 0.3

[store]
path = "desk.db"
"""
GIVEN = ("--calls", "100", "--aht", "180s", "--in", "30m", "--target", "80/20", "--shrinkage", "0.3")


def asked(*options: str) -> str:
    done = CliRunner().invoke(sync.cli, ["staffing", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_worked_example_on_the_command_line() -> None:
    """Without a config and a store: 14 people at work, 20 on the roster, and what one fewer would mean."""
    shown = asked(*GIVEN)
    assert "10.00 erlang (Erlang C)" in shown
    assert "14 people at work for 80% in 20 s, 20 on the roster (30% away)" in shown
    assert "18 lines, so that 1% of calls at most find all of them busy" in shown
    assert " >     14    88.8%    7.8 s  71.4%" in shown


def test_as_data() -> None:
    """Scripts read it with stable keys."""
    found = json.loads(asked(*GIVEN, "--patience", "2m", "--json"))
    assert (found["method"], found["needed"]["agents"], found["needed"]["heads"]) == ("erlang_a", 12, 18)
    assert [one["agents"] for one in found["tries"]] == [10, 11, 12, 13, 14]


def test_too_few_people_are_said_to_be() -> None:
    """A negative wait is no answer."""
    lines = list(what_if(4, 1_800, 1_800, "50/600", shrinkage=None, patience_s=None).lines())
    assert lines[6].endswith("overloaded: the queue grows without end")


@pytest.mark.parametrize("target", ["80", "eighty/20", "/", "120/20"])
def test_a_target_that_is_none(target: str) -> None:
    """A slip of the keyboard is told, and nothing is computed from it."""
    with pytest.raises(ConfigError):
        what_if(10, 180, 1_800, target, shrinkage=None, patience_s=None)
    assert read_target("90/15") == (0.9, 15)


def test_the_plan_of_a_day(tmp_path: Path) -> None:
    """Tomorrow by the forecast, half hour by half hour; another queue's name is answered with those there are."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    db = open_store(tmp_path / "desk.db")
    insert(db, {"queue_legs": list(legs("q", ("a", "b"), 100, 180))})
    base(db, "queues", uid="q", native_id="q", source="pbx", name="Hotline")
    fold(db, PLANNED, NOW_AT)
    db.close()
    plan = plan_day(tmp_path / "config.toml", NOW_AT, None, "Hotline")
    (line,) = plan.half_hours
    assert (plan.day_on, line.slot, line.agents, line.heads) == ("2026-10-26", "10:00", 14, 20)
    assert "  10:00   100.0   180 s       14         20         -      89%    71%" in list(plan.lines())
    with pytest.raises(ConfigError, match="Known: Hotline"):
        plan_day(tmp_path / "config.toml", NOW_AT, None, "Hotlin")
    with pytest.raises(ConfigError, match="no calls to plan for"):
        plan_day(tmp_path / "config.toml", day_bounds("2027-10-26", BERLIN.zone)[0], None, None)
