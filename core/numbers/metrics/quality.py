"""What reviewers find in a sample of contacts."""

from core.numbers.metric import Metric, Unit, named

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
    needs=("qa_reviews",),
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
    needs=("qa_reviews",),
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
    needs=("qa_reviews",),
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
    needs=("qa_reviews",),
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
    needs=("qa_reviews",),
)

METRICS = (
    qa_score,
    error_rate,
    critical_error_rate,
    qa_dimension_score,
    qa_coverage,
)
