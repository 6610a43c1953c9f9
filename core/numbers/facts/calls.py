"""One customer call: its own row, one for each visit to a queue, and what it is as a contact."""

from collections.abc import Sequence
from typing import NamedTuple

from core.numbers.facts.call_rows import CallRow, LegRow
from core.numbers.facts.contacts import contact_row
from core.numbers.facts.ground import Ground
from core.numbers.facts.rows import SurveyRow, opened_ticket
from core.numbers.facts.status import Row
from core.numbers.facts.surveys import Offer, survey_rows
from core.numbers.facts.visits import CHANNEL, Handled, handled, in_hours, queue_leg, sane, wait

# The caller stood in a queue and was not spoken to: he tried, and whoever spoke to him next did not begin anew.
TRIED = frozenset({"abandoned", "voicemail", "callback", "overflow_external"})
CALLBACK_TRIES = 3


class Ticketed(NamedTuple):
    """A ticket that belongs to the call."""

    uid: str
    created_at: int | None
    contact_reason: str | None


class Callback(NamedTuple):
    """A try to call back who asked for it."""

    at: int
    is_connected: int


class CallFacts(NamedTuple):
    """Rows by fact table, the tables named as in the store."""

    call_facts: list[Row]
    queue_legs: list[Row]
    contact_facts: list[Row]
    handled_facts: list[Row]
    survey_facts: list[Row]


NOTHING = CallFacts([], [], [], [], [])


def derive_call(
    call: CallRow,
    legs: Sequence[LegRow],
    ground: Ground,
    tickets: Sequence[Ticketed] = (),
    callbacks: Sequence[Callback] = (),
    surveys: Sequence[SurveyRow] = (),
) -> CallFacts:
    """All that a call feeds."""
    days, reporting = ground.days, ground.reporting
    inbound = call.direction == "inbound"
    visits = [leg for leg in legs if leg.kind == "queue" and leg.enqueued_at is not None]
    answered = [leg for leg in legs if leg.kind in ("queue", "agent") and leg.outcome == "answered"]
    entry = visits[0] if visits else None
    first = answered[0] if answered else None
    is_answered = bool(answered) or call.outcome == "answered"
    is_test = _is_test(call, visits, ground)
    opened = [in_hours(leg, ground) for leg in visits]
    worked = [handled(leg, reporting.acw_cap_s) for leg in answered]
    whole = _all(call, worked, reporting.acw_cap_s)
    moved = [_is_moved(leg, following) for leg, following in zip(legs, (*legs[1:], None), strict=False)]
    transfers = call.transfers if call.transfers is not None else sum(moved)
    is_transferred = any(moved) or (not answered and bool(call.is_transferred))
    known = ground.queues.get(entry.queue_uid or "") if entry is not None else None
    queue_uid, team_uid = (entry.queue_uid if entry is not None else None), (known.team_uid if known else None)
    answered_at = first.answered_at if first is not None else None
    agent_uid = first.agent_uid if first is not None else None
    asked_back = call.outcome == "callback" or any(leg.outcome == "flow_out_callback" for leg in visits)
    reached = _is_reached(call, callbacks)
    ticket_uid = call.ticket_uid if call.ticket_uid is not None else tickets[0].uid if len(tickets) == 1 else None
    fact: Row = (
        call.uid, call.source, call.direction, call.line_uid, queue_uid, team_uid, agent_uid, CHANNEL,
        call.customer_uid, call.person_uid, ticket_uid, call.arrived_at, ground.day_on(call.arrived_at),
        days.slot(call.arrived_at), answered_at, None if answered_at is None else ground.day_on(answered_at),
        call.ended_at, call.outcome, int(inbound and any(opened)), int(inbound and is_answered),
        int(inbound and (call.outcome == "out_of_hours" or (bool(visits) and not any(opened)))), int(is_test),
        int(inbound and not visits and not is_answered and _is_in_ivr(call)), int(is_answered),
        int(is_transferred), transfers, len(answered), _total_wait(call, visits), whole.talk_s, whole.hold_s,
        whole.acw_s, whole.handle_s, call.callback_of_uid, int(asked_back), int(reached) if asked_back else None, 0,
        call.ivr_s, call.ivr_steps, call.ivr_exit, call.charge_minor, call.currency, call.precision,
    )  # fmt: skip
    queue_legs = []
    if inbound:
        queue_legs = [
            queue_leg(call, leg, place, is_open, is_test, _is_moved_at(legs, leg, moved), legs, ground)
            for place, (leg, is_open) in enumerate(zip(visits, opened, strict=True))
            if leg.outcome is not None
        ]
    is_contact = inbound and not is_test
    return CallFacts(
        [fact],
        queue_legs,
        _contact(call, tickets, ground, team_uid, queue_uid, is_answered=is_answered) if is_contact else [],
        _handled_rows(call, answered, ground, team_uid) if is_contact else [],
        _surveys(call, surveys, ground, team_uid, agent_uid) if surveys else [],
    )


def _is_in_ivr(call: CallRow) -> bool:
    return call.outcome == "abandoned_ivr" or call.ivr_exit in ("contained", "abandon")


def _is_test(call: CallRow, visits: Sequence[LegRow], ground: Ground) -> bool:
    """Whether it came over a test line or into a test queue; lines are known by the vendor's id or the whole uid."""
    line = call.line_uid
    numbers = ground.reporting.test_numbers
    if line is not None and (line in numbers or line.partition(":")[2] in numbers):
        return True
    return any(known.is_test for leg in visits if (known := ground.queues.get(leg.queue_uid or "")) is not None)


def _all(call: CallRow, worked: Sequence[Handled], cap_s: int) -> Handled:
    """The call's legs together; the call's own figures where the legs tell none."""

    def total(values: Sequence[int | None], own: int | None) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else sane(own)

    acw_s = total([leg.acw_s for leg in worked], None if call.acw_s is None else min(call.acw_s, cap_s))
    return Handled(
        total([leg.talk_s for leg in worked], call.talk_s), total([leg.hold_s for leg in worked], call.hold_s), acw_s,
        any(leg.is_capped for leg in worked),
    )  # fmt: skip


def _is_moved(leg: LegRow, following: LegRow | None) -> bool:
    """Whether an agent, having answered, passed the call to another queue, department or number."""
    if leg.outcome != "answered" or leg.transfer_kind is None:
        return False
    target = leg.transferred_to_uid or (following.queue_uid if following is not None else None)
    return target is None or target != leg.queue_uid


def _is_moved_at(legs: Sequence[LegRow], leg: LegRow, moved: Sequence[bool]) -> bool:
    return moved[legs.index(leg)]


def _total_wait(call: CallRow, visits: Sequence[LegRow]) -> int | None:
    if call.total_wait_s is not None:
        return sane(call.total_wait_s)
    waits = [wait_s for leg in visits if (wait_s := wait(leg)) is not None]
    return sum(waits) if waits else None


def _is_reached(call: CallRow, callbacks: Sequence[Callback]) -> bool:
    """Within the promise, if there was one, and by the third try."""
    promised_at = call.callback_promised_at
    return any(
        back.is_connected and (promised_at is None or back.at <= promised_at) for back in callbacks[:CALLBACK_TRIES]
    )


def _contact(
    call: CallRow,
    tickets: Sequence[Ticketed],
    ground: Ground,
    team_uid: str | None,
    queue_uid: str | None,
    *,
    is_answered: bool,
) -> list[Row]:
    """The call as a contact of its caller, unless a ticket came out of it, which then is the contact."""
    if not is_answered and call.outcome not in TRIED:
        return []
    for ticket in tickets:
        if ticket.created_at is not None and opened_ticket(call.arrived_at, call.ended_at, ticket.created_at):
            return []
    reason = tickets[0].contact_reason if len(tickets) == 1 else None
    return [
        contact_row(
            "call", call.uid, call.person_uid, (call.source, CHANNEL, team_uid, queue_uid),
            (reason, None, "human" if is_answered else "none"), call.arrived_at, ground.day_on(call.arrived_at),
            ground.reporting.fcr_window_days, is_stockout=reason in ground.stockouts, is_attempt=not is_answered,
            is_eligible=is_answered,
            is_resolved=is_answered,
        )
    ]  # fmt: skip


def _handled_rows(call: CallRow, answered: Sequence[LegRow], ground: Ground, team_uid: str | None) -> list[Row]:
    """One row a queue and day in which somebody answered; the first one stands for the company's total."""
    made: dict[tuple[str, str], list[LegRow]] = {}
    for leg in answered:
        at = leg.answered_at if leg.answered_at is not None else call.arrived_at
        made.setdefault((ground.day_on(at), leg.queue_uid or ""), []).append(leg)
    rows: list[Row] = []
    for (day, queue_uid), legs in made.items():
        known = ground.queues.get(queue_uid)
        is_total = not any(row[1] == day for row in rows)
        rows.append(
            (
                f"call:{call.uid}", day, call.source, CHANNEL, known.team_uid if known else team_uid, queue_uid,
                legs[0].agent_uid, "call", len(legs), int(is_total),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row[1], row[5]))


def _surveys(
    call: CallRow, surveys: Sequence[SurveyRow], ground: Ground, team_uid: str | None, agent_uid: str | None
) -> list[Row]:
    """Surveys asked on the phone are credited to whoever answered the call."""
    dims: Row = (call.source, None, team_uid, CHANNEL, None, None, None, None, "human")

    def credit(row: SurveyRow, _: Offer) -> str | None:
        return row.agent_uid if row.agent_uid is not None else agent_uid

    def is_dropped(row: SurveyRow) -> bool:
        return row.customer_uid in ground.staff.members

    return survey_rows(
        dims, surveys, ground.reporting.survey_frozen_days * 86_400, credit, ground.day_on, is_dropped=is_dropped
    )
