"""What service costs; only for periods that have a cost file."""

from core.numbers.metric import Metric, Unit, named

cost_per_contact = Metric(
    id="cost_per_contact",
    tier="K",
    names=named("Cost per contact", "Kosten pro Kontakt", "单次接触成本"),
    says="All cost of the service for each contact that people handled.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=(
        "csat",
        "first_contact_resolution_rate",
    ),
    clock="period",
    profile="I",
    floor=100,
    needs=("costs",),
)
cost_per_call = Metric(
    id="cost_per_call",
    tier="F",
    names=named("Cost per call", "Kosten pro Anruf", "单呼成本"),
    says="The telephone's share of cost for each call.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("csat",),
    clock="period",
    profile="I",
    floor=100,
    needs=("costs",),
)
cost_per_minute = Metric(
    id="cost_per_minute",
    tier="F",
    names=named("Cost per minute", "Kosten pro Minute", "分钟成本"),
    says="Cost for each minute of handling.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("first_contact_resolution_rate",),
    clock="period",
    profile="I",
    floor=100,
    needs=("costs",),
)
cost_per_resolution = Metric(
    id="cost_per_resolution",
    tier="F",
    names=named("Cost per resolution", "Kosten pro Lösung", "单次解决成本"),
    says="Cost for each matter solved.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("reopen_rate",),
    clock="period",
    profile="I",
    floor=100,
    needs=("costs",),
)

METRICS = (
    cost_per_contact,
    cost_per_call,
    cost_per_minute,
    cost_per_resolution,
)
