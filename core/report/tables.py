"""Breakdowns by queue, team and channel, and the tickets that have been open longest."""

from collections.abc import Mapping

from core.numbers.addresses import ticket_address
from core.numbers.answer import Answer, Comparison
from core.numbers.metric import Unit
from core.numbers.metrics import METRICS
from core.report.asking import Asking
from core.report.model import OpenTicket, ReportSpec, Row, Table

ROWS = 40
COMPARED_ROWS = 12
OLDEST = 10
# The numbers of each breakdown; the first one tells which members there are, a strong one has its counter beside it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "queue": ("calls_offered", "service_level", "abandon_rate", "average_speed_of_answer"),
    "team": ("tickets_created", "first_response_time", "unreplied_open", "backlog_open"),
    "channel": ("tickets_created", "first_response_time", "unreplied_open", "csat"),
}
# The number of a breakdown that is held against what is usual for the member.
JUDGED: Mapping[str, str] = {"queue": "service_level", "team": "first_response_time", "channel": "first_response_time"}
UNSOLVED = ("new", "open", "pending", "hold", "other")


def breakdowns(asking: Asking, late: frozenset[str]) -> tuple[Table, ...]:
    """The tables of the dimensions that have members on the day; none of numbers whose data is late."""
    found = []
    for dim, metric_ids in COLUMNS.items():
        profile = METRICS[metric_ids[0]].profile
        if dim in asking.where or profile in late:
            continue
        table = _table(asking, dim, metric_ids)
        if len(table.rows) > 1:
            found.append(table)
    return tuple(found)


def _table(asking: Asking, dim: str, metric_ids: tuple[str, ...]) -> Table:
    by_metric = {metric_id: asking.breakdown(metric_id, dim) for metric_id in metric_ids}
    kept = tuple(
        metric_id
        for metric_id in metric_ids
        if any(made.value is not None for _, _, made in by_metric[metric_id]) or _is_count(asking, metric_id)
    )
    # A strong metric that has lost its counter-metric does not stand here alone.
    shown = tuple(m for m in kept if METRICS[m].strength != "S" or set(METRICS[m].counter) & set(kept))
    members = {uid: name for metric_id in shown for uid, name, _ in by_metric[metric_id]}
    answers = {(metric_id, uid): made for metric_id in shown for uid, _, made in by_metric[metric_id]}
    rows = []
    for number, (uid, name) in enumerate(list(members.items())[:ROWS]):
        cells: list[Comparison | Answer] = []
        for metric_id in shown:
            made = answers.get((metric_id, uid)) or _none(asking, metric_id)
            is_compared = metric_id == JUDGED[dim] and uid and number < COMPARED_ROWS and made.status == "ok"
            cells.append(asking.compared(metric_id, None, len(members), {dim: uid}) if is_compared else made)
        rows.append(Row(name, tuple(cells)))
    return Table(dim, shown, tuple(rows), more=max(0, len(members) - ROWS))


def _is_count(asking: Asking, metric_id: str) -> bool:
    """Whether a member without cases has 0 of them, rather than no value."""
    return METRICS[metric_id].unit is Unit.COUNT and asking.answer(metric_id).status != "unavailable"


def _none(asking: Asking, metric_id: str) -> Answer:
    whole = asking.answer(metric_id)
    return Answer(metric_id, whole.variant, whole.period, value=0.0 if _is_count(asking, metric_id) else None)


def oldest_open(asking: Asking, spec: ReportSpec) -> tuple[OpenTicket, ...]:
    """The tickets created by the end of the day that have been open longest and still are."""
    wanted = {"team": "teams.name", "brand": "t.brand", "channel": "t.channel", "source": "t.source",
              "priority": "t.priority"}  # fmt: skip
    slices = [(wanted[dim], member) for dim, member in spec.where.items() if dim in wanted]
    if len(slices) < len(spec.where):
        return ()
    marks = ", ".join("?" * len(UNSOLVED))
    filters = "".join(f" and {column} = ?" for column, _ in slices)
    rows = asking.db.execute(
        "select t.native_id, t.number, t.source, t.status_category, t.created_at, teams.name as team from tickets t "
        "left join ticket_facts f on f.ticket_uid = t.uid left join teams on teams.uid = t.team_uid "
        f"where t.status_category in ({marks}) and t.deleted_at is null "
        "and coalesce(f.exclusion_reason, 'outbound') = 'outbound' "
        f"and t.created_at < ?{filters} order by t.created_at, t.uid limit {OLDEST}",
        (*UNSOLVED, asking.ends_at, *(member for _, member in slices)),
    )
    return tuple(
        OpenTicket(
            number=row["number"] or row["native_id"],
            url=ticket_address(spec.ticket_links.get(row["source"], ""), row["number"] or row["native_id"]),
            team=row["team"] or "",
            status_category=row["status_category"],
            age_s=asking.ends_at - row["created_at"],
        )
        for row in rows
    )
