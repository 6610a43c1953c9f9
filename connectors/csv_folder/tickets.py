"""Tickets of a help desk that has no connector, as its export shows them: how they stand, and when they were solved."""

from collections.abc import Iterator, Mapping

from connectors import Record, SourceMetric, Ticket
from connectors.csv_folder.fields import Target
from connectors.csv_folder.making import IDENTITIES, Found, made, named

TARGETS: Mapping[str, Target] = {
    "first_replied_at": Target("first_replied_at", "moment"),
    "first_replied": Target("first_replied_at", "moment"),
    "solved_at": Target("solved_at", "moment"),
    "solved": Target("solved_at", "moment"),
    "reopens": Target("reopens", "whole"),
    **IDENTITIES,
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "status_category": {
        "offen": "open", "in progress": "open", "in bearbeitung": "open", "active": "open", "waiting": "pending",
        "waiting for customer": "pending", "wartend": "pending", "on hold": "hold", "on-hold": "hold",
        "resolved": "solved", "gelöst": "solved", "done": "solved", "erledigt": "solved", "geschlossen": "closed",
        "neu": "new",
    },
    "channel": {"mail": "email", "e-mail": "email", "telephone": "phone", "telefon": "phone", "call": "phone"},
    "priority": {"medium": "normal", "mittel": "normal", "niedrig": "low", "hoch": "high", "critical": "urgent"},
}  # fmt: skip


def make_ticket(found: Found) -> Iterator[Record]:
    """A ticket, whom it names, and the moments that stand in for its history (precision ``stat``)."""
    values = found.values
    status = found.get("status")
    if found.get("status_category") is None:
        values["status_category"] = _category(found, status)
    if status is None:
        values["status"] = values["status_category"]
    values.setdefault("number", values["id"])
    moments = {name: values.pop(name, None) for name in ("first_replied_at", "solved_at")}
    reopens = values.pop("reopens", None)
    updated_at = found.get("updated_at")
    reason = found.get("contact_reason")
    if reason is not None:
        values["contact_reason"] = found.ctx.contact_reasons.get(reason, reason)
    yield from named(found)
    yield made(Ticket, found, version=updated_at or 0, source_updated_at=updated_at or found.needed("created_at"))
    for name, value, unit in (*((name, at, "epoch") for name, at in moments.items()), ("reopens", reopens, "count")):
        if value is not None:
            yield SourceMetric(entity="ticket", entity_id=values["id"], name=name, value=float(value), unit=unit)


def _category(found: Found, status: str | None) -> str:
    """The category that the source's word names by itself, or that the ticket's moments tell."""
    if status is not None:
        word = status.casefold()
        said = WORDS["status_category"].get(word, word)
        if said in ("new", "open", "pending", "hold", "solved", "closed", "deleted"):
            return said
        found.ctx.warn("status", status)
        return "other"
    return "solved" if found.get("solved_at") is not None else "open"
