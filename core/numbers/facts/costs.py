"""Costs of months as costs of days and channels, in whole minor units that add up to the month exactly.

What names no channel is allocated by the handle seconds of the month: those of calls, and time booked on other tickets.
Where a channel with handled contacts has no handle time, no cost of the month has a channel; where a cost names no
team, none of the month has one. A month with an amount that cannot be turned into the report's currency has no costs.
"""

import sqlite3
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.numbers.facts.ledger import TABLES, Ledger, as_json, replace
from core.numbers.facts.status import Row

PHONE = "phone"
# What a month's allocation reads, by clock.
READS = frozenset({("call_facts", "answered_on"), ("booked_facts", "day_on"), ("handled_facts", "day_on")})
NAMES = TABLES["cost_facts"].names


def mark_months(db: sqlite3.Connection, ledger: Ledger | None = None) -> None:
    """Marks the months with costs: those of the days that a batch changed, without one all."""
    if ledger is None:
        db.execute(
            "insert into dirty_keys (kind, key) select 'cost_month', month from costs union "
            "select 'cost_month', substr(day_on, 1, 7) from cost_facts where true on conflict do nothing"
        )
        return
    months = {day[:7] for clock in READS & ledger.days.keys() for day in ledger.days[clock]}
    if months:
        db.execute(
            "insert into dirty_keys (kind, key) select distinct 'cost_month', month from costs "
            "where month in (select value from json_each(?)) on conflict do nothing",
            (as_json(sorted(months)),),
        )


def derive_costs(db: sqlite3.Connection, months: Sequence[str], ledger: Ledger) -> None:
    """Brings the rows of months to what their costs say, in the caller's transaction."""
    for month in months:
        before: dict[str, list[Row]] = {
            row[0]: [tuple(row)]
            for row in db.execute(
                f"select {', '.join(NAMES)} from cost_facts where day_on between ? and ?", _bounds(month)
            )
        }
        made: dict[str, list[Row]] = {key: [] for key in before}
        made.update({row[0]: [row] for row in _rows(db, month)})
        replace(db, ledger, "cost_facts", "cost_key", before, made.items())


def _bounds(month: str) -> tuple[str, str]:
    return f"{month}-01", f"{month}-31"


def _rows(db: sqlite3.Connection, month: str) -> Iterator[Row]:
    costs = list(map(tuple, db.execute(COSTS, (month,))))
    own = {currency for *_, currency, rate in costs if rate is None}
    if len(own) > 1:
        return
    weights = _weights(db, month)
    has_teams = all(team is not None for _, _, _, team, *_ in costs)
    last = monthrange(int(month[:4]), int(month[5:]))[1]
    for uid, source, category, team, channel, amount, _, rate in costs:
        total = amount if rate is None else round(amount * rate)
        for name, share in _shares(total, channel, weights):
            for day in range(1, last + 1):
                minor = share * day // last - share * (day - 1) // last
                yield (
                    f"{uid}|{name or ''}|{day:02d}", source, team if has_teams else None, name, category,
                    f"{month}-{day:02d}", minor,
                )  # fmt: skip


def _shares(total: int, channel: str | None, weights: Mapping[str, int]) -> Iterable[tuple[str | None, int]]:
    if not weights or channel:
        return [(channel if weights else None, total)]
    return list(allocated(total, weights).items())


COSTS = """
select uid, source, category, team_uid, channel, amount_minor, currency, rate_to_report
from costs where month = ? and deleted_at is null order by uid
"""
HANDLED_S = """
select channel, sum(seconds) from (
  select 'phone' as channel, handle_s as seconds from call_facts
  where answered_on between :first_on and :last_on and is_test = 0
  union all
  select channel, spent_s from booked_facts where day_on between :first_on and :last_on and channel <> 'phone'
) group by channel having sum(seconds) > 0 order by channel
"""


def _weights(db: sqlite3.Connection, month: str) -> dict[str, int]:
    """Handle seconds of the month by channel; none where a channel with handled contacts has none."""
    first_on, last_on = _bounds(month)
    given = {"first_on": first_on, "last_on": last_on}
    weights: dict[str, int] = dict(map(tuple, db.execute(HANDLED_S, given)))
    handled = "select distinct channel from handled_facts where day_on between :first_on and :last_on and is_total = 1"
    return weights if all(row[0] in weights for row in db.execute(handled, given)) else {}


def allocated(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A total in whole units by weight; what rounding leaves goes to the largest remainders."""
    whole = sum(weights.values())
    made = {name: total * weight // whole for name, weight in weights.items()}
    order = sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))
    for name in order[: total - sum(made.values())]:
        made[name] += 1
    return made
