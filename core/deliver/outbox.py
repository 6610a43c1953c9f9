"""The outbox: every message is written down before it is sent, and an unclear outcome is settled before any resend.

States of a part: ``intended`` (written; found at a later run, its outcome is unknown), ``sent``, ``unclear`` (somebody
has to look, or ``send --resume``), ``failed`` (declined; sent once the cause is mended).
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import msgspec

from core import log
from core.errors import AuthError, DeskpulseError, Refused, Unavailable, Unclear

State: TypeAlias = Literal["sent", "unclear", "failed"]
ROOT = "root"


@dataclass(frozen=True)
class Part:
    """One message on its way: the root, or an answer in its thread."""

    name: str
    content: object
    """What the target sends; it must be data that JSON can hold."""


@dataclass(frozen=True)
class Delivery:
    """A report for one destination: ``revision`` 0 first, higher for corrections of the same report."""

    report_key: str
    destination: str
    parts: tuple[Part, ...]
    revision: int = 0


@dataclass(frozen=True)
class Sent:
    """Where a part went: ``remote_id`` the channel or path, ``remote_ts`` the message's own id."""

    remote_id: str
    remote_ts: str
    note: str = ""


@dataclass(frozen=True)
class Receipt:
    """What became of a delivery; ``notes`` say what was done about trouble, and what now."""

    destination: str
    state: State
    sent: int = 0
    already: int = 0
    notes: tuple[str, ...] = ()


class Sender(Protocol):
    """A destination as the outbox sees it."""

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Sends one part; raises Unclear where nobody can know the outcome."""

    def find(self, key: str, part: Part, root: Sent | None) -> Sent | Literal["absent", "unknown"]:
        """Looks for an earlier copy of this part; ``unknown`` where it may not look."""

    def notice(self, text: str) -> None:
        """Tells admins something in plain words."""

    def check(self) -> str:
        """Tries the credentials without sending anything, and says what was found; raises what is wrong."""


def deliver(
    db: sqlite3.Connection, sender: Sender, delivery: Delivery, now_at: int, *, resume: bool = False
) -> Receipt:
    """Sends what is not sent yet, each part at most once; ``resume`` sends again what cannot be settled by looking."""
    notes: list[str] = []
    root: Sent | None = None
    sent = already = 0
    for part in delivery.parts:
        key = message_key(delivery, part)
        state, before = _known(db, delivery, part)
        if state == "sent":
            root, already = (before if part.name == ROOT else root), already + 1
            continue
        if state in ("intended", "unclear"):
            found = _look(sender, key, part, root)
            if isinstance(found, Sent):
                _write(db, delivery, part, "sent", now_at, found)
                root, already = (found if part.name == ROOT else root), already + 1
                notes.append(f"{delivery.destination}: {part.name} had arrived before; nothing was sent again.")
                continue
            if found == "unknown" and not resume:
                _write(db, delivery, part, "unclear", now_at)
                notes.append(
                    f"{delivery.destination}: nobody can tell whether {part.name} of {delivery.report_key} arrived. "
                    "Look there; if it is missing, send it with: sync.py send --resume"
                )
                return Receipt(delivery.destination, "unclear", sent, already, tuple(notes))
        _write(db, delivery, part, "intended", now_at)
        try:
            done = sender.send(key, part, root)
        except Unclear as problem:
            _write(db, delivery, part, "unclear", now_at, note=problem.message)
            notes.append(problem.message)
            return Receipt(delivery.destination, "unclear", sent, already, tuple(notes))
        except (AuthError, Refused, Unavailable) as problem:
            _write(db, delivery, part, "failed", now_at, note=problem.message)
            notes.append(problem.message)
            log.event("delivery", destination=delivery.destination, part=part.name, state="failed", why=problem.message)
            return Receipt(delivery.destination, "failed", sent, already, tuple(notes))
        _write(db, delivery, part, "sent", now_at, done)
        if done.note:
            notes.append(done.note)
        root, sent = (done if part.name == ROOT else root), sent + 1
    return Receipt(delivery.destination, "sent", sent, already, tuple(notes))


def message_key(delivery: Delivery, part: Part) -> str:
    """What a message carries along so that it can be found again."""
    return f"{delivery.report_key}/{delivery.destination}/{delivery.revision}/{part.name}"


def pending(db: sqlite3.Connection) -> Sequence[sqlite3.Row]:
    """Reports with a part that is not sent: (report_key, destination, revision, part, state, note)."""
    return db.execute(
        "select report_key, destination, revision, part, state, note from outbox where state <> 'sent' "
        "order by happened_at, report_key, destination, part"
    ).fetchall()


def latest(db: sqlite3.Connection, report_key: str, destination: str) -> tuple[int, Sent] | None:
    """The highest sent revision of a report's root message and where it stands."""
    row = db.execute(
        "select revision, remote_id, remote_ts from outbox where report_key = ? and destination = ? and part = ? "
        "and state = 'sent' order by revision desc limit 1",
        (report_key, destination, ROOT),
    ).fetchone()
    return (row[0], Sent(row[1], row[2])) if row else None


def _look(sender: Sender, key: str, part: Part, root: Sent | None) -> Sent | Literal["absent", "unknown"]:
    try:
        return sender.find(key, part, root)
    except DeskpulseError as problem:
        log.event("delivery", part=part.name, state="unclear", why=problem.message)
        return "unknown"


def _known(db: sqlite3.Connection, delivery: Delivery, part: Part) -> tuple[str | None, Sent | None]:
    row = db.execute(
        "select state, remote_id, remote_ts from outbox where report_key = ? and destination = ? and revision = ? "
        "and part = ?",
        (delivery.report_key, delivery.destination, delivery.revision, part.name),
    ).fetchone()
    return (row[0], Sent(row[1] or "", row[2] or "")) if row else (None, None)


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
