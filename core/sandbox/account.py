"""The imitation account's own set-up: groups, brands, fields, statuses, rules, schedules and SLA policies."""

from core.sandbox.names import AGENTS

GROUPS = {"Tech": 4401001, "Billing": 4401002, "VIP": 4401003, "Back office": 4401004}
GROUP_NAMES = {number: name for name, number in GROUPS.items()}
BRANDS = {"Lumo": 5501001, "Lumo Pro": 5501002}
FORM = 5601001

USER_BASE = 360_000_000_000
ADMIN = USER_BASE + 1
BOT = USER_BASE + 2
LIGHT_AGENTS = (USER_BASE + 3, USER_BASE + 4)
DEMOTED = USER_BASE + 5
PROMOTED = USER_BASE + 6
AGENT_IDS = {name: USER_BASE + 11 + number for number, (name, _) in enumerate(AGENTS)}
DEMOTED_NAME, PROMOTED_NAME = "Kerstin Falk", "Emre Aksoy"
CUSTOMER_BASE = USER_BASE + 1000
LIGHT_AGENT_ROLE = 7701001

FIELD_REASON, FIELD_PRODUCT, FIELD_CALL = "6601001", "6601002", "6601003"
FIELD_ORDER, FIELD_ESCALATED, FIELD_VALUE, FIELD_TOPICS = "6601004", "6601005", "6601006", "6601007"
FIELDS = {
    FIELD_REASON: ("Contact reason", "tagger"),
    FIELD_PRODUCT: ("Product", "tagger"),
    FIELD_CALL: ("Call id", "text"),
    FIELD_ORDER: ("Order number", "text"),
    FIELD_ESCALATED: ("Escalated", "checkbox"),
    FIELD_VALUE: ("Order value", "decimal"),
    FIELD_TOPICS: ("Topics", "multiselect"),
}

STATUS_IDS = {"new": 8801001, "open": 8801002, "pending": 8801003, "hold": 8801004, "solved": 8801005}
CUSTOM_STATUSES = (
    (8801001, "new", "New", True),
    (8801002, "open", "Open", True),
    (8801003, "pending", "Pending", True),
    (8801004, "hold", "On-hold", True),
    (8801005, "solved", "Solved", True),
    (8801006, "hold", "Waiting for warehouse", False),
    (8801007, "open", "Second level", False),
)
WAREHOUSE_STATUS, SECOND_LEVEL_STATUS = 8801006, 8801007

RULE_ROUTE, RULE_ACK, RULE_SCHEDULE, RULE_PRIORITY = 9901001, 9901002, 9901003, 9901004
RULE_SURVEY, RULE_CLOSE, RULE_BUMP, RULE_RESOLVE, RULE_SPAM = 9902001, 9902002, 9902003, 9902004, 9901005
RULES = {
    RULE_ROUTE: "Route by contact reason",
    RULE_ACK: "Auto-acknowledge",
    RULE_SCHEDULE: "Set schedule",
    RULE_PRIORITY: "VIP priority",
    RULE_SPAM: "Tag likely spam",
    RULE_SURVEY: "Ask for satisfaction 24 h after solving",
    RULE_CLOSE: "Close 4 days after solving",
    RULE_BUMP: "Solve after 5 days without an answer",
    RULE_RESOLVE: "Solve again after a thank-you",
}
AUTOMATIONS = frozenset((RULE_SURVEY, RULE_CLOSE, RULE_BUMP, RULE_RESOLVE))

SCHEDULE_SUPPORT, SCHEDULE_VIP = 7301001, 7301002

POLICY_VIP, POLICY_STANDARD = 6201001, 6201002
POLICY_TITLES = {POLICY_VIP: "VIP", POLICY_STANDARD: "Standard"}
PRIORITIES = ("urgent", "high", "normal", "low")
TARGET_MIN = {
    POLICY_VIP: {
        "first_reply_time": (30, 60, 60, 120),
        "next_reply_time": (60, 120, 120, 240),
        "requester_wait_time": (480, 600, 960, 1440),
    },
    POLICY_STANDARD: {
        "first_reply_time": (60, 120, 240, 480),
        "next_reply_time": (120, 240, 480, 960),
        "requester_wait_time": (600, 1200, 2400, 4800),
    },
}
"""Business minutes by policy and metric, in the order of `PRIORITIES`."""


def target_s(policy: int, metric: str, priority: str) -> int:
    """The policy's target for a priority, in business seconds."""
    return TARGET_MIN[policy][metric][PRIORITIES.index(priority)] * 60
