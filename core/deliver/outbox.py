"""The outbox: every message is written down before it is sent, and an unclear outcome is settled before any resend.

States of a part: ``intended`` (on its way; found at a later run, its outcome is unknown), ``sent``, ``unclear``
(somebody has to look, or ``send --resume``), ``failed`` (not sent: declined, or its turn did not come yet).
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import msgspec

from core import log
from core.clock import Timing
from core.errors import AuthError, DeskpulseError, Refused, Stopped, Unavailable, Unclear
from core.store.db import transaction

State: TypeAlias = Literal["sent", "unclear", "failed"]
ROOT = "root"
# What was accepted is listed by then; a message that is still not there did not arrive.
SETTLE_S = 4.0
TRIES = 2
# The row that keeps the printed numbers of a delivery, beside those of its parts.
TOLD = "told"
NOT_YET = "its turn did not come yet"


@dataclass(frozen=True)
class Part:
    """One message on its way: the root, or an answer in its thread."""

    name: str
    content: object
    """What the target sends; it must be data that JSON can hold."""


@dataclass(frozen=True)
class Sent:
    """Where a part went: ``remote_id`` the channel or path, ``remote_ts`` the message's own id.

    ``is_stray``: it stands outside its thread, because the message that the thread hung on is gone."""

    remote_id: str
    remote_ts: str
    note: str = ""
    is_stray: bool = False


class Told(msgspec.Struct, frozen=True):
    """A number as it was printed: its value, its n, and how it was judged."""

    value: float | None
    n: int
    verdict: str


@dataclass(frozen=True)
class Delivery:
    """A report for one destination: ``revision`` 0 first, higher for corrections of the same report.

    A correction puts its root in place of the message that it ``replaces``. ``told``: the numbers that it prints."""

    report_key: str
    destination: str
    parts: tuple[Part, ...]
    revision: int = 0
    replaces: Sent | None = None
    told: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What became of a delivery; ``notes`` say what was done about trouble, and what now.

    ``is_known``: it stands as it stood after the try before this one."""

    destination: str
    state: State
    sent: int = 0
    already: int = 0
    notes: tuple[str, ...] = ()
    is_known: bool = False


class Sender(Protocol):
    """A destination as the outbox sees it."""

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Sends one part; raises Unclear where nobody can know the outcome."""

    def edit(self, key: str, part: Part, at: Sent) -> Sent:
        """Puts a part in place of an earlier message; doing it twice does it once."""

    def find(self, key: str, part: Part, root: Sent | None, since_at: int) -> Sent | Literal["absent", "unknown"]:
        """Looks for a copy of this part sent since then; ``unknown`` where nobody can tell."""

    def notice(self, text: str) -> None:
        """Tells admins something in plain words."""

    def check(self) -> str:
        """Tries the credentials without sending anything, and says what was found; raises what is wrong."""


@dataclass(frozen=True)
class Known:
    """A part as the outbox knows it from before."""

    state: str
    at: Sent
    happened_at: int
    note: str


@dataclass(frozen=True)
class Outcome:
    """What became of one part; ``was_there``: nothing was sent, it had arrived before."""

    state: State
    at: Sent | None = None
    note: str = ""
    was_there: bool = False


def deliver(
    db: sqlite3.Connection,
    sender: Sender,
    delivery: Delivery,
    now_at: int,
    *,
    resume: bool = False,
    timing: Timing | None = None,
) -> Receipt:
    """Sends what is not sent yet, each part at most once; ``resume`` sends again what cannot be settled by looking."""
    timing = timing or Timing()
    notes: list[str] = []
    root = delivery.replaces
    sent = already = 0
    with _durable(db):
        _plan(db, delivery, now_at)
        for part in delivery.parts:
            before = _known(db, delivery, part)
            if before.state == "sent":
                root, already = (before.at if part.name == ROOT else root), already + 1
                continue
            outcome = _settle(db, sender, delivery, part, before, root, now_at, resume=resume, timing=timing)
            _write(db, delivery, part, outcome.state, now_at, outcome.at, outcome.note)
            notes += [outcome.note] if outcome.note else []
            if outcome.at is None:
                why = outcome.note
                log.event("delivery", destination=delivery.destination, part=part.name, state=outcome.state, why=why)
                is_known = before.state == outcome.state and before.note != NOT_YET
                return Receipt(delivery.destination, outcome.state, sent, already, tuple(notes), is_known)
            root = outcome.at if part.name == ROOT else root
            already, sent = already + outcome.was_there, sent + (not outcome.was_there)
            if outcome.at.is_stray:
                _leave_out(db, delivery, now_at)
                break
    return Receipt(delivery.destination, "sent", sent, already, tuple(notes))


def _settle(
    db: sqlite3.Connection,
    sender: Sender,
    delivery: Delivery,
    part: Part,
    before: Known,
    root: Sent | None,
    now_at: int,
    *,
    resume: bool,
    timing: Timing,
) -> Outcome:
    """Sends a part if it surely did not arrive before."""
    key, name = message_key(delivery, part), delivery.destination
    replaces = delivery.replaces if part.name == ROOT else None
    if before.state in ("intended", "unclear"):
        found, why = _look(sender, key, part, root, before.happened_at)
        if isinstance(found, Sent):
            return Outcome("sent", found, f"{name}: {part.name} had arrived before; nothing was sent again.", True)
        if found == "unknown" and not resume and not replaces:
            return Outcome("unclear", note=_unsettled(delivery, part, why))
    for left in reversed(range(TRIES)):
        _write(db, delivery, part, "intended", now_at)
        try:
            done = sender.edit(key, part, replaces) if replaces else sender.send(key, part, root)
            return Outcome("sent", done, done.note)
        except Unclear as problem:
            try:
                timing.wait(SETTLE_S)
            except Stopped:
                return Outcome("unclear", note=problem.message)
            found, why = _look(sender, key, part, root, now_at)
            if isinstance(found, Sent):
                return Outcome("sent", found, f"{name}: the answer to {part.name} was lost, and it is there.")
            if not left or (found == "unknown" and not replaces):
                return Outcome("unclear", note=f"{problem.message} {_unsettled(delivery, part, why)}")
        except (AuthError, Refused, Unavailable) as problem:
            return Outcome("failed", note=problem.message)
    raise AssertionError("a try ends in an outcome")


def _unsettled(delivery: Delivery, part: Part, why: str) -> str:
    return (
        f"{delivery.destination}: nobody can tell whether {part.name} of {delivery.report_key} arrived"
        f"{f' ({why})' if why else ''}. Look there; if it is missing, send it with: sync.py send --resume"
    )


@contextmanager
def _durable(db: sqlite3.Connection) -> Iterator[None]:
    """Inside, an intent is on the disk before its message is sent: a power cut must not lead to a second one."""
    (before,) = db.execute("pragma synchronous").fetchone()
    db.execute("pragma synchronous = full")
    try:
        yield
    finally:
        db.execute(f"pragma synchronous = {int(before)}")


def _plan(db: sqlite3.Connection, delivery: Delivery, now_at: int) -> None:
    """Writes every part down before the first is sent, so that a kill between two parts leaves none behind."""
    with transaction(db):
        for part in delivery.parts:
            db.execute(
                "insert into outbox (report_key, destination, revision, part, state, happened_at, note) "
                "values (?, ?, ?, ?, 'failed', ?, ?) on conflict (report_key, destination, revision, part) do nothing",
                (delivery.report_key, delivery.destination, delivery.revision, part.name, now_at, NOT_YET),
            )
        if delivery.told:
            db.execute(
                "insert into outbox (report_key, destination, revision, part, state, payload, happened_at) "
                "values (?, ?, ?, ?, 'sent', ?, ?) on conflict (report_key, destination, revision, part) "
                "do update set payload = excluded.payload, happened_at = excluded.happened_at",
                (
                    delivery.report_key,
                    delivery.destination,
                    delivery.revision,
                    TOLD,
                    msgspec.json.encode(delivery.told).decode(),
                    now_at,
                ),
            )


def _leave_out(db: sqlite3.Connection, delivery: Delivery, now_at: int) -> None:
    """Parts whose thread is gone would fill the channel: they are closed unsent."""
    db.execute(
        "update outbox set state = 'sent', happened_at = ?, note = 'left out: its thread is gone' "
        "where report_key = ? and destination = ? and revision = ? and state <> 'sent'",
        (now_at, delivery.report_key, delivery.destination, delivery.revision),
    )


def message_key(delivery: Delivery, part: Part) -> str:
    """What a message carries along so that it can be found again."""
    return f"{delivery.report_key}/{delivery.destination}/{delivery.revision}/{part.name}"


def pending(db: sqlite3.Connection) -> Sequence[sqlite3.Row]:
    """Reports with a part that is not sent: (report_key, destination, revision, part, state, note)."""
    return db.execute(
        "select report_key, destination, revision, part, state, note from outbox where state <> 'sent' "
        "order by happened_at, report_key, destination, part"
    ).fetchall()


@dataclass(frozen=True)
class Latest:
    """How a report stands at its destination: the highest revision that arrived, where, and what it tells."""

    revision: int
    at: Sent
    told: Mapping[str, Told]


def latest(db: sqlite3.Connection, report_key: str, destination: str) -> Latest | None:
    """How a report stands at its destination; None where it never arrived."""
    row = db.execute(
        "select root.revision, root.remote_id, root.remote_ts, told.payload from outbox root left join outbox told "
        "on told.report_key = root.report_key and told.destination = root.destination "
        "and told.revision = root.revision and told.part = ? where root.report_key = ? and root.destination = ? "
        "and root.part = ? and root.state = 'sent' order by root.revision desc limit 1",
        (TOLD, report_key, destination, ROOT),
    ).fetchone()
    if row is None:
        return None
    told = msgspec.json.decode(row[3] or "{}", type=dict[str, Told])
    return Latest(row[0], Sent(row[1], row[2]), told)


def _look(
    sender: Sender, key: str, part: Part, root: Sent | None, since_at: int
) -> tuple[Sent | Literal["absent", "unknown"], str]:
    """What was found, and why nothing could be told."""
    try:
        return sender.find(key, part, root, since_at), ""
    except DeskpulseError as problem:
        return "unknown", problem.message


def _known(db: sqlite3.Connection, delivery: Delivery, part: Part) -> Known:
    row = db.execute(
        "select state, remote_id, remote_ts, happened_at, note from outbox "
        "where report_key = ? and destination = ? and revision = ? and part = ?",
        (delivery.report_key, delivery.destination, delivery.revision, part.name),
    ).fetchone()
    return Known(row[0], Sent(row[1] or "", row[2] or ""), row[3], row[4] or "")


def _write(
    db: sqlite3.Connection,
    delivery: Delivery,
    part: Part,
    state: str,
    now_at: int,
    sent: Sent | None = None,
    note: str | None = None,
) -> None:
    payload = msgspec.json.encode(part.content)
    db.execute(
        "insert into outbox (report_key, destination, revision, part, state, payload_hash, remote_id, remote_ts, "
        "payload, happened_at, note) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict (report_key, destination, revision, part) do update set state = excluded.state, "
        "payload_hash = excluded.payload_hash, remote_id = excluded.remote_id, remote_ts = excluded.remote_ts, "
        "payload = excluded.payload, happened_at = excluded.happened_at, note = excluded.note",
        (
            delivery.report_key,
            delivery.destination,
            delivery.revision,
            part.name,
            state,
            hashlib.sha256(payload).hexdigest(),
            sent.remote_id if sent else None,
            sent.remote_ts if sent else None,
            payload.decode(),
            now_at,
            note,
        ),
    )
