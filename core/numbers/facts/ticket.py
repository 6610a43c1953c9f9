"""One ticket: from its base rows to the rows of every fact table that it feeds."""

from collections.abc import Sequence
from typing import NamedTuple

from core.clock import DAY_S
from core.numbers.calendars import Assignment
from core.numbers.facts.backlog import move_rows, span_rows
from core.numbers.facts.contacts import contact_row
from core.numbers.facts.exclusions import UNASKED, UNTIMED, began, exclusion, is_internal
from core.numbers.facts.first_reply import first_reply, first_reply_told, holds_opening
from core.numbers.facts.ground import DayOn, Ground
from core.numbers.facts.handled import ticket_handled
from core.numbers.facts.history import History, unsaid
from core.numbers.facts.life import Life, lived
from core.numbers.facts.owners import Owners, owned
from core.numbers.facts.replies import Deed, Talk, next_waits, talked, touches
from core.numbers.facts.resolution import UNTOLD, Resolution, resolution_told, resolved
from core.numbers.facts.rows import EventRow, LinkedCall, MessageRow, SlaRow, SurveyRow, TicketRow
from core.numbers.facts.sla import sla_rows
from core.numbers.facts.status import Row, interval_rows
from core.numbers.facts.surveys import Offer, credited, survey_rows
from core.numbers.facts.vendor import Figures, outlined, whole

FACTS_VERSION = 1
NO_LIFE = Life([], [], [], [], "other", None, None, None, False)


class TicketFacts(NamedTuple):
    """Rows by fact table, the tables named as in the store."""

    ticket_facts: list[Row]
    status_intervals: list[Row]
    assignment_intervals: list[Row]
    ticket_schedules: list[Row]
    solve_facts: list[Row]
    reply_wait_facts: list[Row]
    backlog_moves: list[Row]
    backlog_spans: list[Row]
    survey_facts: list[Row]
    sla_facts: list[Row]
    contact_facts: list[Row]
    handled_facts: list[Row]


NOTHING = TicketFacts([], [], [], [], [], [], [], [], [], [], [], [])


def derive_ticket(
    ticket: TicketRow,
    history: History,
    events: Sequence[EventRow],
    messages: Sequence[MessageRow],
    ground: Ground,
    calls: Sequence[LinkedCall] = (),
    surveys: Sequence[SurveyRow] = (),
    targets: Sequence[SlaRow] = (),
    figures: Figures | None = None,
) -> TicketFacts:
    """All that a ticket feeds; nothing where only its id is known. ``history`` is what `told` makes of its events.

    ``figures`` are the vendor's, used where the events are incomplete (precision ``stat``), never mixed with them.
    """
    uid, created_at = ticket.uid, ticket.created_at
    if created_at is None:
        return NOTHING
    staff, reporting, day_on = ground.staff, ground.reporting, ground.day_on
    figures = figures or {}
    is_complete = history.is_complete
    talk = talked(ticket, events, messages, calls, staff)
    if is_complete:
        life = lived(created_at, history.initial, history.steps)
        owners = owned(ticket, events, staff, ground.tiers, reporting.routing_s)
        precision = _worst(events)
    else:
        outline = outlined(ticket, figures)
        life = NO_LIFE._replace(category=ticket.status_category or "other")
        if outline is not None:
            initial, steps = outline
            steps = sorted([*steps, *unsaid(ticket, steps, created_at)], key=lambda step: step.at)
            life = lived(created_at, initial, steps, "stat")
        owners = Owners([(ticket.assignee_uid, ticket.team_uid, created_at, None)], None, 0, 0, None)
        precision = "stat"

    is_outbound, on_behalf = began(ticket, talk, staff)
    internal = is_internal(ticket, staff)
    reason = exclusion(ticket, life, is_internal=internal, is_outbound=is_outbound)
    handled_by = "human" if talk.deeds or talk.answers else "bot" if talk.has_bot else "none"
    kinds = {event[1] for event in events}
    schedule_rows: list[Row] = []
    assignments: list[Assignment] = []
    if "schedule" in kinds:
        schedule_rows, assignments = _schedules(uid, created_at, events)
    business = ground.business(assignments, ticket.team_uid)
    status_rows = interval_rows(uid, life.intervals, business)
    handed_off_at = None
    if "handoff" in kinds:
        handed_off_at = next(event[0] for event in events if event[1] == "handoff")
    if is_complete:
        done = resolved(created_at, life, status_rows, talk.answers, business)
    else:
        done = resolution_told(created_at, life, figures)
    by_words = is_complete or holds_opening(ticket, talk)
    if by_words:
        reply = first_reply(ticket, talk, handed_off_at, business, is_outbound=is_outbound, on_behalf=on_behalf)
        human_replies = len(talk.answers)
    else:
        reply = first_reply_told(ticket, figures, is_outbound=is_outbound)
        human_replies = whole(figures, "replies") or 0
    first_assigned_at = owners.first_assigned_at
    if first_assigned_at is None and done.first_at is not None and reply.replied_at is not None:
        first_assigned_at = reply.replied_at
    people, teams = owners.people, owners.teams
    if not is_complete:
        first_assigned_at = whole(figures, "initially_assigned_at")
        people, teams = whole(figures, "assignee_stations") or 0, whole(figures, "group_stations") or 0
    if handled_by == "none" and not is_complete:
        # What was done to it is not known; that a person has it, or answered, is.
        has_person = ticket.assignee_uid is not None and staff.is_person(ticket.assignee_uid)
        handled_by = "human" if has_person or human_replies or reply.replied_at is not None else "none"
    is_timed = reason not in UNTIMED
    is_human = handled_by == "human"
    is_counted = reason is None
    dims: Row = (
        ticket.source, ticket.brand, ticket.team_uid, ticket.channel or "other", ticket.priority, ticket.contact_reason,
        ticket.customer_type, ticket.language if ticket.language is not None else ticket.customer_language, handled_by,
    )  # fmt: skip
    served = human_replies + (1 if talk.born_of is not None else 0)
    one_touch = None
    if done.is_solved and is_timed and is_human and served:
        one_touch = int(served == 1 and not done.reopens)
    has_waited = any(row[2] in ("pending", "hold") for row in status_rows)
    is_kept = is_timed and is_human
    times = done if is_kept else UNTOLD

    is_spoken_for = is_counted or reason == "outbound"
    waits = []
    if is_spoken_for and by_words and reply.served_at is not None:
        waits = next_waits(talk.asked, talk.answers, reply.served_at)
    fact: Row = (
        uid, *dims, ticket.assignee_uid, ticket.requester_uid, created_at, day_on(created_at), int(is_counted), reason,
        int(is_outbound), int(internal), int(on_behalf), int(ticket.parent_uid is not None),
        ticket.followup_of_uid, life.category if life.intervals else ticket.status_category or "other",
        talk.deeds[0][0] if talk.deeds else None, handed_off_at,
        life.merged_at, _day(life.merged_at, day_on), reply.started_at,
        reply.replied_at, _day(reply.replied_at, day_on), reply.replier_uid,
        reply.took_s if is_timed else None, reply.took_business_s if is_timed else None,
        reply.handoff_s if is_timed else None, reply.compat_s if is_timed else None,
        int(reply.is_counted and is_counted),
        first_assigned_at, _day(first_assigned_at, day_on),
        first_assigned_at - created_at if first_assigned_at is not None and is_timed else None,
        done.first_at, _day(done.first_at, day_on), done.last_at, _day(done.last_at, day_on), int(done.is_solved),
        int(is_counted and done.first_at is not None), 0,
        times.first_s, times.first_business_s, times.full_s, times.full_business_s, *times.spent,
        human_replies, touches(talk.deeds), done.reopens, done.effective_reopens, done.first_reopened_at,
        int(done.is_reopened), int(done.is_effectively_reopened), people, teams,
        one_touch, None if one_touch is None else int(one_touch and not has_waited),
        int(done.first_at is not None and day_on(done.first_at) == day_on(created_at)),
        owners.escalated_at, _day(owners.escalated_at, day_on),
        _contained(done, handled_by) if talk.has_bot else None,
        int("field" in kinds and _is_corrected(events)), life.closed_at, ticket.deleted_at or life.deleted_at, int(is_complete), precision,
        FACTS_VERSION, ground.now_at,
    )  # fmt: skip

    never_waits = ticket.is_test or ticket.is_suspended or internal
    span_at = talk.asked if by_words else []
    return TicketFacts(
        ticket_facts=[fact],
        status_intervals=status_rows,
        assignment_intervals=[(uid, seq, *owner) for seq, owner in enumerate(owners.spans)],
        ticket_schedules=schedule_rows,
        solve_facts=[
            (
                uid, seq, *dims, solve.actor_uid, solve.at, day_on(solve.at), int(seq == 0), int(is_counted), 0,
                solve.reopened_at,
            )
            for seq, solve in enumerate(life.solves)
        ],
        reply_wait_facts=[
            (
                uid, seq, *dims, agent_uid, asked_at, replied_at, day_on(replied_at), replied_at - asked_at,
                business(asked_at, replied_at),
            )
            for seq, (asked_at, replied_at, agent_uid) in enumerate(waits)
        ],
        backlog_moves=[] if never_waits else move_rows(uid, dims, life, owners.spans, day_on),
        backlog_spans=[]
        if never_waits
        else span_rows(uid, dims, created_at, life, owners.spans, span_at, reply.served_at, staff, day_on),
        survey_facts=_surveys(dims, surveys, ground, life, owners, reason, is_complete=is_complete) if surveys else [],
        sla_facts=sla_rows(
            uid, dims, targets, reply.replied_at, ground.calendar(assignments, ticket.team_uid), ground.now_at, day_on,
            is_outbound=is_outbound,
        )
        if targets and is_spoken_for
        else [],
        contact_facts=_contact(ticket, dims, talk, done, ground, len(waits), reason, human_replies),
        handled_facts=ticket_handled(uid, dims, _words(talk, is_outbound=is_outbound), calls, day_on)
        if is_spoken_for
        else [],
    )  # fmt: skip


def _worst(events: Sequence[EventRow]) -> str:
    found = {event[7] for event in events}
    if len(found) == 1:
        return found.pop()
    return next((precision for precision in ("import", "poll", "stat") if precision in found), "exact")


def _day(at: int | None, day_on: DayOn) -> str | None:
    return None if at is None else day_on(at)


def _schedules(uid: str, created_at: int, events: Sequence[EventRow]) -> tuple[list[Row], list[Assignment]]:
    """Rows of ticket_schedules, and the same as assignments; before the first change the schedule that it replaced."""
    changes = [(event[0], event[3], event[4]) for event in events if event[1] == "schedule"]
    found = [(created_at, changes[0][1])] + [(max(at, created_at), new) for at, _, new in changes]
    ends: list[int | None] = [*(at for at, _ in found[1:]), None]
    assignments = [
        (schedule_uid, from_at, to_at)
        for (from_at, schedule_uid), to_at in zip(found, ends, strict=True)
        if schedule_uid is not None and (to_at is None or to_at > from_at)
    ]
    return [(uid, from_at, schedule_uid, to_at) for schedule_uid, from_at, to_at in assignments], assignments


def _is_corrected(events: Sequence[EventRow]) -> bool:
    """Whether the contact reason was changed after it had been set."""
    return any(
        event[2] == "contact_reason" and event[3] is not None and event[4] not in (None, event[3]) for event in events
    )


def _surveys(
    dims: Row, surveys: Sequence[SurveyRow], ground: Ground, life: Life, owners: Owners, reason: str | None,
    *, is_complete: bool,
) -> list[Row]:  # fmt: skip
    def credit(row: SurveyRow, offer: Offer) -> str | None:
        return credited(offer, row, life.solves, owners.spans) if is_complete else None

    def is_dropped(row: SurveyRow) -> bool:
        return reason in UNASKED or row.customer_uid in ground.staff.members

    frozen_s = ground.reporting.survey_frozen_days * DAY_S
    return survey_rows(dims, surveys, frozen_s, credit, ground.day_on, is_dropped=is_dropped)


def _contact(
    ticket: TicketRow,
    dims: Row,
    talk: Talk,
    done: Resolution,
    ground: Ground,
    waits: int,
    reason: str | None,
    human_replies: int,
) -> list[Row]:
    """The ticket as a contact of its requester; one that was merged away still repeats others (metrics §2)."""
    if reason not in (None, "merged") or ticket.created_at is None:
        return []
    source, _, team, channel, _, _, customer_type, _, handled_by = dims
    happened_at = ticket.created_at
    if talk.opening_call is not None:
        happened_at = min(happened_at, talk.opening_call.arrived_at)
    is_resolved = done.is_solved and not done.effective_reopens
    if handled_by != "bot":
        is_resolved = is_resolved and (waits == 0 if talk.born_of is not None else human_replies == 1)
    row = contact_row(
        "ticket", ticket.uid, ticket.person_uid, (source, channel, team, None),
        (ticket.contact_reason, customer_type, handled_by), happened_at, ground.day_on(happened_at),
        ground.reporting.fcr_window_days, is_attempt=False,
        is_eligible=reason is None and handled_by != "bot", is_resolved=is_resolved,
    )  # fmt: skip
    return [row]


def _contained(done: Resolution, handled_by: str) -> int:
    return int(handled_by == "bot" and done.is_solved and not done.effective_reopens)


def _words(talk: Talk, *, is_outbound: bool) -> Sequence[Deed]:
    """The answers of people, and the message by which one of them began."""
    if is_outbound and talk.opened_at is not None and talk.deeds:
        return [(talk.opened_at, talk.deeds[0][1]), *talk.answers]
    return talk.answers
