"""What truly happened in an imitation Genesys Cloud organisation, and how much of it is seen at a moment.

Moments are epoch milliseconds throughout, as the vendor counts.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


class Segment(Struct):
    """A stretch of a session."""

    kind: str
    begin: int
    end: int
    queue: str | None = None
    disconnect: str | None = None


class Figure(Struct):
    """A metric that a session was given at a moment; ``value`` in milliseconds, or 1 for a count."""

    name: str
    value: int
    at: int


class Session(Struct):
    """One session of one participant."""

    id: str
    purpose: str
    medium: str = "voice"
    direction: str = "inbound"
    user: str | None = None
    ani: str | None = None
    dnis: str | None = None
    segments: list[Segment] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def segment(self, kind: str, begin: int, end: int, **more: str | None) -> None:
        """Adds a stretch."""
        self.segments.append(Segment(kind, begin, end, **more))

    def figure(self, name: str, value: int, at: int) -> None:
        """Adds a metric."""
        self.figures.append(Figure(name, value, at))


class Conversation(Struct):
    """A conversation with all that will ever be known of it."""

    id: str
    kind: str
    begin: int
    end: int
    direction: str = "inbound"
    self_served: bool = False
    sessions: list[Session] = field(default_factory=list)
    surveys: list[dict[str, Any]] = field(default_factory=list)

    def session(self, purpose: str, **more: Any) -> Session:
        """Adds a session."""
        made = Session(f"{self.id[:23]}-{len(self.sessions):012d}", purpose, **more)
        self.sessions.append(made)
        return made

    def last(self, at: int) -> int:
        """The latest thing that happened up to a moment."""
        return max(moment for moment in self._moments() if moment <= at)

    def _moments(self) -> Iterator[int]:
        yield self.begin
        yield self.end
        for session in self.sessions:
            yield from (figure.at for figure in session.figures)
            for segment in session.segments:
                yield segment.begin
                yield segment.end

    def media(self) -> set[str]:
        """The media of its sessions."""
        return {session.medium for session in self.sessions}

    def seen(self, at: int) -> dict[str, Any]:
        """The row as the vendor shows it at a moment: what has not happened yet is not there."""
        sessions = [(one, shown) for one in self.sessions if (shown := _session(one, at))]
        row: dict[str, Any] = {
            "conversationId": self.id,
            "conversationStart": iso(self.begin),
            "originatingDirection": self.direction,
            "divisionIds": ["d0000000-0000-0000-0000-000000000001"],
            "participants": [
                {
                    "participantId": f"p-{one.id}",
                    "participantName": "Somebody",
                    "purpose": one.purpose,
                    **({"userId": one.user} if one.user else {}),
                    "sessions": [shown],
                }
                for one, shown in sessions
            ],
        }
        if self.self_served:
            row["selfServed"] = True
        if self.end <= at:
            row["conversationEnd"] = iso(self.end)
        if surveys := [one for one in self.surveys if one["eventTime"] <= iso(at)]:
            row["surveys"] = surveys
        return row


def _session(session: Session, at: int) -> dict[str, Any] | None:
    segments = [_segment(one, at) for one in session.segments if one.begin <= at]
    if not segments:
        return None
    shown: dict[str, Any] = {
        "sessionId": session.id,
        "mediaType": session.medium,
        "direction": session.direction,
        "segments": segments,
        "metrics": [
            {"name": one.name, "value": one.value, "emitDate": iso(one.at)} for one in session.figures if one.at <= at
        ],
    }
    if session.ani:
        shown["ani"] = session.ani
    if session.dnis:
        shown["dnis"] = session.dnis
    return shown


def _segment(segment: Segment, at: int) -> dict[str, Any]:
    shown = {"segmentType": segment.kind, "segmentStart": iso(segment.begin), "conference": False}
    if segment.queue:
        shown["queueId"] = segment.queue
    if segment.end <= at:
        shown["segmentEnd"] = iso(segment.end)
        if segment.disconnect:
            shown["disconnectType"] = segment.disconnect
    return shown


def iso(at: int) -> str:
    """The moment as the vendor writes it, with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def moment(text: str) -> int:
    """The moment that a text of an interval names."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
