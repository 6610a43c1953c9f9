"""A ticket as it stood at a moment, folded from its audits, with the figures that the vendor keeps beside it."""

from bisect import bisect_right

from msgspec import Struct, field

from core.sandbox.truth import SYSTEM_USER, Audit, Change, Comment, Create, Rated, ScheduleSet, Ticket, Value
from core.sandbox.world import World

UNSOLVED = frozenset(("new", "open", "pending", "hold"))
WAITING = frozenset(("new", "open", "hold"))


class Spans(Struct):
    """Seconds by the calendar and by opening hours; `None` before the thing has happened."""

    calendar: int | None = None
    business: int | None = None

    def add(self, calendar: int, business: int) -> None:
        """More of both."""
        self.calendar = (self.calendar or 0) + calendar
        self.business = (self.business or 0) + business


class Metrics(Struct):
    """The vendor's metric set in seconds; moments are epoch seconds."""

    group_stations: int = 0
    assignee_stations: int = 0
    reopens: int = 0
    replies: int = 0
    assignee_updated_at: int | None = None
    requester_updated_at: int | None = None
    status_updated_at: int | None = None
    initially_assigned_at: int | None = None
    assigned_at: int | None = None
    solved_at: int | None = None
    latest_comment_added_at: int | None = None
    reply: Spans = field(default_factory=Spans)
    first_resolution: Spans = field(default_factory=Spans)
    full_resolution: Spans = field(default_factory=Spans)
    agent_wait: Spans = field(default_factory=lambda: Spans(0, 0))
    requester_wait: Spans = field(default_factory=lambda: Spans(0, 0))
    on_hold: Spans = field(default_factory=lambda: Spans(0, 0))


class State(Struct):
    """A ticket at a moment."""

    ticket: Ticket
    fields: dict[str, Value]
    metrics: Metrics
    updated_at: int
    generated_at: int
    audits: int
    has_public: bool
    rating: Rated | None = None
    rating_audit: int = 0
    offered_at: int | None = None
    rated_at: int | None = None
    schedule: int | None = None

    @property
    def status(self) -> str:
        """The ticket's status."""
        return str(self.fields["status"])

    @property
    def is_archived(self) -> bool:
        """Closed for so long that only the incremental exports and its own addresses know it."""
        return bool(self.fields.get("archived"))


def is_agent(world: World, user_id: int, at: int) -> bool:
    """Whether the user was on the desk's side at that moment."""
    states = world.roles.get(user_id, ())
    return next((state.role for state in reversed(states) if state.from_at <= at), "end-user") != "end-user"


def version_times(ticket: Ticket) -> tuple[int, ...]:
    """The values that generated_timestamp takes in turn: a second after each audit, and each quiet change."""
    return tuple(sorted([audit.at + 1 for audit in ticket.audits] + [quiet.at for quiet in ticket.quiet]))


def as_of(world: World, ticket: Ticket, now_at: int) -> State | None:
    """The ticket at `now_at`, or nothing before it was born."""
    known = bisect_right(ticket.audits, now_at, key=lambda audit: audit.at)
    if not known:
        return None
    last = ticket.audits[known - 1]
    state = State(ticket, {}, Metrics(), last.at, last.at + 1, known, has_public=False)
    _Fold(world, state).run(ticket.audits[:known])
    for quiet in ticket.quiet:
        if quiet.at <= now_at:
            state.fields[quiet.field] = quiet.value
            state.generated_at = max(state.generated_at, quiet.at)
    return state


class _Fold:
    """Audits in, state and metrics out."""

    def __init__(self, world: World, state: State) -> None:
        self.world, self.state, self.metrics = world, state, state.metrics
        self.status_at = state.ticket.created_at

    def run(self, audits: tuple[Audit, ...]) -> None:
        for number, audit in enumerate(audits):
            for event in audit.events:
                match event:
                    case Create(field=name, value=value):
                        self.state.fields[name] = value
                    case Change():
                        self._change(audit, event)
                    case Comment():
                        self._comment(audit, event, first=number == 0)
                    case ScheduleSet(new=new):
                        self.state.schedule = new
                    case Rated():
                        self.state.rating, self.state.rated_at = event, audit.at
                        self.state.rating_audit = audit.id

    def _business(self, from_at: int, to_at: int) -> int:
        return self.world.hours(self.state.schedule, to_at).between(from_at, to_at)

    def _change(self, audit: Audit, event: Change) -> None:
        metrics = self.metrics
        self.state.fields[event.field] = event.value
        match event.field:
            case "status":
                self._status(audit.at, str(event.previous), str(event.value))
            case "group_id" if event.value is not None:
                metrics.group_stations += 1
            case "assignee_id" if event.value is not None:
                metrics.assignee_stations += 1
                metrics.initially_assigned_at = metrics.initially_assigned_at or audit.at
                metrics.assigned_at = audit.at
            case "satisfaction_score" if event.value == "offered":
                self.state.offered_at = audit.at

    def _status(self, at: int, previous: str, value: str) -> None:
        metrics, born_at = self.metrics, self.state.ticket.created_at
        calendar, business = at - self.status_at, self._business(self.status_at, at)
        if previous in WAITING:
            metrics.requester_wait.add(calendar, business)
        if previous == "pending":
            metrics.agent_wait.add(calendar, business)
        if previous == "hold":
            metrics.on_hold.add(calendar, business)
        metrics.status_updated_at = self.status_at = at
        if value in ("solved", "closed") and previous in UNSOLVED:
            whole = Spans(at - born_at, self._business(born_at, at))
            metrics.solved_at, metrics.full_resolution = at, whole
            if metrics.first_resolution.calendar is None:
                metrics.first_resolution = whole
        elif value in UNSOLVED and previous == "solved":
            metrics.reopens += 1
            metrics.solved_at, metrics.full_resolution = None, Spans()

    def _comment(self, audit: Audit, event: Comment, *, first: bool) -> None:
        metrics = self.metrics
        metrics.latest_comment_added_at = audit.at
        self.state.has_public |= event.public
        if event.author_id == self.state.ticket.requester_id:
            metrics.requester_updated_at = audit.at
            return
        by_person = (
            event.author_id != SYSTEM_USER and not event.by_bot and is_agent(self.world, event.author_id, audit.at)
        )
        if not by_person:
            return
        metrics.assignee_updated_at = audit.at
        if event.public:
            metrics.replies += 1
            # The vendor counts from creation even when the ticket began with an agent's own message.
            if metrics.reply.calendar is None and not first:
                born_at = self.state.ticket.created_at
                metrics.reply = Spans(audit.at - born_at, self._business(born_at, audit.at))
