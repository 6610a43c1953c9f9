"""The calls of a bank's call centre, read by the mapping that we ship, beside the same sums of the raw file.

"Anonymous Bank" of the Technion: a month of calls as it was published, which nobody of us made.
"""

import csv
import gzip
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.sandbox.suite.trial import Trial, expect

MAPPING = Path(__file__).parents[3] / "examples" / "anonymous_bank.toml"
FOLDER = "anonymous_bank"
MONTH = "anonymous_bank_august.csv.gz"
ZONE = "Asia/Jerusalem"
NEVER = "0:00:00"
IN_TIME_S = 20

IN_STORE = """
select 'answered', count(*) from call_legs where outcome = 'answered' union all
select 'abandoned', count(*) from call_legs where outcome = 'abandoned' union all
select 'in the menu', count(*) from calls where outcome = 'abandoned_ivr' union all
select 'seconds waited by who was answered', sum(wait_s) from call_legs where outcome = 'answered' union all
select 'seconds waited by who gave up', sum(wait_s) from call_legs where outcome = 'abandoned' union all
select 'answered in time', sum(wait_s <= :in_time_s) from call_legs where outcome = 'answered' union all
select 'seconds talked', sum(talk_s) from call_legs where outcome = 'answered'
"""


def bank_month(trial: Trial, recordings: Path) -> str:
    """Every sum of the month is the one that the raw file has."""
    with gzip.open(recordings / FOLDER / MONTH, "rt", encoding="utf-8", newline="") as file:
        raw = worked_out(csv.DictReader(file))
    with trial.vendor() as vendor, trial.store() as db:
        spec = trial.spec(vendor, zone=ZONE, path=str(recordings / FOLDER), files=_mapping(), start="2010-01-01")
        result = trial.pull(db, vendor, spec)
        stored = found(db)
    expect(result.outcome == "ok", f"the bank's month: {result.outcome}")
    expect(not result.rejected, f"the bank's month: {result.rejected} of {result.rows} rows set aside")
    wrong = [
        f"{what} {stored.get(what)} (raw file: {value})" for what, value in raw.items() if stored.get(what) != value
    ]
    expect(not wrong, f"the bank's month: {', '.join(wrong)}")
    return (
        f"a bank's month of {result.rows:,} calls: {raw['answered']:,} answered, {raw['abandoned']:,} abandoned, their "
        "waits and talk as in the raw file"
    )


def _mapping() -> Any:
    """The mapping of the month alone; beside it lies a day of it in another form."""
    files = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["sources"][0]["files"]
    return [{**files[0], "match": MONTH.removesuffix(".gz")}]


def worked_out(rows: Iterable[Mapping[str, str]]) -> Mapping[str, int]:
    """From the raw file alone, by the definitions of docs/connectors/csv_folder.md."""
    sums: Counter[str] = Counter()
    for row in rows:
        wait_s = int(row["q_time"])
        if row["outcome"] == "AGENT":
            sums["answered"] += 1
            sums["seconds waited by who was answered"] += wait_s
            sums["answered in time"] += wait_s <= IN_TIME_S
            sums["seconds talked"] += int(row["ser_time"])
        elif row["outcome"] == "HANG" and row["q_start"] == NEVER:
            sums["in the menu"] += 1
        elif row["outcome"] == "HANG":
            sums["abandoned"] += 1
            sums["seconds waited by who gave up"] += wait_s
    return sums


def found(db: sqlite3.Connection) -> Mapping[str, int]:
    """The same sums of the store's rows."""
    return {str(row[0]): int(row[1] or 0) for row in db.execute(IN_STORE, {"in_time_s": IN_TIME_S})}
