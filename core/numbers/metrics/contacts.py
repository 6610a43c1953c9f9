"""Contacts over all channels: a call, a mail and a chat of the same person on the same matter are seen together."""

from core.numbers.metric import Distinct, Example, Metric, Ratio, Share, Sum, Unit, named
from core.numbers.metrics.fixture_week import HANDLED, many

FIRST = "is_first = 1"
contacts = Distinct("handled_facts", value="contact_uid")
agent_days = Sum("agent_days", "is_paid = 1", "presence_days")


contacts_handled = Metric(
    id="contacts_handled",
    tier="K",
    names=named("Contacts handled", "Bearbeitete Kontakte", "接触处理量"),
    says="Contacts that people dealt with: calls answered and tickets replied to, each once a day.",
    group="E",
    unit=Unit.COUNT,
    direction="none",
    strength="S",
    counter=(
        "csat",
        "qa_score",
    ),
    clock="answered/replied",
    profile="T+C",
    floor=1,
    how={"standard": contacts},
    counter_because="a count of contacts says nothing of what became of them.",
    examples=(
        Example(
            {"handled_facts": many(1, contact_uid="zd:1")}, {"standard": 1}, says="A call and the ticket it opened."
        ),
        Example(
            {
                "handled_facts": (
                    {"contact_uid": "zd:1", "day_on": "2026-03-02"},
                    {"contact_uid": "zd:1", "day_on": "2026-03-03"},
                )
            },
            {"standard": 2},
            says="The follow-up on the next day is one more.",
        ),
        Example({"handled_facts": HANDLED}, {"standard": 5}, says="C5 was in both queues and is one contact."),
        Example({"handled_facts": HANDLED}, {"standard": 5}, where={"queue": "queue 1"}),
        Example({"handled_facts": HANDLED}, {"standard": 1}, where={"queue": "queue 2"}),
    ),
)
contacts_per_agent_day = Metric(
    id="contacts_per_agent_day",
    tier="K",
    names=named("Contacts per agent-day", "Kontakte je Agent und Tag", "人均日处理量"),
    says="Contacts handled for each full day that an agent was there.",
    group="E",
    unit=Unit.COUNT,
    direction="band",
    strength="S",
    counter=(
        "qa_score",
        "csat",
        "first_contact_resolution_rate",
    ),
    clock="answered/replied",
    profile="A",
    floor=10,
    floor_of="agent-days",
    needs=("attendance",),
    how={"standard": Ratio(contacts, agent_days)},
    counter_because="it rises when contacts are cut short.",
    examples=(
        Example(
            {
                "handled_facts": tuple({"contact_uid": f"c{number}"} for number in range(50)),
                "agent_days": (
                    {"presence_days": 1.0, "is_paid": 1},
                    {"presence_days": 1.0, "is_paid": 1},
                    {"presence_days": 0.5, "is_paid": 1},
                ),
            },
            {"standard": 20.0},
            says="50 contacts by 8 h, 8 h and half a day.",
        ),
    ),
)
first_contact_resolution_rate = Metric(
    id="first_contact_resolution_rate",
    tier="K",
    names=named("First contact resolution", "Erstlösungsquote", "一次解决率"),
    says="Of first contacts on a matter, the share solved with no other on any channel in 7 days (unless set).",
    group="Q",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=(
        "repeat_contact_rate",
        "average_handle_time",
    ),
    clock="contact day",
    profile="T+C",
    floor=30,
    how={
        "standard": Share(Sum("contact_facts", f"{FIRST} and is_resolved_first = 1"), Sum("contact_facts", FIRST)),
        "identity_coverage": Share(Sum("contact_facts", "person_uid is not null"), Sum("contact_facts")),
    },
    maturity_of="fcr_window_days",
    is_cohort=True,
    examples=(
        Example(
            {
                "contact_facts": (
                    *many(6, person_uid="p", is_first=1, is_resolved_first=1),
                    *many(4, person_uid="p", is_first=1),
                )
            },
            {"standard": 0.6, "standard.ci_low": 0.3127, "standard.ci_high": 0.8318, "identity_coverage": 1.0},
            says="Of 10, two came back by phone, one is open, one called again and hung up in the queue.",
        ),
    ),
)
repeat_contact_rate = Metric(
    id="repeat_contact_rate",
    tier="F",
    names=named("Repeat contact rate", "Wiederholkontaktquote", "重复来电率"),
    says="Of contacts of known customers, the share on the same matter as one in the days before (7 unless set).",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=(),
    clock="contact day",
    profile="T+C",
    floor=30,
    how={
        "standard": Share(Sum("contact_facts", "is_repeat = 1"), Sum("contact_facts", "person_uid is not null")),
        "caused": Share(Sum("contact_facts", f"{FIRST} and caused_repeat = 1"), Sum("contact_facts", FIRST)),
    },
    examples=(
        Example(
            {
                "contact_facts": (
                    *many(7, person_uid="p", is_first=1),
                    *many(3, person_uid="p", is_first=1, caused_repeat=1),
                    *many(3, person_uid="p", is_repeat=1),
                )
            },
            {"caused": 0.3, "standard": 3 / 13},
        ),
    ),
)
complaint_rate = Metric(
    id="complaint_rate",
    tier="K",
    names=named("Complaint rate", "Beschwerdequote", "服务投诉率"),
    says="Complaints about the service for each contact handled.",
    group="Q",
    unit=Unit.SHARE,
    direction="down",
    strength="W",
    counter=("contacts_handled",),
    clock="complaint day",
    profile="T+C",
    floor=100,
    how={
        "standard": Share(
            Sum("complaint_facts", "is_counted = 1 and about in ('service', 'wait')"),
            Sum("handled_facts", "is_total = 1"),
        ),
        "product": Share(
            Sum("complaint_facts", "is_counted = 1 and about = 'product'"), Sum("handled_facts", "is_total = 1")
        ),
    },
    needs=("complaints",),
    examples=(
        Example(
            {"complaint_facts": many(5, about="service", is_counted=1), "handled_facts": many(200, is_total=1)},
            {"standard": 0.025, "standard.ci_low": 0.0107, "standard.ci_high": 0.0572},
        ),
        Example(
            {
                "complaint_facts": (
                    {"about": "service", "is_counted": 1},
                    *many(2, about="service", is_counted=0),
                    {"about": "product", "is_counted": 1},
                ),
                "handled_facts": many(100, is_total=1),
            },
            {"standard": 0.01, "product": 0.01},
            says="One customer's three mails on one incident are one complaint; about goods is another matter.",
        ),
    ),
)

METRICS = (
    contacts_handled,
    contacts_per_agent_day,
    first_contact_resolution_rate,
    repeat_contact_rate,
    complaint_rate,
)
