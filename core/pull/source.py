"""A configured source, and what one pull of it came to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from core.errors import AuthError, ConfigError, DeskpulseError, Stopped
from core.pull.contract import Context, Settings
from core.store import private

RawMode: TypeAlias = Literal["redacted", "full", "off"]
Outcome: TypeAlias = Literal["ok", "partial", "auth", "config", "unavailable", "failed", "stopped"]


@dataclass(frozen=True)
class SourceSpec:
    """One ``[[sources]]`` entry, checked, with what of the rest of the config concerns it.

    ``start_at`` bounds closed history; ``settings`` is the connector's own model; ``raw`` says what of each row is kept
    and ``raw_days`` for how long."""

    name: str
    connector: str
    settings: Settings
    account: str
    start_at: int
    zone: ZoneInfo
    rate_share: float = 0.5
    requests_per_minute: int | None = None
    base_url: str | None = None
    raw: RawMode = "redacted"
    raw_days: int = 90
    store_bodies: bool = False
    default_country: str | None = None
    contact_reasons: Mapping[str, str] = field(default_factory=dict)
    customer_types: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=dict)
    test_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StreamResult:
    """What came of one stream: ``rows`` read, ``news`` records that changed the store, ``rejected`` rows set aside.

    ``status`` 'idle': nothing was due (read through once already, or refused less than a day ago)."""

    stream: str
    status: Literal["ok", "failed", "skipped", "stopped", "idle"] = "ok"
    rows: int = 0
    news: int = 0
    rejected: int = 0
    pages: int = 0
    requests: int = 0
    error: DeskpulseError | None = None
    note: str = ""


@dataclass(frozen=True)
class SourceResult:
    """What came of one pull of a source."""

    source: str
    streams: tuple[StreamResult, ...] = ()
    error: DeskpulseError | None = None

    @property
    def outcome(self) -> Outcome:
        """One word for the exit code: what stopped the source, or whether some of its streams failed."""
        match self.error:
            case AuthError():
                return "auth"
            case ConfigError():
                return "config"
            case Stopped():
                return "stopped"
        failed = [one for one in self.streams if one.status == "failed"]
        if self.error is None and not failed:
            return "stopped" if any(one.status == "stopped" for one in self.streams) else "ok"
        if any(one.status == "ok" for one in self.streams):
            return "partial"
        faults = [self.error, *(one.error for one in failed)]
        return "failed" if any(type(fault) is DeskpulseError for fault in faults) else "unavailable"

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(one.rows for one in self.streams)

    @property
    def rejected(self) -> int:
        """Rows set aside."""
        return sum(one.rejected for one in self.streams)

    @property
    def requests(self) -> int:
        """Requests made, retries included."""
        return sum(one.requests for one in self.streams)


@dataclass(frozen=True)
class Progress:
    """How far a stream has come in this pull."""

    source: str
    stream: str
    pages: int
    rows: int
    data_to_at: int | None


def context(
    spec: SourceSpec,
    *,
    hash_key: bytes,
    fetched_at: int,
    lookups: Mapping[str, Any],
    warn: Callable[[str, str], None],
    is_redacted: bool = False,
) -> Context:
    """What the source's pure functions may know."""

    def pseudonym(kind: str, value: str) -> str:
        known = private.identity(kind, value, spec.default_country, hash_key)
        # An extension names somebody in its own house only.
        return known or private.identity("extension", private.extension(value, spec.account), None, hash_key) or ""

    return Context(
        settings=spec.settings,
        zone=spec.zone,
        source=spec.name,
        account=spec.account,
        fetched_at=fetched_at,
        lookups=lookups,
        contact_reasons=spec.contact_reasons,
        customer_types=spec.customer_types,
        queues=spec.queues,
        test_numbers=spec.test_numbers,
        is_redacted=is_redacted,
        warn=warn,
        pseudonym=pseudonym,
    )
