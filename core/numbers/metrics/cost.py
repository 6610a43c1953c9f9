"""What service costs; only for periods that have a cost file. Money is in minor units of the report's currency."""

from core.numbers.metric import Difference, Example, Metric, PerSuccess, Ratio, Row, Share, Sum, Unit, named

cost = Sum("cost_facts", "", "amount_minor")
of_calls = Sum("cost_facts", "channel = 'phone'", "amount_minor")
contacts = Sum("handled_facts", "is_total = 1")
answered_calls = Sum("handled_facts", "is_total = 1 and kind = 'call'")
# Time booked on tickets of the telephone is that of their calls.
handled_s = Difference(
    (
        Sum("call_facts", "is_test = 0", "handle_s", "answered_on"),
        Sum("booked_facts", "channel <> 'phone'", "spent_s"),
    )
)
resolved_first = Share(
    Sum("contact_facts", "is_first = 1 and is_resolved_first = 1"), Sum("contact_facts", "is_first = 1")
)
solved = Sum("ticket_facts", "is_solve_counted = 1", on="last_solved_on")

# A month of 38,000, of which the telephone had 500 h of 1,000 h, mail 300 h and chat 200 h.
MONTH: tuple[Row, ...] = (
    {"channel": "phone", "amount_minor": 1_900_000},
    {"channel": "email", "amount_minor": 1_140_000},
    {"channel": "chat", "amount_minor": 760_000},
)


def _handled(channel: str, count: int) -> tuple[Row, ...]:
    kind = "call" if channel == "phone" else "ticket"
    return tuple(
        {"contact_uid": f"{channel}{number}", "is_total": 1, "channel": channel, "kind": kind, "day_on": "2026-03-04"}
        for number in range(count)
    )


CONTACTS = (*_handled("phone", 2_500), *_handled("email", 1_000), *_handled("chat", 500))

cost_per_contact = Metric(
    id="cost_per_contact",
    tier="K",
    names=named("Cost per contact", "Kosten pro Kontakt", "单次接触成本"),
    says="All cost of the service for each contact that people handled.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=(
        "csat",
        "first_contact_resolution_rate",
    ),
    clock="period",
    profile="I",
    floor=100,
    how={"standard": Ratio(cost, contacts, is_told=True)},
    needs=("costs",),
    examples=(
        Example(
            {"cost_facts": MONTH, "handled_facts": CONTACTS},
            {"standard": 950, "standard.n": 4_000},
            says="30,000 + 2,000 + 5,000 + 1,000 for 4,000 contacts: 9.50.",
        ),
        *(
            Example({"cost_facts": MONTH, "handled_facts": CONTACTS}, {"standard": minor}, where={"channel": channel})
            for channel, minor in (("phone", 760), ("email", 1_140), ("chat", 1_520))
        ),
    ),
)
cost_per_call = Metric(
    id="cost_per_call",
    tier="F",
    names=named("Cost per call", "Kosten pro Anruf", "单呼成本"),
    says="The telephone's share of cost for each call.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("csat",),
    clock="period",
    profile="I",
    floor=100,
    how={"standard": Ratio(of_calls, answered_calls, is_told=True)},
    needs=("allocated_costs",),
    examples=(
        Example({"cost_facts": MONTH, "handled_facts": CONTACTS}, {"standard": 760, "standard.n": 2_500}, says="7.60."),
    ),
)
cost_per_minute = Metric(
    id="cost_per_minute",
    tier="F",
    names=named("Cost per minute", "Kosten pro Minute", "分钟成本"),
    says="Cost for each minute of handling.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("first_contact_resolution_rate",),
    clock="period",
    profile="I",
    floor=100,
    how={"standard": Ratio(cost, handled_s, per=60, times=60, is_told=True)},
    needs=("allocated_costs",),
    examples=(
        Example(
            {
                "cost_facts": MONTH,
                "call_facts": ({"handle_s": 500 * 3_600, "is_handled": 1},),
                "booked_facts": (
                    {"channel": "email", "spent_s": 300 * 3_600},
                    {"channel": "chat", "spent_s": 200 * 3_600},
                ),
            },
            {"standard": 3_800_000 / 60_000, "standard.n": 60_000},
            says="38,000 for 60,000 minutes: 0.633.",
        ),
    ),
)
cost_per_resolution = Metric(
    id="cost_per_resolution",
    tier="F",
    names=named("Cost per resolution", "Kosten pro Lösung", "单次解决成本"),
    says="Cost for each matter solved.",
    group="O",
    unit=Unit.MONEY,
    direction="down",
    strength="-",
    counter=("reopen_rate",),
    clock="period",
    profile="I",
    floor=100,
    how={
        "standard": PerSuccess(cost, contacts, resolved_first),
        "solved": Ratio(cost, solved, is_told=True),
    },
    needs=("costs",),
    maturity_of="fcr_window_days",
    examples=(
        Example(
            {
                "cost_facts": MONTH,
                "handled_facts": CONTACTS,
                "contact_facts": tuple(
                    {"contact_uid": f"c{number}", "is_first": 1, "is_resolved_first": int(number < 8)}
                    for number in range(10)
                ),
            },
            {"standard": 1_187.5, "standard.n": 4_000},
            says="9.50 where 80 % are resolved at once: 11.88.",
        ),
        Example(
            {
                "cost_facts": ({"amount_minor": 190_000},),
                "ticket_facts": tuple({"is_solve_counted": 1, "last_solved_on": "2026-03-04"} for _ in range(100)),
            },
            {"solved": 1_900},
        ),
    ),
)

METRICS = (
    cost_per_contact,
    cost_per_call,
    cost_per_minute,
    cost_per_resolution,
)
