"""How agents' time is spent, from their states; overlapping contacts count once."""

from core.numbers.metric import Amount, Difference, Durations, Example, Metric, PerEmployed, Ratio, Sum, Unit, named

PAID = "is_paid = 1"
handling = Sum("agent_days", PAID, "handling_s")
idle = Sum("agent_days", PAID, "idle_s")
logged_in = Sum("agent_days", PAID, "logged_in_s")
available = Difference((handling, idle))
LEFT = Sum("employment_facts", "coalesce(leave_reason, '') <> 'internal'")
REASONS = ("voluntary", "voluntary", "involuntary")
SHIFT = {
    "is_paid": 1,
    "handling_s": 15_300,
    "idle_s": 6_300,
    "break_s": 3_600,
    "training_s": 3_600,
    "logged_in_s": 28_800,
}


occupancy = Metric(
    id="occupancy",
    tier="K",
    names=named("Occupancy", "Auslastung", "员工占用率"),
    says="Of the time that agents handled contacts or waited for one, the share handling.",
    group="M",
    unit=Unit.SHARE,
    direction="band",
    strength="-",
    counter=(
        "service_level",
        "esat",
        "absence_rate",
    ),
    clock="state time",
    profile="A",
    floor=8,
    floor_of="hours",
    how={
        "standard": Ratio(handling, available, per=3_600),
        "logged_in": Ratio(handling, logged_in, per=3_600),
    },
    examples=(
        Example({"agent_days": (SHIFT,)}, {"standard": 4.25 / 6, "standard.n": 6, "logged_in": 4.25 / 8}),
        Example(
            {"agent_days": ({"is_paid": 1, "handling_s": 420, "idle_s": 180, "logged_in_s": 600},)},
            {"standard": 0.7},
            says="6 min contact, 1 min after it, 3 min waiting.",
        ),
        Example(
            {"agent_days": ({"is_paid": 1, "handling_s": 4 * 3600, "idle_s": 7_200, "logged_in_s": 6 * 3600},)},
            {"logged_in": 2 / 3},
        ),
    ),
)
utilization = Metric(
    id="utilization",
    tier="F",
    names=named("Utilisation", "Nutzungsgrad", "员工有效利用率"),
    says="Of the time that agents were logged in, breaks and training included, the share handling contacts.",
    group="E",
    unit=Unit.SHARE,
    direction="band",
    strength="-",
    counter=(
        "esat",
        "absence_rate",
    ),
    clock="state time",
    profile="A",
    floor=8,
    floor_of="hours",
    how={"standard": Ratio(handling, logged_in, per=3_600)},
    examples=(Example({"agent_days": (SHIFT,)}, {"standard": 4.25 / 8, "standard.n": 8}),),
)
idle_time_rate = Metric(
    id="idle_time_rate",
    tier="F",
    names=named("Idle share of available time", "Leerlaufanteil", "空闲率"),
    says="Of the time that agents handled contacts or waited for one, the share waiting.",
    group="E",
    unit=Unit.SHARE,
    direction="band",
    strength="-",
    counter=("service_level",),
    clock="state time",
    profile="A",
    floor=8,
    floor_of="hours",
    how={"standard": Ratio(idle, available, per=3_600)},
    examples=(Example({"agent_days": (SHIFT,)}, {"standard": 1.75 / 6}),),
)
absence_rate = Metric(
    id="absence_rate",
    tier="F",
    names=named("Absence rate", "Abwesenheitsquote", "缺勤率"),
    says="Of the hours scheduled, the share missed without plan.",
    group="M",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=(
        "occupancy",
        "esat",
    ),
    clock="shift day",
    profile="I",
    floor=40,
    floor_of="hours",
    how={"standard": Ratio(Sum("staff_days", "", "absent_s"), Sum("staff_days", "", "rostered_s"), per=3_600)},
    needs=("absences",),
    examples=(
        Example(
            {
                "staff_days": (
                    {"rostered_s": 28_800, "absent_s": 28_800},
                    *({"rostered_s": 28_800, "absent_s": 0} for _ in range(9)),
                )
            },
            {"standard": 0.1, "standard.n": 80},
            says="One of ten shifts of 8 h missed for illness.",
        ),
    ),
)
overtime_hours = Metric(
    id="overtime_hours",
    tier="F",
    names=named("Overtime hours", "Überstunden", "加班工时"),
    says="Hours worked beyond those planned.",
    group="M",
    unit=Unit.HOURS,
    direction="down",
    strength="-",
    counter=("esat",),
    clock="shift day",
    profile="A+I",
    floor=1,
    how={
        "standard": Amount(Sum("staff_days", "", "overtime_s"), 3_600),
        "scheduled": Amount(Sum("staff_days", "", "overtime_scheduled_s"), 3_600),
    },
    fallback="scheduled",
    needs=("worked_hours",),
    needs_of={"standard": ("contracted_hours",), "scheduled": ("scheduled_shifts",)},
    examples=(
        Example(
            {
                "staff_days": (
                    {
                        "contracted_s": 28_800,
                        "scheduled_s": 28_800,
                        "worked_s": 32_400,
                        "overtime_s": 3_600,
                        "overtime_scheduled_s": 3_600,
                    },
                    {"contracted_s": 28_800, "scheduled_s": 28_800, "worked_s": 0, "overtime_s": 0},
                )
            },
            {"standard": 1.0, "scheduled": 1.0},
            says="9 h worked of 8; what a colleague missed takes nothing off.",
        ),
    ),
)
attrition_rate = Metric(
    id="attrition_rate",
    tier="F",
    names=named("Attrition rate", "Fluktuationsquote", "员工流失率"),
    says="People who left for each person employed.",
    group="M",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=("esat",),
    clock="left_on",
    profile="I",
    floor=10,
    floor_of="heads",
    how={
        "standard": PerEmployed(LEFT),
        "annualised": PerEmployed(LEFT, is_annual=True),
        "voluntary": PerEmployed(Sum("employment_facts", "leave_reason = 'voluntary'")),
    },
    needs=("staff_records",),
    examples=(
        Example(
            {
                "employment_facts": (
                    *({"hired_on": "2024-05-01", "left_on": None} for _ in range(23)),
                    *({"hired_on": "2025-05-01", "left_on": "2026-01-31", "leave_reason": why} for why in REASONS),
                )
            },
            {"standard": 3 / 24, "standard.n": 24, "voluntary": 2 / 24, "annualised": 3 / 24 * 365 / 90},
            days=("2026-01-01", "2026-03-31"),
            says="3 of 24 on average left in a quarter of 90 days.",
        ),
        Example(
            {
                "employment_facts": (
                    *({"hired_on": "2024-05-01", "left_on": None} for _ in range(9)),
                    {"hired_on": "2024-05-01", "left_on": "2026-04-01", "leave_reason": "internal"},
                )
            },
            {"standard": 0.0, "standard.n": 10},
            days=("2026-03-01", "2026-03-31"),
            says="Who moves within the company has not left it.",
        ),
    ),
)
time_to_proficiency = Metric(
    id="time_to_proficiency",
    tier="F",
    names=named("Days to team-median output", "Einarbeitungszeit", "上岗达标周期"),
    says="Days until a new colleague's output and quality reach the team's median.",
    group="P",
    unit=Unit.DAYS,
    direction="down",
    strength="W",
    counter=("qa_score",),
    clock="reached_on",
    profile="A+I",
    floor=3,
    how={"standard": Durations("proficiency_facts", "days_needed", on="reached_on")},
    needs=("start_outputs",),
    examples=(
        Example(
            {"proficiency_facts": ({"days_needed": 41}, {"days_needed": 48}, {"days_needed": 90})},
            {"standard": 48, "standard.n": 3},
        ),
    ),
)

METRICS = (
    occupancy,
    utilization,
    idle_time_rate,
    absence_rate,
    overtime_hours,
    attrition_rate,
    time_to_proficiency,
)
