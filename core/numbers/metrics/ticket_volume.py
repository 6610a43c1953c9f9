"""How many tickets came, went and were left out, and what they were about."""

from core.numbers.metric import Difference, Example, Metric, Mix, PerStock, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import (
    MOVES,
    T1,
    T2,
    T3_MONDAY,
    T3_TUESDAY,
    T5,
    WEEK,
    WEEK_SOLVES,
    many,
)

COUNTED = "is_counted_created = 1"
SOLVED = "is_solve_counted = 1"
CREATED = Sum("ticket_facts", COUNTED)
MERGED = Sum("ticket_facts", "exclusion_reason = 'merged'", on="merged_on")
BULK_LEFT_OUT = f"{SOLVED} and is_bulk_solved = 0"


def excluded(reason: str) -> Sum:
    return Sum("ticket_facts", f"exclusion_reason = '{reason}'")


tickets_created = Metric(
    id="tickets_created",
    tier="K",
    names=named("Tickets created", "Neue Tickets", "新建工单量"),
    says="Customer tickets that came in, without spam, tests, merged, internal, imported and agent-initiated ones.",
    group="V",
    unit=Unit.COUNT,
    direction="none",
    strength="-",
    counter=("contacts_per_100_customers",),
    clock="created_at",
    profile="T",
    floor=1,
    how={"standard": CREATED},
    examples=(
        Example(
            {"ticket_facts": WEEK}, {"standard": 7}, says="The worked week: T4 is spam, T5 merged, T6 agent-initiated."
        ),
        Example(
            {"ticket_facts": (T1, T2, {**T5, "is_counted_created": 1, "exclusion_reason": None, "merged_on": None})},
            {"standard": 3},
            days=("2026-03-02", "2026-03-02"),
            says="Monday as of Monday night.",
        ),
        Example(
            {"ticket_facts": (T1, T2, T5)},
            {"standard": 2},
            days=("2026-03-02", "2026-03-02"),
            says="Monday after T5 was merged on Tuesday.",
        ),
    ),
)
tickets_solved = Metric(
    id="tickets_solved",
    tier="K",
    names=named("Tickets solved", "Gelöste Tickets", "已解决工单量"),
    says="Tickets solved for the first time.",
    group="E",
    unit=Unit.COUNT,
    direction="up",
    strength="S",
    counter=(
        "reopen_rate",
        "csat",
    ),
    clock="first_solved_at",
    profile="T",
    floor=1,
    how={
        "first_solves": Sum("ticket_facts", SOLVED, on="first_solved_on"),
        "solve_events": Sum("solve_facts", "is_counted = 1"),
        "without_bulk": Sum("ticket_facts", BULK_LEFT_OUT, on="first_solved_on"),
    },
    counter_because="closing is within an agent's will; whether it held is not.",
    examples=(
        Example(
            {"ticket_facts": WEEK, "solve_facts": WEEK_SOLVES},
            {"first_solves": 4, "solve_events": 4},
            where={"handled_by": "human"},
            says="The worked week by people: T1, T2, T7, T8; T6 is outbound, T9 the bot's.",
        ),
        Example(
            {
                "ticket_facts": (T3_MONDAY,),
                "solve_facts": ({"solved_on": "2026-03-09", "is_counted": 1, "is_first": 1},),
            },
            {"first_solves": 1, "solve_events": 1},
            days=("2026-03-09", "2026-03-09"),
        ),
        Example(
            {"ticket_facts": (T3_TUESDAY,), "solve_facts": ({"solved_on": "2026-03-10", "is_counted": 1},)},
            {"first_solves": 0, "solve_events": 1},
            days=("2026-03-10", "2026-03-10"),
            says="The second solve is no first one.",
        ),
        Example(
            {"ticket_facts": (*many(500, is_solve_counted=1, is_bulk_solved=1), *many(40, is_solve_counted=1))},
            {"first_solves": 540, "without_bulk": 40},
        ),
    ),
)
net_flow = Metric(
    id="net_flow",
    tier="F",
    names=named("Created minus finished", "Nettozufluss", "净流入量"),
    says="What entered the backlog less what left it.",
    group="V",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=("backlog_open",),
    clock="day",
    profile="T",
    floor=1,
    how={"standard": Sum("backlog_moves", value="delta")},
    examples=(
        Example({"backlog_moves": MOVES}, {"standard": 2}, says="10 arrived - 6 solved - 1 merged - 1 spam."),
        Example({"backlog_moves": ({"kind": "reopened", "delta": 1},)}, {"standard": 1}),
    ),
)
outbound_tickets = Metric(
    id="outbound_tickets",
    tier="F",
    names=named("Agent-initiated tickets", "Ausgehende Tickets", "主动工单量"),
    says="Tickets that an agent began by writing to a customer.",
    group="V",
    unit=Unit.COUNT,
    direction="none",
    strength="S",
    counter=("csat",),
    clock="created_at",
    profile="T",
    floor=1,
    how={"standard": Sum("ticket_facts", "is_outbound = 1")},
    examples=(Example({"ticket_facts": WEEK}, {"standard": 1}, says="T6."),),
)
tickets_excluded = Metric(
    id="tickets_excluded",
    tier="F",
    names=named("Excluded tickets by reason", "Ausgeschlossene Tickets", "剔除工单量"),
    says="Tickets left out of the figures, by reason.",
    group="V",
    unit=Unit.COUNT,
    direction="none",
    strength="-",
    counter=("tickets_created",),
    clock="created_at",
    profile="T",
    floor=1,
    how={
        "all": Sum("ticket_facts", "exclusion_reason is not null and is_outbound = 0"),
        "spam": excluded("spam"),
        "test": excluded("test"),
        "suspended": excluded("suspended"),
        "deleted": excluded("deleted"),
        "merged": excluded("merged"),
        "import": excluded("import"),
        "internal": excluded("internal"),
        "problem": excluded("problem"),
    },
    examples=(Example({"ticket_facts": WEEK}, {"all": 2, "spam": 1, "merged": 1, "deleted": 0}),),
)
merge_rate = Metric(
    id="merge_rate",
    tier="F",
    names=named("Merge rate", "Zusammenführungsquote", "合并率"),
    says="Of the tickets created or merged away, the share merged away.",
    group="V",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=(),
    clock="merged_at",
    profile="T",
    floor=30,
    how={"standard": Share(MERGED, Difference((CREATED, MERGED)))},
    examples=(Example({"ticket_facts": WEEK}, {"standard": 1 / 8}),),
)
contact_reason_share = Metric(
    id="contact_reason_share",
    tier="F",
    names=named("Contact reason mix", "Anteil Kontaktgründe", "来电原因占比"),
    says="The share of tickets about each reason.",
    group="V",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=(),
    clock="created_at",
    profile="T+C",
    floor=30,
    how={"standard": Mix(CREATED, "contact_reason")},
    examples=(
        Example(
            {
                "ticket_facts": (
                    *many(45, is_counted_created=1, contact_reason="delivery"),
                    *many(10, is_counted_created=1, contact_reason="invoice"),
                    *many(5, is_counted_created=1),
                )
            },
            {"standard": 0.75, "standard.ci_low": 0.6277, "standard.ci_high": 0.8422},
            where={"contact_reason": "delivery"},
        ),
    ),
)
customer_type_share = Metric(
    id="customer_type_share",
    tier="F",
    names=named("Customer type mix", "Anteil Kundentypen", "客户类型占比"),
    says="The share of tickets from each type of customer.",
    group="V",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=(),
    clock="created_at",
    profile="T+C",
    floor=30,
    how={"standard": Mix(CREATED, "customer_type")},
    examples=(
        Example(
            {
                "ticket_facts": (
                    *many(3, is_counted_created=1, customer_type="business"),
                    *many(1, is_counted_created=1),
                )
            },
            {"standard": 0.75},
            says="Asked without a type: the largest.",
        ),
    ),
)
channel_share = Metric(
    id="channel_share",
    tier="F",
    names=named("Channel mix", "Kanalanteil", "渠道占比"),
    says="The share of tickets by each channel.",
    group="V",
    unit=Unit.SHARE,
    direction="none",
    strength="-",
    counter=(),
    clock="created_at",
    profile="T+C",
    floor=30,
    how={"standard": Mix(CREATED, "channel")},
    examples=(Example({"ticket_facts": WEEK}, {"standard": 2 / 7}, where={"channel": "chat"}, says="T8 and T9 of 7."),),
)
contacts_per_100_customers = Metric(
    id="contacts_per_100_customers",
    tier="F",
    names=named("Contact rate", "Kontaktquote", "客均接触率"),
    says="Contacts for every 100 active customers: growth of trouble told apart from growth of business.",
    group="V",
    unit=Unit.RATIO,
    direction="down",
    strength="-",
    counter=("self_service_rate",),
    clock="created_at",
    profile="T+C+I",
    floor=100,
    how={"standard": PerStock(Sum("contact_facts"), Sum("customer_base_facts", "", "active_customers"), times=100)},
    needs=("customer_base",),
    examples=(
        Example(
            {
                "contact_facts": tuple({"contact_uid": f"c{number}"} for number in range(900)),
                "customer_base_facts": ({"day_on": "2026-03-04", "active_customers": 12_000},),
            },
            {"standard": 7.5, "standard.n": 900},
        ),
        Example(
            {
                "contact_facts": tuple({"contact_uid": f"c{number}"} for number in range(990)),
                "customer_base_facts": (
                    {"day_on": "2026-03-04", "active_customers": 13_000},
                    {"day_on": "2026-03-05", "active_customers": 14_000},
                ),
            },
            {"standard": 990 / 135},
            says="More contacts and less trouble: 13,500 customers on average.",
        ),
    ),
)
stockout_contacts = Metric(
    id="stockout_contacts",
    tier="F",
    names=named("Contacts refused for lack of stock", "Kontakte ohne Lieferbarkeit", "缺货接触量"),
    says="Contacts about goods that are out of stock.",
    group="V",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=("complaint_rate",),
    clock="created_at",
    profile="T+C",
    floor=1,
    how={"standard": Sum("contact_facts", "is_stockout = 1")},
    needs=("stockout_reasons",),
    examples=(
        Example(
            {"contact_facts": (*many(12, is_stockout=1), *many(30, is_stockout=0))},
            {"standard": 12},
            says="The day of a launch.",
        ),
    ),
)

METRICS = (
    tickets_created,
    tickets_solved,
    net_flow,
    outbound_tickets,
    tickets_excluded,
    merge_rate,
    contact_reason_share,
    customer_type_share,
    channel_share,
    contacts_per_100_customers,
    stockout_contacts,
)
