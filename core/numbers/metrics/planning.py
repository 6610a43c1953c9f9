"""Whether what came was expected, enough people were planned for it, and their tools worked."""

from core.numbers.metric import (
    Amount,
    Difference,
    Example,
    ForecastError,
    Formula,
    Metric,
    Ratio,
    Row,
    Sum,
    Unit,
    named,
)
from core.numbers.metrics.fixture_week import legs, many
from core.numbers.metrics.queue import offered
from core.numbers.metrics.ticket_volume import CREATED

HOUR = 3_600
REQUIRED = Sum("requirement_facts", "", "required_milli")


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
    schedule_accuracy,
    forecast_wape,
    forecast_bias,
    system_availability,
)
