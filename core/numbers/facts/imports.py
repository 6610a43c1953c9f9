"""Facts of what people keep in files: reviews, complaints, self-service, projects, trainings, hiring.

These tables are small (a department's list), so what changed in one is found by making its facts anew, set by set, and
comparing them with those stored.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.numbers.facts.agent_time import mark_attended
from core.numbers.facts.costs import mark_months
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, replace
from core.numbers.facts.newcomers import humans, mark_newcomers
from core.numbers.facts.service_days import EVENTS, derive_service_days
from core.numbers.facts.staff_days import mark_staff_days
from core.numbers.facts.status import Row
from core.numbers.facts.trained import TRAINED
from core.numbers.local import SLOT_S

TEAM = (
    "(select t.team_uid from agent_teams t where t.agent_uid = r.agent_uid and t.from_at <= {at} "
    "and (t.to_at is null or t.to_at > {at}) order by t.is_default desc, t.team_uid limit 1)"
)
# A month's count of customers holds until the next one.
BASE_HOLDS_DAYS = 31
ITEMS = """
select review_uid, sum(iif(coalesce(is_na, 0) = 0, points, null)) as points,
  sum(iif(coalesce(is_na, 0) = 0, possible, null)) as possible, max(is_error) as is_error,
  max(is_critical = 1 and is_error = 1) as is_critical
from qa_items group by review_uid
"""


@dataclass(frozen=True)
class Imported:
    """A fact table made from base tables in one query; ``reads`` are those whose change makes it anew.

    The query gives the columns of ``fact`` in order; ``day_on(moment)`` is the local day."""

    fact: str
    reads: tuple[str, ...]
    sql: str


IMPORTED: tuple[Imported, ...] = (
    Imported(
        "review_facts",
        ("qa_reviews", "qa_items", "agent_teams"),
        f"""
        select r.uid, r.source, {TEAM.format(at="r.reviewed_at")}, r.agent_uid, r.form, r.sample, r.reviewed_at,
          day_on(r.reviewed_at),
          iif(coalesce(r.is_critical_fail, 0) = 1, 0.0, coalesce(i.points, r.points)),
          coalesce(i.possible, r.points_possible), r.passed,
          max(coalesce(r.is_critical_fail, 0), coalesce(i.is_critical, 0)),
          max(coalesce(i.is_error, 0), coalesce(r.is_critical_fail, 0)),
          r.sample is null or r.sample <> 'calibration'
        from qa_reviews r left join ({ITEMS}) i on i.review_uid = r.uid where r.deleted_at is null order by r.uid
        """,
    ),
    Imported(
        "review_item_facts",
        ("qa_reviews", "qa_items", "agent_teams"),
        f"""
        select r.uid || '|' || i.item, r.source, {TEAM.format(at="r.reviewed_at")}, r.agent_uid, i.item, i.dimension,
          day_on(r.reviewed_at), i.points, i.possible
        from qa_items i join qa_reviews r on r.uid = i.review_uid
        where r.deleted_at is null and coalesce(i.is_na, 0) = 0 and (r.sample is null or r.sample <> 'calibration')
        order by 1
        """,
    ),
    Imported(
        "complaint_facts",
        ("complaints",),
        """
        select r.uid, r.source, coalesce(r.about, 'service'), r.received_at, day_on(r.received_at), r.justified,
          r.incident is null or not exists (select 1 from complaints e where e.incident = r.incident
            and e.customer_uid is r.customer_uid and e.deleted_at is null
            and (e.received_at, e.uid) < (r.received_at, r.uid))
        from complaints r where r.deleted_at is null order by r.uid
        """,
    ),
    Imported(
        "self_service_facts",
        ("self_service_days",),
        """
        select source || '|' || day_on || '|' || kind || '|' || item, source, day_on, kind, item, sessions, completions,
          helpful, not_helpful, greeting_s
        from self_service_days order by 1
        """,
    ),
    Imported(
        "project_facts",
        ("project_days", "projects"),
        """
        select d.project_uid || '|' || d.day_on, p.source, d.project_uid, d.day_on, d.attempts, d.connected, d.done,
          d.success, d.seat_s,
          iif(d.day_on = min(d.day_on) over (partition by d.project_uid), p.target_count, null), p.end_on
        from project_days d join projects p on p.uid = d.project_uid where p.deleted_at is null order by 1
        """,
    ),
    Imported(
        "employment_facts",
        ("agents", "agent_teams"),
        """
        select r.uid, r.source,
          (select t.team_uid from agent_teams t where t.agent_uid = r.uid
            order by t.is_default desc, t.from_at desc, t.team_uid limit 1),
          r.hired_on, r.left_on, r.leave_reason
        from agents r where r.hired_on is not null and r.is_human = 1 and r.role not in ('bot', 'shared') order by r.uid
        """,
    ),
    Imported(
        "improvement_facts",
        ("calendar_events",),
        """
        select uid, source, scope_team_uid, day_on(from_at), due_on, done_on, metric
        from calendar_events where kind = 'improvement' and deleted_at is null order by uid
        """,
    ),
    Imported(
        "customer_base_facts",
        ("customer_base",),
        f"""
        with recursive told (day_on, source, customers) as (
          select day_on, '', coalesce(max(iif(segment = '', active_customers, null)), sum(active_customers))
          from customer_base where active_customers is not null group by day_on
        ), spans (day_on, source, customers, end_on) as (
          select day_on, source, customers,
            min(coalesce(lead(day_on) over (order by day_on), '9999-12-31'), date(day_on, '+{BASE_HOLDS_DAYS} days'))
          from told
        ), each_day (day_on, source, customers, end_on) as (
          select day_on, source, customers, end_on from spans
          union all
          select date(day_on, '+1 day'), source, customers, end_on from each_day where date(day_on, '+1 day') < end_on
        )
        select day_on, source, day_on, customers from each_day order by day_on
        """,
    ),
    Imported(
        "forecast_facts",
        ("forecasts", "made_forecasts"),
        f"""
        with told (series, day_on, value_milli) as (
          select series, day_on(interval_start_at), sum(cast(round(value * 1000) as integer))
          from forecasts
          where horizon_days = 1 and made_at is not null and day_on(made_at) < day_on(interval_start_at)
          group by 1, 2
        ), ours (series, day_on, value_milli) as (
          select series, day_on(interval_start_at), min(cast(round(value * 1000) as integer))
          from made_forecasts
          where horizon_days = 1 and where_key = '{{}}' and interval_s > {SLOT_S} and is_used = 1
            and day_on(made_at) < day_on(interval_start_at)
          group by 1, 2
        )
        select series || '|' || day_on, '', series, day_on, value_milli
        from (
          select series, day_on, value_milli from told
          union all
          select o.series, o.day_on, o.value_milli from ours o
          where not exists (select 1 from told t where t.series = o.series and t.day_on = o.day_on)
        )
        order by 1
        """,
    ),
    Imported(
        "training_facts",
        ("trainings",),
        """
        select uid, source, agent_uid, topic, held_on, spent_s, passed from trainings where deleted_at is null
        order by uid
        """,
    ),
    # After the facts that it reads.
    Imported("training_effect_facts", ("trainings", "qa_reviews", "qa_items", "agent_teams"), TRAINED),
    Imported(
        "hire_facts",
        ("hiring",),
        """
        select uid, source, opened_on, start_on, left_on,
          cast(julianday(start_on) - julianday(opened_on) as integer), date(start_on, '+90 days'),
          iif(start_on is null, null, left_on is null or left_on > date(start_on, '+90 days'))
        from hiring where deleted_at is null order by uid
        """,
    ),
)


STAFF = frozenset({"shifts", "absences", "attendance", "agent_teams"})
PEOPLE = frozenset({"agents", "agent_teams"})


def derive_imports(db: sqlite3.Connection, tables: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Makes the facts anew that read one of the tables; only what differs is written. Days of staff, months of costs
    and new colleagues are marked."""
    if not STAFF.isdisjoint(tables):
        mark_staff_days(db)
    if "attendance" in tables:
        mark_attended(db, ground)
    if "costs" in tables:
        mark_months(db)
    if EVENTS in tables:
        derive_service_days(db, ground, ledger)
    human = humans(ground)
    db.create_function("day_on", 1, ground.day_on, deterministic=True)
    db.create_function("human", 1, lambda uid: human.get(uid, uid), deterministic=True)
    for one in IMPORTED:
        if set(tables).isdisjoint(one.reads):
            continue
        shape = TABLES[one.fact]
        key = shape.key[0]
        names = ", ".join(shape.names)
        before: dict[str, list[Row]] = {
            row[0]: [tuple(row)] for row in db.execute(f"select {names} from {one.fact} order by {key}")
        }
        made: dict[str, list[Row]] = {uid: [] for uid in before}
        made.update({row[0]: [tuple(row)] for row in db.execute(one.sql)})
        replace(db, ledger, one.fact, key, before, made.items())
    is_about_people = not PEOPLE.isdisjoint(tables)
    mark_newcomers(db, None if is_about_people else ledger, ground.day_on(ground.now_at))
