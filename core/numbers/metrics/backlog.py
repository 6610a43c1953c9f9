"""What is left undone: tickets unsolved at the end of a local day, at any past day's end or now."""

from core.numbers.metric import Ages, Example, Level, Metric, Unit, named
from core.numbers.metrics.fixture_week import SPANS, SPANS_TUESDAY

FRIDAY, SUNDAY = ("2026-03-06", "2026-03-06"), ("2026-03-08", "2026-03-08")
MONDAY_9, TUESDAY_10 = ("2026-03-09", "2026-03-09"), ("2026-03-10", "2026-03-10")
WAITING_FOR_US = "status_category in ('new', 'open', 'other')"
UNREPLIED = "(is_unreplied_until is null or is_unreplied_until >= :at)"
BREACHED = (
    "exists (select 1 from sla_facts where sla_facts.ticket_uid = backlog_spans.ticket_uid"
    " and sla_facts.met = 0 and sla_facts.decided_at < :at)"
)


backlog_open = Metric(
    id="backlog_open",
    tier="K",
    names=named("Open backlog at day end", "Offene Tickets am Tagesende", "日终未决工单数"),
    says="Tickets not solved at the end of the day.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=("reopen_rate",),
    clock="day end",
    profile="T",
    floor=1,
    how={
        "all": Level(),
        "actionable": Level(WAITING_FOR_US),
        "new": Level("status_category = 'new'"),
        "open": Level("status_category in ('open', 'other')"),
        "pending": Level("status_category = 'pending'"),
        "hold": Level("status_category = 'hold'"),
    },
    examples=(
        Example({"backlog_spans": SPANS}, {"all": 2}, days=FRIDAY, says="T3 and T10."),
        Example({"backlog_spans": SPANS}, {"all": 2, "actionable": 2}, says="The week's value is that of its Sunday."),
        Example({"backlog_spans": SPANS_TUESDAY}, {"all": 1}, days=MONDAY_9, says="T3 was solved at 09:10."),
        Example(
            {"backlog_spans": SPANS_TUESDAY},
            {"all": 1},
            days=TUESDAY_10,
            says="T3 came back at 10:00 and left at 11:00.",
        ),
        Example(
            {"backlog_spans": SPANS}, {"all": 2, "pending": 0}, days=("2026-03-02", "2026-03-02"), says="T2 and T5."
        ),
    ),
)
backlog_age = Metric(
    id="backlog_age",
    tier="K",
    names=named("Backlog age (median, p90, max)", "Alter des Rückstands", "积压时长"),
    says="How old the unsolved tickets are at the end of the day: median, 90th percentile and the oldest.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=("backlog_open",),
    clock="day end",
    profile="T",
    floor=5,
    how={
        "calendar": Ages(),
        "business": Ages(in_business=True),
        "oldest": Ages(lead="max"),
        "since_last_customer_message": Ages("last_customer_message_at"),
        "since_reopen": Ages("coalesce(reopened_at, created_at)"),
    },
    needs_of={"business": ("schedule",)},
    examples=(
        Example({"backlog_spans": SPANS}, {"calendar": 29_100, "oldest": 32_400}, days=FRIDAY, says="T10 and T3."),
        Example(
            {"backlog_spans": SPANS},
            {"calendar": (205_200 + 198_600) / 2, "oldest": 205_200, "business": (7_200 + 600) / 2},
            days=SUNDAY,
        ),
    ),
)
unreplied_open = Metric(
    id="unreplied_open",
    tier="F",
    names=named("Open without any reply", "Offen ohne Antwort", "未回复工单数"),
    says="Unsolved tickets at the end of the day that no person has answered yet.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=("first_response_time",),
    clock="day end",
    profile="T",
    floor=1,
    how={"count": Level(at=UNREPLIED), "oldest": Ages(at=UNREPLIED, lead="max")},
    units={"oldest": Unit.SECONDS},
    examples=(Example({"backlog_spans": SPANS}, {"count": 2, "oldest": 205_200}, days=SUNDAY, says="T3 and T10."),),
)
unassigned_open = Metric(
    id="unassigned_open",
    tier="F",
    names=named("Open without assignee", "Offen ohne Bearbeiter", "未分派工单数"),
    says="Unsolved tickets at the end of the day that no person has.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=(),
    clock="day end",
    profile="T",
    floor=1,
    how={"count": Level("is_unassigned = 1"), "oldest": Ages(where="is_unassigned = 1", lead="max")},
    units={"oldest": Unit.SECONDS},
    examples=(Example({"backlog_spans": SPANS}, {"count": 1}, days=SUNDAY, says="T10."),),
)
sla_breached_open = Metric(
    id="sla_breached_open",
    tier="F",
    names=named("Open and already breached", "Offen mit SLA-Verletzung", "已超时未决数"),
    says="Unsolved tickets at the end of the day that have missed a target.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=(),
    clock="day end",
    profile="T",
    floor=1,
    how={"count": Level(at=BREACHED), "oldest": Ages(at=BREACHED, lead="max")},
    units={"oldest": Unit.SECONDS},
    needs=("sla",),
    examples=(
        Example(
            {
                "backlog_spans": SPANS_TUESDAY,
                "sla_facts": (
                    {"ticket_uid": "T10", "decided_on": "2026-03-09", "decided_at": 1_773_050_400, "met": 0},
                ),
            },
            {"count": 1},
            days=MONDAY_9,
            says="T10 missed its four business hours on Monday the 9th at 11:00.",
        ),
    ),
)
weekend_backlog = Metric(
    id="weekend_backlog",
    tier="F",
    names=named("Backlog at week end", "Rückstand am Wochenende", "周末未决数"),
    says="Tickets not solved at the end of Sunday.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=(),
    clock="Sun end",
    profile="T",
    floor=1,
    how={"all": Level(weekday=6)},
    examples=(
        Example({"backlog_spans": SPANS}, {"all": 2}),
        Example({"backlog_spans": SPANS}, {"all": None}, days=FRIDAY, says="There is no Sunday in this period."),
    ),
)

METRICS = (
    backlog_open,
    backlog_age,
    unreplied_open,
    unassigned_open,
    sla_breached_open,
    weekend_backlog,
)
