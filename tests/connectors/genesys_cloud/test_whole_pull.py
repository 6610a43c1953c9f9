"""The connector with the real door, loop and store, on an imitation of which all is known."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors.genesys_cloud import connector
from core.clock import Timing, utc
from core.http import Api
from core.numbers.derive import derive
from core.numbers.reconcile import reconcile
from core.numbers.reporting import Reporting
from core.sandbox.vendors.genesys_cloud.server import LAG_MS, NOW_AT, GenesysSandbox
from core.sandbox.vendors.genesys_cloud.truth import SECOND, Conversation, Session
from core.sandbox.web import Reply, Request
from core.store.db import open_store
from core.store.raw import kept_rows
from tests.connectors.genesys_cloud.conftest import Hasty, pull, rows

Store = Callable[..., sqlite3.Connection]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, GenesysSandbox]]:
    """The store after one pull at the end of the day, when every call is over, with its facts."""
    db, server = open_store(tmp_path_factory.mktemp("whole") / "whole.db"), GenesysSandbox(200)
    server.now_at = NOW_AT + 6 * 3600
    server.start()
    assert pull(db, server).outcome == "ok"
    derive(db, Reporting(zone=ZoneInfo("Europe/Berlin")), server.now_at)
    yield db, server
    server.stop()
    db.close()


def told(server: GenesysSandbox) -> Iterator[Conversation]:
    """The conversations of which something can be known, chats and mails apart."""
    for one in server.truth:
        if one.begin <= server.now - 30_000 and "voice" in one.media():
            yield one


def figure(session: Session, name: str) -> int:
    return sum(one.value for one in session.figures if one.name == name)


def test_every_conversation_is_one_call(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Calls lost or doubled would move every figure; a call back is the agent's own call, tied to who asked."""
    db, server = whole
    found = rows(db, "select native_id, direction, arrived_at, ended_at from calls where native_id not like '%/%'")
    assert sorted(found) == sorted(
        (one.id, one.direction, one.begin // SECOND, one.end // SECOND) for one in told(server)
    )
    backs = [
        one
        for one in told(server)
        if any(s.direction == "outbound" for s in one.sessions) and one.kind == "called_back"
    ]
    linked = rows(db, "select native_id, callback_of_uid, outcome from calls where native_id like '%/%'")
    assert sorted(linked) == sorted((f"{one.id}/callback", f"gc:{one.id}", "answered") for one in backs)
    assert linked


def test_queue_visits_are_those_of_the_truth_in_whole_seconds(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Milliseconds taken for seconds make a wait of 20 s one of five hours; rounding up breaks 'within 20 s'."""
    db, server = whole
    expected = []
    outcomes = {"tAnswered": "answered", "tAbandon": "abandoned"}
    flows = {"to_voicemail": "flow_out_voicemail", "called_back": "flow_out_callback"}
    for one in told(server):
        for session in one.sessions:
            if session.purpose == "acd" and session.medium == "voice":
                name = next(name for name in ("tAnswered", "tAbandon", "tFlowOut") if figure(session, name))
                outcome = outcomes.get(name) or flows.get(one.kind, "flow_out_overflow")
                queue, begin = session.segments[0].queue, session.segments[0].begin
                expected.append((one.id, queue, begin // SECOND, figure(session, name) // SECOND, outcome))
    names = "substr(call_uid, 4), substr(queue_uid, 4), enqueued_at, wait_s, outcome"
    found = rows(db, f"select {names} from call_legs where kind = 'queue'")
    assert sorted(found) == sorted(expected)
    assert {row[4] for row in found} == {"answered", "abandoned", *flows.values(), "flow_out_overflow"}


def test_talk_hold_and_wrap_up_are_the_agents_own(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Handle time pays for staff; consultations belong to nobody's handle time twice."""
    db, server = whole
    expected: Counter[str] = Counter()
    for one in told(server):
        for session in one.sessions:
            if session.purpose == "agent" and session.medium == "voice" and figure(session, "tTalkComplete"):
                queue = any(segment.queue for segment in session.segments)
                if one.kind == "consulted" and not queue:
                    expected["consult"] += figure(session, "tTalkComplete") // SECOND
                    continue
                for name, metric in (("talk", "tTalkComplete"), ("hold", "tHeldComplete"), ("acw", "tAcw")):
                    expected[name] += figure(session, metric) // SECOND
    (found,) = rows(db, "select sum(talk_s), sum(hold_s), sum(acw_s), sum(consult_s) from calls")
    assert found == tuple(expected[name] for name in ("talk", "hold", "acw", "consult"))
    assert all(found)


def test_offered_is_answered_abandoned_and_flowed_out(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Invariant 4 of the model: each visit to a queue ends in one way, and short ones are among the abandoned."""
    db, _ = whole
    sql = (
        "select count(*), sum(outcome = 'answered'), sum(outcome = 'abandoned'), sum(outcome like 'flow_out%'), "
        "sum(outcome = 'abandoned' and wait_s <= short_abandon_s) from queue_legs group by queue_uid, enqueued_on"
    )
    found = rows(db, sql)
    assert len(found) > 10
    for offered, answered, abandoned, flown, short in found:
        assert offered == answered + abandoned + flown
        assert short <= abandoned
    assert sum(row[4] for row in found) > 0


def test_legs_add_up_to_their_call(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Invariant 5 of the model: talk, hold and after-call work; no answer before the queue, no negative wait."""
    db, _ = whole
    sums = rows(
        db,
        "select c.talk_s, c.hold_s, c.acw_s, sum(l.talk_s), sum(l.hold_s), sum(l.acw_s) from calls c "
        "join call_legs l on l.call_uid = c.uid and l.kind <> 'consult' group by c.uid",
    )
    assert sums
    assert [row for row in sums if row[:3] != row[3:]] == []
    wrong = "select count(*) from call_legs where wait_s < 0 or answered_at < enqueued_at or ended_at < answered_at"
    assert rows(db, wrong) == [(0,)]


def test_an_agents_day_is_the_calls_and_what_lies_between(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Occupancy is handling over handling and idle: seconds counted twice, or as idle during a call, spoil both."""
    db, server = whole
    for user in ("u-01", "u-04"):
        talked = sum(
            segment.end // SECOND - segment.begin // SECOND
            for one in told(server)
            for session in one.sessions
            for segment in session.segments
            if session.user == user and session.medium == "voice" and segment.kind == "interact"
        )
        sums = rows(
            db,
            "select sum(talk_s), sum(idle_s), sum(break_s), sum(logged_in_s), sum(handling_s) from agent_days "
            "where agent_uid = ?",
            f"gc:{user}",
        )
        ((talk_s, idle_s, break_s, logged_in_s, handling_s),) = sums
        assert talk_s == talked > 0
        assert handling_s + idle_s + break_s <= logged_in_s
        assert 0 < handling_s < idle_s
    days = rows(db, "select day_on, logged_in_s, break_s from agent_days where agent_uid = 'gc:u-01' order by 1")
    whole_days = [row for row in days if "2026-11-02" <= row[0] <= "2026-11-17"]
    # From 06:55 to 15:00 UTC with half an hour's meal, some seconds apart for each agent.
    assert {(logged_in // 60, meal // 60) for _, logged_in, meal in whole_days} == {(485, 30)}


def test_our_figures_are_those_of_the_vendor(whole: tuple[sqlite3.Connection, GenesysSandbox]) -> None:
    """Whoever compares a report with Genesys Cloud's own screens must find each difference explained."""
    db, server = whole
    found = reconcile(db, "2026-11-01", "2026-11-17", Reporting(zone=ZoneInfo("Europe/Berlin")))
    by_day = {line.figure: line for line in found.lines if line.entity == "day"}
    assert {"offered", "answered", "abandoned", "wait_s", "service_level", "talk_s"} <= by_day.keys()
    assert by_day["offered"].compared > 20
    assert [(line.entity, line.figure, line.examples) for line in found.lines if line.unexplained] == []
    assert server.lake == server.now - LAG_MS


def test_calls_that_were_open_are_read_again_until_they_are_done(server: GenesysSandbox, store: Store) -> None:
    """A call read in its middle stays answered for ever without an end, and its after-call work is lost."""
    db, fresh = store("often"), store("once")
    assert pull(db, server).outcome == "ok"
    open_calls = rows(db, "select native_id from calls where ended_at is null")
    assert open_calls
    assert rows(db, "select count(*) from agent_states where to_at is null and category = 'talk'") != [(0,)]
    for minutes in (7, 13, 300):
        server.now_at += minutes * 60
        assert pull(db, server).outcome == "ok"
    pull(fresh, server)
    for table in ("calls", "call_legs", "agent_states", "surveys", "lines", "customers"):
        names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] != "synced_at"]
        sql = f"select {', '.join(names)} from {table}"
        assert sorted(rows(db, sql), key=repr) == sorted(rows(fresh, sql), key=repr), table
    ((wrapped,),) = rows(
        db, "select acw_s from call_legs where call_uid = ? and outcome = 'answered'", f"gc:{open_calls[0][0]}"
    )[:1]
    assert wrapped is not None


def test_data_is_complete_only_up_to_the_lake_s_own_word(server: GenesysSandbox, store: Store) -> None:
    """A day reported as final while calls are still on their way would be restated the day after."""
    db = store()
    pull(db, server)
    state = "select data_to_at, resume_at from stream_state where stream = 'conversations'"
    ((data_to, _),) = rows(db, state)
    assert data_to == server.lake // SECOND < server.now_at - 2 * 3600
    ((newest,),) = rows(db, "select max(arrived_at) from calls")
    assert newest > data_to
    server.now_at -= 3600
    pull(db, server)
    assert rows(db, state)[0][0] == data_to


def test_an_idle_pull_is_cheap(server: GenesysSandbox, store: Store) -> None:
    """Ten minutes' polling shares 300 requests a minute with everybody else's integrations."""
    db = store()
    pull(db, server)
    again = pull(db, server)
    assert again.requests <= 10
    assert sum(one.news for one in again.streams) == 0


def test_what_comes_late_is_asked_for_again(server: GenesysSandbox, store: Store) -> None:
    """After-call work after midnight belongs to yesterday's figures; a status is told after it began."""
    db, asked, honest = store(), [], server.handle

    def noted(request: Request) -> Reply:
        if request.path.endswith(("users/details/query", "aggregates/query")):
            begin = msgspec.json.decode(request.body)["interval"].partition("/")[0]
            asked.append((request.path.split("/")[4], utc(begin) - server.now_at))
        return honest(request)

    pull(db, server)
    server.handle = noted  # type: ignore[method-assign]
    pull(db, server)
    begun = dict(asked)
    assert -5 * 3600 < begun["users"] <= -4 * 3600
    # A day more, so that the oldest local day is whole.
    assert -5 * 86_400 < begun["conversations"] <= -4 * 86_400


def test_who_was_deleted_stays_known_as_an_agent(server: GenesysSandbox, store: Store) -> None:
    """Their calls of last month have an agent still; the list leaves them out unless asked for all."""
    db, asked, honest = store(), [], server.handle

    def noted(request: Request) -> Reply:
        asked.extend([request.query] if request.path.endswith("/v2/users") else [])
        return honest(request)

    server.handle = noted  # type: ignore[method-assign]
    pull(db, server)
    assert {query["state"] for query in asked} == {"any"}


def test_no_number_is_in_the_rows_that_are_kept(server: GenesysSandbox, store: Store) -> None:
    """Whoever may read the store may not read who called."""
    db = store()
    pull(db, server)
    kept = [payload for batch in kept_rows(db, "gc", "conversations") for _, _, payload in batch]
    numbers = {session.ani for one in server.truth for session in one.sessions if session.ani}
    assert len(kept) > 20
    assert len(numbers) > 5
    assert not [number for number in numbers if any(number.encode() in row for row in kept)]


def test_chats_and_mails_are_said_to_be_left_out(server: GenesysSandbox, store: Store) -> None:
    """An empty chat report must not be taken for a quiet chat."""
    result = pull(store(), server)
    note = next(one.note for one in result.streams if one.stream == "queue_days")
    assert "not read, as only calls are:" in note
    assert "chat" in note


def test_a_token_that_ends_in_mid_pull_is_renewed(server: GenesysSandbox, store: Store) -> None:
    """A first load lasts longer than an admin's patience with tokens."""
    db, honest, count = store(), server.handle, [0]

    def forgetful(request: object) -> object:
        count[0] += 1
        if count[0] % 7 == 0:
            server.expire()
        return honest(request)  # type: ignore[arg-type]

    server.handle = forgetful  # type: ignore[method-assign, assignment]
    assert pull(db, server).outcome == "ok"
    assert server.asked_tokens > 2
    assert b"tok-" not in Path(rows(db, "select file from pragma_database_list where name = 'main'")[0][0]).read_bytes()


def test_a_429_waits_as_long_as_genesys_says(server: GenesysSandbox, store: Store) -> None:
    """Its header is one of its own, in seconds; asking earlier prolongs the ban."""
    server.per_minute, clock = 4, Hasty()
    assert pull(store(), server, clock=clock).outcome == "ok"
    assert clock.at >= 7
    assert 429 in {one.status for one in server.log}


@pytest.mark.parametrize(
    ("permission", "stream"),
    [
        ("analytics:conversationDetail:view", "conversations"),
        ("analytics:conversationAggregate:view", "queue_days"),
        ("analytics:userDetail:view", "user_status"),
        ("routing:queue:view", "queues"),
        ("directory:user:view", "users"),
    ],
)
def test_a_missing_permission_skips_one_stream_and_is_named(
    server: GenesysSandbox, store: Store, permission: str, stream: str
) -> None:
    """The rest of the figures must come all the same, and the admin must learn which box to tick."""
    server.forbidden = {permission}
    result = pull(store(), server)
    assert {one.stream for one in result.streams if one.status == "skipped"} == {stream}
    with api(server) as door:
        findings = list(connector.check(door)) if connector.check else []
    (wrong,) = [one for one in findings if not one.ok]
    assert permission in wrong.advice
    assert "Admin > People & Permissions > Roles" in wrong.advice


def test_check_tells_a_wrong_secret_from_a_wrong_region(server: GenesysSandbox) -> None:
    """Both look like 'it does not work'; only one is mended by a new secret."""
    with api(server, client_secret="nonsense") as door:
        (refused,) = list(connector.check(door) if connector.check else ())
    assert not refused.ok
    assert "`client_secret`" in refused.advice
    assert "A client of one region is unknown in all others." in refused.advice
    server.fail("status", status=404)
    with api(server) as door:
        findings = list(connector.check(door) if connector.check else ())
    assert not findings[0].ok
    assert "`region`" in findings[0].advice


def api(server: GenesysSandbox, **changed: str) -> Api:
    given = {key: value for key, value in server.settings().items() if key != "base_url"}
    assert connector.http is not None
    clock = Hasty()
    timing = Timing(monotonic=clock.monotonic, sleep=clock.sleep)
    http = connector.http(connector.settings(**{**given, **changed}))
    assert http is not None
    return Api(http, name="gc", base_url=server.url, timing=timing)
