"""Whether the right number of people were there, and came to stay."""

from core.numbers.metric import (
    Amount,
    Difference,
    Durations,
    Example,
    ForecastError,
    Formula,
    Hours,
    Metric,
    PerEmployed,
    Ratio,
    Row,
    Share,
    Sum,
    Unit,
    named,
)
from core.numbers.metrics.fixture_week import legs, many
from core.numbers.metrics.queue import offered
from core.numbers.metrics.ticket_volume import CREATED

HOUR = 3_600
PAID = Sum("staff_days", "", "paid_s")
REQUIRED = Sum("requirement_facts", "", "required_milli")


def _lost(column: str) -> Amount:
    return Amount(Sum("staff_days", "", column), HOUR)


def _error(*, is_bias: bool) -> dict[str, Formula]:
    return {
        name: ForecastError(Sum("forecast_facts", f"series = '{series}'", "value_milli"), actual, is_bias)
        for name, series, actual in (("calls", "calls_offered", offered), ("tickets", "tickets_created", CREATED))
    }


def _expected(series: str) -> tuple[Row, ...]:
    return tuple(
        {"series": series, "day_on": day_on, "value_milli": 1_000 * value}
        for day_on, value in (("2026-03-02", 15), ("2026-03-03", 2), ("2026-03-04", 90))
    )


def _half_hour(required: int, staffed: int) -> Row:
    gap = 1_000 * (staffed - required)
    return {"required_milli": 1_000 * required, "staffed_milli": 1_000 * staffed, "off_milli": abs(gap),
            "under_milli": min(gap, 0), "over_milli": max(gap, 0)}  # fmt: skip


CAME = (("2026-03-02", 10), ("2026-03-04", 100), ("2026-03-05", 40))
CAME_CALLS = tuple(row for day_on, n in CAME for row in legs(n, wait=5, outcome="answered", enqueued_on=day_on))
CAME_TICKETS = tuple(row for day_on, n in CAME for row in many(n, is_counted_created=1, created_on=day_on))
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
schedule_accuracy = Metric(
    id="schedule_accuracy",
    tier="F",
    names=named("Schedule accuracy", "Genauigkeit der Einsatzplanung", "人员排班准确率"),
    says="How closely the people rostered matched the people required, by what was expected on the day before.",
    group="P",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=("service_level",),
    clock="30-min interval",
    profile="I",
    floor=20,
    floor_of="intervals",
    how={
        "standard": Ratio(
            Difference((REQUIRED,), (Sum("requirement_facts", "", "off_milli"),)), REQUIRED, by_rows=True
        ),
        "under": Amount(Sum("requirement_facts", "", "under_milli"), 1_000),
        "over": Amount(Sum("requirement_facts", "", "over_milli"), 1_000),
    },
    units={"under": Unit.COUNT, "over": Unit.COUNT},
    needs=("requirements",),
    examples=(
        Example(
            {"requirement_facts": (_half_hour(10, 10), _half_hour(12, 10), _half_hour(8, 9))},
            {"standard": 0.9, "standard.n": 3, "under": -2, "over": 1},
            says="10, 12 and 8 people required, 10, 10 and 9 there.",
        ),
    ),
)
forecast_wape = Metric(
    id="forecast_wape",
    tier="F",
    names=named("Forecast error (WAPE), bias", "Prognosefehler (WAPE)", "业务量预测误差"),
    says="How far forecasts were off, weighted by volume.",
    group="P",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=("forecast_bias",),
    clock="interval/day",
    profile="I",
    floor=5,
    floor_of="points",
    how=_error(is_bias=False),
    fallback="tickets",
    needs=("forecasts",),
    needs_of={"calls": ("call_forecasts",), "tickets": ("ticket_forecasts",)},
    examples=(
        Example(
            {"forecast_facts": _expected("calls_offered"), "queue_legs": CAME_CALLS},
            {"calls": 17 / 110, "calls.n": 3},
            says="10, 0 and 100 came, 15, 2 and 90 were expected.",
        ),
        Example(
            {"forecast_facts": _expected("tickets_created"), "ticket_facts": CAME_TICKETS},
            {"tickets": 17 / 110, "tickets.n": 3},
        ),
    ),
)
forecast_bias = Metric(
    id="forecast_bias",
    tier="F",
    names=named("Forecast bias", "Prognoseverzerrung", "业务量预测偏差"),
    says="How far forecasts were too high or too low in sum.",
    group="P",
    unit=Unit.SHARE,
    direction="band",
    strength="-",
    counter=("forecast_wape",),
    clock="interval/day",
    profile="I",
    floor=5,
    floor_of="points",
    how=_error(is_bias=True),
    fallback="tickets",
    needs=("forecasts",),
    needs_of={"calls": ("call_forecasts",), "tickets": ("ticket_forecasts",)},
    examples=(
        Example(
            {"forecast_facts": _expected("calls_offered"), "queue_legs": CAME_CALLS},
            {"calls": -3 / 110, "calls.n": 3},
            says="10, 0 and 100 came, 15, 2 and 90 were expected.",
        ),
        Example(
            {"forecast_facts": _expected("tickets_created"), "ticket_facts": CAME_TICKETS},
            {"tickets": -3 / 110, "tickets.n": 3},
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
time_to_fill = Metric(
    id="time_to_fill",
    tier="F",
    names=named("Time to fill a post", "Zeit bis zur Besetzung", "招聘周期"),
    says="Days from opening a post to the first day of the person who fills it.",
    group="P",
    unit=Unit.DAYS,
    direction="down",
    strength="S",
    counter=("hire_retention_90d",),
    clock="start_on",
    profile="I",
    floor=3,
    how={"standard": Durations("hire_facts", "fill_days", on="start_on")},
    needs=("hiring",),
    examples=(
        Example(
            {"hire_facts": ({"fill_days": 20}, {"fill_days": 30}, {"fill_days": 70})}, {"standard": 30, "standard.n": 3}
        ),
    ),
)
hire_retention_90d = Metric(
    id="hire_retention_90d",
    tier="F",
    names=named("New hires still here at day 90", "Verbleib nach 90 Tagen", "新员工90天留存率"),
    says="Of the people hired, the share still here after 90 days.",
    group="P",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("time_to_fill",),
    clock="hire cohort",
    profile="I",
    floor=10,
    how={
        "standard": Share(
            Sum("hire_facts", "is_present_90d = 1", on="day_90_on"),
            Sum("hire_facts", "is_present_90d is not null", on="day_90_on"),
        )
    },
    needs=("hiring",),
    examples=(
        Example(
            {"hire_facts": (*many(9, is_present_90d=1), *many(1, is_present_90d=0))},
            {"standard": 0.9, "standard.n": 10},
        ),
    ),
)
TRAINED = Sum("training_facts", "", "spent_s")
COMPARED = Sum("training_effect_facts", "", "reviews")
training_hours = Metric(
    id="training_hours",
    tier="F",
    names=named("Training hours per head", "Schulungsstunden je Kopf", "人均培训时长"),
    says="Hours of training for each person.",
    group="P",
    unit=Unit.HOURS,
    direction="up",
    strength="S",
    counter=("training_effect",),
    clock="held_on",
    profile="I",
    floor=1,
    how={"per_head": PerEmployed(TRAINED, per=3_600), "total": Hours(TRAINED)},
    fallback="total",
    needs=("trainings",),
    needs_of={"per_head": ("staff_records",)},
    examples=(
        Example({"training_facts": ({"spent_s": 5_400}, {"spent_s": 9_000})}, {"total": 4.0}),
        Example(
            {
                "training_facts": ({"spent_s": 5_400}, {"spent_s": 9_000}),
                "employment_facts": many(8, hired_on="2024-05-01", left_on=None),
            },
            {"per_head": 0.5, "per_head.n": 8},
        ),
    ),
)
training_pass_rate = Metric(
    id="training_pass_rate",
    tier="F",
    names=named("Training pass rate", "Bestehensquote", "培训通过率"),
    says="Of the trainings taken, the share passed.",
    group="P",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("training_effect",),
    clock="held_on",
    profile="I",
    floor=10,
    how={"standard": Share(Sum("training_facts", "passed = 1"), Sum("training_facts", "passed is not null"))},
    needs=("trainings",),
    examples=(
        Example(
            {"training_facts": (*many(18, passed=1), *many(2, passed=0), {"passed": None})},
            {"standard": 0.9, "standard.n": 20},
        ),
    ),
)
training_effect = Metric(
    id="training_effect",
    tier="F",
    names=named("QA change after training", "Qualitätswirkung der Schulung", "培训效果"),
    says="What quality gained after training, against those who had none.",
    group="P",
    unit=Unit.POINTS,
    direction="up",
    strength="W",
    counter=(),
    clock="28 days each side",
    profile="I",
    floor=10,
    floor_of="reviews each",
    how={"standard": Ratio(Sum("training_effect_facts", "", "gain"), COMPARED)},
    needs=("trained_groups",),
    maturity_days=28,
    examples=(
        Example(
            {"training_effect_facts": ({"reviews": 20, "gain": 20 * ((87 - 82) - (85 - 84))},)},
            {"standard": 4.0, "standard.n": 20},
            says="Those trained rose from 82 to 87, the others from 84 to 85.",
        ),
        Example(
            {"training_effect_facts": ({"reviews": 30, "gain": 30 * 4.0}, {"reviews": 10, "gain": 10 * -2.0})},
            {"standard": 2.5, "standard.n": 40},
            says="Two days of trainings, each as much as it has reviews.",
        ),
    ),
)
system_availability = Metric(
    id="system_availability",
    tier="F",
    names=named("Tools availability", "Systemverfügbarkeit", "系统可用率（后勤保障）"),
    says="Of the service minutes, the share in which the tools worked.",
    group="P",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=(),
    clock="minute",
    profile="I",
    floor=1,
    floor_of="day",
    how={"standard": Ratio(Sum("service_days", "", "up_s"), Sum("service_days", "", "service_s"), by_rows=True)},
    needs=("availability",),
    examples=(
        Example(
            {
                "service_days": (
                    {"day_on": "2026-03-02", "service_s": 8 * HOUR, "up_s": 8 * HOUR},
                    {"day_on": "2026-03-03", "service_s": 8 * HOUR, "up_s": 8 * HOUR - 1_800},
                )
            },
            {"standard": 930 / 960, "standard.n": 2},
            says="Half an hour down of two days of 480 minutes.",
        ),
        Example({"service_days": ()}, {"standard": None}, says="No record of outages, no availability."),
    ),
)

METRICS = (
    lost_service_hours,
    schedule_adherence,
    schedule_accuracy,
    forecast_wape,
    forecast_bias,
    shrinkage,
    time_to_fill,
    hire_retention_90d,
    training_hours,
    training_pass_rate,
    training_effect,
    system_availability,
)
