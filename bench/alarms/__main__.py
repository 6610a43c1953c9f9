"""``python -m bench.alarms``: false alarms and hits of the analyses; exit code 1 where one cries wolf too often."""

import argparse
import sys

from bench.alarms import clear_change, correlation, policy, reasons, slip, surge, waits, weather
from bench.alarms.check import Check, as_table, rates
from bench.table import laid_out

CHECKS: tuple[Check, ...] = (
    clear_change.BY_CHANCE, clear_change.BY_DAY, surge.CHECK, surge.HOURS, policy.CHECK,
    slip.BY_CHANCE, slip.BY_DAY, slip.AFTER_GAIN, correlation.BY_CHANCE, correlation.WITH_MEMORY, waits.CHECK,
    reasons.MOVERS, reasons.REPEATED, reasons.CUSTOMERS, reasons.PERSONS, weather.CHECK,
)  # fmt: skip


def main() -> int:
    """Judges the worlds and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.alarms", description=__doc__)
    parser.add_argument("--worlds", type=int, default=1_000, help="seeded worlds a check (default 1,000)")
    parser.add_argument("--only", action="append", choices=[check.analysis for check in CHECKS], help="one check")
    asked = parser.parse_args()
    chosen = [check for check in CHECKS if not asked.only or check.analysis in asked.only]
    made = [rates(check, asked.worlds) for check in chosen]
    print(laid_out(as_table(made, asked.worlds)))
    return int(not all(each.holds for each in made))


if __name__ == "__main__":
    sys.exit(main())
