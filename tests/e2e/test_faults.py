"""Vendors that break, lie and stall in the middle of a run: it says so, keeps what it has, and ends at the truth."""

from typing import Any

import pytest

from tests.e2e.desk import Desk, Rows, assert_same, assert_true, dump, streams, without_plans

DAY_S = 86_400
TICKETS = "/incremental/tickets"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many requests from a small world."""
    monkeypatch.setattr("connectors.zendesk.paging.PER_EXPORT", 60)


@pytest.mark.usefixtures("small_pages")
def test_every_tenth_answer_spoilt_while_rows_change_comes_to_the_truth(desk: Desk, whole: Rows) -> None:
    """Trust 22: what a vendor's bad day does to a pull must not be seen in the numbers."""
    for kind, more in (("status", {"status": 429, "retry_after": "1"}), ("status", {"status": 503}), ("reset", {}),
                       ("cut", {}), ("cut_off", {})):  # fmt: skip
        desk.zendesk.fail(kind, share=0.02, **more)
    codes = [desk.at(desk.world.until - days * DAY_S).run().exit_code for days in (10, 7, 5, 2, 1, 0)]
    struck = sum(fault.struck for fault in desk.zendesk.faults)
    assert struck > len(desk.zendesk.log) / 20
    assert codes == [0] * 6
    found = dump(desk)
    # The figures of a ticket that was deleted later are kept.
    del found["source_metrics"]
    assert_same(without_plans(found), without_plans(whole))
    assert_true(desk)


@pytest.mark.parametrize(
    ("case", "fault", "status", "words"),
    [
        ("7 vendor down", {"kind": "status", "status": 503}, "failed", ""),
        ("27 cursor repeats", {"kind": "same_cursor", "path": TICKETS}, "failed", "does not move"),
        ("28 empty for ever", {"kind": "empty_forever", "path": TICKETS}, "failed", ""),
        ("38 paging keys missing", {"kind": "missing_paging", "path": TICKETS}, "failed", ""),
        ("40 stuck on a second", {"kind": "stuck", "path": "/incremental/ticket_events"}, "failed", ""),
    ],
)
def test_a_stream_that_fails_is_named_and_made_up_for(
    desk: Desk, whole: Rows, case: str, fault: dict[str, Any], status: str, words: str
) -> None:
    """The rest is read, the exit code says that something is missing, and the next run brings it."""
    desk.zendesk.fail(**fault)
    result = desk.run()
    assert result.exit_code == 3, case
    path = str(fault.get("path", ""))
    broken = {TICKETS: "tickets", "/incremental/ticket_events": "ticket_events"}.get(path)
    if broken:
        assert {name for name, one in streams(result).items() if one.status == status} == {broken}
        assert words in str(streams(result)[broken].error)
    assert streams(result, "pbx")["queue_log"].status == "ok"
    assert len(desk.zendesk.requests(path)) < 60
    desk.zendesk.heal()
    assert desk.run().exit_code == 0
    if "empty" not in case:
        # Rows that a vendor withholds while it moves its own cursor past them are beyond anybody's care.
        assert_same(dump(desk), whole)


@pytest.mark.usefixtures("small_pages")
def test_the_key_is_refused_in_the_middle(desk: Desk, whole: Rows) -> None:
    """Trust 23: no storm of requests that locks the account; what came before is kept; the credential is named."""
    desk.zendesk.fail("status", status=401, after=12)
    done = desk.sync("run", "-q")
    assert done.code == 3
    assert "token" in done.out
    assert sum(one.status == 401 for one in desk.zendesk.log) <= 2
    assert desk.ask("select count(*) from agents")[0][0] > 0
    assert "Traceback" not in done.out + done.err
    assert desk.sync("run", "-q", "--source", "zd-main").code == 4
    desk.zendesk.heal()
    assert desk.run().exit_code == 0
    assert_same(dump(desk), whole)


def test_a_stream_that_the_plan_does_not_allow_is_left_out_in_plain_sight(desk: Desk) -> None:
    """Trust 24: one missing permission must not cost the other numbers, nor be forgotten."""
    desk.zendesk.fail("status", status=403, path="/satisfaction_ratings")
    result = desk.run()
    told = streams(result)
    assert (result.exit_code, told["satisfaction_ratings"].status, told["tickets"].status) == (0, "skipped", "ok")
    said = [line for line in desk.sync("status").out.splitlines() if "satisfaction_ratings" in line]
    assert "skipped" in said[0]
    assert "403" in said[1]
    assert_true(desk)


def test_every_source_offline_is_another_exit_code(desk: Desk) -> None:
    """Whoever watches the exit code tells a broken key from a broken network."""
    desk.zendesk.fail("status", status=503)
    assert desk.sync("run", "-q", "--source", "zd-main").code == 5


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_comes_twice_counts_once(desk: Desk, whole: Rows) -> None:
    """Trust 26."""
    for path in ("/users", "/tickets"):
        desk.zendesk.fail("twice", path=f"/incremental{path}", times=1)
    assert desk.run().exit_code == 0
    assert_same(dump(desk), whole)


@pytest.mark.parametrize("cursor", ["no-such-cursor", "MTc5NTAwMDAwMC4wfHw5OTk5OTk5OTl8"])
def test_a_cursor_that_expired_is_replaced_by_time(desk: Desk, whole: Rows, cursor: str) -> None:
    """Trust 37: a store that was switched off for months goes on by itself, and says from where."""
    desk.run()
    desk.change("update stream_state set resume_at = ? where stream = 'tickets'", cursor)
    desk.zendesk.fail("status", status=422, path=TICKETS, times=1)
    result = desk.run()
    assert result.exit_code == 0
    assert "no longer knew" in streams(result)["tickets"].note
    assert_same(dump(desk), whole)


def test_a_place_in_the_future_is_not_believed(desk: Desk, whole: Rows) -> None:
    """Trust 41: a clock that was wrong for an hour must not make a desk look idle for good."""
    desk.run()
    desk.change("update stream_state set data_to_at = 32472144000, resume_at = null")
    desk.change("delete from tickets where native_id in (select native_id from tickets limit 20)")
    result = desk.run()
    assert result.exit_code == 0
    assert "future" in streams(result)["tickets"].note
    assert_true(desk)


def test_one_vendor_down_leaves_a_report_that_says_so(desk: Desk) -> None:
    """Trust 7: numbers of half the data, shown as if they were all, would be worse than none."""
    assert desk.at(desk.world.until - 3 * DAY_S).run().exit_code == 0
    now = desk.at(desk.world.until)
    now.add_report()
    now.zendesk.fail("status", status=502)
    assert now.run().exit_code == 3
    (root,) = now.slack.roots()
    assert "Zendesk has data only to Wed 18 Nov" in root.text
    assert len(now.ask("select uid from calls where ended_at is not null")) == len(now.world.calls)
