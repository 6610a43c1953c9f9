"""What is read again, and what is not: files that grow, change, are packed, are broken, come and go."""

import gzip
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from core.pull.source import Progress
from tests.connectors.csv_folder.conftest import Folder, errors, lines

HEAD = "id,arrived_at,outcome,wait_s,queue"


def call(number: int, wait_s: object = 5) -> str:
    return f"c{number},2026-11-20 10:00:{number % 60:02},answered,{wait_s},Hotline"


def read(folder: Folder, **how: Any) -> int:
    """Rows that a pull reads; it must be well."""
    result = folder.pull(**how)
    assert (result.outcome, errors(result)) == ("ok", [])
    return result.rows


def packed(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


def book(rows: Iterable[Sequence[object]], sheet: str = "Sheet") -> bytes:
    made = io.BytesIO()
    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet)
    for row in rows:
        page.append(row)
    workbook.save(made)
    return made.getvalue()


def test_only_what_was_added_is_read(folder: Folder) -> None:
    """A call list of a year that grows by a line must not be read from its head every ten minutes."""
    folder.write("calls.csv", lines(HEAD, call(1), call(2)))
    assert (read(folder), read(folder)) == (2, 0)
    folder.write("calls.csv", lines(HEAD, call(1), call(2), call(3)))
    assert read(folder) == 1
    assert folder.rows("calls", "native_id") == [("c1",), ("c2",), ("c3",)]


def test_a_changed_line_is_read_again(folder: Folder) -> None:
    """Who mends a wait in an old line expects it to count, also where a line was added in the same minute."""
    folder.write("calls.csv", lines(HEAD, call(1), call(2)))
    read(folder)
    folder.write("calls.csv", lines(HEAD, call(1, 9), call(2), call(3)))
    assert read(folder) == 3
    assert folder.rows("calls", "native_id", "total_wait_s") == [("c1", 9), ("c2", 5), ("c3", 5)]


def test_a_touched_file_changes_nothing(folder: Folder) -> None:
    """A backup tool that sets all times must not count anything twice."""
    path = folder.write("calls.csv.gz", gzip.compress(lines(HEAD, call(1)).encode()))
    read(folder)
    os.utime(path, (folder.now_at, folder.now_at))
    assert read(folder) == 0
    assert folder.rows("calls", "native_id") == [("c1",)]


def test_a_half_written_line_waits(folder: Folder) -> None:
    """The exchange is in the middle of a line when we come: 12 of 125 seconds would be a wrong wait for good."""
    whole = lines(HEAD, call(1)) + call(2, 125)
    cut = whole[: whole.rindex("125") + 2]
    folder.write("calls.csv", cut, age_s=1)
    assert read(folder) == 1
    folder.write("calls.csv", whole + "\n", age_s=1)
    assert read(folder) == 1
    assert folder.rows("calls", "native_id", "total_wait_s") == [("c1", 5), ("c2", 125)]


def test_a_last_line_without_an_end_is_taken_when_nothing_follows(folder: Folder) -> None:
    """Many exports end without one: their last row counts a minute later, or when the next look finds it as it was."""
    folder.write("calls.csv", lines(HEAD, call(1)) + call(2), age_s=3600)
    assert read(folder) == 2
    folder.write("calls2.csv", lines(HEAD, call(3)) + call(4), age_s=1)
    os.utime(folder.path / "calls2.csv", (folder.now_at + 500, folder.now_at + 500))
    assert (read(folder), read(folder), read(folder)) == (1, 1, 0)


def test_a_last_line_that_was_taken_too_early_is_mended(folder: Folder) -> None:
    """A log that is flushed by the block stands for minutes in the middle of a line: 12 becomes 125 when it goes on."""
    folder.write("calls.csv", lines(HEAD, call(1)) + "c2,2026-11-20 10:00,answered,12")
    folder.write("tickets.csv", lines("id,created_at,status", "1,2026-11-20,open") + "2,2026-11-20,op")
    assert read(folder) == 4
    assert [name for name, _ in folder.aside()] == ["calls.csv:3"]
    folder.write("calls.csv", lines(HEAD, call(1), "c2,2026-11-20 10:00,answered,125,Hotline", call(3)))
    folder.write("tickets.csv", lines("id,created_at,status", "1,2026-11-20,open", "2,2026-11-20,open"))
    assert read(folder) == 3
    assert folder.rows("calls", "native_id", "total_wait_s") == [("c1", 5), ("c2", 125), ("c3", 5)]
    assert folder.rows("tickets", "native_id", "status") == [("1", "open"), ("2", "open")]
    assert folder.aside() == []


def test_archives_are_read_once(folder: Folder) -> None:
    """A zip of last year's files is opened once, whatever lies in it; macOS's shadow files are none."""
    members = {"a/calls 1.csv": lines(HEAD, call(1)), "calls 2.jsonl": '{"id":"c2","arrived_at":"2026-11-20T10:00Z"}'}
    hidden = {"__MACOSX/calls 1.csv": "\x00\x05", "read me.pdf": "%PDF", "a/.calls.csv": "x"}
    folder.write("calls 2025.zip", packed(**members, **hidden))
    assert (read(folder), read(folder)) == (2, 0)
    assert folder.rows("calls", "native_id") == [("c1",), ("c2",)]
    assert folder.aside() == []


def test_a_broken_archive_stops_itself_only(folder: Folder) -> None:
    """A copy that is still under way is tried again; the other files are read meanwhile."""
    whole = gzip.compress(lines(HEAD, *(call(number) for number in range(2_000))).encode())
    folder.write("calls 1.csv.gz", whole[:-20])
    folder.write("calls 2.zip", b"PK\x03\x04 half")
    folder.write("calls 3.csv", lines(HEAD, call(5_000)))
    result = folder.pull()
    assert result.outcome == "partial"
    (message,) = errors(result)
    assert "calls 1.csv.gz is not whole" in message
    assert "calls 2.zip is no sound zip archive" in message
    assert ("c5000",) in folder.rows("calls", "native_id")
    folder.write("calls 1.csv.gz", whole)
    (folder.path / "calls 2.zip").unlink()
    read(folder)
    assert folder.rows("calls", "count(*)") == [(2_001,)]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz", "calls.xlsx"])
def test_killed_in_mid_file_it_goes_on_where_it_was(folder: Folder, name: str) -> None:
    """A file of a million rows must not begin anew after every restart."""
    rows = [call(number) for number in range(2_500)]
    text = lines(HEAD, *rows).encode()
    sheet = book([HEAD.split(","), *(row.split(",") for row in rows)]) if name.endswith("xlsx") else b""
    folder.write(name, sheet or (gzip.compress(text) if name.endswith(".gz") else text))

    def kill(_: Progress) -> None:
        raise Killed

    with pytest.raises(Killed):
        folder.pull(watch=kill)
    assert folder.rows("calls", "count(*)") == [(2_000,)]
    assert read(folder) == 500
    assert folder.rows("calls", "count(*)") == [(2_500,)]


def test_of_two_files_the_one_changed_later_is_believed(folder: Folder) -> None:
    """An export of the week overlaps that of the day: which one is read last must not depend on their names."""
    folder.write("calls a.csv", lines(HEAD, call(1, 50)), age_s=60)
    folder.write("calls b.csv", lines(HEAD, call(1, 40)), age_s=900)
    read(folder)
    assert folder.rows("calls", "total_wait_s") == [(50,)]


def test_what_is_being_written_or_hidden_is_no_file(folder: Folder) -> None:
    """Excel's lock file and a browser's half download have the right name, and nothing to say."""
    for name in ("~$calls.xlsx", ".calls.csv", "calls.csv.part", "calls.csv.crdownload", ".git/calls.csv"):
        folder.write(name, "x")
    folder.write("deep/er/calls.csv", lines(HEAD, call(1)))
    assert read(folder) == 1


def test_a_file_that_goes_takes_nothing_along(folder: Folder) -> None:
    """Cleaning up the folder is no reason to lose a year; a file that comes back is read as if for the first time."""
    folder.write("calls.csv", lines(HEAD, call(1)))
    read(folder)
    (folder.path / "calls.csv").unlink()
    folder.write("calls 2.csv", lines(HEAD, call(2)))
    assert read(folder) == 1
    folder.write("calls.csv", lines(HEAD, call(1)))
    assert read(folder) == 1
    assert folder.rows("calls", "native_id", "deleted_at") == [("c1", None), ("c2", None)]


def test_rows_that_are_alike_are_counted_each(folder: Folder) -> None:
    """Two telephone bills of a month differ in their amount alone: one of them must not overwrite the other."""
    head = "month,category,amount,currency"
    folder.write(
        "costs.csv", lines(head, "2026-10,telephony,500,EUR", "2026-10,rent,9,EUR", "2026-10,telephony,700,EUR")
    )
    read(folder)
    folder.write(
        "costs.csv", lines(head, "2026-10,telephony,510,EUR", "2026-10,rent,9,EUR", "2026-10,telephony,700,EUR")
    )
    read(folder)
    assert folder.rows("costs", "amount_minor") == [(900,), (51_000,), (70_000,)]


def test_rows_that_are_alike_keep_their_numbers_over_a_crash(folder: Folder) -> None:
    """Calls by the minute and without ids: those before the crash and those behind it are as many as in the file."""
    folder.write("calls.csv", lines("arrived_at,queue,outcome", *["2026-11-20 10:00,Hotline,abandoned"] * 2_500))

    def kill(_: Progress) -> None:
        raise Killed

    with pytest.raises(Killed):
        folder.pull(watch=kill)
    assert read(folder) == 2_500
    assert folder.rows("calls", "count(*)") == [(2_500,)]


def test_an_answer_fills_its_offer(folder: Folder) -> None:
    """The export of next week has the answer to the offer of this week: one offer, answered."""
    head = "ticket,offered_at,rated_at,score"
    folder.write("csat 1.csv", lines(head, "t1,2026-11-10,,"))
    folder.write("csat 2.csv", lines(head, "t1,2026-11-10,2026-11-12,5"), age_s=60)
    read(folder)
    assert folder.rows("surveys", "score_raw") == [("5",)]


def test_a_changed_mapping_reads_its_files_again(folder: Folder) -> None:
    """Who mends a unit expects last year's files to be right as well, archives included."""
    folder.rule("a*", "calls", columns={"wait_s": {"column": "waited", "unit": "min"}})
    folder.rule("b*", "calls")
    text = lines("id,arrived_at,outcome,waited", "c1,2026-11-20 10:00,answered,3")
    folder.write("a.csv.gz", gzip.compress(text.encode()))
    folder.write("b.csv", lines(HEAD, call(2)))
    assert read(folder) == 2
    folder.files[0] = {"match": "a*", "as": "calls", "columns": {"wait_s": {"column": "waited", "unit": "s"}}}
    assert read(folder) == 1
    assert folder.rows("calls", "native_id", "total_wait_s") == [("c1", 3), ("c2", 5)]


def test_many_small_files_are_few_pages(folder: Folder) -> None:
    """The places of all files are written with each page; three hundred pages of one row would write them all often."""
    for number in range(300):
        folder.write(f"calls {number}.csv", lines(HEAD, call(number)))
    result = folder.pull()
    assert (result.rows, result.streams[0].pages) == (300, 1)


def test_a_list_that_is_whole_takes_away_what_it_no_longer_holds(folder: Folder) -> None:
    """A shift struck off the plan must not stay as lost hours; one plan may be in two files."""
    folder.rule("shifts*", "shifts", whole=True)
    head = "agent,day,planned_h"
    folder.write("shifts a.csv", lines(head, "Ada,2026-11-16,8", "Li,2026-11-16,4"))
    folder.write("shifts b.csv", lines(head, "Sam,2026-11-16,6"))
    read(folder)
    folder.write("shifts a.csv", lines(head, "Ada,2026-11-16,7"))
    read(folder)
    alive = folder.db.execute("select agent_uid, planned_s from shifts where deleted_at is null order by 1")
    assert [tuple(row) for row in alive] == [("files:Ada", 25_200), ("files:Sam", 21_600)]


def test_a_list_that_is_being_written_takes_nothing_away(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a plan on its way into the folder is no plan with half of the shifts."""
    folder.rule("shifts*", "shifts", whole=True)
    whole = lines("id,agent,day", "s1,Ada,2026-11-20", "s2,Ada,2026-11-21")
    folder.write("shifts.csv", whole)
    read(folder)
    folder.write("shifts.csv", whole[:-20], age_s=1)
    assert errors(folder.pull()) == ["shifts.csv is being written. It is read at the next run."]
    folder.write("shifts.csv", whole[:-18])
    monkeypatch.setattr("connectors.csv_folder.fetch._stat", lambda entry: (99, 99))
    assert errors(folder.pull()) == ["shifts.csv is being written. It is read at the next run."]
    assert folder.rows("shifts", "native_id", "deleted_at") == [("s1", None), ("s2", None)]


def test_a_list_with_a_bad_line_takes_nothing_away(folder: Folder) -> None:
    """The line that cannot be read may be the very one that would be missed."""
    folder.rule("shifts*", "shifts", whole=True)
    head = "agent,day,planned_h"
    folder.write("shifts.csv", lines(head, "Ada,2026-11-16,8", "Li,2026-11-16,4"))
    read(folder)
    folder.write("shifts.csv", lines(head, "Ada,2026-11-16,8", "Li,2026-11-16,four"))
    read(folder)
    assert folder.rows("shifts", "count(*)", "count(deleted_at)") == [(2, 0)]


def test_a_workbook_is_read_as_it_is_shown(folder: Folder) -> None:
    """Dates, times, durations and numbers of a workbook have types of their own; a failed formula says nothing."""
    rows: list[list[object]] = [
        ["Export of the telephone"],
        [],
        ["id", "arrived_at", "outcome", "wait_s", "talk", "hold", "queue", "agent"],
        [
            4711,
            datetime.fromisoformat("2026-11-20 10:00:30"),
            "answered",
            12.0,
            time(0, 5, 30),
            timedelta(hours=25),
            "#N/A",
            "A",
        ],
        [None, None],
        [4712.0, date(2026, 11, 20), "abandoned", "7", None, None, "Hotline", "#DIV/0!"],
    ]
    folder.rule("*.xlsx", "calls", sheet="Data", skip=2)
    folder.write("export.xlsx", book(rows, "Data"))
    read(folder)
    assert folder.rows("calls", "native_id", "arrived_at", "talk_s", "hold_s") == [
        ("4711", 1_795_165_230, 330, 90_000), ("4712", 1_795_129_200, None, None),
    ]  # fmt: skip
    assert folder.rows("call_legs", "call_uid", "queue_uid", "agent_uid", "wait_s") == [
        ("files:4711", None, "files:A", 12), ("files:4712", "files:Hotline", None, 7),
    ]  # fmt: skip


def test_a_workbook_that_breaks_off_says_so(folder: Folder) -> None:
    """Half a sheet in a sound envelope: what came before is kept, and the file is named."""
    whole = book([HEAD.split(","), call(1).split(","), call(2).split(",")])
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[:-60] if name.startswith("xl/worksheets/sheet") else data)
    folder.write("calls.xlsx", broken.getvalue())
    folder.write("calls.csv", lines(HEAD, call(3)))
    (message,) = errors(folder.pull())
    assert "calls.xlsx is no sound workbook (ParseError). Save it again." in message
    assert ("c3",) in folder.rows("calls", "native_id")


def test_a_workbook_in_an_archive_is_read(folder: Folder) -> None:
    """Last year's workbooks are packed together."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("calls.xlsx", book([HEAD.split(","), call(1).split(",")]))
    folder.write("2025.zip", made.getvalue())
    assert (read(folder), read(folder)) == (1, 0)


def test_a_workbook_that_is_none_says_so(folder: Folder) -> None:
    """Renamed CSV, a missing sheet, the old form: each has its own way out."""
    folder.rule("c*", "calls", sheet="Data")
    folder.write("calls.xlsx", HEAD)
    folder.write("cold.xls", b"\xd0\xcf\x11\xe0")
    folder.write("calls2.xlsx", book([["id"]], "Other"))
    (message,) = errors(folder.pull())
    assert "calls.xlsx is not whole or not sound" in message
    assert "calls2.xlsx has no sheet Data. It has: Other." in message
    assert "cold.xls is a workbook of the old form. Save it as .xlsx or CSV." in message
