"""One ticket: from its base rows to the rows of every fact table that it feeds."""

from collections.abc import Sequence
from typing import NamedTuple

from core.clock import DAY_S
from core.numbers.facts.backlog import move_rows, span_rows
from core.numbers.facts.contacts import contact_row
from core.numbers.facts.exclusions import UNASKED, UNTIMED
from core.numbers.facts.findings import Findings, found
from core.numbers.facts.ground import DayOn, Ground
from core.numbers.facts.handled import ticket_handled
from core.numbers.facts.history import History
from core.numbers.facts.replies import Deed, Wait, next_waits, touches
from core.numbers.facts.resolution import UNTOLD
from core.numbers.facts.rows import EventRow, LinkedCall, MessageRow, SlaRow, SurveyRow, TicketRow
from core.numbers.facts.sla import sla_rows
from core.numbers.facts.status import Row
from core.numbers.facts.surveys import Offer, credited, survey_rows
from core.numbers.facts.vendor import Figures

FACTS_VERSION = 2
WAITING = frozenset({"pending", "hold"})


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
    it = found(ticket, created_at, history, events, messages, calls, figures or {}, ground)
    day_on, life, owners, dims = ground.day_on, it.life, it.owners.spans, it.dims
    waits: list[Wait] = []
    if it.is_spoken_for and it.by_words and it.reply.served_at is not None:
        waits = next_waits(it.talk.asked, it.talk.answers, it.reply.served_at)
    moves: list[Row] = []
    spans: list[Row] = []
    if not (ticket.is_test or ticket.is_suspended or it.is_internal):
        moves = move_rows(uid, dims, life, owners, day_on)
        asked = it.talk.asked if it.by_words else ()
        spans = span_rows(uid, dims, created_at, life, owners, asked, it.reply.served_at, ground.staff, day_on)
    return TicketFacts(
        ticket_facts=[_fact_row(it, ground)],
        status_intervals=it.status_rows,
        assignment_intervals=[(uid, seq, *owner) for seq, owner in enumerate(owners)],
        ticket_schedules=[(uid, from_at, schedule_uid, to_at) for schedule_uid, from_at, to_at in it.assignments],
        solve_facts=[
            (
                uid, seq, *dims, actor_uid, at, day_on(at), 0 if seq else 1, 1 if it.reason is None else 0, 0,
                reopened_at,
            )
            for seq, (at, actor_uid, reopened_at) in enumerate(life.solves)
        ],
        reply_wait_facts=[
            (
                uid, seq, *dims, agent_uid, asked_at, replied_at, day_on(replied_at), replied_at - asked_at,
                it.business(asked_at, replied_at),
            )
            for seq, (asked_at, replied_at, agent_uid) in enumerate(waits)
        ],
        backlog_moves=moves,
        backlog_spans=spans,
        survey_facts=_survey_rows(it, surveys, ground) if surveys else [],
        sla_facts=_sla_rows(it, targets, ground) if targets and it.is_spoken_for else [],
        contact_facts=_contact_rows(it, len(waits), ground),
        handled_facts=ticket_handled(uid, dims, _words(it), calls, day_on) if it.is_spoken_for else [],
    )  # fmt: skip


def _day(at: int | None, day_on: DayOn) -> str | None:
    return None if at is None else day_on(at)


def _fact_row(it: Findings, ground: Ground) -> Row:
    """The row of ticket_facts. Of tickets that never count no duration is kept, nor of what no person touched."""
    ticket, created_at, life, owners, talk, reply, done = it[:7]
    day_on, reason = ground.day_on, it.reason
    is_counted = reason is None
    is_timed = reason not in UNTIMED
    is_human = it.handled_by == "human"
    first_assigned_at = owners.first_assigned_at
    if first_assigned_at is None and done.first_at is not None and it.is_complete:
        first_assigned_at = reply.replied_at
    served = (it.human_replies or 0) + (1 if talk.on_phone else 0)
    one_touch = no_wait = None
    if done.is_solved and is_timed and is_human and served and it.human_replies is not None:
        one_touch = 1 if served == 1 and not done.reopens else 0
        no_wait = 0 if any(row[2] in WAITING for row in it.status_rows) else one_touch
    times = done if is_timed and is_human else UNTOLD
    wait = reply if is_timed else reply._replace(took_s=None, took_business_s=None, handoff_s=None, compat_s=None)
    created_on, first_on = day_on(created_at), _day(done.first_at, day_on)
    return (
        ticket.uid, *it.dims, ticket.assignee_uid, ticket.requester_uid, created_at, created_on, int(is_counted),
        reason, int(it.is_outbound), int(it.is_internal), int(it.on_behalf), int(ticket.parent_uid is not None),
        ticket.followup_of_uid, life.category, talk.deeds[0][0] if talk.deeds else None, it.handed_off_at,
        life.merged_at, _day(life.merged_at, day_on),
        wait.started_at, wait.replied_at, _day(wait.replied_at, day_on), wait.replier_uid, wait.took_s,
        wait.took_business_s, wait.handoff_s, wait.compat_s, int(wait.is_counted and is_counted),
        first_assigned_at, _day(first_assigned_at, day_on),
        first_assigned_at - created_at if first_assigned_at is not None and is_timed else None,
        done.first_at, first_on, done.last_at, _day(done.last_at, day_on), int(done.is_solved),
        int(is_counted and first_on is not None), 0,
        times.first_s, times.first_business_s, times.full_s, times.full_business_s, *times.spent,
        it.human_replies or 0, touches(talk.deeds), done.reopens, done.effective_reopens, done.first_reopened_at,
        int(done.is_reopened), int(done.is_effectively_reopened), owners.people, owners.teams, one_touch, no_wait,
        int(first_on == created_on), owners.escalated_at, _day(owners.escalated_at, day_on),
        int(_is_contained(it)) if talk.has_bot else None, int(it.is_corrected), ticket.required_fields,
        ticket.filled_fields, life.closed_at,
        ticket.deleted_at or life.deleted_at, int(it.is_complete), it.precision, FACTS_VERSION, ground.now_at,
    )  # fmt: skip


def _is_contained(it: Findings) -> bool:
    """Whether the bot solved it alone and it stayed solved."""
    return it.handled_by == "bot" and it.done.is_solved and not it.done.effective_reopens


def _survey_rows(it: Findings, surveys: Sequence[SurveyRow], ground: Ground) -> list[Row]:
    def credit(row: SurveyRow, offer: Offer) -> str | None:
        return credited(offer, row, it.life.solves, it.owners.spans) if it.is_complete else None

    def is_dropped(row: SurveyRow) -> bool:
        return it.reason in UNASKED or row.customer_uid in ground.staff.members

    frozen_s = ground.reporting.survey_frozen_days * DAY_S
    return survey_rows(it.dims, surveys, frozen_s, credit, ground.day_on, is_dropped=is_dropped)


def _sla_rows(it: Findings, targets: Sequence[SlaRow], ground: Ground) -> list[Row]:
    calendar = ground.calendar(it.assignments, it.ticket.team_uid)
    return sla_rows(
        it.ticket.uid, it.dims, targets, it.reply.replied_at, calendar, ground.now_at, ground.day_on,
        is_outbound=it.is_outbound,
    )  # fmt: skip


def _contact_rows(it: Findings, waits: int, ground: Ground) -> list[Row]:
    """The ticket as a contact of its requester; one that was merged away still repeats others (metrics §2)."""
    if it.reason not in (None, "merged"):
        return []
    ticket, talk, done = it.ticket, it.talk, it.done
    source, _, team, channel, _, _, customer_type, _, handled_by = it.dims
    happened_at = it.created_at
    if talk.opening_call is not None:
        happened_at = min(happened_at, talk.opening_call.arrived_at)
    # Bot-only is out of first contact resolution, yet a contact that can be repeated.
    if handled_by == "bot":
        is_resolved = _is_contained(it)
    else:
        answered_once = waits == 0 if talk.on_phone else it.human_replies == 1
        is_resolved = done.is_solved and not done.effective_reopens and answered_once
    row = contact_row(
        "ticket", ticket.uid, ticket.person_uid, (source, channel, team, None),
        (ticket.contact_reason, customer_type, handled_by), happened_at, ground.day_on(happened_at),
        ground.reporting.fcr_window_days, is_stockout=ticket.contact_reason in ground.stockouts, is_attempt=False,
        is_eligible=it.reason is None and handled_by != "bot" and it.human_replies is not None, is_resolved=is_resolved,
    )  # fmt: skip
    return [row]


def _words(it: Findings) -> Sequence[Deed]:
    """The answers of people, and the message by which one of them began."""
    talk = it.talk
    if it.is_outbound and talk.opened_at is not None and talk.deeds:
        return [(talk.opened_at, talk.deeds[0][1]), *talk.answers]
    return talk.answers
