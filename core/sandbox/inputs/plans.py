"""What may move numbers: launches, policies, outages and improvements; and which reasons mean what."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.sandbox.hours import local_at
from core.sandbox.inputs.sheet import Sheet, team
from core.sandbox.rows import iso
from core.sandbox.world import World

EVENT = "id kind title from_at to_at scope_team_id metric expected_direction owner due_on done_on note"
# Improvements: what, begun on, due on, done on, and the figure that was to move.
IMPROVEMENTS = (
    ("Answers by template", "2026-06-15", "2026-07-15", "2026-07-10", "first_response_time", "down"),
    ("Pairing guide rewritten", "2026-06-29", "2026-07-31", "2026-07-24", "tickets_created", "down"),
    ("Morning hand-over", "2026-07-20", "2026-08-14", "2026-08-03", "first_response_time", "down"),
    ("Call back instead of waiting", "2026-08-10", "2026-09-10", "2026-09-24", "abandon_rate", "down"),
    ("Returns without asking", "2026-08-24", "2026-09-30", "2026-09-28", "reopen_rate", "down"),
    ("Second level at the phone", "2026-09-21", "2026-10-16", "2026-10-09", "transfer_rate", "down"),
    ("Checklist for warranty", "2026-10-05", "2026-11-06", "2026-11-06", "reopen_rate", "down"),
    ("New text of the greeting", "2026-10-26", "2026-11-20", "", "abandon_rate", "down"),
)
REASONS = (
    ("delivery", "question", "yes"), ("invoice", "question", "yes"), ("refund", "problem", "no"),
    ("defect", "problem", "no"), ("setup", "problem", "yes"), ("account", "question", "yes"), ("order", "order", "no"),
    ("stockout", "stockout", "no"), ("complaint", "complaint service", "no"),
)  # fmt: skip


def plan_sheets(world: World) -> Iterator[Sheet]:
    """Files of events and of reasons."""
    yield Sheet("calendar_events", EVENT, [row for row in _events(world) if str(row[3]) <= str(iso(world.until))])
    yield Sheet(
        "contact_reasons", "id name reason_class is_faq_candidate", [(name, *rest) for name, *rest in _reasons()]
    )


def _reasons() -> Iterator[tuple[str, str, str, str]]:
    for name, kind, is_candidate in REASONS:
        yield name, name, kind, is_candidate


def _events(world: World) -> Iterator[tuple[object, ...]]:
    planted = world.story.planted
    yield "launch", "launch", "Lumo Two", _at(planted.launch_on), "", "", "", "", "", "", "", "new product"
    yield (
        "policy", "policy", "Billing answers before it researches", _at(planted.policy_on), "", team("Billing"),
        "first_response_time", "down", "Billing", "", "", "first a word, then the search",
    )  # fmt: skip
    yield (
        "summer", "campaign", "Summer sale", _at(date(2026, 6, 22)), _at(date(2026, 7, 4)), "", "", "", "", "", "",
        "ten per cent off",
    )  # fmt: skip
    for number, (day_on, begin, end) in enumerate(
        ((date(2026, 7, 8), 605, 640), (date(2026, 8, 26), 830, 905), (date(2026, 10, 28), 605, 650))
    ):
        times = (iso(local_at(day_on, begin)), iso(local_at(day_on, end)))
        yield f"outage{number}", "outage", "Help desk down", *times, "", "", "", "", "", "", "provider"
    for number, (title, from_on, due_on, done_on, metric, direction) in enumerate(IMPROVEMENTS):
        begun_on = datetime.fromisoformat(from_on).date()
        is_done = done_on and done_on <= world.story.last_on.isoformat()
        yield (
            f"i{number}", "improvement", title, _at(begun_on + timedelta(days=0)), "", "", metric, direction,
            "Service", due_on, done_on if is_done else "", "",
        )  # fmt: skip


def _at(day_on: date) -> str | None:
    return iso(local_at(day_on))
