"""What a weekly report says of lost goals, and the one thing that it proposes to try."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from core.numbers.answer import Answer, Comparison, Driver, Period, Usual, Verdict
from core.numbers.goal import Goal, GoalState
from core.report.asking import Asking
from core.report.model import Mark, Number, Sentence, Slot, Term, Tile
from core.report.next_step import next_step
from core.report.period import changed
from core.report.story import Cause
from core.report.tiles import Shown

WEEK = Period("2026-11-16", "2026-11-22", "week")


def given(metric_id: str, value: float, usual: float, verdict: Verdict) -> Comparison:
    made = Answer(metric_id, "standard", WEEK, value=value, n=500, num=value * 500, den=500)
    return Comparison(made, Usual(usual, 0.01, None, None, 8), value - usual, verdict)


def tile(metric_id: str, value: float, usual: float, verdict: Verdict, state: GoalState = "none") -> Tile:
    mark: Mark = "bad" if verdict == "worse" or state == "missed" else "neutral"
    goal = Goal(metric_id, 0.8) if state != "none" else None
    return Tile(metric_id, given(metric_id, value, usual, verdict), mark, goal=goal, goal_state=state)


def cause(metric_id: str, member: str, dim: str = "queue", window: tuple[int, int] | None = (20, 24)) -> Cause:
    own = given(metric_id, 0.6, 0.8, "worse")
    return Cause(Driver(dim, member, 0.9, -0.1, replace(own.answer, where={dim: member})), own, window)


class HalfHours:
    """A store that answers with these half hours, whatever is asked."""

    def __init__(self, values: Mapping[int, tuple[float, int]]) -> None:
        self.values = values

    def half_hours(self, metric_id: str, variant: str, where: Mapping[str, str]) -> list[tuple[int, Answer]]:
        made = Answer(metric_id, variant, WEEK)
        return [(slot, replace(made, value=value, n=n)) for slot, (value, n) in self.values.items()]


def step(tiles: Sequence[Tile], causes: Mapping[str, Cause], *pairs: Sentence, hours: object = None) -> str | None:
    found = next_step(cast(Asking, hours or HalfHours({})), tiles, causes, pairs)
    return found.key if found else None


LATE = tile("service_level", 0.7, 0.85, "worse", "missed")


def test_people_are_moved_from_where_most_is_to_spare() -> None:
    """08:00 has the best half hour, but hardly a call: nobody can be spared there."""
    hours = HalfHours({16: (1.0, 4), 18: (0.95, 40), 20: (0.4, 60), 22: (0.5, 60), 30: (0.9, 80)})
    found = next_step(cast(Asking, hours), [LATE], {"service_level": cause("service_level", "Hotline")}, ())
    assert found is not None
    assert found.key == "try_move"
    assert found.values["quiet"] == Slot(18)


def test_where_nothing_is_to_spare_one_more_is_needed() -> None:
    """Moving people out of another late half hour helps nobody."""
    hours = HalfHours({18: (0.7, 40), 20: (0.4, 60), 30: (0.75, 80)})
    assert step([LATE], {"service_level": cause("service_level", "Hotline")}, hours=hours) == "try_people"


def test_what_explains_a_gain_is_no_place_to_send_people_to() -> None:
    """The goal was missed although Hotline got better: Hotline needs nobody."""
    better = tile("service_level", 0.75, 0.7, "no clear change", "missed")
    assert step([better], {"service_level": cause("service_level", "Hotline")}) is None
    sentences = changed([Shown(better, ())], {"service_level": cause("service_level", "Hotline")})
    assert [sentence.key for sentence in sentences] == ["missed"]


def test_the_first_rule_that_applies_is_the_one_thing() -> None:
    """Three things to try are none."""
    pair = Sentence("pair", {"strong": Term("average_handle_time"), "weak": Term("transfer_rate")})
    unhappy = tile("csat", 0.7, 0.9, "worse")
    slow = tile("first_response_time", 0.9, 0.5, "worse")
    causes = {"first_response_time": cause("first_response_time", "Billing", "team", None)}
    assert step([LATE, unhappy], {"service_level": cause("service_level", "Hotline")}, pair) == "try_people"
    assert step([unhappy, slow], causes, pair) == "try_coaching"
    slip = Sentence("slip_before", pair.values)
    assert step([unhappy, slow], causes, slip) == "try_coaching", "four weeks tell it too"
    assert step([unhappy, slow], causes) == "try_reading"
    assert step([slow], causes) == "try_cases"
    assert step([tile("backlog_open", 200, 100, "worse")], {}) == "try_oldest"
    assert step([tile("csat", 0.7, 0.9, "too few")], {}) == "try_more_answers"
    assert step([tile("csat", 0.9, 0.9, "no clear change")], {}) is None


def test_a_lost_goal_is_told_with_how_often_it_was_reached() -> None:
    """One bad week in twelve is discussed otherwise than the twelfth."""
    answer = LATE.answer
    trend = [(replace(answer, value=value), LATE.comparison.usual) for value in (0.82, 0.84, 0.79, 0.70)]
    shown = Shown(LATE, tuple(trend))
    first, why = changed([shown], {"service_level": cause("service_level", "Hotline")})
    assert (first.key, why.key) == ("lost", "lost_why")
    assert first.values["reached"] == Number(2)
    near = replace(LATE, comparison=given("service_level", 0.79996, 0.85, "worse"))
    assert changed([Shown(near, tuple(trend))], {})[0].key == "lost_barely"


def test_what_got_worse_without_one_cause_is_told_by_its_figures() -> None:
    """Silence about the worst number of the week would be read as approval."""
    sentences = changed([Shown(tile("abandon_rate", 0.09, 0.04, "worse"), ())], {})
    assert [sentence.key for sentence in sentences] == ["worse_plain"]
