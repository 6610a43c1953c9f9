"""What a connector is made of: settings, streams of pages, row types and pure functions from rows to records."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import BaseModel, ConfigDict

from core.clock import iso
from core.http import Api, ClientCredentials, Http
from core.model import Record

Personal = msgspec.Meta(extra={"personal": True})
"""Marks a field of a row type that names or quotes a person (``Annotated[str | None, Personal]``): it can be used by
``normalise``, and is blanked before the row is kept. Text keeps its length, anything else becomes null."""

Mode: TypeAlias = Literal["incremental", "snapshot", "children", "sample"]


class Settings(BaseModel):
    """Base of a connector's own settings: unknown keys are errors, secrets never appear in a repr."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)


@dataclass(frozen=True)
class Window:
    """The stretch of vendor time that one fetch covers; ``resume_at`` is where the last committed page ended.

    ``since``: where to begin without a cursor. ``until``: None, or the end of a window of history: rows after it need
    not be fetched, and a page whose ``data_to`` reaches it is the last one asked for. ``keys``: for a stream of
    children, the vendor's ids of the parents that changed since their children were last read, newest first.
    ``now_at``: the moment of this pull, for vendors that want the end of an interval named."""

    since: int = 0
    until: int | None = None
    resume_at: str | None = None
    keys: tuple[str, ...] = ()
    now_at: int = field(default=0, compare=False)

    @property
    def since_iso(self) -> str:
        """``since`` as ISO 8601 in UTC."""
        return iso(self.since)

    @property
    def until_iso(self) -> str | None:
        """``until`` as ISO 8601 in UTC."""
        return None if self.until is None else iso(self.until)


@dataclass(frozen=True)
class Page:
    """Raw items of one answer and the place to go on from; both are committed together.

    ``rows``: raw JSON items (``msgspec.Raw``) or bytes. ``resume_at``: where the next fetch starts (None: no cursor).
    ``data_to``: the vendor's own moment up to which data is complete, if it tells. ``last``: the stream ends here,
    although ``resume_at`` may still stand for the next pull. ``done``: the parents whose children this page completes
    (those without any, and those that are gone at the vendor's, included). ``note``: what people should be told of the
    stretch asked for, such as history that the vendor no longer has."""

    rows: Sequence[msgspec.Raw | bytes]
    resume_at: str | None = None
    data_to: int | None = None
    last: bool = False
    done: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Context:
    """What ``normalise`` and ``assemble`` may know beside the row: settings, zone and maps; never the network.

    ``lookups`` holds the small maps that a stream's ``prepare`` fetched (custom fields, statuses)."""

    settings: Any
    zone: ZoneInfo
    source: str
    account: str
    fetched_at: int
    lookups: Mapping[str, Any] = field(default_factory=dict)
    contact_reasons: Mapping[str, str] = field(default_factory=dict)
    customer_types: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=dict)
    test_numbers: frozenset[str] = frozenset()
    is_redacted: bool = False
    """The rows are kept ones whose personal fields are blank: leave UNSET what is read off them."""
    warn: Callable[[str, str], None] = lambda kind, value: None
    """Says an unknown status, event or zone once: ``ctx.warn("status", "snoozed")``."""
    pseudonym: Callable[[str, str], str] = lambda kind, value: ""
    """A stable keyed hash of a mail or phone (``ctx.pseudonym("phone", "+49…")``), equal to the stored identity's
    hash."""

    def phone_customer(self, number: str | None) -> str | None:
        """The id of a customer whom a source knows by number only; None for a withheld number ("anonymous", under three
        digits) and where rows are redacted."""
        if number is None or self.is_redacted or sum(sign.isdigit() for sign in number) < 3:
            return None
        hashed = self.pseudonym("phone", number)
        return f"phone-{hashed[:24]}" if hashed else None

    def filled(
        self, fields: Mapping[str, Any], required: Collection[str]
    ) -> tuple[int | None | UnsetType, int | None | UnsetType]:
        """(how many of the required fields a row has, how many of these are filled in); 0 and false are, blanks not.

        None where nothing is required (any more), UNSET where rows are redacted and one of the fields was blanked."""
        if not required:
            return None, None
        there = [fields[name] for name in required if name in fields]
        if self.is_redacted and len(there) < len(required):
            return UNSET, UNSET
        plain = (value.strip() if isinstance(value, str) else value for value in there)
        return len(there), sum(value not in (None, "", [], ()) for value in plain)


class Fetch(Protocol):
    """Yields pages of one stream; may touch the network through ``api`` (or files) and nothing else."""

    def __call__(self, api: Any, window: Window, /) -> Iterator[Page]: ...


class Normalise(Protocol):
    """Turns one decoded row into records; pure. Raises ``BadRow`` (or ValueError) to set the row aside."""

    def __call__(self, row: Any, ctx: Context, /) -> Iterable[Record]: ...


@dataclass(frozen=True)
class Assembly:
    """How stored events become records: run in the page's transaction for every key that the page touched.

    ``event``: the record type of the stored events (CallEvent, AgentEvent, SlaEvent). ``assemble(key, events, ctx)``
    gets the vendor's key (call id, agent id, ticket id) and all stored events of that key in table order and yields
    records; pure. ``makes``: record types whose rows of that key are replaced by what ``assemble`` yields (rows it
    no longer yields are deleted). ``broadcast``: a key whose events (a restart) belong to every key still open; a page
    that brings one touches all keys whose latest assembled row is open, and their events are merged in by time.
    ``tail_s``: for keys that never end (an agent): only events from that many seconds before the page's first event of
    the key are read again, and only made rows that begin (``from_at``) at or after that moment are replaced."""

    event: type[Record]
    assemble: Callable[[str, Sequence[Any], Context], Iterable[Record]]
    makes: tuple[type[Record], ...]
    broadcast: str | None = None
    tail_s: int | None = None


@dataclass(frozen=True)
class Stream:
    """One list of a vendor. ``normalise`` is given decoded ``row`` values; the page's cursor is saved with its rows.

    ``mode``: ``incremental`` resumes at its cursor; ``snapshot`` reads the full list and marks missing rows deleted;
    ``children`` reads what belongs to the changed rows of the stream named by ``parent`` (``window.keys``), and says in
    ``page.done`` which of them are through; ``sample`` reads how things stand at each pull, its rows are events at
    ``ctx.fetched_at``, which an assembly makes into a history (agents': ``sampled_states``).
    ``lookback`` seconds are read again at each pull (late arrivals): ``window.since`` is that much before where data
    ended and there is no cursor, unless the last pass was cut short. ``once``: read through a single time, before the
    others (open tickets of a first load).
    ``row = bytes``: rows are no JSON; ``normalise`` gets each one's bytes as they are.
    ``scope``: the permission named when the vendor refuses it. ``optional``: a 403 or 404 skips it visibly.
    ``owns``: the record types whose missing rows a snapshot marks (default: those it yields). ``feeds``: what it
    brings, for people. ``windowed``: ``fetch`` obeys ``window.until``, so that history can be read newest first.
    ``is_bounded``: the source's ``start`` bounds it; False for what is needed whole (people, teams)."""

    name: str
    fetch: Fetch
    row: Any
    normalise: Normalise
    mode: Mode = "incremental"
    lookback: int = 0
    assemblies: tuple[Assembly, ...] = ()
    once: bool = False
    optional: bool = False
    scope: str = ""
    owns: tuple[type[Record], ...] = ()
    feeds: str = ""
    windowed: bool = False
    is_bounded: bool = True
    parent: str = ""


@dataclass(frozen=True)
class Finding:
    """One line of ``check``: what was tried, whether it holds, and what to do if not."""

    what: str
    ok: bool
    advice: str = ""


@dataclass(frozen=True)
class Tally:
    """The vendor's own count of something, for ``audit``: as many rows of ``table`` should be in the store.

    ``what``: the count in words. ``column`` and the moments ``from_at`` (inclusive) and ``to_at`` (exclusive) bound it,
    if it is bounded; rows marked deleted are not counted."""

    what: str
    count: int
    table: str
    column: str = "created_at"
    from_at: int | None = None
    to_at: int | None = None


@dataclass(frozen=True)
class Connector:
    """What a connector file offers: one value named ``connector``.

    ``http`` is None, or gives None, for sources that are no HTTP service; their ``fetch`` gets the settings in place
    of an Api. ``client(settings, api, zone)`` makes what all functions are given in place of that: an object that keeps
    the Api (None without HTTP) as ``api``, for connectors whose requests a vendor's own library builds.
    ``prepare(api) -> lookups`` is called before the streams, for small maps (custom fields, statuses), which are plain
    JSON with text keys: they are kept for some hours, or until a word turns up that nobody knows.
    ``check(api) -> findings`` is the vendor-specific part of the ``check`` verb. ``requests_per_1000`` is what the
    connector states of itself: requests per 1,000 changed objects. ``tallies(api, window)`` gives the vendor's own
    counts for ``audit``. ``refers_elsewhere``: ids of its records may name another account's row, as
    ``@account:id``."""

    name: str
    settings: type[Settings]
    streams: tuple[Stream, ...]
    http: Callable[[Any], Http | None] | None = None
    client: Callable[[Any, Api | None, ZoneInfo], Any] | None = None
    prepare: Callable[[Any], Mapping[str, Any]] | None = None
    check: Callable[[Any], Iterable[Finding]] | None = None
    requests_per_minute: int | None = None
    requests_per_1000: float | None = None
    title: str = ""
    ticket_link: Callable[[Any], str] | None = None
    """The address of a ticket for people, from the settings, with ``{number}`` where its number goes."""
    tallies: Callable[[Any, Window], Iterable[Tally]] | None = None
    refers_elsewhere: bool = False


__all__ = [
    "Api", "Assembly", "ClientCredentials", "Connector", "Context", "Finding", "Http", "Page", "Personal", "Settings",
    "Stream", "Tally", "Window",
]  # fmt: skip
