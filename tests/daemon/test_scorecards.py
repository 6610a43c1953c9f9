"""Who may read numbers of single persons, and what is left of it: a line in the log, and nothing anywhere else."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from core.clock import day_bounds
from core.config.load import Loaded
from core.daemon.doctor import examine
from core.daemon.place import load_place
from core.daemon.scorecards import Shown, readings, scorecards
from core.errors import ConfigError
from core.report.export import export_rows
from core.report.model import Table
from core.report.rules import RuleBroken, check
from core.store.db import open_store
from tests.numbers.analyses.test_appraisal import agent, calls, gathered
from tests.numbers.rows import BERLIN, LONG_AGO, insert
from tests.report.desk import base
from tests.report.mock import daily
from tests.tree import ROOT

NOW_AT = day_bounds("2026-03-31", BERLIN.zone)[1]
NAMES = ("Ada", "Bo", "Cy", "Di", "Ed", "Fay")
ON = """
[appraisal]
agent_metrics = "{who}"
agreed_by = "works council of Lumo"
agreed_on = 2026-01-15
may_praise = true
"""


@cache
def filled() -> bytes:
    """A store with a team of six of whom Fay resolves far less than the others and Ada far more."""
    solved = {"Ada": 0.9, "Fay": 0.4}
    rows = [calls(f"pbx:{name}", 150, solved=solved.get(name, 0.7)) for name in NAMES]
    with TemporaryDirectory() as folder, closing(open_store(Path(folder) / "deskpulse.db")) as db:
        insert(db, LONG_AGO)
        insert(db, gathered(*rows))
        base(db, "teams", uid="zd:t", native_id="t", source="zd", name="Tech")
        base(db, "calls", uid="pbx:Ada/l/0", native_id="0", source="pbx", direction="inbound", arrived_at=1_772_600_000)
        for name in NAMES:
            agent(db, f"pbx:{name}")
        return db.serialize()


def place(folder: Path, who: str) -> Path:
    """A config that says whose numbers may be read, and the store."""
    config = folder / "config.toml"
    config.write_text('[reporting]\ntime_zone = "Europe/Berlin"\n' + (ON.format(who=who) if who != "off" else ""))
    (folder / "deskpulse.db").write_bytes(filled())
    for path in folder.iterdir():
        path.chmod(0o600)
    return config


def cards(config: Path, **given: str) -> Shown:
    asked = {**dict.fromkeys(("team", "person", "from_on", "to_on", "reader")), **given}
    return scorecards(config, NOW_AT, **asked)


def more(config: Path, table: str, **row: Any) -> None:
    with closing(open_store(loaded(config).store_path)) as db:
        if table == "agents":
            agent(db, **row)
        else:
            base(db, table, **row)


def loaded(config: Path) -> Loaded:
    return load_place(config, with_secrets=False)


def test_off_tells_nothing_and_says_what_switching_on_takes(tmp_path: Path) -> None:
    """A tool that merely can watch people is subject to consent: the reader learns that before anything else."""
    with pytest.raises(ConfigError, match=r"BetrVG 87\(1\) no\. 6.*BAG 25\.04\.2017, 1 ABR 46/15"):
        cards(place(tmp_path, "off"), person="Ada")
    assert readings(tmp_path / "config.toml") == []


def test_a_lead_sees_the_team_and_the_log_says_so(tmp_path: Path) -> None:
    """Who is read can see by whom, and when."""
    config = place(tmp_path, "lead")
    said = list(cards(config, reader="Lea").lines())
    assert "agreed by works council of Lumo on 2026-01-15" in said[0]
    fay = said.index("  Fay")
    assert said[fay + 1].startswith("    First contact resolution 40.0")
    assert "worse" in said[fay + 1]
    assert said[fay + 1].endswith("rank 6 of 6")
    assert "    most clearly off: First contact resolution" in said[fay:]
    assert any("Average handle time, mean" in line and "beside it First contact" in line for line in said)
    (read,) = readings(config)
    assert (read.reader.startswith("Lea ("), read.subject, read.read_at) == (True, "team:zd:t", NOW_AT)


def test_praise_may_be_public_and_criticism_may_not(tmp_path: Path) -> None:
    """Only what was better is listed as fit to be said aloud, and only if the person agrees."""
    said = [line for line in cards(place(tmp_path, "lead")).lines() if "said aloud" in line]
    assert said == ["  may be said aloud, if Ada agrees: First contact resolution"]
    (tmp_path / "own").mkdir()
    own = cards(place(tmp_path / "own", "self"), person="Ada").lines()
    assert "said aloud" not in "\n".join(own)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("may_praise = true\n", ""))
    assert "said aloud" not in "\n".join(cards(config).lines())


def test_one_s_own_numbers_hold_nobody_else(tmp_path: Path) -> None:
    """Ada sees the team's mean and not who makes it."""
    config = place(tmp_path, "self")
    with pytest.raises(ConfigError, match="--person"):
        cards(config)
    said = "\n".join(cards(config, person="Ada").lines())
    assert "team 68.3" in said
    assert not [name for name in NAMES[1:] if re.search(rf"\b{name}\b", said)]
    assert [read.subject for read in readings(config)] == ["pbx:Ada"]
    with pytest.raises(ConfigError, match="no numbers of anybody"):
        cards(config, person="Zoe")


def test_two_of_one_name_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """The other Ada would read what is not hers."""
    config = place(tmp_path, "self")
    more(config, "agents", uid="zd:Ada", team="zd:u")
    with closing(open_store(loaded(config).store_path)) as db:
        insert(db, gathered(calls("zd:Ada", 40)))
    with pytest.raises(ConfigError, match="2 people are called 'Ada'"):
        cards(config, person="Ada")
    assert readings(config) == []
    (own,) = cards(config, person="pbx:Ada").boards
    assert [card.person.uid for card in own.cards] == ["pbx:Ada"]


def test_a_lead_names_the_team(tmp_path: Path) -> None:
    """Lead of one team is not lead of the house."""
    config = place(tmp_path, "lead")
    more(config, "teams", uid="zd:u", native_id="u", source="zd", name="Billing")
    more(config, "agents", uid="zd:Gil", team="zd:u")
    with closing(open_store(loaded(config).store_path)) as db:
        insert(db, gathered(calls("zd:Gil", 40)))
    with pytest.raises(ConfigError, match=r"Say which: .*Billing, Tech"):
        cards(config)
    assert readings(config) == []
    assert [board.team for board in cards(config, team="Tech").boards] == ["Tech"]


@pytest.mark.parametrize("to_on", ["2026-04-01", "2030-01-01"])
def test_nobody_is_judged_as_of_a_day_to_come(tmp_path: Path, to_on: str) -> None:
    """In 2030 this month's newcomers would be old hands."""
    with pytest.raises(ConfigError, match="not over yet"):
        cards(place(tmp_path, "lead"), to_on=to_on)


def test_what_will_be_agreed_is_not_agreed(tmp_path: Path) -> None:
    """The works council's consent begins next month."""
    config = place(tmp_path, "lead")
    config.write_text(config.read_text().replace("2026-01-15", "2026-05-01"))
    with pytest.raises(ConfigError, match="agreed from 2026-05-01 on"):
        cards(config)


def test_a_reader_writes_one_line_of_the_log(tmp_path: Path) -> None:
    """A name with a line break in it would put words into somebody else's mouth."""
    config = place(tmp_path, "lead")
    cards(config, reader="Lea\n2026-01-01T00:00:00Z  Max (root) read pbx:Ada\x1b[2K" + "a" * 500)
    (read,) = readings(config)
    assert read.reader.isprintable()
    assert "\\n" in read.reader
    assert len(read.reader) < 120


def test_what_cannot_be_logged_is_not_shown(tmp_path: Path) -> None:
    """A reading that left no trace would be the one that matters."""
    config = place(tmp_path, "lead")
    with closing(open_store(loaded(config).store_path)) as db:
        db.execute("create trigger full before insert on scorecard_reads begin select raise(abort, 'no room'); end")
    with pytest.raises(sqlite3.IntegrityError, match="no room"):
        cards(config)


def test_the_log_forgets_after_two_years(tmp_path: Path) -> None:
    """It tells of persons too: who read, and whom."""
    config = place(tmp_path, "lead")
    for days_ago in (729, 732):
        at = NOW_AT - days_ago * 86_400
        more(config, "scorecard_reads", id=days_ago, read_at=at, reader="Lea", subject="x", from_on="a", to_on="b")
    cards(config)
    assert [(NOW_AT - read.read_at) // 86_400 for read in readings(config)] == [0, 729]


def test_what_goes_to_other_programs_has_pseudonyms(tmp_path: Path) -> None:
    """A file with names travels further than its writer thinks."""
    config = place(tmp_path, "lead")
    data = json.dumps(cards(config).data())
    assert not [name for name in NAMES if name in data]
    people = {card["person"] for board in json.loads(data)["boards"] for card in board["cards"]}
    assert len(people) == 6
    with closing(open_store(loaded(config).store_path)) as db:
        heads, rows = export_rows(db, "calls")
        row = dict(zip(heads, next(iter(rows)), strict=True))
    assert row["agent_uid"] in people
    assert "agent_name" not in row


def test_no_further_back_than_was_agreed(tmp_path: Path) -> None:
    """Thirteen weeks: nobody is shown last year's bad month."""
    config = place(tmp_path, "lead")
    assert cards(config, from_on="2026-01-01").boards
    with pytest.raises(ConfigError, match="too long ago"):
        cards(config, from_on="2025-12-30")
    (board,) = cards(config).boards
    assert (board.period.from_on, board.period.to_on) == ("2025-12-31", "2026-03-31")


def test_doctor_names_who_agreed(tmp_path: Path) -> None:
    """The next admin must learn on what ground this was switched on."""
    for who, said in (("off", "off"), ("self", "agreed by works council of Lumo")):
        folder = tmp_path / who
        folder.mkdir()
        config = place(folder, who)
        with closing(open_store(loaded(config).store_path)) as db:
            findings = [f"{one.what} {one.advice}" for one in examine(db, loaded(config), NOW_AT)]
        assert any("single persons" in one and said in one for one in findings)


def test_reports_and_channels_do_not_know_of_scorecards() -> None:
    """A number of a person in a channel could not be taken back: the code that writes there cannot reach one."""
    for folder in ("report", "deliver"):
        for file in sorted((ROOT / "core" / folder).rglob("*.py")):
            assert not re.search(r"appraisal(\.| import)|scorecards", file.read_text()), file


@pytest.mark.parametrize("broken", [{"where": {"agent": "Ada"}}, {"tables": (Table("assignee", (), ()),)}])
def test_a_report_of_persons_is_refused(broken: dict[str, Any]) -> None:
    """Whoever puts such a table together, no renderer shows it."""
    with pytest.raises(RuleBroken, match="single persons"):
        check(replace(daily(), **broken))
