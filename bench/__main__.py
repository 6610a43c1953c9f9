"""``python -m bench``: measures and prints tables; ``--json`` keeps every figure."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import small, whole
from bench.measure import Failed, machine
from bench.table import Table, laid_out


@dataclass(frozen=True)
class Sizes:
    """How much is measured: tickets of the large account, repetitions, tickets a day and days of two histories."""

    tickets: int
    repeats: int
    a_day: int
    spans: tuple[int, int]


FULL = Sizes(100_000, 3, 200, (182, 1_095))
QUICK = Sizes(10_000, 1, 50, (30, 120))

Case = Callable[[Sizes, Path], tuple[Table, dict[str, Any]]]
CASES: dict[str, Case] = {
    "whole": lambda sizes, folder: whole.measure(sizes.tickets, sizes.repeats, folder),
    "idle": lambda sizes, folder: small.idle(max(1, sizes.tickets // 10), sizes.repeats, folder),
    "fold": lambda sizes, folder: small.fold(max(1, sizes.tickets // 10), folder),
    "report": lambda sizes, folder: small.report(sizes.a_day, sizes.spans, sizes.repeats, folder),
}


def main() -> int:
    """Runs the cases; the exit code is 1 where one of them could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What Deskpulse costs, beside its limit.")
    parser.add_argument("--tickets", type=int, help=f"size of the large account (default {FULL.tickets:,})")
    parser.add_argument("--quick", action="store_true", help="one repetition at a tenth of the size")
    parser.add_argument("--only", action="append", choices=CASES, help="one case; may be given several times")
    parser.add_argument("--repeats", type=int, help=f"repetitions (default {FULL.repeats})")
    parser.add_argument("--json", type=Path, help="a file for every figure")
    asked = parser.parse_args()
    chosen = QUICK if asked.quick else FULL
    # A smaller account has fewer tickets a day, too.
    tickets = asked.tickets or chosen.tickets
    a_day = max(1, min(chosen.a_day, tickets // chosen.spans[0]))
    sizes = Sizes(tickets, asked.repeats or chosen.repeats, a_day, chosen.spans)
    kept: dict[str, Any] = {"machine": machine()}
    print(kept["machine"], flush=True)
    failed = False
    with tempfile.TemporaryDirectory(prefix="deskpulse-bench-") as folder:
        for name in asked.only or CASES:
            try:
                table, kept[name] = CASES[name](sizes, Path(folder))
            except Failed as failure:
                print(f"\n{name}: not measured\n{failure}", file=sys.stderr, flush=True)
                failed = True
                continue
            print(f"\n{laid_out(table)}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(kept, indent=2), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
