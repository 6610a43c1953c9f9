"""What a day's numbers are made to say, and what they are not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest

from core.numbers.answer import Answer, Comparison, Period, Usual, Verdict
from core.numbers.goal import Goal, GoalState
from core.numbers.metrics import METRICS
from core.report import story
from core.report.asking import Asking
from core.report.locale import language
from core.report.model import Sentence, Tile
from core.report.tiles import noun_of
from core.report.words import Words
from tests.report.mock import DAY, daily


def given(metric_id: str, delta: float, verdict: Verdict, n: int = 100, value: float = 0.5) -> Comparison:
    made = Answer(metric_id, "standard", Period(DAY, DAY), value=value, n=n)
    return Comparison(made, Usual(value - delta, 0.01, None, None, 8), delta, verdict)


def tile(metric_id: str, delta: float, verdict: Verdict, **more: object) -> Tile:
    made = Tile(metric_id, given(metric_id, delta, verdict), "none")
    return replace(made, **more)  # type: ignore[arg-type]


class Known:
    """Answers of metrics that have no tile, as if asked; the rest is not available."""

    def __init__(self, known: Mapping[str, Comparison]) -> None:
        self.known = known

    def compared(self, metric_id: str, variant: str | None, tiles: int) -> Comparison:
        return self.known.get(metric_id, given(metric_id, 0, "no usual"))


def keys(sentences: tuple[Sentence, ...]) -> list[str]:
    return [sentence.key for sentence in sentences]


def test_customers_come_first_then_what_needs_a_look() -> None:
    """Satisfaction before efficiency (metrics R14), exceptions before good news."""
    tiles = [
        tile("first_response_time", -300, "better"),
        tile("tickets_created", 40, "different"),
        tile("service_level", -0.1, "worse"),
        tile("csat", 0.02, "better"),
    ]
    assert keys(story.headline(tiles)) == ["csat_good", "phone_bad", "tickets_up"]


def test_one_theme_is_told_once_and_by_its_worse_side() -> None:
    """'The phone was faster, the phone was slower' helps nobody."""
    tiles = [tile("average_speed_of_answer", -3, "better"), tile("abandon_rate", 0.03, "worse")]
    assert keys(story.headline(tiles)) == ["phone_bad"]


@pytest.mark.parametrize(
    ("verdict", "key"), [("no clear change", "as_usual"), ("too few", "no_judgement"), ("no usual", "no_usual")]
)
def test_a_day_without_news_says_so(verdict: Verdict, key: str) -> None:
    """A headline that invents news is not believed when there is some."""
    assert keys(story.headline([tile("csat", 0.0, verdict)])) == [key]


def test_a_missed_goal_is_news_even_on_a_usual_day() -> None:
    """Usual is not good enough where a goal was set."""
    made = tile("service_level", 0.0, "no clear change", goal=Goal("service_level", 0.8), goal_state="missed")
    assert keys(story.headline([made])) == ["goal_missed_clause"]


def test_speed_bought_with_transfers_is_read_together() -> None:
    """More calls an hour are no gain if callers are passed on (metrics 8.5)."""
    known = {
        "contacts_per_agent_day": given("contacts_per_agent_day", 1.8, "different", value=22.0),
        "transfer_rate": given("transfer_rate", 0.023, "worse", value=0.118),
    }
    made = story.read_together(cast(Asking, Known(known)), [tile("csat", 0, "no clear change")])
    assert keys(made) == ["pair"]
    assert Words(daily(), "en").say(made[0]) == (
        "Contacts per agent-day ▲ 1.80 while Transfers ▲ 2.3 pt (11.8\u202f%). "
        "Fast is not better if callers are passed on."
    )


def test_a_gain_whose_price_nobody_knows_is_told_as_such() -> None:
    """Quality is sampled: the usual blind spot."""
    tiles = [tile("first_response_time", -600, "better")]
    few = {"csat": given("csat", 0.0, "too few", n=9)}
    assert keys(story.read_together(cast(Asking, Known(few)), tiles)) == ["strain"]


def test_without_a_gain_nothing_parts() -> None:
    """A bad day on both sides is two exceptions, not a conflict."""
    tiles = [tile("first_response_time", 600, "worse"), tile("csat", -0.1, "worse")]
    assert story.read_together(cast(Asking, Known({})), tiles) == ()


@pytest.mark.parametrize(
    ("state", "streak", "maturity", "told"),
    [("reached", 5, "final", True), ("reached", 10, "final", True), ("reached", 6, "final", False),
     ("reached", 5, "provisional", False), ("counter_failed", 5, "final", False), ("missed", 0, "final", False)],
)  # fmt: skip
def test_only_a_final_goal_held_for_a_working_week_is_celebrated(
    state: GoalState, streak: int, maturity: str, told: bool
) -> None:
    """Praise for a number that is taken back tomorrow costs more than it gives (metrics 8.13)."""
    made = tile("first_response_time", -300, "better", goal=Goal("frt", 1800), goal_state=state, streak=streak)
    answer = replace(made.answer, maturity="final" if maturity == "final" else "provisional")
    made = replace(made, comparison=replace(made.comparison, answer=answer))
    assert bool(story.celebrations([made])) is told


def test_then_and_now_needs_enough_cases_on_both_days_and_more_than_noise() -> None:
    """Two single days differ always; what differs within the usual spread is not told."""
    then = replace(given("csat", 0, "no usual").answer, value=0.4, period=Period("2026-08-21", "2026-08-21"))
    big = tile("csat", 0.1, "better")
    big = replace(big, comparison=replace(big.comparison, weeks_13=then))
    assert keys(story.history([big])) == ["then_now"]
    few = replace(big, comparison=replace(big.comparison, weeks_13=replace(then, status="low_sample")))
    near = replace(big, comparison=replace(big.comparison, weeks_13=replace(then, value=0.48)))
    assert story.history([few]) == ()
    assert story.history([near]) == ()
    later = replace(big, comparison=replace(big.comparison, weeks_13=None, weeks_17=then))
    assert "17 weeks before" in Words(daily(), "en").say(story.history([later])[0])


def slots(shares: Mapping[int, float]) -> list[tuple[int, Answer]]:
    day = Period(DAY, DAY, "interval")
    return [
        (slot, Answer("service_level", "standard", day, value=share, n=10, den=10)) for slot, share in shares.items()
    ]


def test_the_window_is_the_shortest_that_holds_most_of_the_change() -> None:
    """'Between 08:00 and 18:00' sends nobody to a shift plan."""
    usual = dict.fromkeys(range(16, 36), 0.85)
    assert story.window(slots(usual | dict.fromkeys(range(20, 24), 0.2)), 0.85, -1) == (20, 24)
    assert story.window(slots(usual | {18: 0.1}), 0.85, -1) == (18, 19)


def test_a_change_spread_over_the_day_has_no_window() -> None:
    """Naming two of twenty half hours would be a guess."""
    assert story.window(slots(dict.fromkeys(range(16, 36), 0.6)), 0.85, -1) is None
    assert story.window([], 0.85, -1) is None


def test_hours_and_people_are_not_called_cases() -> None:
    """Nobody was absent in 2,657 cases: of 2,657 hours on the plan, some were missed."""
    for metric_id in METRICS:
        assert language("en").messages["noun"].get(noun_of(METRICS[metric_id])), metric_id
        if METRICS[metric_id].floor_of == "hours":
            assert noun_of(METRICS[metric_id]) == "hours"
        if METRICS[metric_id].floor_of == "heads":
            assert noun_of(METRICS[metric_id]) == "people"
