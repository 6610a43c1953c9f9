"""The voice sessions of a conversation: who was in it, from when to when, and Genesys Cloud's figures of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.genesys_cloud.rows import ConversationRow, SegmentRow, SessionRow, millis

QUEUE, VOICE, CALLBACK = "acd", "voice", "callback"
AGENTS = frozenset({"agent", "user"})
CALLERS = frozenset({"customer", "external"})
# A supervisor who listens in takes no call.
LISTENING = frozenset({"monitoring", "coaching", "barging", "screenmonitoring"})
AFTER = frozenset({"wrapup"})


@dataclass(frozen=True)
class Part:
    """One session of one participant; moments are epoch milliseconds, ``end`` None while it lasts."""

    purpose: str
    user_id: str | None
    session: SessionRow
    segments: tuple[SegmentRow, ...]
    begin: int
    end: int | None

    @property
    def key(self) -> tuple[int, str]:
        """Parts in order of time, those of one moment by the vendor's id."""
        return self.begin, self.session.session_id or ""

    @property
    def queue_id(self) -> str | None:
        """The queue by which the session came."""
        return next((one.queue_id for one in self.segments if one.queue_id), None)

    @property
    def connected(self) -> int | None:
        """When the two sides first spoke; None if they never did."""
        return next(
            (
                millis(one.segment_start)
                for one in self.segments
                if one.segment_type == "interact" and one.segment_start
            ),
            None,
        )

    @property
    def left(self) -> int | None:
        """When the contact itself was over, after-call work apart; None while it lasts."""
        contact = [one for one in self.segments if one.segment_type not in AFTER]
        if not contact or contact[-1].segment_end is None:
            return None
        return millis(contact[-1].segment_end)

    @property
    def disconnect(self) -> str:
        """How the contact ended, in Genesys Cloud's word."""
        said = [one.disconnect_type for one in self.segments if one.disconnect_type and one.segment_type not in AFTER]
        return said[-1] if said else ""

    def ms(self, *names: str) -> float | None:
        """The sum of the first of these metrics that the session has, milliseconds or a count."""
        for name in names:
            found = [one.value for one in self.session.metrics or () if one.name == name and one.value is not None]
            if found:
                return sum(found)
        return None

    def has(self, *names: str) -> bool:
        """Whether the session was given one of these metrics."""
        return self.ms(*names) is not None


def parts_of(row: ConversationRow, medium: str = VOICE) -> list[Part]:
    """The sessions of a medium that have begun, oldest first."""
    return sorted(_parts(row, medium), key=lambda part: part.key)


def _parts(row: ConversationRow, medium: str) -> Iterator[Part]:
    for participant in row.participants or ():
        for session in participant.sessions or ():
            if session.media_type != medium:
                continue
            segments = sorted(
                (one for one in session.segments or () if one.segment_start), key=lambda one: one.segment_start or ""
            )
            if not segments or {one.segment_type for one in segments} <= LISTENING:
                continue
            ends = [one.segment_end for one in segments]
            yield Part(
                participant.purpose or "",
                participant.user_id,
                session,
                tuple(segments),
                millis(segments[0].segment_start or ""),
                None if None in ends else max(millis(end) for end in ends if end),
            )


def version_of(row: ConversationRow) -> int:
    """The latest moment that the row tells of, epoch milliseconds: a later state of a conversation tells of more."""
    told = [row.conversation_start, row.conversation_end]
    for participant in row.participants or ():
        for session in participant.sessions or ():
            told += [one.emit_date for one in session.metrics or ()]
            told += [at for one in session.segments or () for at in (one.segment_start, one.segment_end)]
    told += [at for one in row.surveys or () for at in (one.event_time, one.survey_completed_date)]
    return max(millis(at) for at in told if at)
