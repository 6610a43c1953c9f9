"""What log files do in real life: rotate, grow, break off, restart, and say things nobody expected."""

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from connectors import AgentEvent, AgentState, BadRow, Call, CallEvent, CallLeg, Context, Unavailable, Window
from connectors.asterisk.calls import assemble_call
from connectors.asterisk.files import fetch_queue_log
from connectors.asterisk.lines import normalise_line
from connectors.asterisk.presence import assemble_presence
from connectors.asterisk.settings import AsteriskSettings

E = TypeVar("E", CallEvent, AgentEvent)

ENTER = "1000|c1|DE|NONE|ENTERQUEUE||0301234567|1"
CONNECT = "1010|c1|DE|Ada|CONNECT|10|c9|4"


def settings(path: Path, **more: object) -> AsteriskSettings:
    return AsteriskSettings.model_validate({"path": path, **more})


def context(warned: list[tuple[str, str]] | None = None, more: Mapping[str, object] = MappingProxyType({})) -> Context:
    said = warned if warned is not None else []
    return Context(
        settings=settings(Path("queue_log"), **more),
        zone=ZoneInfo("Europe/Berlin"),
        source="pbx",
        account="pbx",
        fetched_at=0,
        warn=lambda kind, value: said.append((kind, value)),
        pseudonym=lambda kind, value: "a1b2c3",
    )


def events(lines: Iterable[str], kind: type[E]) -> list[E]:
    ctx = context()
    records = [r for n, line in enumerate(lines) for r in normalise_line(f"{n}|{line}".encode(), ctx)]
    return [record for record in records if isinstance(record, kind)]


def call_of(*lines: str, **more: object) -> tuple[Call, list[CallLeg]]:
    made = list(assemble_call("c1", events(lines, CallEvent), context(more=more)))
    assert isinstance(made[0], Call)
    return made[0], [leg for leg in made[1:] if isinstance(leg, CallLeg)]


def states_of(*lines: str, **more: object) -> list[tuple[str, int, int | None]]:
    made = assemble_presence("Ada", events(lines, AgentEvent), context(more=more))
    return [(s.category, s.from_at, s.to_at) for s in made if isinstance(s, AgentState)]


def lines_read(path: Path, resume_at: str | None = None) -> tuple[list[str], str | None]:
    rows: list[str] = []
    for page in fetch_queue_log(settings(path), Window(resume_at=resume_at)):
        rows += [bytes(row).decode().split("|", 1)[1] for row in page.rows]
        resume_at = page.resume_at
    return rows, resume_at


def test_half_a_last_line_waits_until_it_is_whole(tmp_path: Path) -> None:
    """A line read while Asterisk writes it would count a call without its end."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n1010|c1|DE|Ada|CONN", encoding="utf-8")
    first, place = lines_read(log)
    assert first == [ENTER]
    with log.open("a", encoding="utf-8") as file:
        file.write("ECT|10|c9|4\n")
    assert lines_read(log, place)[0] == [CONNECT]


def test_rotation_and_gzip_between_two_reads_lose_and_double_nothing(tmp_path: Path) -> None:
    """Logrotate renames and packs at night; the day must not be counted twice or dropped."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n", encoding="utf-8")
    _, place = lines_read(log)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{CONNECT}\n")
    (tmp_path / "queue_log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.write_text("1020|c1|DE|Ada|COMPLETEAGENT|10|10|1\n", encoding="utf-8")
    assert lines_read(log, place)[0] == [CONNECT, "1020|c1|DE|Ada|COMPLETEAGENT|10|10|1"]


def test_rotated_siblings_are_read_oldest_first_and_strangers_not_at_all(tmp_path: Path) -> None:
    """A backup copy beside the log must not be read as more calls."""
    (tmp_path / "queue_log.2.gz").write_bytes(gzip.compress(b"1|NONE|NONE|NONE|QUEUESTART|\n"))
    (tmp_path / "queue_log.1").write_text("2|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log-20261122").write_text("3|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log").write_text("4|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log.bak").write_text("5|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    assert [line[0] for line in lines_read(tmp_path / "queue_log")[0]] == ["1", "2", "3", "4"]


def test_lines_of_one_second_keep_their_order_over_two_reads(tmp_path: Path) -> None:
    """Enter, connect and hang-up can share a second."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n1000|c1|DE|Ada|CONNECT|0|c9|0\n", encoding="utf-8")
    seqs: list[bytes] = []
    place = None
    for _ in range(2):
        for page in fetch_queue_log(settings(log), Window(resume_at=place)):
            seqs += [bytes(row).split(b"|")[0] for row in page.rows]
            place = page.resume_at
        with log.open("a", encoding="utf-8") as file:
            file.write("1000|c1|DE|Ada|COMPLETEAGENT|0|0|1\n")
    assert seqs == [b"0", b"1", b"2"]


def test_a_missing_log_says_where_and_what_now(tmp_path: Path) -> None:
    """The path in the config is the first thing an admin gets wrong."""
    with pytest.raises(Unavailable, match=r"there is no log at .*Check the path"):
        lines_read(tmp_path / "queue_log")


def test_a_line_of_another_form_is_set_aside() -> None:
    """A stack trace in the log costs one line, not the day."""
    with pytest.raises(BadRow, match="epoch seconds"):
        list(normalise_line(b"0|Segmentation fault", context()))


def test_an_attended_transfer_by_link_has_six_fields() -> None:
    """Read from the left, the talk time would be a channel name."""
    call, legs = call_of(ENTER, CONNECT, "1100|c1|DE|Ada|ATTENDEDTRANSFER|LINK|SIP/a|SIP/b|10|90|1")
    assert (legs[0].talk_s, legs[0].transfer_kind, legs[0].outcome) == (90, "warm", "answered")
    assert (call.is_transferred, call.transfers, call.talk_s) == (True, 1, 90)


def test_ring_no_answer_is_milliseconds_and_a_busy_phone_is_no_offer() -> None:
    """15,000 ms read as seconds would be a four-hour ring."""
    _, legs = call_of(
        ENTER, "1015|c1|DE|Bob|RINGNOANSWER|15000", "1016|c1|DE|Cy|RINGNOANSWER|0", "1020|c1|DE|Ada|CONNECT|20|c9|4"
    )
    assert (legs[0].rings, legs[0].rings_missed, legs[0].ring_s) == (2, 1, 4)
    assert states_of("1015|c1|DE|Ada|RINGNOANSWER|15000")[0] == ("ringing", 1000, 1015)


def test_a_restart_drops_the_waiting_caller_and_closes_sessions() -> None:
    """Without it a call would wait, and an agent would sit idle, for ever."""
    call, legs = call_of(ENTER, "1060|NONE|NONE|NONE|QUEUESTART")
    assert (legs[0].outcome, legs[0].is_system_drop, legs[0].wait_s) == ("abandoned", True, 60)
    assert call.hangup_by == "system"
    assert states_of("900|CLI|DE|Ada|ADDMEMBER|", "1060|NONE|NONE|NONE|QUEUESTART") == [("idle", 900, 1060)]


def test_a_restart_while_talking_leaves_the_talk_time_unknown() -> None:
    """Unknown is not zero."""
    _, legs = call_of(ENTER, CONNECT, "1060|NONE|NONE|NONE|QUEUESTART")
    assert (legs[0].outcome, legs[0].talk_s, legs[0].ended_at) == ("answered", None, 1060)


def test_an_open_call_has_no_end_yet() -> None:
    """A caller who still waits is neither answered nor abandoned."""
    call, legs = call_of(ENTER)
    assert (call.outcome, call.ended_at, legs[0].outcome, legs[0].wait_s) == (None, None, None, None)


def test_a_pause_of_all_queues_counts_once() -> None:
    """One PAUSEALL and a PAUSE for each of three queues are one break."""
    lines = ["900|CLI|DE|Ada|ADDMEMBER|", "901|CLI|EN|Ada|ADDMEMBER|", "1000|NONE|NONE|Ada|PAUSEALL|Lunch"]
    lines += [f"1000|NONE|{queue}|Ada|PAUSE|Lunch" for queue in ("DE", "EN")]
    lines += [f"1600|NONE|{queue}|Ada|UNPAUSE|" for queue in ("DE", "EN")]
    lines += ["1600|NONE|NONE|Ada|UNPAUSEALL|"]
    assert states_of(*lines) == [("idle", 900, 1000), ("break", 1000, 1600), ("idle", 1600, None)]


def test_who_leaves_the_last_queue_after_a_pause_is_gone() -> None:
    """A pause of all queues is no queue to be left: agents would be idle all night and occupancy half of what it is."""
    lines = ["900|CLI|DE|Ada|ADDMEMBER|", "1000|NONE|NONE|Ada|PAUSEALL|Lunch", "1000|NONE|DE|Ada|PAUSE|Lunch"]
    lines += ["1600|NONE|NONE|Ada|UNPAUSEALL|", "1600|NONE|DE|Ada|UNPAUSE|", "2000|CLI|DE|Ada|REMOVEMEMBER|"]
    assert states_of(*lines) == [("idle", 900, 1000), ("break", 1000, 1600), ("idle", 1600, 2000)]


def test_who_logs_out_during_a_call_is_not_back_at_its_end() -> None:
    """The end of the call is written after the log-out; nobody waits for calls then."""
    lines = ["900|CLI|DE|Ada|ADDMEMBER|", CONNECT, "1050|CLI|DE|Ada|REMOVEMEMBER|"]
    made = states_of(*lines, "1100|c1|DE|Ada|COMPLETECALLER|10|90|1")
    assert made == [("idle", 900, 1010), ("talk", 1010, 1050)]


def test_a_wrap_up_pause_is_after_call_work_of_the_last_call() -> None:
    """Occupancy counts after-call work as work."""
    lines = [CONNECT, "1100|c1|DE|Ada|COMPLETECALLER|10|90|1", "1100|NONE|DE|Ada|PAUSE|Wrap-Up"]
    made = states_of(*lines, "1130|NONE|DE|Ada|UNPAUSE|")
    assert made == [("talk", 1010, 1100), ("acw", 1100, 1130), ("idle", 1130, None)]


def test_a_key_pressed_in_the_queue_leads_where_the_admin_says() -> None:
    """Neither answered nor abandoned: a call back or a voicemail."""
    left = "1040|c1|DE|NONE|EXITWITHKEY|1|1|1|40"
    assert call_of(ENTER, left, exit_keys={"1": "callback"})[1][0].outcome == "flow_out_callback"
    assert call_of(ENTER, left)[1][0].outcome == "flow_out_overflow"
    assert call_of(ENTER, left, exit_keys={"1": "voicemail"})[0].outcome == "voicemail"


def test_one_call_in_two_queues_is_two_visits() -> None:
    """Each queue was offered the call; the customer called once."""
    call, legs = call_of(
        ENTER, "1030|c1|DE|NONE|EXITWITHTIMEOUT|1|1|30", "1030|c1|EN|NONE|ENTERQUEUE||x|1",
        "1050|c1|EN|Ada|CONNECT|20|c9|4", "1090|c1|EN|Ada|COMPLETECALLER|20|40|1",
    )  # fmt: skip
    assert [(leg.queue_id, leg.outcome, leg.wait_s) for leg in legs] == [
        ("DE", "flow_out_timeout", 30),
        ("EN", "answered", 20),
    ]
    assert (call.outcome, call.total_wait_s, call.legs, call.hangup_by) == ("answered", 50, 2, "customer")


def test_an_unknown_event_is_kept_and_said() -> None:
    """A new Asterisk must not stop the numbers."""
    warned: list[tuple[str, str]] = []
    made = list(normalise_line(b"0|1000|c1|DE|NONE|SPARKLE|x", context(warned)))
    assert warned == [("event", "SPARKLE")]
    assert [type(record) for record in made] == [CallEvent]
    assert call_of(ENTER, "1000|c1|DE|NONE|SPARKLE|x", CONNECT)[0].outcome == "answered"
