"""Strong metrics that gain while weak ones pay, and the score that no side can buy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import add_days
from core.numbers.analyses.between import Change, change, mean_p, ratios_p, settled, weekdays_p
from core.numbers.analyses.groove import Look, attainment, groove_score, parted, partings, score, windows
from core.numbers.analyses.pairs import PAIRS
from core.numbers.answer import Answer, Period, Status
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Row
from core.numbers.metrics import METRICS
from core.numbers.metrics.fixture_week import many
from tests.numbers.rows import BERLIN, store_of

SUNDAY = "2026-03-29"
SOME = Period("2026-03-02", "2026-03-29")
SHAKEN = (0, 1, -1, 2, -2, 1, -1)


def handled(back: int, calls: int) -> Iterator[Row]:
    """28 days of one agent each, so many calls a day on average, ``back`` days ago."""
    for day, shake in zip(range(28), SHAKEN * 4, strict=True):
        on = add_days(SUNDAY, -day - back)
        yield from many(calls + shake, day_on=on, kind="call", is_total=1)


def present(back: int) -> Iterator[Row]:
    for day in range(28):
        yield {"agent_uid": f"a{day % 3}", "day_on": add_days(SUNDAY, -day - back), "presence_days": 1.0, "is_paid": 1}


def reviews(back: int, mean: float, n: int) -> Iterator[Row]:
    for number in range(n):
        yield {
            "reviewed_on": add_days(SUNDAY, -(number % 28) - back), "points": mean + (8 if number % 2 else -8),
            "possible": 100.0, "is_counted": 1,
        }  # fmt: skip


@cache
def centre(calls: tuple[int, int], qa: tuple[tuple[float, int], tuple[float, int]]) -> Inquiry:
    """A centre of 28 days and the 28 before: calls per agent-day, and the mean and number of reviews."""
    sides = ((28, calls[0], qa[0]), (0, calls[1], qa[1]))
    db, now_at = store_of(
        {
            "handled_facts": [row for back, count, _ in sides for row in handled(back, count)],
            "agent_days": [row for back, _, _ in sides for row in present(back)],
            "review_facts": [row for back, _, (mean, n) in sides for row in reviews(back, mean, n)],
        },
        SUNDAY,
    )
    return Inquiry(db, BERLIN, now_at)


def told(inquiry: Inquiry) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.look, one.strong.metric_id, one.weak.metric_id) for one in partings(inquiry, SUNDAY)]


def test_more_calls_at_the_price_of_quality_are_a_slip() -> None:
    """Example 1: 60 to 66 calls per agent-day, QA 88 to 84 of 120 reviews."""
    inquiry = centre((60, 66), ((88, 120), (84, 120)))
    assert told(inquiry) == [("slip", "before", "contacts_per_agent_day", "qa_score")]
    slip = partings(inquiry, SUNDAY)[0]
    assert (slip.strong.then.value, slip.strong.now.value) == (60, 66)
    assert slip.strong.relative == pytest.approx(0.10)
    assert (slip.weak.then.value, slip.weak.now.value, slip.weak.now.n) == (0.88, 0.84, 120)
    assert slip.weak.p_value is not None
    assert slip.weak.p_value < 0.05


def test_more_calls_with_too_few_reviews_are_a_strain() -> None:
    """Example 2: quality is sampled, and six reviews say nothing: the usual blind spot."""
    inquiry = centre((60, 66), ((88, 120), (84, 6)))
    assert told(inquiry) == [("strain", "before", "contacts_per_agent_day", "qa_score")]
    assert partings(inquiry, SUNDAY)[0].weak.now.n == 6


def test_more_calls_at_the_same_quality_are_the_groove() -> None:
    """A team that got better must not be told that it slipped."""
    assert told(centre((60, 66), ((88, 120), (88, 120)))) == []


def test_worse_quality_without_a_gain_is_no_conflict() -> None:
    """Both sides in trouble is an exception of its own, told elsewhere."""
    assert told(centre((60, 60), ((88, 120), (80, 120)))) == []


def test_a_gain_without_any_guard_is_a_strain_once() -> None:
    """Where nobody measures quality at all, that is said of each metric, not left out."""
    inquiry = centre((60, 66), ((0, 0), (0, 0)))
    assert told(inquiry) == [("strain", "before", "contacts_per_agent_day", "qa_score")]


def test_the_score_is_a_minimum() -> None:
    """Example 3: calls at 110 % of their goal and QA at 70 % of its are 70, not 90."""
    attained = {"contacts_per_agent_day": attainment(66, 60, 1), "qa_score": attainment(0.63, 0.9, 1)}
    made = score(attained)
    assert made is not None
    assert made.value == pytest.approx(70)
    assert (made.held_by, made.pairs) == ("qa_score", 1)


def test_the_score_is_asked_of_the_goals_that_hold() -> None:
    """A goal of last year, or of another slice, says nothing of this month."""
    inquiry = centre((60, 66), ((88, 120), (63, 120)))
    goals = (Goal("contacts_per_agent_day", 60), Goal("qa_score", 0.9))
    made = groove_score(inquiry, goals, SUNDAY)
    assert made is not None
    assert made.value == pytest.approx(70)
    assert groove_score(inquiry, goals[:1], SUNDAY) is None
    assert groove_score(inquiry, (goals[0], replace(goals[1], to_on="2025-12-31")), SUNDAY) is None
    assert groove_score(inquiry, (goals[0], replace(goals[1], where={"team": "x"})), SUNDAY) is None


def test_what_the_counter_is_to_hold_is_its_goal() -> None:
    """A goal of 60 calls that is to hold a quality of 90 % has a weak side: 63 % is no groove of 100."""
    inquiry = centre((60, 66), ((88, 120), (63, 120)))
    calls = Goal("contacts_per_agent_day", 60, counter="qa_score", counter_floor=0.9)
    made = groove_score(inquiry, (calls,), SUNDAY)
    assert made is not None
    assert made.value == pytest.approx(70)
    assert made.held_by == "qa_score"
    own = groove_score(inquiry, (calls, Goal("qa_score", 0.7)), SUNDAY)
    assert own is not None
    assert own.value == pytest.approx(90), "a goal of its own goes before a floor"
    twice = groove_score(inquiry, (calls, Goal("contacts_per_agent_day", 132), Goal("qa_score", 0.63)), SUNDAY)
    assert twice is not None
    assert twice.value == pytest.approx(50)
    assert twice.held_by == "contacts_per_agent_day"


@given(st.dictionaries(st.sampled_from(sorted({pair.metric_id for pair in PAIRS} | {
    weak for pair in PAIRS for weak, _ in pair.weak})), st.floats(0, 1)), st.data())  # fmt: skip
def test_no_side_pays_for_the_other(attained: Mapping[str, float], data: st.DataObject) -> None:
    """Making any one metric better never lifts the score above the worst side of another pair."""
    made = score(attained)
    if made is None:
        return
    assert made.value == pytest.approx(100 * min(attained[made.strong_id], attained[made.weak_id]))
    better = data.draw(st.sampled_from(sorted(attained)))
    after = score({**attained, better: 1.0})
    assert after is not None
    assert after.value >= made.value
    assert better == made.held_by or after.value == pytest.approx(made.value)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.sampled_from([1, -1]))
def test_attainment_is_a_share(value: float, target: float, way: int) -> None:
    """Above the goal counts as at the goal: more is not better than what was aimed at."""
    made = attainment(value, target, way)
    assert 0 <= made <= 1
    assert (made == 1) == ((value - target) * way >= 0) or value == pytest.approx(target)


def side(metric_id: str, relative: float | None, p_value: float | None, status: Status = "ok") -> Change:
    made = Answer(metric_id, "", SOME, value=None if relative is None and status != "low_sample" else 1.0, n=40,
                  status=status)  # fmt: skip
    return Change(made, made, relative, p_value)


def test_what_is_clear_is_shared_over_all_that_was_tested() -> None:
    """With twenty metrics one of them gains by chance every week: alone that is no strain, with a clear loss a slip."""
    only = [each for each in PAIRS if each.metric_id == "first_response_time"]

    def beside(csat: Change) -> Callable[[str, Look], Change]:
        def known(metric_id: str, look: Look) -> Change:
            if metric_id == "first_response_time" and look == "before":
                return side(metric_id, -0.2, 0.02)
            return csat if metric_id == "csat" else side(metric_id, 0.0, 0.9)

        return known

    unknown = beside(side("csat", None, None, "low_sample"))
    assert parted(unknown) == ()
    assert [one.kind for one in parted(unknown, only)] == ["strain"]
    assert [one.kind for one in parted(beside(side("csat", -0.1, 1e-6)))] == ["slip"]
    assert parted(beside(side("csat", -0.1, 0.03))) == ()


def test_slips_come_before_strains() -> None:
    """What is known to be paid for is more urgent than what is not known."""

    def known(metric_id: str, look: Look) -> Change:
        match metric_id:
            case "contacts_per_agent_day":
                return side(metric_id, 0.2, 1e-6)
            case "qa_score":
                return side(metric_id, None, None, "low_sample")
            case "tickets_solved":
                return side(metric_id, 0.2, 1e-6)
            case "reopen_rate":
                return side(metric_id, 0.5, 1e-6)
        return side(metric_id, 0.0, 0.9)

    assert [(one.kind, one.weak.metric_id) for one in parted(known)] == [
        ("slip", "reopen_rate"), ("strain", "qa_score")
    ]  # fmt: skip


def test_every_pair_is_of_metrics_that_are_declared() -> None:
    """The list of metrics 8.5, whole."""
    listed = {(pair.metric_id, weak) for pair in PAIRS for weak, _ in pair.weak}
    assert listed >= {
        ("contacts_per_agent_day", "qa_score"), ("contacts_per_agent_day", "csat"),
        ("average_handle_time", "first_contact_resolution_rate"), ("average_handle_time", "csat"),
        ("average_after_call_work", "data_entry_completeness"), ("average_after_call_work", "error_rate"),
        ("tickets_solved", "reopen_rate"), ("first_response_time", "next_reply_time"),
        ("first_response_time", "csat"), ("transfer_rate", "first_contact_resolution_rate"),
        ("service_level", "qa_score"), ("cost_per_contact", "csat"),
        ("cost_per_contact", "first_contact_resolution_rate"), ("occupancy", "esat"), ("occupancy", "absence_rate"),
    }  # fmt: skip
    for strong_id, weak_id in listed:
        assert METRICS[strong_id].direction in {"up", "down", "band"}
        assert METRICS[weak_id].direction in {"up", "down"}


def test_a_metric_of_a_cohort_is_looked_at_where_it_is_final() -> None:
    """The first contacts of last week have not had the time to be repeated."""
    inquiry = centre((60, 60), ((88, 20), (88, 20)))
    assert settled(inquiry, "first_contact_resolution_rate", SUNDAY) == add_days(SUNDAY, -7)
    assert settled(inquiry, "first_contact_resolution_rate", add_days(SUNDAY, -8)) == add_days(SUNDAY, -8)
    assert settled(inquiry, "csat", SUNDAY) == SUNDAY


def test_a_period_from_before_the_data_is_no_comparison() -> None:
    """Half a month against a whole one looks like growth."""
    inquiry = centre((60, 66), ((88, 120), (84, 120)))
    made = change(inquiry, "contacts_per_agent_day", *windows(SUNDAY, "weeks_13"))
    assert (made.is_known, made.p_value) == (False, None)


@given(st.lists(st.integers(-5, 5), min_size=5, max_size=30), st.floats(0.1, 10))
def test_the_scale_of_differences_does_not_matter(differences: list[int], scale: float) -> None:
    """Minutes or seconds: the same verdict."""
    made, other = mean_p(differences), mean_p([each * scale for each in differences])
    assert made == pytest.approx(other, abs=1e-6)


def test_ratios_of_equal_wholes_are_tested_as_means() -> None:
    """Reviews on one form: Welch's t of their scores, to the digit of a table."""
    random = Random(7)
    now, then = ([random.gauss(mean, 8) for _ in range(60)] for mean in (84, 88))
    from scipy.stats import ttest_ind

    expected = float(ttest_ind(now, then, equal_var=False).pvalue)
    assert ratios_p([(each, 100) for each in now], [(each, 100) for each in then]) == pytest.approx(expected)


def test_a_day_of_long_cases_does_not_hide_that_all_others_are_shorter() -> None:
    """Nineteen days at half the time and one at ten times: lengths of time are compared by how many times as long."""
    pairs = [(50.0 + day, 100.0 + day) for day in range(19)] + [(1_000.0, 100.0)]
    plain, as_times = weekdays_p(pairs), weekdays_p(pairs, are_times=True)
    assert plain is not None
    assert as_times is not None
    assert as_times < 0.02
    assert plain > 0.5
    assert weekdays_p([(0.0, 1.0), *pairs], are_times=True) == weekdays_p([(0.0, 1.0), *pairs])


def test_from_none_to_some_is_a_change() -> None:
    """No error in a hundred reviews, then eight: more than any share of nothing."""
    wrong = [{**row, "has_error": int(place < 8)} for place, row in enumerate(reviews(0, 88, 120))]
    db, now_at = store_of({"review_facts": [*wrong, *reviews(28, 88, 120)]}, SUNDAY)
    made = change(Inquiry(db, BERLIN, now_at), "error_rate", *windows(SUNDAY, "before"))
    assert (made.then.value, made.relative) == (0.0, inf)
    assert made.went(1, 0.05, 0.05)


def test_one_review_has_no_spread() -> None:
    """A single figure cannot be tested; nothing is said of it."""
    assert ratios_p([(1, 1)], [(1, 1), (0, 1)]) is None
    assert mean_p([1.0, 2.0]) is None
