"""What a metric needs to be known: inputs that a source must bring, and whether one does (metrics R17)."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.numbers.metric import Metric, facts_of, named
from core.numbers.reporting import Reporting


@dataclass(frozen=True)
class Need:
    """An input by name; one of the queries in ``seen`` finds a row where a source brings it, none if none can yet."""

    names: Mapping[str, str]
    seen: tuple[str, ...] = ()


def _lately(column: str, condition: str = "is not null", *, fact: str = "queue_legs", on: str = "enqueued_on") -> str:
    """Whether one of the last thousand rows of a fact has a value: no reading of all to find that none has."""
    lately = f"select {column} from {fact} order by {on} desc limit 1000"
    return f"select 1 from ({lately}) where {column} {condition}"


NEEDS: Mapping[str, Need] = {
    "tickets": Need(named("tickets", "Tickets", "工单"), ("select 1 from ticket_facts limit 1",)),
    "calls": Need(
        named("calls", "Anrufe", "电话"), ("select 1 from queue_legs limit 1", "select 1 from call_facts limit 1")
    ),
    "contacts": Need(
        named("tickets or calls", "Tickets oder Anrufe", "工单或电话"),
        ("select 1 from contact_facts limit 1", "select 1 from handled_facts limit 1"),
    ),
    "agent_states": Need(
        named("agent states", "Agentenzustände", "坐席状态"),
        ("select 1 from agent_days where logged_in_s > 0 limit 1",),
    ),
    "surveys": Need(named("surveys", "Umfragen", "问卷"), ("select 1 from survey_facts limit 1",)),
    "csat": Need(
        named("satisfaction surveys", "Zufriedenheitsumfragen", "满意度调查"),
        ("select 1 from survey_facts where kind = 'csat' limit 1",),
    ),
    "survey_offers": Need(
        named("survey offers", "versandte Umfragen", "问卷发送记录"),
        ("select 1 from survey_facts where offered_on is not null limit 1",),
    ),
    "nps": Need(
        named("recommendation surveys", "NPS-Umfragen", "净推荐值调查"),
        ("select 1 from survey_facts where kind = 'nps' limit 1",),
    ),
    "fcr_surveys": Need(
        named("surveys on first contact resolution", "Umfragen zur Erstlösung", "一次解决率调查"),
        ("select 1 from survey_facts where kind = 'fcr' limit 1",),
    ),
    "sla": Need(named("SLA targets", "SLA-Ziele", "SLA 目标"), ("select 1 from sla_facts limit 1",)),
    "escalations": Need(
        named("escalations", "Eskalationen", "升级记录"),
        ("select 1 from ticket_facts where escalated_on is not null limit 1",),
    ),
    "schedule": Need(
        named("opening hours", "Öffnungszeiten", "营业时间"),
        ("select 1 from business_schedules where deleted_at is null limit 1",),
    ),
    "hold_times": Need(named("hold times", "Haltezeiten", "保持时长"), (_lately("hold_s"),)),
    "acw_times": Need(
        named("after-call work times", "Nachbearbeitungszeiten", "话后处理时长"), (_lately("acw_s", "> 0"),)
    ),
    "rings": Need(named("rings at agents' phones", "Klingelversuche", "振铃记录"), (_lately("rings"),)),
    "attendance": Need(
        named(
            "times at work of all who handle contacts",
            "Arbeitszeiten aller, die Kontakte bearbeiten",
            "所有处理接触人员的工时",
        ),
        (
            "select 1 where not exists (select 1 from (select source from handled_facts order by day_on desc "
            "limit 1000) where source not in (select source from agent_days))",
        ),
    ),
    "absences": Need(
        named("absences", "Abwesenheiten", "缺勤记录"),
        (
            "select 1 from absences where deleted_at is null limit 1",
            "select 1 from staff_days where absent_s > 0 limit 1",
        ),
    ),
    "availability": Need(
        named("records of outages", "erfasste Ausfälle", "系统中断记录"), ("select 1 from service_days limit 1",)
    ),
    "call_charges": Need(
        named("call charges in one currency", "Gesprächskosten in einer Währung", "同一货币的通话费用"),
        (
            "select 1 from (select charge_minor, charge_currency from call_facts order by arrived_on desc limit 1000) "
            "where charge_minor is not null group by 1 = 1 having count(distinct charge_currency) < 2",
        ),
    ),
    "carrier_events": Need(
        named("carrier events of blocked calls", "Besetztmeldungen des Netzes", "运营商占线记录"),
        ("select 1 from call_facts where outcome in ('blocked', 'busy') and direction = 'inbound' limit 1",),
    ),
    "complaints": Need(named("complaints", "Beschwerden", "投诉记录"), ("select 1 from complaint_facts limit 1",)),
    "costs": Need(named("costs", "Kosten", "成本"), ("select 1 from cost_facts limit 1",)),
    "allocated_costs": Need(
        named(
            "costs, and handle times of every channel,",
            "Kosten und Bearbeitungszeiten aller Kanäle",
            "成本及各渠道处理时长",
        ),
        ("select 1 from cost_facts where channel is not null limit 1",),
    ),
    "customer_base": Need(
        named("number of customers", "Kundenzahl", "客户数量"), ("select 1 from customer_base_facts limit 1",)
    ),
    "effort_surveys": Need(
        named("effort surveys", "Umfragen zum Aufwand", "费力度调查"),
        ("select 1 from survey_facts where kind = 'ces' limit 1",),
    ),
    "forecasts": Need(
        named("forecasts of the day before", "Prognosen vom Vortag", "前一日预测"),
        ("select 1 from forecast_facts limit 1",),
    ),
    "call_forecasts": Need(
        named("forecasts of calls made the day before", "Anrufprognosen vom Vortag", "前一日来电量预测"),
        ("select 1 from forecast_facts where series = 'calls_offered' limit 1",),
    ),
    "ticket_forecasts": Need(
        named("forecasts of tickets made the day before", "Ticketprognosen vom Vortag", "前一日工单量预测"),
        ("select 1 from forecast_facts where series = 'tickets_created' limit 1",),
    ),
    "improvements": Need(
        named("improvement actions", "Verbesserungsmaßnahmen", "改进措施"),
        ("select 1 from improvement_facts limit 1",),
    ),
    "improvement_effects": Need(
        named("measured effects of improvements", "gemessene Wirkungen von Verbesserungen", "改进效果测量"),
        ("select 1 from improvement_effect_facts where is_effective is not null limit 1",),
    ),
    "handle_times": Need(
        named("handle times", "Bearbeitungszeiten", "处理时长"),
        ("select 1 from call_facts limit 1", "select 1 from booked_facts limit 1"),
    ),
    "hiring": Need(named("hiring records", "Einstellungen", "招聘记录"), ("select 1 from hire_facts limit 1",)),
    "project_plans": Need(
        named("targets of projects", "Ziele von Projekten", "项目目标"),
        ("select 1 from project_facts where target_count is not null limit 1",),
    ),
    "project_ends": Need(
        named("ends of projects", "Enden von Projekten", "项目结束日期"),
        ("select 1 from project_facts where ended_on is not null limit 1",),
    ),
    "trained_groups": Need(
        named(
            "reviews of people trained and not trained, before and after,",
            "Prüfungen Geschulter und anderer, davor und danach,",
            "受训与未受训人员训练前后的质检记录",
        ),
        ("select 1 from training_effect_facts limit 1",),
    ),
    "ivr_events": Need(
        named("events of the voice menu", "Ereignisse des Sprachmenüs", "语音菜单事件"),
        (_lately("ivr_s", fact="call_facts", on="arrived_on"),),
    ),
    "ivr_greetings": Need(
        named("length of greetings", "Länge der Ansagen", "欢迎语时长"),
        ("select 1 from self_service_facts where greeting_s is not null limit 1",),
    ),
    "projects": Need(named("projects", "Projekte", "项目"), ("select 1 from project_facts limit 1",)),
    "qa_reviews": Need(
        named("quality reviews", "Qualitätsprüfungen", "质检记录"),
        ("select 1 from review_facts limit 1", "select 1 from review_item_facts limit 1"),
    ),
    "required_fields": Need(
        named("list of required fields", "Liste der Pflichtfelder", "必填字段清单"),
        (_lately("required_fields", "> 0", fact="ticket_facts", on="last_solved_on"),),
    ),
    "requirements": Need(
        named(
            "staffing plans kept the day before",
            "am Vortag festgehaltene Personalplanung",
            "前一日保存的人员需求",
        ),
        ("select 1 from requirement_facts limit 1",),
    ),
    "self_service": Need(
        named("self-service figures", "Zahlen der Selbstbedienung", "自助服务数据"),
        ("select 1 from self_service_facts limit 1",),
    ),
    "shifts": Need(named("shifts", "Schichten", "班次"), ("select 1 from staff_days limit 1",)),
    "contracted_hours": Need(
        named("contracted hours of days", "vertragliche Stunden je Tag", "每日合同工时"),
        ("select 1 from staff_days where contracted_s is not null limit 1",),
    ),
    "scheduled_shifts": Need(
        named("scheduled shifts", "eingeteilte Schichten", "排定班次"),
        ("select 1 from staff_days where scheduled_s is not null limit 1",),
    ),
    "worked_hours": Need(
        named("times at work", "Arbeitszeiten", "实际工时"),
        ("select 1 from staff_days where worked_s is not null limit 1",),
    ),
    "shift_times": Need(
        named(
            "shifts with times and the states of their agents",
            "Schichten mit Uhrzeiten und Zustände ihrer Agenten",
            "带时段的班次及坐席状态",
        ),
        ("select 1 from staff_days where timed_s is not null limit 1",),
    ),
    "staff_records": Need(
        named("staff records", "Personaldaten", "人事记录"), ("select 1 from employment_facts limit 1",)
    ),
    "start_outputs": Need(
        named("output of new colleagues", "Leistung neuer Kolleginnen und Kollegen", "新员工产出记录"),
        ("select 1 from proficiency_facts limit 1",),
    ),
    "staff_surveys": Need(
        named("staff surveys", "Mitarbeiterumfragen", "员工调查"),
        ("select 1 from survey_facts where kind = 'esat' limit 1",),
    ),
    "stockout_reasons": Need(
        named("list of out-of-stock reasons", "Liste der Gründe ohne Lieferbarkeit", "缺货原因清单"),
        (
            "select 1 from contact_reasons where reason_class = 'stockout' and deleted_at is null limit 1",
            _lately("is_stockout", "= 1", fact="contact_facts", on="day_on"),
        ),
    ),
    "trainings": Need(named("trainings", "Schulungen", "培训记录"), ("select 1 from training_facts limit 1",)),
}

FACT_NEEDS: Mapping[str, str] = {
    **dict.fromkeys(("ticket_facts", "solve_facts", "reply_wait_facts", "backlog_moves", "backlog_spans"), "tickets"),
    **dict.fromkeys(("queue_legs", "call_facts"), "calls"),
    **dict.fromkeys(("contact_facts", "handled_facts"), "contacts"),
    "agent_days": "agent_states",
    "staff_days": "shifts",
    "survey_facts": "surveys",
    "sla_facts": "sla",
    "review_facts": "qa_reviews",
    "review_item_facts": "qa_reviews",
    "complaint_facts": "complaints",
    "cost_facts": "costs",
    "booked_facts": "handle_times",
    "self_service_facts": "self_service",
    "project_facts": "projects",
    "employment_facts": "staff_records",
    "improvement_facts": "improvements",
    "improvement_effect_facts": "improvement_effects",
    "customer_base_facts": "customer_base",
    "forecast_facts": "forecasts",
    "training_facts": "trainings",
    "hire_facts": "hiring",
    "service_days": "availability",
    "requirement_facts": "requirements",
    "training_effect_facts": "trained_groups",
    "proficiency_facts": "start_outputs",
}

# Needs that are told by the month: what a row of ``cost_facts`` must hold.
MONTHLY: Mapping[str, str] = {"costs": "day_on is not null", "allocated_costs": "channel is not null"}
# Dimensions that costs have in some months only.
MONTHLY_DIMS: Mapping[str, str] = {"channel": "channel is not null", "team": "team_uid is not null"}

# The fact and day column from which on a family of facts has a history.
BEGINS: Mapping[str, tuple[str, str]] = {
    "tickets": ("ticket_facts", "created_on"),
    "calls": ("call_facts", "arrived_on"),
    "agent_states": ("agent_days", "day_on"),
    "contacts": ("contact_facts", "day_on"),
    "availability": ("service_days", "day_on"),
}


def needs_of(metric: Metric, variant: str) -> tuple[str, ...]:
    """Keys of what a variant needs, the particular ones first."""
    formula = metric.how.get(variant)
    facts = sorted(FACT_NEEDS[fact] for fact in facts_of(formula)) if formula else []
    return tuple(dict.fromkeys((*metric.needs, *metric.needs_of.get(variant, ()), *facts)))


def is_met(db: sqlite3.Connection, need: str, reporting: Reporting) -> bool:
    """Whether some source, or the config, brings an input."""
    if need == "schedule" and (reporting.default_schedule_uid is not None or reporting.schedules):
        return True
    if any(db.execute(query).fetchone() is not None for query in NEEDS[need].seen):
        return True
    return need == "attendance" and bool(reporting.aliases) and _are_timed(db, reporting)


# Who steps in once a month has no times at work, and does not make those of all others worthless.
TIMED_SHARE = 0.9


def _are_timed(db: sqlite3.Connection, reporting: Reporting) -> bool:
    """Whether times at work are known of those who handle a source's contacts, by whatever names of theirs."""
    human = {uid: group[0] for group in reporting.aliases for uid in group}
    timed = {human.get(row[0], row[0]) for row in db.execute("select distinct agent_uid from agent_days")}
    told = {row[0] for row in db.execute("select distinct source from agent_days")}
    rows = db.execute("select source, agent_uid from handled_facts order by day_on desc limit 1000").fetchall()
    for source in {source for source, _ in rows} - told:
        agents = [agent for known, agent in rows if known == source]
        if sum(human.get(agent, agent) in timed for agent in agents) < TIMED_SHARE * len(agents):
            return False
    return bool(timed)


def missing(db: sqlite3.Connection, metric: Metric, variant: str, reporting: Reporting) -> tuple[str, ...]:
    """Keys of ``NEEDS`` that no source brings; with one of them the variant is unavailable."""
    wanted = needs_of(metric, variant)
    if not {"csat", "nps", "fcr_surveys", "effort_surveys", "staff_surveys"}.isdisjoint(wanted):
        wanted = tuple(need for need in wanted if need != "surveys")
    if "attendance" in wanted:
        wanted = tuple(need for need in wanted if need != "agent_states")
    return tuple(need for need in wanted if not is_met(db, need, reporting))


def lacking_wants(db: sqlite3.Connection, metric: Metric, reporting: Reporting) -> tuple[str, ...]:
    """Keys of ``NEEDS`` that would make a value whole and that no source brings."""
    return tuple(want for want in metric.wants if not is_met(db, want, reporting))


def months_of(db: sqlite3.Connection, metric: Metric, variant: str, dims: Iterable[str]) -> frozenset[str] | None:
    """The months (``YYYY-MM``) of which a variant can be told by these dimensions; None where months do not matter."""
    wanted = [MONTHLY[need] for need in needs_of(metric, variant) if need in MONTHLY]
    if not wanted:
        return None
    conditions = " and ".join([*wanted, *(MONTHLY_DIMS[dim] for dim in dims if dim in MONTHLY_DIMS)])
    # From month to month by the index: there are few, and many rows of each.
    following = f"select min(day_on) from cost_facts where day_on > ? and {conditions}"
    months: list[str] = []
    while (day_on := db.execute(following, (f"{months[-1]}-31" if months else "",)).fetchone()[0]) is not None:
        months.append(day_on[:7])
    return frozenset(months)


def begins_on(db: sqlite3.Connection, metric: Metric, variant: str, reporting: Reporting) -> str | None:
    """The first day of which the facts behind a variant tell; None where they have no such day."""
    found = []
    for need in needs_of(metric, variant):
        if need in BEGINS:
            fact, on = BEGINS[need]
            first_on = db.execute(f"select min({on}) from {fact}").fetchone()[0]
            found += [str(first_on)] if first_on is not None else []
    if reporting.history_from_on is not None:
        found.append(reporting.history_from_on)
    return max(found, default=None)
