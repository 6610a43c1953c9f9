"""One conversation at a time: rounding, odd words, numbers, and who did what to whom."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from connectors import AgentState, BadRow, Call, CallLeg, Context, Customer, CustomerIdentity, Line, Record, Survey
from connectors.genesys_cloud.calls import normalise_conversation
from connectors.genesys_cloud.rows import ConversationRow

Records = Callable[..., list[Record]]
CALLER = "tel:+4930555081001"
LINE = "tel:+493055507000"


def at(seconds: float) -> str:
    """So many seconds after ten o'clock."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"2026-11-17T10:{whole // 60:02d}:{whole % 60:02d}.{ms:03d}Z"


def segment(
    kind: str, begin: float, end: float | None, queue: str | None = None, cause: str | None = None
) -> dict[str, Any]:
    told = {"segmentType": kind, "segmentStart": at(begin), "queueId": queue, "disconnectType": cause}
    return told | ({} if end is None else {"segmentEnd": at(end)})


def party(
    purpose: str, *segments: Mapping[str, Any], user: str | None = None, medium: str = "voice", **metrics: Any
) -> dict[str, Any]:
    told = [{"name": name, "value": value, "emitDate": at(60)} for name, value in metrics.items()]
    session: dict[str, Any] = {
        "sessionId": f"{purpose}-{segments[0]['segmentStart']}",
        "mediaType": medium,
        "direction": "inbound",
    }
    session |= {"ani": CALLER, "dnis": LINE, "segments": list(segments), "metrics": told}
    return {"purpose": purpose, "userId": user, "sessions": [session]}


def conversation(*parties: Mapping[str, Any], ended: float | None = 120, **more: Any) -> dict[str, Any]:
    row = {
        "conversationId": "c-1",
        "conversationStart": at(0),
        "originatingDirection": "inbound",
        "participants": parties,
    }
    return row | ({} if ended is None else {"conversationEnd": at(ended)}) | more


CUSTOMER = party("customer", segment("interact", 0, 100, cause="endpoint"))
QUEUE = party("acd", segment("interact", 5, 25.999, "q-1", "transfer"), nOffered=1, tAcd=20_999, tAnswered=20_999)
AGENT = party(
    "agent", segment("alert", 20, 25.999, "q-1"), segment("interact", 25.999, 100, "q-1", "peer"),
    segment("wrapup", 100, 110, "q-1"), user="u-1", tAlert=5_999, tTalkComplete=74_001, tAcw=10_000, tHandle=84_001,
)  # fmt: skip


@pytest.fixture
def made(records: Records, context: Callable[..., Context]) -> Callable[..., list[Record]]:
    def of(*parties: Mapping[str, Any], ctx: Context | None = None, **more: Any) -> list[Record]:
        return records(conversation(*parties, **more), ConversationRow, normalise_conversation, ctx or context())

    return of


def one(found: Sequence[Record], kind: type[Record]) -> Any:
    (record,) = [record for record in found if type(record) is kind]
    return record


def test_milliseconds_become_seconds_rounded_down_once(made: Records) -> None:
    """20.999 s is within 21 and not within 20 at both of us; rounded up it would be neither's figure."""
    found = made(CUSTOMER, QUEUE, AGENT)
    leg, call = one(found, CallLeg), one(found, Call)
    assert (leg.wait_s, leg.ring_s, leg.talk_s, leg.hold_s, leg.acw_s) == (20, 5, 74, 0, 10)
    assert leg.answered_at - leg.enqueued_at == 20
    assert (call.total_wait_s, call.talk_s, call.hold_s, call.acw_s, call.outcome) == (20, 74, 0, 10, "answered")
    assert call.hangup_by == "customer"


def test_what_is_not_over_is_not_known(made: Records) -> None:
    """No hold so far is not no hold; no end is not an end at midnight."""
    talking = party(
        "agent", segment("alert", 20, 26, "q-1"), segment("interact", 26, None, "q-1"), user="u-1", tAlert=6_000
    )
    found = made(party("customer", segment("interact", 0, None)), QUEUE, talking, ended=None)
    leg, call = one(found, CallLeg), one(found, Call)
    assert (leg.outcome, leg.talk_s, leg.hold_s, leg.acw_s, leg.ended_at) == ("answered", None, None, None, None)
    assert (call.ended_at, call.hangup_by, call.talk_s) == (None, None, None)
    waiting = party("acd", segment("interact", 5, None, "q-1"), nOffered=1)
    found = made(party("customer", segment("interact", 0, None)), waiting, ended=None)
    assert (one(found, CallLeg).outcome, one(found, Call).outcome) == (None, None)


def test_who_is_in_the_menu_or_records_a_message_has_no_outcome_yet(made: Records) -> None:
    """Counted as lost, or as a message, a minute before the agent takes the call."""
    listening = party("customer", segment("interact", 0, None))
    menu = party("ivr", segment("ivr", 0, 8))
    recording = party("voicemail", segment("voicemail", 8, None))
    for parties in ([listening, menu], [listening, menu, recording]):
        assert one(made(*parties, ended=None), Call).outcome is None
    assert one(made(CUSTOMER, menu, recording), Call).outcome == "voicemail"


def test_a_later_state_of_a_call_has_a_higher_version(made: Records) -> None:
    """A job reads what a query has read hours before: the older state must not win."""
    earlier = made(CUSTOMER, QUEUE, ended=None)
    assert one(earlier, Call).version < one(made(CUSTOMER, QUEUE, AGENT), Call).version


def test_a_system_drop_is_an_abandon_of_its_own_kind(made: Records) -> None:
    """The caller did not give up; the figure is apart in the report."""
    dropped = party("acd", segment("interact", 5, 30, "q-1", "error"), nOffered=1)
    leg = one(made(CUSTOMER, dropped), CallLeg)
    assert (leg.outcome, leg.is_system_drop, leg.wait_s) == ("abandoned", True, 25)


def test_an_agent_who_did_not_answer_is_counted_as_rung(made: Records) -> None:
    """Missed rings are coached; the call itself is answered, once."""
    missed = party(
        "agent", segment("alert", 6, 18, "q-1", "noAnswerTransfer"), user="u-2", tAlert=12_000, tNotResponding=12_000
    )
    leg = one(made(CUSTOMER, QUEUE, missed, AGENT), CallLeg)
    assert (leg.agent_id, leg.rings, leg.rings_missed) == ("u-1", 2, 1)


def test_a_caller_who_gives_up_while_it_rings_is_nobodys_missed_ring(made: Records) -> None:
    """The agent had a few seconds; a missed ring would be held against them."""
    gone = party("acd", segment("interact", 5, 22, "q-1", "peer"), nOffered=1, tAbandon=17_000)
    rung = party("agent", segment("alert", 20, 22, "q-1", "peer"), user="u-1", tAlert=2_000)
    leg = one(made(party("customer", segment("interact", 0, 22, cause="endpoint")), gone, rung, ended=22), CallLeg)
    assert (leg.outcome, leg.wait_s, leg.rings, leg.rings_missed) == ("abandoned", 17, 1, 0)


def test_a_call_back_by_appointment_begins_when_it_is_dialled(made: Records) -> None:
    """Asked for on a web page at ten, dialled at four: the agent's call is at four, and nobody waited in a queue."""
    asked = party("acd", segment("interact", 0, 50, "q-1", "transfer"), medium="callback", nOffered=1)
    dialled = party(
        "agent", segment("dialing", 60, 65, "q-1"), segment("interact", 65, 90, "q-1"), user="u-1", tTalkComplete=25_000
    )
    dialled["sessions"][0]["direction"] = "outbound"
    reached = party("customer", segment("interact", 65, 90, cause="peer"))
    call = one(made(asked, dialled, reached, ended=90), Call)
    assert (call.direction, call.outcome, call.arrived_at % 3600) == ("outbound", "answered", 60)


@pytest.mark.parametrize(
    ("metric", "cause", "after", "kind", "target"),
    [
        ("nBlindTransferred", "transfer", "acd", "cold", "q-2"),
        ("nConsultTransferred", "consultTransfer", "acd", "warm", "q-2"),
        ("nTransferred", "transfer", "external", "blind_external", None),
    ],
)
def test_transfers_are_told_apart(
    made: Records, metric: str, cause: str, after: str, kind: str, target: str | None
) -> None:
    """A warm transfer costs two agents' time, one to outside is lost to our figures."""
    told: dict[str, Any] = {"user": "u-1", "tTalkComplete": 34_001, metric: 1}
    passed = party("agent", segment("interact", 25.999, 60, "q-1", cause), **told)
    follows = party(after, segment("interact", 60, 90, "q-2" if after == "acd" else None, "peer"), tAbandon=30_000)
    found = made(CUSTOMER, QUEUE, passed, follows)
    leg = next(record for record in found if isinstance(record, CallLeg) and record.agent_id == "u-1")
    assert (leg.transfer_kind, leg.transferred_to_id, leg.outcome) == (kind, target, "answered")
    assert one(found, Call).transfers == 1


@pytest.mark.parametrize(
    ("self_served", "cause", "expected"),
    [
        (False, "endpoint", ("abandoned_ivr", "abandon")),
        (True, "peer", (None, "contained")),
        (False, "peer", (None, "announcement")),
    ],
)
def test_calls_that_end_in_the_menu(
    made: Records, self_served: bool, cause: str, expected: tuple[str | None, str]
) -> None:
    """They were never offered to anybody, and are not abandoned in a queue."""
    menu = party("ivr", segment("ivr", 0, 20.5, cause="peer"), tIvr=20_500)
    caller = party("customer", segment("interact", 0, 20.5, cause=cause))
    call = one(made(caller, menu, ended=20.5, selfServed=self_served), Call)
    assert (call.outcome, call.ivr_exit) == expected
    assert call.ivr_s == 20


def test_a_call_outside_any_queue_is_the_agent_s(made: Records) -> None:
    """Direct numbers are dialled too; nobody was offered anything by a queue."""
    direct = party(
        "user",
        segment("alert", 0, 5),
        segment("interact", 5, 65, cause="client"),
        user="u-3",
        tTalkComplete=60_000,
        tHandle=60_000,
    )
    found = made(party("customer", segment("interact", 0, 65, cause="peer")), direct, ended=65)
    leg, call = one(found, CallLeg), one(found, Call)
    assert (leg.kind, leg.outcome, leg.talk_s) == ("agent", "answered", 60)
    assert (call.outcome, call.ivr_exit, call.hangup_by) == ("answered", None, "agent")


def test_a_supervisor_who_listens_takes_no_call(made: Records) -> None:
    """Monitoring would be talk time of somebody who said nothing."""
    listening = party("user", segment("monitoring", 30, 90), user="boss")
    found = made(CUSTOMER, QUEUE, AGENT, listening)
    assert [leg.agent_id for leg in found if isinstance(leg, CallLeg)] == ["u-1"]


def test_numbers_are_never_kept(made: Records, context: Callable[..., Context]) -> None:
    """The caller is known by a hash, which ties a call to a ticket of the same person; withheld ones to nobody."""
    found = made(CUSTOMER, QUEUE, AGENT)
    assert one(found, Customer).id == one(found, Call).customer_id == "phone-phone:+4930555081001"
    assert one(found, CustomerIdentity).value == "+4930555081001"
    assert one(found, Line).e164_hash == "phone:+493055507000"
    hidden = dict(CUSTOMER, sessions=[dict(CUSTOMER["sessions"][0], ani="anonymous")])
    assert one(made(hidden, QUEUE, AGENT), Call).customer_id is None
    blank = made(hidden, QUEUE, AGENT, ctx=context(is_redacted=True))
    assert not [record for record in blank if isinstance(record, Customer | Line)]


def test_a_test_line_keeps_the_id_by_which_it_is_known(made: Records, context: Callable[..., Context]) -> None:
    """Test calls are left out by the number of the line, which a hash would hide."""
    found = made(CUSTOMER, QUEUE, AGENT, ctx=context(test_numbers=frozenset({"+493055507000"})))
    assert one(found, Call).line_id == one(found, Line).id == "+493055507000"
    assert one(found, Line).is_test is True


def test_unknown_words_do_no_harm(made: Records) -> None:
    """Vendors invent words; a call must not be lost over one."""
    odd = party("hologram", segment("frozen", 1, 2), tUnheardOf=3)
    strange = party(
        "agent",
        segment("beaming", 20, 25.999, "q-1", "vanished"),
        *AGENT["sessions"][0]["segments"][1:],
        user="u-1",
        tTalkComplete=1_000,
    )
    found = made(CUSTOMER, QUEUE, odd, strange, originatingDirection="sideways")
    assert one(found, Call).outcome == "answered"
    assert {state.state for state in found if isinstance(state, AgentState)} == {"interact", "wrapup"}


def test_what_is_no_call_makes_no_record(made: Records) -> None:
    """A chat counted as call would be a call of no sound."""
    assert made(party("acd", segment("interact", 0, 5, "q-1"), medium="chat")) == []


def test_promoter_scores_come_with_their_call(made: Records) -> None:
    """The total score of a form has a scale that nobody tells, so it is left."""
    scores = [
        {
            "surveyId": "s-1",
            "surveyPromoterScore": 9,
            "surveyCompletedDate": at(300),
            "surveyType": "Voice",
            "userId": "u-1",
        },
        {"surveyId": "s-2", "oSurveyTotalScore": 77, "eventTime": at(300)},
    ]
    survey = one(made(CUSTOMER, QUEUE, AGENT, surveys=scores), Survey)
    assert (survey.kind, survey.score_raw, survey.call_id, survey.agent_id, survey.channel) == (
        "nps",
        "9",
        "c-1",
        "u-1",
        "ivr",
    )


@pytest.mark.parametrize("start", ["2026-11-17T10:00:00", "yesterday", ""])
def test_a_moment_without_a_zone_sets_the_row_aside(
    records: Records, context: Callable[..., Context], start: str
) -> None:
    """Guessing a zone would shift a day's calls."""
    with pytest.raises(BadRow):
        records(
            conversation(CUSTOMER) | {"conversationStart": start}, ConversationRow, normalise_conversation, context()
        )
