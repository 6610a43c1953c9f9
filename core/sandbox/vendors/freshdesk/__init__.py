"""The imitation Freshdesk as the contract suite asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.sandbox.imitation import Imitation
from core.sandbox.vendors.freshdesk.account import build_account
from core.sandbox.vendors.freshdesk.server import API_KEY, LARGEST_PAGE, FreshdeskSandbox

# Freshdesk may give fewer rows than asked for; a small account does, so that its lists have several pages.
SMALL, SMALL_PAGE = 500, 12
USUAL = 40


@contextmanager
def start(objects: int) -> Iterator[FreshdeskSandbox]:
    """An account with about so many tickets."""
    server = FreshdeskSandbox(objects=objects, largest_page=SMALL_PAGE if objects < SMALL else LARGEST_PAGE)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="freshdesk",
    start=start,
    objects="tickets",
    wrong={"api_key": "another-key"},
    secrets=(API_KEY, *(text for one in build_account(USUAL).people for text in (one.email, one.phone))),
    # Agents and teams are seen to change between two reads; what a row no longer tells, an earlier one did.
    watched=frozenset({"ticket_events"}),
)
