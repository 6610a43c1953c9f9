"""What the service costs a month, and the time that people booked on tickets, by which cost is shared."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.sandbox import account
from core.sandbox.dice import Dice
from core.sandbox.hours import local_at
from core.sandbox.inputs.sheet import DESK, Sheet
from core.sandbox.rows import iso
from core.sandbox.truth import Comment
from core.sandbox.world import World

HOUR = 3_600
CURRENCY = "EUR"
# By category: a month's amount, what of it goes with the volume, its channel, and what it is.
BILLS = (
    ("labour", 71_400, 0.10, "", "18 people"), ("labour", 3_100, 0.4, "", "overtime"),
    ("ticket_system", 2_860, 0.0, "", "licences"), ("telephony", 1_450, 0.7, "phone", "lines and minutes"),
    ("premises", 6_200, 0.0, "", "rent"), ("utilities", 780, 0.0, "", "power and heating"),
    ("training", 650, 0.0, "", "trainers"), ("other", 5_900, 0.6, "phone", "partner in the north"),
)  # fmt: skip
# From when on time is booked on tickets.
BOOKED_FROM = date(2026, 9, 1)
MINUTES = {"chat": 6.5, "mail": 7.5, "voicemail": 5.0}


def money_sheets(world: World) -> Iterator[Sheet]:
    """Files of costs and of booked times."""
    yield Sheet("costs", "id month category channel amount currency note", list(_costs(world)))
    yield Sheet("time_entries", "id ticket_id agent_id started_at spent_s", list(_booked(world)))


def _costs(world: World) -> Iterator[tuple[object, ...]]:
    """Whole months of the story: the bills of the last one come when it is over."""
    month_on = world.story.start_on.replace(day=1)
    while (following := (month_on + timedelta(days=32)).replace(day=1)) <= world.story.last_on:
        dice = Dice(world.seed, "costs", month_on)
        volume = sum(world.story.surge(date(month_on.year, month_on.month, day)) for day in range(1, 29)) / 28
        for category, usual, moving, channel, note in BILLS:
            amount = usual * (1 + moving * (volume - 1)) * (1 + 0.015 * dice.normal())
            uid = f"{month_on:%Y-%m}-{note.split()[0]}"
            yield uid, f"{month_on:%Y-%m}", category, channel, f"{amount:.2f}", CURRENCY, note
        month_on = following


def _booked(world: World) -> Iterator[tuple[object, ...]]:
    """A time-tracking app's entry at the first answer of each ticket."""
    agents = frozenset((*account.AGENT_IDS.values(), account.DEMOTED, account.PROMOTED))
    begun_at = local_at(BOOKED_FROM)
    for ticket in world.tickets:
        if ticket.created_at < begun_at:
            continue
        first = next(
            (
                (audit.at, event.author_id)
                for audit in ticket.audits
                for event in audit.events
                if isinstance(event, Comment) and event.author_id in agents and not event.by_bot
            ),
            None,
        )
        if first is not None:
            at, author = first
            spent_s = round(Dice(world.seed, "booked", ticket.id).lognormal(60 * MINUTES.get(ticket.kind, 7.0), 0.6))
            yield f"e{ticket.id}", f"@{DESK}:{ticket.id}", f"@{DESK}:{author}", iso(at), spent_s
