"""Log files as they are found: renamed, packed, cut off, growing while they are read."""

import gzip
import random
from pathlib import Path

import pytest

from connectors import Unavailable, Window
from connectors.asterisk import files
from connectors.asterisk.files import fetch_queue_log
from connectors.asterisk.settings import AsteriskSettings

ENTER = "1000|c1|DE|NONE|ENTERQUEUE||0301234567|1"
CONNECT = "1010|c1|DE|Ada|CONNECT|10|c9|4"


def settings(path: Path) -> AsteriskSettings:
    return AsteriskSettings(path=path)


def lines_read(path: Path, resume_at: str | None = None) -> tuple[list[str], str | None]:
    rows: list[str] = []
    for page in fetch_queue_log(settings(path), Window(resume_at=resume_at)):
        rows += [bytes(row).decode().split("|", 1)[1] for row in page.rows]
        resume_at = page.resume_at
    return rows, resume_at


def test_half_a_last_line_waits_until_it_is_whole(tmp_path: Path) -> None:
    """A line read while Asterisk writes it would count a call without its end."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n1010|c1|DE|Ada|CONN", encoding="utf-8")
    first, place = lines_read(log)
    assert first == [ENTER]
    with log.open("a", encoding="utf-8") as file:
        file.write("ECT|10|c9|4\n")
    assert lines_read(log, place)[0] == [CONNECT]


def test_rotation_and_gzip_between_two_reads_lose_and_double_nothing(tmp_path: Path) -> None:
    """Logrotate renames and packs at night; the day must not be counted twice or dropped."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n", encoding="utf-8")
    _, place = lines_read(log)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{CONNECT}\n")
    (tmp_path / "queue_log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.write_text("1020|c1|DE|Ada|COMPLETEAGENT|10|10|1\n", encoding="utf-8")
    assert lines_read(log, place)[0] == [CONNECT, "1020|c1|DE|Ada|COMPLETEAGENT|10|10|1"]


def test_rotated_siblings_are_read_oldest_first_and_strangers_not_at_all(tmp_path: Path) -> None:
    """A backup copy beside the log must not be read as more calls."""
    (tmp_path / "queue_log.2.gz").write_bytes(gzip.compress(b"1|NONE|NONE|NONE|QUEUESTART|\n"))
    (tmp_path / "queue_log.1").write_text("2|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log-20261122").write_text("3|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log").write_text("4|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log.bak").write_text("5|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    assert [line[0] for line in lines_read(tmp_path / "queue_log")[0]] == ["1", "2", "3", "4"]


def test_lines_of_one_second_keep_their_order_over_two_reads(tmp_path: Path) -> None:
    """Enter, connect and hang-up can share a second."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n1000|c1|DE|Ada|CONNECT|0|c9|0\n", encoding="utf-8")
    seqs: list[bytes] = []
    place = None
    for _ in range(2):
        for page in fetch_queue_log(settings(log), Window(resume_at=place)):
            seqs += [bytes(row).split(b"|")[0] for row in page.rows]
            place = page.resume_at
        with log.open("a", encoding="utf-8") as file:
            file.write("1000|c1|DE|Ada|COMPLETEAGENT|0|0|1\n")
    assert seqs == [b"0", b"1", b"2"]


def test_a_clock_set_back_loses_no_line_and_keeps_lines_apart(tmp_path: Path) -> None:
    """A second's correction by NTP between two reads would drop a hang-up, and the caller would talk for ever."""
    log = tmp_path / "queue_log"
    log.write_text(f"{ENTER}\n1005|c1|DE|Ada|CONNECT|5|c9|4\n", encoding="utf-8")
    _, place = lines_read(log)
    with log.open("a", encoding="utf-8") as file:
        file.write("1004|c1|DE|Ada|COMPLETEAGENT|5|0|1\n1005|c2|DE|NONE|ENTERQUEUE||x|1\n")
    found = list(fetch_queue_log(settings(log), Window(since=1005, resume_at=place)))
    assert [bytes(row) for page in found for row in page.rows] == [
        b"1|1004|c1|DE|Ada|COMPLETEAGENT|5|0|1",
        b"2|1005|c2|DE|NONE|ENTERQUEUE||x|1",
    ]
    assert [page.data_to for page in found] == [1005]


def test_a_log_that_is_being_packed_is_read_from_its_whole_copy(tmp_path: Path) -> None:
    """Gzip writes beside the log for minutes; a pull at that time must not fail."""
    log = tmp_path / "queue_log"
    (tmp_path / "queue_log.1").write_text(f"{ENTER}\n", encoding="utf-8")
    packed = gzip.compress(f"{ENTER}\n".encode())
    log.write_text(f"{CONNECT}\n", encoding="utf-8")
    for written in (0, 12, len(packed) - 4):
        (tmp_path / "queue_log.1.gz").write_bytes(packed[:written])
        assert lines_read(log)[0] == [ENTER, CONNECT]


def test_a_packed_log_that_breaks_off_is_named(tmp_path: Path) -> None:
    """Half an archive, silently taken for whole, is a day of calls less."""
    log = tmp_path / "queue_log"
    log.write_text(f"{CONNECT}\n", encoding="utf-8")
    packed = gzip.compress(f"{ENTER}\n".encode() + bytes(range(256)) * 400)
    (tmp_path / "queue_log.2.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(Unavailable, match=r"queue_log\.2\.gz is no sound gzip file"):
        lines_read(log)


def test_a_log_rotated_while_it_is_read_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between listing and reading another file can lie under the path; its offsets are not ours."""
    log, rotated = tmp_path / "queue_log", tmp_path / "queue_log.1"
    log.write_text(f"{ENTER}\n", encoding="utf-8")
    _, place = lines_read(log)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{CONNECT}\n")
    listed = files.log_files(log)
    log.rename(rotated)
    log.write_text("1020|c1|DE|Ada|COMPLETEAGENT|10|10|1\n" * 3, encoding="utf-8")
    answers = iter([listed])
    true = files.log_files
    monkeypatch.setattr(files, "log_files", lambda path, dated: next(answers, None) or true(path, dated))
    assert lines_read(log, place)[0] == [CONNECT, *["1020|c1|DE|Ada|COMPLETEAGENT|10|10|1"] * 3]


def test_a_log_emptied_by_echo_and_dated_names_are_told_apart(tmp_path: Path) -> None:
    """``echo > queue_log`` leaves an empty first line in each file; taken for one, all but one would be lost."""
    log = tmp_path / "queue_log"
    (tmp_path / "queue_log-2026-11-20").write_text("\n2|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    (tmp_path / "queue_log-2026-11-21").write_text("\n3|NONE|NONE|NONE|QUEUESTART|\n", encoding="utf-8")
    log.write_text("\n", encoding="utf-8")
    rows, place = lines_read(log)
    assert [row[:1] for row in rows] == ["2", "3"]
    with log.open("a", encoding="utf-8") as file:
        file.write("4|NONE|NONE|NONE|QUEUESTART|\n")
    assert lines_read(log, place)[0] == ["4|NONE|NONE|NONE|QUEUESTART|"]


def test_a_log_whose_head_was_cut_off_is_read_again(tmp_path: Path) -> None:
    """Its name is gone and its first line is older than our place: skipped, nothing new would ever come."""
    log = tmp_path / "queue_log"
    log.write_text(f"900|c0|DE|NONE|ENTERQUEUE||x|1\n{ENTER}\n", encoding="utf-8")
    _, place = lines_read(log)
    log.write_text(f"{ENTER}\n{CONNECT}\n", encoding="utf-8")
    assert lines_read(log, place)[0] == [ENTER, CONNECT]
    (again,) = fetch_queue_log(settings(log), Window(resume_at=place))
    assert [bytes(row)[:2] for row in again.rows] == [b"0|", b"0|"], "another count would double the events"


def test_a_missing_log_says_where_and_what_now(tmp_path: Path) -> None:
    """The path in the config is the first thing an admin gets wrong."""
    with pytest.raises(Unavailable, match=r"there is no log at .*Check the path"):
        lines_read(tmp_path / "queue_log")


@pytest.mark.parametrize("seed", range(12))
def test_a_log_rotated_in_any_way_while_it_is_read_gives_the_lines_of_the_whole(tmp_path: Path, seed: int) -> None:
    """Renamed or copied and emptied, packed at once or later, read at any of these moments."""
    dice = random.Random(seed)
    lines = [f"{1000 + n // 3}|c{n}|DE|NONE|ENTERQUEUE||x|1\n".encode() for n in range(400)]
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "queue_log").write_bytes(b"".join(lines))
    log, rows = tmp_path / "queue_log", list[bytes]()
    log.touch()
    place = None

    def read() -> None:
        nonlocal place
        for page in fetch_queue_log(settings(log), Window(resume_at=place)):
            rows.extend(bytes(row) for row in page.rows)
            place = page.resume_at

    for number, line in enumerate(lines):
        half = dice.randrange(len(line))
        for part in (line[:half], line[half:]):
            with log.open("ab") as file:
                file.write(part)
            if dice.random() < 0.05:
                read()
        if dice.random() < 0.05:
            rotated = tmp_path / f"queue_log-{20260000 + number}"
            if dice.random() < 0.5:
                log.rename(rotated)
            else:
                rotated.write_bytes(log.read_bytes())
                read()
                log.write_bytes(b"")
            packed = gzip.compress(rotated.read_bytes())
            rotated.with_name(f"{rotated.name}.gz").write_bytes(packed[: dice.randrange(len(packed))])
            read()
            rotated.with_name(f"{rotated.name}.gz").write_bytes(packed)
            rotated.unlink()
    read()
    (page,) = fetch_queue_log(settings(tmp_path / "whole" / "queue_log"), Window())
    assert rows == [bytes(row) for row in page.rows]
