"""What the contract suite of connectors asks of an imitation: a vendor with known rows that lives, and misbehaves."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol


class Vendor(Protocol):
    """A running imitation: an HTTP service on loopback, or a folder of files."""

    now_at: int
    """The vendor's clock, epoch seconds; it stands still until ``change`` moves it."""

    def settings(self) -> Mapping[str, Any]:
        """The keys of a ``[[sources]]`` entry that reach it, credentials and ``base_url`` (or ``path``) included."""

    def change(self) -> None:
        """The account lives on: some rows change, some are new, one goes; ``now_at`` moves by less than a day."""

    def spoil(self) -> None:
        """Puts hostile rows among the good ones: without an id, of wrong types, null everywhere, hostile texts."""


@dataclass(frozen=True)
class Imitation:
    """An imitation vendor and what can be asked of its connector.

    ``start(objects)`` serves an account with about that many tickets or calls, the same ones each time, over more than
    one page. ``wrong``: settings with which log-in is refused; none where there is no log-in. ``secrets``: texts that
    must never be seen (tokens, mail addresses and numbers of customers). ``objects``: the table whose rows are counted
    for requests per 1,000. ``watched``: tables that also hold what only watching tells, so that they depend on when
    we looked; never ``objects``."""

    connector: str
    start: Callable[[int], AbstractContextManager[Vendor]]
    objects: str
    wrong: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    watched: frozenset[str] = frozenset()
