"""Why customers contact us: reasons and their tree, repeats, satisfaction, cost, Pareto, movers and FAQ candidates
(metrics 8.12)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.clock import add_days
from core.numbers.analyses.cells import LEAST_CUSTOMERS, OTHER, Cell, merged
from core.numbers.analyses.customers import filters
from core.numbers.answer import Answer, Period
from core.numbers.clear_change import two_shares_z, two_sided
from core.numbers.inquiry import Inquiry
from core.numbers.quantiles import median
from core.numbers.sql import marks

BACK_DAYS = 91
P_CLEAR = 0.05
PRACTICAL = 0.05
LEAST_CONTACTS = 30
PARETO = 0.8
REASON = "contact_reason"


@dataclass(frozen=True)
class Reason:
    """One contact reason over a period. ``path`` are its names from the root of the tree; ``share`` is of contacts
    with a reason; ``cost_minor`` is its contacts at what a contact of their channel costs."""

    word: str
    path: tuple[str, ...]
    contacts: int
    customers: int
    share: float
    repeat: Answer | None = None
    csat: Answer | None = None
    one_touch: Answer | None = None
    touches: Answer | None = None
    handle_s: float | None = None
    cost_minor: float | None = None
    is_faq: bool | None = None


@dataclass(frozen=True)
class Mover:
    """A reason whose share of the contacts is clearly another than 13 weeks ago.

    ``was_rare``: so few customers had it then that their contacts are not told."""

    reason: Reason
    before: int
    share_before: float
    p_value: float
    was_rare: bool = False


@dataclass(frozen=True)
class Reasons:
    """All that is told of the reasons of a period: of ``known`` out of ``contacts``.

    Those of reasons that are too rare to be told are not among the known: the whole less the rest would tell them."""

    contacts: int
    known: int
    reasons: tuple[Reason, ...]
    movers: tuple[Mover, ...] = ()
    faq: tuple[Reason, ...] = ()
    repeated: tuple[Reason, ...] = ()

    @property
    def pareto(self) -> int:
        """How many reasons, the most frequent first, make 80 % of the contacts with a reason; 0 if those that are told
        by name do not."""
        return pareto([reason.contacts for reason in self.named], self.known)

    @property
    def named(self) -> tuple[Reason, ...]:
        """Those that are told by name; what is merged is no single reason."""
        return tuple(reason for reason in self.reasons if reason.word != OTHER)


def pareto(counts: Iterable[int], whole: int, line: float = PARETO) -> int:
    """How many of the largest make at least this share of the whole; 0 if all together do not."""
    ordered, reached = sorted(counts, reverse=True), 0
    for place, count in enumerate(ordered, 1):
        reached += count
        if reached >= line * whole:
            return place
    return 0


def reasons(inquiry: Inquiry, period: Period, *, is_whole: bool = True) -> Reasons | None:
    """The reasons of a period beside those of 13 weeks ago; satisfaction, repeats and cost only if ``is_whole``."""
    sliced = filters(inquiry, "contact_facts", "c")
    if sliced is None:
        return None
    now = _counted(inquiry, period, sliced)
    known = [cell for cell in now if cell.member]
    total = sum(cell.contacts for cell in now)
    if not known:
        return None
    paths, wishes = _tree(inquiry)
    cells = merged(known, lambda words: _customers_of(inquiry, period, sliced, words))
    with_reason = sum(cell.contacts for cell in cells)
    found = [
        Reason(
            cell.member, paths.get(cell.member, (cell.member,)), cell.contacts, cell.customers,
            cell.contacts / with_reason, is_faq=wishes.get(cell.member),
        )
        for cell in cells
    ]  # fmt: skip
    found = _with_effort(inquiry, period, found, sliced)
    if is_whole:
        found = _with_outcome(inquiry, period, found, sliced)
    back = Period(add_days(period.from_on, -BACK_DAYS), add_days(period.to_on, -BACK_DAYS), period.grain)
    shown = {cell.member for cell in cells if cell.member != OTHER}
    before = [cell for cell in _counted(inquiry, back, sliced) if cell.member] if _is_told(inquiry, back) else []
    return Reasons(
        total,
        with_reason,
        tuple(found),
        tuple(movers(found, known, before, shown)),
        tuple(faq_candidates(found)),
        tuple(repeated(found)),
    )


def _counted(inquiry: Inquiry, period: Period, sliced: tuple[str, list[str]]) -> list[Cell]:
    rows = inquiry.db.execute(
        "select coalesce(c.contact_reason, ''), count(*), count(distinct c.person_uid) from contact_facts c "
        f"where c.day_on between ? and ?{sliced[0]} group by 1",
        (period.from_on, period.to_on, *sliced[1]),
    )
    return [Cell(*row) for row in rows]


def _customers_of(inquiry: Inquiry, period: Period, sliced: tuple[str, list[str]], words: Sequence[str]) -> int:
    found = inquiry.db.execute(
        f"select count(distinct c.person_uid) from contact_facts c where c.day_on between ? and ?{sliced[0]} "
        f"and c.contact_reason in {marks(words)}",
        (period.from_on, period.to_on, *sliced[1], *words),
    )
    return int(found.fetchone()[0])


def _is_told(inquiry: Inquiry, period: Period) -> bool:
    """Whether the records reach back to the beginning of a period."""
    first_on = inquiry.db.execute("select min(day_on) from contact_facts").fetchone()[0]
    return first_on is not None and max(first_on, inquiry.reporting.history_from_on or "") <= period.from_on


def _tree(inquiry: Inquiry) -> tuple[dict[str, tuple[str, ...]], dict[str, bool]]:
    """The names from the root to each reason, and which the list of reasons marks as fit for an FAQ, or not."""
    rows = {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in inquiry.db.execute(
            "select uid, native_id, name, parent_uid, is_faq_candidate from contact_reasons where deleted_at is null"
        )
    }
    paths: dict[str, tuple[str, ...]] = {}
    for uid, (word, _, _, _) in rows.items():
        path: list[str] = []
        at: str | None = str(uid)
        seen: set[str] = set()
        while at is not None and at in rows and at not in seen:
            seen.add(at)
            path.append(str(rows[at][1]))
            at = rows[at][2]
        paths[str(word)] = tuple(reversed(path))
    return paths, {str(word): bool(wish) for word, _, _, wish in rows.values() if wish is not None}


def _with_effort(
    inquiry: Inquiry, period: Period, found: Sequence[Reason], sliced: tuple[str, list[str]]
) -> list[Reason]:
    one_touch, touches = (_by_reason(inquiry, name, period) for name in ("one_touch_rate", "touches_per_ticket"))
    handle = dict(
        map(
            tuple,
            inquiry.db.execute(
                "select c.contact_reason, sum(s.seconds) * 1.0 / count(distinct c.kind || c.contact_uid) "
                "from contact_facts c join ("
                "  select 'call' as kind, call_uid as uid, handle_s as seconds, answered_on as on_day from call_facts "
                "  where handle_s is not null "
                "  union all select 'ticket', ticket_uid, spent_s, day_on from booked_facts"
                ") s on s.kind = c.kind and s.uid = c.contact_uid "
                f"where c.day_on between ? and ? and c.contact_reason is not null{sliced[0]} group by 1",
                (period.from_on, period.to_on, *sliced[1]),
            ),
        )
    )
    return [
        replace(
            reason, one_touch=one_touch.get(reason.word), touches=touches.get(reason.word),
            handle_s=handle.get(reason.word),
        )
        for reason in found
    ]  # fmt: skip


def _with_outcome(
    inquiry: Inquiry, period: Period, found: Sequence[Reason], sliced: tuple[str, list[str]]
) -> list[Reason]:
    repeat, csat = (_by_reason(inquiry, name, period) for name in ("repeat_contact_rate", "csat"))
    costs = {
        uid: answer.value
        for uid, _, answer in inquiry.breakdown("cost_per_contact", period, "channel")
        if answer.value is not None
    }
    channels: dict[str, dict[str, int]] = {}
    for word, channel, count in inquiry.db.execute(
        "select c.contact_reason, c.channel, count(*) from contact_facts c where c.day_on between ? and ? "
        f"and c.contact_reason is not null{sliced[0]} group by 1, 2",
        (period.from_on, period.to_on, *sliced[1]),
    ):
        channels.setdefault(word, {})[channel] = count
    return [
        replace(
            reason, repeat=repeat.get(reason.word), csat=csat.get(reason.word),
            cost_minor=_cost(channels.get(reason.word, {}), costs),
        )
        for reason in found
    ]  # fmt: skip


def _cost(contacts: Mapping[str, int], costs: Mapping[str, float]) -> float | None:
    """What so many contacts of these channels cost; None where the cost of one of the channels is unknown."""
    if not contacts or any(channel not in costs for channel in contacts):
        return None
    return sum(count * costs[channel] for channel, count in contacts.items())


def _by_reason(inquiry: Inquiry, metric_id: str, period: Period) -> Mapping[str, Answer]:
    return {uid: answer for uid, _, answer in inquiry.breakdown(metric_id, period, REASON)}


def movers(found: Sequence[Reason], now: Sequence[Cell], before: Sequence[Cell], shown: set[str]) -> list[Mover]:
    """Reasons whose share of contacts clearly changed against 13 weeks ago, the largest change first.

    Several contacts of one customer are one matter: the test counts customers where they are fewer. Clear is
    p < 0.05 shared over all reasons, and 5 % of the share before."""
    then = {cell.member: cell for cell in before}
    whole, whole_then = (sum(cell.contacts for cell in cells) for cells in (now, before))
    if min(whole, whole_then) < LEAST_CONTACTS:
        return []
    made = []
    for reason in found:
        if reason.word not in shown:
            continue
        earlier = then.get(reason.word, Cell(reason.word, 0, 0))
        share, share_then = reason.contacts / whole, earlier.contacts / whole_then
        weights = [_weight(now), _weight(before)]
        z = two_shares_z(
            reason.contacts * weights[0], whole * weights[0], earlier.contacts * weights[1], whole_then * weights[1]
        )
        p_value = 1.0 if z is None else two_sided(z)
        is_large = abs(share - share_then) >= PRACTICAL * share_then
        if p_value < P_CLEAR / max(len(shown), 1) and is_large:
            was_rare = earlier.customers < LEAST_CUSTOMERS
            made.append(Mover(reason, earlier.contacts, share_then, p_value, was_rare))
    return sorted(made, key=lambda mover: -abs(mover.reason.share - mover.share_before))


def _weight(cells: Sequence[Cell]) -> float:
    """How many customers there are to a contact, 1 at most; contacts of unknown customers count whole."""
    contacts, customers = (sum(getattr(cell, name) for cell in cells) for name in ("contacts", "customers"))
    return min(1.0, customers / contacts) if contacts and customers else 1.0


def faq_candidates(found: Sequence[Reason]) -> list[Reason]:
    """Frequent reasons that are simple: clearly more often solved with one reply than the others, with no more touches
    and no longer handling than usual; those that the list of reasons marks count as simple, or never do."""
    named = [reason for reason in found if reason.word != OTHER]
    usual = median(sorted(reason.contacts for reason in named)) or 0
    usual_touches = median(sorted(one.touches.value for one in named if one.touches and one.touches.value is not None))
    usual_s = median(sorted(reason.handle_s for reason in named if reason.handle_s is not None))
    return [
        reason
        for reason in named
        if reason.contacts >= max(usual, LEAST_CONTACTS)
        and reason.is_faq is not False
        and (reason.is_faq or _is_simple(reason, named, usual_touches, usual_s))
    ]


def _is_simple(reason: Reason, found: Sequence[Reason], usual_touches: float | None, usual_s: float | None) -> bool:
    if reason.one_touch is None or not is_clearly_more(reason.one_touch, [each.one_touch for each in found]):
        return False
    touches = reason.touches.value if reason.touches else None
    is_light = touches is not None and usual_touches is not None and touches <= usual_touches
    is_short = reason.handle_s is None or usual_s is None or reason.handle_s <= usual_s
    return is_light and is_short


def repeated(found: Sequence[Reason]) -> list[Reason]:
    """Reasons for which customers clearly come back more often than for the others, the worst first."""
    rates = [reason.repeat for reason in found if reason.word != OTHER]
    worse = [
        (reason.repeat.value or 0, reason)
        for reason in found
        if reason.repeat is not None and is_clearly_more(reason.repeat, rates)
    ]
    return [reason for _, reason in sorted(worse, key=lambda entry: -entry[0])]


def is_clearly_more(share: Answer, everybody: Sequence[Answer | None]) -> bool:
    """Whether a share is more than that of the others together: p < 0.05 shared over all, n over the floor."""
    known = [one for one in everybody if one is not None and one.num is not None and one.den]
    hits, trials = sum(one.num or 0 for one in known), sum(one.den or 0 for one in known)
    if share.status != "ok" or share.num is None or not share.den:
        return False
    z = two_shares_z(share.num, share.den, hits - share.num, trials - share.den)
    return z is not None and z > 0 and two_sided(z) < P_CLEAR / len(known)
