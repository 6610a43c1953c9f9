"""What reviewers find in a sample of contacts."""

from core.numbers.metric import Example, Metric, Ratio, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import many

COUNTED = "is_counted = 1 and possible > 0"
RANDOM = f"{COUNTED} and sample = 'random'"
REVIEWS = Sum("review_facts", "is_counted = 1")


def points(among: str, fact: str = "review_facts") -> Ratio:
    """Points reached of those possible, over the reviews of which both are known; n is reviews."""
    return Ratio(
        Sum(fact, f"{among} and points is not null", "points"),
        Sum(fact, f"{among} and points is not null", "possible"),
        by_rows=True,
    )


qa_score = Metric(
    id="qa_score",
    tier="K",
    names=named("Quality (monitoring) score", "Qualitätsnote (Monitoring)", "质检得分"),
    says="Points reached in reviews of contacts, of the points possible.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("qa_coverage",),
    clock="reviewed_at",
    profile="I",
    floor=10,
    floor_of="reviews",
    how={
        "points": points(COUNTED),
        "passed": Share(
            Sum("review_facts", "is_counted = 1 and is_passed = 1"),
            Sum("review_facts", "is_counted = 1 and is_passed is not null"),
        ),
        "random": points(RANDOM),
    },
    needs=("qa_reviews",),
    examples=(
        Example(
            {"review_facts": ({"is_counted": 1, "points": 36.0, "possible": 40.0},)},
            {"points": 0.9, "points.n": 1},
            says="A form of 50 points, one item of 10 did not apply: 36 of 40.",
        ),
        Example(
            {"review_facts": (*many(3, is_counted=1, is_passed=1), *many(1, is_counted=1, is_passed=0))},
            {"passed": 0.75, "passed.ci_low": 0.3006, "passed.ci_high": 0.9544},
        ),
        Example(
            {"review_facts": (*many(18, is_counted=1, is_passed=1), *many(2, is_counted=1, is_passed=0))},
            {"passed": 0.9, "passed.ci_low": 0.6990, "passed.ci_high": 0.9721},
        ),
        Example(
            {
                "review_facts": (
                    {"is_counted": 1, "points": 45.0, "possible": 50.0, "sample": "random"},
                    {"is_counted": 1, "points": 10.0, "possible": 50.0, "sample": "targeted"},
                    {"is_counted": 0, "points": 50.0, "possible": 50.0, "sample": "calibration"},
                )
            },
            {"points": 0.55, "random": 0.9},
            says="Calibration does not count; contacts picked for coaching are out of `random`.",
        ),
    ),
)
error_rate = Metric(
    id="error_rate",
    tier="F",
    names=named("Business error rate", "Fehlerquote", "业务差错率"),
    says="Of the contacts reviewed, the share with a business error.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=("average_after_call_work",),
    clock="reviewed_at",
    profile="I",
    floor=50,
    how={"standard": Share(Sum("review_facts", "is_counted = 1 and has_error = 1"), REVIEWS)},
    needs=("qa_reviews",),
    examples=(
        Example(
            {"review_facts": many(12, is_counted=1)},
            {"standard": 0.0, "standard.ci_low": 0.0, "standard.ci_high": 0.2425},
            says="No error found is not no errors.",
        ),
    ),
)
critical_error_rate = Metric(
    id="critical_error_rate",
    tier="F",
    names=named("Critical error rate", "Quote kritischer Fehler", "致命差错率"),
    says="Of the contacts reviewed, the share with a critical error.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=(),
    clock="reviewed_at",
    profile="I",
    floor=50,
    how={"standard": Share(Sum("review_facts", "is_counted = 1 and is_critical = 1"), REVIEWS)},
    needs=("qa_reviews",),
    examples=(
        Example(
            {"review_facts": (*many(1, is_counted=1, is_critical=1, has_error=1), *many(49, is_counted=1))},
            {"standard": 0.02, "standard.n": 50},
        ),
    ),
)
qa_dimension_score = Metric(
    id="qa_dimension_score",
    tier="F",
    names=named("Score per QA item", "Note je Prüfpunkt", "分项质检得分"),
    says="Points reached on one item of the review form, of those possible.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=(),
    clock="reviewed_at",
    profile="I",
    floor=20,
    how={"points": points("possible > 0", "review_item_facts")},
    needs=("qa_reviews",),
    examples=(
        Example(
            {
                "review_item_facts": (
                    {"item": "greeting", "points": 5.0, "possible": 5.0},
                    {"item": "solution", "points": 6.0, "possible": 10.0},
                )
            },
            {"points": 0.6},
            where={"item": "solution"},
        ),
    ),
)
qa_coverage = Metric(
    id="qa_coverage",
    tier="F",
    names=named("Share of contacts reviewed", "Prüfquote", "质检覆盖率"),
    says="Of the contacts handled, the share reviewed.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=(),
    clock="reviewed_at",
    profile="I",
    floor=1,
    how={"standard": Share(REVIEWS, Sum("handled_facts", "is_total = 1"))},
    needs=("qa_reviews",),
    examples=(
        Example(
            {"review_facts": many(4, is_counted=1), "handled_facts": many(200, is_total=1)},
            {"standard": 0.02, "standard.n": 200},
        ),
    ),
)

METRICS = (
    qa_score,
    error_rate,
    critical_error_rate,
    qa_dimension_score,
    qa_coverage,
)
