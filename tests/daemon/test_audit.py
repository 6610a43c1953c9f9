"""What is taken from the vendor's own counts."""

from connectors import Tally
from core.daemon.audit import contacts_counted


def test_a_plan_rests_on_tickets_and_calls_not_on_people() -> None:
    """Fifty thousand customers would make a small backfill look like a week's work."""
    people = Tally("contacts", 50_000, "customers")
    assert contacts_counted([people, Tally("tickets", 300, "tickets"), Tally("calls", 20, "calls")]) == 320
    assert contacts_counted([people]) is None
