"""What callers meet before somebody answers, over queue legs: one row for each visit of a call to a queue."""

from core.numbers.metric import Difference, Durations, Example, Metric, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import CALL_5, CALLS, LEGS, LEGS_QUEUE_1, legs, many

OFFER = "direction = 'inbound' and in_hours = 1 and is_test = 0"
ANSWERED = f"{OFFER} and outcome = 'answered'"
ABANDONED = f"{OFFER} and outcome = 'abandoned'"
IN_TIME = f"{ANSWERED} and wait_s <= sl_threshold_s"
SHORT = f"{ABANDONED} and wait_s <= short_abandon_s"
GAVE_UP = f"{ABANDONED} and wait_s > short_abandon_s"
ARRIVAL = "direction = 'inbound' and is_test = 0"

offered = Sum("queue_legs", OFFER)
answered = Sum("queue_legs", ANSWERED)
abandoned = Sum("queue_legs", ABANDONED)
in_time = Sum("queue_legs", IN_TIME)
short = Sum("queue_legs", SHORT)
gave_up = Sum("queue_legs", GAVE_UP)
# A switch tells a line that is busy as busy, a carrier as blocked.
blocked = Sum("call_facts", f"{ARRIVAL} and outcome in ('blocked', 'busy')")
timed_out = Sum("queue_legs", f"{OFFER} and outcome = 'flow_out_timeout'")
offered_less_short = Difference((offered,), (short,))


calls_offered = Metric(
    id="calls_offered",
    tier="K",
    names=named("Calls offered", "Angebotene Anrufe", "呼入量"),
    says="Calls that entered a queue within its hours, one for each queue visited.",
    group="V",
    unit=Unit.COUNT,
    direction="none",
    strength="-",
    counter=(),
    clock="enqueued_at",
    profile="C",
    floor=1,
    how={"standard": offered, "arrivals": Sum("call_facts", ARRIVAL)},
    examples=(
        Example(
            {"queue_legs": LEGS, "call_facts": CALLS},
            {"standard": 11, "arrivals": 12},
            says="C5 was offered to two queues.",
        ),
        Example({"queue_legs": LEGS}, {"standard": 10}, where={"queue": "queue 1"}),
        Example({"queue_legs": LEGS}, {"standard": 1}, where={"queue": "queue 2"}),
        Example(
            {"queue_legs": (*legs(1, wait=9, outcome="abandoned"), *legs(1, wait=4, outcome="answered", is_redial=1))},
            {"standard": 2},
        ),
    ),
)
service_level = Metric(
    id="service_level",
    tier="K",
    names=named("Service level", "Servicelevel", "服务水平"),
    says="Of the calls answered or given up, the share answered within the threshold of their queue (20 s unless set).",
    group="E",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=(
        "abandon_rate",
        "qa_score",
    ),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={
        "standard": Share(in_time, Difference((answered, abandoned), (short,))),
        "all_abandons": Share(in_time, Difference((answered, abandoned))),
        "answered_only": Share(in_time, answered),
        "removed": Share(
            Sum(
                "queue_legs",
                f"{OFFER} and outcome in ('answered', 'abandoned', 'flow_out_callback') and wait_s <= sl_threshold_s",
            ),
            offered,
        ),
        "late_abandons": Share(
            in_time, Difference((answered, Sum("queue_legs", f"{ABANDONED} and wait_s > sl_threshold_s")))
        ),
        "short_as_good": Share(Difference((in_time, short)), Difference((answered, abandoned))),
        "flowouts_in": Share(in_time, offered_less_short),
    },
    counter_because="answered_only can be 100 % while half of the callers hang up.",
    examples=(
        Example(
            {
                "queue_legs": (
                    *legs(860, wait=20, outcome="answered"),
                    *legs(140, wait=21, outcome="answered"),
                    *legs(10, wait=4, outcome="abandoned"),
                    *legs(10, wait=15, outcome="abandoned"),
                    *legs(40, wait=40, outcome="abandoned"),
                )
            },
            {
                "standard": 860 / 1050,
                "all_abandons": 860 / 1060,
                "answered_only": 860 / 1000,
                "removed": 880 / 1060,
                "late_abandons": 860 / 1040,
                "short_as_good": 870 / 1060,
            },
            says="The classic textbook day: 1,000 answered, 860 of them in time, 60 abandoned.",
        ),
        Example(
            {"queue_legs": LEGS},
            {
                "standard": 0.5,
                "standard.n": 6,
                "standard.ci_low": 0.1876,
                "standard.ci_high": 0.8124,
                "flowouts_in": 3 / 8,
                "all_abandons": 3 / 8,
                "answered_only": 3 / 5,
                "removed": 5 / 10,
            },
            where={"queue": "queue 1"},
            says="Exactly 20 s is in time.",
        ),
        Example({"queue_legs": ()}, {"standard": None, "answered_only": None}, says="No calls, no service level."),
        Example(
            {"queue_legs": legs(1, wait=2, outcome="abandoned")},
            {"standard": None, "all_abandons": 0.0, "answered_only": None},
        ),
        Example(
            {
                "queue_legs": (
                    *legs(10, wait=9, outcome="answered", slot=24),
                    *legs(30, wait=90, outcome="answered", slot=24),
                    *legs(190, wait=9, outcome="answered", slot=30),
                    *legs(10, wait=90, outcome="answered", slot=30),
                )
            },
            {"standard": 200 / 240},
            says="83.3 % of the day hides 25 % of the half hour from 12:00.",
        ),
    ),
)
average_speed_of_answer = Metric(
    id="average_speed_of_answer",
    tier="K",
    names=named("Average speed of answer", "Mittlere Annahmezeit", "平均应答速度"),
    says="How long answered callers waited in the queue, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(
        "abandon_rate",
        "max_wait_time",
    ),
    clock="enqueued_at",
    profile="C",
    floor=10,
    how={
        "standard": Durations("queue_legs", "wait_s", ANSWERED, lead="mean"),
        "from_arrival": Durations(
            "call_facts", "answered_at - arrived_at", f"{ARRIVAL} and is_handled = 1", lead="mean"
        ),
        "total_customer_wait": Durations("call_facts", "total_wait_s", f"{ARRIVAL} and is_handled = 1", lead="mean"),
    },
    examples=(
        Example({"queue_legs": LEGS}, {"standard": 25.8, "standard.p50": 20}, where={"queue": "queue 1"}),
        Example({"queue_legs": LEGS}, {"standard": 30}, where={"queue": "queue 2"}),
        Example({"call_facts": (CALL_5,)}, {"total_customer_wait": 95}, says="C5 waited in two queues."),
    ),
)
abandon_rate = Metric(
    id="abandon_rate",
    tier="K",
    names=named("Abandon rate", "Aufgabequote", "放弃率"),
    says="Of the calls offered, the share that hung up while waiting, short abandons left out.",
    group="E",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=(
        "short_abandons",
        "average_abandon_time",
    ),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={
        "standard": Share(gave_up, offered_less_short),
        "raw": Share(abandoned, offered),
        "customers": Share(Sum("queue_legs", f"{GAVE_UP} and is_redialled = 0"), offered_less_short),
        "system_drops": Share(Sum("queue_legs", f"{ABANDONED} and is_system_drop = 1"), offered),
    },
    examples=(
        Example(
            {"queue_legs": LEGS},
            {"standard": 1 / 8, "standard.ci_low": 0.0224, "standard.ci_high": 0.4709, "raw": 0.3},
            where={"queue": "queue 1"},
        ),
        Example(
            {
                "queue_legs": (
                    *legs(1, wait=30, outcome="abandoned", is_redialled=1),
                    *legs(1, wait=5, outcome="answered", is_redial=1),
                )
            },
            {"standard": 0.5, "customers": 0.0},
            says="A caller who tries again and is served has still given up once.",
        ),
        Example(
            {"queue_legs": legs(1, wait=90, outcome="abandoned", is_system_drop=1)},
            {"standard": 1.0, "system_drops": 1.0},
        ),
    ),
)
calls_handled = Metric(
    id="calls_handled",
    tier="F",
    names=named("Calls handled", "Angenommene Gespräche", "电话处理量"),
    says="Calls answered, one for each queue visited.",
    group="E",
    unit=Unit.COUNT,
    direction="none",
    strength="S",
    counter=(
        "qa_score",
        "csat",
    ),
    clock="enqueued_at",
    profile="C",
    floor=1,
    how={"standard": answered},
    counter_because="the number of calls taken says nothing of what they were worth.",
    examples=(Example({"queue_legs": LEGS}, {"standard": 5}, where={"queue": "queue 1"}),),
)
answer_rate = Metric(
    id="answer_rate",
    tier="F",
    names=named("Answer rate", "Erreichbarkeit", "接通率"),
    says="Of the calls offered, the share answered, short abandons left out.",
    group="E",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=("service_level",),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={"standard": Share(answered, offered_less_short), "raw": Share(answered, offered)},
    examples=(Example({"queue_legs": LEGS}, {"standard": 0.625, "raw": 0.5}, where={"queue": "queue 1"}),),
)
call_loss_rate = Metric(
    id="call_loss_rate",
    tier="F",
    names=named("Call loss rate", "Verlustquote (Lost Calls)", "呼损率"),
    says="Of all who tried, the share that gave up, ran into the queue's time limit or heard a busy line.",
    group="E",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=("answer_rate",),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={"standard": Share(Difference((gave_up, timed_out, blocked)), Difference((offered, blocked), (short,)))},
    examples=(
        Example({"queue_legs": LEGS_QUEUE_1}, {"standard": 0.125}),
        Example(
            {"queue_legs": LEGS_QUEUE_1, "call_facts": many(2, direction="inbound", outcome="blocked")},
            {"standard": 0.3},
            says="With two callers who heard a busy line.",
        ),
    ),
)

METRICS = (
    calls_offered,
    service_level,
    average_speed_of_answer,
    abandon_rate,
    calls_handled,
    answer_rate,
    call_loss_rate,
)
