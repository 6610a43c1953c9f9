"""A report whose numbers are consistent with each other: Friday 20 November 2026 of a help desk with a telephone.

The day's calls: DE 160 of 231 in time, EN 115 of 138, VIP 40 of 43, so 315 of 412 together.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from core.clock import add_days, utc
from core.numbers.answer import Answer, Comparison, Period, Usual, Verdict
from core.numbers.goal import Goal
from core.numbers.metric import Direction, Metric, Strength, Unit, named
from core.report.model import (
    Chart,
    ChartPoint,
    Comment,
    Count,
    Day,
    Delta,
    Name,
    Nth,
    Number,
    OpenTicket,
    Report,
    Row,
    Seconds,
    Sentence,
    Share,
    Slot,
    SourceState,
    Table,
    Target,
    Term,
    Tile,
    Value,
)

DAY = "2026-11-20"
ZONE = "Europe/Berlin"


def metric(
    id_: str,
    names: tuple[str, str, str],
    unit: Unit,
    direction: Direction,
    floor: int,
    *,
    strength: Strength = "-",
    counter: tuple[str, ...] = (),
    profile: str = "T",
    tier: Literal["K", "F"] = "K",
) -> Metric:
    """A declaration without formulas: what a renderer reads of it."""
    return Metric(
        id=id_,
        tier=tier,
        names=named(*names),
        says=f"How {names[0].lower()} is counted.",
        group="E",
        unit=unit,
        direction=direction,
        strength=strength,
        counter=counter,
        clock="",
        profile=profile,
        floor=floor,
    )


DECLARED: tuple[Metric, ...] = (
    metric(
        "csat",
        ("Customer satisfaction", "Kundenzufriedenheit", "客户满意度"),
        Unit.SHARE,
        "up",
        30,
        strength="W",
        counter=("csat_response_rate",),
        profile="S",
    ),
    metric(
        "csat_response_rate",
        ("CSAT response rate", "Rücklaufquote", "满意度调查回收率"),
        Unit.SHARE,
        "up",
        30,
        strength="W",
        counter=("csat",),
        profile="S",
    ),
    metric(
        "nps",
        ("Net promoter score", "Net Promoter Score", "净推荐值"),
        Unit.NET,
        "up",
        50,
        strength="W",
        counter=("csat",),
        profile="S",
    ),
    metric(
        "service_level",
        ("Service level", "Servicelevel", "服务水平"),
        Unit.SHARE,
        "up",
        30,
        counter=("abandon_rate", "qa_score"),
        profile="C",
    ),
    metric(
        "abandon_rate",
        ("Abandon rate", "Aufgabequote", "放弃率"),
        Unit.SHARE,
        "down",
        30,
        counter=("short_abandons",),
        profile="C",
    ),
    metric(
        "average_speed_of_answer",
        ("Average speed of answer", "Mittlere Annahmezeit", "平均应答速度"),
        Unit.SECONDS,
        "down",
        10,
        counter=("abandon_rate",),
        profile="C",
    ),
    metric("calls_offered", ("Calls offered", "Angebotene Anrufe", "呼入量"), Unit.COUNT, "none", 1, profile="C"),
    metric(
        "first_response_time",
        ("First response time", "Erstreaktionszeit", "首次响应时间"),
        Unit.SECONDS,
        "down",
        5,
        strength="S",
        counter=("unreplied_open", "csat", "reopen_rate"),
    ),
    metric(
        "unreplied_open",
        ("Open without any reply", "Offen ohne Antwort", "未回复工单数"),
        Unit.COUNT,
        "down",
        1,
        counter=("first_response_time",),
        tier="F",
    ),
    metric(
        "backlog_open",
        ("Open backlog at day end", "Offene Tickets am Tagesende", "日终未决工单数"),
        Unit.COUNT,
        "down",
        1,
        counter=("reopen_rate",),
    ),
    metric("tickets_created", ("Tickets created", "Neue Tickets", "新建工单量"), Unit.COUNT, "none", 1),
    metric(
        "contacts_per_agent_day",
        ("Contacts per agent-day", "Kontakte je Agent und Tag", "人均日处理量"),
        Unit.RATIO,
        "band",
        10,
        strength="S",
        counter=("qa_score", "csat"),
        profile="A",
    ),
    metric(
        "transfer_rate",
        ("Transfer rate", "Weiterleitungsquote", "转接率"),
        Unit.SHARE,
        "down",
        30,
        strength="S",
        counter=("first_contact_resolution_rate",),
        profile="C",
    ),
)

METRICS: Mapping[str, Metric] = {declared.id: declared for declared in DECLARED}


def answer(id_: str, value: float | None, n: int, day_on: str = DAY, **more: object) -> Answer:
    """A day's answer; low where ``n`` is under the metric's floor."""
    made = Answer(id_, "standard", Period(day_on, day_on), value=value, n=n)
    if n < METRICS[id_].floor:
        made = replace(made, status="low_sample")
    return replace(made, **more)  # type: ignore[arg-type]


def compared(
    given: Answer, usual: float | None, verdict: Verdict, *, then: float | None = None, mad: float | None = None
) -> Comparison:
    """An answer beside its usual value, and beside the same weekday 13 weeks before."""
    delta = given.value - usual if given.value is not None and usual is not None else None
    spread = mad if mad is not None else abs(usual or 0) * 0.02
    low, high = (None, None) if usual is None else (usual - 3 * spread, usual + 3 * spread)
    past = None if then is None else replace(given, value=then, period=Period("2026-08-21", "2026-08-21"))
    return Comparison(given, Usual(usual, spread, low, high, 8), delta, verdict, weeks_13=past)


WOBBLE = (
    0.2,
    1.0,
    -1.4,
    0.6,
    -0.3,
    1.6,
    -0.9,
    0.3,
    -1.5,
    0.7,
    1.2,
    -0.4,
    -0.8,
    -1.3,
    0.9,
    0.5,
    1.1,
    -0.2,
    -1.1,
    0.4,
    -0.6,
    1.4,
    0.1,
    -1.0,
    0.8,
    -0.5,
    0.7,
)


def history(usual: float, spread: float, last: float) -> tuple[float, ...]:
    """28 daily values around the usual one, the last of them given."""
    return (*(usual + spread * step for step in WOBBLE), last)


def days_chart(id_: str, usual: float, spread: float, last: float, goal: float | None, finding: Sentence) -> Chart:
    """A chart of 28 days in which Saturdays and Sundays have another usual range."""
    points = []
    for back, value in zip(range(27, -1, -1), history(usual, spread, last), strict=True):
        day_on = add_days(DAY, -back)
        shift = spread if (back % 7) in {5, 6} else 0.0
        points.append(
            ChartPoint(
                day_on,
                value + shift if back else value,
                usual + shift,
                usual + shift - 1.5 * spread,
                usual + shift + 1.5 * spread,
                n=400,
            )
        )
    return Chart(id_, "standard", tuple(points), goal, "days", finding)


def slots_chart() -> Chart:
    """The service level of a queue by half hour, poor between 10:00 and 12:00."""
    shares = {
        16: 0.9,
        17: 0.88,
        18: 0.81,
        19: 0.74,
        20: 0.41,
        21: 0.25,
        22: 0.33,
        23: 0.5,
        24: 0.72,
        25: 0.8,
        26: 0.85,
        27: 0.86,
        28: 0.9,
        29: 0.88,
        30: 0.83,
        31: 0.87,
        32: 0.91,
        33: 0.95,
        34: 1.0,
        35: 1.0,
    }
    points = tuple(ChartPoint(str(slot), share, n=12, is_low=True) for slot, share in shares.items())
    finding = Sentence(
        "chart_slot_in",
        {
            "metric": Term("service_level"),
            "member": Name("Hotline DE"),
            "value": Value("service_level", 0.25),
            "from": Slot(21),
            "n": Count(12, "calls"),
        },
    )
    return Chart("service_level", "standard", points, 0.8, "slots", finding, "Hotline DE")


def below(id_: str, value: float, low: float, high: float) -> Sentence:
    where = "below" if value < low else "above" if value > high else "in"
    return Sentence(
        f"chart_{where}",
        {"metric": Term(id_), "value": Value(id_, value), "low": Value(id_, low), "high": Value(id_, high)},
    )


CSAT = Tile(
    "csat",
    compared(answer("csat", 54 / 58, 58), 0.917, "better", then=0.902),
    "good",
    goal=Goal("csat", 0.92),
    goal_state="reached",
    counter=answer("csat_response_rate", 58 / 276, 276),
    sample=Sentence("sample", {"n": Count(58, "ratings")}),
    details=(Sentence("answered", {"share": Share(58 / 276)}),),
    spark=history(0.917, 0.01, 54 / 58),
    streak=5,
)
SERVICE_LEVEL = Tile(
    "service_level",
    compared(answer("service_level", 315 / 412, 412), 0.817, "worse"),
    "bad",
    goal=Goal("service_level", 0.8),
    goal_state="missed",
    counter=answer("abandon_rate", 28 / 412, 412),
    sample=Sentence("sample", {"n": Count(412, "calls")}),
    spark=history(0.817, 0.02, 315 / 412),
    suffix="80/20",
)
FIRST_REPLY = Tile(
    "first_response_time",
    compared(answer("first_response_time", 1080, 143, p90=6720), 1440, "better", then=2460),
    "good",
    goal=Goal("first_response_time", 1800, owner="Tech team"),
    goal_state="reached",
    counter=answer("unreplied_open", 9, 187),
    sample=Sentence("sample", {"n": Count(143, "replies")}),
    details=(Sentence("within", {"p90": Seconds(6720)}),),
    spark=history(1440, 120, 1080),
    streak=5,
)
ABANDONED = Tile(
    "abandon_rate",
    compared(answer("abandon_rate", 28 / 412, 412), 0.047, "worse"),
    "bad",
    sample=Sentence("sample_of", {"part": Number(28), "n": Count(412, "calls")}),
    details=(Sentence("short_left_out", {"n": Count(9, "calls"), "limit": Seconds(5)}),),
    spark=history(0.047, 0.006, 28 / 412),
)
BACKLOG = Tile(
    "backlog_open",
    compared(answer("backlog_open", 187, 187), 184, "no clear change"),
    "neutral",
    details=(Sentence("half_older", {"age": Seconds(2 * 86_400 + 5 * 3_600)}),),
    spark=history(184, 6, 187),
)
NPS = Tile(
    "nps",
    compared(answer("nps", 400 / 9, 9), 41, "too few"),
    "unjudged",
    sample=Sentence("needed", {"n": Count(9, "answers"), "floor": Number(50)}),
    spark=history(41, 6, 400 / 9),
)

DRIVER = Sentence(
    "fell_when",
    {
        "member": Name("Hotline DE"),
        "delta": Delta("service_level", -0.081),
        "from": Slot(20),
        "to": Slot(24),
        "share": Share(0.87),
    },
)


def queue_row(name: str, in_time: int, calls: int, usual: float, verdict: Verdict, abandoned: int, asa: float) -> Row:
    return Row(
        name,
        (
            answer("calls_offered", calls, calls),
            compared(answer("service_level", in_time / calls, calls), usual, verdict),
            answer("abandon_rate", abandoned / calls, calls),
            answer("average_speed_of_answer", asa, calls - abandoned),
        ),
    )


BY_QUEUE = Table(
    "queue",
    ("calls_offered", "service_level", "abandon_rate", "average_speed_of_answer"),
    (
        queue_row("Hotline DE", 160, 231, 0.773, "worse", 20, 31),
        queue_row("Hotline EN", 115, 138, 0.842, "no clear change", 7, 15),
        queue_row("VIP", 40, 43, 0.918, "no clear change", 1, 6),
    ),
)


def team_row(name: str, created: int, reply_s: float, waiting: int, backlog: int) -> Row:
    return Row(
        name,
        (
            answer("tickets_created", created, created),
            answer("first_response_time", reply_s, created),
            answer("unreplied_open", waiting, backlog),
            answer("backlog_open", backlog, backlog),
        ),
    )


TEAM_METRICS = ("tickets_created", "first_response_time", "unreplied_open", "backlog_open")
BY_TEAM = Table("team", TEAM_METRICS, (team_row("Tech", 96, 900, 4, 101), team_row("Billing", 66, 1500, 5, 86)))
BY_CHANNEL = Table("channel", TEAM_METRICS, (team_row("email", 120, 1260, 8, 150), team_row("web", 42, 720, 1, 37)))


def daily() -> Report:
    """The worked report, every section filled."""
    level = below("service_level", 315 / 412, 0.787, 0.847)
    return Report(
        key=f"daily:{DAY}",
        kind="daily",
        day_on=DAY,
        zone=ZONE,
        made_at=utc("2026-11-21T06:00:00Z"),
        period=Period(DAY, DAY),
        metrics=METRICS,
        headline=(Sentence("csat_good"), Sentence("phone_bad")),
        sentences=(
            Sentence("reached_nth", {"metric": Term("csat"), "nth": Nth(5)}),
            Sentence("missed_why", {"metric": Term("service_level"), "why": DRIVER}),
        ),
        tiles=(CSAT, SERVICE_LEVEL, FIRST_REPLY, ABANDONED, BACKLOG, NPS),
        chart=days_chart("service_level", 0.817, 0.02, 315 / 412, 0.8, level),
        charts=(
            slots_chart(),
            days_chart("first_response_time", 1440, 120, 1080, 1800, below("first_response_time", 1080, 1260, 1620)),
            days_chart("csat", 0.917, 0.01, 54 / 58, 0.92, below("csat", 54 / 58, 0.902, 0.932)),
            days_chart("backlog_open", 184, 6, 187, None, below("backlog_open", 187, 175, 193)),
            replace(
                days_chart("tickets_created", 158, 9, 162, None, below("tickets_created", 162, 144, 172)), kind="bars"
            ),
        ),
        read_together=(
            Sentence(
                "pair",
                {
                    "strong": Term("contacts_per_agent_day"),
                    "strong_delta": Sentence("up", {"delta": Delta("contacts_per_agent_day", 1.8)}),
                    "weak": Term("transfer_rate"),
                    "weak_delta": Sentence("up", {"delta": Delta("transfer_rate", 0.023)}),
                    "weak_value": Value("transfer_rate", 0.118),
                    "because": Sentence("because_passed_on"),
                },
            ),
        ),
        history=(
            Sentence(
                "then_now",
                {
                    "day": Day("2026-08-21"),
                    "weeks": Number(13),
                    "changes": (
                        Sentence(
                            "change",
                            {
                                "metric": Term("first_response_time"),
                                "then": Value("first_response_time", 2460),
                                "now": Value("first_response_time", 1080),
                            },
                        ),
                        Sentence(
                            "change",
                            {"metric": Term("csat"), "then": Value("csat", 0.902), "now": Value("csat", 54 / 58)},
                        ),
                    ),
                },
            ),
        ),
        celebrations=(
            Sentence(
                "streak_owner",
                {
                    "days": Count(5, "days"),
                    "metric": Term("first_response_time"),
                    "aim": Sentence("at_most", {"goal": Target("first_response_time", 1800)}),
                    "owner": Name("Tech team"),
                },
            ),
        ),
        tables=(BY_QUEUE, BY_TEAM, BY_CHANNEL),
        oldest=(
            OpenTicket("35436", "https://acme.example/agent/tickets/35436", "Tech", "hold", 31 * 86_400),
            OpenTicket("35501", "", "Billing", "open", 12 * 86_400 + 7_200),
        ),
        comments=(Comment("Quick and friendly, thank you!", True), Comment("I waited far too long.", False)),
        sources=(
            SourceState("zd-main", "Zendesk", utc("2026-11-20T22:58:00Z")),
            SourceState("fresh", "Freshdesk", utc("2026-11-20T22:55:00Z")),
            SourceState("pbx", "Twilio", utc("2026-11-20T22:59:00Z")),
        ),
        rules=(Sentence("rule_sl", {"limit": Seconds(20), "short": Seconds(5)}), Sentence("rule_business")),
        method=(
            Sentence("excluded", {"n": Count(14, "tickets"), "reason": Term("spam", "excluded")}),
            Sentence("short_out", {"n": Count(9, "calls"), "limit": Seconds(5)}),
            Sentence("flow_out", {"n": Count(6, "calls"), "how": Term("flow_out_voicemail", "flow")}),
        ),
        revisions=(
            Sentence(
                "restated",
                {
                    "day": Day("2026-11-19"),
                    "metric": Term("tickets_created"),
                    "old": Value("tickets_created", 171),
                    "new": Value("tickets_created", 169),
                },
            ),
        ),
    )
