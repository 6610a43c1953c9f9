"""What customers do before or without talking to somebody."""

from core.numbers.metric import Difference, Example, Metric, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import many

COMPLETIONS = Sum("self_service_facts", "kind <> 'notice'", "completions")

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
    needs=("ivr_events",),
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
    needs=("ivr_events",),
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
    needs=("ivr_events",),
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
    needs=("ivr_events",),
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
    needs=("ivr_events",),
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
    needs=("ivr_events",),
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
