"""The connector with the real door, loop and store, on an account of which all is known."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors.freshdesk import connector
from core.clock import DAY_S
from core.numbers.derive import derive
from core.numbers.reporting import Reporting
from core.pull.replay import rebuild_from_raw
from core.sandbox.vendors.freshdesk.account import BOT, CLOSED, RESOLVED, Deed, Script
from core.sandbox.vendors.freshdesk.credits import Plan
from core.sandbox.vendors.freshdesk.server import API_KEY, FreshdeskSandbox
from tests.connectors.freshdesk.conftest import Hasty, dump, pull, spec_of

CATEGORY = {2: "open", 3: "pending", 4: "solved", 5: "closed", 8: "hold"}
# What one pull at the end and many on the way must agree on; events also hold what only watching tells.
SAME = (
    "tickets", "messages", "source_metrics", "sla_instances", "surveys", "time_entries", "customers",
"organizations", "teams", "agents", "agent_teams", "schedule_hours", "sla_policies",
)  # fmt: skip
DONE = (RESOLVED, CLOSED)

Serve = Callable[..., FreshdeskSandbox]
Store = Callable[[str], sqlite3.Connection]


def lived(server: FreshdeskSandbox) -> dict[Script, list[Deed]]:
    """What happened to each ticket so far."""
    return {
        script: [deed for deed in script.deeds if deed.at <= server.now_at]
        for script in server.account.tickets
        if script.created_at <= server.now_at
    }


def test_a_pull_tells_the_whole_truth(serve: Serve, store: Store) -> None:
    """Every ticket as it stands, in whichever list it stands; every word said; nothing set aside."""
    server, db = serve(objects=90), store("once")
    result = pull(db, server)
    assert (result.outcome, result.rejected) == ("ok", 0)
    assert {one.stream for one in result.streams if one.status == "skipped"} == {"ticket_activities"}
    truth = {
        str(number): (CATEGORY[made.status], int(made.is_spam), int(made.is_deleted), made.updated_at)
        for number, made in server.standings().items()
    }
    sql = "select native_id, status_category, is_spam, deleted_at is not null, updated_at from tickets"
    assert {row[0]: tuple(row)[1:] for row in db.execute(sql)} == truth
    assert len({one[1:3] for one in truth.values()}) == 3
    said = Counter(
        (f"fd:{script.id}", deed.kind)
        for script, deeds in lived(server).items()
        if not server.standings()[script.id].is_deleted and not server.standings()[script.id].is_spam
        for deed in deeds
        if deed.kind in ("reply", "customer", "note")
    )
    kinds = {"in": "customer", "out": "reply", "internal": "note"}
    rows = db.execute("select ticket_uid, direction from messages where native_id <> 'description'")
    assert Counter((row[0], kinds[row[1]]) for row in rows) == said
    assert db.execute("select count(*) from messages where body is not null").fetchone()[0] == 0


def living(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """A table's rows without those that belong to what is deleted or spam, which a late reader never saw."""
    gone = {row[0] for row in db.execute("select uid from tickets where deleted_at is not null or is_spam = 1")}
    gone |= {row[0] for row in db.execute("select uid from customers where deleted_at is not null")}
    return [row for row in dump(db, table) if gone.isdisjoint(cell for cell in row if isinstance(cell, str))]


def test_many_pulls_on_the_way_come_to_the_same_as_one(serve: Serve, store: Store) -> None:
    """Trap 15: tickets become spam, are deleted, and come back, each seen by the next pull."""
    server, once, often = serve(objects=80), store("once"), store("often")
    end_at = server.now_at
    seen: set[tuple[str, int, int]] = set()
    for days in (*range(21, 9, -1), 0, -3):
        server.now_at = end_at - days * DAY_S
        assert pull(often, server).outcome == "ok"
        sql = "select native_id, is_spam, deleted_at is not null from tickets where native_id in ('1038', '1053')"
        seen |= {tuple(row) for row in often.execute(sql)}
    pull(once, server)
    assert dump(often, "tickets") == dump(once, "tickets")
    for table in SAME:
        assert living(often, table) == living(once, table), table
    # 1038 is spam for a day and comes back, 1053 is deleted for a day and comes back.
    assert {one for one in seen if one[0] == "1038"} == {("1038", 0, 0), ("1038", 1, 0)}
    assert {one for one in seen if one[0] == "1053"} == {("1053", 0, 0), ("1053", 0, 1)}
    left = often.execute("select is_spam, deleted_at from tickets where native_id in ('1038', '1053')").fetchall()
    assert [tuple(row) for row in left] == [(0, None), (0, None)]


def test_an_idle_pull_asks_each_list_once_and_changes_nothing(serve: Serve, store: Store) -> None:
    """Polling every ten minutes is most of what a source does."""
    server, db = serve(objects=60), store("idle")
    pull(db, server)
    idle = pull(db, server)
    assert sum(one.news for one in idle.streams) == 0
    assert idle.requests <= 15


def test_conversations_are_read_for_tickets_that_changed(serve: Serve, store: Store) -> None:
    """A request a ticket is dear: it is spent on what changed, and on nothing else."""
    server, db = serve(objects=60), store("changed")
    pull(db, server)
    before = {number: made.updated_at for number, made in server.standings().items()}
    server.log.clear()
    server.change()
    pull(db, server)
    changed = {
        number
        for number, made in server.standings().items()
        if made.updated_at != before.get(number) and not made.is_deleted and not made.is_spam
    }
    asked = [int(one.path.split("/")[4]) for one in server.requests("/conversations")]
    assert sorted(asked) == sorted(changed)
    assert changed


def test_the_export_gives_the_exact_history(serve: Serve, store: Store) -> None:
    """Where an admin switched it on, every change of status, agent and group is told with its moment and its doer."""
    server, db = serve(objects=80, exports=True), store("exact")
    result = pull(db, server)
    assert result.outcome == "ok"
    young = server.now_at // DAY_S * DAY_S - 19 * DAY_S
    expected: Counter[tuple[str, str, int, str]] = Counter()
    for script, deeds in lived(server).items():
        if script.created_at < young:
            continue
        for deed in deeds:
            kind = {"status": "status", "agent": "assignee", "group": "team"}.get(deed.kind)
            if kind and deed.at < server.now_at // DAY_S * DAY_S:
                value = CATEGORY[deed.value] if kind == "status" else f"fd:{deed.value}"
                expected[f"fd:{script.id}", kind, deed.at, value] += 1
    sql = (
        "select ticket_uid, kind, happened_at, new_value from ticket_events e join tickets t on t.uid = ticket_uid "
        "where precision = 'exact' and kind in ('status', 'assignee', 'team') and t.created_at >= ?"
    )
    assert Counter(tuple(row) for row in db.execute(sql, (young,))) == expected
    asked = server.requests("/files/")
    assert asked
    assert not any(one.authorized for one in asked)


def test_what_was_seen_on_the_way_is_more_than_the_last_row_tells(serve: Serve, store: Store) -> None:
    """Without the export each pull adds the moments that later rows no longer hold; none of them is made up."""
    server, once, often = serve(objects=36), store("once"), store("often")
    server.now_at -= 6 * DAY_S
    for _ in range(12):
        pull(often, server)
        server.now_at += DAY_S // 2
    pull(often, server)
    pull(once, server)
    true = {(f"fd:{script.id}", deed.at) for script, deeds in lived(server).items() for deed in deeds}
    sql = "select ticket_uid, happened_at from ticket_events where kind = 'status' and precision = 'stat'"
    told, late = ({tuple(row) for row in db.execute(sql)} for db in (often, once))
    assert told <= true
    assert late <= told
    assert len(told) > len(late)
    transfers = often.execute("select count(*) from ticket_events where kind = 'team' and precision = 'poll' "
                              "and precision_s > 0").fetchone()[0]  # fmt: skip
    assert transfers > 0


@pytest.mark.parametrize("exports", [False, True])
def test_figures_are_those_of_the_account(serve: Serve, store: Store, exports: bool) -> None:
    """First replies by people, solves and what is still open, from the deeds themselves."""
    server, db = serve(objects=70, exports=exports), store("facts")
    pull(db, server)
    derive(db, Reporting(zone=spec_of(server).zone), server.now_at)
    sql = (
        "select ticket_uid, first_replied_at, is_solved, last_solved_at, exclusion_reason, precision from ticket_facts"
    )
    found = {row[0]: tuple(row)[1:] for row in db.execute(sql)}
    checked = 0
    for script, deeds in lived(server).items():
        made = server.standings()[script.id]
        replied_at, is_solved, solved_at, reason, precision = found[f"fd:{script.id}"]
        if made.is_deleted or made.is_spam:
            assert reason in ("deleted", "spam")
            continue
        if script.source not in (3, 10):
            people = [deed.at for deed in deeds if deed.kind == "reply" and deed.value != BOT]
            assert replied_at == (people[0] if people else None)
        assert bool(is_solved) == (made.status in DONE)
        if is_solved:
            assert solved_at == made.stats["resolved_at"]
        if exports and script.created_at >= server.now_at - 15 * DAY_S and made.updated_at < server.now_at - 2 * DAY_S:
            assert precision == "exact"
            checked += 1
        elif not exports:
            assert precision in ("stat", "poll")
    assert checked or not exports


def test_before_conversations_are_read_replies_are_freshdesks_own(serve: Serve, store: Store) -> None:
    """A first load of conversations takes hours; until then nobody must look unanswered."""
    server, db = serve(objects=60), store("early")
    server.fail("status", path="/conversations", status=403)
    result = pull(db, server)
    assert {one.stream for one in result.streams if one.status == "skipped"} >= {"conversations"}
    derive(db, Reporting(zone=spec_of(server).zone), server.now_at)
    for script in lived(server):
        made = server.standings()[script.id]
        if not made.is_deleted and not made.is_spam and script.source not in (3, 10):
            row = db.execute("select first_replied_at from ticket_facts where ticket_uid = ?", (f"fd:{script.id}",))
            assert row.fetchone()[0] == made.stats.get("first_responded_at")


def test_what_a_plan_lacks_is_skipped_and_the_rest_arrives(serve: Serve, store: Store) -> None:
    """Surveys, time tracking, targets and calendars belong to larger plans."""
    lacks = ("/surveys/satisfaction_ratings", "/time_entries", "/sla_policies", "/business_hours", "/products")
    server, db, whole = serve(objects=40, lacks=lacks), store("small"), store("whole")
    result = pull(db, server)
    skipped = {one.stream: one.error for one in result.streams if one.status == "skipped"}
    assert result.outcome == "ok"
    assert set(skipped) == {
        "satisfaction_ratings", "time_entries", "sla_policies", "business_hours", "ticket_activities",
    }  # fmt: skip
    assert "require_feature" in str(skipped["time_entries"])
    server.lacks = frozenset()
    pull(whole, server)
    for table in ("messages", "customers", "source_metrics"):
        assert dump(db, table) == dump(whole, table)


def test_a_trial_s_fifty_credits_a_minute_are_never_exceeded(serve: Serve, store: Store) -> None:
    """The limit is the account's: a 429 for us is one for the help desk's other integrations as well."""
    server, db, clock = serve(objects=100), store("trial"), Hasty()
    server.set_plan(Plan(credits=50, lists=20), clock.monotonic)
    spec = replace(spec_of(server, lists_per_minute=20), requests_per_minute=None)
    result = pull(db, server, spec, clock)
    assert result.outcome == "ok"
    assert [one for one in server.log if one.status == 429] == []
    cost = sum(1 + 2 * bool(one.query.get("include")) for one in server.log)
    assert clock.at <= (cost / 50 + 3) * 60


def test_a_429_is_waited_out(serve: Serve, store: Store) -> None:
    """Another integration may have used up the minute."""
    server, db, clock = serve(objects=20), store("crowded"), Hasty()
    server.fail("status", path="/tickets", status=429, retry_after="30", times=2)
    assert pull(db, server, clock=clock).outcome == "ok"
    assert clock.at >= 30


def test_a_low_wall_loses_nothing(serve: Serve, store: Store) -> None:
    """The same account behind a wall of five pages, half of its tickets, and behind none."""
    server, low, high = serve(objects=72, largest_page=8, wall=5), store("low"), store("high")
    assert pull(low, server).outcome == "ok"
    server.wall = 300
    pull(high, server)
    assert dump(low, "tickets") == dump(high, "tickets")


def test_kept_rows_hold_nobodys_words_and_tell_the_same_again(serve: Serve, store: Store) -> None:
    """A mended mapping is applied to kept rows: what was blanked in them must not blank the store."""
    server, db = serve(objects=60, exports=True), store("kept")
    spec = spec_of(server, internal_domains=["customer.example"])
    pull(db, server, spec)
    tables = (*SAME, "customer_identities", "ticket_events", "business_schedules")
    before = {table: dump(db, table) for table in tables}
    assert rebuild_from_raw(db, spec, connector, server.now_at) > 60
    for table in tables:
        assert dump(db, table) == before[table], table


AUTH = ("X", "")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tickets?per_page=101", 400, "invalid_value"),
        ("/tickets?page=301", 400, "invalid_value"),
        ("/tickets?updated_since=yesterday", 400, "invalid_value"),
        ("/tickets/1/conversations", 404, ""),
        ("/nothing", 404, ""),
    ],
)
def test_the_imitation_refuses_what_freshdesk_refuses(serve: Serve, path: str, status: int, code: str) -> None:
    """An imitation that forgives proves nothing."""
    server = serve(objects=10)
    answer = httpx.get(f"{server.url}/api/v2{path}", auth=(API_KEY, "X"))
    assert answer.status_code == status
    body: Any = answer.json()
    assert not code or body["errors"][0]["code"] == code
    assert httpx.get(f"{server.url}/api/v2{path}", auth=AUTH).json()["code"] == "invalid_credentials"


def test_the_imitation_keeps_silent_where_freshdesk_does(serve: Serve) -> None:
    """Tickets older than 30 days without updated_since, moments without include, and a link while there is more."""
    server = serve(objects=200)

    def ask(path: str) -> httpx.Response:
        return httpx.get(f"{server.url}/api/v2{path}", auth=(API_KEY, "X"))

    young = ask("/tickets?per_page=100&page=2").json()
    assert len(young) < 100
    whole = ask("/tickets?updated_since=2000-01-01T00:00:00Z&per_page=100&page=2")
    assert len(whole.json()) > len(young)
    assert 'rel="next"' not in whole.headers.get("link", "")
    first = ask("/tickets?updated_since=2000-01-01T00:00:00Z&per_page=100")
    assert "page=2" in first.headers["link"]
    assert (first.headers["x-ratelimit-used-currentrequest"], "stats" in first.json()[0]) == ("1", False)
    rich = ask("/tickets?include=stats,requester&per_page=1")
    assert (rich.headers["x-ratelimit-used-currentrequest"], "stats" in rich.json()[0]) == ("5", True)
    server.set_plan(Plan(credits=1))
    assert [ask("/agents").status_code for _ in range(2)] == [200, 429]
    assert int(ask("/agents").headers["retry-after"]) >= 1
