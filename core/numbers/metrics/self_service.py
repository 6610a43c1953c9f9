"""What customers do before or without talking to somebody."""

from core.numbers.metric import Difference, Durations, Example, Metric, Ratio, Row, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import many

# A source that knows nothing of the voice menu says nothing of how long anybody was in it.
IN_MENU = "direction = 'inbound' and is_test = 0 and ivr_s is not null"
CALLER: Row = {"direction": "inbound", "ivr_s": 15}
DONE: Row = {**CALLER, "ivr_exit": "contained"}
COMPLETIONS = Sum("self_service_facts", "kind <> 'notice'", "completions")


def left_by(way: str) -> Share:
    """Of the callers in the voice menu, those who left it in one way."""
    return Share(Sum("call_facts", f"{IN_MENU} and ivr_exit = '{way}'"), Sum("call_facts", IN_MENU))


ivr_time = Metric(
    id="ivr_time",
    tier="F",
    names=named("Time in IVR", "Zeit im Sprachmenü", "IVR 时长"),
    says="How long callers spend in the voice menu.",
    group="S",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=10,
    how={"standard": Durations("call_facts", "ivr_s", IN_MENU)},
    needs=("ivr_events",),
    examples=(
        Example({"call_facts": tuple({**CALLER, "ivr_s": seconds} for seconds in (10, 20, 60))}, {"standard": 20}),
    ),
)
ivr_greeting_time = Metric(
    id="ivr_greeting_time",
    tier="F",
    names=named("Greeting length", "Länge der Ansage", "欢迎语时长"),
    says="How long the greeting takes.",
    group="S",
    unit=Unit.SECONDS,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C/I",
    floor=1,
    how={"standard": Durations("self_service_facts", "greeting_s", "kind = 'ivr'", lead="mean")},
    needs=("ivr_greetings",),
    examples=(
        Example(
            {
                "self_service_facts": (
                    {"day_on": "2026-03-02", "kind": "ivr", "item": "main", "greeting_s": 24},
                    {"day_on": "2026-03-03", "kind": "ivr", "item": "main", "greeting_s": 12},
                    {"day_on": "2026-03-03", "kind": "bot", "item": "chat"},
                )
            },
            {"standard": 18, "standard.n": 2},
            says="The announcement was cut from 24 to 12 seconds.",
        ),
    ),
)
ivr_menu_depth = Metric(
    id="ivr_menu_depth",
    tier="F",
    names=named("Menu steps to queue", "Menütiefe", "语音菜单层级"),
    says="Menu steps before a caller reaches a queue.",
    group="S",
    unit=Unit.COUNT,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=10,
    how={
        "standard": Ratio(
            Sum("call_facts", IN_MENU, "ivr_steps"), Sum("call_facts", f"{IN_MENU} and ivr_steps is not null")
        )
    },
    needs=("ivr_events",),
    examples=(
        Example({"call_facts": tuple({**CALLER, "ivr_steps": steps} for steps in (1, 2, 3, 2))}, {"standard": 2.0}),
    ),
)
ivr_zero_out_rate = Metric(
    id="ivr_zero_out_rate",
    tier="F",
    names=named("Pressed 0/9 to escape", "Ausstieg per 0/9", "按键直转人工率"),
    says="Of the callers in the menu, the share that pressed a key to escape it.",
    group="S",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=30,
    how={"standard": left_by("zero_out")},
    needs=("ivr_events",),
    examples=(Example({"call_facts": ({**CALLER, "ivr_exit": "zero_out"}, *many(4, **CALLER))}, {"standard": 0.2}),),
)
ivr_abandon_rate = Metric(
    id="ivr_abandon_rate",
    tier="F",
    names=named("Hung up in IVR", "Abbruch im Sprachmenü", "IVR 放弃率"),
    says="Of the callers in the menu, the share that hung up there.",
    group="S",
    unit=Unit.SHARE,
    direction="down",
    strength="-",
    counter=(),
    clock="arrived_at",
    profile="C",
    floor=30,
    how={"standard": left_by("abandon")},
    needs=("ivr_events",),
    examples=(
        Example(
            {"call_facts": ({**CALLER, "ivr_exit": "abandon"}, *many(11, **CALLER))},
            {"standard": 1 / 12, "standard.n": 12},
            says="C9 of the fixture week: 1 of 12 arrivals.",
        ),
    ),
)
ivr_containment_rate = Metric(
    id="ivr_containment_rate",
    tier="F",
    names=named("IVR containment", "IVR-Abschlussquote", "IVR 自助完成率"),
    says="Of the callers in the menu, the share that was done there.",
    group="S",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=("repeat_contact_rate",),
    clock="arrived_at",
    profile="C",
    floor=30,
    how={"standard": left_by("contained")},
    needs=("ivr_events",),
    examples=(
        Example(
            {
                "call_facts": (
                    {**CALLER, "ivr_exit": "contained"},
                    {**CALLER, "ivr_exit": "abandon"},
                    *many(8, **CALLER),
                )
            },
            {"standard": 0.1},
            says="Who hangs up without having done anything is not contained.",
        ),
    ),
)
self_service_rate = Metric(
    id="self_service_rate",
    tier="F",
    names=named("Self-service share", "Selbstbedienungsquote", "自助服务占比"),
    says="Of all matters, the share that customers settled by themselves.",
    group="S",
    unit=Unit.SHARE,
    direction="up",
    strength="-",
    counter=(
        "repeat_contact_rate",
        "csat",
    ),
    clock="day",
    profile="I+T+C",
    floor=100,
    how={"standard": Share(COMPLETIONS, Difference((COMPLETIONS, Sum("handled_facts", "is_total = 1"))))},
    needs=("self_service",),
    examples=(
        Example(
            {
                "self_service_facts": ({"kind": "portal", "completions": 20}, {"kind": "bot", "completions": 10}),
                "handled_facts": many(70, is_total=1),
            },
            {"standard": 0.3, "standard.ci_low": 0.2189, "standard.ci_high": 0.3958},
        ),
    ),
)
kb_helpful_rate = Metric(
    id="kb_helpful_rate",
    tier="F",
    names=named("Article helpful votes", "Hilfreich-Quote", "知识库有用率"),
    says="Of the votes on articles, the share that found them helpful.",
    group="S",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=(),
    clock="voted_at",
    profile="I",
    floor=30,
    how={
        "standard": Share(
            Sum("self_service_facts", "kind = 'faq'", "helpful"),
            Difference(
                (
                    Sum("self_service_facts", "kind = 'faq'", "helpful"),
                    Sum("self_service_facts", "kind = 'faq'", "not_helpful"),
                )
            ),
        )
    },
    needs=("self_service",),
    examples=(
        Example(
            {"self_service_facts": ({"kind": "faq", "item": "returns", "helpful": 45, "not_helpful": 15},)},
            {"standard": 0.75, "standard.n": 60},
        ),
    ),
)
proactive_notices = Metric(
    id="proactive_notices",
    tier="F",
    names=named("Proactive notices sent", "Proaktive Benachrichtigungen", "主动服务通知量"),
    says="Notices sent before customers had to ask.",
    group="S",
    unit=Unit.COUNT,
    direction="none",
    strength="S",
    counter=("tickets_created",),
    clock="sent_at",
    profile="I",
    floor=1,
    how={"standard": Sum("self_service_facts", "kind = 'notice'", "sessions")},
    needs=("self_service",),
    examples=(
        Example({"self_service_facts": ({"kind": "notice", "item": "delay", "sessions": 340},)}, {"standard": 340}),
    ),
)

METRICS = (
    ivr_time,
    ivr_greeting_time,
    ivr_menu_depth,
    ivr_zero_out_rate,
    ivr_abandon_rate,
    ivr_containment_rate,
    self_service_rate,
    kb_helpful_rate,
    proactive_notices,
)
