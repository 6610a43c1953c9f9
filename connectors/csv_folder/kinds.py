"""What the rows of a file can be: which records they become, and what tells one row from another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, TypeAlias

from connectors import (
    Absence,
    Agent,
    Attendance,
    CalendarEvent,
    Call,
    Complaint,
    ContactReason,
    Cost,
    CustomerBaseDay,
    Forecast,
    Hire,
    Line,
    Project,
    ProjectDay,
    PublicDay,
    QaItem,
    QaReview,
    Queue,
    Record,
    Region,
    SelfServiceDay,
    Shift,
    Survey,
    Team,
    Ticket,
    TimeEntry,
    Training,
    WeatherDay,
)
from connectors.csv_folder import calls, surveys, tickets
from connectors.csv_folder.fields import Target, targets_of
from connectors.csv_folder.making import IDENTITIES, Found, made, named

Make: TypeAlias = Callable[[Found], Iterator[Record]]

COMPLAINTS: Mapping[str, str] = {"waiting": "wait", "waiting time": "wait", "goods": "product", "staff": "service"}
CATEGORIES: Mapping[str, str] = {
    "labor": "labour", "salaries": "labour", "salary": "labour", "wages": "labour", "personnel": "labour",
    "staff": "labour", "personal": "labour", "software": "ticket_system", "helpdesk": "ticket_system",
    "licences": "ticket_system", "licenses": "ticket_system", "lizenzen": "ticket_system", "phone": "telephony",
    "telefonie": "telephony", "rent": "premises", "miete": "premises", "electricity": "utilities",
    "strom": "utilities", "schulung": "training",
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "sickness": "sick", "illness": "sick", "krank": "sick", "krankheit": "sick", "vacation": "leave",
    "holiday": "leave", "urlaub": "leave", "tardy": "late", "verspätet": "late", "left early": "early",
    "schulung": "training", "system outage": "outage",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A sort of row. ``key``: the fields whose values name a row that has no id of its own; of ``a|b`` the first known.

    ``extra``: fields beside those of the record. ``given``: values of fields where a row does not tell them.
    ``words``: further words of a field and what they mean. ``needs``: fields without which there is no row."""

    name: str
    says: str
    record: type[Record]
    make: Make
    key: tuple[str, ...] = ()
    extra: Mapping[str, Target] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def customer(self) -> str:
        """The field of the customer whom a row tells of; empty where it tells of none."""
        fields = self.record.__struct_fields__
        return next((name for name in ("requester_id", "customer_id") if name in fields), "")

    @property
    def table(self) -> str:
        """The table that its rows fill first of all."""
        return self.record.table

    @property
    def has_id(self) -> bool:
        """Whether its rows have an id."""
        return "id" in self.record.__struct_fields__

    @property
    def may_be_whole(self) -> bool:
        """Whether a row that is no longer in the files can be marked as gone: what customers did is never undone."""
        return self.has_id and not self.customer

    @cached_property
    def targets(self) -> dict[str, Target]:
        """The fields by all names that a column may have."""
        return {**targets_of(self.record), **self.extra}

    def target(self, name: str) -> Target:
        """The field of this name; ValueError with the nearest one."""
        if name in self.targets:
            return self.targets[name]
        known = sorted({target.field for target in self.targets.values()})
        near = get_close_matches(name, self.targets, n=1, cutoff=0.6)
        hint = f'Did you mean "{self.targets[near[0]].field}"?' if near else f"Known: {', '.join(known)}"
        raise ValueError(f"columns: {self.name} have no field {name}. {hint}")


def _make(record: type[Record], given: Mapping[str, Any]) -> Make:
    def make(found: Found) -> Iterator[Record]:
        for name, value in given.items():
            if found.get(name) is None:
                found.values[name] = value
        yield from named(found)
        yield made(record, found)

    return make


def _plain(
    name: str,
    says: str,
    record: type[Record],
    *key: str,
    extra: Mapping[str, Target] | None = None,
    given: Mapping[str, Any] | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> Kind:
    """Rows that are one record each."""
    needs = {target.field for target in targets_of(record).values() if target.is_needed} - {"id", *(given or {})}
    return Kind(
        name, says, record, _make(record, given or {}), key, extra or {}, given or {}, words or {}, tuple(sorted(needs))
    )


def _named(name: str, says: str, record: type[Agent] | type[Team] | type[Queue]) -> Kind:
    """People, teams and queues have the last word on themselves; their name is their id where they have no other."""

    def make(found: Found) -> Iterator[Record]:
        if found.get("name") is None:
            found.values["name"] = found.values["id"]
        yield made(record, found, version=1)

    return Kind(name, says, record, make, ("name",))


def _surveys(name: str, kind: str | None, says: str) -> Kind:
    key = ("kind", "ticket_id", "call_id", "customer_id", "agent_id", "question_key", "offered_at|rated_at")
    return Kind(
        name, says, Survey, surveys.make_survey(kind), key, surveys.TARGETS, {"kind": kind} if kind else {}, {},
        ("kind",) if kind is None else (),
    )  # fmt: skip


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "calls", "telephone calls, one a row", Call, calls.make_call,
            ("arrived_at", "customer_id", "line_id", "queue_id", "agent_id"), calls.call_targets(),
            {"direction": "inbound"}, calls.WORDS, ("arrived_at",),
        ),
        Kind(
            "tickets", "tickets as they stand", Ticket, tickets.make_ticket, ("number",), tickets.TARGETS, {},
            tickets.WORDS, ("created_at",),
        ),
        _surveys("surveys", None, "answers and offers of surveys of any kind"),
        _surveys("csat", "csat", "satisfaction answers"),
        _surveys("nps", "nps", "answers to how likely they recommend us"),
        _surveys("ces", "ces", "answers to how easy it was"),
        _surveys("fcr", "fcr", "answers to whether it was solved at once"),
        _surveys("esat", "esat", "answers of employees"),
        _plain("costs", "costs of a month", Cost, "month", "category", "team_id", "channel", "note",
               words={"category": CATEGORIES}),
        _plain("shifts", "planned working time", Shift, "agent_id", "day_on", "planned_start_at", "activity", "kind"),
        _plain("absences", "working time lost", Absence, "agent_id", "day_on", "reason", words={"reason": REASONS}),
        _plain("attendance", "working time of a day", Attendance),
        _plain("qa_reviews", "quality reviews", QaReview, "reviewed_at", "contact_id", "agent_id", "reviewer_id",
               "form"),
        _plain("qa_items", "the questions of quality reviews", QaItem),
        _plain("complaints", "complaints", Complaint, "received_at", "ticket_id", "call_id", "customer_id",
               "incident", extra=IDENTITIES, words={"about": COMPLAINTS}),
        _plain("hiring", "positions and who took them", Hire, "opened_on", "position",
               extra={"position": Target("position", "text")}),
        _plain("trainings", "trainings", Training, "agent_id", "topic", "held_on"),
        _plain("forecasts", "what was expected of a series", Forecast, given={"interval_s": 86_400}),
        _plain("projects", "projects and campaigns", Project, "name"),
        _plain("project_days", "what was done in a project on a day", ProjectDay),
        _plain("self_service", "use of help pages, bots and menus on a day", SelfServiceDay),
        _plain("ivr", "use of the voice menu on a day", SelfServiceDay, given={"kind": "ivr"}),
        _plain("customer_base", "customers and orders on a day", CustomerBaseDay),
        _plain("calendar_events", "what may move numbers", CalendarEvent, "kind", "title", "from_at",
               given={"kind": "other"}),
        _named("agents", "people", Agent),
        _named("teams", "teams", Team),
        _named("queues", "telephone queues", Queue),
        _plain("contact_reasons", "why customers contact us", ContactReason, "name"),
        _plain("time_entries", "time booked on tickets", TimeEntry, "ticket_id", "agent_id", "started_at"),
        _plain("lines", "our telephone numbers", Line, "name"),
        _plain("regions", "places whose weather and holidays stand for their customers", Region),
        _plain("weather_days", "the weather of a day", WeatherDay),
        _plain("public_days", "holidays", PublicDay),
    )
}  # fmt: skip


def known_kind(value: str) -> str:
    """The name of a sort of row."""
    if value in KINDS:
        return value
    near = get_close_matches(value, KINDS, n=1)
    raise ValueError(f"should be one of {', '.join(KINDS)}" + (f'. Did you mean "{near[0]}"?' if near else ""))
