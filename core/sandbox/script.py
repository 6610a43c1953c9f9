"""The pen that writes one ticket's life down as audits, told in order of time."""

from bisect import bisect_right

from core.sandbox import account
from core.sandbox.truth import SYSTEM_USER, Change, Comment, Create, Event, Quiet, ScheduleSet, Value


class Draft:
    """An audit before it has a number."""

    __slots__ = ("at", "author_id", "events", "other", "rel", "via")

    def __init__(
        self, at: int, author_id: int, via: str, events: list[Event], rel: str | None, other: "Script | None"
    ) -> None:
        self.at, self.author_id, self.via, self.events, self.rel, self.other = at, author_id, via, events, rel, other


class Script:
    """A ticket while its story is told; keeps the present values so that each change knows the one before."""

    def __init__(self, kind: str, via: str, rel: str | None, at: int, requester: int, submitter: int) -> None:
        self.kind, self.via, self.rel = kind, via, rel
        self.created_at, self.requester, self.submitter = at, requester, submitter
        self.now: dict[str, Value] = {}
        self.schedule: int | None = None
        self.drafts: list[Draft] = []
        self.quiet: list[Quiet] = []
        self.brand = account.BRANDS["Lumo"]
        self.followup_of: Script | None = None
        self.merged_into: Script | None = None
        self.call_id: str | None = None
        self.last_at = at

    @property
    def status(self) -> str:
        """The status as of the last audit."""
        return str(self.now["status"])

    @property
    def assignee(self) -> int | None:
        """The user who holds the ticket as of the last audit."""
        held = self.now.get("assignee_id")
        return held if isinstance(held, int) else None

    def create(self, field: str, value: Value) -> Create:
        """A field set at birth."""
        self.now[field] = value
        return Create(field, value)

    def change(self, field: str, value: Value, rule: int = 0) -> list[Event]:
        """A changed field, or nothing when it has that value already; a status brings its custom status along."""
        previous = self.now.get(field)
        if previous == value:
            return []
        self.now[field] = value
        events: list[Event] = [Change(field, value, previous, rule)]
        if field == "status" and str(value) in account.STATUS_IDS:
            events += self.change("custom_status_id", account.STATUS_IDS[str(value)], rule)
        return events

    def tag(self, *tags: str, rule: int = 0) -> list[Event]:
        """Tags added to those that are there."""
        present = self.now.get("tags")
        held = present if isinstance(present, tuple) else ()
        return self.change("tags", (*held, *(tag for tag in tags if tag not in held)), rule)

    def schedule_by(self, schedule: int, rule: int) -> list[Event]:
        """The schedule of this ticket from now on."""
        if schedule == self.schedule:
            return []
        previous, self.schedule = self.schedule, schedule
        return [ScheduleSet(previous, schedule, rule)]

    def write(
        self,
        at: int,
        author: int,
        via: str,
        events: list[Event],
        rel: str | None = None,
        other: "Script | None" = None,
    ) -> int:
        """One audit; never earlier than the one before. Returns its moment."""
        self.last_at = at = max(at, self.last_at)
        if events:
            self.drafts.append(Draft(at, author, via, events, rel, other))
        return at

    def insert(self, at: int, author: int, via: str, events: list[Event], rel: str, other: "Script") -> None:
        """An audit that changes no field, put where it belongs in time."""
        place = bisect_right([draft.at for draft in self.drafts], at)
        self.drafts.insert(place, Draft(at, author, via, events, rel, other))

    def open_with(self, comment: Comment, author: int | None = None) -> None:
        """The first message of a ticket that didn't begin with the customer's own words."""
        first = self.drafts[0]
        first.events.insert(0, comment)
        first.author_id = author if author is not None else first.author_id

    def rule(self, at: int, rule: int, events: list[Event]) -> int:
        """An audit by a trigger or automation."""
        rel = "automation" if rule in account.AUTOMATIONS else "trigger"
        return self.write(at, SYSTEM_USER, "rule", events, rel)

    def say(self, author: int, body: str, *, public: bool = True, rule: int = 0, by_bot: bool = False) -> Comment:
        """A comment as one event of an audit."""
        return Comment(author, public, body, rule, by_bot)
