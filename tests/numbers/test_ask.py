"""Questions: slices, days, half hours, members, and what an answer says of itself."""

import sqlite3
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.clock import day_bounds
from core.errors import ConfigError
from core.numbers.answer import Answer, Period
from core.numbers.ask import METRICS, ask, breakdown, half_hours, series
from core.numbers.metric import Ages, Durations, Latest, Level, Mix, ToDate, facts_of
from core.numbers.metrics.fixture_week import CALLS, LEGS, SPANS, WEEK, legs, many
from core.numbers.quantiles import quantile
from core.numbers.sql import PART_DIMS, column_of
from core.numbers.survival import survival_quantile
from core.store.db import open_store
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, WEDNESDAY, store_of

WHOLE = Period(DAYS[0], DAYS[-1])
ON_WEDNESDAY = Period(WEDNESDAY, WEDNESDAY)
FIGURES = ("value", "n", "num", "den", "mean", "p50", "p90", "ci_low", "ci_high")
VARIANTS = [(metric.id, variant) for metric in METRICS.values() for variant in metric.how]
SUMMED = [
    (metric_id, variant)
    for metric_id, variant in VARIANTS
    if not isinstance(METRICS[metric_id].how[variant], Level | Ages | Mix | ToDate | Latest)
]


@pytest.fixture(scope="module")
def random_store() -> tuple[sqlite3.Connection, int]:
    return store_of(random_facts(5, 120), DAYS[-1])


def figures(answer: Answer) -> list[float | None]:
    return [getattr(answer, name) for name in FIGURES]


@pytest.mark.parametrize(("metric_id", "variant"), VARIANTS)
def test_parts_and_facts_agree(random_store: tuple[sqlite3.Connection, int], metric_id: str, variant: str) -> None:
    """The number of a team is the same whether it is asked alone or together with a second dimension."""
    db, now_at = random_store
    formula = METRICS[metric_id].how[variant]
    asked: dict[str, Any] = {"variant": variant, "reporting": BERLIN, "now_at": now_at}
    for dim in PART_DIMS[min(facts_of(formula))]:
        if isinstance(formula, Mix) or not all(column_of(fact, dim) for fact in facts_of(formula)):
            continue
        members = breakdown(db, metric_id, WHOLE, dim, **asked)
        for uid, _, answer in members:
            name = uid or "unknown"
            alone = ask(db, metric_id, WHOLE, where={dim: name}, **asked)
            other = "source" if dim != "source" else "team"
            if not all(column_of(fact, other) for fact in facts_of(formula)):
                continue
            split = breakdown(db, metric_id, WHOLE, other, where={dim: name}, **asked)
            assert figures(answer) == pytest.approx(figures(alone), abs=1e-9)
            if (
                not isinstance(formula, Durations | Ages | Latest)
                and alone.num is not None
                and "Distinct(" not in repr(formula)
            ):
                whole = sum(each.num or 0 for _, _, each in split)
                peak = max((each.num or 0 for _, _, each in split), default=0)
                assert alone.num in (pytest.approx(whole), pytest.approx(peak)), (dim, name)


@pytest.mark.parametrize(("metric_id", "variant"), SUMMED)
def test_days_add_up_to_their_period(
    random_store: tuple[sqlite3.Connection, int], metric_id: str, variant: str
) -> None:
    """A week whose parts do not make the whole sends an analyst looking for the missing tickets (R3)."""
    db, now_at = random_store
    asked: dict[str, Any] = {"variant": variant, "reporting": BERLIN, "now_at": now_at}
    daily = series(db, metric_id, DAYS[0], DAYS[-1], **asked)
    whole = ask(db, metric_id, WHOLE, **asked)
    pick = max if "Max(" in repr(METRICS[metric_id].how[variant]) else sum
    nums = [answer.num for answer in daily if answer.num is not None]
    assert whole.num == (pytest.approx(pick(nums), abs=1e-9) if nums else None)
    if whole.den is not None:
        assert whole.den == pytest.approx(sum(answer.den or 0 for answer in daily), abs=1e-9)


@pytest.fixture(scope="module")
def empty_days() -> tuple[sqlite3.Connection, int]:
    """A store whose facts all lie before the days that are asked for."""
    db, now_at = store_of(random_facts(12, 8), DAYS[-1])
    db.execute("delete from parts")
    for table in {fact for metric in METRICS.values() for each in metric.how.values() for fact in facts_of(each)}:
        db.execute(f"update {table} set " + ", ".join(f"{on} = '2025-11-05'" for on in _clocks(table)))
    db.execute("delete from backlog_spans")
    return db, now_at


@pytest.mark.parametrize(("metric_id", "variant"), VARIANTS)
def test_nothing_offered_is_no_value(empty_days: tuple[sqlite3.Connection, int], metric_id: str, variant: str) -> None:
    """An empty day must read as no value, or as 0 where something is counted; never as 0 % or 100 % (R2)."""
    db, now_at = empty_days
    answer = ask(db, metric_id, WHOLE, variant=variant, reporting=BERLIN, now_at=now_at)
    counted = METRICS[metric_id].how[variant]
    is_count = isinstance(counted, Level) or type(counted).__name__ in {"Sum", "Distinct", "Difference", "Hours"}
    if answer.status == "unavailable":
        assert answer.reason in {"no source brings opening hours", f"no costs from {DAYS[0]} to {DAYS[-1]}"}
    elif is_count and getattr(counted, "weekday", None) is None:
        assert answer.value == 0
    else:
        assert answer.value is None
        assert answer.reason


def _clocks(table: str) -> list[str]:
    from core.numbers.parts import FACTS

    return [on for fact, on in FACTS if fact == table]


def test_quantiles_are_type_7() -> None:
    """The p90 of four replies is 59,310 s by hand and must be so here (R4)."""
    assert quantile([330, 1_800, 54_900, 61_200], 0.9) == pytest.approx(59_310)
    assert quantile([1, 2], 0.5) == 1.5
    assert quantile([7], 0.9) == 7
    assert quantile([], 0.5) is None


def test_a_rate_of_days_is_not_the_mean_of_rates() -> None:
    """Monday 1 of 1, Tuesday 0 of 9: two days make 10 %, not 50 % (R3)."""
    db, now_at = store_of(
        {
            "queue_legs": (
                *legs(1, wait=5, outcome="answered", enqueued_on="2026-03-02"),
                *legs(9, wait=60, outcome="answered", enqueued_on="2026-03-03"),
            )
        },
        "2026-03-03",
    )
    period = Period("2026-03-02", "2026-03-03")
    assert ask(db, "service_level", period, reporting=BERLIN, now_at=now_at).value == pytest.approx(0.1)


def test_the_headline_falls_back_and_says_so() -> None:
    """Without opening hours a reply time is real time, and the reader must know (R6)."""
    db, now_at = store_of({"ticket_facts": WEEK}, "2026-03-08")
    week = Period("2026-03-02", "2026-03-08", "week")
    answer = ask(db, "first_response_time", week, reporting=BERLIN, now_at=now_at)
    assert (answer.variant, answer.value) == ("calendar", 28_350)
    assert answer.notes == ("calendar time: no source brings opening hours", "p90 of fewer than 20")
    told = ask(db, "first_response_time", week, variant="business", reporting=BERLIN, now_at=now_at)
    assert (told.status, told.reason) == ("unavailable", "no source brings opening hours")


def test_a_small_sample_is_shown_and_not_judged() -> None:
    """6 calls make 50 %, which is no news (R10)."""
    db, now_at = store_of({"queue_legs": LEGS, "call_facts": CALLS}, WEDNESDAY)
    answer = ask(db, "service_level", ON_WEDNESDAY, where={"queue": "queue 1"}, reporting=BERLIN, now_at=now_at)
    assert (answer.status, answer.value, answer.n) == ("low_sample", 0.5, 6)
    assert ask(db, "calls_handled", ON_WEDNESDAY, reporting=BERLIN, now_at=now_at).status == "ok"


def test_values_ripen() -> None:
    """A survey answer may still come for seven days; until then the share is marked (R8)."""
    db, now_at = store_of({"survey_facts": many(40, kind="csat", is_counted=1, is_satisfied=1)}, WEDNESDAY)
    day = 86_400
    for passed, maturity in ((0, "provisional"), (7 * day - 1, "provisional"), (7 * day, "final")):
        asked = ask(db, "csat", ON_WEDNESDAY, reporting=BERLIN, now_at=now_at + passed)
        assert asked.maturity == maturity
    early = ask(db, "tickets_created", ON_WEDNESDAY, reporting=BERLIN, now_at=now_at - 1)
    assert early.maturity == "provisional"


def test_the_worst_precision_is_told() -> None:
    """A time seen between two polls must not pass for one that the source recorded (R17)."""
    rows = (*many(3, is_counted_created=1), {"is_counted_created": 1, "precision": "stat", "team_uid": "t"})
    db, now_at = store_of({"ticket_facts": rows}, WEDNESDAY)
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    assert ask(db, "tickets_created", ON_WEDNESDAY, **asked).precision == "stat"
    assert ask(db, "tickets_created", ON_WEDNESDAY, where={"team": "unknown"}, **asked).precision == "exact"
    assert (
        ask(db, "tickets_created", ON_WEDNESDAY, where={"team": "t", "channel": "email"}, **asked).precision == "stat"
    )


def test_days_before_the_history_are_unknown_not_zero() -> None:
    """Before the first day read in full only old open tickets are known: their count is no count of a day (R17)."""
    db, now_at = store_of({"ticket_facts": WEEK}, "2026-03-08")
    reporting = replace(BERLIN, history_from_on="2026-03-05")
    before = ask(db, "tickets_created", ON_WEDNESDAY, reporting=reporting, now_at=now_at)
    assert (before.status, before.value, before.reason) == ("unavailable", None, "no data before 2026-03-05")
    week = ask(db, "tickets_created", Period("2026-03-02", "2026-03-08"), reporting=reporting, now_at=now_at)
    assert (week.value, week.notes) == (5, ("data from 2026-03-05 on",))
    future = ask(db, "tickets_created", Period("2026-03-10", "2026-03-10"), reporting=reporting, now_at=now_at)
    assert (future.status, future.reason) == ("unavailable", "not begun yet")


def test_slices_are_named_as_people_name_them() -> None:
    """A report for 'Hotline DE' must not need the vendor's id; two sources may share the name."""
    rows = [{"is_counted_created": 1, "team_uid": uid} for uid in ("zd:1", "zd:1", "fd:9", "zd:2", None)]
    db, now_at = store_of({"ticket_facts": rows}, WEDNESDAY)
    for uid, name in (("zd:1", "Hotline DE"), ("fd:9", "Hotline DE"), ("zd:2", "Billing")):
        db.execute(
            "insert into teams (uid, native_id, source, synced_at, version, name) values (?, ?, 'x', 0, 0, ?)",
            (uid, uid, name),
        )
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}

    def created(**where: str) -> float | None:
        return ask(db, "tickets_created", ON_WEDNESDAY, where=where, **asked).value

    assert [created(team="Hotline DE"), created(team="zd:1"), created(team="unknown")] == [3, 2, 1]
    assert created(team="Hotline DE", channel="email") == 3
    names = [(uid, name) for uid, name, _ in breakdown(db, "tickets_created", ON_WEDNESDAY, "team", **asked)]
    assert names == [("zd:1", "Hotline DE"), ("zd:2", "Billing"), ("fd:9", "Hotline DE"), ("", "unknown")]
    with pytest.raises(ConfigError, match="no team is called 'Hotlin DE'; did you mean 'Hotline DE'"):
        created(team="Hotlin DE")
    with pytest.raises(ConfigError, match="not split by 'tema'; did you mean 'team'"):
        created(tema="Billing")
    calls = ask(db, "calls_offered", ON_WEDNESDAY, variant="arrivals", where={"brand": "a"}, **asked)
    assert (calls.status, calls.reason) == ("unavailable", "not known by brand")


def test_half_hours_show_the_bad_lunch() -> None:
    """83 % over the day hides a lunch at which three of four callers waited too long."""
    rows = (
        *legs(10, wait=9, outcome="answered", slot=24, queue_uid="q1"),
        *legs(30, wait=90, outcome="answered", slot=24, queue_uid="q1"),
        *legs(190, wait=9, outcome="answered", slot=30, queue_uid="q2"),
        *legs(10, wait=90, outcome="answered", slot=30, queue_uid="q2"),
    )
    db, now_at = store_of({"queue_legs": rows}, WEDNESDAY)
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    found = half_hours(db, "service_level", Period(WEDNESDAY, WEDNESDAY), **asked)
    assert [(slot, answer.value, answer.n) for slot, answer in found] == [(24, 0.25, 40), (30, 0.95, 200)]
    one = half_hours(db, "service_level", Period(WEDNESDAY, WEDNESDAY), where={"queue": "q2"}, **asked)
    assert [slot for slot, _ in one] == [30]
    assert half_hours(db, "tickets_created", Period(WEDNESDAY, WEDNESDAY), **asked) == []


def test_the_backlog_of_today_is_that_of_now() -> None:
    """At noon the wallboard wants the tickets that are open at noon, not those of midnight."""
    db, _ = store_of({"backlog_spans": SPANS}, "2026-03-03")
    noon_at = day_bounds(WEDNESDAY, BERLIN.zone)[0] + 12 * 3600
    answer = ask(db, "backlog_open", ON_WEDNESDAY, reporting=BERLIN, now_at=noon_at)
    assert (answer.value, answer.maturity) == (1, "provisional")


def test_days_are_cut_in_the_report_time_zone() -> None:
    """The day on which clocks change has 23 hours; an age over it is what really passed (R5)."""
    berlin = ZoneInfo("Europe/Berlin")
    born_at = day_bounds("2026-03-28", berlin)[0] + 22 * 3600
    db, now_at = store_of(
        {"backlog_spans": ({"from_at": born_at, "created_at": born_at, "to_at": None},)}, "2026-03-29"
    )
    answer = ask(db, "backlog_age", Period("2026-03-29", "2026-03-29"), reporting=BERLIN, now_at=now_at)
    assert answer.value == (2 + 23) * 3600


def test_an_unknown_source_is_said_not_guessed() -> None:
    """A store without telephones must say so; a queue without calls has no value (R17)."""
    db = open_store(":memory:")
    answer = ask(db, "service_level", ON_WEDNESDAY, reporting=BERLIN, now_at=day_bounds(WEDNESDAY, BERLIN.zone)[1])
    assert (answer.status, answer.reason) == ("unavailable", "no source brings calls")


def test_who_still_waits_is_not_forgotten() -> None:
    """If the slow half is never answered, the fast half alone must not make the median of a cohort."""
    assert survival_quantile([10, 20, 30], [], 0.5) == 20
    assert survival_quantile([10, 20], [25, 40], 0.5) == 20
    assert survival_quantile([10], [25, 40], 0.5) is None
    assert survival_quantile([10, 30], [20, 40], 0.5) == 30
    assert survival_quantile([], [], 0.5) is None


def test_a_log_without_hold_times_has_none() -> None:
    """Asterisk's log knows no hold: 0 s would be a guess, and handle time without it is marked (R17)."""
    told = {"answered_on": WEDNESDAY, "enqueued_on": WEDNESDAY, "talk_s": 200, "handle_s": 200, "hold_s": None}
    db, now_at = store_of({"queue_legs": legs(12, wait=5, outcome="answered", **told)}, WEDNESDAY)
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    hold = ask(db, "average_hold_time", ON_WEDNESDAY, **asked)
    assert (hold.status, hold.reason) == ("unavailable", "no source brings hold times")
    handle = ask(db, "average_handle_time", ON_WEDNESDAY, variant="per_leg", **asked)
    assert (handle.value, handle.status) == (200, "ok")
    assert handle.notes[0] == "without hold times: no source brings them"


def test_contacts_of_people_without_times_at_work_are_not_set_against_those_with() -> None:
    """The desk's mails over the hotline's days would make each of the hotline look like two."""
    days = {"agent_days": ({"source": "pbx", "presence_days": 1.0, "is_paid": 1},) * 12}
    called = tuple({"source": "pbx", "contact_uid": f"c{number}"} for number in range(240))
    mailed = tuple({"source": "zd", "contact_uid": f"t{number}"} for number in range(120))
    for handled, status in ((called, "ok"), ((*called, *mailed), "unavailable")):
        db, now_at = store_of({**days, "handled_facts": handled}, WEDNESDAY)
        found = ask(db, "contacts_per_agent_day", ON_WEDNESDAY, reporting=BERLIN, now_at=now_at)
        assert (found.status, found.value) == (status, 20.0 if status == "ok" else None)


def test_times_at_work_are_known_by_any_name() -> None:
    """Whoever telephones and writes has one log-in with times; without her second name there were none for mails."""
    handled = [{"source": "zd", "agent_uid": f"zd:{who}", "contact_uid": f"{who}"} for who in ("anna", "ben")]
    days = [{"source": "pbx", "agent_uid": f"pbx:{who}", "presence_days": 1.0, "is_paid": 1} for who in ("anna", "ben")]
    db, now_at = store_of({"handled_facts": handled, "agent_days": days}, "2026-03-08")
    both = (("pbx:anna", "zd:anna"), ("pbx:ben", "zd:ben"))
    for aliases, value in (((), None), (both[:1], None), (both, 1.0)):
        one_human = replace(BERLIN, aliases=aliases)
        week = Period("2026-03-02", "2026-03-08")
        assert ask(db, "contacts_per_agent_day", week, reporting=one_human, now_at=now_at).value == value
