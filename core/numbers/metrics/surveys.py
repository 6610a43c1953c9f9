"""What customers say of us when asked; shares with their interval, for few answer."""

from core.numbers.metric import Balance, Example, Latest, Metric, Ratio, Row, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import many

OVERALL = "(question_key is null or question_key = 'overall')"
CSAT = f"kind = 'csat' and is_counted = 1 and {OVERALL}"
NPS = "kind = 'nps' and is_counted = 1"
ANSWER: Row = {"kind": "nps", "is_counted": 1}
EFFORT = "kind = 'ces' and is_counted = 1 and scale = '7'"
EASY: Row = {"kind": "ces", "is_counted": 1, "scale": "7"}
OFFERS = f"kind = 'csat' and {OVERALL}"
GOOD, BAD = {"kind": "csat", "is_counted": 1, "is_satisfied": 1}, {"kind": "csat", "is_counted": 1, "is_satisfied": 0}
RECOMMENDED = Balance(
    Sum("survey_facts", f"{NPS} and nps_class = 'promoter'"),
    Sum("survey_facts", f"{NPS} and nps_class = 'detractor'"),
    Sum("survey_facts", f"{NPS} and nps_class is not null"),
)


def satisfied(among: str) -> Share:
    """Satisfied answers of all answers."""
    return Share(
        Sum("survey_facts", f"{among} and is_satisfied = 1"),
        Sum("survey_facts", f"{among} and is_satisfied is not null"),
    )


def question(key: str) -> Share:
    return satisfied(f"kind = 'csat' and is_counted = 1 and question_key = '{key}'")


def scores(promoters: int, passives: int, detractors: int) -> tuple[Row, ...]:
    sizes = {"promoter": promoters, "passive": passives, "detractor": detractors}
    return tuple(row for name, size in sizes.items() for row in many(size, kind="nps", is_counted=1, nps_class=name))


csat = Metric(
    id="csat",
    tier="K",
    names=named("Customer satisfaction", "Kundenzufriedenheit", "客户满意度"),
    says="Of the customers who rated, the share that was satisfied; who was neutral was not.",
    group="C",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("csat_response_rate",),
    clock="rated_at",
    profile="S",
    floor=30,
    how={
        "satisfied": satisfied(CSAT),
        "mean_score": Ratio(
            Sum("survey_facts", CSAT, "score_norm"), Sum("survey_facts", f"{CSAT} and score_norm is not null")
        ),
        "answered": question("answered"),
        "fast": question("fast"),
        "friendly": question("friendly"),
    },
    units={"mean_score": Unit.RATIO},
    needs=("csat",),
    maturity_days=7,
    examples=(
        Example(
            {"survey_facts": (*(GOOD,) * 43, *(BAD,) * 7)},
            {"satisfied": 0.86, "satisfied.n": 50, "satisfied.ci_low": 0.7381, "satisfied.ci_high": 0.9305},
            says="43 good, 7 bad; the silent ones do not count here.",
        ),
        Example(
            {"survey_facts": (*(GOOD,) * 9, BAD)},
            {"satisfied": 0.9, "satisfied.ci_low": 0.5958, "satisfied.ci_high": 0.9821},
        ),
        Example(
            {"survey_facts": (*(GOOD,) * 360, *(BAD,) * 40)},
            {"satisfied": 0.9, "satisfied.ci_low": 0.8667, "satisfied.ci_high": 0.9257},
        ),
        Example(
            {"survey_facts": (GOOD,)},
            {"satisfied": 1.0},
            says="Changed from bad to good: good once, on the day of the change.",
        ),
        Example({"survey_facts": ({**GOOD, "score_norm": 1.0}, {**BAD, "score_norm": 0.25})}, {"mean_score": 0.625}),
    ),
)
csat_response_rate = Metric(
    id="csat_response_rate",
    tier="K",
    names=named("CSAT response rate", "Rücklaufquote", "满意度调查回收率"),
    says="Of the surveys that went out, the share answered within 7 days.",
    group="C",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("csat",),
    clock="offered_at",
    profile="S",
    floor=30,
    how={
        "standard": Share(
            Sum("survey_facts", f"{OFFERS} and is_answered_in_7d = 1", on="offered_on"),
            Sum("survey_facts", OFFERS, on="offered_on"),
        )
    },
    needs=("csat", "survey_offers"),
    maturity_days=7,
    is_cohort=True,
    examples=(
        Example(
            {"survey_facts": (*many(50, kind="csat", is_answered_in_7d=1), *many(150, kind="csat"))}, {"standard": 0.25}
        ),
    ),
)
nps = Metric(
    id="nps",
    tier="K",
    names=named("Net promoter score", "Net Promoter Score", "净推荐值"),
    says="Promoters less detractors for every 100 answers to how likely one would recommend us.",
    group="C",
    unit=Unit.NET,
    direction="up",
    strength="W",
    counter=("csat",),
    clock="rated_at",
    profile="S",
    floor=50,
    how={
        "standard": RECOMMENDED,
        "latest": Latest(RECOMMENDED),
        "promoters": Share(
            Sum("survey_facts", f"{NPS} and nps_class = 'promoter'"),
            Sum("survey_facts", f"{NPS} and nps_class is not null"),
        ),
        "passives": Share(
            Sum("survey_facts", f"{NPS} and nps_class = 'passive'"),
            Sum("survey_facts", f"{NPS} and nps_class is not null"),
        ),
        "detractors": Share(
            Sum("survey_facts", f"{NPS} and nps_class = 'detractor'"),
            Sum("survey_facts", f"{NPS} and nps_class is not null"),
        ),
    },
    units={"promoters": Unit.SHARE, "passives": Unit.SHARE, "detractors": Unit.SHARE},
    needs=("nps",),
    maturity_days=7,
    examples=(
        Example(
            {"survey_facts": scores(50, 30, 20)},
            {"standard": 30, "standard.ci_low": 30 - 15.31, "standard.ci_high": 30 + 15.31, "promoters": 0.5},
        ),
        Example({"survey_facts": scores(5, 3, 2)}, {"standard": 30, "standard.ci_high": 30 + 48.41}),
        Example({"survey_facts": scores(60, 30, 10)}, {"standard": 50, "standard.ci_high": 50 + 13.15}),
        Example({"survey_facts": scores(70, 10, 20)}, {"standard": 50, "standard.ci_high": 50 + 15.80}),
        Example(
            {
                "survey_facts": (
                    {**ANSWER, "customer_uid": "a", "nps_class": "detractor", "rated_on": "2026-01-20"},
                    {**ANSWER, "customer_uid": "a", "nps_class": "promoter", "rated_on": "2026-03-04"},
                    {**ANSWER, "customer_uid": "b", "nps_class": "passive", "rated_on": "2026-02-10"},
                    {**ANSWER, "customer_uid": "c", "nps_class": "detractor", "rated_on": "2025-12-08"},
                )
            },
            {"latest": 50, "latest.n": 2, "standard": 100, "standard.n": 1},
            says="Who answered twice in 90 days is told by the second answer; what is older is not told.",
        ),
    ),
)
fcr_survey = Metric(
    id="fcr_survey",
    tier="F",
    names=named("FCR as told by customers", "Erstlösung laut Kunde", "客户确认一次解决率"),
    says="Of the customers asked, the share that said their matter was solved at once.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("first_contact_resolution_rate",),
    clock="rated_at",
    profile="S",
    floor=30,
    how={"standard": satisfied("kind = 'fcr' and is_counted = 1")},
    needs=("fcr_surveys",),
    maturity_days=7,
    examples=(
        Example(
            {
                "survey_facts": (
                    *many(35, kind="fcr", is_counted=1, is_satisfied=1),
                    *many(15, kind="fcr", is_counted=1, is_satisfied=0),
                )
            },
            {"standard": 0.7, "standard.ci_low": 0.5625, "standard.ci_high": 0.8090},
        ),
    ),
)
ces = Metric(
    id="ces",
    tier="F",
    names=named("Customer effort score", "Customer Effort Score", "客户费力度"),
    says="How easy customers found it to be helped, on a scale of 1 to 7.",
    group="C",
    unit=Unit.SCORE,
    direction="up",
    strength="W",
    counter=("csat",),
    clock="rated_at",
    profile="S",
    floor=30,
    how={
        "mean": Ratio(Sum("survey_facts", EFFORT, "score"), Sum("survey_facts", f"{EFFORT} and score is not null")),
        "easy": Share(
            Sum("survey_facts", f"{EFFORT} and score >= 5"), Sum("survey_facts", f"{EFFORT} and score is not null")
        ),
    },
    units={"easy": Unit.SHARE},
    needs=("effort_surveys",),
    examples=(
        Example(
            {"survey_facts": tuple({**EASY, "score": float(score)} for score in (7, 6, 5, 4, 3))},
            {"mean": 5.0, "easy": 0.6, "mean.n": 5},
        ),
    ),
)
esat = Metric(
    id="esat",
    tier="F",
    names=named("Employee satisfaction", "Mitarbeiterzufriedenheit", "员工满意度"),
    says="Of the staff who answered, the share content with their work.",
    group="M",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("attrition_rate",),
    clock="survey day",
    profile="I",
    floor=5,
    floor_of="answers",
    how={"standard": satisfied("kind = 'esat' and is_counted = 1")},
    needs=("staff_surveys",),
    examples=(
        Example(
            {
                "survey_facts": (
                    *many(8, kind="esat", is_counted=1, is_satisfied=1),
                    *many(2, kind="esat", is_counted=1, is_satisfied=0),
                )
            },
            {"standard": 0.8, "standard.n": 10},
        ),
    ),
)

METRICS = (
    csat,
    csat_response_rate,
    nps,
    fcr_survey,
    ces,
    esat,
)
