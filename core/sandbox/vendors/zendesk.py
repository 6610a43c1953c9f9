"""The imitation Zendesk as the contract suite asks for it: a month of a small desk that lives on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from core.clock import DAY_S
from core.sandbox import account
from core.sandbox.hours import local_date
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request
from core.sandbox.world import UNTIL, World, build_world
from core.sandbox.zendesk import EMAIL, TOKEN, ZendeskSandbox

DAYS = 30
# So many tickets come in a month at scale 1.
A_MONTH = 1_750
# How long before the end of the month the account's clock stands at first, and what each change lets pass.
AHEAD_S, STEP_S = 5 * DAY_S, DAY_S // 4
# Zendesk may give fewer rows than asked for; a small account does, so that its lists have several pages.
SMALL, FEW_TICKETS, FEW_OTHERS = 500, 12, 60
USUAL = 40


@cache
def world_of(objects: int) -> World:
    """A month with about so many tickets."""
    first = UNTIL - DAYS * DAY_S
    return build_world(start_on=local_date(first).isoformat(), scale=objects / A_MONTH)


class ZendeskVendor(ZendeskSandbox):
    """The account of a month; each change lets six hours pass."""

    def __init__(self, objects: int) -> None:
        world = world_of(objects)
        super().__init__(world, now_at=world.until - AHEAD_S)
        self.is_small = objects < SMALL

    def settings(self) -> Mapping[str, Any]:
        """The keys that reach it."""
        return {
            "subdomain": "demo",
            "email": EMAIL,
            "token": TOKEN,
            "exports_per_minute": 1_000_000,
            "contact_reason_field": account.FIELD_REASON,
            "call_id_field": account.FIELD_CALL,
            "base_url": self.url,
        }

    def change(self) -> None:
        """Six hours pass; in the second six a ticket is thrown away as spam."""
        self.now_at = min(self.world.until, self.now_at + STEP_S)

    def spoil(self) -> None:
        """Hostile rows among tickets, people and ratings."""
        for path in ("tickets/cursor", "users/cursor", "ratings"):
            self.fail("hostile", path=path)

    def handle(self, request: Request) -> Reply:
        """The account's answer, in pages no larger than it gives."""
        most = FEW_TICKETS if "tickets" in request.path else FEW_OTHERS
        for name in ("per_page", "page[size]"):
            if self.is_small and request.query.get(name, "").isdigit():
                request.query[name] = str(min(int(request.query[name]), most))
        return super().handle(request)


@contextmanager
def start(objects: int) -> Iterator[ZendeskVendor]:
    """The account with about so many tickets."""
    server = ZendeskVendor(objects)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _customers() -> Iterator[str]:
    for person in world_of(USUAL).people:
        if person.role == "end-user":
            yield from (text for text in (person.email, person.phone) if text)


imitation = Imitation(
    connector="zendesk",
    start=start,
    objects="tickets",
    wrong={"token": "somebody-elses-token"},
    secrets=(TOKEN, *_customers()),
    watched=frozenset({"agent_roles", "agent_teams", "schedule_hours", "holidays"}),
)
