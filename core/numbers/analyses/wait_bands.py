"""How satisfied customers were by how long they had waited, and from where on waiting hurts (metrics 8.4).

A wait is that of the caller in all queues until somebody answered, or of the writer until the first reply of a person,
by the clock on the customer's wall. Each group has steps of its own: a minute is long in a chat and nothing in e-mail.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import add_days
from core.numbers.clear_change import two_shares_z, two_sided
from core.numbers.inquiry import Inquiry
from core.numbers.intervals import wilson
from core.numbers.metrics.surveys import CSAT
from core.numbers.sql import column_of
from core.numbers.where import slice_of

# Half a year: satisfaction by wait is a trait of customers, not of a week, and needs many ratings.
SPAN_DAYS = 182
# Below so many ratings a band is joined with its neighbour (the floor of csat).
LEAST_RATINGS = 30
P_CLEAR = 0.05
# Less is no knee, however many rated (metrics 8.1).
PRACTICAL = 0.05

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS: Mapping[str, tuple[int, ...]] = {
    "calls": (15, 30, MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 8 * MINUTE, 12 * MINUTE, 20 * MINUTE),
    "chats": (30, MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 8 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR),
    "tickets": (15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, 2 * DAY, 3 * DAY),
}
"""The edges of the finest bands of each group, seconds."""
CHATS = "in ('chat', 'messaging')"
# Who leaves a voicemail has called.
WRITTEN = "not in ('chat', 'messaging', 'phone', 'voicemail')"

_CALLS = """
select (select sum(e.wait_s) from queue_legs e where e.call_uid = l.call_uid and e.seq <= l.seq), s.is_satisfied
from survey_facts s
join queue_legs l on l.call_uid = s.call_uid and l.seq = (
  select min(e.seq) from queue_legs e where e.call_uid = s.call_uid and e.outcome = 'answered')
where {csat} and s.is_satisfied is not null and l.wait_s is not null and s.rated_on between ? and ?{filters}
"""
_TICKETS = """
select t.frt_s, s.is_satisfied from survey_facts s join ticket_facts t on t.ticket_uid = s.ticket_uid
where {csat} and s.is_satisfied is not null and s.call_uid is null and t.is_frt_counted = 1 and t.frt_s is not null
  and t.first_replied_at <= s.rated_at and t.channel {channels} and s.rated_on between ? and ?{filters}
"""


@dataclass(frozen=True)
class Band:
    """Waits of ``from_s`` up to ``to_s`` seconds (None: and more): how many rated, and how many were satisfied."""

    from_s: int
    to_s: int | None
    rated: int
    satisfied: int

    @property
    def share(self) -> float:
        """Satisfied of those who rated."""
        return self.satisfied / self.rated

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share."""
        return wilson(self.satisfied, self.rated) or (0.0, 1.0)


@dataclass(frozen=True)
class Knee:
    """The wait from which satisfaction is clearly lower: ``below`` and ``above`` are all ratings on either side."""

    at_s: int
    below: Band
    above: Band
    p_value: float


@dataclass(frozen=True)
class WaitBands:
    """One group (calls, chats, tickets): its bands in rising order and its knee, if it has one."""

    group: str
    bands: tuple[Band, ...]
    knee: Knee | None

    @property
    def rated(self) -> int:
        """All ratings."""
        return sum(band.rated for band in self.bands)


def wait_bands(inquiry: Inquiry, last_on: str) -> tuple[WaitBands, ...]:
    """Each group that has two bands at least, over the half year that ends on a day."""
    found = []
    for group, steps in STEPS.items():
        known = bands(_ratings(inquiry, group, add_days(last_on, 1 - SPAN_DAYS), last_on), steps)
        if len(known) > 1:
            found.append(WaitBands(group, known, knee(known)))
    return tuple(found)


def bands(ratings: Sequence[tuple[int, bool]], steps: Sequence[int]) -> tuple[Band, ...]:
    """Waits and whether the customer was satisfied, in bands of 30 ratings at least: smaller ones join the next longer.

    So an edge is never above a wait that was found bearable. What is left at the long end joins the band before it;
    fewer than 30 ratings in all make no band.
    """
    counts = [[0, 0] for _ in range(len(steps) + 1)]
    for wait_s, is_satisfied in ratings:
        count = counts[bisect_right(steps, wait_s)]
        count[0] += 1
        count[1] += is_satisfied
    made: list[Band] = []
    start, rated, satisfied = 0, 0, 0
    for (n, good), to_s in zip(counts, [*steps, None], strict=True):
        rated, satisfied = rated + n, satisfied + good
        if rated >= LEAST_RATINGS:
            made.append(Band(start, to_s, rated, satisfied))
            start, rated, satisfied = to_s or 0, 0, 0
    if made and made[-1].to_s is not None:
        made[-1] = Band(made[-1].from_s, None, made[-1].rated + rated, made[-1].satisfied + satisfied)
    return tuple(made)


def knee(known: Sequence[Band]) -> Knee | None:
    """The edge beyond which customers are clearly less satisfied than before it, by two proportions; None without one.

    Of all edges the one that parts them most is tested at p < 0.05 shared over the edges. If satisfaction fell clearly
    earlier already, that is the knee: up to a knee it holds, as far as can be told.
    """
    clear = P_CLEAR / max(len(known) - 1, 1)
    found: Knee | None = None
    while (split := _split(known)) is not None and split[1].p_value < clear:
        place, found = split
        known = known[:place]
    return found


def _split(known: Sequence[Band]) -> tuple[int, Knee] | None:
    splits = []
    for place in range(1, len(known)):
        below, above = _joined(known[:place]), _joined(known[place:])
        z = two_shares_z(above.satisfied, above.rated, below.satisfied, below.rated)
        if z is not None and below.share - above.share >= PRACTICAL * below.share:
            splits.append((z, place, Knee(above.from_s, below, above, two_sided(z))))
    if not splits:
        return None
    _, place, best = min(splits, key=lambda entry: entry[:2])
    return place, best


def _joined(some: Sequence[Band]) -> Band:
    return Band(
        some[0].from_s, some[-1].to_s, sum(band.rated for band in some), sum(band.satisfied for band in some)
    )  # fmt: skip


def _ratings(inquiry: Inquiry, group: str, from_on: str, to_on: str) -> list[tuple[int, bool]]:
    fact, alias = ("queue_legs", "l") if group == "calls" else ("ticket_facts", "t")
    if any(column_of(fact, dim) is None for dim in inquiry.where):
        return []
    chosen = slice_of(inquiry.db, inquiry.where)
    filters = "".join(f" and {_of(alias, condition)}" for condition in chosen.filters(fact))
    channels = CHATS if group == "chats" else WRITTEN
    sql = (_CALLS if group == "calls" else _TICKETS).format(csat=f"({CSAT})", channels=channels, filters=filters)
    return [(row[0], bool(row[1])) for row in inquiry.db.execute(sql, (from_on, to_on, *chosen.values()))]


def _of(alias: str, condition: str) -> str:
    """A condition on a slice's column, said of one of the tables joined."""
    return condition.replace("coalesce(", f"coalesce({alias}.", 1)
