"""What reviewers find in a sample of contacts, and what customers complain of."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.sandbox import account
from core.sandbox.dice import Dice
from core.sandbox.hours import local_at, local_date
from core.sandbox.inputs.customers import answered
from core.sandbox.inputs.sheet import DESK, PHONE, Sheet, desk_agent, phone_agent, weeks
from core.sandbox.rows import iso
from core.sandbox.truth import Comment, Ticket
from core.sandbox.world import World

HOUR = 3_600
CALLS_A_WEEK, TICKETS_A_WEEK, COMPLAINTS_A_WEEK = 26, 12, 6
REVIEWERS = ("Quinn Sommer", "Paula Reich")
PASSES, POSSIBLE, WRONG_BELOW = 0.8, 10, 7
# Items of the form with their dimension and what is usually reached of them, as a share.
ITEMS = (
    ("greeting", "politeness", 0.92), ("solution", "knowledge", 0.86), ("documentation", "process", 0.86),
)  # fmt: skip
TRAINED = (
    "Lena Brandt",
    "Aylin Demir",
    "Robert Thiele",
    "Priya Raman",
    "Oliver Grant",
    "Isabel Roth",
    "Sophie Lindner",
)
TOPIC = "Gesprächsführung"
"""Who was trained in what; quality after it is to be compared with that of the others."""


def quality_sheets(world: World) -> Iterator[Sheet]:
    """Files of reviews and complaints."""
    reviews: list[tuple[object, ...]] = []
    items: list[tuple[object, ...]] = []
    for monday, kind, contact, name, day_on in _sampled(world):
        _review(world, monday, (kind, contact, name), day_on, reviews, items)
    columns = "id reviewed_at contact_kind contact_id agent_id reviewer_id form sample points points_possible passed"
    yield Sheet("qa_reviews", columns, reviews)
    yield Sheet("qa_items", "review_id item dimension points possible weight is_na is_error is_critical", items)
    columns = "id received_at ticket_id about incident justified"
    yield Sheet("complaints", columns, list(_complaints(world)))


def _sampled(world: World) -> Iterator[tuple[date, str, str, str, date]]:
    """The contacts that are drawn each week: its Monday, kind, id, who had it, and on which day."""
    dice = Dice(world.seed, "reviews")
    scale = min(1.0, 3 * world.scale)
    spoken = [(call.arrived_at, call.id, leg.agent) for call in world.calls if (leg := answered(call))]
    written = [(ticket, name) for ticket in world.tickets if (name := replier(ticket))]
    for monday in weeks(world):
        first_at, last_at = local_at(monday), local_at(monday + timedelta(days=7))
        calls = [one for one in spoken if first_at <= one[0] < last_at and one[2] in account.AGENT_IDS]
        for at, call_id, name in dice.sample(calls, min(len(calls), round(CALLS_A_WEEK * scale))):
            yield monday, "call", call_id, name, local_date(at)
        tickets = [one for one in written if first_at <= one[0].created_at < last_at]
        for ticket, name in dice.sample(tickets, min(len(tickets), round(TICKETS_A_WEEK * scale))):
            yield monday, "ticket", str(ticket.id), name, local_date(ticket.created_at)


def replier(ticket: Ticket) -> str | None:
    """Who of the desk first answered a ticket in public."""
    names = {number: name for name, number in account.AGENT_IDS.items()}
    return next(
        (
            names[event.author_id]
            for audit in ticket.audits
            for event in audit.events
            if isinstance(event, Comment) and event.public and event.author_id in names
        ),
        None,
    )


def _review(
    world: World,
    monday: date,
    contact: tuple[str, str, str],
    day_on: date,
    reviews: list[tuple[object, ...]],
    items: list[tuple[object, ...]],
) -> None:
    planted, dice = world.story.planted, Dice(world.seed, "review", *contact)
    kind, number, name = contact
    reviewed_at = local_at(min(day_on + timedelta(days=dice.between(1, 2)), monday + timedelta(days=6)), 9 * 60)
    reviewed_at += dice.between(0, 7 * HOUR)
    if reviewed_at > world.until:
        return
    change = -planted.careless if kind == "call" and planted.is_hasty(day_on) else 0.0
    change += planted.training if name in TRAINED and day_on > planted.training_on else 0.0
    uid, points = f"q{len(reviews)}", 0
    mood = 0.05 * dice.normal()
    for item, dimension, usual in ITEMS:
        share = min(1.0, max(0.0, usual + change + mood + 0.07 * dice.normal()))
        reached = round(POSSIBLE * share)
        points += reached
        is_error = reached < WRONG_BELOW
        items.append((uid, item, dimension, reached, POSSIBLE, 1, "no", _word(is_error), _word(item == "solution")))
    possible = POSSIBLE * len(ITEMS)
    where = (phone_agent(name), f"@{PHONE}:{number}") if kind == "call" else (desk_agent(name), f"@{DESK}:{number}")
    sample = "random" if dice.chance(0.85) else "targeted"
    passed = _word(points >= PASSES * possible)
    head = (uid, iso(reviewed_at), kind, where[1], where[0], dice.pick(REVIEWERS))
    reviews.append((*head, kind, sample, points, possible, passed))


def _complaints(world: World) -> Iterator[tuple[object, ...]]:
    dice = Dice(world.seed, "complaints")
    written = [ticket for ticket in world.tickets if ticket.kind == "mail"]
    for monday in weeks(world):
        first_at, last_at = local_at(monday), local_at(monday + timedelta(days=7))
        lately = [ticket for ticket in written if first_at <= ticket.created_at < last_at]
        wanted = round(COMPLAINTS_A_WEEK * min(1.0, 3 * world.scale))
        for ticket in dice.sample(lately, min(len(lately), wanted)):
            about = dice.weighted({"service": 40.0, "wait": 25.0, "product": 35.0})
            at = ticket.created_at + dice.between(HOUR, 60 * HOUR)
            if at <= world.until:
                where = (f"@{DESK}:{ticket.id}", about, f"i{ticket.id}")
                yield f"b{ticket.id}", iso(at), *where, _word(dice.chance(0.6))


def _word(flag: bool) -> str:
    return "yes" if flag else "no"
