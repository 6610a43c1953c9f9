"""Who may put files into the folder reads nothing through them, stops nothing, and leaves no customer in clear."""

import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.csv_folder import lines as text_lines
from connectors.csv_folder import sheets
from connectors.csv_folder.check import check
from tests.connectors.csv_folder.conftest import Folder, errors, lines
from tests.connectors.csv_folder.test_growing_folder import HEAD, book, call, packed

PERSONAL = re.compile(r"5550[0-9]{3}|customer\.example")


@pytest.mark.parametrize("raw", ["off", "redacted"])
@pytest.mark.parametrize(
    ("name", "head", "row"),
    [
        ("calls.csv", "id,arrived_at,customer", "c-1,2026-11-20 10:00,+49 30 5550101"),
        ("nps.csv", "customer,rated_at,score", "kim@customer.example,2026-11-20,9"),
        ("nps.csv", "customer,rated_at,score", "030/5550102,2026-11-20,99"),
        ("tickets.csv", "id,created_at,requester,customer_email", "t,2026-11-20,0305550103,kim@customer.example"),
        ("complaints.csv", "id,received_at,customer_phone", "b,no day,0305550103"),
        ("csat.csv", "ticket,rated_at,score,comment", "t,2026-11-20,5,call 030 5550101"),
        ("calls.csv", "id,arrived_at,outcome", "c-1,2026-11-20 10:00,+49305550101"),
    ],
)
def test_no_customer_is_kept_in_clear(folder: Folder, raw: str, name: str, head: str, row: str) -> None:
    """Neither in rows, nor in kept and rejected ones: a number or an address, whatever column it stands in."""
    folder.write(name, lines(head, row))
    folder.pull(raw=raw)
    assert not PERSONAL.findall("\n".join(folder.db.iterdump()))


def test_a_caller_named_by_number_is_found_by_it(folder: Folder) -> None:
    """Two lists write one number in two ways; it is one caller."""
    head = "id,arrived_at,customer"
    folder.write("calls.csv", lines(head, "1,2026-11-20 10:00,+49 30 5550101", "2,2026-11-20 11:00,030/5550101"))
    folder.pull()
    ((first,), (second,)) = folder.rows("calls", "customer_uid", order="native_id")
    assert first == second
    assert first.startswith("files:phone-")


def test_a_file_without_a_head_tells_nobody_s_number(folder: Folder) -> None:
    """The message goes into logs and to chats, and the first line of such a file is a call."""
    folder.rule("calls*", "calls", columns={"customer_phone": "Caller"})
    folder.write("calls.csv", lines("c-1;2026-11-20 10:00;+49 30 5550101;kim@customer.example", "c-2;;;"))
    (message,) = errors(folder.pull())
    assert message == (
        'files.1.columns.customer_phone: calls.csv has no column "Caller". Its first line looks like a row; if the '
        "file has no head, name its columns in header."
    )


def test_a_link_out_of_the_folder_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    """Who may upload files must not read the server's own by a link; links within the folder are fine."""
    (tmp_path / "secret.csv").write_text(lines(HEAD, call(1)))
    (folder.path / "calls 1.csv").symlink_to(tmp_path / "secret.csv")
    folder.write("real/x.csv", lines(HEAD, call(2)))
    (folder.path / "calls 2.csv").symlink_to("real/x.csv")
    (folder.path / "up").symlink_to(tmp_path)
    assert errors(folder.pull())[0] == (
        "calls 1.csv is a link out of the folder. Copy the file, or make its folder a source."
    )
    assert folder.rows("calls", "native_id") == [("c2",)]


def test_names_in_an_archive_lead_nowhere(folder: Folder, tmp_path: Path) -> None:
    """Members are read where they lie; a name with dots writes no file anywhere."""
    folder.rule("*.csv", "calls")
    names = {"../../calls up.csv": lines(HEAD, call(1)), "/etc/calls root.csv": lines(HEAD, call(2))}
    folder.write("upload.zip", packed(**names))
    before = sorted(tmp_path.rglob("*"))
    assert folder.pull().outcome == "ok"
    assert folder.rows("calls", "native_id") == [("c1",), ("c2",)]
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []


@pytest.mark.parametrize("name", [b"nps M\xfcller.csv", b"nps \x1b[31m\nred.csv"])
def test_a_file_of_any_name_stops_no_other(folder: Folder, name: bytes) -> None:
    """A share of Windows hands over names that are no UTF-8; one such file held up the whole folder."""
    try:
        (Path(os.fsdecode(os.fsencode(folder.path) + b"/" + name))).write_text(
            "customer,rated_at,score\nk,2026-11-20,x\n"
        )
    except OSError:
        pytest.skip("this file system has no such names")
    folder.write("calls.csv", lines(HEAD, call(1)))
    assert (folder.pull().outcome, folder.rows("calls", "native_id")) == ("ok", [("c1",)])
    ((_, reason),) = folder.aside()
    assert reason.startswith("nps ")
    assert reason.isprintable()


def bomb_gz() -> tuple[str, bytes]:
    return "calls.csv.gz", gzip.compress((HEAD + "\n").encode() + (call(1) + "\n").encode() * 9_000)


def bomb_line() -> tuple[str, bytes]:
    return "calls.csv.gz", gzip.compress((HEAD + "\n").encode() + b"\0" * 5_000_000)


def bomb_zip() -> tuple[str, bytes]:
    return "calls.zip", packed(**{"calls.csv": HEAD + "\n" + " " * 300_000})


def bomb_book() -> tuple[str, bytes]:
    return "calls.xlsx", book([HEAD.split(","), *(call(n).split(",") for n in range(2_000))])


def bomb_texts() -> tuple[str, bytes]:
    made = io.BytesIO(book([HEAD.split(",")]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", " " * 150_000)
    return "calls.xlsx", made.getvalue()


@pytest.mark.parametrize("made", [bomb_gz, bomb_line, bomb_zip, bomb_book, bomb_texts])
def test_what_unpacks_without_end_is_left_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, made: Callable[[], tuple[str, bytes]]
) -> None:
    """A small file that unpacks to all of the disk or memory stops itself only."""
    for module, limit in ((text_lines, "MOST_UNPACKED"), (sheets, "MOST_UNPACKED")):
        monkeypatch.setattr(module, limit, 200_000)
    monkeypatch.setattr("connectors.csv_folder.folder.MOST_UNPACKED", 200_000)
    monkeypatch.setattr(sheets, "MOST_TEXTS", 100_000)
    folder.write("calls good.csv", lines(HEAD, call(7)))
    folder.write(*made())
    (message,) = errors(folder.pull())
    assert "unpacks to more than" in message or "too big for a workbook" in message
    assert ("c7",) in folder.rows("calls", "native_id")


def broken_zip(offset: int, value: int, *, at_end: bool) -> bytes:
    """An archive with one byte changed, in its directory or at its first member."""
    made = bytearray(packed(**{"calls.csv": lines(HEAD, call(1))}))
    begin = made.rindex(b"PK\x01\x02") if at_end else 0
    made[begin + offset] = value
    return bytes(made)


@pytest.mark.parametrize(
    "data",
    [
        broken_zip(6, 99, at_end=True),  # the version needed
        broken_zip(10, 77, at_end=True),  # the way of packing
        broken_zip(46, 0, at_end=True),  # the name, of no letter
        broken_zip(30, 0xC3, at_end=False),  # the name again, in other letters
        broken_zip(42, 200, at_end=True),  # where the member lies
        b"PK",
    ],
)
def test_an_archive_whose_directory_lies_stops_itself_only(folder: Folder, data: bytes) -> None:
    """One broken upload must not hold up the other files of the folder."""
    folder.write("calls good.csv", lines(HEAD, call(7)))
    folder.write("upload.zip", data)
    result = folder.pull()
    assert folder.rows("calls", "native_id") in ([("c7",)], [("c1",), ("c7",)])
    assert all(message.startswith("upload.zip") for message in errors(result))


def test_an_archive_with_a_password_says_so(folder: Folder) -> None:
    """Whoever sent it thinks that it was read."""
    made = bytearray(packed(**{"calls.csv": lines(HEAD, call(1))}))
    for flags in (6, made.rindex(b"PK\x01\x02") + 8):
        made[flags] |= 1
    folder.write("upload.zip", bytes(made))
    assert errors(folder.pull()) == ["upload.zip/calls.csv needs a password. Unpack it yourself."]


def test_text_that_is_a_formula_stays_text(folder: Folder) -> None:
    """A queue of that name was typed by somebody who hopes that the export is opened in a spreadsheet."""
    folder.write("calls.csv", lines(HEAD, 'c1,2026-11-20 10:00,answered,5,"=HYPERLINK(""x"")"'))
    folder.pull()
    assert folder.rows("queues", "name") == [('=HYPERLINK("x")',)]


def test_a_folder_that_may_not_be_read_is_said(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of another department without rights looked as if it were empty."""
    folder.write("calls.csv", lines(HEAD, call(1)))
    folder.write("closed/calls.csv", lines(HEAD, call(2)))
    look: Callable[..., Any] = os.scandir

    def refuse(path: Any) -> Iterator[Any]:
        if Path(path).name == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)  # type: ignore[no-any-return]

    monkeypatch.setattr(os, "scandir", refuse)
    closed = "closed"
    assert errors(folder.pull()) == ["cannot read the folder closed: Permission denied. Check its rights."]
    assert folder.rows("calls", "native_id") == [("c1",)]
    assert [one.what for one in check(folder.settings) if not one.ok] == ["files that cannot be opened"]
    closed = folder.path.name
    assert "cannot read the folder" in errors(folder.pull())[0]
