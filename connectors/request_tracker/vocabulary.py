"""RT's words and ours: statuses and priorities."""

from collections.abc import Mapping

from connectors import Context, StatusCategory
from connectors.request_tracker.paging import number_of
from connectors.request_tracker.settings import Priority

# The lifecycles "default" and "approvals" that RT comes with (docs/customizing/lifecycles).
STATUS: dict[str, StatusCategory] = {
    "new": "new",
    "open": "open",
    "stalled": "pending",
    "resolved": "solved",
    "rejected": "closed",
    "deleted": "deleted",
    "pending": "pending",
    "approved": "solved",
    "denied": "closed",
}
DONE = frozenset({"solved", "closed"})


def category_of(status: str, ctx: Context) -> StatusCategory:
    """Our category of a status of any lifecycle; one that nobody told us is ``other`` and said once."""
    given: Mapping[str, StatusCategory] = ctx.settings.statuses
    found = given.get(status) or STATUS.get(status.lower())
    if found is None:
        ctx.warn("status", status)
    return found or "other"


def priority_of(value: object, names: Mapping[int, Priority]) -> Priority | None:
    """The name that begins at or last below a priority's number; None below the first one."""
    number = number_of(value)
    begun = [least for least in names if number is not None and least <= number]
    return names[max(begun)] if begun else None
