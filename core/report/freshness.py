"""How far each source's data goes for the day, and which numbers a late source leaves without a footing."""

from collections.abc import Iterator, Mapping

from core.report.asking import Asking
from core.report.model import ReportSpec, SourceState

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
    rows = asking.db.execute(
        "select stream, status, data_to_at, last_error_at, last_success_at from stream_state where source = ? "
        "order by stream",
        (source,),
    ).fetchall()
    read = [row for row in rows if row["status"] != "skipped"]
    known = [row["data_to_at"] for row in read if row["data_to_at"] is not None]
    data_to_at = min(known, default=None)
    rejected = asking.db.execute(
        "select count(*) from rejected_rows where source = ? and resolved_at is null", (source,)
    ).fetchone()[0]
    return SourceState(
        source=source,
        title=spec.source_titles.get(source, source),
        data_to_at=data_to_at,
        is_late=data_to_at is None or data_to_at < asking.ends_at - spec.late_after_s,
        is_failed=any(row["status"] == "failed" for row in read),
        rejected=rejected,
        skipped=tuple(row["stream"] for row in rows if row["status"] == "skipped"),
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
