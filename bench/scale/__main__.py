"""``python -m bench.scale``: 1 million tickets and 5 million calls of two years, ours beside DuckDB."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import Cost, cost_of, machine
from bench.table import Table, laid_out


def main() -> int:
    """Makes the rows in both engines, counts, prints the table; exit code 1 where the engines differ."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=5_000_000)
    parser.add_argument("--days", type=int, default=730)
    asked = parser.parse_args()
    given = [word for name in ("tickets", "calls", "days") for word in (f"--{name}", getattr(asked, name))]
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="deskpulse-scale-") as folder:
        store, other = Path(folder, "ours.db"), Path(folder, "other.duckdb")
        rows = cost_of("bench.scale.ours", "--store", store, *given).said["rows"]
        ours = cost_of("bench.scale.ours", "--store", store, *given)
        store.unlink()
        cost_of("bench.scale.duck", "--store", other, *given)
        theirs = cost_of("bench.scale.duck", "--store", other, *given)
    known, counted = ours.said["totals"], theirs.said["totals"]
    wrong = [part for part in counted.keys() | known.keys() if not _same(known.get(part), counted.get(part))]
    print(f"\n{laid_out(_table(rows, ours, theirs))}")
    print(f"{len(counted):,} parts compared with DuckDB over {asked.days} days, {len(wrong)} differ")
    print(f"the changed day folded again equals what it was: {ours.said['same']}")
    return int(bool(wrong) or not ours.said["same"])


def _same(ours: list[float] | None, theirs: list[float] | None) -> bool:
    if ours is None or theirs is None:
        # A part of a day's level is carried on, not counted; DuckDB has none.
        return theirs is None
    return ours[1] == theirs[1] and abs(ours[0] - theirs[0]) <= 1e-9 * max(1.0, abs(theirs[0]))


def _table(rows: int, ours: Cost, theirs: Cost) -> Table:
    def line(name: str, key: str) -> tuple[str, ...]:
        mine, other = ours.said[key], theirs.said.get(key)
        shown = (f"{mine['cpu_s']:.2f}", f"{mine['wall_s']:.2f}")
        if other is None:
            return (name, *shown, "", "", "")
        return (
            name,
            *shown,
            f"{other['cpu_s']:.2f}",
            f"{other['wall_s']:.2f}",
            f"{mine['cpu_s'] / other['cpu_s']:.1f}",
        )

    made: list[tuple[Any, ...]] = [
        line(f"whole recompute, {rows:,} fact rows", "whole"),
        line(f"one changed day, {ours.said['contacts']:,} contacts", "day"),
        line("metrics of sums, the whole time", "whole_sums"),
        line("metrics with quantiles, the whole time", "whole_quantiles"),
        line("metrics of sums, one day", "one_day_sums"),
        line("metrics with quantiles, one day", "one_day_quantiles"),
        ("peak memory, MB", f"{ours.peak_mb:.0f}", "", f"{theirs.peak_mb:.0f}", "", ""),
    ]
    heads = ("", "ours CPU s", "wall s", "DuckDB CPU s", "wall s", "ours / DuckDB")
    note = f"{ours.said['parts']:,} cells of parts kept by us; DuckDB runs on one thread and keeps nothing"
    return Table("Facts into parts", heads, tuple(made), (note,))


if __name__ == "__main__":
    sys.exit(main())
