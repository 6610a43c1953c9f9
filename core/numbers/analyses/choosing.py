"""Which metric to look at next, and which no longer: one at a time (metrics 8.15, R15).

The next one to add is, in this order: the counter-metric of a strong metric that is shown without any; one that answers
a need nobody looks at yet; one of the core from a side of the service that nobody looks at. What takes effort comes
before what will alone can move, and what has no data, or too little, is never proposed. Where twelve or more are shown,
only a missing counter-metric is added. One to leave out is one that nobody opened in eight weeks and that no clear
change moved.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.clock import add_days
from core.numbers.answer import Period
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry, iso_weeks
from core.numbers.metrics import METRICS, STARTER, STARTER_PHONE, find_metric
from core.numbers.periods import compare_period

Kind: TypeAlias = Literal["start", "add", "drop"]
Because: TypeAlias = Literal["starter", "guard", "need", "side", "unopened"]

WEEKS = 8
LOOK_DAYS = 28
ENOUGH = 12
# Each takes eight comparisons of weeks: of a hundred metrics that nobody opened the first will do.
AT_ONCE = 3
FIRST_HAN = "\u2e80"
CLEAR = frozenset({"better", "worse", "different"})

# What somebody may need, the words that tell it in three languages, and the metrics that answer it, best first.
NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fast": (
        ("fast", "quick", "speed", "wait", "soon", "prompt", "schnell", "warte", "zügig", "快", "等待", "及时"),
        ("requester_wait_time", "first_response_time", "service_level", "average_speed_of_answer", "abandon_rate"),
    ),
    "solved": (
        ("solve", "resol", "first time", "once", "again", "gelöst", "lösung", "auf anhieb", "解决", "一次"),
        ("first_contact_resolution_rate", "repeat_contact_rate", "reopen_rate", "one_touch_rate", "resolution_time"),
    ),
    "kind": (
        ("friend", "kind", "happy", "satisf", "quality", "freundlich", "zufrieden", "qualität", "满意", "友好", "质量"),
        ("csat", "complaint_rate", "qa_score", "nps"),
    ),
    "promise": (
        ("promise", "sla", "contract", "deadline", "versprech", "vertrag", "frist", "承诺", "合同", "时限"),
        ("sla_attainment", "service_level", "backlog_age"),
    ),
    "cheap": (
        ("cost", "cheap", "money", "budget", "efficien", "kosten", "günstig", "geld", "成本", "费用", "效率"),
        ("cost_per_contact", "cost_per_resolution", "lost_service_hours", "average_handle_time"),
    ),
    "staff": (
        ("staff", "team", "people", "turnover", "sick", "mitarbeit", "personal", "krank", "员工", "团队", "人员"),
        ("esat", "attrition_rate", "absence_rate", "occupancy"),
    ),
    "self": (
        ("self", "bot", "faq", "automat", "portal", "selbst", "自助", "机器人"),
        ("self_service_rate", "bot_containment_rate", "ivr_containment_rate", "kb_helpful_rate"),
    ),
    "learn": (
        ("learn", "improv", "better than", "ahead", "loyal", "recommend", "lern", "verbesser", "treu", "empfehl",
         "改进", "领先", "忠诚", "推荐"),
        ("nps", "improvement_effect_rate", "contact_reason_share", "suggestion_rate"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """One thing to try: ``metric_ids`` to start with, to add or to leave out. ``of`` is the strong metric that is to be
    guarded, or the need that is answered."""

    kind: Kind
    metric_ids: tuple[str, ...]
    because: Because
    of: str = ""


def needs_in(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The needs that somebody's words tell, in the order of ``NEEDS``."""
    said = " ".join(texts.values()).lower()
    return tuple(need for need, (words, _) in NEEDS.items() if any(_is_said(word, said) for word in words))


def _is_said(word: str, text: str) -> bool:
    """Whether a word begins so; Chinese is written without gaps."""
    return word in text if word[0] > FIRST_HAN else re.search(rf"\b{re.escape(word)}", text) is not None


def channels(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many contacts there have been on each channel, most first."""
    rows = db.execute("select channel, count(*) from contact_facts group by channel order by 2 desc, 1")
    return {str(row[0]): int(row[1]) for row in rows}


def start(db: sqlite3.Connection) -> Suggestion:
    """Where to begin: the starter profile, with the telephone's numbers if there is one, what comes by ticket if not
    only calls come."""
    seen = channels(db)
    has_phone, has_tickets = "phone" in seen, bool(seen.keys() - {"phone"})
    by_ticket = {"backlog_open", "first_response_time", "tickets_created"}
    ids = [metric_id for metric_id in STARTER if has_tickets or not has_phone or metric_id not in by_ticket]
    return Suggestion("start", (*ids, *(STARTER_PHONE if has_phone else ())), "starter")


def suggest(
    inquiry: Inquiry, shown: Sequence[str], goals: Sequence[Goal], needs: Sequence[str], last_on: str
) -> Suggestion | None:
    """The one thing to try for who looks at ``shown``: a missing guard, else what to leave out, else what to add."""
    return (
        _first_told(inquiry, _guards(shown), last_on)
        or to_drop(inquiry, shown, goals, last_on)
        or (_first_told(inquiry, _additions(shown, needs), last_on) if len(set(shown)) < ENOUGH else None)
    )


def _guards(shown: Sequence[str]) -> Iterator[Suggestion]:
    for metric_id in shown:
        metric = METRICS[metric_id]
        if metric.strength == "S" and not set(metric.counter) & set(shown):
            for counter in metric.counter:
                yield Suggestion("add", (counter,), "guard", metric_id)


def _additions(shown: Sequence[str], needs: Sequence[str]) -> Iterator[Suggestion]:
    for need in needs:
        answers = NEEDS[need][1]
        if not set(answers) & set(shown):
            yield from (Suggestion("add", (metric_id,), "need", need) for metric_id in _ordered(answers, shown))
    groups = {METRICS[metric_id].group for metric_id in shown}
    core = [metric.id for metric in METRICS.values() if metric.tier == "K" and metric.group not in groups]
    yield from (Suggestion("add", (metric_id,), "side") for metric_id in _ordered(core, shown))


def _ordered(ids: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Weak ones first; a strong one only beside a counter-metric that is shown (metrics R13)."""
    fit = [
        metric_id
        for metric_id in ids
        if metric_id not in shown
        and (METRICS[metric_id].strength != "S" or set(METRICS[metric_id].counter) & set(shown))
    ]
    return sorted(fit, key=lambda metric_id: METRICS[metric_id].strength != "W")


def _first_told(inquiry: Inquiry, wanted: Iterator[Suggestion], last_on: str) -> Suggestion | None:
    """The first of whose metric the last four weeks tell enough, and of the one that it guards anything."""
    period = Period(add_days(last_on, 1 - LOOK_DAYS), last_on, "rolling")
    for suggestion in wanted:
        made = inquiry.ask(suggestion.metric_ids[0], period)
        if made.status != "ok" or made.value is None or not made.n:
            continue
        if suggestion.because != "guard" or inquiry.ask(suggestion.of, period).value is not None:
            return suggestion
    return None


def to_drop(inquiry: Inquiry, shown: Sequence[str], goals: Sequence[Goal], last_on: str) -> Suggestion | None:
    """A metric that nobody opened in eight weeks and that no clear change moved in any of them.

    Never one of the starter profile, one with a goal, or the only guard of another; and none before reports and looks
    have been kept for eight weeks."""
    since_on = add_days(last_on, 1 - 7 * WEEKS)
    kept_on = _kept_since(inquiry)
    if kept_on is None or kept_on > since_on:
        return None
    rows = inquiry.db.execute(
        "select metric_id from metric_looks where day_on between ? and ? group by metric_id", (since_on, last_on)
    )
    kept = {
        *(row[0] for row in rows),
        *STARTER,
        *STARTER_PHONE,
        *(find_metric(goal.metric_id).id for goal in goals),
        *_only_guards(shown),
    }
    unopened = [metric_id for metric_id in shown if metric_id not in kept]
    for metric_id in unopened[:AT_ONCE]:
        if not _moved(inquiry, metric_id, last_on):
            return Suggestion("drop", (metric_id,), "unopened")
    return None


def _kept_since(inquiry: Inquiry) -> str | None:
    """The first day of which it is known whether somebody looked."""
    found: str | None = inquiry.db.execute("select min(day_on) from metric_looks").fetchone()[0]
    return found


def _only_guards(shown: Sequence[str]) -> Iterator[str]:
    for metric_id in shown:
        beside = [counter for counter in METRICS[metric_id].counter if counter in shown]
        if METRICS[metric_id].strength == "S" and len(beside) == 1:
            yield beside[0]


def _moved(inquiry: Inquiry, metric_id: str, last_on: str) -> bool:
    return any(
        compare_period(inquiry, metric_id, week, look_back=False).verdict in CLEAR for week in iso_weeks(WEEKS, last_on)
    )
