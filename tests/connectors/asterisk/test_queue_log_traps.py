"""What logs tell in real life: restarts, transfers, pauses of all queues, and things nobody expected."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from connectors import AgentEvent, AgentState, BadRow, Call, CallEvent, CallLeg, Context
from connectors.asterisk.calls import assemble_call
from connectors.asterisk.lines import OF_THE_AGENT, OF_THE_CALL, normalise_line
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


def test_a_call_that_comes_to_another_queue_stays_answered_in_the_first() -> None:
    """A phone's own transfer is not in the log; the answered visit must not become a lost one."""
    call, legs = call_of(ENTER, CONNECT, "1100|c1|EN|NONE|ENTERQUEUE||x|1", "1110|c1|EN|NONE|ABANDON|1|1|10")
    assert [(leg.outcome, leg.talk_s) for leg in legs] == [("answered", None), ("abandoned", None)]
    assert call.outcome == "answered"


def test_a_caller_whose_agent_hung_up_on_the_announcement_can_be_answered_yet() -> None:
    """The next agent's work must not vanish."""
    dumped = "1012|c1|DE|Bob|AGENTDUMP|"
    assert call_of(ENTER, dumped)[1][0].outcome == "flow_out_overflow"
    assert call_of(ENTER, dumped, "9000|NONE|NONE|NONE|QUEUESTART|")[1][0].ended_at == 1012
    _, legs = call_of(ENTER, dumped, "1030|c1|DE|Ada|CONNECT|30|c9|4", "1060|c1|DE|Ada|COMPLETEAGENT|30|30|1")
    assert [(leg.outcome, leg.wait_s, leg.talk_s, leg.ended_at) for leg in legs] == [("answered", 30, 30, 1060)]


@pytest.mark.parametrize("event", sorted(OF_THE_CALL | OF_THE_AGENT | {"ENTERQUEUE"}))
@pytest.mark.parametrize(
    "data", ["", "|", "||", "²|²|²", "-1|-1|-1|-1", "9" * 40 + "|" + "9" * 40 + "|1|1|1", "x" * 300]
)
def test_no_line_however_odd_stops_the_others(event: str, data: str) -> None:
    """A call is put together in the page's transaction: what raises there would hold the log up for ever."""
    odd = f"1005|c1|DE|Ada|{event}|{data}"
    assert call_of(ENTER, odd, CONNECT)[0].arrived_at == 1000
    assert all(from_at >= 1000 - 10**9 // 1000 for _, from_at, _ in states_of(ENTER, odd, CONNECT))


@pytest.mark.parametrize(
    "line",
    [
        "1100|c1|DE|Ada|BLINDTRANSFER|0305550199|from-internal|10|90|1",
        "1100|c1|DE|Ada|ATTENDEDTRANSFER|LINK|SIP/0305550199-1|Local/0305550199@x|10|90|1",
        "1100|NONE|NONE|Ada|AGENTCALLBACKLOGIN|0305550199@agents",
        "1100|c1|NONE|NONE|ENTERQUEUE||0305550199|1|Erika 0305550199",
        "1100|c1|DE|Ada|OUTCALL|ANSWERED|10|0305550199",
        "1100|c1|DE|NONE|WITHDRAW|1|1|10|told 0305550199",
    ],
)
def test_no_number_that_was_dialled_is_kept(line: str) -> None:
    """Callers are not the only people with telephone numbers."""
    made = [
        record
        for record in normalise_line(f"0|{line}".encode(), context())
        if type(record).__name__ != "CustomerIdentity"
    ]
    assert "5550199" not in repr(made)
    if "TRANSFER" in line:
        _, legs = call_of(ENTER, CONNECT, line)
        assert (legs[0].talk_s, legs[0].transferred_to_id is None) == (90, False)


def test_two_calls_at_once_are_talk_until_the_later_one_ends() -> None:
    """A second line on the phone is no idle time."""
    lines = ["1000|c1|DE|Ada|CONNECT|1|x|0", "1050|c2|DE|Ada|CONNECT|1|x|0", "1060|c1|DE|Ada|COMPLETECALLER|1|60|1"]
    assert states_of(*lines, "1090|c2|DE|Ada|COMPLETECALLER|1|40|1") == [
        ("talk", 1000, 1050),
        ("talk", 1050, 1090),
        ("idle", 1090, None),
    ]


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
    assert made == [("ringing", 1006, 1010), ("idle", 900, 1010), ("talk", 1010, 1050)]


def test_a_wrap_up_pause_is_after_call_work_of_the_last_call() -> None:
    """Occupancy counts after-call work as work."""
    lines = [CONNECT, "1100|c1|DE|Ada|COMPLETECALLER|10|90|1", "1100|NONE|DE|Ada|PAUSE|Wrap-Up"]
    made = states_of(*lines, "1130|NONE|DE|Ada|UNPAUSE|")
    assert made == [("ringing", 1006, 1010), ("talk", 1010, 1100), ("acw", 1100, 1130), ("idle", 1130, None)]


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
