"""Explaining a value: the cases behind every metric add up to it, whatever the facts are."""

import sqlite3
from collections.abc import Sequence
from functools import cache

import pytest

from core.clock import add_days
from core.errors import ConfigError
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.explain import Explanation, explain
from core.numbers.explain.conditions import CONDITIONS, NOUNS, atoms
from core.numbers.explain.left_out import NO_QUEUE, WHYS
from core.numbers.explain.roles import leading, roles
from core.numbers.metric import CLOCKS, Ages, ForecastError, Level, Max, Metric, Row, Share, Waiting, parts_of
from core.numbers.metrics import METRICS
from core.numbers.metrics.fixture_week import CALLS, LEGS, WEEK
from core.numbers.publish import publish
from core.store.tables import TABLES
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, store_of

ALL = 10**9
DAYS_OF_IT = Period(DAYS[0], DAYS[-1])
MONDAY_TO_SUNDAY = Period("2026-03-02", "2026-03-08")


@cache
def world() -> tuple[sqlite3.Connection, int]:
    """Random facts, and the moment at which their last day ends."""
    return store_of(random_facts(5, 40), DAYS[-1])


@cache
def explained(metric_id: str) -> tuple[tuple[str, Explanation], ...]:
    """Every variant of a metric over random facts, whole and in a slice."""
    db, now_at = world()
    return tuple(
        (
            variant,
            explain(
                db, metric_id, DAYS_OF_IT, variant=variant, where=where, limit=ALL, reporting=BERLIN, now_at=now_at
            ),
        )
        for variant in METRICS[metric_id].how
        for where in ({}, {"source": "zd"})
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_the_cases_add_up_to_the_value(metric: Metric) -> None:
    """An ops lead who counts the listed tickets and calls must come to the number that the report printed."""
    db, now_at = world()
    for variant, found in explained(metric.id):
        formula, made = metric.how[variant], found.answer
        if made.status == "unavailable":
            assert not found.cases
            continue
        sums = {
            role: sum(case.adds.get(role, 0) for case in found.cases)
            for role in {role for case in found.cases for role in case.adds}
        }
        shown = f"{metric.id} {variant}: {sums} {made}"
        assert made == ask(
            db, metric.id, DAYS_OF_IT, variant=variant, where=made.where, reporting=BERLIN, now_at=now_at
        )
        if isinstance(formula, Max):
            assert made.value == max((case.value or 0 for case in found.cases), default=None), shown
            continue
        named = roles(formula).keys() or {"num"}
        if "num" in named and made.num is not None:
            assert sums.get("num", 0) == pytest.approx(made.num), shown
        if "den" in named and made.den is not None:
            assert sums.get("den", 0) == pytest.approx(made.den), shown
        if isinstance(formula, ForecastError):
            assert sums["actual"] == made.den, shown
        assert found.counted == sum(case.rows for case in found.cases), shown
        if isinstance(formula, Level | Ages | Waiting):
            assert made.n == found.counted, shown
        elif isinstance(formula, Share) and made.n:
            assert made.n == sums["den"], shown


def test_nothing_is_listed_of_single_persons() -> None:
    """An explanation is no back door to numbers of persons: only tickets and calls are named one by one."""
    for metric in METRICS.values():
        for _, found in explained(metric.id):
            for case in found.cases:
                assert case.kind.partition(":")[0] in {"ticket", "call", *CLOCKS}
                assert case.id or case.label or case.day_on
    with pytest.raises(ConfigError, match="persons"):
        explain(world()[0], "tickets_created", DAYS_OF_IT, by="agent", reporting=BERLIN, now_at=world()[1])


def test_what_counts_and_what_is_left_out_are_all_rows_of_the_days() -> None:
    """A ticket that is neither listed nor left out for a reason has been lost without a word."""
    db, now_at = world()
    for metric in METRICS.values():
        for variant, formula in metric.how.items():
            part = leading(formula)
            if part is None or len({(one.fact, one.on) for one in parts_of(formula)}) > 1 or type(formula) in SPECIAL:
                continue
            found = explain(db, metric.id, DAYS_OF_IT, variant=variant, limit=0, reporting=BERLIN, now_at=now_at)
            if found.answer.status == "unavailable":
                continue
            marks = ", ".join("?" * len(DAYS))
            every = db.execute(f"select count(*) from {part.fact} where {part.on} in ({marks})", DAYS).fetchone()[0]
            out = sum(one.count for one in found.left_out if not one.reason.startswith("no_queue_"))
            assert found.counted + out == every, (metric.id, variant)


SPECIAL = {type(METRICS["project_progress"].how["standard"]), ForecastError}


def test_the_worked_week_says_why_tickets_are_left_out() -> None:
    """The worked week: T4 is spam, T5 merged, T6 begun by an agent; the other seven are listed."""
    db, now_at = store_of({"ticket_facts": WEEK}, MONDAY_TO_SUNDAY.to_on)
    found = explain(db, "tickets_created", MONDAY_TO_SUNDAY, reporting=BERLIN, now_at=now_at)
    assert (found.answer.value, found.counted) == (7, 7)
    assert {one.reason: one.count for one in found.left_out} == {"spam": 1, "merged": 1, "outbound": 1}


def test_the_worked_queue_says_why_calls_are_left_out() -> None:
    """Two short abandons, a voicemail and a call back are in no service level; the others never came to a queue."""
    db, now_at = store_of({"queue_legs": LEGS, "call_facts": CALLS}, MONDAY_TO_SUNDAY.to_on)
    found = explain(db, "service_level", MONDAY_TO_SUNDAY, where={"queue": "queue 1"}, reporting=BERLIN, now_at=now_at)
    assert (found.answer.value, found.counted) == (0.5, 6)
    out = {one.reason: one.count for one in found.left_out}
    assert (out["short_abandon"], out["voicemail"], out["callback"]) == (2, 1, 1)
    # Worst first: of a share that should be high, those that pull it down.
    assert [case.adds.get("num", 0) for case in found.cases] == [0, 0, 0, 1, 1, 1]


def test_durations_are_listed_longest_first_and_lead_to_the_ticket() -> None:
    """The one ticket that took three days is what the reader is looking for."""
    facts = [
        {"ticket_uid": f"zd:{number}", "is_frt_counted": 1, "frt_s": seconds, "first_replied_on": "2026-03-04"}
        for number, seconds in ((7, 60), (8, 9_000), (9, 600))
    ]
    db, now_at = store_of({"ticket_facts": facts}, MONDAY_TO_SUNDAY.to_on)
    columns = "uid, source, native_id, version, number, synced_at"
    db.execute(f"insert into tickets ({columns}) values ('zd:8', 'zd', '8', 0, '1008', 0)")
    links = {"zd": "https://desk.example/agent/tickets/{number}"}
    found = explain(
        db, "first_response_time", MONDAY_TO_SUNDAY, variant="calendar", links=links, limit=2, reporting=BERLIN,
        now_at=now_at,
    )  # fmt: skip
    assert [case.value for case in found.cases] == [9_000, 600]
    assert (found.cases[0].id, found.cases[0].url) == ("1008", "https://desk.example/agent/tickets/1008")
    assert found.counted == 3


def test_the_shares_of_a_change_add_up_to_all_of_it() -> None:
    """Two slices that explain 80 % each explain nothing."""
    day_on = "2026-05-06"
    usual = {add_days(day_on, -7 * week): {"email": 10, "phone": 5} for week in range(1, 9)}
    facts = [
        {"created_on": on, "first_replied_on": on, "is_counted_created": 1, "is_frt_counted": 1, "channel": channel,
         "frt_s": 600 if on != day_on or channel == "phone" else 900, "bot_contained": int(number % 2)}
        for on, counts in {**usual, day_on: {"email": 22, "phone": 3}}.items()
        for channel, count in counts.items()
        for number in range(count)
    ]  # fmt: skip
    db, now_at = store_of({"ticket_facts": facts}, day_on)
    for metric_id, variant in (
        ("tickets_created", "standard"), ("first_response_time", "calendar"), ("bot_containment_rate", "standard"),
    ):  # fmt: skip
        for by in ("channel", None):
            found = explain(
                db, metric_id, Period(day_on, day_on), variant=variant, by=by, reporting=BERLIN, now_at=now_at
            )
            assert found.change is not None
            assert sum(one.share for one in found.change.members) == pytest.approx(1)
            assert sum(one.delta for one in found.change.members) == pytest.approx(found.change.change)
    by_channel = explain(db, "tickets_created", Period(day_on, day_on), by="channel", reporting=BERLIN, now_at=now_at)
    assert by_channel.change is not None
    assert [(one.member, one.delta) for one in by_channel.change.members] == [("email", 12), ("phone", -2)]
    assert len(by_channel.change.against) == 8
    # Of a week against the one before.
    week = explain(db, "tickets_created", Period("2026-04-30", day_on), by="channel", reporting=BERLIN, now_at=now_at)
    assert week.change is not None
    assert week.change.change == 10


def test_what_reports_said_before_is_told_with_its_reason() -> None:
    """A number that is another today than in last week's message needs a reason, not a shrug."""
    rows = [{"ticket_uid": f"zd:{number}", "created_on": "2026-03-04", "is_counted_created": 1} for number in range(3)]
    db, now_at = store_of({"ticket_facts": rows}, "2026-03-05")
    day = Period("2026-03-04", "2026-03-04")

    def told(at: int, key: str) -> None:
        publish(db, key, [ask(db, "tickets_created", day, reporting=BERLIN, now_at=at)], at, zone=BERLIN.zone)

    told(now_at, "daily:2026-03-04")
    db.execute("update parts set num = 2, n = 2 where num = 3 and dim = 'total'")
    told(now_at + 86_400, "weekly:2026-03-08")
    found = explain(db, "tickets_created", day, reporting=BERLIN, now_at=now_at + 90_000)
    assert [(one.value, one.old_value, bool(one.why)) for one in found.published] == [(3, None, False), (2, 3, True)]


def test_every_condition_and_fact_has_words() -> None:
    """A reader who knows no SQL reads the definition, too."""
    said = {part.where for metric in METRICS.values() for formula in metric.how.values() for part in parts_of(formula)}
    for metric in METRICS.values():
        for formula in metric.how.values():
            if isinstance(formula, Level | Ages):
                said |= {formula.where, formula.at}
    assert {atom for where in said for atom in atoms(where)} - CONDITIONS.keys() == set()
    assert CLOCKS.keys() - NOUNS.keys() == set()


def test_reasons_are_sound_sql() -> None:
    """A misspelt column in a reason would break the explanation of a number just when somebody doubts it."""
    known = {table.name for table in TABLES}
    for fact, whys in {**WHYS, "call_facts": (*WHYS["call_facts"], *NO_QUEUE)}.items():
        assert fact in known
        for why in whys:
            world()[0].execute(f"select count(*) from {fact} where {why.condition}")


def test_the_least_complete_come_first() -> None:
    """Of fields to be filled in, a ticket with one of three is what the reader is looking for, not one with all."""
    facts = [
        {"ticket_uid": f"zd:{filled}", "last_solved_on": "2026-03-04", "is_solve_counted": 1, "is_solved": 1,
         "handled_by": "human", "required_fields": 3, "filled_fields": filled}
        for filled in (3, 1, 0, 2)
    ]  # fmt: skip
    db, now_at = store_of({"ticket_facts": facts}, MONDAY_TO_SUNDAY.to_on)
    found = explain(db, "data_entry_completeness", MONDAY_TO_SUNDAY, reporting=BERLIN, now_at=now_at)
    assert [case.adds for case in found.cases] == [{"num": filled, "den": 3} for filled in (0, 1, 2, 3)]


def test_a_case_of_another_table_is_no_miss() -> None:
    """A contact that is counted for the agents' days is not '1 of 0': it can be in the numerator alone."""
    facts: dict[str, Sequence[Row]] = {
        "handled_facts": ({"contact_uid": "zd:1", "day_on": "2026-03-04"},),
        "agent_days": ({"day_on": "2026-03-04", "presence_days": 1.0, "is_paid": 1, "logged_in_s": 28_800},),
    }
    db, now_at = store_of(facts, MONDAY_TO_SUNDAY.to_on)
    found = explain(db, "contacts_per_agent_day", MONDAY_TO_SUNDAY, reporting=BERLIN, now_at=now_at)
    assert [(case.kind, case.adds) for case in found.cases] == [("agent_days", {"den": 1}), ("ticket", {"num": 1})]


def test_what_is_known_of_no_team_is_explained_by_none() -> None:
    """Costs have no team: all of their change stood beside 'unknown', as if that were a cause."""
    day_on = "2026-05-06"
    usual = [add_days(day_on, -7 * week) for week in range(1, 9)]
    facts: dict[str, Sequence[Row]] = {
        "cost_facts": [
            {
                "day_on": on,
                "category": "labour",
                "channel": "phone",
                "source": "files",
                "amount_minor": 1_000 + 500 * (on == day_on),
            }
            for on in (*usual, day_on)
        ],
        "handled_facts": [
            {
                "day_on": on,
                "contact_uid": f"zd:{on}{team}",
                "team_uid": team,
                "channel": "phone",
                "is_total": 1,
                "source": "zd" if team == "a" else "files",
            }
            for on in (*usual, day_on)
            for team in ("a", "b")
        ],
    }
    db, now_at = store_of(facts, day_on)
    found = explain(db, "cost_per_contact", Period(day_on, day_on), reporting=BERLIN, now_at=now_at)
    assert found.answer.value == 750
    assert found.change is None


def test_what_counts_is_not_left_out_as_well() -> None:
    """A caller who heard a busy line is lost, and counted as such: nobody left her out."""
    calls = [{"call_uid": f"pbx:{number}", "outcome": "blocked", "arrived_on": "2026-03-04"} for number in range(2)]
    db, now_at = store_of({"queue_legs": LEGS, "call_facts": calls}, MONDAY_TO_SUNDAY.to_on)
    for metric_id, count in (("call_loss_rate", 0), ("service_level", 2)):
        found = explain(db, metric_id, MONDAY_TO_SUNDAY, reporting=BERLIN, now_at=now_at)
        assert {one.reason: one.count for one in found.left_out}.get("no_queue_blocked", 0) == count


def test_a_dimension_with_one_member_at_work_explains_nothing() -> None:
    """Calls come in and go out; that all of a change of those who came in came in is no finding."""
    day_on = "2026-05-06"
    usual = [add_days(day_on, -7 * week) for week in range(1, 9)]
    calls = [
        {"arrived_on": on, "direction": direction, "outcome": "blocked" if number < 1 + (on == day_on) else "answered",
         "source": "pbx"}
        for on in (*usual, day_on)
        for direction in ("inbound", "outbound")
        for number in range(10)
    ]  # fmt: skip
    db, now_at = store_of({"call_facts": calls}, day_on)
    found = explain(db, "blocked_call_rate", Period(day_on, day_on), reporting=BERLIN, now_at=now_at)
    assert found.answer.value == 0.2
    assert found.change is None
