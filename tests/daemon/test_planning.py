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
    assert shown.startswith("100 calls in 30 min, 180 s each: 10.00 erlang (Erlang C)\n")
    assert "14 people at work for 80% in 20 s, 20 on the roster (30% away)" in shown
    assert "18 lines, so that 1% of calls at most find all of them busy" in shown
    assert " >     14    88.8%    7.8 s  71.4%" in shown


def test_a_bare_number_is_seconds() -> None:
    """Everybody says "180" of a handle time."""
    assert asked(*("180" if word == "180s" else word for word in GIVEN)) == asked(*GIVEN)


def test_as_data() -> None:
    """Scripts read it with stable keys."""
    found = json.loads(asked(*GIVEN, "--patience", "2m", "--json"))
    assert (found["method"], found["needed"]["agents"], found["needed"]["heads"]) == ("erlang_a", 12, 18)
    assert [one["agents"] for one in found["tries"]] == [10, 11, 12, 13, 14]


def test_too_few_people_are_said_to_be() -> None:
    """A negative wait is no answer."""
    lines = list(what_if(4, 1_800, 1_800, "50/600", shrinkage=None, patience_s=None).lines())
    assert lines[6].endswith("overloaded: the queue grows without end")


@pytest.mark.parametrize("target", ["80", "eighty/20", "/", "120/20", "100/20", "80/nan", "80/inf", "80/-1"])
def test_a_target_that_is_none(target: str) -> None:
    """A slip of the keyboard is told, and nothing is computed from it."""
    with pytest.raises(ConfigError):
        what_if(10, 180, 1_800, target, shrinkage=None, patience_s=None)
    assert read_target("90/15") == (0.9, 15)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--calls", "100"), "--calls and --aht go together"),
        (("--target", "90/15"), "--target goes with --calls and --aht"),
        (("--in", "15m"), "--in goes with --calls and --aht"),
        ((*GIVEN, "--day", "2026-11-23"), "--day does not go with --calls"),
    ],
)
def test_options_that_do_not_go_together_are_told(options: tuple[str, ...], told: str) -> None:
    """An option that is taken and not heeded gives a number that somebody believes."""
    done = CliRunner().invoke(sync.cli, ["staffing", *options])
    assert done.exit_code == 2
    assert told in done.output


@pytest.mark.parametrize(
    ("calls", "shrinkage", "busy", "told"),
    [
        (100, 30, 1.0, "share of 0 or more"),
        (100, None, 85, "such as 0.85"),
        (1e9, None, 1.0, "more than 100,000 people"),
    ],
)
def test_numbers_that_cannot_be_are_told(calls: float, shrinkage: float | None, busy: float, told: str) -> None:
    """Thirty for thirty per cent is the slip that everybody makes once."""
    with pytest.raises(ConfigError, match=told):
        what_if(calls, 180, 1_800, "80/20", shrinkage=shrinkage, patience_s=None, max_occupancy=busy)


def test_one_of_anything_is_singular() -> None:
    """A line that says "1 calls" tells a reader that nobody read it."""

    def said(calls: float, target: str) -> list[str]:
        return list(what_if(calls, 180, 1_800, target, shrinkage=None, patience_s=None, max_occupancy=0.15).lines())

    assert said(1, "80/20")[:2] == [
        "1 call in 30 min, 180 s each: 0.10 erlang (Erlang C)", "1 person at work for 80% in 20 s"
    ]  # fmt: skip
    assert said(1, "99.5/20")[1] == "2 people at work for 99.5% in 20 s"
    assert said(2.5, "80/20")[0].startswith("2.5 calls in")
    assert said(20_000.0, "80/20")[0].startswith("20,000 calls in 30 min, 180 s each: 2,000.00 erlang")


def test_the_plan_of_a_day(tmp_path: Path) -> None:
    """Tomorrow by the forecast, half hour by half hour; another queue's name is answered with those there are."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    db = open_store(tmp_path / "desk.db")
    insert(db, {"queue_legs": list(legs("q", ("a", "b"), 100, 180))})
    base(db, "queues", uid="q", native_id="q", source="pbx", name="Hotline")
    fold(db, PLANNED, NOW_AT)
    db.close()
    plan = plan_day(tmp_path / "config.toml", NOW_AT, None, "hotline")
    (line,) = plan.half_hours
    assert (plan.day_on, line.slot, line.agents, line.heads) == ("2026-10-26", "10:00", 14, 20)
    assert list(plan.lines()) == [
        "2026-10-26: people busy 85% of their time at most; 30% of paid time is away from contacts (shrinkage)",
        "",
        "Hotline: 80% in 20 s, 7 hours at work; too few hung up to tell how patient callers are",
        "  no roster for this day is known",
        "          calls     aht  at work  to roster  rostered  in time   busy",
        "  10:00   100.0   180 s       14         20         -      89%    71%",
    ]
    with pytest.raises(ConfigError, match="is over"):
        plan_day(tmp_path / "config.toml", NOW_AT, "2026-10-19", None)
    with pytest.raises(ConfigError, match=r"Did you mean 'Hotline'\?"):
        plan_day(tmp_path / "config.toml", NOW_AT, None, "Hotlin")
    with pytest.raises(ConfigError, match="no calls to plan for"):
        plan_day(tmp_path / "config.toml", day_bounds("2027-10-26", BERLIN.zone)[0], None, None)
