"""How far each source's data goes for the day, and which numbers a late source leaves without a footing."""

from collections.abc import Iterator

from core.numbers.lateness import data_to, feeds, is_late
from core.report.asking import Asking
from core.report.model import ReportSpec, SourceState
from core.store.state import stream_states


def source_states(asking: Asking, spec: ReportSpec) -> tuple[SourceState, ...]:
    """The sources in the order of their names."""
    return tuple(_states(asking, spec))


def _states(asking: Asking, spec: ReportSpec) -> Iterator[SourceState]:
    wanted = spec.where.get("source")
    states = stream_states(asking.db)
    for source, data_to_at in sorted(data_to(asking.db).items()):
        if wanted not in {None, source}:
            continue
        rows = [state for state in states if state.source == source]
        rejected = asking.db.execute(
            "select count(*) from rejected_rows where source = ? and resolved_at is null", (source,)
        ).fetchone()[0]
        yield SourceState(
            source=source,
            title=spec.source_titles.get(source, source),
            data_to_at=data_to_at,
            is_late=is_late(data_to_at, asking.ends_at, spec.late_after_s),
            is_failed=any(row.status == "failed" for row in rows),
            rejected=rejected,
            skipped=tuple(row.stream for row in rows if row.status == "skipped"),
        )


def late_profiles(asking: Asking, states: tuple[SourceState, ...]) -> frozenset[str]:
    """The treatment profiles whose numbers a late source feeds."""
    return frozenset().union(*(feeds(asking.db, state.source) for state in states if state.is_late))
