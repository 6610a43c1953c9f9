"""A believable service centre in Berlin, made from a seed: the same arguments always give the same world."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from core.sandbox import account
from core.sandbox.desk import Desk
from core.sandbox.hours import DayHours, Hours, days, local_at, local_date, make_hours
from core.sandbox.people import Customers, make_staff
from core.sandbox.phone import play_day
from core.sandbox.planted import PLANTED, Planted
from core.sandbox.script import Draft, Script
from core.sandbox.story import Story, public_holidays
from core.sandbox.tickets import tickets_of_day
from core.sandbox.truth import Audit, Call, LogLine, Organization, Person, Ticket

UNTIL = local_at(date(2026, 11, 21), 30)
"""Half past midnight in Berlin after the demonstration's last whole day."""

FIRST_TICKET, FIRST_AUDIT, AUDIT_STEP = 24_001, 14_500_000_000, 40


@dataclass(frozen=True)
class World:
    """Everything that happened, from which each imitation renders its vendor's answers."""

    seed: int
    scale: float
    story: Story
    until: int
    tickets: tuple[Ticket, ...]
    people: tuple[Person, ...]
    organizations: tuple[Organization, ...]
    calls: tuple[Call, ...]
    queue_lines: tuple[LogLine, ...]
    support_hours: tuple[tuple[int, Hours], ...] = field(repr=False)
    """Opening hours by the moment from which the account's schedule had them."""
    vip_hours: tuple[tuple[int, Hours], ...] = field(repr=False)

    @cached_property
    def audits(self) -> tuple[Audit, ...]:
        """All audits in order of time and number."""
        return tuple(sorted((audit for ticket in self.tickets for audit in ticket.audits), key=lambda audit: audit.id))

    @cached_property
    def roles(self) -> dict[int, tuple[Person, ...]]:
        """The states of each user, oldest first."""
        found: dict[int, list[Person]] = {}
        for person in sorted(self.people, key=lambda person: person.from_at):
            found.setdefault(person.id, []).append(person)
        return {number: tuple(states) for number, states in found.items()}

    def hours(self, schedule: int | None, at: int) -> Hours:
        """The opening hours that a schedule had at a moment; without a schedule the support hours."""
        versions = self.vip_hours if schedule == account.SCHEDULE_VIP else self.support_hours
        return next((hours for from_at, hours in reversed(versions) if from_at <= at), versions[0][1])


def build_world(
    seed: int = 7,
    start_on: str = "2026-05-18",
    until: int = UNTIL,
    scale: float = 1.0,
    planted: Planted = PLANTED,
) -> World:
    """The world from a date to a moment (epoch seconds); `scale` 1.0 is 70 tickets and 180 calls a working day."""
    first_on = date.fromisoformat(start_on)
    story = Story(start_on=first_on, last_on=local_date(until) - timedelta(days=1), planted=planted)
    customers = Customers(seed, story, scale)
    actual = make_hours(first_on - timedelta(days=3), local_date(until) + timedelta(days=60), _desk_hours(story))
    desk = Desk(seed, story, scale, actual, customers)
    calls: list[Call] = []
    lines: list[LogLine] = []
    for day_on in days(first_on, local_date(until)):
        midnight = local_at(day_on)
        day_calls, day_lines = play_day(seed, story, day_on, midnight, scale, customers)
        tickets_of_day(desk, day_on, midnight, day_calls)
        calls += day_calls
        lines += day_lines
    people = [person for person in (*make_staff(story), *customers.people) if person.from_at <= until]
    support, vip = _schedule_versions(story, until)
    return World(
        seed=seed,
        scale=scale,
        story=story,
        until=until,
        tickets=_number(desk.scripts, until),
        people=tuple(people),
        organizations=tuple(customers.organizations),
        calls=tuple(call for call in calls if call.legs[-1].ended_at <= until),
        queue_lines=tuple(line for line in lines if line.at <= until),
        support_hours=support,
        vip_hours=vip,
    )


def _weekly(story: Story, known_on: date, support: bool) -> DayHours:
    """A schedule as the account had it on a date: its weekly hours and the holidays entered by then."""

    def opening(day_on: date) -> tuple[tuple[int, int], ...]:
        if day_on in public_holidays() or (day_on == story.team_day_on and known_on >= story.team_day_told_on):
            return ()
        if not support:
            return ((420, 1200),) if day_on.weekday() < 5 else ((540, 900),) if day_on.weekday() == 5 else ()
        return ((480, 1080 if known_on >= story.hours_changed_on else 1020),) if day_on.weekday() < 5 else ()

    return opening


def _desk_hours(story: Story) -> DayHours:
    """When people really are at their desks, each day by the rule of that day."""

    def opening(day_on: date) -> tuple[tuple[int, int], ...]:
        return () if story.is_closed(day_on) else _weekly(story, day_on, support=True)(day_on)

    return opening


def _schedule_versions(story: Story, until: int) -> tuple[tuple[tuple[int, Hours], ...], tuple[tuple[int, Hours], ...]]:
    """The two schedules as they stood from the beginning, after the holiday was entered and after the hours changed."""
    first_on, last_on = story.start_on - timedelta(days=3), local_date(until) + timedelta(days=60)
    known = sorted({story.start_on, story.hours_changed_on, story.team_day_told_on})
    versions = [
        tuple(
            (local_at(known_on), make_hours(first_on, last_on, _weekly(story, known_on, support))) for known_on in known
        )
        for support in (True, False)
    ]
    return versions[0], versions[1]


def _number(scripts: list[Script], until: int) -> tuple[Ticket, ...]:
    """Tickets with the numbers that a vendor gives: tickets by birth, audits by time."""
    born = sorted((script for script in scripts if script.created_at <= until), key=lambda script: script.created_at)
    numbers = {id(script): FIRST_TICKET + place for place, script in enumerate(born)}
    drafts: list[tuple[int, int, Draft, Script]] = [
        (draft.at, numbers[id(script)], draft, script)
        for script in born
        for draft in script.drafts
        if draft.at <= until
    ]
    drafts.sort(key=lambda row: row[:2])
    audits: dict[int, list[Audit]] = {number: [] for number in numbers.values()}
    for place, (at, ticket, draft, _) in enumerate(drafts):
        other = numbers.get(id(draft.other)) if draft.other else None
        audits[ticket].append(
            Audit(
                id=FIRST_AUDIT + place * AUDIT_STEP,
                ticket_id=ticket,
                at=at,
                author_id=draft.author_id,
                via=draft.via,
                rel=draft.rel,
                from_ticket_id=other,
                events=tuple(draft.events),
            )
        )
    return tuple(_ticket(script, numbers, audits[numbers[id(script)]], until) for script in born)


def _ticket(script: Script, numbers: dict[int, int], audits: list[Audit], until: int) -> Ticket:
    merged = script.merged_into if any(audit.rel == "merge" for audit in audits) else None
    return Ticket(
        id=numbers[id(script)],
        kind=script.kind,
        via=script.via,
        rel=script.rel,
        created_at=script.created_at,
        requester_id=script.requester,
        submitter_id=script.submitter,
        brand_id=script.brand,
        audits=tuple(audits),
        quiet=tuple(quiet for quiet in script.quiet if quiet.at <= until),
        followup_of=numbers[id(script.followup_of)] if script.followup_of else None,
        merged_into=numbers[id(merged)] if merged else None,
        call_id=script.call_id,
    )
