"""From one month's cost to the next: what volume, the mix of channels, their rates and fixed cost made of it (8.11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.numbers.analyses.erlang import HAIR
from core.numbers.answer import Answer, Period
from core.numbers.inquiry import Inquiry
from core.numbers.periods import before as period_before
from core.numbers.periods import month_of

# What does not follow the number of contacts within a month.
FIXED = frozenset({"premises", "utilities", "ticket_system"})
COSTS = """
select coalesce(channel, ''), category, sum(amount_minor) from cost_facts where day_on between ? and ? group by 1, 2
"""
# A cost with a rate is in the report's currency by then.
CURRENCIES = """
select distinct currency from costs where month in (?, ?) and rate_to_report is null and deleted_at is null
"""


@dataclass(frozen=True)
class Month:
    """Cost in minor units and contacts handled by channel; ``fixed`` is what no channel's contacts move."""

    variable: Mapping[str, int]
    contacts: Mapping[str, int]
    fixed: int

    @property
    def total(self) -> int:
        """All cost."""
        return sum(self.variable.values()) + self.fixed

    @property
    def handled(self) -> int:
        """All contacts of channels that cost something or were counted."""
        return sum(self.contacts.values())


@dataclass(frozen=True)
class Bridge:
    """Effects in whole minor units that add up to the change of the total exactly.

    ``volume``: more contacts at last month's mix and rates; ``mix``: other channels; ``rate``: dearer contacts."""

    before: int
    after: int
    volume: int
    mix: int
    rate: int
    fixed: int


def bridge(before: Month, after: Month) -> Bridge | None:
    """The effects in this order; None where one of the months had no contacts.

    A channel without contacts in the first month has no rate then, so that all of its cost is mix; cost of a channel
    without contacts in the second is rate."""
    if not before.handled or not after.handled:
        return None
    rates = {
        channel: Fraction(_month_of(before, after, channel).variable.get(channel, 0), count)
        for channel in before.contacts.keys() | after.contacts.keys()
        if (count := _month_of(before, after, channel).contacts.get(channel, 0))
    }
    then, now = _shares(before), _shares(after)
    at_then = sum((then.get(channel, 0) * rate for channel, rate in rates.items()), Fraction())
    at_now = sum((now.get(channel, 0) * rate for channel, rate in rates.items()), Fraction())
    volume = round((after.handled - before.handled) * at_then)
    mix = round(after.handled * (at_now - at_then))
    fixed = after.fixed - before.fixed
    rate = after.total - before.total - volume - mix - fixed
    return Bridge(before.total, after.total, volume, mix, rate, fixed)


def _month_of(before: Month, after: Month, channel: str) -> Month:
    """The month whose rate holds for a channel: the first, unless the channel began in the second."""
    return before if before.contacts.get(channel) else after


def _shares(month: Month) -> dict[str, Fraction]:
    return {channel: Fraction(count, month.handled) for channel, count in month.contacts.items()}


@dataclass(frozen=True)
class Seat:
    """What a seat costs in a month, and what callers who gave up and lost hours would have been worth in contacts, each
    None where nobody tells.

    ``break_even`` is the share of these that another seat must win back to pay for itself; above 1 it cannot."""

    cost: float
    heads: int
    cost_per_contact: float
    abandoned: float | None
    lost_contacts: float | None

    @property
    def contacts(self) -> float:
        """As many contacts cost as much as the seat."""
        return self.cost / self.cost_per_contact

    @property
    def break_even(self) -> float | None:
        """Share of the contacts lost; None where none were."""
        return break_even(self.cost, self.cost_per_contact, (self.abandoned or 0.0) + (self.lost_contacts or 0.0))


def break_even(seat_cost: float, cost_per_contact: float, lost: float) -> float | None:
    """The share of lost contacts that a seat must save to be worth what it costs."""
    return None if lost <= HAIR else seat_cost / (cost_per_contact * lost)


@dataclass(frozen=True)
class Finding:
    """A month beside the one before."""

    month: Period
    before: Period
    bridge: Bridge
    contacts: tuple[int, int]
    per_contact: tuple[Answer, Answer]
    has_channels: bool
    seat: Seat | None


def cost_bridge(inquiry: Inquiry, period: Period) -> Finding | None:
    """A whole month against the one before; None where one has no costs, no contacts or is not over, or they differ in
    currency."""
    month = month_of(period.to_on)
    before = period_before(month)
    if month.to_on >= inquiry.today_on:
        return None
    months = (before.from_on[:7], month.from_on[:7])
    if len(inquiry.db.execute(CURRENCIES, months).fetchall()) > 1:
        return None
    per_contact = inquiry.ask("cost_per_contact", before), inquiry.ask("cost_per_contact", month)
    if any(answer.status != "ok" for answer in per_contact):
        return None
    first, second = _month(inquiry, before), _month(inquiry, month)
    has_channels = "" not in first.variable and "" not in second.variable
    if not has_channels:
        first, second = _whole(first), _whole(second)
    made = bridge(first, second)
    if made is None:
        return None
    return Finding(
        month, before, made, (first.handled, second.handled), per_contact, has_channels,
        _seat(inquiry, month, second, per_contact[1]),
    )  # fmt: skip


def _month(inquiry: Inquiry, period: Period) -> Month:
    variable: dict[str, int] = {}
    fixed = 0
    for channel, category, amount in inquiry.db.execute(COSTS, (period.from_on, period.to_on)):
        if category in FIXED:
            fixed += amount
        else:
            variable[channel] = variable.get(channel, 0) + amount
    contacts = {
        channel: round(made.value or 0) for channel, _, made in inquiry.breakdown("contacts_handled", period, "channel")
    }
    return Month(variable, contacts, fixed)


def _whole(month: Month) -> Month:
    """The same without channels."""
    return Month({"": sum(month.variable.values())}, {"": month.handled}, month.fixed)


def _seat(inquiry: Inquiry, month: Period, costs: Month, per_contact: Answer) -> Seat | None:
    labour = inquiry.db.execute(
        "select sum(amount_minor) from cost_facts where day_on between ? and ? and category = 'labour'",
        (month.from_on, month.to_on),
    ).fetchone()[0]
    people = inquiry.ask("attrition_rate", month).n
    if not labour or not people or not per_contact.value or not costs.handled:
        return None
    offered, rate = (inquiry.ask(name, month).value for name in ("calls_offered", "abandon_rate"))
    gone = None if offered is None or rate is None else offered * rate
    hours = inquiry.ask("lost_service_hours", month).value
    worked_s = inquiry.db.execute(
        "select sum(worked_s) from staff_days where day_on between ? and ?", (month.from_on, month.to_on)
    ).fetchone()[0]
    worth = None if hours is None or not worked_s else hours * 3_600 * costs.handled / worked_s
    return Seat(labour / people, people, per_contact.value, gone, worth)
