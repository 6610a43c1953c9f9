"""A connector on trial: its imitation, stores of its own, pulls on a clock that costs no time, what came of them."""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

from core import log
from core.clock import Timing
from core.config.models import Source
from core.pull.account import Accounts, close
from core.pull.contract import Connector
from core.pull.loop import pull_source
from core.pull.source import Progress, SourceResult, SourceSpec, StreamResult
from core.sandbox.imitation import Imitation, Vendor
from core.sandbox.web import Sandbox
from core.store.db import open_store, set_setting
from core.store.tables import BASE

NAME = "trial"
ZONE = "Europe/Berlin"
HISTORY = timedelta(days=400)
NO_LIMIT = 1_000_000
# When a row was read may differ between two ways to the same rows.
BOOKKEEPING = frozenset({"synced_at", "fetched_at"})
TABLES = (*(table.name for table in BASE), "schedule_hours", "holidays")
# One key for all stores of the suite, so that hashes of mails and numbers can be compared.
KEY = "5a" * 32

Rows: TypeAlias = Mapping[str, list[tuple[object, ...]]]
Watch: TypeAlias = Callable[[Progress], None]


class Failed(Exception):
    """What the contract asks does not hold; the text says where it was seen."""


class DoesNotApply(Exception):
    """The contract asks nothing here; the text says why."""


class Killed(BaseException):
    """The process ends here."""


def expect(holds: object, otherwise: str) -> None:
    """Failed with these words where something does not hold."""
    if not holds:
        raise Failed(otherwise)


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        """Seconds that were waited so far."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Waits, at once."""
        self.at += seconds


@dataclass(frozen=True)
class Step:
    """One committed page: its stream, and how many rows the counted table had then."""

    stream: str
    objects: int


@dataclass(frozen=True)
class Read:
    """What an undisturbed first pull comes to."""

    rows: Rows
    steps: tuple[Step, ...]
    result: SourceResult

    @property
    def main(self) -> tuple[int, ...]:
        """The pages that brought counted objects, by their place among all pages."""
        before = (0, *(step.objects for step in self.steps))
        return tuple(n for n, step in enumerate(self.steps) if step.objects > before[n])


@dataclass
class Trial:
    """A connector with its imitation. ``objects``: about so many in the account; ``kills``: at most so many points at
    which the process dies; ``recordings``: folder of recorded answers of real vendors, if there is one."""

    connector: Connector
    imitation: Imitation
    folder: Path
    objects: int = 40
    kills: int = 6
    recordings: Path | None = None
    _stores: int = field(default=0, init=False)

    @contextmanager
    def vendor(self, objects: int | None = None) -> Iterator[Vendor]:
        """The imitation, started anew."""
        with self.imitation.start(objects or self.objects) as vendor:
            yield vendor

    @cached_property
    def _template(self) -> Path:
        path = self.folder / "empty.db"
        db = open_store(path)
        set_setting(db, "hash_key", KEY)
        db.close()
        return path

    def place(self) -> Path:
        """The file of an empty store."""
        self._stores += 1
        return Path(shutil.copy(self._template, self.folder / f"{self._stores}.db"))

    @contextmanager
    def store(self, place: Path | None = None) -> Iterator[sqlite3.Connection]:
        """An open store, empty if no place is given."""
        db = open_store(place or self.place())
        try:
            yield db
        finally:
            db.close()

    def settings(self, vendor: Vendor, **changed: object) -> Any:
        """The connector's own settings for this vendor."""
        given = {**vendor.settings(), **changed}
        return self.connector.settings(**{key: value for key, value in given.items() if key not in Source.model_fields})

    def spec(self, vendor: Vendor, *, zone: str = ZONE, **changed: object) -> SourceSpec:
        """The source as a config with these settings has it; ``zone`` is that of the reports."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        given = {**vendor.settings(), **changed}
        source = Source(
            name=NAME,
            connector=self.connector.name,
            **{key: given[key] for key in given.keys() & Source.model_fields.keys() - {"name", "connector"}},
        )
        day = datetime.combine(source.start, datetime.min.time(), UTC)
        start_at = int(day.timestamp()) if "start" in given else vendor.now_at - int(HISTORY.total_seconds())
        return SourceSpec(
            name=NAME,
            connector=self.connector.name,
            settings=self.settings(vendor, **changed),
            account=source.account or NAME,
            start_at=start_at,
            zone=ZoneInfo(source.time_zone or zone),
            rate_share=1.0,
            requests_per_minute=source.requests_per_minute or NO_LIMIT,
            base_url=source.base_url,
            default_country="DE",
        )

    @contextmanager
    def api(self, spec: SourceSpec) -> Iterator[Any]:
        """What ``fetch`` is given, on a clock that costs no time."""
        clock = Hasty()
        api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, self.connector)
        try:
            yield api
        finally:
            close(api)

    def pull(
        self,
        db: sqlite3.Connection,
        vendor: Vendor,
        spec: SourceSpec | None = None,
        watch: Watch | None = None,
        now_at: int | None = None,
    ) -> SourceResult:
        """One pull, at the vendor's present moment if no other is given."""
        spec, now_at = spec or self.spec(vendor), vendor.now_at if now_at is None else now_at
        with self.api(spec) as api:
            return pull_source(db, spec, self.connector, api, now_at, on_progress=watch)

    def read(self, vendor: Vendor, spec: SourceSpec | None = None) -> Read:
        """What one pull into an empty store comes to; Failed where it does not succeed."""
        steps: list[Step] = []
        with self.store() as db:
            result = self.pull(
                db, vendor, spec, lambda told: steps.append(Step(told.stream, count(db, self.imitation.objects)))
            )
            expect(result.outcome == "ok", f"an undisturbed pull is not ok: {told(result)}")
            return Read(self.dump(db), tuple(steps), result)

    @cached_property
    def undisturbed(self) -> Read:
        """The first pull of the account as it stands at the start."""
        with self.vendor() as vendor:
            return self.read(vendor)

    @cached_property
    def requests_per_1000(self) -> float | None:
        """Requests per 1,000 objects of a first read, less what an idle pull costs; None where none are made."""
        with self.vendor(1000) as vendor, self.store() as db:
            if not isinstance(vendor, Sandbox):
                return None
            self.pull(db, vendor)
            whole, objects = len(vendor.log), count(db, self.imitation.objects)
            self.pull(db, vendor)
            idle = len(vendor.log) - whole
        return round(max(0, whole - idle) * 1000 / max(1, objects), 1)

    def dump(self, db: sqlite3.Connection) -> Rows:
        """The base tables that do not depend on when we looked, in order, without bookkeeping."""
        return {name: rows_of(db, name) for name in TABLES if name not in self.imitation.watched}


def count(db: sqlite3.Connection, table: str) -> int:
    """How many rows a table has."""
    return int(db.execute(f"select count(*) from {table}").fetchone()[0])


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    """The columns that are compared."""
    return [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BOOKKEEPING]


def rows_of(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """The rows of a table in an order of their own."""
    names = ", ".join(columns(db, table))
    return sorted((tuple(row) for row in db.execute(f"select {names} from {table}")), key=repr)


def told(result: SourceResult) -> str:
    """What a pull says of what went wrong."""
    said = [result.error.message] if result.error else []
    said += [f"{one.stream}: {one.error.message}" for one in result.streams if one.error and one.status != "skipped"]
    return f"{result.outcome}; " + ("; ".join(dict.fromkeys(said)) or "nothing is said")


def stream_of(result: SourceResult, name: str) -> StreamResult:
    """The result of one stream."""
    return next((one for one in result.streams if one.stream == name), StreamResult(name, "stopped"))


def server_of(vendor: Vendor) -> Sandbox:
    """The HTTP service behind a vendor; DoesNotApply where it is none."""
    if isinstance(vendor, Sandbox):
        return vendor
    raise DoesNotApply("the source is no HTTP service")


@contextmanager
def listening() -> Iterator[StringIO]:
    """All that is logged inside, down to debug, in the form in which people read it; nothing goes elsewhere."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(log.KeyValue(brief=False))
    handler.addFilter(log.Redaction())
    root, ours = logging.getLogger(), logging.getLogger("deskpulse")
    with ExitStack() as back:
        for logger in (root, ours):
            back.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        kept = root.handlers[:]
        back.callback(root.handlers.__setitem__, slice(None), kept)
        root.handlers[:] = [handler]
        yield text
