"""A mapping from their columns to our fields: what it can say, and what it is told when it does not fit."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors import Finding
from connectors.csv_folder.check import check
from connectors.csv_folder.settings import CsvFolderSettings
from tests.connectors.csv_folder.conftest import Folder, errors, lines


def test_columns_words_units_and_values(folder: Folder) -> None:
    """A list of a PBX that nobody has heard of, in its own words."""
    folder.rule(
        "pbx*",
        "calls",
        time_zone="Asia/Tokyo",
        decimal=",",
        leave_out={"Typ": ["intern", "Test"]},
        columns={
            "id": {"columns": ["Tag", "Nr"]},
            "direction": {"value": "inbound"},
            "arrived_at": {"date": "Tag", "time": "Sek"},
            "outcome": {"column": "Ende", "words": {"sprach": "answered", "legte auf": "abandoned"}},
            "queue_id": {"column": "Linie", "default": "Zentrale"},
            "agent_id": {"column": "Platz", "empty": ["0"]},
            "wait_s": {"column": "Warten", "unit": "min"},
            "talk": "Dauer",
        },
    )
    folder.write(
        "pbx.csv",
        lines(
            "Tag;Nr;Sek;Typ;Linie;Platz;Ende;Warten;Dauer",
            "20.11.2026;1;36000;extern;;12;Sprach;0,5;3:20",
            "20.11.2026;2;36060;extern;Störung;0;legte auf;1,25;",
            "20.11.2026;3;36100;TEST;;;;;",
        ),
    )
    assert (folder.pull().outcome, folder.aside()) == ("ok", [])
    at = 1_795_136_400
    assert folder.rows("calls", "native_id", "arrived_at", "outcome", "talk_s") == [
        ("20.11.2026-1", at, "answered", 200), ("20.11.2026-2", at + 60, "abandoned", None),
    ]  # fmt: skip
    assert folder.rows("call_legs", "queue_uid", "agent_uid", "wait_s", "outcome") == [
        ("files:Störung", None, 75, "abandoned"), ("files:Zentrale", "files:12", 30, "answered"),
    ]  # fmt: skip


def test_a_mapping_that_does_not_fit_names_key_file_and_columns(folder: Folder) -> None:
    """The vendor renamed a column: who reads the message must know which key to change to what."""
    folder.rule("shifts*", "shifts", columns={"agent_id": "Employee", "day_on": "Day"})
    folder.rule("costs*", "costs")
    folder.write("shifts.csv", lines("Employe,Day,Hours", "Ada,2026-11-20,8"))
    folder.write("costs.csv", lines("month,category,amount,currency", "2026-10,rent,7,EUR"))
    folder.write("costs 2.csv", lines("month,category,sum", "2026-10,rent,7"))
    result = folder.pull()
    assert result.outcome == "config"
    (message,) = errors(result)
    assert (
        'files.1.columns.agent_id: shifts.csv has no column "Employee". Did you mean "Employe"? '
        "Its columns: Employe, Day, Hours."
    ) in message
    assert (
        "files.2: costs need amount_minor, and costs 2.csv has no column of that name (amount_minor or amount)"
        in message
    )
    assert folder.rows("costs", "amount_minor") == [(700,)]
    folder.write("shifts.csv", lines("Employee,Day,Hours", "Ada,2026-11-20,8"))
    folder.write("costs 2.csv", lines("month,category,amount,currency", "2026-09,rent,8,EUR"))
    assert (folder.pull().outcome, folder.rows("shifts", "agent_uid")) == ("ok", [("files:Ada",)])


def test_a_file_of_which_nothing_fits_is_not_swallowed(folder: Folder) -> None:
    """A wrong unit sets every row aside: that is a wrong mapping, and the file is read again when it is mended."""
    folder.rule("calls*", "calls", columns={"talk_s": {"column": "talk", "unit": "mm:ss"}})
    folder.write("calls.csv", lines("id,arrived_at,talk", *(f"{n},2026-11-20 10:00,{n}" for n in range(30))))
    folder.write("calls 2.csv", lines("id,arrived_at,talk", "later,2026-11-20 10:00,3:20"), age_s=1)
    (message,) = errors(folder.pull())
    assert message.startswith(
        "files.1: none of the first 20 rows can be read. calls.csv line 21: talk_s is not written"
    )
    assert "talk_s is not written as mm:ss" in message
    assert folder.rows("calls", "native_id") == [("later",)]
    folder.files[0] = {"match": "calls*", "as": "calls"}
    folder.pull()
    assert folder.rows("calls", "count(*)", "max(talk_s)") == [(31, 200)]


def rule(**given: Any) -> dict[str, Any]:
    return {"match": "x*", "as": "calls", **given}


def after(field: str) -> dict[str, str]:
    return {"column": "x", "after": field}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([rule(columns={"talk_time": "x"})], 'calls have no field talk_time. Did you mean "talk_s"?'),
        ([{"match": "x*", "as": "call"}], 'Did you mean "calls"?'),
        ([rule(columns={"talk_s": {"column": "x", "unit": "hours"}})], "should be one of days"),
        ([rule(columns={"id": {"column": "x", "value": "y"}})], "should have one of column, columns, date with time"),
        ([rule(columns={"arrived_at": {"date": "x"}})], "should have both date and time"),
        ([rule(columns={"ended_at": {"column": "x", "after": "arrived"}})], "ended_at: after names arrived"),
        (
            [rule(columns={"arrived_at": "a", "answered_at": after("arrived_at"), "ended_at": after("answered_at")})],
            "after should name a field that has no after itself",
        ),
        ([rule(encoding="utf9")], "encoding should be one such as utf-8"),
        ([rule(time_zone="Berlin")], 'should be a time zone such as "Europe/Berlin"'),
        ([rule(whole=True)], "whole cannot be said of calls"),
        ([rule(), rule()], "two entries of files have the same match and as"),
        ([rule(decimal=";")], "String should match pattern"),
        (
            [{"match": "a", "as": "shifts", "whole": True}, {"match": "b", "as": "shifts"}],
            "whole should be said of all files with shifts, or of none",
        ),
    ],
)
def test_a_mistake_in_the_config_is_told_before_any_file_is_opened(files: list[Any], said: str) -> None:
    """Half the work of an import is its mapping; each mistake names its way out."""
    with pytest.raises(ValidationError) as told:
        CsvFolderSettings(path=Path("x"), files=files)
    assert said in str(told.value)


def test_unknown_words_are_said_and_not_guessed(folder: Folder) -> None:
    """A new status of the vendor's is not open, and not a reason to lose the ticket."""
    folder.rule("t*", "tickets")
    folder.write(
        "t.csv", lines("id,created_at,status,channel,priority,is_spam", "1,2026-11-20,snoozed,pigeon,P1,perhaps")
    )
    result = folder.pull()
    assert folder.rows("tickets", "status", "status_category", "channel", "priority", "is_spam") == [
        ("snoozed", "other", "other", None, None)
    ]
    note = result.streams[0].note
    assert all(f"unknown {kind} '{word}'" in note for kind, word in (("status", "snoozed"), ("priority", "P1")))


def test_columns_are_found_whatever_case_and_blanks_they_have(folder: Folder) -> None:
    """A head of capitals and blanks is the same head: nobody sees the difference in a spreadsheet."""
    folder.write("calls.csv", lines('ID,"Arrived At ",Wait S', "1,2026-11-20,5"))
    folder.pull()
    assert folder.rows("calls", "native_id", "total_wait_s") == [("1", None)]


def test_what_the_mapping_does_not_name_never_leaves_the_file(folder: Folder) -> None:
    """A salary list beside the shifts is none of our business, not even in rows set aside."""
    folder.rule("s*", "shifts")
    folder.write("s.csv", lines("agent,day,salary_secret", "Ada,2026-11-20,SECRET1", "Li,never,SECRET2", "a,b"))
    folder.pull(raw="full")
    said = "\n".join(folder.db.iterdump())
    assert "SECRET" not in said
    assert len(folder.aside()) == 2


def test_a_file_says_its_name_and_date(folder: Folder) -> None:
    """Reports of a day often have no date inside."""
    folder.rule("ivr*", "ivr", columns={"day_on": "file.date", "item": "Menu", "sessions": "Calls"})
    folder.write("ivr_20261119.csv", lines("Menu,Calls", "balance,7"))
    folder.write("ivr 18.11.2026.csv", lines("Menu,Calls", "balance,6"))
    assert folder.pull().outcome == "ok"
    assert folder.rows("self_service_days", "day_on", "sessions") == [("2026-11-18", 6), ("2026-11-19", 7)]


def test_check_says_what_is_missing(folder: Folder) -> None:
    """Before the first night's run an admin sees which file does not fit, and which one nobody reads."""
    folder.rule("shifts*", "shifts", columns={"agent_id": "Employee"})
    folder.rule("costs*", "costs")
    folder.write("shifts.csv", lines("Employe,day", "Ada,2026-11-20"))
    folder.write("notes.csv", "x\n")
    found = {one.what: one for one in check(folder.settings)}
    assert not found["shifts.csv as shifts"].ok
    assert 'Did you mean "Employe"?' in found["shifts.csv as shifts"].advice
    assert found["files.2: costs*"].advice == "No file has that name yet."
    assert found["files that no entry matches"] == Finding("files that no entry matches", True, "Not read: notes.csv.")


def test_check_reads_the_first_rows(folder: Folder) -> None:
    """A wrong unit or form of dates fits every head; it must not be found out by an empty report in the morning."""
    folder.rule("calls*", "calls", columns={"talk_s": {"column": "talk", "unit": "hh:mm:ss"}})
    head = "id,arrived_at,talk"
    folder.write("calls bad.csv", lines(head, "1,2026-11-20 10:00,90", "2,2026-11-20 10:00,200"))
    folder.write("calls some.csv", lines(head, *("1,2026-11-20 10:00,0:01:30",) * 3, "2,2026-11-20 10:00,200"))
    folder.write("calls head.csv", lines(head))
    folder.write("calls empty.csv", "")
    found = {one.what.removesuffix(" as calls"): (one.ok, one.advice) for one in check(folder.settings)}
    bad = "cannot be read: calls {} line {}: talk_s is not written as hh:mm:ss."
    assert found["calls bad.csv"] == (False, f"2 of its first 2 rows {bad.format('bad.csv', 2)}")
    assert found["calls some.csv"] == (True, f"1 of its first 4 rows {bad.format('some.csv', 5)}")
    assert found["calls head.csv"] == found["calls empty.csv"] == (True, "It has no rows yet.")


def test_check_names_columns_and_files_that_nobody_reads(folder: Folder) -> None:
    """A misspelt column or file of our own forms is passed over in silence by every run."""
    folder.write("nps.csv", lines("custmer,rated_at,score,page", "k,2026-11-20,9,3"))
    found = {one.what: one for one in check(folder.settings)}
    assert (found["nps.csv as nps"].ok, found["nps.csv as nps"].advice) == (True, "Columns not read: custmer, page.")
    (folder.path / "nps.csv").rename(folder.path / "promoters.csv")
    (other,) = (one for one in check(folder.settings) if not one.ok)
    assert other.advice == (
        "Not read: promoters.csv. Begin their names with a kind of rows, such as costs, or name them in files."
    )


def test_two_entries_with_one_pattern_both_read_the_file(folder: Folder) -> None:
    """A survey asks for satisfaction and for recommendation in one sheet; each bad answer is its own."""
    columns = {"id": "Nr", "rated_at": "Date"}
    folder.rule("survey*.csv", "csat", columns=columns | {"score": "Satisfied"})
    folder.rule("survey*.csv", "nps", columns=columns | {"score": "Recommends"})
    folder.rule("*.csv", "costs")
    rows = ("1,2026-11-20,5,9", "2,2026-11-20,6,6", "3,2026-11-20,,")
    folder.write("survey.csv", lines("Nr,Date,Satisfied,Recommends", *rows[:2]))
    assert folder.pull().outcome == "ok"
    found = folder.rows("surveys", "native_id", "kind", "score_raw")
    assert found == [("csat-1", "csat", "5"), ("nps-1", "nps", "9"), ("nps-2", "nps", "6")]
    assert [name for name, _ in folder.aside()] == ["survey.csv:3:csat"]
    folder.write("survey.csv", lines("Nr,Date,Satisfied,Recommends", "1,2026-11-20,5,9", "2,2026-11-20,4,6"))
    folder.pull()
    assert (len(folder.rows("surveys", "1")), folder.aside()) == (4, [])


def test_answers_of_two_tools_with_the_same_numbers_are_two(folder: Folder) -> None:
    """Each tool counts its answers from 1, and a sheet with several questions has one number."""
    folder.write("csat.csv", lines("id,rated_at,score", "1,2026-11-20,5"))
    folder.write("nps.csv", lines("id,rated_at,score", "1,2026-11-20,9"))
    head = "id,kind,question_key,rated_at,score"
    folder.write("surveys.csv", lines(head, "2,csat,fast,2026-11-20,1", "2,csat,friendly,2026-11-20,2", "2,csat,,,"))
    folder.pull()
    assert folder.rows("surveys", "native_id", "question_key") == [
        ("csat-1", "overall"), ("csat-fast-2", "fast"), ("csat-friendly-2", "friendly"), ("nps-1", "overall"),
    ]  # fmt: skip


def test_a_folder_that_is_not_there_is_said(folder: Folder) -> None:
    """A share that is not mounted is tried again, and nothing is marked as gone."""
    folder.path.rmdir()
    result = folder.pull()
    assert result.outcome == "unavailable"
    assert "there is no folder" in errors(result)[0]
