"""One metric more or one less, for a reason, and seldom (metrics 8.15)."""

from typing import Any

import pytest

from core.clock import add_days
from core.numbers.analyses.choosing import NEEDS, Suggestion, needs_in, start, suggest, to_drop
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS, STARTER, STARTER_PHONE
from core.numbers.profiles import profile
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

SUNDAY = "2026-03-29"
PHONE = (*STARTER, *STARTER_PHONE)


def desk(*channels: str, weeks: int = 10, solved: int = 6, fallen_days: int = 0) -> Inquiry:
    """Ten weeks with the same tickets each day, solved and rated, on these channels; looks are counted since then."""
    facts: dict[str, list[Any]] = {"contact_facts": [], "ticket_facts": [], "survey_facts": []}
    for back in range(7 * weeks):
        day_on = add_days(SUNDAY, -back)
        for channel in channels:
            facts["contact_facts"].append({"contact_uid": f"{channel}{back}", "kind": "ticket", "channel": channel,
                                           "day_on": day_on, "person_uid": f"p{channel}{back}", "is_first": 1,
                                           "is_resolved_first": 1})  # fmt: skip
        for number in range(solved):
            facts["ticket_facts"].append(
                {"ticket_uid": f"t{back}/{number}", "created_on": day_on, "first_solved_on": day_on,
                 "last_solved_on": day_on, "is_solve_counted": 1, "is_solved": 1, "is_counted_created": 1,
                 "one_touch": number % 2 if back >= fallen_days else 0, "human_replies": 2, "touches": 3}
            )  # fmt: skip
            facts["survey_facts"].append(
                {"kind": "csat", "is_counted": 1, "is_satisfied": int(number % 6 != 0), "rated_on": day_on}
            )
    db, now_at = store_of(facts, SUNDAY)
    base(db, "metric_looks", metric_id="csat", day_on=add_days(SUNDAY, 1 - 7 * weeks), looks=1)
    return Inquiry(db, BERLIN, now_at)


@pytest.fixture(scope="module")
def mail() -> Inquiry:
    return desk("email")


def test_one_begins_with_few(mail: Inquiry) -> None:
    """Four numbers, six with a telephone; who has calls alone gets no backlog of tickets."""
    assert start(mail.db) == Suggestion("start", STARTER, "starter")
    assert start(desk("phone", weeks=1).db).metric_ids == ("csat", *STARTER_PHONE)
    assert start(desk("phone", "email", weeks=1).db).metric_ids == PHONE


def test_a_missing_guard_comes_first(mail: Inquiry) -> None:
    """Solved tickets alone would be solved twice (R13), however many numbers there are."""
    made = suggest(mail, ["tickets_solved"], (), ["cheap"], SUNDAY)
    assert made == Suggestion("add", ("reopen_rate",), "guard", "tickets_solved")
    many = [metric_id for metric_id in METRICS if METRICS[metric_id].strength != "S"][:40]
    many = [metric_id for metric_id in many if metric_id not in METRICS["tickets_solved"].counter]
    found = suggest(mail, [*many, "tickets_solved"], (), ["cheap"], SUNDAY)
    assert found is not None
    assert found.because == "guard"


def test_then_a_need_that_nobody_looks_at(mail: Inquiry) -> None:
    """What takes effort before what will alone can move; what has too little data is passed over."""
    assert suggest(mail, STARTER, (), ["solved"], SUNDAY) == Suggestion("add", ("reopen_rate",), "need", "solved")
    assert suggest(mail, STARTER, (), ["cheap"], SUNDAY) == Suggestion("add", ("reopen_rate",), "side")


def test_of_many_none_is_added() -> None:
    """The thirteenth number makes twelve others smaller."""
    many = [metric_id for metric_id in METRICS if METRICS[metric_id].group in "SJ"][:12]
    young = desk("email", weeks=7)
    assert suggest(young, many[:11], (), ["solved"], SUNDAY) is not None
    assert suggest(young, many, (), ["solved"], SUNDAY) is None


def test_what_nobody_opened_and_nothing_moved_may_go(mail: Inquiry) -> None:
    """Eight weeks without a look and without news; one with a goal, a guard and the starter's stay."""
    shown = [*STARTER, "one_touch_rate", "replies_per_ticket"]
    assert to_drop(mail, shown, (), SUNDAY) == Suggestion("drop", ("one_touch_rate",), "unopened")
    assert to_drop(mail, STARTER, (), SUNDAY) is None
    assert to_drop(mail, [*STARTER, "one_touch_rate"], [Goal("one_touch_rate", 0.5)], SUNDAY) is None
    assert to_drop(mail, ["tickets_solved", "reopen_rate"], [Goal("tickets_solved", 9)], SUNDAY) is None


def test_what_was_opened_stays() -> None:
    """One look in eight weeks is one reader."""
    opened = desk("email", weeks=9)
    base(opened.db, "metric_looks", metric_id="one_touch_rate", day_on=add_days(SUNDAY, -50), looks=1)
    assert to_drop(opened, ["one_touch_rate"], (), SUNDAY) is None


def test_what_moved_stays() -> None:
    """Nobody opened it, and it fell to nothing three weeks ago: that is when to look."""
    assert to_drop(desk("email", weeks=18, solved=12), ["one_touch_rate"], (), SUNDAY) is not None
    assert to_drop(desk("email", weeks=18, solved=12, fallen_days=21), ["one_touch_rate"], (), SUNDAY) is None


def test_nothing_goes_before_eight_weeks_are_known() -> None:
    """A new place has opened nothing yet."""
    assert to_drop(desk("email", weeks=7), ["one_touch_rate"], (), SUNDAY) is None


@pytest.mark.parametrize(
    ("said", "need"),
    [
        ("Answers within the hour, no waiting", "fast"),
        ("weniger Kosten je Kontakt", "cheap"),
        ("客户的问题一次解决", "solved"),
        ("A translation of the contractual text", "promise"),
        ("Customers recommend us to friends", "kind"),
        ("", None),
        ("translate it", None),
    ],
)
def test_needs_are_understood_in_three_languages(said: str, need: str | None) -> None:
    """Whoever writes it in words of their own gets an answer, or none; 'sla' is not in 'translate'."""
    found = needs_in({"customer": said})
    assert (need in found) if need else found == ()


def test_each_need_is_answered_by_metrics_that_exist() -> None:
    """A name that is no metric would fail on the day somebody has that need."""
    assert {metric_id for _, answers in NEEDS.values() for metric_id in answers} <= METRICS.keys()


def test_profiles_are_what_they_say(mail: Inquiry) -> None:
    """Names and aliases of a list, each once."""
    assert profile(mail.db, ("aht", "average_handle_time", "csat")) == ("average_handle_time", "csat")
    assert profile(mail.db, "starter") == STARTER
    assert len(profile(mail.db, "full")) == len(METRICS) > len(profile(mail.db, "core"))
