"""Rows that move, change and arrive late while they are read, and rows that no sane vendor sends."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from core.sandbox.web import Reply, Request
from core.sandbox.zendesk import ZendeskSandbox
from tests.e2e.desk import Desk, Rows, assert_same, assert_true, dump, without_plans

DAY_S = 86_400


def each_row(
    zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch, path: str, edit: Callable[[dict[str, Any]], None]
) -> None:
    """From now on each row of an address is edited before it is sent."""
    handle = zendesk.handle

    def edited(request: Request) -> Reply:
        reply = handle(request)
        if request.path.endswith(path) and reply.page:
            page = json.loads(msgspec.json.encode(reply.page))
            for row in next(rows for rows in page.values() if isinstance(rows, list)):
                edit(row)
            reply.page = page
        return reply

    monkeypatch.setattr(zendesk, "handle", edited)


def test_rows_that_change_and_move_while_they_are_read_end_as_they_are(
    desk: Desk, whole: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust 29, 31, 32: a busy desk changes between two pages; the last version wins, deletions too."""
    monkeypatch.setattr("connectors.zendesk.paging.PER_EXPORT", 30)
    until = desk.world.until
    early = desk.at(until - DAY_S)

    handle = early.zendesk.handle

    def time_passes(request: Request) -> Reply:
        early.zendesk.now_at = min(until, early.zendesk.now_at + 900)
        return handle(request)

    monkeypatch.setattr(early.zendesk, "handle", time_passes)
    early.run()
    late = early.at(until)
    late.run()
    assert late.run().exit_code == 0
    found = dump(late)
    assert_true(late)
    assert_same({name: found[name] for name in ("tickets", "ticket_events", "messages", "calls")}, whole)
    gone = "select count(*) from ticket_facts f join tickets t on t.uid = f.ticket_uid where t.deleted_at is not null"
    assert late.ask(f"{gone} and f.exclusion_reason is null") == [(0,)] != late.ask(gone)


def test_polls_in_the_very_second_of_a_change_miss_nothing(desk: Desk, whole: Rows) -> None:
    """Trust 33, 35, 39: what shares a second with the last row read, or was held back a minute, comes later."""
    audits = desk.world.audits
    for place, after_s in ((40, 0), (41, 1), (60, 59), (61, 60), (90, 61)):
        moment = audits[len(audits) * place // 100].at + after_s
        assert desk.at(moment).run().exit_code == 0
    last = desk.at(desk.world.until)
    assert last.run().exit_code == 0
    found = dump(last)
    assert last.sync("rebuild").code == 0
    assert_same(dump(last), found)
    # The figures of a ticket that was deleted later are kept.
    del found["source_metrics"]
    assert_same(without_plans(found), without_plans(whole))


def test_a_call_that_ends_after_it_was_read_is_finished_by_the_next_run(desk: Desk) -> None:
    """Trust 36: half a call would count as a caller lost."""
    call = next(one for one in reversed(desk.world.calls) if one.legs[0].agent and one.legs[0].talk_s > 60)
    during = desk.at(call.legs[0].answered_at + 20)
    during.run()
    sql = "select ended_at, outcome from calls where native_id = ?"
    assert during.ask(sql, call.id)[0][0] is None
    after = during.at(desk.world.until)
    after.run()
    assert after.ask(sql, call.id)[0] == (call.legs[-1].ended_at, "answered")
    assert_true(after)


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    """A desk whose ticket export holds what no sane vendor sends, between rows that are right."""
    desk.zendesk.fail("hostile", path="/incremental/tickets", times=1)
    return desk


def test_hostile_rows_cost_only_themselves(hostile: Desk, whole: Rows) -> None:
    """Trust 43 to 54: what can be kept is kept, the rest is set aside, counted and shown; sane rows lose nothing."""
    done = hostile.sync("run", "-q")
    assert done.code == 0
    rejected = hostile.ask("select native_id, reason from rejected_rows")
    assert 3 < len(rejected) < 12
    assert f"{len(rejected)} set aside" in done.out
    found, sane = dump(hostile), {row[0] for row in whole["tickets"]}
    assert [row for row in found["tickets"] if row[0] in sane] == whole["tickets"]
    assert set(whole["ticket_events"]) <= set(found["ticket_events"])
    kept = {row[1] for row in found["tickets"]}
    assert str(2**53 + 1) in kept | {name for name, _ in rejected}
    assert str(2**53) not in kept
    assert "Traceback" not in done.out + done.err


def test_a_word_that_nobody_knows_is_kept_as_it_is_and_said_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust 44: a new status or channel must neither stop the run nor pass for another."""

    def strange(row: dict[str, Any]) -> None:
        if row["id"] in three:
            row |= {"status": "frozen", "custom_status_id": None, "from_messaging_channel": False}
            row["via"] = {"channel": "carrier_pigeon"}

    three = {ticket.id for ticket in desk.world.tickets[:3]}
    each_row(desk.zendesk, monkeypatch, "/incremental/tickets/cursor.json", strange)
    done = desk.sync("run")
    assert done.code == 0
    for word in ("frozen", "carrier_pigeon"):
        assert len([line for line in done.err.splitlines() if "unknown_word" in line and word in line]) == 1
        assert len([line for line in done.out.splitlines() if f"'{word}' (3)" in line]) == 1
        assert word in desk.sync("status").out
    strange_ones = "select distinct status, status_category, channel, via_detail from tickets where status = 'frozen'"
    assert desk.ask(strange_ones) == [("frozen", "other", "other", "carrier_pigeon")]
    desk.change("update stream_state set resume_at = null, data_to_at = null where stream = 'tickets'")
    assert "unknown_word" not in desk.sync("run").err


def test_rows_set_aside_are_seen_in_status_doctor_and_report(hostile: Desk) -> None:
    """Trust 52: nobody reads a log; a number that lacks rows has to say so where it is read."""
    hostile.add_report()
    assert hostile.sync("run", "-q").code == 0
    count = len(hostile.ask("select 1 from rejected_rows"))
    status = json.loads(hostile.sync("status", "--json").out)
    assert sum(line["rows"] for line in status["rejected"]) == count
    (line,) = (line for line in status["streams"] if line["stream"] == "tickets")
    assert line["rejected"] == count
    doctor = hostile.sync("doctor")
    assert doctor.code == 3
    assert "set aside" in doctor.out
    (root,) = hostile.slack.roots()
    html = (hostile.folder / "reports" / "daily-2026-11-20.html").read_text(encoding="utf-8")
    for shown in (json.dumps([root.text, root.blocks], ensure_ascii=False), html):
        assert f"{count} rows" in shown


def test_hostile_names_are_neutral_wherever_they_are_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust 47: a team's name is read by browsers, Slack, spreadsheets and terminals."""
    names = iter(NAMES)

    def renamed(row: dict[str, Any]) -> None:
        row["name"] = next(names)

    each_row(desk.zendesk, monkeypatch, "/groups.json", renamed)
    desk.add_report()
    assert desk.run().exit_code == 0
    assert {row[0] for row in desk.ask("select name from teams")} == set(NAMES)
    html, text = (
        (desk.folder / f"reports/daily-2026-11-20.{end}").read_text(encoding="utf-8") for end in ("html", "txt")
    )
    export = desk.sync("export", "tickets").out
    shown = desk.sync(
        "kpi", "show", "tickets_created", "--by", "team", "--from", "2026-11-09", "--to", "2026-11-20"
    ).out
    assert "<script>alert" not in html
    assert not {"\x1b", "\u202e"} & {*text, *export, *shown, *html}
    assert "'=HYPERLINK" in export
    assert "=HYPERLINK" in shown
    assert not [said for post in desk.slack.messages for said in parsed(post.text, post.blocks) if "<!" in said]


NAMES = ("<script>alert(1)</script>", "<!channel> <@U123>", '=HYPERLINK("http://127.0.0.1:9","x")',
         "\x1b[31mred\x1b[0m\u202egnirts")  # fmt: skip


def parsed(text: str, blocks: Any) -> list[str]:
    """The texts of a message in which Slack looks for mentions: its fallback text and every mrkdwn."""
    if isinstance(blocks, dict):
        own = [str(blocks["text"])] if blocks.get("type") == "mrkdwn" else []
        return [text, *own, *parsed(text, list(blocks.values()))]
    return [said for item in blocks for said in parsed(text, item)] if isinstance(blocks, list) else [text]


def test_a_day_without_anything_has_no_rate(desk: Desk) -> None:
    """Trust 79: 0 % on a quiet Sunday would look like a disaster, 100 % like a triumph."""
    desk.run()
    for metric in ("csat", "service_level", "abandon_rate"):
        shown = json.loads(desk.sync("kpi", "show", metric, "--day", "2026-11-15", "--json").out)
        assert {answer["value"] for answer in shown["variants"].values()} == {None}
    report = desk.sync("report", "--day", "2026-11-15")
    assert report.code == 0
    assert "0 %" not in report.out.replace("\u202f", " ")
