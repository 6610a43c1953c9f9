"""Whether people came, learned and stayed."""

from core.numbers.metric import Durations, Example, Hours, Metric, PerEmployed, Ratio, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import many

TRAINED = Sum("training_facts", "", "spent_s")
COMPARED = Sum("training_effect_facts", "", "reviews")

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

METRICS = (
    time_to_fill,
    hire_retention_90d,
    training_hours,
    training_pass_rate,
    training_effect,
)
