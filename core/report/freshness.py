"""How far each source's data goes for the day, and which numbers a late source leaves without a footing."""

from collections.abc import Iterator, Mapping

from core.report.asking import Asking
from core.report.model import ReportSpec, SourceState
from core.store.state import stream_states

# Which treatment profiles (metrics §2) a table of a source feeds.
FEEDS: Mapping[str, str] = {"tickets": "T", "surveys": "S", "calls": "C", "agent_states": "A"}


def source_states(asking: Asking, spec: ReportSpec) -> tuple[SourceState, ...]:
    """The sources in the order of their names."""
    return tuple(_state(asking, spec, source) for source in _sources(asking, spec))


def _sources(asking: Asking, spec: ReportSpec) -> Iterator[str]:
    wanted = spec.where.get("source")
    for (source,) in asking.db.execute("select distinct source from stream_state order by source"):
        if wanted in {None, source}:
            yield source


def _state(asking: Asking, spec: ReportSpec, source: str) -> SourceState:
    rows = [state for state in stream_states(asking.db) if state.source == source]
    read = [row for row in rows if row.status != "skipped"]
    data_to_at = min((row.complete_to_at for row in read if row.complete_to_at is not None), default=None)
    rejected = asking.db.execute(
        "select count(*) from rejected_rows where source = ? and resolved_at is null", (source,)
    ).fetchone()[0]
    return SourceState(
        source=source,
        title=spec.source_titles.get(source, source),
        data_to_at=data_to_at,
        is_late=data_to_at is None or data_to_at < asking.ends_at - spec.late_after_s,
        is_failed=any(row.status == "failed" for row in read),
        rejected=rejected,
        skipped=tuple(row.stream for row in rows if row.status == "skipped"),
    )


def late_profiles(asking: Asking, states: tuple[SourceState, ...]) -> frozenset[str]:
    """The treatment profiles whose numbers a late source feeds."""
    late = [state.source for state in states if state.is_late]
    return frozenset(
        profile for table, profile in FEEDS.items() if any(_brings(asking, source, table) for source in late)
    )


def _brings(asking: Asking, source: str, table: str) -> bool:
    if table == "agent_states":
        # States name no source; those who have them have calls as well.
        table = "calls"
    return asking.db.execute(f"select 1 from {table} where source = ? limit 1", (source,)).fetchone() is not None
