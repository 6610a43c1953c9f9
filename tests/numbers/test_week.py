"""The worked week of the catalogue from base rows to answers: the figures that a reader checks by hand."""

import sqlite3
from collections.abc import Iterator, Mapping

import pytest

from core.numbers.answer import Answer, Period
from core.numbers.ask import ask
from core.numbers.derive import derive
from core.numbers.parts import fold
from core.store.db import open_store
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at, story

WEEK = Period("2026-03-02", "2026-03-08", "week")
MONDAY_NIGHT, TUESDAY_MORNING, TUESDAY_NIGHT = at("2026-03-10 00:00"), at("2026-03-10 10:30"), at("2026-03-11 00:00")
QUEUE_1 = {"queue": "Queue 1"}


class Told:
    """The story as known at a moment, derived and folded step by step as a running service would."""

    def __init__(self) -> None:
        self.db: sqlite3.Connection = open_store(":memory:")
        self.now_at = 0

    def until(self, now_at: int) -> "Told":
        if now_at > self.now_at:
            self.now_at = now_at
            story(self.db, now_at)
            derive(self.db, REPORTING, now_at)
            fold(self.db, REPORTING, now_at)
        return self

    def ask(
        self, metric_id: str, period: Period = WEEK, variant: str | None = None, where: Mapping[str, str] | None = None
    ) -> Answer:
        return ask(self.db, metric_id, period, variant=variant, where=where, reporting=REPORTING, now_at=self.now_at)

    def value(self, metric_id: str, day_on: str, variant: str | None = None) -> float | None:
        return self.ask(metric_id, Period(day_on, day_on), variant).value


@pytest.fixture(scope="module")
def sunday() -> Iterator[Told]:
    told = Told().until(SUNDAY_NIGHT)
    yield told
    told.db.close()


@pytest.mark.parametrize(
    ("metric_id", "variant", "value"),
    [
        ("tickets_created", None, 7),
        ("outbound_tickets", None, 1),
        ("tickets_excluded", "all", 2),
        ("tickets_excluded", "spam", 1),
        ("tickets_excluded", "merged", 1),
        ("merge_rate", None, 1 / 8),
        ("net_flow", None, 2),
        ("backlog_open", None, 2),
        ("weekend_backlog", None, 2),
        ("unreplied_open", None, 2),
        ("unreplied_open", "oldest", 205_200),
        ("backlog_age", "business", (7_200 + 600) / 2),
        ("first_response_time", "business", 1_350),
        ("first_response_time", "calendar", 28_350),
        ("first_response_time", "handoff", 90),
        ("handoff_response_time", None, 90),
        ("resolution_time", "calendar", 30_000),
        ("resolution_time", "business", 3_000),
        ("next_reply_time", "calendar", 2_400),
        ("resolution_rate", "cohort", 5 / 7),
        ("same_day_resolution_rate", "all", 3 / 7),
        ("same_day_resolution_rate", "without_bot", 2 / 6),
        ("one_touch_rate", None, 3 / 4),
        ("replies_per_ticket", None, 1.25),
        ("reassignment_rate", None, 1 / 4),
        ("reassignment_rate", "teams", 1 / 4),
        ("bot_containment_rate", None, 1 / 2),
        ("sla_attainment", "first_reply", 1.0),
        ("csat", None, 1.0),
        ("csat_response_rate", None, 1.0),
        ("calls_offered", "arrivals", 12),
        ("average_handle_time", "per_call", 332),
        ("average_handle_time", "per_leg", 1_660 / 6),
        ("transfer_rate", "calls", 0.2),
        ("out_of_hours_calls", None, 1),
        ("outbound_connect_rate", None, 1 / 2),
        ("occupancy", None, 4.25 / 6),
        ("utilization", None, 4.25 / 8),
        ("idle_time_rate", None, 1.75 / 6),
    ],
)
def test_the_week_as_of_sunday(sunday: Told, metric_id: str, variant: str | None, value: float) -> None:
    """From the vendor's rows to the answer, every step between must keep the catalogue's figure."""
    assert sunday.ask(metric_id, variant=variant).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("metric_id", "variant", "value"),
    [
        ("calls_offered", None, 10),
        ("service_level", "standard", 3 / 6),
        ("service_level", "flowouts_in", 3 / 8),
        ("service_level", "all_abandons", 3 / 8),
        ("service_level", "answered_only", 3 / 5),
        ("service_level", "removed", 5 / 10),
        ("average_speed_of_answer", None, 25.8),
        ("average_wait_time", None, 28.2),
        ("max_wait_time", None, 65),
        ("average_abandon_time", None, 45),
        ("average_abandon_time", "raw", 53 / 3),
        ("short_abandons", None, 2),
        ("abandon_rate", None, 1 / 8),
        ("abandon_rate", "raw", 3 / 10),
        ("answer_rate", None, 5 / 8),
        ("call_loss_rate", None, 1 / 8),
        ("calls_handled", None, 5),
        ("average_handle_time", "per_leg", 298),
        ("average_talk_time", None, 240),
        ("average_interaction_time", None, 258),
        ("average_hold_time", None, 18),
        ("average_hold_time", "per_held_call", 45),
        ("hold_rate", None, 2 / 5),
        ("average_after_call_work", None, 40),
        ("callback_rate", None, 1 / 10),
        ("voicemail_rate", None, 1 / 10),
    ],
)
def test_queue_1(sunday: Told, metric_id: str, variant: str | None, value: float) -> None:
    """The telephone table of the catalogue, one queue asked by its name."""
    assert sunday.ask(metric_id, variant=variant, where=QUEUE_1).value == pytest.approx(value)


def test_beside_the_medians(sunday: Told) -> None:
    """Mean and p90 beside the median of four replies."""
    calendar = sunday.ask("first_response_time", variant="calendar")
    assert (calendar.mean, calendar.n) == (29_557.5, 4)
    assert calendar.p90 == pytest.approx(59_310)
    business = sunday.ask("first_response_time", variant="business")
    assert business.mean == 1_657.5
    assert business.p90 == pytest.approx(3_060)
    assert sunday.value("first_response_time", "2026-03-04", "zendesk_compat") == 8_400
    resolution = sunday.ask("resolution_time", variant="calendar")
    assert resolution.mean == 35_550
    assert resolution.p90 == pytest.approx(73_620)
    assert sunday.ask("resolution_time", variant="business").mean == 7_650


def test_people_and_bot_are_told_apart(sunday: Told) -> None:
    """Four tickets were solved by people, one by the bot, and the outbound one is separate."""
    assert sunday.ask("tickets_solved", where={"handled_by": "human"}).value == 4
    assert sunday.ask("tickets_solved", where={"handled_by": "bot"}).value == 1
    assert sunday.ask("tickets_solved").value == 5


def test_calls_of_two_queues_are_one_contact(sunday: Told) -> None:
    """C5 was handled in both queues: 5 and 1 by queue, 5 for the company (R3, contacts_handled)."""
    calls = {"source": "desk"}
    wednesday = Period("2026-03-04", "2026-03-04")
    by_queue = [
        sunday.ask("contacts_handled", wednesday, where={"queue": name}).value for name in ("Queue 1", "Queue 2")
    ]
    assert by_queue == [5, 1]
    assert sunday.ask("contacts_handled", wednesday, where={**calls, "channel": "phone"}).value == 5


def test_levels_at_each_days_end(sunday: Told) -> None:
    """The backlog of any past evening, carried on from the day before."""
    counts = [sunday.value("backlog_open", f"2026-03-0{day}") for day in range(2, 9)]
    assert counts == [2, 0, 0, 1, 2, 2, 2]
    friday = sunday.ask("backlog_age", Period("2026-03-06", "2026-03-06"))
    assert (friday.value, friday.p50) == (29_100, 29_100)
    assert sunday.value("backlog_age", "2026-03-06", "oldest") == 32_400


def test_later_days_change_what_they_should() -> None:
    """T3 is answered on the 9th and reopened on the 10th: each number moves as its card says, and no other."""
    told = Told().until(SUNDAY_NIGHT).until(MONDAY_NIGHT)
    assert told.value("backlog_open", "2026-03-09") == 1
    assert told.value("first_response_time", "2026-03-09", "calendar") == 231_600
    assert told.value("first_response_time", "2026-03-09", "business") == 1_200
    assert told.value("resolution_time", "2026-03-09", "calendar") == 231_600
    assert told.value("tickets_solved", "2026-03-09") == 1
    both = Period("2026-03-02", "2026-03-09")
    decided = told.ask("sla_attainment", both, "first_reply")
    assert decided.value == pytest.approx(5 / 6)
    assert decided.n == 6
    assert told.value("sla_breached_open", "2026-03-09") == 1
    told.until(TUESDAY_MORNING)
    assert told.value("backlog_open", "2026-03-10") == 2
    assert told.value("resolution_time", "2026-03-09", "calendar") is None
    assert told.ask("resolution_rate", variant="cohort").value == pytest.approx(5 / 7)
    told.until(TUESDAY_NIGHT)
    assert told.value("backlog_open", "2026-03-10") == 1
    assert told.value("resolution_time", "2026-03-10", "calendar") == 324_600
    assert told.value("resolution_time", "2026-03-10", "business") == 36_600
    assert told.value("first_resolution_time", "2026-03-09", "calendar") == 231_600
    assert told.value("requester_wait_time", "2026-03-10", "calendar") == 235_200
    assert told.value("reopen_rate", "2026-03-09") == 1.0
    assert told.value("one_touch_rate", "2026-03-09") == 0.0
    assert told.value("tickets_solved", "2026-03-10") == 0
    assert told.value("tickets_solved", "2026-03-10", "solve_events") == 1
    assert told.ask("resolution_rate", variant="cohort").value == pytest.approx(6 / 7)
    assert [told.value("backlog_open", f"2026-03-0{day}") for day in range(2, 10)] == [2, 0, 0, 1, 2, 2, 2, 1]


def test_monday_loses_the_ticket_that_was_merged() -> None:
    """T1, T2 and T5 came on Monday; on Tuesday T5 is merged away and Monday has two."""
    told = Told().until(at("Tue 00:00"))
    assert told.value("tickets_created", "2026-03-02") == 3
    assert told.until(at("Wed 00:00")).value("tickets_created", "2026-03-02") == 2


def test_the_backlog_identity_holds() -> None:
    """Backlog = that of the day before + what came - what went, each day and for each team; else a move was lost."""
    told = Told()
    for day in range(3, 12):
        told.until(at(f"2026-03-{day:02} 00:00"))
        day_on = f"2026-03-{day - 1:02}"
        before = told.value("backlog_open", f"2026-03-{day - 2:02}") if day > 3 else 0
        assert told.value("backlog_open", day_on) == (before or 0) + (told.value("net_flow", day_on) or 0)
