"""Which sources are late for a day, and which numbers that leaves without a footing: unknown is not 0 (metrics R17)."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.clock import day_bounds
from core.numbers.answer import Answer
from core.numbers.metrics import find_metric
from core.numbers.reporting import Reporting
from core.store.state import stream_states

# Which treatment profiles (metrics §2) a table of a source feeds.
FEEDS: Mapping[str, str] = {"tickets": "T", "surveys": "S", "calls": "C", "agent_states": "A"}


def data_to(db: sqlite3.Connection) -> dict[str, int | None]:
    """The moment up to which each source is complete: that of its stream that lies furthest behind."""
    found: dict[str, list[int]] = {}
    for state in stream_states(db):
        known = found.setdefault(state.source, [])
        if state.status != "skipped" and state.complete_to_at is not None:
            known.append(state.complete_to_at)
    return {source: min(moments, default=None) for source, moments in found.items()}


def is_late(data_to_at: int | None, ends_at: int, late_after_s: int) -> bool:
    """Whether data that goes to a moment is not enough for a period that ends at another."""
    return data_to_at is None or data_to_at < ends_at - late_after_s


def feeds(db: sqlite3.Connection, source: str) -> frozenset[str]:
    """The treatment profiles whose numbers a source feeds."""
    return frozenset(profile for table, profile in FEEDS.items() if _brings(db, source, table))


def _brings(db: sqlite3.Connection, source: str, table: str) -> bool:
    if table == "agent_states":
        # States name no source; those who have them have calls as well.
        table = "calls"
    return db.execute(f"select 1 from {table} where source = ? limit 1", (source,)).fetchone() is not None


@dataclass(frozen=True)
class Lateness:
    """How far the sources of a store go, and which profiles each feeds; asked once for many answers."""

    reporting: Reporting
    now_at: int
    late_after_s: int
    sources: Mapping[str, int | None]
    feeds: Mapping[str, frozenset[str]]

    def told(self, answer: Answer) -> Answer:
        """The answer with a note where a source that feeds it is late; none at all where all are and nothing came."""
        if answer.status == "unavailable" or not answer.period.to_on:
            return answer
        profiles = set(find_metric(answer.metric_id).profile.split("+"))
        fed = {source: at for source, at in self.sources.items() if not profiles.isdisjoint(self.feeds[source])}
        zone = self.reporting.zone
        begins_at = day_bounds(answer.period.from_on, zone)[0]
        ends_at = min(day_bounds(answer.period.to_on, zone)[1], self.now_at)
        late = {source: at for source, at in fed.items() if is_late(at, ends_at, self.late_after_s)}
        if not late:
            return answer
        said = "late: " + ", ".join(f"{source} data to {self._moment(at)}" for source, at in sorted(late.items()))
        is_before = all(at is None or at <= begins_at for at in late.values())
        if late.keys() == fed.keys() and (is_before or not answer.n):
            gone = replace(answer, value=None, n=0, num=None, den=None, mean=None, p50=None, p90=None)
            return replace(gone, ci_low=None, ci_high=None, status="unavailable", reason=said)
        return replace(answer, notes=(*answer.notes, said))

    def _moment(self, at: int | None) -> str:
        if at is None:
            return "nothing yet"
        return datetime.fromtimestamp(at, UTC).astimezone(self.reporting.zone).strftime("%Y-%m-%d %H:%M")


def lateness(
    db: sqlite3.Connection, reporting: Reporting, now_at: int, late_after_s: int, only: Collection[str]
) -> Lateness:
    """How far the sources named in ``only`` go; others were taken out of the config and are waited for no more."""
    sources = {source: at for source, at in data_to(db).items() if source in only}
    return Lateness(reporting, now_at, late_after_s, sources, {source: feeds(db, source) for source in sources})
