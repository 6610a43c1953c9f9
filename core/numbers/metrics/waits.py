"""What else happens to calls before somebody answers: how long they wait, where they go, what rings in vain."""

from core.numbers.metric import Durations, Example, Max, Metric, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import CALLS, LEGS, legs, many
from core.numbers.metrics.queue import ABANDONED, ARRIVAL, GAVE_UP, OFFER, blocked, offered, short

DIALLED = "direction = 'outbound' and is_test = 0"

average_wait_time = Metric(
    id="average_wait_time",
    tier="F",
    names=named("Average wait, all offered", "Mittlere Wartezeit", "平均等待时长"),
    says="How long callers waited in the queue, however it ended, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="enqueued_at",
    profile="C",
    floor=10,
    how={"standard": Durations("queue_legs", "wait_s", OFFER, lead="mean")},
    examples=(Example({"queue_legs": LEGS}, {"standard": 28.2}, where={"queue": "queue 1"}),),
)
max_wait_time = Metric(
    id="max_wait_time",
    tier="F",
    names=named("Longest wait", "Längste Wartezeit", "最长等待时长"),
    says="The longest wait in a queue.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="enqueued_at",
    profile="C",
    floor=1,
    how={"standard": Max("queue_legs", OFFER, "wait_s")},
    examples=(
        Example({"queue_legs": LEGS}, {"standard": 65}, where={"queue": "queue 1"}),
        Example({"queue_legs": ()}, {"standard": None}, says="Nobody waited: no value, not 0 s."),
    ),
)
average_abandon_time = Metric(
    id="average_abandon_time",
    tier="F",
    names=named("Average time to abandon", "Mittlere Zeit bis Aufgabe", "平均放弃时长"),
    says="How long those who gave up had waited, on average, short abandons left out.",
    group="E",
    unit=Unit.SECONDS,
    direction="none",
    strength="-",
    counter=("abandon_rate",),
    clock="enqueued_at",
    profile="C",
    floor=10,
    how={
        "standard": Durations("queue_legs", "wait_s", GAVE_UP, lead="mean"),
        "raw": Durations("queue_legs", "wait_s", ABANDONED, lead="mean"),
    },
    examples=(Example({"queue_legs": LEGS}, {"standard": 45, "raw": 53 / 3}, where={"queue": "queue 1"}),),
)
short_abandons = Metric(
    id="short_abandons",
    tier="F",
    names=named("Short abandons", "Kurzabbrüche", "短时放弃量"),
    says="Calls that hung up within seconds: misdialled, or tired of the announcement.",
    group="E",
    unit=Unit.COUNT,
    direction="none",
    strength="-",
    counter=("abandon_rate",),
    clock="enqueued_at",
    profile="C",
    floor=1,
    how={"standard": short},
    examples=(Example({"queue_legs": LEGS}, {"standard": 2}, where={"queue": "queue 1"}),),
)
ring_no_answer_rate = Metric(
    id="ring_no_answer_rate",
    tier="F",
    names=named("Agent non-response", "Nichtannahmequote", "坐席未接率"),
    says="Of the offers to agents' phones, the share not accepted in time.",
    group="E",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("service_level",),
    clock="ring start",
    profile="C",
    floor=30,
    needs=("rings",),
    how={"standard": Share(Sum("queue_legs", OFFER, "rings_missed"), Sum("queue_legs", OFFER, "rings"))},
    counter_because="refusing to log in also keeps it low.",
    examples=(
        Example(
            {"queue_legs": legs(1, wait=25, outcome="answered", rings=2, rings_missed=1)},
            {"standard": 0.5, "standard.n": 2},
            says="A's phone rang out, B answered.",
        ),
    ),
)
out_of_hours_calls = Metric(
    id="out_of_hours_calls",
    tier="F",
    names=named("Calls outside hours", "Anrufe außerhalb der Servicezeit", "非服务时段来电"),
    says="Calls that came outside the line's hours.",
    group="V",
    unit=Unit.COUNT,
    direction="none",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=1,
    how={"standard": Sum("call_facts", f"{ARRIVAL} and is_out_of_hours = 1")},
    examples=(Example({"call_facts": CALLS}, {"standard": 1}, says="C12."),),
)
callback_rate = Metric(
    id="callback_rate",
    tier="F",
    names=named("Call back requested", "Rückrufquote", "回拨请求率"),
    says="Of the calls offered, the share that asked to be called back.",
    group="E",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=("callback_success_rate",),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={"standard": Share(Sum("queue_legs", f"{OFFER} and outcome = 'flow_out_callback'"), offered)},
    examples=(Example({"queue_legs": LEGS}, {"standard": 0.1}, where={"queue": "queue 1"}),),
)
callback_success_rate = Metric(
    id="callback_success_rate",
    tier="F",
    names=named("Call back reached in time", "Erfolgreiche Rückrufe", "回拨成功率"),
    says="Of the call backs asked for, the share reached within the time promised.",
    group="E",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("csat",),
    clock="requested_at",
    profile="C",
    floor=30,
    how={
        "standard": Share(
            Sum("call_facts", f"{ARRIVAL} and is_callback_requested = 1 and is_callback_reached = 1"),
            Sum("call_facts", f"{ARRIVAL} and is_callback_requested = 1"),
        )
    },
    maturity_days=7,
    is_cohort=True,
    counter_because="a call back counts as reached whatever was said.",
    examples=(
        Example(
            {
                "call_facts": (
                    *many(3, direction="inbound", is_callback_requested=1, is_callback_reached=1),
                    *many(1, direction="inbound", is_callback_requested=1),
                )
            },
            {"standard": 0.75},
        ),
    ),
)
voicemail_rate = Metric(
    id="voicemail_rate",
    tier="F",
    names=named("Voicemail share", "Voicemail-Quote", "留言率"),
    says="Of the calls offered, the share that left a message.",
    group="E",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=("first_response_time",),
    clock="enqueued_at",
    profile="C",
    floor=30,
    how={"standard": Share(Sum("queue_legs", f"{OFFER} and outcome = 'flow_out_voicemail'"), offered)},
    examples=(Example({"queue_legs": LEGS}, {"standard": 0.1}, where={"queue": "queue 1"}),),
)
outbound_connect_rate = Metric(
    id="outbound_connect_rate",
    tier="F",
    names=named("Outbound connect rate", "Erreichungsquote (Outbound)", "外呼接通率"),
    says="Of the calls that agents dialled, the share that reached somebody.",
    group="J",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=("success_rate",),
    clock="dialled_at",
    profile="C",
    floor=30,
    how={"standard": Share(Sum("call_facts", f"{DIALLED} and is_connected = 1"), Sum("call_facts", DIALLED))},
    examples=(Example({"call_facts": CALLS}, {"standard": 0.5}, says="C13, not C14."),),
)
blocked_call_rate = Metric(
    id="blocked_call_rate",
    tier="F",
    names=named("Blocked (busy) rate", "Blockierquote (besetzt)", "占线率"),
    says="Of the calls that arrived, the share that heard a busy line.",
    group="E",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=30,
    how={"standard": Share(blocked, Sum("call_facts", ARRIVAL))},
    needs=("carrier_events",),
    examples=(
        Example(
            {
                "call_facts": (
                    *CALLS,
                    *many(2, direction="inbound", outcome="blocked"),
                    *many(1, direction="inbound", outcome="busy"),
                    *many(4, direction="outbound", outcome="busy"),
                )
            },
            {"standard": 3 / 15, "standard.n": 15},
            says="12 calls of the worked week arrived, three more heard a busy line; whom we call may be busy.",
        ),
        Example({"call_facts": ()}, {"standard": None}, says="Nobody called."),
    ),
)

METRICS = (
    average_wait_time,
    max_wait_time,
    average_abandon_time,
    short_abandons,
    ring_no_answer_rate,
    out_of_hours_calls,
    callback_rate,
    callback_success_rate,
    voicemail_rate,
    outbound_connect_rate,
    blocked_call_rate,
)
