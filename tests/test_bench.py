"""The benchmark runs at toy size, and its limit does the work that it claims to do."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import limit, limit_rows, small, whole
from bench.measure import Cost, cost_of
from bench.place import configured, now_after, serving
from bench.table import Table, laid_out
from connectors.zendesk import child, events, tickets

ROOT = Path(__file__).resolve().parent.parent
TICKETS, DAYS = 60, 1.0

# What the bare loop does not do: Deskpulse's own names for when and from where a row came.
OWN = {"source", "synced_at", "fetched_at"}

# Where Deskpulse puts words of people beside those that it keeps.
SPLIT = {"text", "previous_text"}


def rows(path: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(path)
    try:
        return sorted(db.execute(f"select {columns} from {table}").fetchall(), key=repr)
    finally:
        db.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Cost, Cost]:
    """The stores that the bare loop and Deskpulse make of one account, and what each cost."""
    folder = tmp_path_factory.mktemp("bench")
    with serving(TICKETS, DAYS) as port:
        config = configured(folder, port)
        bare = cost_of("bench.limit", "--port", port, "--store", folder / "limit.db", "--now", now_after(DAYS))
        ours = cost_of("bench.product", "path", "--config", config, "--now", now_after(DAYS))
    return folder / "limit.db", folder / "deskpulse.db", bare, ours


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("tickets", limit.TICKET),
        ("source_metrics", limit.METRIC),
        ("ticket_events", limit.EVENT),
        ("messages", limit.MESSAGE),
    ],
)
def test_the_limit_stores_what_we_store(
    both: tuple[Path, Path, Cost, Cost], table: str, columns: dict[str, str]
) -> None:
    """A limit that does less work than we do would be a goal that nobody can reach, one that does more flatters us."""
    bare, ours, _, _ = both
    names = ", ".join(name for name in columns if name not in OWN)
    assert rows(bare, table, names) == rows(ours, table, names)


def test_every_column_that_we_fill_is_filled_by_the_limit(both: tuple[Path, Path, Cost, Cost]) -> None:
    """A column more is time more."""
    _, ours, _, _ = both
    db = sqlite3.connect(ours)
    for table, columns in zip(limit.FILLED, (limit.TICKET, limit.METRIC, limit.EVENT, limit.MESSAGE), strict=True):
        names = [row[1] for row in db.execute(f"pragma table_info({table})")]
        filled = {name for name in names if db.execute(f"select count({name}) from {table}").fetchone()[0]}
        assert filled <= columns.keys(), table
    db.close()


@pytest.mark.parametrize(
    ("bare", "ours"),
    [
        (limit_rows.TicketRow, tickets.TicketRow),
        (limit_rows.MetricSet, tickets.MetricSet),
        (limit_rows.CustomField, tickets.CustomField),
        (limit_rows.EventRow, events.EventRow),
        (limit_rows.Child, child.Child),
    ],
)
def test_the_limit_decodes_the_fields_that_the_connector_reads(bare: Any, ours: Any) -> None:
    """A field that the connector reads and the limit does not would make the limit look faster than it is."""

    def fields(kind: Any) -> set[str]:
        return {field.encode_name for field in msgspec.structs.fields(kind)} - SPLIT

    assert fields(bare) == fields(ours)


def test_a_load_tells_its_cost_and_its_requests(both: tuple[Path, Path, Cost, Cost]) -> None:
    """Figures without requests and memory would miss what a vendor's limit and a small machine cost."""
    _, _, bare, ours = both
    assert bare.said["rows"] >= TICKETS * 6
    assert ours.said["rejected"] == 0
    assert set(ours.said["stages"]) == {"pull", "derive", "fold"}
    assert all(cost.cpu_s > 0 and cost.wall_s > 0 and cost.peak_mb > 10 for cost in (bare, ours))
    assert ours.said["requests"] == sum(ours.said["streams"].values())


def test_the_command_prints_a_table_and_keeps_every_figure(tmp_path: Path) -> None:
    """A benchmark that broke unseen is missed on the day somebody asks why it became slow."""
    kept = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--quick", "--tickets", "600", "--only", "fold", "--json", str(kept)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(kept.read_text())
    assert "ms for 10,000" in done.stdout
    assert "SQLite" in figures["machine"]
    assert figures["fold"]["contacts"] > 0


def test_the_whole_path_stands_beside_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio is what a change is judged by."""
    monkeypatch.setattr(whole, "WAYS", (whole.LIMIT, whole.WAYS[-1]))
    table, figures = whole.measure(TICKETS, 1, tmp_path)
    assert table.rows[0][4] == "1.00"
    assert figures["path redacted"]["times_limit"]["median"] > 0
    assert set(figures["path redacted"]["peak_mb"]) == {"tenth", "whole"}


@pytest.mark.slow
def test_small_rounds_are_measured(tmp_path: Path) -> None:
    """Most rounds of a day find nothing; the first one of a day makes the report."""
    _, idle = small.idle(TICKETS, 1, tmp_path)
    assert max(idle["streams"].values()) == 1
    table, report = small.report(2, (2, 3), 1, tmp_path)
    assert set(report) == {"2", "3"}
    assert table.rows[-1][0] == "all but the pull, in the daemon"


def test_a_table_lines_up() -> None:
    """Columns of figures are compared by eye."""
    table = Table("A title", ("", "n"), (("first", "1"), ("second one", "1,000")), ("A note.",))
    lines = laid_out(table).split("\n")
    assert lines[4:6] == ["first           1", "second one  1,000"]
    assert lines[-1] == "A note."
