"""How long customers and tickets wait, each ticket one duration; business time first, calendar time beside it."""

from collections.abc import Mapping

from core.numbers.metric import Durations, Example, Metric, Unit, Waiting, named
from core.numbers.metrics.fixture_week import COHORT, T2, T3_MONDAY, T3_REOPENED, T3_TUESDAY, WEEK, WEEK_REPLY_WAITS

FIRST_SOLVED = "is_solve_counted = 1 and is_outbound = 0 and handled_by = 'human'"
SOLVED_NOW = f"{FIRST_SOLVED} and is_solved = 1"
MONDAY_9, TUESDAY_10 = ("2026-03-09", "2026-03-09"), ("2026-03-10", "2026-03-10")


def two_clocks(value: str, where: str, on: str) -> Mapping[str, Durations]:
    """A duration in business seconds and in calendar seconds."""
    return {
        "business": Durations("ticket_facts", f"{value}_business_s", where, on),
        "calendar": Durations("ticket_facts", f"{value}_s", where, on),
    }


first_response_time = Metric(
    id="first_response_time",
    tier="K",
    names=named("First response time", "Erstreaktionszeit", "首次响应时间"),
    says="From a customer's first message to the first answer by a person; automatic replies do not count.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=(
        "unreplied_open",
        "csat",
        "reopen_rate",
    ),
    clock="first_replied_at",
    profile="T",
    floor=5,
    floor_p90=20,
    how={
        **two_clocks("frt", "is_frt_counted = 1", "first_replied_on"),
        "handoff": Durations("ticket_facts", "frt_handoff_s", "is_frt_counted = 1", "first_replied_on"),
        "cohort": Waiting(
            "ticket_facts",
            "frt_s",
            "started_at",
            "last_solved_at",
            "is_counted_created = 1 and handled_by <> 'bot' and started_at is not null",
        ),
        "zendesk_compat": Durations("ticket_facts", "frt_compat_s", on="first_replied_on"),
    },
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    counter_because="tickets that are never answered do not slow it down.",
    examples=(
        Example(
            {"ticket_facts": WEEK},
            {
                "calendar": 28_350,
                "calendar.mean": 29_557.5,
                "calendar.p90": 59_310,
                "calendar.n": 4,
                "business": 1_350,
                "business.mean": 1_657.5,
                "business.p90": 3_060,
                "handoff": 90,
            },
            says="T1, T2, T7, T8 were answered in the worked week.",
        ),
        Example(
            {"ticket_facts": (T3_MONDAY,)},
            {"calendar": 231_600, "business": 1_200},
            days=MONDAY_9,
            says="T3, written on Friday, counts on the day of its answer.",
        ),
        Example(
            {"ticket_facts": WEEK},
            {"calendar": None, "business": None, "zendesk_compat": 8_400},
            days=("2026-03-04", "2026-03-04"),
            says="T6 was begun by an agent; Zendesk times it all the same.",
        ),
        Example(
            {"ticket_facts": COHORT},
            {"cohort": 54_900, "cohort.n": 6, "cohort.p90": None},
            says="All that came in the worked week, T3 and T10 still waiting.",
        ),
    ),
)
resolution_time = Metric(
    id="resolution_time",
    tier="K",
    names=named("Full resolution time", "Lösungszeit", "解决时长"),
    says="From creation to the last solve, for tickets that are solved now; waiting for the customer included.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=(
        "reopen_rate",
        "csat",
    ),
    clock="last_solved_at",
    profile="T",
    floor=5,
    floor_p90=20,
    how=two_clocks("resolution", SOLVED_NOW, "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(
        Example(
            {"ticket_facts": WEEK},
            {
                "calendar": 30_000,
                "calendar.mean": 35_550,
                "calendar.p90": 73_620,
                "business": 3_000,
                "business.mean": 7_650,
            },
        ),
        Example({"ticket_facts": (T3_MONDAY,)}, {"calendar": 231_600}, days=MONDAY_9),
        Example(
            {"ticket_facts": (T3_TUESDAY,)},
            {"calendar": None},
            days=MONDAY_9,
            says="A reopened ticket leaves its old day.",
        ),
        Example({"ticket_facts": (T3_TUESDAY,)}, {"calendar": 324_600, "business": 36_600}, days=TUESDAY_10),
        Example(
            {"ticket_facts": (T3_REOPENED,)},
            {"calendar": None},
            days=MONDAY_9,
            says="Solved, reopened and still open: no value.",
        ),
    ),
)
requester_wait_time = Metric(
    id="requester_wait_time",
    tier="K",
    names=named("Requester wait time", "Kundenwartezeit", "客户等待时长"),
    says="Time that customers waited for us or for others on our behalf, until the last solve; pending left out.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="W",
    counter=("backlog_age",),
    clock="last_solved_at",
    profile="T",
    floor=5,
    how=two_clocks("requester_wait", SOLVED_NOW, "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(
        Example(
            {"ticket_facts": (T2,)}, {"calendar": 64_800, "business": 7_200}, says="81,000 s less 16,200 s pending."
        ),
        Example(
            {"ticket_facts": (T3_TUESDAY,)},
            {"calendar": 235_200},
            days=TUESDAY_10,
            says="The 89,400 s in which it was solved are no waiting.",
        ),
    ),
)
first_resolution_time = Metric(
    id="first_resolution_time",
    tier="F",
    names=named("First resolution time", "Zeit bis zur ersten Lösung", "首次解决时长"),
    says="From creation to the first solve; never restated by a reopening.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=("reopen_rate",),
    clock="first_solved_at",
    profile="T",
    floor=5,
    how=two_clocks("first_resolution", FIRST_SOLVED, "first_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    examples=(Example({"ticket_facts": (T3_TUESDAY,)}, {"calendar": 231_600, "business": 1_200}, days=MONDAY_9),),
)
next_reply_time = Metric(
    id="next_reply_time",
    tier="F",
    names=named("Next reply time", "Folgeantwortzeit", "后续响应时间"),
    says="How long customers who wrote again waited for a person's next public reply.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=("csat",),
    clock="reply time",
    profile="T",
    floor=5,
    how={
        "business": Durations("reply_wait_facts", "wait_business_s"),
        "calendar": Durations("reply_wait_facts", "wait_s"),
    },
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    examples=(
        Example(
            {"reply_wait_facts": WEEK_REPLY_WAITS},
            {"calendar": 2_400, "calendar.n": 2},
            says="T2 waited 3,600 s, T6 1,200 s.",
        ),
    ),
)
handoff_response_time = Metric(
    id="handoff_response_time",
    tier="F",
    names=named("Response after bot hand-off", "Reaktionszeit nach Bot-Übergabe", "机器人转人工响应时间"),
    says="From a bot's hand-off to the first message of a person.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=("bot_containment_rate",),
    clock="first_replied_at",
    profile="T",
    floor=5,
    how={"calendar": Durations("ticket_facts", "frt_handoff_s", "is_frt_counted = 1", "first_replied_on")},
    examples=(Example({"ticket_facts": WEEK}, {"calendar": 90}, says="T8."),),
)
time_to_first_assignment = Metric(
    id="time_to_first_assignment",
    tier="F",
    names=named("Time to first assignment", "Zeit bis zur Zuweisung", "首次分派时长"),
    says="From creation until a person, not only a team, had the ticket.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="assigned_at",
    profile="T",
    floor=5,
    how={"calendar": Durations("ticket_facts", "first_assignment_s", "is_counted_created = 1", "first_assigned_on")},
    examples=(
        Example(
            {"ticket_facts": ({"is_counted_created": 1, "first_assignment_s": 240}, {"is_counted_created": 1})},
            {"calendar": 240, "calendar.n": 1},
            says="A ticket that only a team has is still waiting.",
        ),
    ),
)
agent_work_time = Metric(
    id="agent_work_time",
    tier="F",
    names=named("Time in new+open", "Arbeitszeit (neu+offen)", "处理中时长"),
    says="Time in the states new and open until the last solve.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="S",
    counter=(
        "csat",
        "reopen_rate",
    ),
    clock="last_solved_at",
    profile="T",
    floor=5,
    how=two_clocks("agent_work", SOLVED_NOW, "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(Example({"ticket_facts": (T2,)}, {"calendar": 64_800}),),
)
agent_wait_time = Metric(
    id="agent_wait_time",
    tier="F",
    names=named("Time pending on customer", "Wartezeit auf Kunden", "等待客户时长"),
    says="Time pending on the customer until the last solve.",
    group="E",
    unit=Unit.SECONDS,
    direction="none",
    strength="-",
    counter=("requester_wait_time",),
    clock="last_solved_at",
    profile="T",
    floor=5,
    how=two_clocks("agent_wait", SOLVED_NOW, "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(
        Example({"ticket_facts": (T2,)}, {"calendar": 16_200, "business": 16_200}),
        Example(
            {
                "ticket_facts": (
                    {"is_solve_counted": 1, "is_solved": 1, "handled_by": "human", "agent_wait_business_s": 120},
                )
            },
            {"business": 120},
            says="Pending from Friday 16:59 until the customer wrote on Monday 09:01.",
        ),
    ),
)
on_hold_time = Metric(
    id="on_hold_time",
    tier="F",
    names=named("Time on hold (third party)", "Wartezeit auf Dritte", "第三方挂起时长"),
    says="Time on hold for a third party until the last solve.",
    group="E",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="last_solved_at",
    profile="T",
    floor=5,
    how=two_clocks("on_hold", SOLVED_NOW, "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(Example({"ticket_facts": (T2,)}, {"calendar": 0}),),
)
support_request_time = Metric(
    id="support_request_time",
    tier="F",
    names=named("Internal support turnaround", "Bearbeitungszeit interner Anfragen", "后勤支持响应时长"),
    says="How long tickets of our own staff took to be solved.",
    group="P",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="closed_at",
    profile="T",
    floor=5,
    how=two_clocks("resolution", "is_internal = 1 and is_solved = 1", "last_solved_on"),
    fallback="calendar",
    needs_of={"business": ("schedule",)},
    maturity_days=7,
    examples=(
        Example(
            {"ticket_facts": ({"is_internal": 1, "is_solved": 1, "resolution_business_s": 5_400},)}, {"business": 5_400}
        ),
    ),
)

METRICS = (
    first_response_time,
    resolution_time,
    requester_wait_time,
    first_resolution_time,
    next_reply_time,
    handoff_response_time,
    time_to_first_assignment,
    agent_work_time,
    agent_wait_time,
    on_hold_time,
    support_request_time,
)
