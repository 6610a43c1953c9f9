"""Call records beside a queue log and alone: a real run of Asterisk, samples of its own test suite, and odd hours."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.asterisk import connector
from connectors.asterisk.local import local_moment
from connectors.asterisk.settings import AsteriskSettings
from core.clock import Timing, utc
from core.pull.account import Accounts
from core.pull.loop import pull_source
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.store.db import open_store
from core.store.raw import kept_rows

NOW = 1_795_400_000
BERLIN = ZoneInfo("Europe/Berlin")
Pull = Callable[..., tuple[sqlite3.Connection, SourceResult]]


@pytest.fixture
def pull() -> Iterator[Pull]:
    """Reads a server's files or tables into a store, a new one if none is given."""
    opened: list[sqlite3.Connection] = []

    def made(db: sqlite3.Connection | None = None, zone: str = "UTC", **settings: Any) -> Any:
        spec = SourceSpec(
            name="pbx", connector="asterisk", settings=AsteriskSettings(**settings), account="pbx", start_at=0,
            zone=ZoneInfo(zone), rate_share=1.0, requests_per_minute=60, default_country="DE",
        )  # fmt: skip
        if db is None:
            db = open_store(":memory:")
            opened.append(db)
        return db, pull_source(db, spec, connector, Accounts(Timing()).open(spec, connector), NOW)

    yield made
    for db in opened:
        db.close()


def rows(db: sqlite3.Connection, text: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(text)]


def record(start: str, **told: Any) -> str:
    """A line of Master.csv with all optional columns."""
    given = {
        "src": "1001", "dst": "+4930555111", "dcontext": "from-internal", "channel": "PJSIP/1001-0000000a",
        "dstchannel": "PJSIP/telco-0000000b", "lastapp": "Dial", "duration": 30, "billsec": 20,
        "disposition": "ANSWERED", "uniqueid": f"{utc(start)}.1", "linkedid": "", "sequence": 1, "text": "",
    } | told  # fmt: skip
    text = given["text"] or start[:19].replace("T", " ")
    unique = given["uniqueid"]
    quoted = [f'"{given[name]}"' for name in ("src", "dst", "dcontext")]
    quoted += ['"""A, B"" <1>"', *(f'"{given[name]}"' for name in ("channel", "dstchannel", "lastapp")), '"x,y"']
    tail = ["DOCUMENTATION", unique, "", "", given["linkedid"] or unique]
    return ",".join(
        ['""', *quoted, f'"{text}"', "", f'"{text}"', str(given["duration"]), str(given["billsec"]),
         f'"{given["disposition"]}"', *(f'"{one}"' for one in tail), str(given["sequence"])]
    )  # fmt: skip


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


CALLS = "select uid, direction, outcome, talk_s, legs from calls order by arrived_at, uid"


def test_records_take_nothing_from_the_queue_log_and_double_no_call(
    fixtures: Callable[[str], Path], pull: Pull
) -> None:
    """A call of both counted twice doubles the volume; a record's outcome in place of the queue's hides abandons."""
    log, master = fixtures("asterisk/queue_log"), fixtures("asterisk/cdr_Master.csv")
    alone, _ = pull(path=log)
    both, result = pull(path=log, cdr_path=master)
    assert (result.outcome, result.rejected) == ("ok", 0)
    kept = [name for name in (row[1] for row in alone.execute("pragma table_info(calls)"))
            if name not in ("ivr_s", "extra", "synced_at", "customer_uid")]  # fmt: skip
    asked = f"select {', '.join(kept)} from calls where uid in (select call_uid from call_legs where kind = 'queue')"
    assert len(rows(alone, asked)) == 13
    assert sorted(rows(both, asked)) == sorted(rows(alone, asked))
    legs = "select * from call_legs where kind = 'queue' order by call_uid, seq"
    assert rows(both, legs) == rows(alone, legs)
    lengths = dict(rows(both, "select uid, json_extract(extra, '$.cdr_duration_s') from calls"))
    assert lengths["pbx:pbx-1795306053.14"] == 22

    others = rows(both, "select direction, outcome, legs from calls where uid not in (select call_uid from call_legs)")
    assert others == [("internal", None, 0)] * 5  # five that found no queue open and were hung up at once
    assert "+442071838750" not in "".join(map(str, rows(both, "select * from call_events")))


def test_records_alone_make_calls(fixtures: Callable[[str], Path], pull: Pull) -> None:
    """Where no queue log is kept, the records are all there is: 76 of them, 18 calls."""
    db, result = pull(cdr_path=fixtures("asterisk/cdr_Master.csv"))
    assert result.rejected == 0
    found = {row[0].removeprefix("pbx:pbx-"): row[1:] for row in rows(db, CALLS)}
    assert len(found) == 18
    assert found["1795306035.0"] == ("inbound", "answered", 7, 2)
    assert found["1795306063.44"][1] == "busy"


def test_the_samples_of_asterisks_own_tests(fixtures: Callable[[str], Path], pull: Pull) -> None:
    """Two calls to a console; one call with five records, one of each disposition, is one call."""
    consoles, first = pull(cdr_path=fixtures("asterisk/testsuite_Master.csv"))
    one, second = pull(cdr_path=fixtures("asterisk/testsuite_cdr_dispositions.csv"))
    assert (first.rejected, second.rejected) == (0, 0)
    assert [row[0] for row in rows(consoles, CALLS)] == ["pbx:1270167992.0", "pbx:1270168442.0"]
    assert [row[0] for row in rows(one, CALLS)] == ["pbx:1231977075.0"]


@pytest.mark.parametrize(
    ("told", "direction", "outcome"),
    [
        ({}, "outbound", "answered"),
        ({"disposition": "NO ANSWER", "billsec": 0}, "outbound", "no_answer"),
        ({"disposition": "CONGESTION", "billsec": 0}, "outbound", "failed"),
        ({"dst": "1002", "dstchannel": "PJSIP/1002-0000000c"}, "internal", "answered"),
        ({"src": "+4930555111", "dst": "1001", "channel": "PJSIP/telco-0000000b", "dstchannel": "PJSIP/1001-0000000c"},
         "inbound", "answered"),
        ({"src": "anonymous", "dst": "+49307777", "dcontext": "from-trunk", "channel": "SIP/x-1", "dstchannel": "",
          "lastapp": "WaitExten"}, "inbound", "abandoned_ivr"),
        ({"src": "+4930555111", "dst": "1001", "dcontext": "from-pstn", "channel": "SIP/x-1", "dstchannel": "",
          "lastapp": "VoiceMail"}, "inbound", "voicemail"),
        ({"src": "+4930555111", "dst": "1001", "channel": "SIP/x-1", "dstchannel": "PJSIP/1001-0000000c",
          "disposition": "BUSY", "billsec": 0}, "inbound", "busy"),
        # No phone was tried: the line was busy, or none was free.
        ({"src": "+4930555111", "dst": "1001", "channel": "SIP/x-1", "dstchannel": "", "lastapp": "Congestion",
          "disposition": "CONGESTION", "billsec": 0}, "inbound", "blocked"),
        ({"disposition": "SURPRISE", "billsec": 0}, "outbound", None),
        # A withheld number without a line that tells; the number of the house, shown by one of its phones.
        ({"src": "anonymous", "dst": "1001", "channel": "SIP/x-1", "dstchannel": "PJSIP/1001-0000000c"},
         "inbound", "answered"),
        ({"src": "+4930777000", "dstchannel": "SIP/x-1"}, "outbound", "answered"),
    ],
)  # fmt: skip
def test_direction_and_outcome(tmp_path: Path, pull: Pull, told: dict[str, Any], direction: str, outcome: Any) -> None:
    """An internal call counted as a customer's, or a call out as one that came in, is a wrong contact."""
    master = written(tmp_path / "Master.csv", record("2026-03-02T08:00:00Z", **told))
    db, result = pull(cdr_path=master, trunks=("PJSIP/telco-*",))
    assert result.rejected == 0
    assert [row[1:3] for row in rows(db, CALLS)] == [(direction, outcome)]


@pytest.mark.parametrize("to", ["PJSIP/telco-0000000b", "SIP/x-1"])
def test_who_was_called_is_the_customer_whatever_number_was_shown(tmp_path: Path, pull: Pull, to: str) -> None:
    """With the number of the house as caller every call out was one of the house's own; nobody's ticket was found."""
    shown = {"src": "+4930777000", "dstchannel": to}
    master = written(tmp_path / "Master.csv", record("2026-03-02T08:00:00Z", **shown),
                     record("2026-03-02T09:00:00Z", src="+4930555111", dst="1001", channel=to,
                            dstchannel="PJSIP/1001-0000000c"))  # fmt: skip
    db, _ = pull(cdr_path=master, trunks=("PJSIP/telco-*",))
    (out,), (back,) = rows(db, "select customer_uid from calls order by arrived_at")
    assert out == back is not None
    assert rows(db, "select count(*) from customers") == [(1,)]


def test_legs_of_one_call_are_joined_by_their_linked_id(tmp_path: Path, pull: Pull) -> None:
    """A caller from the trunk over a Local channel to a phone that did not answer, then to one that did: one call."""
    link = f"{utc('2026-03-02T08:00:00Z')}.1"
    caller = {"src": "+4930555111", "dst": "500", "dcontext": "from-trunk", "channel": "PJSIP/telco-0000000b"}
    master = written(
        tmp_path / "Master.csv",
        record("2026-03-02T08:00:00Z", **caller, dstchannel="Local/1001@agents-00000001;1", disposition="NO ANSWER",
               duration=20, billsec=0, linkedid=link),
        record("2026-03-02T08:00:01Z", **{**caller, "channel": "Local/1001@agents-00000001;2"},
               dstchannel="PJSIP/1001-0000000c", disposition="NO ANSWER", duration=19, billsec=0, sequence=2,
               uniqueid="1772438401.3", linkedid=link),
        record("2026-03-02T08:00:20Z", **caller, dstchannel="PJSIP/1002-0000000d", duration=70, billsec=65, sequence=3,
               uniqueid=link, linkedid=link),
    )  # fmt: skip
    db, _ = pull(cdr_path=master, trunks=("PJSIP/telco-*",))
    assert rows(db, CALLS) == [(f"pbx:{link}", "inbound", "answered", 65, 2)]
    legs = rows(db, "select agent_uid, outcome, ring_s, talk_s from call_legs order by seq")
    assert legs == [("pbx:PJSIP/1001", "ring_no_answer", 19, None), ("pbx:PJSIP/1002", "answered", 5, 65)]
    assert rows(db, "select total_wait_s, customer_uid is not null from calls") == [(25, 1)]


def test_a_queue_call_of_another_channel_is_not_counted_beside_it(tmp_path: Path, pull: Pull) -> None:
    """Behind a Local channel the queue log knows the call by that channel's id, the records by the first one's."""
    begun = utc("2026-03-02T08:00:00Z")
    log = written(
        tmp_path / "queue_log",
        f"{begun + 12}|{begun}.7|support|NONE|ENTERQUEUE||+4930555111|1",
        f"{begun + 20}|{begun}.7|support|Ada|CONNECT|8|{begun}.9|5",
        f"{begun + 80}|{begun}.7|support|Ada|COMPLETECALLER|8|60|1",
    )
    caller = {"src": "+4930555111", "dst": "500", "dcontext": "from-trunk", "linkedid": f"{begun}.1"}
    master = written(
        tmp_path / "Master.csv",
        record("2026-03-02T08:00:00Z", **caller, channel="PJSIP/telco-0000000b", duration=80, billsec=80,
               dstchannel="Local/q@queues-00000001;1"),
        record("2026-03-02T08:00:02Z", **caller, channel="Local/q@queues-00000001;2", dstchannel="PJSIP/1001-0000000c",
               lastapp="Queue", duration=78, billsec=78, sequence=2, uniqueid=f"{begun}.7"),
    )  # fmt: skip
    db, _ = pull(path=log, cdr_path=master, trunks=("PJSIP/telco-*",))
    assert rows(db, "select uid, outcome, total_wait_s, talk_s, ivr_s from calls") == [
        (f"pbx:{begun}.7", "answered", 8, 60, 10)
    ]


@pytest.mark.parametrize("moment", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
def test_the_hour_that_comes_twice_is_told_apart_by_the_unique_id(tmp_path: Path, pull: Pull, moment: str) -> None:
    """Both are 2:30 in Berlin; a call an hour off lies on the wrong interval of a night shift."""
    line = record(moment, text="2026-10-25 02:30:00", duration=3700, billsec=3600)
    db, _ = pull(cdr_path=written(tmp_path / "Master.csv", line), zone="Europe/Berlin")
    assert rows(db, "select arrived_at, ended_at from calls") == [(utc(moment), utc(moment) + 3700)]


@pytest.mark.parametrize(
    ("text", "made_at", "expected"),
    [
        ("2026-10-25 02:30:00", None, "2026-10-25T00:30:00Z"),
        ("2026-03-29 02:30:00", None, "2026-03-29T01:30:00Z"),
        ("2026-07-01 12:00:00.123456", None, "2026-07-01T10:00:00Z"),
        ("yesterday", None, None),
    ],
)
def test_local_moments(text: str, made_at: int | None, expected: str | None) -> None:
    """Without an id to go by it is the earlier of two; an hour that no clock showed is read as if none had moved."""
    assert local_moment(text, BERLIN, made_at) == (None if expected is None else utc(expected))


def test_times_in_utc_are_taken_as_such(tmp_path: Path, pull: Pull) -> None:
    """usegmtime=yes: another hour added would move every call."""
    line = record("2026-07-01T08:00:00Z")
    db, _ = pull(cdr_path=written(tmp_path / "Master.csv", line), zone="Europe/Berlin", cdr_utc=True)
    assert rows(db, "select arrived_at from calls") == [(utc("2026-07-01T08:00:00Z"),)]


def test_a_broken_line_is_set_aside_and_rotated_files_are_read(tmp_path: Path, pull: Pull) -> None:
    """Logrotate must cost no call, half a line no day."""
    written(tmp_path / "Master.csv.1", record("2026-03-01T08:00:00Z"))
    good = record("2026-03-02T08:00:00Z")
    master = written(tmp_path / "Master.csv", good, '"","1001"', "\x00", good.replace(",30,20,", ",soon,20,"))
    db, result = pull(cdr_path=master)
    assert len(rows(db, CALLS)) == 2
    assert result.rejected == 3
    with master.open("a", encoding="utf-8") as file:
        file.write(record("2026-03-03T08:00:00Z") + "\n")
    _, again = pull(db, cdr_path=master)
    assert len(rows(db, CALLS)) == 3
    assert [one.rows for one in again.streams] == [0, 1]


def test_kept_records_hold_no_number_and_change_nothing_when_read_again(tmp_path: Path, pull: Pull) -> None:
    """A mended mapping is applied to kept rows, in which the numbers that tell the direction are blank."""
    numbers = {"src": "1001", "dst": "+4930555111", "dstchannel": "DAHDI/i1/3055511100-1a"}
    master = written(tmp_path / "Master.csv", record("2026-03-02T08:00:00Z", **numbers))
    db, _ = pull(cdr_path=master)
    tables = ("select * from call_events", CALLS, "select * from call_legs")
    before = [rows(db, text) for text in tables]
    spec = SourceSpec(
        name="pbx", connector="asterisk", settings=AsteriskSettings(cdr_path=master), account="pbx", start_at=0,
        zone=ZoneInfo("UTC"), rate_share=1.0, requests_per_minute=60, default_country="DE",
    )  # fmt: skip
    assert rebuild_from_raw(db, spec, connector, NOW) == 1
    assert [rows(db, text) for text in tables] == before
    kept = b"".join(payload for batch in kept_rows(db, "pbx", "cdr") for _, _, payload in batch)
    assert kept
    assert b"555111" not in kept
    assert "555111" not in "\n".join(db.iterdump())
