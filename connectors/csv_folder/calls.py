"""A row of a call list becomes a call and, where it came to a queue or an agent, the visit."""

from collections.abc import Iterator, Mapping

from connectors import Call, CallLeg, LegOutcome, Record
from connectors.csv_folder.fields import Target, targets_of
from connectors.csv_folder.making import IDENTITIES, Found, made, named

# Of the visit's fields those that a row of a call list can tell; the call has talk_s, hold_s and acw_s itself.
OF_THE_VISIT = (
    "queue_id", "agent_id", "enqueued_at", "ring_started_at", "answered_at", "wait_s", "ring_s", "rings",
    "rings_missed", "in_hours", "transfer_kind", "is_system_drop",
)  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "direction": {
        "in": "inbound", "incoming": "inbound", "eingehend": "inbound", "out": "outbound", "outgoing": "outbound",
        "ausgehend": "outbound", "int": "internal", "intern": "internal",
    },
    "outcome": {
        "connected": "answered", "completed": "answered", "handled": "answered", "angenommen": "answered",
        "hangup": "abandoned", "hung up": "abandoned", "lost": "abandoned", "missed": "abandoned",
        "unanswered": "no_answer", "no answer": "no_answer", "noanswer": "no_answer", "verpasst": "abandoned",
        "aufgelegt": "abandoned", "engaged": "busy", "error": "failed", "congestion": "failed",
    },
}  # fmt: skip
LEFT_BY: Mapping[str, LegOutcome] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "voicemail": "flow_out_voicemail",
    "callback": "flow_out_callback",
    "overflow_external": "flow_out_overflow",
    "no_answer": "abandoned",
}


def call_targets() -> dict[str, Target]:
    """The fields of a call list beside those of the call itself."""
    of_the_visit = targets_of(CallLeg)
    found = {name: target for name, target in of_the_visit.items() if target.field in OF_THE_VISIT}
    return found | IDENTITIES


def make_call(found: Found) -> Iterator[Record]:
    """The call and its visit to a queue, or to an agent where the list names no queues.

    Who hung up before a queue was reached gave up in the menu, if the list tells when queues are entered. An answered
    call that never waited entered its queue when it was answered."""
    values = found.values
    direction = values["direction"] = found.get("direction") or "inbound"
    arrived_at = found.needed("arrived_at")
    is_answered = _is_answered(found)
    outcome = found.get("outcome")
    if outcome is None and is_answered is not None:
        outcome = "answered" if is_answered else "abandoned" if direction == "inbound" else "no_answer"
    if is_answered is None:
        is_answered = outcome == "answered"
    enqueued_at, tells_entry = found.get("enqueued_at"), "enqueued_at" in values
    if outcome == "abandoned" and enqueued_at is None and tells_entry:
        outcome = "abandoned_ivr"
    values["outcome"] = outcome
    values["precision"] = "import"
    if outcome == "answered" and values.get("total_wait_s") is None and found.get("wait_s") is not None:
        values["total_wait_s"] = found.get("wait_s")
    leg = _visit(found, outcome, arrived_at, enqueued_at) if _has_visit(found, outcome, tells_entry) else None
    if leg is None:
        values.pop("queue_id", None)
    yield from named(found)
    ended_at = found.get("ended_at")
    yield made(Call, found, source_updated_at=ended_at or arrived_at, legs=int(leg is not None))
    if leg is not None:
        yield leg


def _is_answered(found: Found) -> bool | None:
    """Whether somebody answered, by the moment of the answer where the list tells no outcome."""
    if found.get("outcome") is not None:
        return bool(found.get("outcome") == "answered")
    if "answered_at" in found.values:
        return found.get("answered_at") is not None
    if "talk_s" in found.values and found.get("talk_s") is not None:
        return bool(found.get("talk_s") > 0)
    return None


def _has_visit(found: Found, outcome: str | None, tells_entry: bool) -> bool:
    if outcome not in LEFT_BY:
        return False
    if outcome == "answered":
        return True
    return found.get("enqueued_at") is not None if tells_entry else found.get("queue_id") is not None


def _visit(found: Found, outcome: str | None, arrived_at: int, enqueued_at: int | None) -> CallLeg:
    wait_s, answered_at = found.get("wait_s"), found.get("answered_at")
    is_answered = outcome == "answered"
    is_queue = found.get("queue_id") is not None or enqueued_at is not None
    if enqueued_at is None and is_queue:
        if answered_at is not None and wait_s is not None:
            enqueued_at = answered_at - wait_s
        else:
            enqueued_at = arrived_at + (found.get("ivr_s") or 0)
    if answered_at is None and is_answered and wait_s is not None and enqueued_at is not None:
        answered_at = enqueued_at + wait_s
    # A clock that was set between two stamps makes no wait.
    ended_at = found.get("ended_at")
    return CallLeg(
        call_id=found.values["id"],
        seq=0,
        kind="queue" if is_queue else "agent",
        queue_id=found.get("queue_id"),
        agent_id=found.get("agent_id") if is_answered else None,
        enqueued_at=enqueued_at,
        ring_started_at=found.get("ring_started_at"),
        answered_at=answered_at if is_answered else None,
        ended_at=ended_at,
        wait_s=wait_s,
        ring_s=found.get("ring_s"),
        talk_s=found.get("talk_s") if is_answered else None,
        hold_s=found.get("hold_s") if is_answered else None,
        acw_s=found.get("acw_s") if is_answered else None,
        outcome=LEFT_BY[outcome or ""],
        transfer_kind=found.get("transfer_kind"),
        in_hours=found.get("in_hours"),
        rings=found.get("rings"),
        rings_missed=found.get("rings_missed"),
        is_system_drop=found.get("is_system_drop"),
    )
