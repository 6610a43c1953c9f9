"""Whether the people who should have been there were, and did what was planned."""

from core.numbers.metric import Amount, Example, Metric, Ratio, Sum, Unit, named

HOUR = 3_600
PAID = Sum("staff_days", "", "paid_s")


def _lost(column: str) -> Amount:
    return Amount(Sum("staff_days", "", column), HOUR)


# Four people of 8 h: A there, B sick, C left 1.5 h early, D on leave and not rostered.
TEAM = (
    {"contracted_s": 8 * HOUR, "lost_s": 0, "lost_scheduled_s": 0},
    {"contracted_s": 8 * HOUR, "lost_s": 8 * HOUR, "lost_scheduled_s": 8 * HOUR, "sick_s": 8 * HOUR},
    {"contracted_s": 8 * HOUR, "lost_s": 5_400, "lost_scheduled_s": 5_400, "late_early_s": 5_400},
    {"contracted_s": 8 * HOUR, "lost_s": 8 * HOUR, "lost_scheduled_s": 0, "leave_s": 8 * HOUR},
)

lost_service_hours = Metric(
    id="lost_service_hours",
    tier="K",
    names=named("Lost service hours", "Verlorene Servicestunden", "损失服务工时"),
    says="Hours that should have been worked less those that were.",
    group="P",
    unit=Unit.HOURS,
    direction="down",
    strength="-",
    counter=(
        "service_level",
        "overtime_hours",
    ),
    clock="shift day",
    profile="A+I",
    floor=1,
    how={
        "standard": _lost("lost_s"),
        "scheduled": _lost("lost_scheduled_s"),
        "sick": _lost("sick_s"),
        "leave": _lost("leave_s"),
        "late_early": _lost("late_early_s"),
        "training": _lost("training_s"),
        "outage": _lost("outage_s"),
        "other": _lost("other_s"),
    },
    fallback="scheduled",
    needs=("shifts",),
    needs_of={
        **dict.fromkeys(
            ("standard", "sick", "leave", "late_early", "training", "outage", "other"), ("contracted_hours",)
        ),
        "scheduled": ("scheduled_shifts",),
    },
    wants=("absences", "worked_hours"),
    examples=(
        Example(
            {"staff_days": TEAM},
            {
                "standard": 17.5,
                "sick": 8,
                "leave": 8,
                "late_early": 1.5,
                "training": None,
                "outage": None,
                "other": None,
            },
            says="Planned 32 h, worked 14.5 h.",
        ),
        Example(
            {"staff_days": tuple({**row, "scheduled_s": 8 * HOUR} for row in TEAM)},
            {"scheduled": 9.5, "scheduled.n": 4},
        ),
        Example(
            {"staff_days": ({"contracted_s": 8 * HOUR, "lost_s": 0, "overtime_s": HOUR}, TEAM[2])},
            {"standard": 1.5},
            says="Who works 9 h of 8 makes up for nobody.",
        ),
        Example({"staff_days": ({"contracted_s": 4 * HOUR, "lost_s": 0},)}, {"standard": 0.0}, says="Half a post."),
    ),
)
schedule_adherence = Metric(
    id="schedule_adherence",
    tier="F",
    names=named("Schedule adherence", "Einsatzplantreue", "排班遵守率"),
    says="Of the planned minutes, the share spent in the planned kind of work.",
    group="P",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("csat",),
    clock="shift day",
    profile="A",
    floor=8,
    floor_of="hours",
    how={
        "standard": Ratio(Sum("staff_days", "", "adherent_s"), Sum("staff_days", "", "timed_s"), per=HOUR),
    },
    needs=("shift_times",),
    examples=(
        Example(
            {"staff_days": ({"adherent_s": 465 * 60, "timed_s": 480 * 60},)},
            {"standard": 0.96875, "standard.n": 8},
            says="15 minutes late of 480.",
        ),
    ),
)
shrinkage = Metric(
    id="shrinkage",
    tier="F",
    names=named("Shrinkage", "Schwund (Shrinkage)", "缩减率"),
    says="Of the paid time, the share not available for contacts.",
    group="P",
    unit=Unit.SHARE,
    direction="band",
    strength="-",
    counter=("lost_service_hours",),
    clock="shift day",
    profile="A+I",
    floor=40,
    floor_of="hours",
    how={
        "standard": Ratio(Sum("staff_days", "", "away_planned_s + away_unplanned_s"), PAID, per=HOUR),
        "planned": Ratio(Sum("staff_days", "", "away_planned_s"), PAID, per=HOUR),
        "unplanned": Ratio(Sum("staff_days", "", "away_unplanned_s"), PAID, per=HOUR),
    },
    needs=("shifts", "worked_hours"),
    wants=("absences",),
    examples=(
        Example(
            {
                "staff_days": (
                    {
                        "worked_s": 152 * HOUR,
                        "paid_s": 160 * HOUR,
                        "away_planned_s": 12 * HOUR,
                        "away_unplanned_s": 8 * HOUR,
                    },
                )
            },
            {"standard": 0.125, "standard.n": 160, "planned": 0.075, "unplanned": 0.05},
        ),
    ),
)

METRICS = (
    lost_service_hours,
    schedule_adherence,
    shrinkage,
)
