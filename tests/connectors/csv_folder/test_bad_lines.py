"""Encodings, delimiters, quotes and lines that no program should write: each bad line is set aside alone."""

import codecs

import pytest

from tests.connectors.csv_folder.conftest import Folder, errors, lines

HEAD = "id,arrived_at,queue,outcome,wait_s"
ROW = "c{n},2026-11-20 10:00:00,{queue},abandoned,5"


def row(n: int, queue: str = "Hotline") -> str:
    return ROW.format(n=n, queue=queue)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("cp1252", b""), ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(folder: Folder, encoding: str, mark: bytes, delimiter: str) -> None:
    """Excel alone writes five kinds of CSV, and nobody knows which one they have."""
    text = lines(HEAD, row(1, "Störung"), row(2, "Vertrieb –")).replace(",", delimiter).replace("\n", "\r\n")
    folder.write("calls.csv", mark + text.encode(encoding))
    assert folder.pull().outcome == "ok"
    assert folder.rows("queues", "name") == [("Störung",), ("Vertrieb –",)]
    folder.write("calls.csv", mark + (text + row(3).replace(",", delimiter) + "\r\n").encode(encoding))
    assert folder.pull().rows == 1


def test_an_encoding_that_is_said_holds(folder: Folder) -> None:
    """A Czech file in cp1250 looks like cp1252; a byte that the encoding does not have costs its line."""
    folder.rule("calls*", "calls", encoding="cp1250")
    folder.write("calls.csv", lines(HEAD, row(1, "Říčany")).encode("cp1250") + b"c2,2026-11-20,\x81,,1\n")
    folder.pull()
    assert folder.rows("queues", "name") == [("Říčany",)]
    assert folder.aside() == [("calls.csv:3", "calls.csv line 3: is not in the encoding of the file")]


def test_quotes_hold_delimiters_quotes_and_line_ends(folder: Folder) -> None:
    """A comment of three lines is one field of one row, and the lines after it keep their numbers."""
    folder.rule("s*", "csat")
    text = lines(
        "ticket,rated_at,score,comment",
        't1,2026-11-20,5,"Good, ""very"" good',
        "and quick",
        'indeed"',
        "t2,2026-11-20,4,5\" too long",
        "t3,2026-11-20,nine,",
    )  # fmt: skip
    folder.write("s.csv", text)
    folder.pull()
    assert folder.rows("surveys", "ticket_uid", "length(comment)") == [("files:t1", 34), ("files:t2", 11)]
    assert folder.aside() == [("s.csv:6", "s.csv line 6: is no number")]


def test_a_quote_that_is_never_closed_costs_its_line(folder: Folder) -> None:
    """One stray quote must not swallow the ten thousand calls behind it."""
    folder.write("calls.csv", lines(HEAD, row(1), '"' + row(2), *(row(n) for n in range(3, 900))))
    assert folder.pull().outcome == "ok"
    assert folder.rows("calls", "count(*)") == [(898,)]
    assert folder.aside() == [("calls.csv:3", "calls.csv line 3: has a quote that is never closed")]


def test_two_stray_quotes_swallow_nothing_between_them(folder: Folder) -> None:
    """The second of two stray quotes is not the end of what the first began."""
    rows = [row(n) for n in range(1, 40)]
    rows[4], rows[30] = '"' + rows[4], rows[30].replace("Hotline", '"Hotline')
    folder.write("calls.csv", lines(HEAD, *rows))
    assert folder.pull().outcome == "ok"
    assert folder.rows("calls", "count(*)") == [(37,)]
    assert [name for name, _ in folder.aside()] == ["calls.csv:6", "calls.csv:32"]


def test_bad_lines_are_set_aside_with_file_and_line(folder: Folder) -> None:
    """Who mends the file has to find the line; nothing else is lost, and a mended line is no longer missed."""
    good = [row(n) for n in range(1, 60)]
    bad = {
        3: "c,two",
        10: row(1_000) + ",more,cells",
        20: "x,never,Hotline,,5",
        30: row(1_001).replace(",5", ",soon"),
    }
    for at, line in bad.items():
        good.insert(at - 2, line)
    folder.write("my calls.csv", lines(HEAD, *good))
    folder.rule("my*", "calls")
    assert folder.pull().outcome == "ok"
    assert folder.rows("calls", "count(*)") == [(59,)]
    assert folder.aside() == [
        ("my_calls.csv:3", "my calls.csv line 3: has 2 columns, the head 5"),
        ("my_calls.csv:10", "my calls.csv line 10: has 7 columns, the head 5"),
        ("my_calls.csv:20", "my calls.csv line 20: arrived_at is no date"),
        ("my_calls.csv:30", "my calls.csv line 30: wait_s is no number"),
    ]
    mended = [line.replace("soon", "7") for line in good]
    folder.write("my calls.csv", lines(HEAD, *mended))
    folder.pull()
    assert [name for name, _ in folder.aside()] == ["my_calls.csv:3", "my_calls.csv:10", "my_calls.csv:20"]


def test_rows_that_are_empty_or_end_in_empty_cells_are_no_fault(folder: Folder) -> None:
    """Excel saves a line of commas for each row that once held something."""
    folder.write("calls.csv", "sep=;\n" + lines(HEAD, row(1), ",,,,", "", "  ", row(2) + ",,").replace(",", ";"))
    folder.pull()
    assert (folder.rows("calls", "count(*)"), folder.aside()) == ([(2,)], [])


def test_a_line_without_end_is_skipped(folder: Folder) -> None:
    """A megabyte without a line end is a broken export; memory stays flat and the next line counts."""
    folder.write("calls.csv", lines(HEAD, "x" * 3_000_000, row(2)))
    folder.pull()
    assert folder.rows("calls", "native_id") == [("c2",)]
    assert folder.aside() == [("calls.csv:2", "calls.csv line 2: is too long")]


def test_json_lines_of_many_forms(folder: Folder) -> None:
    """Nested objects are reached by paths, lists become texts, and what is no object is set aside."""
    folder.rule(
        "*.jsonl",
        "tickets",
        columns={"requester_id": "from.id", "status_category": "state", "created_at": "times.made"},
    )
    folder.write(
        "t.jsonl",
        lines(
            '{"id":1,"from":{"id":7},"state":"open","times":{"made":1795000000},"tags":["a","b"]}',
            "[1]",
            '{"id":2,"from.id":8,"state":"solved","times":{"made":"2026-11-20T10:00:00Z"},"more":{"x":[{}]}}',
            '{"id":3,',
            "",
        ),
    )
    folder.pull()
    assert folder.rows("tickets", "native_id", "requester_uid", "status_category", "tags") == [
        ("1", "files:7", "open", '["a","b"]'), ("2", "files:8", "solved", None),
    ]  # fmt: skip
    assert [name for name, _ in folder.aside()] == ["t.jsonl:2", "t.jsonl:4"]


def test_files_without_a_head_get_their_names_from_the_mapping(folder: Folder) -> None:
    """A telephone system's own log has no head."""
    folder.rule("cdr*", "calls", header=("id", "when", "waited"), columns={"arrived_at": "when", "wait_s": "waited"})
    folder.write("cdr.log", lines("a;2026-11-20 10:00;5", "b;2026-11-20 10:01;7"))
    assert errors(folder.pull()) == []
    assert folder.rows("calls", "native_id", "arrived_at") == [("a", 1_795_165_200), ("b", 1_795_165_260)]
