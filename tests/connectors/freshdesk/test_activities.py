"""The daily export of activities: which days are asked for, and what a row of it tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from connectors import BadRow, Context, Gone, NotAllowed, Record, TicketEvent, Window, utc
from connectors.freshdesk.activities import ActivityRow, fetch_activities, named, normalise_activity

NOW = utc("2026-01-10T06:00:00Z")
LOOKUPS = {"statuses": {"2": "Open", "4": "Resolved", "8": "Parked"}, "groups": {"Billing": "502"}}
Made = Callable[..., list[Record]]
Ctx = Callable[..., Context]


@dataclass
class Exporting:
    """Has a file for some days; ``asked``: days in order."""

    days: set[str]
    asked: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def get(self, path: str, type: Any, *, params: Mapping[str, Any]) -> Any:  # noqa: A002
        day = params["created_at"]
        self.asked.append(day)
        if day not in self.days:
            raise Gone("fd: no such thing", 404)
        body = {"export": [{"url": f"https://s3.amazonaws.com/{day}-{part}.json"} for part in (1, 2)]}
        return msgspec.json.decode(msgspec.json.encode(body), type=type)

    def download(self, url: str, type: Any) -> Any:  # noqa: A002
        self.fetched.append(url.rpartition("/")[2])
        row = {"ticket_id": 7, "performed_at": "05-01-2026 09:25:00 +0000"}
        return msgspec.json.decode(msgspec.json.encode({"activities_data": [row]}), type=type)


def days(first: int, last: int) -> set[str]:
    return {f"2026-01-{number:02}" for number in range(first, last + 1)}


def test_without_an_export_it_is_said_after_two_requests() -> None:
    """Most accounts have none; the stream is skipped for a day and the admin told what is estimated instead."""
    api: Any = Exporting(set())
    with pytest.raises(NotAllowed, match="Account exports"):
        list(fetch_activities(api, Window(since=0, now_at=NOW)))
    assert api.asked == ["2026-01-09", "2026-01-08"]


def test_one_file_may_be_named_alone() -> None:
    """Public clients know the place of a day's file as a list and as a single one."""

    class Alone(Exporting):
        def get(self, path: str, type: Any, *, params: Mapping[str, Any]) -> Any:  # noqa: A002
            self.asked.append(params["created_at"])
            return msgspec.json.decode(b'{"export": {"url": "https://s3.amazonaws.com/day.json"}}', type=type)

    api: Any = Alone(set())
    (page,) = fetch_activities(api, Window(resume_at="2026-01-09T00:00:00Z", now_at=NOW))
    assert (len(page.rows), api.fetched) == (1, ["day.json"])


def test_every_day_that_is_over_is_read_once() -> None:
    """Days before the export was switched on have no file, and today's is not there yet."""
    api: Any = Exporting(days(4, 9))
    pages = list(fetch_activities(api, Window(since=utc("2026-01-01T00:00:00Z"), now_at=NOW)))
    assert [len(page.rows) for page in pages] == [0, 0, 0, 2, 2, 2, 2, 2, 2]
    assert (pages[-1].resume_at, pages[-1].last) == ("2026-01-10T00:00:00Z", True)
    api.asked.clear()
    assert list(fetch_activities(api, Window(resume_at=pages[-1].resume_at, now_at=NOW))) == []
    assert api.asked == []
    assert "2026-01-04-2.json" in api.fetched


def test_a_late_file_is_waited_for_and_a_missing_one_is_not() -> None:
    """The file of a night may come at noon; one that is three days late does not come at all."""
    api: Any = Exporting(days(1, 8))
    window = Window(resume_at="2026-01-08T00:00:00Z", now_at=NOW)
    (page,) = fetch_activities(api, window)
    assert page.resume_at == "2026-01-09T00:00:00Z"
    assert list(fetch_activities(api, Window(resume_at=page.resume_at, now_at=NOW))) == []
    api.days = {"2026-01-09"}
    found = list(fetch_activities(api, Window(resume_at="2026-01-05T00:00:00Z", now_at=NOW)))
    assert [one.resume_at for one in found] == ["2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"]


def test_rows_are_known_by_what_they_say() -> None:
    """They have no ids: a file that is read again must not double a history, two equal rows must not become one."""
    one = {"ticket_id": 7, "performed_at": "05-01-2026 09:25:00 +0000", "activity": {"status": "Open"}}
    raws = [msgspec.Raw(msgspec.json.encode(row)) for row in (one, {**one, "activity": {"group": "Billing"}}, one)]
    found = [msgspec.json.decode(raw, type=ActivityRow) for raw in named(raws)]
    assert len({row.id for row in found}) == 3
    assert [row.place for row in found] == [0, 1, 2]
    assert [row.id for row in found] == [msgspec.json.decode(raw)["id"] for raw in named(raws)]


def told(records: Made, ctx: Context, **activity: Any) -> list[TicketEvent]:
    who = {"performer_type": activity.pop("performer_type", "user"), "performer_id": activity.pop("performer_id", 9)}
    row = {"ticket_id": 7, "performed_at": "05-01-2026 10:25:00 +0100", **who, "activity": activity}
    found = records({"id": "a", "place": 1, "activity": row}, ActivityRow, normalise_activity, ctx)
    return [one for one in found if isinstance(one, TicketEvent)]


@pytest.mark.parametrize(
    ("activity", "kind", "value"),
    [
        ({"status": "Resolved"}, "status", "solved"),
        ({"status": "resolved"}, "status", "solved"),
        ({"status": 4}, "status", "solved"),
        ({"group": "Billing"}, "team", "502"),
        ({"group_id": 502}, "team", "502"),
        ({"agent_id": 9001}, "assignee", "9001"),
        ({"priority": "Medium"}, "priority", "normal"),
        ({"new_ticket": True, "status": "Open"}, "created", "open"),
        ({"spam": True}, "spam", None),
        ({"spam": False}, "unspam", None),
        ({"deleted": True}, "delete", None),
        ({"deleted": False}, "restore", None),
    ],
)
def test_what_an_activity_tells(records: Made, context: Ctx, activity: dict[str, Any], kind: str, value: Any) -> None:
    """Names stand where ids would be; a day's file is in the account's own zone."""
    (one,) = told(records, context(lookups=LOOKUPS), **activity)
    assert (one.kind, one.new_value, one.precision) == (kind, value, "exact")
    assert (one.happened_at, one.actor_id, one.actor_kind) == (utc("2026-01-05T09:25:00Z"), "9", "unknown")


def test_several_changes_at_once_keep_their_order(records: Made, context: Ctx) -> None:
    """A rule that routes and reopens does both in one activity."""
    found = told(records, context(lookups=LOOKUPS), automation={"rule": "Route"}, status="Open", group="Billing")
    assert [(one.kind, one.actor_kind) for one in found] == [("status", "automation"), ("team", "automation")]
    assert found[0].seq < found[1].seq
    assert len({one.id for one in found}) == 2


def test_words_that_nobody_knows_are_said(records: Made, context: Ctx) -> None:
    """Trap 29: a group that was renamed since, a status that was removed."""
    said: list[tuple[str, str]] = []
    ctx = context(lookups=LOOKUPS, warn=lambda kind, value: said.append((kind, value)))
    found = told(records, ctx, status="Waiting room", group="Old name")
    assert [one.new_value for one in found] == ["other", None]
    assert said == [("status", "Waiting room"), ("group", "Old name")]


def test_the_usual_names_are_known_without_the_account_s_list(records: Made, context: Ctx) -> None:
    """A key that may not read the fields: "Open" as a word that nobody knows would leave no ticket ever solved."""
    words = ("Open", "Pending", "Resolved", "Closed", "Waiting on Customer", "Waiting for Third Party")
    found = [told(records, context(), status=word)[0].new_value for word in words]
    assert found == ["open", "pending", "solved", "closed", "pending", "hold"]
    (own,) = told(records, context(statuses={"Waiting for Customer": "hold"}), status="Waiting for Customer")
    assert own.new_value == "hold"


def test_an_activity_of_words_tells_no_change(records: Made, context: Ctx) -> None:
    """Notes and mails come with the conversations."""
    assert told(records, context(), note={"id": 1, "type": 4}, send_email={"agent_ids": [9]}) == []


def test_the_system_s_deeds_are_the_system_s(records: Made, context: Ctx) -> None:
    """Nobody's touch, and nobody's handover."""
    (one,) = told(records, context(lookups=LOOKUPS), performer_type="system", performer_id=None, status="Open")
    assert (one.actor_id, one.actor_kind) == (None, "system")


@pytest.mark.parametrize("moment", ["yesterday", "05-01-2026 10:25:00", "2026-01-05 10:25:00"])
def test_a_moment_without_a_zone_is_set_aside(records: Made, context: Ctx, moment: str) -> None:
    """A guessed zone would put a night's work into the day."""
    row = {"id": "a", "place": 0, "activity": {"ticket_id": 7, "performed_at": moment}}
    with pytest.raises(BadRow):
        records(row, ActivityRow, normalise_activity, context())
