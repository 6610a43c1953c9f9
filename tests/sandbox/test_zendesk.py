"""The imitation Zendesk pages, withholds, remembers and refuses as the vendor does."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx

from core.sandbox import account
from core.sandbox.asof import as_of
from core.sandbox.hours import local_at
from core.sandbox.limits import Limits
from core.sandbox.servers import serve_zendesk
from core.sandbox.world import World
from core.sandbox.zendesk import OAUTH_TOKEN, ZendeskSandbox

Export = Callable[[str, str], list[list[dict[str, Any]]]]
TICKETS = "/incremental/tickets/cursor.json?start_time=0&include=metric_sets&per_page=200"
EVENTS = "/incremental/ticket_events.json?start_time=0&include=comment_events&per_page=300"


def test_cursor_export_gives_every_ticket_once(world: World, export: Export) -> None:
    """What the export leaves out can never be counted."""
    rows = [row for page in export(TICKETS, "tickets") for row in page]
    stamps = [row["generated_timestamp"] for row in rows]
    newest = {ticket.id for ticket in world.tickets if ticket.audits[-1].at >= world.until - 62}
    assert stamps == sorted(stamps)
    assert len(rows) == len({row["id"] for row in rows})
    assert {ticket.id for ticket in world.tickets} - {row["id"] for row in rows} <= newest
    assert all(row["metric_set"]["ticket_id"] == row["id"] for row in rows)


def test_the_last_page_still_has_a_cursor(client: httpx.Client, zendesk: ZendeskSandbox) -> None:
    """A reader that goes by the link alone turns for ever; one that keeps the cursor sees the next change."""
    last = client.get(f"/incremental/tickets/cursor.json?start_time={zendesk.now_at - 3_600}").json()
    assert last["end_of_stream"] is True
    assert last["after_url"]
    again = client.get(last["after_url"]).json()
    assert (again["tickets"], again["end_of_stream"]) == ([], True)


def test_event_export_repeats_its_border_and_loses_nothing(world: World, export: Export) -> None:
    """A page ends in the middle of a second; the rest of it must come with the next."""
    pages = export(EVENTS, "ticket_events")
    seen = [row["id"] for page in pages for row in page]
    expected = {audit.id for audit in world.audits if audit.at <= world.until - 60}
    assert set(seen) == expected
    assert len(seen) > len(expected)
    assert all(before[-1]["timestamp"] == after[0]["timestamp"] for before, after in pairwise(pages))


def test_nothing_of_the_last_minute_is_shown(world: World, zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """A local clock as bookmark would skip what is withheld now and shown later."""
    audit = world.audits[len(world.audits) // 2]
    address = f"/incremental/ticket_events.json?start_time={audit.at - 600}"
    zendesk.now_at = audit.at + 30
    assert audit.id not in {row["id"] for row in client.get(address).json()["ticket_events"]}
    zendesk.now_at = audit.at + 90
    assert audit.id in {row["id"] for row in client.get(address).json()["ticket_events"]}
    refused = client.get(f"/incremental/ticket_events.json?start_time={zendesk.now_at}")
    assert refused.status_code == 422


def test_tickets_change_as_the_clock_goes_on(world: World, zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """Tests of updates need a vendor whose rows are not today's from the start."""
    ticket = next(ticket for ticket in world.tickets if ticket.kind == "mail" and len(ticket.audits) > 5)
    zendesk.now_at = ticket.created_at
    assert client.get(f"/tickets/{ticket.id}").json()["ticket"]["status"] == "new"
    zendesk.now_at = ticket.created_at - 1
    assert client.get(f"/tickets/{ticket.id}").status_code == 404
    zendesk.now_at = world.until
    assert client.get(f"/tickets/{ticket.id}").json()["ticket"]["status"] == "closed"


def test_a_system_change_moves_the_stamp_and_not_the_update(world: World, client: httpx.Client) -> None:
    """Whoever filters by updated_at keeps the stale row."""
    ticket = next(one for one in world.tickets if any(quiet.field == "organization_id" for quiet in one.quiet))
    stamp = ticket.quiet[0].at
    rows = client.get(f"/incremental/tickets/cursor.json?start_time={stamp}").json()["tickets"]
    row = next(row for row in rows if row["id"] == ticket.id)
    assert row["generated_timestamp"] == stamp
    assert row["updated_at"] < "2026-11-20"
    assert row["organization_id"] == ticket.quiet[0].value


def test_a_deleted_ticket_is_exported_bare_and_its_audits_are_gone(world: World, client: httpx.Client) -> None:
    """Audits of a deleted ticket answer 404, which must not stop a run."""
    gone = next(
        ticket for ticket in world.tickets if (state := as_of(world, ticket, world.until)) and state.status == "deleted"
    )
    at = gone.audits[-1].at
    rows = client.get(f"/incremental/tickets/cursor.json?start_time={at}").json()["tickets"]
    row = next(row for row in rows if row["id"] == gone.id)
    assert (row["status"], row["group_id"]) == ("deleted", None)
    assert client.get(f"/tickets/{gone.id}/audits").status_code == 404


def test_audits_and_events_tell_the_same(world: World, client: httpx.Client, export: Export) -> None:
    """Two forms of one history may not differ."""
    ticket = next(ticket for ticket in world.tickets if ticket.kind == "mail" and len(ticket.audits) > 6)
    audits = client.get(f"/tickets/{ticket.id}/audits.json?page[size]=100").json()["audits"]
    events = {
        row["id"]: row for page in export(EVENTS, "ticket_events") for row in page if row["ticket_id"] == ticket.id
    }
    assert [audit["id"] for audit in audits] == sorted(events)
    for audit in audits:
        told = [event["value"] for event in audit["events"] if event.get("field_name") == "status"]
        assert told == [child["status"] for child in events[audit["id"]]["child_events"] if "status" in child]


def test_open_tickets_can_be_searched(world: World, client: httpx.Client) -> None:
    """A first load takes the open ones first, whatever their age."""
    found, address = [], "/search/export.json?filter[type]=ticket&query=status<solved&page[size]=10"
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["links"]["next"] if page["meta"]["has_more"] else ""
    states = [as_of(world, ticket, world.until) for ticket in world.tickets]
    unsolved = [state.ticket.id for state in states if state and state.status in ("new", "open", "pending", "hold")]
    assert found == unsolved
    assert client.get("/search/count?query=status<solved").json()["count"] == len(unsolved)


def test_only_one_survey_model_is_active(world: World) -> None:
    """An account has the legacy ratings or the newer surveys; asking for the other is not a failure of the run."""
    for model, status in (("legacy", (200, 404)), ("guide", (403, 200))):
        with serve_zendesk(world, surveys=model) as server, httpx.Client(trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {OAUTH_TOKEN}"
            places = ("satisfaction_ratings", "guide/survey_responses")
            answers = [client.get(f"{server.url}/api/v2/{place}.json?page[size]=100") for place in places]
            assert tuple(answer.status_code for answer in answers) == status


def test_ratings_are_one_row_from_offer_to_answer(world: World, client: httpx.Client) -> None:
    """The response rate needs the silent ones."""
    rows, address = [], "/satisfaction_ratings.json?page[size]=100"
    while address:
        page = client.get(address).json()
        rows += page["satisfaction_ratings"]
        address = page["links"]["next"] if page["meta"]["has_more"] else ""
    assert len(rows) == len({row["ticket_id"] for row in rows})
    assert {row["score"] for row in rows} == {"good", "bad", "offered"}
    assert all(row["updated_at"] > row["created_at"] for row in rows if row["score"] != "offered")


def test_only_todays_schedule_is_told(world: World, zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """The change of hours and the added holiday have to be seen when they happen, or never."""
    address = f"/business_hours/schedules/{account.SCHEDULE_SUPPORT}/holidays"
    zendesk.now_at = local_at(world.story.team_day_told_on) - 1
    before = client.get(address).json()["holidays"]
    zendesk.now_at = world.until
    after = client.get(address).json()["holidays"]
    assert len(after) == len(before) + 1
    assert client.get("/business_hours/schedules").json()["schedules"][0]["time_zone"] == "Berlin"


def test_a_wrong_key_is_refused(client: httpx.Client) -> None:
    """A reader must meet 401 as it would at the vendor."""
    assert client.get("/users/me.json", auth=("bot@lumo.example/token", "wrong")).status_code == 401
    assert client.get("/users/me.json", auth=None).status_code == 401


def test_limits_are_counted_and_told(world: World) -> None:
    """Pacing by the vendor's headers can only be tried against headers."""
    limits = Limits(account=5, incremental=2, window_s=60)
    with serve_zendesk(world, limits=limits) as server, httpx.Client(trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {OAUTH_TOKEN}"
        asked = [client.get(f"{server.url}/api/v2/incremental/organizations.json?start_time=0") for _ in range(3)]
        assert [answer.status_code for answer in asked] == [200, 200, 429]
        assert 1 <= int(asked[2].headers["Retry-After"]) <= 60
        assert [answer.headers["ratelimit-remaining"] for answer in asked] == ["4", "3", "2"]
        assert asked[0].headers["X-Rate-Limit"] == "5"
        others = [client.get(f"{server.url}/api/v2/groups").status_code for _ in range(3)]
        assert others == [200, 200, 429]
