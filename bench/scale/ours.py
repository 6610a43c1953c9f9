"""Our side: facts into parts, all of them and one changed day of them, then numbers from the parts."""

import argparse
import gc
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.scale.rows import FACTS, Size, calendar, chosen
from core.numbers.answer import Answer, Period
from core.numbers.ask import METRICS, ask
from core.numbers.metric import Ages, Durations, Waiting
from core.numbers.parts import FACTS as CLOCKS
from core.numbers.parts import fold
from core.numbers.reporting import Reporting
from core.store.db import open_store

# Metrics that are sums of parts; the others read the values behind their quantiles.
SUMS = [
    metric.id
    for metric in METRICS.values()
    if not isinstance(metric.how.get(metric.headline), Durations | Waiting | Ages)
]
REPORTING = Reporting(ZoneInfo("Europe/Berlin"))


def made(path: Path, size: Size) -> sqlite3.Connection:
    """A store that holds the rows and no parts."""
    db = open_store(str(path))
    db.execute("create temp table calendar (place integer primary key, day_on text, starts_at integer)")
    db.executemany("insert into calendar values (?, ?, ?)", calendar(size))
    for fact in FACTS:
        last = size.rows(fact) - 1
        numbers = f"(with recursive k(i) as (select 0 union all select i + 1 from k where i < {last}) select i from k)"
        db.execute("begin")
        db.execute(f"insert into {fact} {chosen(fact, size, numbers, '/')}")
        db.execute("commit")
    return db


def timed(work: Callable[[], object]) -> dict[str, float]:
    """CPU and wall seconds."""
    gc.collect()
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall}


def mark(db: sqlite3.Connection, days_on: tuple[str, ...]) -> None:
    """Marks days of every clock of the facts that are there as changed."""
    rows = [(fact, on, day_on) for fact, on in CLOCKS if fact in FACTS for day_on in days_on]
    db.executemany("insert or ignore into dirty_days (fact, clock, day_on, since) values (?, ?, ?, 0)", rows)


def main() -> None:
    """Prints what it took as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, required=True)
    for name in ("tickets", "calls", "days"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    size = Size(asked.tickets, asked.calls, asked.days)
    is_new = not asked.store.exists()
    if is_new:
        db = made(asked.store, size)
        print(json.dumps({"rows": sum(map(size.rows, FACTS))}))
        return
    db = open_store(str(asked.store))
    *_, (_, last_on, last_at) = calendar(size)
    now_at = last_at + 86_400 + 3_600
    said: dict[str, object] = {}
    first_on, middle_on = size.days_on[0], size.days_on[size.days // 2]
    mark(db, size.days_on)
    said["whole"] = timed(lambda: fold(db, REPORTING, now_at))
    before = digest(db)
    mark(db, (middle_on,))
    said["day"] = timed(lambda: fold(db, REPORTING, now_at))
    said["same"] = digest(db) == before
    said["contacts"] = db.execute("select count(*) from contact_facts where day_on = ?", (middle_on,)).fetchone()[0]
    said["parts"] = db.execute("select count(*) from parts").fetchone()[0]
    periods = {"whole": Period(first_on, last_on, "rolling"), "one_day": Period(middle_on, middle_on)}
    for name, period in periods.items():
        for kind, metric_ids in (("sums", SUMS), ("quantiles", [each for each in METRICS if each not in SUMS])):
            said[f"{name}_{kind}"] = timed(partial(answers, db, metric_ids, period, now_at))
    said["totals"] = {
        part: [num, n]
        for part, num, n in db.execute(
            "select part, sum(num), sum(n) from parts where dim = 'total' and slot = -1 group by part"
        )
    }
    print(json.dumps(said))


def answers(db: sqlite3.Connection, metric_ids: Iterable[str], period: Period, now_at: int) -> list[Answer]:
    """Metrics over a period."""
    return [ask(db, metric_id, period, reporting=REPORTING, now_at=now_at) for metric_id in metric_ids]


def digest(db: sqlite3.Connection) -> tuple[object, ...]:
    """What the parts come to."""
    return tuple(db.execute("select count(*), sum(num), sum(n), sum(num * slot) from parts").fetchone())


if __name__ == "__main__":
    main()
