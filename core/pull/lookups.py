"""The small maps that a connector fetches ahead of its streams, kept for some hours to save requests."""

import logging
import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from core import log
from core.errors import Refused
from core.pull.contract import Connector
from core.store.db import set_setting, setting

KEPT_S = 6 * 3600


class Kept(msgspec.Struct):
    """Lookups as stored; ``words``: the unknown ones that the last pulls met."""

    fetched_at: int = 0
    maps: dict[str, Any] = {}
    words: list[tuple[str, str]] = []


class Lookups:
    """The lookups of one source."""

    def __init__(self, db: sqlite3.Connection, source: str, now_at: int) -> None:
        self._db = db
        self._name = f"lookups:{source}"
        self._now_at = now_at
        stored = setting(db, self._name)
        self._kept = Kept() if stored is None else msgspec.json.decode(stored, type=Kept)

    def of(self, connector: Connector, api: Any) -> dict[str, Any]:
        """The maps, fetched anew when they are old; the old ones where the vendor does not allow it (any more)."""
        if connector.prepare is None:
            return {}
        if self._now_at - self._kept.fetched_at < KEPT_S and self._kept.fetched_at <= self._now_at:
            return self._kept.maps
        try:
            maps = dict(connector.prepare(api))
        except Refused as error:
            log.event("lookups_refused", level=logging.WARNING, why=error.message)
            return self._kept.maps
        plain = msgspec.json.decode(msgspec.json.encode(maps))
        # What does not survive as JSON is fetched at each pull.
        if plain == maps:
            self._kept = Kept(self._now_at, maps, self._kept.words)
            self._store()
        return maps

    def keep_words(self, words: Iterable[tuple[str, str]]) -> None:
        """After a pull: a word that was not met before may be in newer maps, so these are fetched at the next one."""
        fresh = sorted(set(words) - {tuple(word) for word in self._kept.words})
        if fresh:
            self._kept = Kept(0, self._kept.maps, [*self._kept.words, *fresh][-200:])
            self._store()

    @property
    def kept(self) -> dict[str, Any]:
        """The maps as they were last fetched."""
        return self._kept.maps

    @property
    def known_words(self) -> frozenset[tuple[str, str]]:
        """Words met and said in earlier pulls."""
        return frozenset(self._kept.words)

    def _store(self) -> None:
        set_setting(self._db, self._name, msgspec.json.encode(self._kept).decode())
