"""What a call takes once it is answered; means, for they feed staffing and cost."""

from core.numbers.metric import Amount, Durations, Example, Metric, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import CALLS, LEGS, legs
from core.numbers.metrics.queue import ANSWERED, ARRIVAL

HANDLED = f"{ARRIVAL} and is_handled = 1"
handled = Sum("call_facts", HANDLED, on="answered_on")
answered = Sum("queue_legs", ANSWERED, on="answered_on")
TOO_SHORT = "an agent who rushes shortens it, and the customer calls again."


def per_leg(value: str, where: str = ANSWERED) -> Durations:
    """The mean over answered queue legs, on the day of the answer."""
    return Durations("queue_legs", value, where, "answered_on", "mean")


def moved(kind: str) -> Share:
    return Share(Sum("queue_legs", f"{ANSWERED} and transfer_kind = '{kind}'", on="answered_on"), answered)


average_handle_time = Metric(
    id="average_handle_time",
    tier="K",
    names=named("Average handle time", "Mittlere Bearbeitungszeit", "平均处理时长"),
    says="Talk, hold and after-call work of a customer's call, all its legs together, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="band",
    strength="S",
    counter=(
        "first_contact_resolution_rate",
        "qa_score",
        "csat",
    ),
    clock="answered_at",
    profile="C",
    floor=10,
    wants=("hold_times", "acw_times"),
    how={
        "per_call": Durations("call_facts", "handle_s", HANDLED, "answered_on", "mean"),
        "per_leg": per_leg("handle_s"),
        "with_ring": per_leg("handle_s + coalesce(ring_s, 0)"),
        "outbound": Durations(
            "call_facts",
            "handle_s",
            "direction = 'outbound' and is_test = 0 and is_connected = 1",
            "arrived_on",
            "mean",
        ),
    },
    counter_because=TOO_SHORT,
    examples=(
        Example({"queue_legs": LEGS}, {"per_leg": 298}, where={"queue": "queue 1"}, says="1,490 s over 5 legs."),
        Example({"queue_legs": LEGS, "call_facts": CALLS}, {"per_call": 332, "per_leg": 1_660 / 6, "outbound": 110}),
        Example(
            {"queue_legs": legs(1, wait=5, outcome="answered", handle_s=300, ring_s=12)},
            {"per_leg": 300, "with_ring": 312},
        ),
    ),
)
average_talk_time = Metric(
    id="average_talk_time",
    tier="F",
    names=named("Average talk time", "Mittlere Gesprächszeit", "平均通话时长"),
    says="How long agents talked on a call, hold left out, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="band",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="answered_at",
    profile="C",
    floor=10,
    how={"per_leg": per_leg("talk_s")},
    counter_because=TOO_SHORT,
    examples=(Example({"queue_legs": LEGS}, {"per_leg": 240}, where={"queue": "queue 1"}),),
)
average_interaction_time = Metric(
    id="average_interaction_time",
    tier="F",
    names=named("Average agent interaction time", "Mittlere Interaktionszeit", "平均坐席互动时长"),
    says="How long agents and customers were on a call together, hold included, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="band",
    strength="S",
    counter=("csat",),
    clock="answered_at",
    profile="C+T",
    floor=10,
    wants=("hold_times",),
    how={"per_leg": per_leg("talk_s + coalesce(hold_s, 0)")},
    counter_because=TOO_SHORT,
    examples=(Example({"queue_legs": LEGS}, {"per_leg": 258}, where={"queue": "queue 1"}),),
)
average_hold_time = Metric(
    id="average_hold_time",
    tier="F",
    names=named("Average hold time", "Mittlere Haltezeit", "平均保持时长"),
    says="How long callers were on hold during a call, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="answered_at",
    profile="C",
    floor=10,
    needs=("hold_times",),
    how={"per_call": per_leg("hold_s"), "per_held_call": per_leg("hold_s", f"{ANSWERED} and hold_s > 0")},
    counter_because="asking a colleague takes a moment; guessing does not.",
    examples=(Example({"queue_legs": LEGS}, {"per_call": 18, "per_held_call": 45}, where={"queue": "queue 1"}),),
)
hold_rate = Metric(
    id="hold_rate",
    tier="F",
    names=named("Calls put on hold", "Anteil gehaltener Anrufe", "保持率"),
    says="Of the calls answered, the share put on hold.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="answered_at",
    profile="C",
    floor=30,
    needs=("hold_times",),
    how={
        "standard": Share(
            Sum("queue_legs", f"{ANSWERED} and hold_s > 0", on="answered_on"),
            Sum("queue_legs", f"{ANSWERED} and hold_s is not null", on="answered_on"),
        )
    },
    counter_because="asking a colleague takes a moment; guessing does not.",
    examples=(Example({"queue_legs": LEGS}, {"standard": 0.4}, where={"queue": "queue 1"}),),
)
average_after_call_work = Metric(
    id="average_after_call_work",
    tier="F",
    names=named("Average after-call work", "Mittlere Nachbearbeitung", "平均话后处理时长"),
    says="How long agents worked on a call after it, on average.",
    group="E",
    unit=Unit.SECONDS,
    direction="band",
    strength="S",
    counter=(
        "data_entry_completeness",
        "error_rate",
    ),
    clock="answered_at",
    profile="C",
    floor=10,
    needs=("acw_times",),
    how={"per_leg": per_leg("acw_s")},
    counter_because="under a target for it, fields are left empty.",
    examples=(Example({"queue_legs": LEGS}, {"per_leg": 40}, where={"queue": "queue 1"}),),
)
transfer_rate = Metric(
    id="transfer_rate",
    tier="K",
    names=named("Transfer rate", "Weiterleitungsquote", "转接率"),
    says="Of the calls handled, the share passed on to another queue after somebody had answered.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="answered_at",
    profile="C+T",
    floor=30,
    how={
        "calls": Share(Sum("call_facts", f"{HANDLED} and is_transferred = 1", on="answered_on"), handled),
        "warm": moved("warm"),
        "cold": moved("cold"),
        "to_external": moved("blind_external"),
        "tickets": Share(
            Sum(
                "ticket_facts",
                "is_solve_counted = 1 and is_solved = 1 and handled_by = 'human' and team_stations > 1",
                on="last_solved_on",
            ),
            Sum("ticket_facts", "is_solve_counted = 1 and is_solved = 1 and handled_by = 'human'", on="last_solved_on"),
        ),
    },
    counter_because="keeping a caller whom others could help also lowers it.",
    examples=(
        Example({"queue_legs": LEGS, "call_facts": CALLS}, {"calls": 0.2, "warm": 1 / 6}),
        Example(
            {"call_facts": ({"direction": "inbound", "is_handled": 1, "is_transferred": 1, "transfers": 2},)},
            {"calls": 1.0},
        ),
    ),
)
telephony_charges = Metric(
    id="telephony_charges",
    tier="F",
    names=named("Telephony charges", "Telefoniekosten", "通信费用"),
    says="What the carriers charged for calls.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=(),
    clock="started_at",
    profile="C",
    floor=1,
    how={"standard": Amount(Sum("call_facts", "is_test = 0", "charge_minor"))},
    needs=("call_charges",),
    examples=(
        Example(
            {
                "call_facts": (
                    {"charge_minor": 12, "charge_currency": "EUR"},
                    {"charge_minor": 30, "charge_currency": "EUR", "direction": "outbound"},
                    {"charge_minor": None},
                )
            },
            {"standard": 42, "standard.n": 2},
            says="0.42; a call whose price comes later is not counted yet.",
        ),
    ),
)

METRICS = (
    average_handle_time,
    average_talk_time,
    average_interaction_time,
    average_hold_time,
    hold_rate,
    average_after_call_work,
    transfer_rate,
    telephony_charges,
)
