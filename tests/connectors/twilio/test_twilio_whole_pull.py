"""The connector with the real door, loop, store and facts, on an imitation whose truth is known."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError

from connectors import Refused, Unavailable, Window
from connectors.twilio import connector
from connectors.twilio.calls import fetch_calls
from connectors.twilio.events import fetch_events
from connectors.twilio.figures import fetch_days
from connectors.twilio.settings import Account, TwilioSettings
from core.numbers.derive import derive
from core.numbers.reporting import Reporting
from core.pull.account import Accounts, close
from core.pull.backfill import plan_backfill, run_backfill
from core.pull.loop import pull_source
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.twilio import NOW_AT, TOKEN, TwilioSandbox
from core.sandbox.vendors.twilio.truth import ACCOUNT, WORKSPACE
from core.store.db import open_store, set_setting
from core.store.raw import kept_rows
from tests.http_server import FakeTime

BERLIN = ZoneInfo("Europe/Berlin")
DAY_S = 86_400
SETTINGS = TwilioSettings(account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), workspace_sid=WORKSPACE)
SPEC = SourceSpec(
    name="tw", connector="twilio", settings=SETTINGS, account="tw", start_at=NOW_AT - 20 * DAY_S, zone=BERLIN,
    rate_share=1.0, requests_per_minute=1_000_000, default_country="DE",
)  # fmt: skip
TABLES = ("calls", "call_legs", "call_events", "agent_states", "agent_events", "customers", "customer_identities")


def store() -> sqlite3.Connection:
    """An empty store whose hashes of numbers are those of any other."""
    opened = open_store(":memory:")
    set_setting(opened, "hash_key", "5a" * 32)
    return opened


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = store()
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[TwilioSandbox]:
    made = TwilioSandbox(100, most_per_page=200)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def account(server: TwilioSandbox) -> Iterator[Callable[..., Account]]:
    opened: list[Account] = []

    def made(**changed: Any) -> Account:
        spec = replace(SPEC, base_url=server.url, settings=SETTINGS.model_copy(update=changed))
        opened.append(Accounts(FakeTime().timing).open(spec, connector))
        return opened[-1]

    yield made
    for one in opened:
        close(one)


def pull(db: sqlite3.Connection, server: TwilioSandbox, **given: Any) -> SourceResult:
    spec = replace(SPEC, base_url=server.url, **given)
    api = Accounts(FakeTime().timing).open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


def dump(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    skipped = {"synced_at", "fetched_at"}
    names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in skipped]
    return sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)


def test_a_pull_tells_the_whole_truth(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Every customer's call once, every visit with its wait, talk and wrap-up to the second."""
    result = pull(db, server)
    assert (result.outcome, result.rejected) == ("ok", 0)
    truth = {f"tw:{call.sid}": call for call in server.calls}
    assert {row[0] for row in db.execute("select uid from calls")} == set(truth)
    done = {uid: call for uid, call in truth.items() if call.connections[0].ended_at + 60 <= NOW_AT}
    found = {row[0]: tuple(row)[1:] for row in db.execute("select uid, talk_s, acw_s from calls")}
    assert {uid: found[uid] for uid in done} == {uid: (call.talk_s, call.acw_s) for uid, call in done.items()}
    visits = Counter(
        tuple(row)
        for row in db.execute(
            "select call_uid, queue_uid, enqueued_at, enqueued_at + wait_s, outcome from call_legs where kind = 'queue'"
        )
    )
    assert {visit for visit in visits if visit[0] in done} == {
        (uid, f"tw:{queue}", entered, left, outcome)
        for uid, call in done.items()
        for queue, entered, left, outcome in call.visits
    }
    directions = Counter(row[0] for row in db.execute("select direction from calls"))
    kinds = Counter(call.kind for call in server.calls)
    assert directions == {
        "inbound": kinds["tasked"] + kinds["dialled"],
        "outbound": kinds["outbound"] + kinds["softphone"],
    }


def test_the_facts_agree_with_taskrouter_s_own_figures(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Offered is answered, abandoned and flow-outs, by queue and day; legs sum up to their call, no wait is below 0."""
    pull(db, server)
    derive(db, Reporting(zone=BERLIN), NOW_AT)
    mine: dict[tuple[str, str], Counter[str]] = {}
    for day, queue, outcome, wait_s in db.execute("select enqueued_on, queue_uid, outcome, wait_s from queue_legs"):
        counted = mine.setdefault((day, queue), Counter())
        counted[outcome] += 1
        counted["offered"] += 1
        counted["wait_s"] += wait_s if outcome == "answered" else 0
    for counted in mine.values():
        flown = sum(count for name, count in counted.items() if name.startswith("flow_out"))
        assert counted["offered"] == counted["answered"] + counted["abandoned"] + flown
    rows = db.execute(
        "select entity_uid, name, value from source_metrics where entity = 'day' and entity_uid like '%|%'"
    )
    told = {(day.removeprefix("tw:"), name): value for day, name, value in rows}
    assert len(told) > 8
    for (entity, name), value in told.items():
        day, _, queue = entity.partition("|")
        assert mine.get((day, f"tw:{queue}"), Counter())[name] == value, (entity, name)

    wrong = "select count(*) from call_legs where wait_s < 0 or talk_s < 0 or acw_s < 0 or answered_at < enqueued_at"
    assert db.execute(wrong).fetchone()[0] == 0
    for name in ("talk_s", "acw_s"):
        sums = f"select sum({name}) from call_legs l where l.call_uid = c.uid and l.outcome = 'answered'"
        apart = f"select count(*) from calls c where c.direction <> 'internal' and c.{name} is not ({sums})"
        assert db.execute(apart).fetchone()[0] == 0


def test_many_pulls_on_the_way_come_to_the_same_as_one(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Calls that were going on, prices that came later and events that came in between are all there in the end."""
    once = store()
    for hours in (70, 9, 2):
        server.now_at = NOW_AT - hours * 3600
        pull(db, server)
    server.now_at = NOW_AT
    pull(db, server)
    idle = pull(db, server)
    pull(once, server)
    for table in TABLES:
        assert dump(db, table) == dump(once, table), table
    assert sum(one.news for one in idle.streams) == 0
    once.close()


def test_kept_rows_tell_the_same_again_and_hold_nobody_s_words(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """A mended mapping is applied to kept rows; numbers and attributes are in none of them, whole rows included."""
    pull(db, server, raw="full")
    rows = [row for stream in connector.streams for batch in kept_rows(db, "tw", stream.name) for _, _, row in batch]
    assert not [row for row in rows if b"Mira Kern" in row]
    other = store()
    pull(other, server)
    before = {table: dump(other, table) for table in TABLES}
    rebuild_from_raw(other, SPEC, connector, NOW_AT)
    assert {table: dump(other, table) for table in TABLES} == before
    other.close()


def test_a_backfill_reads_calls_further_back_than_queues(db: sqlite3.Connection) -> None:
    """Calls are kept for years, events for 30 days: the end of the one must not be that of the other."""
    server = TwilioSandbox(120, apart_s=DAY_S // 2, most_per_page=200)
    server.start()
    spec = replace(SPEC, base_url=server.url)
    api = Accounts(FakeTime().timing).open(spec, connector)
    plan = plan_backfill(db, spec, connector, NOW_AT - 70 * DAY_S, NOW_AT)
    result = run_backfill(db, spec, connector, api, plan, NOW_AT)
    close(api)
    server.stop()
    told = {one.stream: one.error.message for one in result.streams if one.error is not None}
    assert set(told) == {"events", "queue_days"}
    assert all("30 days" in message for message in told.values())
    assert {row[0] for row in db.execute("select native_id from calls")} == {call.sid for call in server.calls}
    since = NOW_AT - 29 * DAY_S
    waits = db.execute("select count(*) from call_legs where wait_s is not null and enqueued_at >= ?", (since,))
    visits = sum(visit[1] >= since for call in server.calls for visit in call.visits if visit[2] <= NOW_AT)
    assert waits.fetchone()[0] == visits > 20


def test_events_older_than_thirty_days_are_not_asked_for_and_said(
    account: Callable[..., Account], server: TwilioSandbox
) -> None:
    """Twilio declines the question (400, 14241); a year's report must not look complete with a month in it."""
    *_, last = fetch_events(account(), Window(since=NOW_AT - 400 * DAY_S, now_at=NOW_AT))
    assert "30 days" in last.note
    assert last.data_to == NOW_AT
    *_, recent = fetch_events(account(), Window(since=NOW_AT - 2 * DAY_S, now_at=NOW_AT))
    assert recent.note == ""
    past = Window(since=NOW_AT - 60 * DAY_S, until=NOW_AT - 53 * DAY_S, now_at=NOW_AT)
    for fetch in (fetch_events, fetch_days):
        with pytest.raises(Refused, match="30 days"):
            list(fetch(account(), past))
    assert all(logged.status == 200 for logged in server.log)


def test_without_a_span_taskrouter_would_give_a_quarter_of_an_hour(
    account: Callable[..., Account], server: TwilioSandbox
) -> None:
    """Its default is 15 minutes: every question names both ends."""
    list(fetch_events(account(), Window(since=NOW_AT - 3 * DAY_S, now_at=NOW_AT)))
    first = [logged.query for logged in server.requests("/Events") if "PageToken" not in logged.query]
    assert len(first) == 3
    assert all({"StartDate", "EndDate"} <= set(query) for query in first)


def test_calls_are_asked_for_by_whole_days_and_a_page_leads_to_the_next(
    account: Callable[..., Account], server: TwilioSandbox
) -> None:
    """Operators are part of the parameter's name, a page number alone does not page, and links are sent as they are."""
    server.most_per_page = 10
    pages = list(fetch_calls(account(), Window(since=NOW_AT - DAY_S, now_at=NOW_AT)))
    queries = [logged.query for logged in server.requests("/Calls.json")]
    assert queries[0]["StartTime>"] == "2026-11-02"
    assert queries[0]["StartTime<"] == "2026-11-04"
    assert all({**query, "PageToken": ""} == {**queries[0], "PageToken": ""} for query in queries[1:])
    began = [one for call in server.calls for one in call.connections if NOW_AT - DAY_S <= one.began_at <= NOW_AT]
    assert sum(len(page.rows) for page in pages) >= len(began) > 30


def test_what_comes_late_is_read_again(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Nothing tells that a price came in or an event became visible: two days of calls, an hour of events."""
    pull(db, server)
    before = len(server.log)
    server.now_at += 600
    pull(db, server)
    asked = {logged.path.rpartition("/")[2]: logged.query for logged in server.log[before:]}
    assert asked["Calls.json"]["StartTime>"] == "2026-11-01"
    assert asked["Events"]["StartDate"] == "2026-11-03T13:00:00Z"


def test_a_stretch_of_which_twilio_says_404_is_empty(account: Callable[..., Account], server: TwilioSandbox) -> None:
    """So it answers for days without calls; the stream must not be skipped for that."""
    server.fail("status", status=404, path="/Calls.json")
    (page,) = fetch_calls(account(), Window(since=NOW_AT - DAY_S, now_at=NOW_AT))
    assert (list(page.rows), page.data_to, page.last) == ([], NOW_AT, True)


@pytest.mark.parametrize("link", ["//evil.example/2010-04-01/x", "https://evil.example/v1/x"])
def test_a_link_to_another_server_is_never_followed(
    account: Callable[..., Account], server: TwilioSandbox, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    """The account's token would go there."""
    honest = server.handle

    def lying(request: Any) -> Any:
        reply = honest(request)
        if reply.page is not None and "next_page_uri" in reply.page:
            reply.page["next_page_uri"] = link
        if reply.page is not None and "meta" in reply.page:
            reply.page["meta"] = {"next_page_url": link}
        return reply

    monkeypatch.setattr(server, "handle", lying)
    for fetch in (fetch_calls, fetch_events):
        with pytest.raises(Unavailable, match="evil"):
            list(fetch(account(), Window(since=NOW_AT - DAY_S, now_at=NOW_AT)))


def test_a_hiccup_of_the_log_in_is_not_a_wrong_key(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Twilio's edge says 401 to good keys now and then; twice in a row it means it."""
    server.hiccups = 1
    assert pull(db, server).outcome == "ok"
    server.hiccups = 2
    result = pull(db, server)
    assert result.outcome == "auth"
    assert "`auth_token`" in (result.error.message if result.error else "")


def test_an_account_without_taskrouter_has_calls_and_says_what_is_left_out(
    db: sqlite3.Connection, server: TwilioSandbox
) -> None:
    """Without a workspace there are no queues; silence would look like a service level that cannot be had."""
    result = pull(db, server, settings=SETTINGS.model_copy(update={"workspace_sid": None}))
    told = {one.stream: (one.status, one.error.message if one.error else "") for one in result.streams}
    assert told["calls"][0] == told["numbers"][0] == "ok"
    for stream in ("workers", "task_queues", "events", "queue_days"):
        assert told[stream][0] == "skipped"
        assert "workspace_sid" in told[stream][1]
    assert db.execute("select count(*) from calls where outcome = 'answered'").fetchone()[0] > 15


def test_local_days_are_cut_by_the_reports_zone(account: Callable[..., Account], server: TwilioSandbox) -> None:
    """TaskRouter counts what it is asked for: UTC days would put the evening's calls on the next day."""
    list(fetch_days(account(), Window(since=NOW_AT - 12 * DAY_S, now_at=NOW_AT)))
    days = [
        (logged.query["StartDate"], logged.query["EndDate"]) for logged in server.requests("/TaskQueues/Statistics")
    ]
    assert ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") in days
    assert days[-1] == ("2026-11-01T23:00:00Z", "2026-11-02T23:00:00Z")


@pytest.mark.parametrize(
    "given",
    [
        {}, {"key_sid": "SK" + "0" * 32}, {"auth_token": "t", "key_sid": "SK" + "0" * 32, "key_secret": "s"},
        {"auth_token": "t", "account_sid": "nonsense"},
    ],
)  # fmt: skip
def test_one_credential_and_no_half_ones(given: dict[str, str]) -> None:
    """Half a key would be found out at night."""
    with pytest.raises(ValidationError):
        TwilioSettings(**{"account_sid": ACCOUNT, **given})


def test_an_api_key_does_as_well_as_the_token() -> None:
    """Keys can be taken back one by one; the token is the account's."""
    settings = TwilioSettings(account_sid=ACCOUNT, key_sid="SK" + "0" * 32, key_secret=SecretStr("s-1"))
    assert connector.http is not None
    told = connector.http(settings)
    assert told is not None
    assert told.basic == ("SK" + "0" * 32, SecretStr("s-1"))
    assert told.setting == "key_secret"


def test_too_many_requests_at_a_time_cost_time_and_no_row(db: sqlite3.Connection, server: TwilioSandbox) -> None:
    """Twilio says 429 (20429) without a word on how long to wait; giving up would leave a hole in the night."""
    server.fail("status", status=429, path="/Calls.json", times=2)
    server.fail("status", status=429, path="/Events", times=2)
    assert pull(db, server).outcome == "ok"
    assert db.execute("select count(*) from calls").fetchone()[0] == len(server.calls)
