"""The connector with the real door, loop and store, on an imitation desk with the traps of the real one."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Window
from connectors.request_tracker import connector
from connectors.request_tracker.settings import RequestTrackerSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.request_tracker import AGENTS, NEVER, TOKEN, RequestTrackerSandbox
from core.store.db import open_store
from core.store.raw import kept_rows

DAY_S = 86_400


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def desk() -> Iterator[RequestTrackerSandbox]:
    server = RequestTrackerSandbox(60, most_per_page=15)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    store = open_store(":memory:")
    yield store
    store.close()


def spec_of(server: RequestTrackerSandbox, start_at: int = 0, **settings: Any) -> SourceSpec:
    made = RequestTrackerSettings(**({"url": server.url, "token": TOKEN, "contact_reason_field": "Reason"} | settings))
    return SourceSpec(
        name="rt", connector="request_tracker", settings=made, account="rt", start_at=start_at,
        zone=ZoneInfo("Europe/Berlin"), rate_share=1.0, requests_per_minute=1_000_000, default_country="DE",
    )  # fmt: skip


def opened(spec: SourceSpec) -> Any:
    clock = Hasty()
    return Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)


def pull(db: sqlite3.Connection, server: RequestTrackerSandbox, start_at: int = 0, **settings: Any) -> SourceResult:
    spec = spec_of(server, start_at, **settings)
    api = opened(spec)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


def one(db: sqlite3.Connection, text: str, *values: Any) -> Any:
    return tuple(db.execute(text, values).fetchone())


def test_every_transaction_and_ticket_arrives(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """A reply or a change that is missing is a wrong figure."""
    result = pull(db, desk)
    assert (result.outcome, result.rejected) == ("ok", 0)
    kinds = [row["Type"] for row in desk.transactions]
    messages = one(db, "select count(*), sum(is_public = 0) from messages")
    assert messages == (sum(kinds.count(kind) for kind in ("Create", "Correspond", "Comment")), kinds.count("Comment"))
    assert one(db, "select count(*) from ticket_events where kind = 'status'") == (kinds.count("Status"),)
    assert one(db, "select count(*) from ticket_events where kind = 'assignee'") == (kinds.count("Set"),)
    assert one(db, "select count(*) from tickets") == (60,)
    assert one(db, "select sum(spent_s) from time_entries")[0] == 60 * sum(
        row["TimeWorked"] for row in desk.tickets.values()
    )
    assert one(db, "select count(*) from agents where is_human = 1 and is_active = 1") == (len(AGENTS),)
    assert one(db, "select count(*) from teams") == (3,)


@pytest.mark.parametrize("hidden", [{"EmailRecord"}, {"EmailRecord", "Create", "Correspond", "Set", "SetWatcher"}])
def test_what_the_user_may_not_see_ends_no_list(
    desk: RequestTrackerSandbox, db: sqlite3.Connection, hidden: set[str]
) -> None:
    """RT takes hidden rows out of a page that was cut already: it comes short or empty in mid-list."""
    desk.hidden = hidden
    assert pull(db, desk).outcome == "ok"
    shown = sum(row["Type"] == "Status" for row in desk.transactions)
    assert one(db, "select count(*) from ticket_events where kind = 'status'") == (shown,)


def test_pages_of_which_nothing_may_be_seen_are_passed(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """A queue that is closed to the user can fill whole pages."""
    first = desk.transactions[len(desk.transactions) // 2]["id"]
    for row in desk.transactions:
        if first <= row["id"] < first + 2 * 60:
            row["Type"] = "EmailRecord"
    assert pull(db, desk).outcome == "ok"
    last = max(row["id"] for row in desk.transactions if row["Type"] == "Status")
    assert one(db, "select count(*) from ticket_events where native_id = ?", str(last)) == (1,)


def test_the_newest_pages_may_be_all_hidden(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """The user's own queue can be quiet beside a busy one; it must not look like a desk restored from a backup."""
    pull(db, desk)
    for row in desk.transactions[-40:]:
        row["Type"] = "EmailRecord"
    last = max(row["id"] for row in desk.transactions[:-40] if row["Type"] == "Status")
    fresh = open_store(":memory:")
    assert pull(fresh, desk).outcome == "ok"
    assert one(fresh, "select count(*) from ticket_events where native_id = ?", str(last)) == (1,)
    for row in desk.transactions:
        row["Type"] = "EmailRecord"
    result = pull(db, desk)
    assert result.outcome == "ok"
    assert not [stream.note for stream in result.streams if stream.note]
    fresh.close()


def test_a_merge_and_a_deletion_are_found_although_no_search_shows_them(
    desk: RequestTrackerSandbox, db: sqlite3.Connection
) -> None:
    """A merged ticket keeps its LastUpdated, a deleted one is in no search: both would stay open for ever."""
    pull(db, desk)
    away, gone = desk.tickets[7], desk.tickets[9]
    before = one(db, "select requester_uid, assignee_uid from tickets where uid = 'rt:9'")
    desk.now_at += 3600
    desk.merge(away, desk.tickets[8], desk.now_at - 60)
    desk.set_status(gone, "deleted", desk.now_at - 50, AGENTS[0])
    assert pull(db, desk).outcome == "ok"
    assert one(db, "select merged_into_uid from tickets where uid = 'rt:7'") == ("rt:8",)
    assert one(db, "select status_category, deleted_at is not null from tickets where uid = 'rt:9'") == ("deleted", 1)
    assert one(db, "select requester_uid, assignee_uid from tickets where uid = 'rt:9'") == before
    merges = db.execute("select ticket_uid, new_value from ticket_events where kind = 'merge'").fetchall()
    assert ("rt:7", "rt:8") in {tuple(row) for row in merges}
    assert all(row[0] != row[1] for row in merges)


def test_the_start_is_met_whatever_the_zone_of_rts_user(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """A moment in a search is local to the user; read as UTC it would leave out fourteen hours of tickets."""
    start_at = desk.now_at - 10 * DAY_S
    pull(db, desk, start_at)
    begun = msgspec.json.decode(msgspec.json.encode(start_at))
    changed = {f"rt:{number}" for number, row in desk.tickets.items() if epoch(row["LastUpdated"]) >= begun}
    still = {f"rt:{number}" for number, row in desk.tickets.items() if row["Status"] in ("new", "open", "stalled")}
    found = {row[0] for row in db.execute("select uid from tickets")}
    assert changed | still <= found
    assert len(found) < 60


def epoch(text: str) -> int:
    from core.clock import utc

    return utc(text)


def test_a_transaction_that_was_numbered_early_and_came_late_is_found(
    desk: RequestTrackerSandbox, db: sqlite3.Connection
) -> None:
    """RT gives a number when a change begins; two at once can be seen in the other order."""
    late = next(row for row in reversed(desk.transactions) if row["Type"] == "Status")
    at = late["Created"]
    place = desk.transactions.index(late)
    desk.transactions.remove(late)
    newest = desk.transactions[-1]
    newest["Created"] = at
    pull(db, desk)
    assert one(db, "select count(*) from ticket_events where native_id = ?", str(late["id"])) == (0,)
    desk.transactions.insert(place, late)
    pull(db, desk)
    assert one(db, "select count(*) from ticket_events where native_id = ?", str(late["id"])) == (1,)


def test_a_desk_restored_from_a_backup_is_read_again(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """Its numbers begin lower again; waiting for the old ones to come would show a desk at rest."""
    pull(db, desk)
    kept = desk.transactions[:-40]
    desk.transactions[:] = kept
    desk.now_at += 60
    desk.write(desk.tickets[3], "Comment", desk.now_at, AGENTS[1])
    result = pull(db, desk)
    assert result.outcome == "ok"
    assert any("no longer knew the stored place" in stream.note for stream in result.streams)
    newest = str(desk.transactions[-1]["id"])
    assert one(db, "select count(*) from messages where native_id = ?", newest) == (1,)


def test_without_the_right_to_administer_users_new_ones_are_found_by_number(
    desk: RequestTrackerSandbox, db: sqlite3.Connection
) -> None:
    """RT then shows every change as of 1970: taken for true, no customer would be newer than any other."""
    for row in desk.users.values():
        row["LastUpdated"] = row["Created"] = NEVER
    pull(db, desk)
    known = one(db, "select count(*) from customers")[0]
    assert known == len(desk.users) - 2
    number = max(desk.users) + 1
    desk.users[number] = {**desk.users[AGENTS[0]], "id": number, "Name": "neu@kunde.example"}
    result = pull(db, desk)
    assert one(db, "select count(*) from customers") == (known + 1,)
    assert next(stream.requests for stream in result.streams if stream.stream == "users") == 1


def test_an_erased_user_is_erased_here(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """RT's "Anonymize user" leaves the row with a made-up name."""
    pull(db, desk)
    row = desk.users[max(desk.users)]
    row.update(Name="anon_0123456789abcdef", EmailAddress="", LastUpdated=desk.transactions[-1]["Created"])
    desk.now_at += 60
    pull(db, desk)
    assert one(db, "select erased_at is not null from customers where uid = ?", f"rt:{row['id']}") == (1,)


def test_no_name_or_mail_stands_in_the_store(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """Customers' log-in names are their mail addresses, and RT names people by them wherever no number is asked for."""
    pull(db, desk)
    tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        text = "".join(str(tuple(row)) for row in db.execute(f"select * from {table}"))
        assert "kunde.example" not in text, table


def test_kept_rows_tell_the_same_again(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """A mended mapping is applied to kept rows: what was blanked in them must not blank the store."""
    pull(db, desk)
    tables = ("tickets", "ticket_events", "messages", "time_entries", "customers", "customer_identities", "agents")

    def dump() -> list[list[tuple[Any, ...]]]:
        found = []
        for table in tables:
            names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] != "synced_at"]
            found.append(sorted(map(tuple, db.execute(f"select {', '.join(names)} from {table}")), key=repr))
        return found

    before = dump()
    assert rebuild_from_raw(db, spec_of(desk), connector, desk.now_at) > 60
    assert dump() == before
    raw = b"".join(
        payload for stream in connector.streams for batch in kept_rows(db, "rt", stream.name) for _, _, payload in batch
    )
    assert raw
    assert b"kunde.example" not in raw


def test_requests_of_a_first_pull_and_of_changes(db: sqlite3.Connection) -> None:
    """The page states both; more would keep a small server busy."""
    tickets = 200
    server = RequestTrackerSandbox(tickets)
    server.start()
    try:
        first = pull(db, server)
        idle = pull(db, server)
        for row in list(server.tickets.values()):
            server.now_at += 1
            server.write(row, "Correspond", server.now_at, AGENTS[0])
            server.write(row, "Comment", server.now_at, AGENTS[0])
        changed = pull(db, server)
    finally:
        server.stop()
    assert {one.outcome for one in (first, idle, changed)} == {"ok"}
    assert idle.requests <= 15
    assert connector.requests_per_1000 is not None
    for result in (first, changed):
        assert (result.requests - idle.requests) * 1000 / tickets <= connector.requests_per_1000


def test_rts_count_of_a_stretch_is_found_by_halving(desk: RequestTrackerSandbox, db: sqlite3.Connection) -> None:
    """Asked for by a moment, the count would depend on the zone of RT's user."""
    pull(db, desk)
    since, until = desk.now_at - 12 * DAY_S, desk.now_at - 6 * DAY_S
    assert connector.tallies is not None
    api = opened(spec_of(desk))
    try:
        (tally,) = connector.tallies(api, Window(since=since, until=until))
    finally:
        close(api)
    assert tally.count == one(
        db, "select count(*) from tickets where created_at >= ? and created_at < ?", since, until
    )[0] > 0  # fmt: skip


def test_a_password_serves_as_well_as_a_token() -> None:
    """Not every RT lets its users make tokens."""
    assert connector.http is not None
    made = connector.http(RequestTrackerSettings(url="https://rt.example/sub/", user="dp", password="p"))
    assert made is not None
    assert made.base_url == "https://rt.example/sub/REST/2.0"
    assert made.setting == "password"
    with pytest.raises(ValueError, match="keep one"):
        RequestTrackerSettings(url="https://rt.example", token="t", user="dp", password="p")
    with pytest.raises(ValueError, match="needs token"):
        RequestTrackerSettings(url="https://rt.example", user="dp")


@pytest.fixture
def check() -> Callable[..., dict[str, Any]]:
    def made(server: RequestTrackerSandbox) -> dict[str, Any]:
        assert connector.check is not None
        api = opened(spec_of(server))
        try:
            return {finding.what: finding for finding in connector.check(api)}
        finally:
            close(api)

    return made


def test_check_names_the_right_that_is_missing(
    desk: RequestTrackerSandbox, check: Callable[..., dict[str, Any]]
) -> None:
    """RT answers with empty lists where a right is missing, which looks like a quiet desk."""
    assert all(finding.ok for finding in check(desk).values())
    desk.fail("status", path="/group/", status=403)
    desk.tickets.clear()
    desk.hidden |= {"Comment"}
    found = check(desk)
    assert (found["who is staff"].ok, found["tickets"].ok) == (False, False)
    assert "SeeGroup" in found["who is staff"].advice
    assert "ShowTicket" in found["tickets"].advice
    assert "ShowTicketComments" in found["internal comments"].advice
