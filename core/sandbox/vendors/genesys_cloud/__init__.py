"""An imitation Genesys Cloud organisation: queues, agents with their days, calls of all kinds, and chats."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.sandbox.imitation import Imitation
from core.sandbox.vendors.genesys_cloud.scripts import CALLERS
from core.sandbox.vendors.genesys_cloud.server import CLIENT_SECRET, GenesysSandbox


@contextmanager
def start(objects: int) -> Iterator[GenesysSandbox]:
    """An organisation with about so many conversations."""
    server = GenesysSandbox(objects)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="genesys_cloud",
    start=start,
    objects="calls",
    wrong={"client_secret": "gs-wrong-000000"},
    secrets=(CLIENT_SECRET, "tok-0001-4f09ab", *CALLERS, "Somebody", "@lumo.example"),
)
