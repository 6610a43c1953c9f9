"""Page after page: nothing lost, nothing doubled, no endless round."""

import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from connectors import Agent, AgentTeam, BadRow, Context, Page, Record, Stream, Team, Ticket, Window
from core.errors import AuthError, DeskpulseError, Gone, NotAllowed, Refused, ShapeError, Stuck, Unavailable
from core.pull.guard import MOST_ALIKE, MOST_EMPTY
from core.store import write
from core.store.db import StoreFull
from tests.pull.conftest import AT, NOW, Fake, Row, Script, normalise, page


def tickets(*numbers: int, **given: Any) -> list[dict[str, Any]]:
    return [{"id": number, "at": AT, **given} for number in numbers]


def test_rows_and_cursor_are_kept_together(fake: Fake) -> None:
    """The next pull must begin where this one's last whole page ended."""
    script = Script(
        [page(*tickets(1, 2), resume_at="a", data_to=AT), page(*tickets(3), resume_at="b", data_to=AT + 60)]
    )
    result = fake.pull(fake.stream(script))
    assert (result.outcome, result.rows, result.rejected) == ("ok", 3, 0)
    state = fake.state()
    assert (state["resume_at"], state["data_to_at"], state["rows"], state["status"]) == ("b", AT + 60, 3, "ok")
    fake.pull(fake.stream(script))
    assert [window.resume_at for window in script.asked] == [None, "b"]


def test_a_page_that_dies_leaves_nothing_and_is_read_again(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a page with a whole cursor is lost for good."""
    pages = [page(*tickets(1), resume_at="a"), page(*tickets(2), resume_at="b"), page(*tickets(3), resume_at="c")]
    script = Script(pages)
    kept = write.RecordWriter.write
    calls = []

    def dies(self: write.RecordWriter, records: Any) -> write.Counts:
        calls.append(1)
        counts = kept(self, records)
        if len(calls) == 2:
            raise sqlite3.OperationalError("disk I/O error")
        return counts

    monkeypatch.setattr(write.RecordWriter, "write", dies)
    with pytest.raises(sqlite3.OperationalError):
        fake.pull(fake.stream(script))
    assert fake.ids() == ["1"]
    assert fake.state()["resume_at"] == "a"
    script.pages = pages[1:]
    fake.pull(fake.stream(script))
    assert script.asked[-1].resume_at == "a"
    assert fake.ids() == ["1", "2", "3"]


def test_a_full_disk_is_no_fault_of_the_connector(fake: Fake) -> None:
    """The whole run must stop; going on with the next source would only fill the log."""
    with pytest.raises(StoreFull):
        fake.tell(StoreFull("no space left"))


def test_a_page_twice_is_one(fake: Fake) -> None:
    """Page borders repeat rows at most vendors."""
    first = page(*tickets(1, 2), resume_at="a")
    result = fake.tell(first, page(*tickets(2, 3), resume_at="b"))
    assert fake.ids() == ["1", "2", "3"]
    assert result.streams[0].news == 3


def test_a_later_row_of_the_same_second_is_found(fake: Fake) -> None:
    """A bookmark of one second, taken exclusively, loses whoever came later in it."""
    script = Script([page(*tickets(1), resume_at=str(AT), data_to=AT)])
    fake.pull(fake.stream(script))
    script.pages = [page(*tickets(1, 2), resume_at=str(AT), data_to=AT)]
    fake.pull(fake.stream(script))
    assert script.asked[-1] == Window(since=AT, resume_at=str(AT))
    assert fake.ids() == ["1", "2"]


def test_hundreds_of_rows_in_one_second_are_all_kept(fake: Fake) -> None:
    """A bulk change stamps them alike."""
    result = fake.tell(page(*tickets(*range(700)), resume_at="a"), page(*tickets(*range(600, 1300)), resume_at="b"))
    assert (result.outcome, len(fake.ids())) == ("ok", 1300)


def test_late_arrivals_are_read_again(fake: Fake) -> None:
    """A call ends after it was read first; its row comes stamped in the past."""
    script = Script([page(*tickets(1), resume_at="a", data_to=AT)])
    stream = fake.stream(script, lookback=3600)
    fake.pull(stream)
    fake.pull(stream)
    assert script.asked[-1] == Window(since=AT - 3600, resume_at=None)
    script.pages = [page(*tickets(2), resume_at="b", data_to=AT + 5), Unavailable("gone")]
    fake.pull(stream)
    fake.pull(stream)
    assert script.asked[-1].resume_at == "b"


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page(*tickets(1), resume_at="a")] * 9, id="the same cursor and rows for ever"),
        pytest.param([page(*tickets(1), resume_at="ab"[n % 2]) for n in range(9)], id="two cursors in turn"),
        pytest.param([page(resume_at="a")] * 9, id="the same cursor and no rows"),
    ],
)
def test_going_round_is_found_at_once(fake: Fake, pages: list[Page]) -> None:
    """An endless loop uses up the account's rate limit and never reports anything."""
    read = 0

    def counted(_: Any, __: Window) -> Iterator[Page]:
        nonlocal read
        for one in pages:
            read += 1
            yield one

    result = fake.pull(Stream("tickets", counted, Row, normalise))
    assert isinstance(result.streams[0].error, Stuck)
    assert read <= 4
    assert fake.state()["status"] == "failed"


def test_a_vendor_that_ignores_the_page_number_is_left(fake: Fake) -> None:
    """Page 2 of some lists is page 1 again once a filter is misspelt; the numbers go up and the rows stay the same."""
    for name, pages in (
        ("numbered", [page(*tickets(1, 2), resume_at=f"p{n}") for n in range(50)]),
        ("bare", [page(*tickets(1, 2)) for _ in range(50)]),
    ):
        result = fake.tell(*pages, name=name)
        assert isinstance(result.streams[0].error, Stuck)
        assert result.streams[0].pages == MOST_ALIKE


def test_a_stream_stuck_on_one_second_ends_with_a_message(fake: Fake) -> None:
    """Rows that change at each reading look new; even so it must end."""
    pages = [page({"id": 1, "at": AT, "version": n}, resume_at=str(AT)) for n in range(50)]
    result = fake.tell(*pages)
    assert isinstance(result.streams[0].error, Stuck)
    assert result.streams[0].pages < 8


def test_empty_pages_are_bounded_unless_time_moves(fake: Fake) -> None:
    """New cursors without rows for ever are a fault; quiet weeks of history are none."""
    result = fake.tell(*(page(resume_at=str(n)) for n in range(MOST_EMPTY + 5)))
    assert isinstance(result.streams[0].error, Stuck)
    assert result.streams[0].pages == MOST_EMPTY
    quiet = [page(resume_at=str(n), data_to=AT - 90_000 + n) for n in range(MOST_EMPTY + 40)]
    assert fake.tell(*quiet, name="quiet").outcome == "ok"


def test_a_last_page_may_repeat_its_cursor(fake: Fake) -> None:
    """'Nothing new' comes with the cursor that was asked."""
    script = Script([page(*tickets(1), resume_at="a")])
    fake.pull(fake.stream(script))
    script.pages = [page(resume_at="a", last=True)]
    assert fake.pull(fake.stream(script)).outcome == "ok"


def test_state_from_the_future_is_not_believed(fake: Fake) -> None:
    """A bookmark in 2999 reads as 'no tickets', which would be reported as a fact."""
    cursors = ("32472144000", "32472144000000", "2999-01-01T00:00:00Z", "MzI0NzIxNDQwMDAuMHx8NDA0NXw=")
    for column, value in (("data_to_at", 32_472_144_000), *(("resume_at", cursor) for cursor in cursors)):
        fake.tell(page(*tickets(1), resume_at="a", data_to=AT))
        fake.db.execute(f"update stream_state set {column} = ?", (value,))
        script = Script([page(*tickets(1, 2), resume_at="a", data_to=AT)])
        result = fake.pull(fake.stream(script))
        assert script.asked == [Window(since=fake.spec.start_at)]
        assert "future" in result.streams[0].note
        assert fake.state()["data_to_at"] == AT


def test_a_vendor_that_names_the_future_is_not_believed(fake: Fake) -> None:
    """Its clock is wrong, and with it every later bookmark."""
    result = fake.tell(page(*tickets(1), resume_at="a", data_to=NOW + 10 * 86_400))
    assert fake.state()["data_to_at"] is None or fake.state()["data_to_at"] <= NOW
    assert "future" in result.streams[0].note


@pytest.mark.parametrize("status", [400, 410, 422])
def test_an_expired_cursor_falls_back_to_time_and_says_so(fake: Fake, status: int) -> None:
    """Cursors of some vendors live for an hour; the machine slept for two."""
    script = Script([page(*tickets(1), resume_at="a", data_to=AT)])
    fake.pull(fake.stream(script))

    def fetch(_: Any, window: Window) -> Iterator[Page]:
        script.asked.append(window)
        if window.resume_at:
            raise (Gone if status == 410 else Refused)("declined", status)
        yield page(*tickets(2), resume_at="b")

    result = fake.pull(Stream("tickets", fetch, Row, normalise))
    assert script.asked[-1] == Window(since=AT - 86_400)
    assert result.outcome == "ok"
    assert "no longer knew" in result.streams[0].note
    assert fake.ids() == ["1", "2"]


def test_a_refusal_without_a_cursor_is_a_failure(fake: Fake) -> None:
    """Asking again the same would be refused again."""
    result = fake.tell(Refused("declined", 422))
    assert (result.outcome, result.streams[0].status) == ("unavailable", "failed")


def test_a_refused_key_stops_the_source_at_once(fake: Fake) -> None:
    """Ten streams with a wrong key lock the account."""
    second = Script([page(*tickets(2))])
    result = fake.pull(
        fake.stream(Script([page(*tickets(1), resume_at="a"), AuthError("renew the key")])), fake.stream(second, "b")
    )
    assert (result.outcome, second.asked, fake.ids()) == ("auth", [], ["1"])


def test_a_forbidden_stream_is_skipped_visibly_and_asked_again_next_day(fake: Fake) -> None:
    """The plan does not include it today; it may tomorrow. The others go on."""
    script, other = Script([NotAllowed("not in this plan", 403)]), Script([page(*tickets(1))])
    streams = (fake.stream(script, "sla", optional=True), fake.stream(other))
    assert fake.pull(*streams).outcome == "ok"
    assert (fake.state("sla")["status"], fake.state("sla")["last_error"]) == ("skipped", "not in this plan")
    fake.now_at += 3600
    assert fake.pull(*streams).streams[0].status == "idle"
    fake.now_at += 86_400
    assert fake.pull(*streams).streams[0].status == "skipped"
    assert len(script.asked) == 2


def test_one_stream_down_leaves_the_others(fake: Fake) -> None:
    """Ratings can be late without the tickets being late."""
    result = fake.pull(
        fake.stream(Script([Unavailable("503")]), "ratings"), fake.stream(Script([page(*tickets(1), resume_at="a")]))
    )
    assert (result.outcome, fake.ids()) == ("partial", ["1"])
    assert fake.state("ratings")["last_error"] == "503"


def test_a_silent_vendor_is_not_asked_by_every_stream(fake: Fake) -> None:
    """Each stream that waits out its deadline delays the sources that work."""
    scripts = [Script([Unavailable("no answer")]) for _ in range(4)]
    result = fake.pull(*(fake.stream(script, f"s{n}") for n, script in enumerate(scripts)))
    assert [len(script.asked) for script in scripts] == [1, 1, 0, 0]
    assert result.outcome == "unavailable"


def test_a_stream_of_the_first_load_runs_first_and_once(fake: Fake) -> None:
    """Today's backlog must be right before history is read."""
    opened, all_of_them = Script([page(*tickets(9))]), Script([page(*tickets(1), resume_at="a")])
    streams = (fake.stream(all_of_them), fake.stream(opened, "open_tickets", once=True))
    assert [one.stream for one in fake.pull(*streams).streams] == ["open_tickets", "tickets"]
    assert [one.status for one in fake.pull(*streams).streams] == ["idle", "ok"]
    assert len(opened.asked) == 1


def test_start_bounds_history_but_not_what_is_needed_whole(fake: Fake) -> None:
    """An agent hired before the first ticket is still an agent."""
    people, work = Script([page(*tickets(1))]), Script([page(*tickets(2))])
    fake.pull(fake.stream(people, "users", is_bounded=False), fake.stream(work))
    assert (people.asked[0].since, work.asked[0].since) == (0, fake.spec.start_at)


def test_stop_ends_between_pages(fake: Fake) -> None:
    """SIGTERM finishes the page and leaves; the next start goes on there."""
    asked = iter([False, True])
    script = Script([page(*tickets(1), resume_at="a"), page(*tickets(2), resume_at="b")])
    later = fake.stream(Script([page(*tickets(3))]), "b")
    result = fake.pull(fake.stream(script), later, stop=lambda: next(asked, True))
    assert (result.outcome, fake.ids(), fake.state()["resume_at"]) == ("stopped", ["1"], "a")


class TeamRow(msgspec.Struct):
    id: int
    agents: list[int] = []


def normalise_team(row: TeamRow, _: Context) -> Iterator[Record]:
    yield Team(id=str(row.id), name="T")
    for agent in row.agents:
        yield AgentTeam(agent_id=str(agent), team_id=str(row.id))


def test_a_full_list_marks_what_it_no_longer_holds(fake: Fake) -> None:
    """A dissolved team must leave the rankings; one that comes back must return."""

    def read(*pages: Page | Exception) -> tuple[list[str], str]:
        result = fake.tell(*pages, name="teams", mode="snapshot", row=TeamRow, normalise=normalise_team)
        gone = fake.rows("teams where deleted_at is not null", "native_id")
        return [row["native_id"] for row in gone], result.streams[0].note

    assert read(page({"id": 1, "agents": [7]}), page({"id": 2, "agents": [7, 8]}))[0] == []
    assert read(page({"id": 1, "agents": [7]}), Unavailable("cut short"))[0] == []
    assert read(page({"id": 1, "agents": [7]}), page({"id": "x"}))[0] == []
    assert "none was marked" in read(page())[1]
    assert read(page({"id": 1, "agents": [7]}))[0] == ["2"]
    ended = fake.rows("agent_teams where to_at is not null", "agent_uid, team_uid")
    assert ended == [
        {"agent_uid": "fake:7", "team_uid": "fake:2"},
        {"agent_uid": "fake:8", "team_uid": "fake:2"},
    ]
    assert read(page({"id": 1}, {"id": 2, "agents": [7]}))[0] == []
    assert fake.rows("agent_teams where to_at is null", "agent_uid, team_uid") == [
        {"agent_uid": "fake:7", "team_uid": "fake:2"}
    ]


def test_unknown_words_are_said_once_and_counted(fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    """A log that repeats itself is read by nobody."""
    with caplog.at_level(logging.WARNING, "deskpulse"):
        fake.tell(page(*tickets(1, 2, status="snoozed"), resume_at="a"))
        fake.tell(page(*tickets(3, status="snoozed"), resume_at="b"))
    assert [record.getMessage() for record in caplog.records].count("unknown_word") == 1
    assert fake.state()["note"] == "unknown status 'snoozed' (1)"
    assert {row["status_category"] for row in fake.rows("tickets")} == {"other"}
    assert {row["status"] for row in fake.rows("tickets")} == {"snoozed"}


def test_a_connector_that_breaks_is_named_and_contained(fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody's plugin must not take the night's report with it."""
    for fault in (RuntimeError("token=abc"), SystemExit(3), RecursionError()):

        def broken(_: Any, __: Window, fault: BaseException = fault) -> Iterator[Page]:
            raise fault
            yield page()

        result = fake.pull(Stream("broken", broken, Row, normalise), fake.stream(Script([page(*tickets(1))])))
        assert result.outcome == "partial"
        error = result.streams[0].error
        assert type(error) is DeskpulseError
        assert "'fake'" in error.message
        assert "abc" not in error.message


def test_a_tick_without_news_writes_next_to_nothing(fake: Fake) -> None:
    """Every ten minutes, for years, on somebody's SD card."""
    script = Script([page(*tickets(1), resume_at="a", data_to=AT)])
    fake.pull(fake.stream(script))
    script.pages = [page(resume_at="a", data_to=AT, last=True)]
    before = fake.db.total_changes
    fake.pull(fake.stream(script))
    assert fake.db.total_changes - before <= 4
    assert fake.state()["last_success_at"] == NOW


def test_progress_is_told_page_by_page(fake: Fake) -> None:
    """Who waits for a backfill wants to see it move."""
    seen = []
    fake.pull(
        fake.stream(Script([page(*tickets(1), resume_at="a"), page(*tickets(2), resume_at="b")])),
        on_progress=lambda now: seen.append((now.stream, now.pages, now.rows)),
    )
    assert seen == [("tickets", 1, 1), ("tickets", 2, 2)]


def test_lookups_are_kept_for_some_hours(fake: Fake) -> None:
    """A tick that finds nothing new is one request a stream, not five maps first."""
    from connectors import Connector
    from tests.pull.conftest import FakeSettings

    asked = []

    def prepare(_: Any) -> dict[str, Any]:
        asked.append(1)
        return {"statuses": {"5": "open"}}

    seen = []

    def look(row: Row, ctx: Context) -> Iterator[Record]:
        seen.append(ctx.lookups)
        yield from normalise(row, ctx)

    def pull(*rows: dict[str, Any]) -> None:
        stream = fake.stream(Script([page(*rows)]), normalise=look)
        fake.pull(connector=Connector(name="fake", settings=FakeSettings, streams=(stream,), prepare=prepare))

    pull(*tickets(1))
    pull(*tickets(2))
    assert (len(asked), seen) == (1, [{"statuses": {"5": "open"}}] * 2)
    pull(*tickets(3, status="brand new"))
    pull(*tickets(4))
    assert len(asked) == 2
    fake.now_at += 7 * 3600
    pull(*tickets(5))
    assert len(asked) == 3


def test_no_page_is_kept_that_cannot_be_read_at_all(fake: Fake) -> None:
    """Every row bad is our fault or a changed vendor; skipping the page would lose it silently."""
    bad = [{"id": number, "status": 5} for number in range(30)]
    result = fake.tell(page(*tickets(1), resume_at="a"), page(*bad, resume_at="b"))
    error = result.streams[0].error
    assert isinstance(error, ShapeError)
    assert "none of the 30 rows" in error.message
    assert (fake.state()["resume_at"], fake.rows("rejected_rows")) == ("a", [])


def test_bad_row_is_a_word_a_connector_can_use(fake: Fake) -> None:
    """What a connector says of a row is shown; what a row says is not."""

    def picky(row: Row, _: Context) -> Iterator[Record]:
        if row.id == 1:
            raise BadRow("a ticket without a requester, said ada@example.com")
        yield Agent(id=str(row.id))
        yield Ticket(id=str(row.id))

    fake.tell(page(*tickets(1, 2)), normalise=picky)
    assert fake.rows("rejected_rows", "reason") == [{"reason": "a ticket without a requester, said [mail]"}]


def test_what_a_page_says_of_its_stretch_reaches_people(fake: Fake) -> None:
    """A vendor that keeps six months answers a question for twelve with silence; the half year must be told missing."""
    note = "the vendor keeps six months"
    result = fake.tell(page(*tickets(1), resume_at="a", note=note), page(*tickets(2), resume_at="b", note=note))
    assert result.streams[0].note == note
