"""A month of a bank's calls by the mapping that we ship, against the same figures worked out from the raw file.

Definitions, as in docs/connectors/csv_folder.md: PHANTOM rows are left out. Offered are answered calls and those that
hung up after they stood in a queue; who hung up before (``q_start`` is 0:00:00) gave up in the menu. A wait is
``q_time``, 0 for a call that was answered without waiting.
"""

import csv
import gzip
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.csv_folder import connector
from connectors.csv_folder.settings import CsvFolderSettings
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive
from core.numbers.parts import fold
from core.numbers.reporting import Reporting
from core.pull.loop import pull_source
from core.pull.source import SourceSpec
from core.store.db import open_store
from tests.connectors.csv_folder.conftest import NOW

ROOT = Path(__file__).parents[3]
MAPPING = ROOT / "examples" / "anonymous_bank.toml"
PAGE = ROOT / "docs" / "connectors" / "csv_folder.md"
MONTH = "anonymous_bank/anonymous_bank_august.csv.gz"
ONE_DAY = "anonymous_bank/anonymous_bank_one_day.csv"
NEVER = "0:00:00"
IN_TIME_S, SHORT_S = 20, 5
REPORTING = Reporting(zone=ZoneInfo("Asia/Jerusalem"))


@dataclass(frozen=True)
class Figures:
    """The figures of a month or a day."""

    arrivals: int
    offered: int
    answered: int
    abandoned: int
    short: int
    asa: float
    service_level: float
    abandon_rate: float


def worked_out(rows: Iterator[Mapping[str, str]]) -> Figures:
    """From the raw file alone."""
    kept = [row for row in rows if row["outcome"] != "PHANTOM"]
    waits = [int(row["q_time"]) for row in kept if row["outcome"] == "AGENT"]
    given_up = [int(row["q_time"]) for row in kept if row["outcome"] == "HANG" and row["q_start"] != NEVER]
    short = sum(wait <= SHORT_S for wait in given_up)
    judged = len(waits) + len(given_up) - short
    return Figures(
        arrivals=len(kept),
        offered=len(waits) + len(given_up),
        answered=len(waits),
        abandoned=len(given_up),
        short=short,
        asa=sum(waits) / len(waits),
        service_level=sum(wait <= IN_TIME_S for wait in waits) / judged,
        abandon_rate=(len(given_up) - short) / judged,
    )


def asked(db: sqlite3.Connection, period: Period) -> Figures:
    """From the answers of the store."""

    def value(metric: str, variant: str | None = None) -> Any:
        return ask(db, metric, period, variant=variant, reporting=REPORTING, now_at=NOW).value

    raw = value("abandon_rate", "raw")
    return Figures(
        arrivals=value("calls_offered", "arrivals"),
        offered=value("calls_offered"),
        answered=value("calls_handled"),
        abandoned=round(raw * value("calls_offered")),
        short=value("short_abandons"),
        asa=value("average_speed_of_answer"),
        service_level=value("service_level"),
        abandon_rate=value("abandon_rate"),
    )


def mapping(folder: Path) -> CsvFolderSettings:
    """The mapping that we ship."""
    source = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["sources"][0]
    return CsvFolderSettings(path=folder, files=source["files"])


def of_one_day(folder: Path) -> CsvFolderSettings:
    """The same for files without dates and customers."""
    text = MAPPING.read_text(encoding="utf-8").replace('"date"', '"file.date"')
    source = tomllib.loads(text)["sources"][0]
    source["files"][0]["columns"]["customer_id"] = ""
    return CsvFolderSettings(path=folder, files=source["files"])


def pulled(db: sqlite3.Connection, settings: CsvFolderSettings) -> int:
    """Rows set aside by a pull into the store, whose facts and parts are made then."""
    spec = SourceSpec("bank", "csv_folder", settings, account="bank", start_at=0, zone=REPORTING.zone, raw="off")
    result = pull_source(db, spec, connector, settings, NOW)
    assert result.outcome == "ok"
    derive(db, REPORTING, NOW)
    fold(db, REPORTING, NOW)
    return result.rejected


def test_a_day_equals_what_the_file_says(fixtures: Callable[[str], Path], tmp_path: Path, empty_store: Path) -> None:
    """The other form of the same data has no dates: a file of one day tells it by its name."""
    path = fixtures(ONE_DAY)
    (tmp_path / "bank").mkdir()
    shutil.copy(path, tmp_path / "bank" / "anonymous_bank 2010-08-01.csv")
    db = open_store(shutil.copy(empty_store, tmp_path / "store.db"))
    assert pulled(db, of_one_day(tmp_path / "bank")) == 0
    with path.open(encoding="utf-8", newline="") as file:
        assert asked(db, Period("2010-08-01", "2010-08-01")) == worked_out(csv.DictReader(file))
    db.close()


@pytest.mark.slow
def test_the_month_equals_what_the_file_says(
    fixtures: Callable[[str], Path], tmp_path: Path, empty_store: Path
) -> None:
    """42,078 calls that nobody here made up: each figure is compared with one worked out from the raw file."""
    path = fixtures(MONTH)
    (tmp_path / "bank").mkdir()
    shutil.copy(path, tmp_path / "bank")
    db = open_store(shutil.copy(empty_store, tmp_path / "store.db"))
    assert pulled(db, mapping(tmp_path / "bank")) == 0
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        found = worked_out(csv.DictReader(file))
    assert asked(db, Period("2010-08-01", "2010-08-31", "month")) == found
    page = PAGE.read_text(encoding="utf-8")
    for shown in (
        f"| arrivals | {found.arrivals:,} |",
        f"| offered | {found.offered:,} |",
        f"| answered | {found.answered:,} |",
        f"| abandoned | {found.abandoned:,} |",
        f"| short abandons | {found.short:,} |",
        f"| abandon rate | {found.abandon_rate:.2%}".replace("%", " % |"),
        f"| speed of answer | {found.asa:.2f} s |",
        f"| service level | {found.service_level:.2%}".replace("%", " % |"),
    ):
        assert shown in page
    db.close()
