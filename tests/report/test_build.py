"""A day put together from a store: what is said, what is left out, what is not claimed."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.clock import add_days, day_bounds
from core.numbers.answer import Period
from core.numbers.calendars import HoursRow
from core.numbers.goal import Goal
from core.numbers.reporting import ScheduleRule
from core.report.asking import Asking
from core.report.build import build_report
from core.report.comments import masked
from core.report.model import Report, ReportSpec
from core.report.rules import check
from core.report.slack import render_slack
from core.report.words import Words
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import DAY, base, desk, fresh
from tests.report.test_slack import assert_within_limits

GOALS = (Goal("service_level", 0.8), Goal("frt", 2_400, owner="Tech"), Goal("csat", 0.85))
SPEC = ReportSpec("daily", goals=GOALS, ticket_links={"zd": "https://acme.example/t/{number}"})
NEXT_MORNING_S = 8 * 3_600


@pytest.fixture(scope="module")
def folded() -> sqlite3.Connection:
    return desk()[0]


@pytest.fixture
def db(folded: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The desk's store; what a test changes is taken back."""
    folded.execute("savepoint test")
    yield folded
    folded.execute("rollback to test")
    folded.execute("release test")


NOW_AT = day_bounds(DAY, BERLIN.zone)[1] + NEXT_MORNING_S


def built(db: sqlite3.Connection, spec: ReportSpec = SPEC, day_on: str | None = None) -> Report:
    report = build_report(db, spec, BERLIN, NOW_AT, day_on=day_on)
    check(report)
    return report


def tile_of(report: Report, metric_id: str):  # type: ignore[no-untyped-def]
    return next(tile for tile in report.tiles if tile.metric_id == metric_id)


def test_the_bad_morning_is_found_and_explained(db: sqlite3.Connection) -> None:
    """The one thing that a manager wants at 08:00: what went wrong, where, when."""
    words = Words(built(db), "en")
    assert words.headline() == "The phone was slower, first replies came faster."
    story = words.say_all(words.report.sentences)
    assert "Service level missed its goal: Hotline DE lost 1" in story
    assert "pt, mostly between 10:00 and 12:00, and explains" in story
    assert "of the drop." in story


@pytest.mark.parametrize("code", ["en", "de", "zh"])
def test_the_built_report_fits_into_slack(db: sqlite3.Connection, code: str) -> None:
    """What is built must be sendable in every language."""
    assert_within_limits(render_slack(built(db), code))


def test_the_starter_profile_has_six_numbers_with_a_telephone(db: sqlite3.Connection) -> None:
    """Few before many, and what customers say before what we did (metrics R14, R15)."""
    assert [tile.metric_id for tile in built(db).tiles] == [
        "csat", "backlog_open", "first_response_time", "tickets_created", "service_level", "abandon_rate",
    ]  # fmt: skip


@pytest.mark.parametrize("profile", ["core", "full"])
def test_larger_profiles_hold_what_has_data(db: sqlite3.Connection, profile: str) -> None:
    """Numbers that no source feeds are named once and take no room."""
    report = built(db, replace(SPEC, metrics=profile))
    assert len(report.tiles) > 8
    assert all(tile.answer.status != "unavailable" for tile in report.tiles)
    assert "lost_service_hours" not in {tile.metric_id for tile in report.tiles}
    assert_within_limits(render_slack(report, "en"))


def test_metrics_can_be_listed_by_alias(db: sqlite3.Connection) -> None:
    """People write frt; the order of customers first stays."""
    report = built(db, replace(SPEC, metrics=("frt", "sl", "csat", "service_level")))
    assert [tile.metric_id for tile in report.tiles] == ["csat", "first_response_time", "service_level"]


def test_goals_are_judged_with_their_counter_metric(db: sqlite3.Connection) -> None:
    """A goal that is met by leaving tickets unanswered is not met (metrics 8.13)."""
    report = built(db)
    states = {tile.metric_id: tile.goal_state for tile in report.tiles if tile.goal}
    assert states == {"csat": "reached", "first_response_time": "reached", "service_level": "missed"}
    guarded = (Goal("frt", 2_400, counter_floor=-1),)
    report = built(db, replace(SPEC, goals=guarded))
    tile = tile_of(report, "first_response_time")
    assert tile.goal_state in {"counter_failed", "unjudged"}
    assert tile.streak == 0
    assert report.celebrations == ()


def test_what_a_cohort_comes_to_is_not_judged_the_next_morning(db: sqlite3.Connection) -> None:
    """A goal for solved tickets would be missed each morning, and a guard of that day would never fail."""
    report = built(db, replace(SPEC, metrics=("resolution_rate", "csat"), goals=(Goal("resolution_rate", 0.9),)))
    tile = tile_of(report, "resolution_rate")
    assert (tile.comparison.verdict, tile.goal_state, tile.mark) == ("too early", "unjudged", "none")
    guard = tile_of(report, "csat")
    words = Words(report, "en")
    assert "too early to judge" in words.tile(tile).delta
    assert "answered in the 7 days to 13 Nov" in words.tile(guard).small


def test_a_goal_of_another_slice_or_time_is_not_this_report_s(db: sqlite3.Connection) -> None:
    """A goal for Billing says nothing of the whole."""
    goals = (Goal("csat", 0.9, where={"team": "Billing"}), Goal("csat", 0.9, to_on=add_days(DAY, -1)))
    assert tile_of(built(db, replace(SPEC, goals=goals)), "csat").goal is None


def test_celebrations_come_once_a_working_week(db: sqlite3.Connection) -> None:
    """Praise every morning is noise; and only a final value is praised."""
    goal = Goal("frt", 2_400, owner="Tech", from_on=None)
    told = [day for day in range(8) if built(db, replace(SPEC, goals=(goal,)), add_days(DAY, -day)).celebrations]
    assert len(told) in {1, 2}
    csat = Goal("csat", 0.85)
    assert not any(built(db, replace(SPEC, goals=(csat,)), add_days(DAY, -day)).celebrations for day in range(5))


def test_a_late_source_leaves_its_numbers_out(db: sqlite3.Connection) -> None:
    """Half a day of calls looks like a quiet day."""
    fresh(db, "pbx", NOW_AT - 20 * 3_600)
    report = built(db)
    assert report.is_partial
    tile = tile_of(report, "service_level")
    assert (tile.is_late, tile.answer.value, tile.mark, tile.goal_state) == (True, None, "none", "unjudged")
    assert tile_of(report, "csat").answer.value is not None
    assert not [table for table in report.tables if table.dim == "queue"]
    message = render_slack(report, "en")
    assert "pbx has data only to" in message.text
    assert "Service level 80/20 —" in message.text


def test_a_source_that_failed_or_skips_a_stream_is_said(db: sqlite3.Connection) -> None:
    """Silence about a missing stream is how numbers lose their readers' trust."""
    fresh(db, "zd", NOW_AT, status="failed")
    base(db, "stream_state", source="zd", stream="satisfaction", status="skipped")
    base(db, "rejected_rows", id=1, source="zd", stream="tickets", reason="no id", happened_at=1)
    words = Words(built(db), "en")
    said = [words.say(sentence) for sentence in (*words.problems(), *words.notes())]
    assert said == [
        "zd: the last pull failed.",
        "zd does not allow: satisfaction.",
        "zd: 1 row set aside as unreadable.",
    ]


def test_what_was_left_out_is_counted(db: sqlite3.Connection) -> None:
    """Whoever counts by hand must find the difference here."""
    words = Words(built(db), "en")
    said = [words.say(note) for note in words.report.method]
    assert "1 ticket left out: spam." in said
    assert "1 call left out: hung up within 5 s." in said
    assert any("answered within 20 s" in words.say(rule) for rule in words.report.rules)


def test_what_a_number_lacks_is_said(db: sqlite3.Connection) -> None:
    """A handle time without the work after the call is short by a minute, and nobody would know."""
    report = built(db, replace(SPEC, metrics=("aht",), goals=()))
    words = Words(report, "en")
    said = [words.say(note) for note in report.method]
    assert "Handle time is without after-call work times: no source brings them." in said


def test_the_slice_holds_for_everything(db: sqlite3.Connection) -> None:
    """A team's channel must not show another team's numbers."""
    whole, part = built(db), built(db, replace(SPEC, where={"team": "Tech"}, goals=()))
    created = (tile_of(report, "tickets_created").answer.value for report in (whole, part))
    assert next(created) == 2 * (next(created) or 0)
    assert "team" not in {table.dim for table in part.tables}
    assert [ticket.number for ticket in part.oldest] == ["7"]
    words = Words(part, "en")
    assert "Team: Tech" in words.title()
    said = [words.say(note) for note in part.method]
    assert not [line for line in said if "spam" in line or "hung up" in line]


def test_a_team_of_one_is_a_person(db: sqlite3.Connection) -> None:
    """The only one who does billing would find her reply times in a channel (metrics 8.6 guard 7)."""

    def teams() -> list[str]:
        asking = Asking(db, BERLIN, NOW_AT, Period(DAY, DAY), {})
        driver = asking.driver("tickets_created", None, ["team"])
        rows = [name for _, name, _ in asking.breakdown("first_response_time", "team")]
        return [*rows, driver.member if driver else "nobody"]

    before = teams()
    assert before[-1] in {"Tech", "Billing"}
    base(db, "agent_teams", agent_uid="zd:a", team_uid=f"zd:{before[-1].lower()}")
    assert teams() == [name for name in before[:-1] if name != before[-1]] + ["nobody"]
    base(db, "agents", uid="zd:b", native_id="b", source="zd", name="Bo", is_human=1)
    base(db, "agent_teams", agent_uid="zd:b", team_uid=f"zd:{before[-1].lower()}")
    assert teams() == before


def test_the_oldest_tickets_link_to_the_vendor(db: sqlite3.Connection) -> None:
    """One click from the number to the work, without a customer's name."""
    ticket = built(db).oldest[0]
    assert (ticket.url, ticket.team) == ("https://acme.example/t/7", "Tech")
    db.execute("update tickets set number = '7/../../x?y' where uid = 'zd:7'")
    assert built(db).oldest[0].url == ""


def test_comments_are_shown_masked(db: sqlite3.Connection) -> None:
    """Words of customers belong beside the numbers, their telephone numbers and our agents' names do not."""
    assert {comment.text for comment in built(db).comments} == {"[…] was great, call me: […]", "Too slow"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mail me at eva.k+x@mail.example please", "Mail me at […] please"),
        ("My name is Eva Kraft and I wait", "My name is […] and I wait"),
        ("Alles gut. Viele Grüße\nEva Kraft", "Alles gut. Viele Grüße\n[…]"),
        ("see https://shop.example/order?mail=a@b.example", "see […]"),
        ("IBAN DE89 3704 0044 0532 0130 00 ok", "IBAN […] ok"),
        ("我叫王小明，谢谢", "我叫[…]，谢谢"),
        ("Order 4711 came in 2 days", "Order 4711 came in 2 days"),
    ],
)
def test_personal_data_is_masked(text: str, kept: str) -> None:
    """A channel is read by many who have no business with it (metrics R16)."""
    assert masked(text) == kept


def test_a_day_without_contacts_has_no_percentages() -> None:
    """No calls is not a service level of 0 %, nor of 100 %."""
    db, now_at = store_of({}, DAY)
    report = build_report(db, SPEC, BERLIN, now_at + NEXT_MORNING_S)
    assert report.is_low_volume
    assert Words(report, "en").headline() == "No contacts came in."
    assert "%" not in render_slack(report, "en").text


def test_a_quiet_day_is_one_line_of_counts() -> None:
    """Three tickets make no percentage worth reading."""
    at = day_bounds(DAY, BERLIN.zone)[0] + 40_000
    tickets = [{"created_at": at, "is_counted_created": 1, "status_category": "open"} for _ in range(3)]
    db, now_at = store_of({"ticket_facts": tickets}, DAY)
    report = build_report(db, SPEC, BERLIN, now_at + NEXT_MORNING_S)
    assert Words(report, "en").headline() == "A quiet Friday: 3 tickets."
    assert Words(report, "zh").headline() == "安静的周五：3 张工单。"


def test_a_closed_day_says_what_waits(db: sqlite3.Connection) -> None:
    """On a Sunday nobody expects numbers; what waits for Monday is enough."""
    monday_only = ScheduleRule("Europe/Berlin", (HoursRow(0, 540, 1_020, "2020-01-01", None),))
    rules = replace(BERLIN, schedules={"desk": monday_only}, default_schedule_uid="desk")
    db.execute("delete from queue_legs")
    db.execute("delete from parts where part like 'queue_legs%'")
    report = build_report(db, SPEC, rules, NOW_AT)
    assert report.is_closed_day
    assert Words(report, "en").headline() == "Closed, 0 tickets waiting."


def test_a_new_store_has_nothing_to_compare_with() -> None:
    """On the first morning every arrow would be an invention."""
    at = day_bounds(DAY, BERLIN.zone)[0] + 40_000
    tickets = [{"created_at": at, "is_counted_created": 1, "status_category": "open"} for _ in range(30)]
    db, now_at = store_of({"ticket_facts": tickets}, DAY)
    report = build_report(db, SPEC, BERLIN, now_at + NEXT_MORNING_S)
    assert {tile.comparison.verdict for tile in report.tiles if tile.metric_id != "tickets_created"} <= {
        "no usual", "too few", "no clear change",
    }  # fmt: skip
    assert report.history == ()


def test_the_same_day_is_the_same_report(db: sqlite3.Connection) -> None:
    """A report built twice must not differ, comments at random included."""
    assert built(db) == built(db)
