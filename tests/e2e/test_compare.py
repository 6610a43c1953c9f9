"""Whether the numbers are the vendor's, whether all rows are here, and what the report says of both."""

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from core.store.checks import kept_checks
from core.store.db import open_store
from tests.e2e.desk import Desk


def told(desk: Desk, verb: str, *given: str) -> tuple[int, Any]:
    done = desk.sync(verb, "--json", *given)
    return done.code, json.loads(done.out)


def figures(found: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(line["figure"], line["mode"]): line for line in found["figures"]}


def test_every_difference_from_zendesk_has_a_reason(desk: Desk) -> None:
    """An ops lead who finds another number in Explore wants the rule, not a shrug."""
    desk.run()
    code, found = told(desk, "reconcile", "--from", "2026-11-09")
    assert code == 0
    (verdict,) = found["verdicts"]
    assert verdict["source"] == "zd-main"
    assert verdict["unexplained"] == 0
    assert verdict["compared"] > 300
    lines = figures(found)
    assert lines["reopens", "calendar"]["causes"] == {}
    assert "agent_opened" in lines["reply_time", "calendar"]["causes"]
    assert lines["reply_time", "calendar"]["equal"] > 0.8 * lines["reply_time", "calendar"]["compared"]
    for line in lines.values():
        assert line["equal"] + sum(line["causes"].values()) == line["compared"]


def test_a_number_of_ours_that_is_wrong_is_found(desk: Desk) -> None:
    """A comparison that cannot fail proves nothing."""
    desk.run()
    desk.change("update ticket_facts set frt_s = frt_s + 3600 where frt_s is not null and handled_by = 'human'")
    code, found = told(desk, "reconcile", "--from", "2026-11-09")
    assert code == 3
    assert figures(found)["reply_time", "calendar"]["causes"]["unexplained"] > 10
    shown = desk.sync("reconcile", "--from", "2026-11-09").out
    assert "no rule explains it" in shown
    assert "zd-main" in shown


def test_a_whole_store_passes_the_audit(desk: Desk) -> None:
    """What is complete must not cry wolf."""
    desk.run()
    code, found = told(desk, "audit")
    assert code == 0, found
    by_source = {one["source"]: one for one in found}
    counts = [line for line in by_source["zd-main"]["lines"] if line["what"] == "count"]
    assert [line["ours"] == line["vendor"] for line in counts] == [True]
    assert "nothing missing" in by_source["zd-main"]["verdict"]


def test_tickets_that_are_missing_are_counted(desk: Desk) -> None:
    """A stream that lost rows is found by the vendor's own count, and by the messages that lack their ticket."""
    desk.run()
    desk.change("delete from tickets where cast(native_id as integer) % 5 = 0")
    code, found = told(desk, "audit", "--source", "zd-main")
    assert code == 3
    wrong = {line["what"] for line in found[0]["lines"] if line["ok"] is False}
    assert {"count", "orphans"} <= wrong
    assert "sync.py backfill" in found[0]["verdict"]


def test_an_audit_without_the_vendor_says_so(desk: Desk) -> None:
    """The vendor is down: what can be seen in the store is still told, and its counts are not taken for zero."""
    desk.run()
    desk.zendesk.fail("status", status=404, path="/search/count")
    code, found = told(desk, "audit", "--source", "zd-main")
    counts = [line for line in found[0]["lines"] if line["what"] == "count"]
    assert [line["ok"] for line in counts] == [None]
    assert "could not be asked" in counts[0]["says"]
    assert code == 0


def test_the_report_tells_what_the_comparison_came_to(desk: Desk) -> None:
    """Trust is shown where the number is read, without a word too many."""
    desk.add_report()
    desk.run()
    with closing(open_store(desk.store)) as db:
        checks = {(check.source, check.kind): check for check in kept_checks(db)}
    assert checks["zd-main", "audit"].ok
    assert checks["zd-main", "reconcile"].summary["compared"] > 100
    text = desk.sync("report", "--format", "text").out
    assert "as many as there" in text
    assert "the rest is explained" in text
