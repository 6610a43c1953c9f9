"""What a row of a call list comes to, and rows that name rows of other sources."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors import Team, Ticket
from connectors.csv_folder import connector
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive
from core.numbers.parts import fold
from core.numbers.reporting import Reporting
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceSpec
from core.store.db import transaction
from core.store.write import RecordWriter
from tests.connectors.csv_folder.conftest import Folder, lines

EXAMPLE = Path(__file__).parents[3] / "examples" / "3cx_cdr.toml"

LEG = ("call_uid", "kind", "queue_uid", "enqueued_at", "answered_at", "wait_s", "outcome")
AT = 1_795_165_200  # 2026-11-20 10:00 in Berlin


def calls(folder: Folder, head: str, *rows: str, **mapping: object) -> None:
    folder.rule("calls*", "calls", columns=mapping)
    folder.write("calls.csv", lines(head, *rows))
    assert (folder.pull().outcome, folder.aside()) == ("ok", [])


def test_an_answered_call_tells_its_moments_from_what_is_there(folder: Folder) -> None:
    """One list has the wait, one the moment of the answer, one neither: the others are worked out, never invented."""
    calls(
        folder,
        "id,arrived_at,ivr_s,queue,outcome,wait_s,answered_at",
        "a,2026-11-20 10:00:00,8,Q,answered,12,2026-11-20 10:00:20",
        "b,2026-11-20 10:00:00,8,Q,answered,12,",
        "c,2026-11-20 10:00:00,,Q,answered,,",
        "d,2026-11-20 10:00:00,,,answered,,2026-11-20 10:00:09",
    )
    assert folder.rows("call_legs", *LEG) == [
        ("files:a", "queue", "files:Q", AT + 8, AT + 20, 12, "answered"),
        ("files:b", "queue", "files:Q", AT + 8, AT + 20, 12, "answered"),
        ("files:c", "queue", "files:Q", AT, None, None, "answered"),
        ("files:d", "agent", None, None, AT + 9, None, "answered"),
    ]


def test_who_hung_up_in_the_menu_was_never_offered(folder: Folder) -> None:
    """A list that tells when queues are entered tells by its absence that this one was not: no abandoned call."""
    calls(
        folder,
        "id,arrived_at,enqueued_at,queue,outcome,wait_s",
        "a,2026-11-20 10:00,,Q,hung up,0",
        "b,2026-11-20 10:00,2026-11-20 10:01,Q,hung up,30",
    )
    assert folder.rows("calls", "native_id", "outcome") == [("a", "abandoned_ivr"), ("b", "abandoned")]
    assert folder.rows("call_legs", "call_uid", "wait_s") == [("files:b", 30)]


def test_without_an_outcome_the_talk_tells_it(folder: Folder) -> None:
    """3CX's list has talk times and no word: who talked was answered, who called in vain gave up."""
    calls(
        folder,
        "id,arrived_at,direction,queue,talk",
        "a,2026-11-20 10:00,Inbound,Q,0:03:05",
        "b,2026-11-20 10:01,Inbound,Q,0:00:00",
        "c,2026-11-20 10:02,Outbound,,0:00:00",
    )
    assert folder.rows("calls", "native_id", "outcome") == [("a", "answered"), ("b", "abandoned"), ("c", "no_answer")]


def test_a_log_of_3cx_goes_in_by_the_example(folder: Folder) -> None:
    """Who runs an exchange without a connector copies the example; it has no head, and durations by the clock."""
    source = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["sources"][0]
    folder.files += source["files"]
    folder.write(
        "cdr.log",
        lines(
            "81,a,00:00:14,2026/11/20 10:00:00,2026/11/20 10:00:21,2026/11/20 10:00:35,TerminatedBySrc,"
            "+49305550101,800,Line,Queue,,Hotline,Ada",
            "82,b,,2026/11/20 10:01:00,,2026/11/20 10:01:30,TerminatedBySrc,+49305550102,800,LineSet,Queue,,Hotline,",
        ),
    )
    assert (folder.pull().outcome, folder.aside()) == ("ok", [])
    assert folder.rows("calls", "native_id", "direction", "outcome", "talk_s", "hangup_by") == [
        ("a", "inbound", "answered", 14, "customer"), ("b", "inbound", "abandoned", None, "customer"),
    ]  # fmt: skip
    assert folder.rows("call_legs", "call_uid", "queue_uid", "agent_uid", "answered_at", "ended_at") == [
        ("files:a", "files:Hotline", "files:Ada", AT + 21, AT + 35), ("files:b", "files:Hotline", None, None, AT + 90),
    ]  # fmt: skip


def test_a_list_that_tells_no_end_tells_no_outcome(folder: Folder) -> None:
    """Unknown is not abandoned."""
    calls(folder, "id,arrived_at,queue", "a,2026-11-20 10:00,Q")
    assert folder.rows("calls", "outcome", "legs") == [(None, 0)]
    assert folder.rows("call_legs", "count(*)") == [(0,)]


def test_a_call_in_the_hour_that_comes_twice(folder: Folder) -> None:
    """Arrived 02:50 summer time, answered 02:05 winter time: it waited a quarter of an hour."""
    calls(
        folder,
        "id,from,taken,outcome",
        "a,2026-10-25 02:50:00,2026-10-25 02:05:00,answered",
        arrived_at="from",
        answered_at={"column": "taken", "after": "arrived_at"},
    )
    (answered_at, arrived_at) = folder.rows(
        "calls join call_legs on call_uid = uid", "answered_at", "arrived_at"
    )[0]  # fmt: skip
    assert answered_at - arrived_at == 900


def test_calls_without_an_id_are_told_apart_and_found_again(folder: Folder) -> None:
    """The same list twice is the same calls; two callers of one second are two."""
    rows = ("2026-11-20 10:00,+49 30 5550101,Q,5", "2026-11-20 10:00,+49 30 5550102,Q,5")
    folder.write("calls.csv", lines("arrived_at,customer_phone,queue,wait_s", *rows))
    folder.pull()
    folder.write("calls copy.csv", lines("arrived_at,customer_phone,queue,wait_s", *rows))
    folder.pull()
    assert folder.rows("calls", "count(*)", "count(distinct customer_uid)") == [(2, 2)]


def test_rows_name_rows_of_other_sources(folder: Folder) -> None:
    """A survey tool knows the help desk's ticket numbers: its answers belong to those tickets and agents."""
    folder.rule("a*", "csat", columns={"ticket_id": {"column": "ticket", "account": "zd-main"}})
    folder.rule("b*", "csat", account="zd-main", columns={"agent_id": {"column": "agent", "account": ""}})
    head = "ticket,rated_at,score,agent"
    folder.write("a.csv", lines(head, "4711,2026-11-20,5,Ada", "@pbx:1,2026-11-20,5,@zd-main:9"))
    folder.write("b.csv", lines(head, "4712,2026-11-20,5,Ada"))
    folder.pull()
    assert folder.rows("surveys", "ticket_uid", "agent_uid") == [
        ("pbx:1", "zd-main:9"), ("zd-main:4711", "files:Ada"), ("zd-main:4712", "files:Ada"),
    ]  # fmt: skip
    assert folder.rows("agents", "uid") == [("files:Ada",)]


def test_no_row_becomes_a_row_of_another_source(folder: Folder) -> None:
    """A line in a spreadsheet must not be able to overwrite the help desk's tickets."""
    folder.write("tickets.csv", lines("id,created_at,assignee", "@zd-main:1,2026-11-20,", "2,2026-11-20,@nobody"))
    folder.pull()
    assert folder.rows("tickets", "count(*)") == [(0,)]
    assert [reason for _, reason in folder.aside()] == [
        "tickets.csv line 2: id would be a row of another account",
        "tickets.csv line 3: assignee is no id of another account, such as @zd-main:4711",
    ]


def test_people_named_in_rows_get_their_own_file_s_word(folder: Folder) -> None:
    """Calls name agents by number; the list of agents says who that is, whichever file is read last."""
    folder.write("agents.csv", lines("id,name,role", "12,Ada Agent,lead"), age_s=900)
    folder.write("calls.csv", lines("id,arrived_at,agent,outcome", "a,2026-11-20,12,answered"))
    folder.pull()
    assert folder.rows("agents", "uid", "name", "role") == [("files:12", "Ada Agent", "lead")]


def test_a_newer_state_of_a_ticket_stays(folder: Folder) -> None:
    """An export of last month that is read late does not reopen what was solved since."""
    head = "id,created_at,updated_at,status,solved_at,first_replied_at,reopens"
    folder.write("tickets b.csv", lines(head, "1,2026-11-01,2026-11-20,solved,2026-11-20,2026-11-02,1"), age_s=900)
    folder.write("tickets a.csv", lines(head, "1,2026-11-01,2026-11-02,open,,2026-11-02,0"), age_s=60)
    folder.pull()
    assert folder.rows("tickets", "status") == [("solved",)]
    solved = folder.db.execute("select value, unit from source_metrics where name = 'solved_at'").fetchall()
    assert [tuple(row) for row in solved] == [(1_795_129_200.0, "epoch")]


def test_a_mail_address_as_an_id_is_not_kept(folder: Folder) -> None:
    """Exports name customers by their address; the id that is stored is a keyed hash of it."""
    folder.write("nps.csv", lines("customer,rated_at,score", "kim@customer.example,2026-11-20,9"))
    folder.pull()
    ((uid,),) = folder.rows("surveys", "customer_uid")
    assert uid.startswith("files:mail-")
    assert "customer.example" not in "\n".join(folder.db.iterdump())


def test_kept_rows_can_be_read_again_without_persons(folder: Folder) -> None:
    """After a mended mapping kept rows are normalised again; what was blanked of them must not empty what is stored."""
    rows = ("a,2026-11-20 10:00,+49 30 5550101,Q,5,abandoned", ",2026-11-20 10:01,+49 30 5550102,Q,7,abandoned")
    folder.write("calls.csv", lines("id,arrived_at,customer_phone,queue,wait_s,outcome", *rows))
    folder.pull(raw="redacted")
    before = list(folder.db.iterdump())
    spec = SourceSpec(
        "files", "csv_folder", folder.settings, account="files", start_at=0, zone=ZoneInfo(folder.zone), raw="redacted"
    )
    assert rebuild_from_raw(folder.db, spec, connector, folder.now_at) == 2
    assert [line for line in folder.db.iterdump() if '"calls"' in line] == [
        line for line in before if '"calls"' in line
    ]


def test_an_answer_from_a_file_counts_for_the_ticket_of_the_help_desk(folder: Folder) -> None:
    """The survey tool's answers are satisfaction with the help desk's work, for the team of the ticket."""
    writer = RecordWriter(
        folder.db, account="zd-main", source="zd-main", hash_key=b"k" * 32, now_at=folder.now_at, zone=ZoneInfo("UTC")
    )
    with transaction(folder.db):
        writer.write(
            [
                Ticket(id="4711", created_at=AT, status="solved", status_category="solved", team_id="7"),
                Team(id="7", name="Support"),
            ]
        )
    reporting = Reporting(zone=ZoneInfo(folder.zone))
    derive(folder.db, reporting, folder.now_at)
    folder.rule("a*", "csat", account="zd-main")
    folder.write("a.csv", lines("ticket,offered_at,rated_at,score", "4711,2026-11-20 12:00,2026-11-20 13:00,5"))
    folder.pull()
    derive(folder.db, reporting, folder.now_at)
    fold(folder.db, reporting, folder.now_at)
    found = ask(
        folder.db, "csat", Period("2026-11-20", "2026-11-20"), where={"team": "Support"}, reporting=reporting,
        now_at=folder.now_at,
    )  # fmt: skip
    assert (found.value, found.n) == (1.0, 1)
