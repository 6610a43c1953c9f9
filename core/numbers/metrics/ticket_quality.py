"""Whether tickets were done well: in time, once, by the right people, and so that they stay solved."""

from core.numbers.metric import Example, Metric, Ratio, Row, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import T3_REOPENED, T3_TUESDAY, WEEK, many
from core.numbers.metrics.ticket_volume import COUNTED, CREATED, SOLVED

TUESDAY = ("2026-03-10", "2026-03-10")
MONDAY_9 = ("2026-03-09", "2026-03-09")
SOLVED_ROW: Row = {"is_solve_counted": 1, "is_solved": 1, "handled_by": "human"}
BY_PEOPLE = f"{SOLVED} and is_outbound = 0 and handled_by = 'human'"
SOLVED_NOW = f"{BY_PEOPLE} and is_solved = 1"
FIRST_SOLVED = Sum("ticket_facts", BY_PEOPLE, on="first_solved_on")
LAST_SOLVED = Sum("ticket_facts", SOLVED_NOW, on="last_solved_on")


def first_solved(condition: str) -> Sum:
    return Sum("ticket_facts", f"{BY_PEOPLE} and {condition}", on="first_solved_on")


def last_solved(condition: str) -> Sum:
    return Sum("ticket_facts", f"{SOLVED_NOW} and {condition}", on="last_solved_on")


def added_up(value: str) -> Sum:
    return Sum("ticket_facts", SOLVED_NOW, value, "last_solved_on")


def met(kind: str = "") -> Share:
    """Targets met of those decided."""
    of_kind = f" and target_kind = '{kind}'" if kind else ""
    return Share(Sum("sla_facts", f"met = 1{of_kind}"), Sum("sla_facts", f"met is not null{of_kind}"))


sla_attainment = Metric(
    id="sla_attainment",
    tier="K",
    names=named("SLA attainment", "SLA-Erfüllungsquote", "SLA 达成率"),
    says="Of the targets decided in the period, the share that was met.",
    group="E",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=(
        "sla_breached_open",
        "csat",
    ),
    clock="decided_at",
    profile="T",
    floor=30,
    how={
        "all": met(),
        "first_reply": met("first_reply"),
        "next_reply": met("next_reply"),
        "resolution": met("resolution"),
        "requester_wait": met("requester_wait"),
        "agent_work": met("agent_work"),
    },
    counter_because="a target missed and still open is decided once, however long the customer goes on waiting.",
    examples=(
        Example(
            {"sla_facts": (*many(4, target_kind="first_reply", met=1), {"target_kind": "first_reply"})},
            {"first_reply": 1.0, "first_reply.n": 4, "all": 1.0},
            says="The worked week as of Sunday: T1, T2, T7, T8 met, T10 undecided.",
        ),
        Example(
            {"sla_facts": (*many(5, target_kind="first_reply", met=1), *many(1, target_kind="first_reply", met=0))},
            {"first_reply": 5 / 6, "next_reply": None},
            says="As of Monday night: T3 met, T10 breached.",
        ),
        Example(
            {"sla_facts": (*many(43, target_kind="resolution", met=1), *many(7, target_kind="resolution", met=0))},
            {"resolution": 0.86, "resolution.ci_low": 0.7381, "resolution.ci_high": 0.9305},
        ),
    ),
)
resolution_rate = Metric(
    id="resolution_rate",
    tier="K",
    names=named("Resolution rate", "Lösungsquote", "解决率"),
    says="Of the tickets that came in, the share that is solved by now.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("reopen_rate",),
    clock="created_at",
    profile="T",
    floor=30,
    how={
        "cohort": Share(Sum("ticket_facts", f"{COUNTED} and is_solved = 1"), CREATED),
        "period": Ratio(Sum("ticket_facts", SOLVED, on="first_solved_on"), CREATED),
    },
    units={"period": Unit.RATIO},
    maturity_days=7,
    is_cohort=True,
    counter_because="a ticket counts as solved until its customer says otherwise.",
    examples=(
        Example({"ticket_facts": WEEK}, {"cohort": 5 / 7}, says="T1, T2, T7, T8, T9 of 7."),
        Example({"ticket_facts": (*WEEK[:2], T3_TUESDAY, *WEEK[3:])}, {"cohort": 6 / 7}, says="As of the 10th."),
        Example(
            {"ticket_facts": (*WEEK[:2], T3_REOPENED, *WEEK[3:])},
            {"cohort": 5 / 7},
            says="T3 between reopening and second solve.",
        ),
        Example(
            {
                "ticket_facts": (
                    *many(40, is_counted_created=1, created_on="2026-03-04"),
                    *many(50, is_solve_counted=1, created_on="2026-02-20", first_solved_on="2026-03-04"),
                )
            },
            {"period": 1.25},
            says="40 came, 50 were solved.",
        ),
    ),
)
reopen_rate = Metric(
    id="reopen_rate",
    tier="K",
    names=named("Reopen rate", "Wiedereröffnungsquote", "重开率"),
    says="Of the tickets first solved in the period, the share reopened within 7 days.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=("tickets_solved",),
    clock="first_solved_at",
    profile="T",
    floor=30,
    how={
        "standard": Share(first_solved("is_reopened_in_7d = 1"), FIRST_SOLVED),
        "effective": Share(first_solved("is_effective_reopened_in_7d = 1"), FIRST_SOLVED),
    },
    maturity_days=7,
    is_cohort=True,
    examples=(
        Example({"ticket_facts": (T3_TUESDAY,)}, {"standard": 1.0, "effective": 1.0}, days=MONDAY_9),
        Example(
            {
                "ticket_facts": (
                    *many(38, **SOLVED_ROW),
                    *many(1, **SOLVED_ROW, is_reopened_in_7d=1, is_effective_reopened_in_7d=1),
                    *many(1, **SOLVED_ROW, is_reopened_in_7d=1),
                )
            },
            {"standard": 0.05, "standard.ci_low": 0.0138, "standard.ci_high": 0.1650, "effective": 0.025},
            says="One of the two only said thanks.",
        ),
        Example(
            {"ticket_facts": (T3_REOPENED,)},
            {"standard": 1.0},
            days=MONDAY_9,
            says="Reopened and still open counts now.",
        ),
    ),
)
same_day_resolution_rate = Metric(
    id="same_day_resolution_rate",
    tier="F",
    names=named("Solved the day it came", "Tagesgleiche Lösung", "当日解决率"),
    says="Of the tickets that came in, the share solved before their day ended.",
    group="E",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("reopen_rate",),
    clock="created_at",
    profile="T",
    floor=30,
    how={
        "all": Share(Sum("ticket_facts", f"{COUNTED} and solved_same_day = 1"), CREATED),
        "without_bot": Share(
            Sum("ticket_facts", f"{COUNTED} and solved_same_day = 1 and handled_by <> 'bot'"),
            Sum("ticket_facts", f"{COUNTED} and handled_by <> 'bot'"),
        ),
    },
    counter_because="solving today is easy where solved need not mean done.",
    examples=(Example({"ticket_facts": WEEK}, {"all": 3 / 7, "without_bot": 2 / 6}, says="T1, T8, T9."),),
)
one_touch_rate = Metric(
    id="one_touch_rate",
    tier="F",
    names=named("One-touch resolution", "Lösung mit einer Antwort", "一次回复解决率"),
    says="Of the answered tickets solved, the share that needed one public reply of a person and stayed solved.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("reopen_rate",),
    clock="first_solved_at",
    profile="T",
    floor=30,
    how={
        "standard": Share(first_solved("one_touch = 1"), first_solved("one_touch is not null")),
        "no_wait_state": Share(first_solved("one_touch_no_wait = 1"), first_solved("one_touch is not null")),
    },
    maturity_days=7,
    is_cohort=True,
    examples=(
        Example({"ticket_facts": WEEK}, {"standard": 3 / 4}, says="T1, T7 (call back) and T8, not T2."),
        Example({"ticket_facts": (T3_TUESDAY,)}, {"standard": 0.0}, days=MONDAY_9),
    ),
)
replies_per_ticket = Metric(
    id="replies_per_ticket",
    tier="F",
    names=named("Agent replies per solved ticket", "Antworten je Ticket", "单均回复数"),
    says="Public replies of people for each solved ticket.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="S",
    counter=("csat",),
    clock="last_solved_at",
    profile="T",
    floor=30,
    how={"standard": Ratio(added_up("human_replies"), LAST_SOLVED)},
    maturity_days=7,
    counter_because="fewer replies can mean shorter answers to the same questions.",
    examples=(Example({"ticket_facts": WEEK}, {"standard": 1.25}, says="T1 1, T2 2, T7 its call back, T8 1."),),
)
touches_per_ticket = Metric(
    id="touches_per_ticket",
    tier="F",
    names=named("Touches per ticket", "Bearbeitungen je Ticket", "单均处理次数"),
    says="Replies, notes and bundles of changes by people for each solved ticket.",
    group="E",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=(),
    clock="last_solved_at",
    profile="T",
    floor=30,
    how={"standard": Ratio(added_up("touches"), LAST_SOLVED)},
    maturity_days=7,
    examples=(
        Example(
            {
                "ticket_facts": (
                    {**SOLVED_ROW, "touches": 3},
                    {**SOLVED_ROW, "touches": 2},
                )
            },
            {"standard": 2.5},
        ),
    ),
)
reassignment_rate = Metric(
    id="reassignment_rate",
    tier="F",
    names=named("Ticket reassignment rate", "Neuzuweisungsquote", "工单改派率"),
    says="Of the tickets solved, the share that more than one person had.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="last_solved_at",
    profile="T",
    floor=30,
    how={
        "people": Share(last_solved("assignee_stations > 1"), LAST_SOLVED),
        "teams": Share(last_solved("team_stations > 1"), LAST_SOLVED),
    },
    maturity_days=7,
    counter_because="keeping a ticket that others could solve also lowers it.",
    examples=(
        Example({"ticket_facts": WEEK}, {"people": 1 / 4, "teams": 1 / 4}, says="T2 went from level 1 to level 2."),
    ),
)
escalation_rate = Metric(
    id="escalation_rate",
    tier="F",
    names=named("Escalation rate", "Eskalationsquote", "升级率"),
    says="Tickets raised to a higher tier for each ticket that came in.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("first_contact_resolution_rate",),
    clock="escalated_at",
    profile="T+C",
    floor=30,
    how={
        "standard": Share(
            Sum("ticket_facts", "escalated_at is not null and is_counted_created = 1", on="escalated_on"), CREATED
        )
    },
    needs=("escalations",),
    counter_because="not escalating what should be is the cheapest way to lower it.",
    examples=(
        Example(
            {
                "ticket_facts": (
                    *many(27, is_counted_created=1, created_on="2026-03-04"),
                    *many(3, is_counted_created=1, created_on="2026-03-04", escalated_on="2026-03-05", escalated_at=1),
                )
            },
            {"standard": 0.10, "standard.ci_low": 0.0346, "standard.ci_high": 0.2562},
        ),
    ),
)
bot_containment_rate = Metric(
    id="bot_containment_rate",
    tier="F",
    names=named("Bot containment", "Bot-Lösungsquote", "机器人独立解决率"),
    says="Of the conversations that a bot began, the share it finished without a person and without a repeat.",
    group="S",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=(
        "repeat_contact_rate",
        "csat",
    ),
    clock="created_at",
    profile="T",
    floor=30,
    how={
        "standard": Share(
            Sum("ticket_facts", f"{COUNTED} and bot_contained = 1"),
            Sum("ticket_facts", f"{COUNTED} and bot_contained is not null"),
        )
    },
    maturity_days=7,
    is_cohort=True,
    examples=(Example({"ticket_facts": WEEK}, {"standard": 0.5}, says="T9 of T8 and T9."),),
)
reason_correction_rate = Metric(
    id="reason_correction_rate",
    tier="F",
    names=named("Reason corrected", "Korrigierte Kontaktgründe", "原因更正率"),
    says="Of the tickets solved with a reason, the share whose reason was changed after it was first set.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="S",
    counter=("contact_reason_share",),
    clock="last_solved_at",
    profile="T",
    floor=30,
    how={"standard": Share(last_solved("is_reason_corrected = 1"), last_solved("contact_reason is not null"))},
    maturity_days=7,
    counter_because="a wrong reason left alone lowers it.",
    examples=(
        Example(
            {
                "ticket_facts": (
                    *many(3, **SOLVED_ROW, contact_reason="delivery"),
                    {**SOLVED_ROW, "contact_reason": "delivery", "is_reason_corrected": 1},
                    SOLVED_ROW,
                )
            },
            {"standard": 0.25},
            says="The bot said invoice, an agent delivery; a ticket without a reason is out.",
        ),
    ),
)
data_entry_completeness = Metric(
    id="data_entry_completeness",
    tier="F",
    names=named("Data entry completeness", "Vollständigkeit der Erfassung", "数据录入完整率"),
    says="Required fields filled in, of all required fields of the tickets solved.",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("average_after_call_work",),
    clock="last_solved_at",
    profile="T",
    floor=50,
    how={"standard": Share(added_up("filled_fields"), added_up("required_fields"))},
    needs=("required_fields",),
    examples=(
        Example(
            {
                "ticket_facts": (
                    *many(34, **SOLVED_ROW, required_fields=3, filled_fields=3),
                    *many(6, **SOLVED_ROW, required_fields=3, filled_fields=2),
                )
            },
            {"standard": 0.95, "standard.n": 120},
            says="40 tickets with 3 fields each, 114 of them filled.",
        ),
        Example(
            {"ticket_facts": ({**SOLVED_ROW, "required_fields": 2, "filled_fields": 0}, SOLVED_ROW)},
            {"standard": 0.0, "standard.n": 2},
            says="A ticket whose source tells nothing of its fields is not counted.",
        ),
    ),
)

METRICS = (
    sla_attainment,
    resolution_rate,
    reopen_rate,
    same_day_resolution_rate,
    one_touch_rate,
    replies_per_ticket,
    touches_per_ticket,
    reassignment_rate,
    escalation_rate,
    bot_containment_rate,
    reason_correction_rate,
    data_entry_completeness,
)
