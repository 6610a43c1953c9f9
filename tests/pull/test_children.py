"""Messages of a ticket, legs of a call: read for the parents that changed, and for no others."""

from collections.abc import Iterator
from typing import Any

import msgspec

from connectors import Connector, Message, Page, Record, Stream, Ticket, Unavailable, Window
from core.errors import Stuck
from core.store.children import waiting_count
from tests.pull.conftest import AT, Fake, FakeSettings, Row, Script, normalise, page


class Note(msgspec.Struct):
    id: int
    ticket: int


def normalise_note(row: Note, _: object) -> Iterator[Record]:
    yield Message(id=str(row.id), ticket_id=str(row.ticket), happened_at=AT, is_public=True)


class Desk:
    """Two lists: tickets, and the notes of each."""

    def __init__(self) -> None:
        self.tickets = Script()
        self.notes: dict[str, list[Note]] = {}
        self.asked: list[str] = []
        self.fails_at: str | None = None
        self.completes = True

    def fetch_notes(self, _: Any, window: Window) -> Iterator[Page]:
        for key in window.keys:
            if key == self.fails_at:
                raise Unavailable("the vendor is down")
            self.asked.append(key)
            rows = page(*self.notes.get(key, ())).rows
            yield Page(rows, done=(key,) if self.completes else ())

    def connector(self) -> Connector:
        return Connector(
            name="fake",
            settings=FakeSettings,
            streams=(
                Stream("tickets", self.tickets.fetch, Row, normalise, owns=(Ticket,)),
                Stream("notes", self.fetch_notes, Note, normalise_note, "children", parent="tickets"),
            ),
        )

    def tell(self, fake: Fake, *rows: Row) -> list[str]:
        """One pull in which these tickets are told; the tickets whose notes were asked for."""
        self.tickets.pages = (page(*rows, resume_at=str(len(self.tickets.asked))),)
        self.asked = []
        self.results = fake.pull(connector=self.connector())
        return self.asked


def test_notes_are_read_for_changed_tickets_only(fake: Fake) -> None:
    """One request a ticket is the price; it must be paid for those that moved and not for all of them each day."""
    desk = Desk()
    desk.notes = {"1": [Note(10, 1)], "2": [Note(20, 2), Note(21, 2)]}
    assert desk.tell(fake, Row(1), Row(2)) == ["1", "2"]
    assert fake.db.execute("select count(*) from messages").fetchone()[0] == 3
    assert desk.tell(fake, Row(1), Row(2, version=2)) == ["2"]
    assert desk.tell(fake, Row(1), Row(2, version=2)) == []


def test_a_ticket_without_notes_is_done_too(fake: Fake) -> None:
    """Thirty tickets nobody wrote on are no sign of a broken cursor, and are not asked for again."""
    desk = Desk()
    many = [Row(number) for number in range(1, 61)]
    assert len(desk.tell(fake, *many)) == 60
    assert desk.results.outcome == "ok"
    assert desk.tell(fake, *many) == []


def test_what_failed_waits_and_what_came_stays(fake: Fake) -> None:
    """The vendor breaks off between two tickets: the first is not paid for twice, the second is not forgotten."""
    desk = Desk()
    desk.fails_at = "1"
    desk.tell(fake, Row(1), Row(2, version=5))
    assert desk.asked == ["2"]
    assert [one.status for one in desk.results.streams] == ["ok", "failed"]
    assert waiting_count(fake.db, "fake", "notes") == 1
    desk.fails_at = None
    assert desk.tell(fake, Row(1), Row(2, version=5)) == ["1"]


def test_a_child_stream_that_completes_nothing_is_stopped(fake: Fake) -> None:
    """A connector that never says which tickets are through would ask for the same ones for ever."""
    desk = Desk()
    desk.completes = False
    desk.tell(fake, Row(1), Row(2))
    assert isinstance(desk.results.streams[1].error, Stuck)
    assert len(desk.asked) == 2
