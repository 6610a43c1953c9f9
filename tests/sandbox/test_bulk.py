"""The large account is complete, consistent and the same at each reading."""

import json
from collections import Counter
from typing import Any

import httpx

from core.sandbox.bulk import EVENTS, GAP_S, Bulk


def test_every_ticket_and_event_comes() -> None:
    """A benchmark over half the rows measures nothing."""
    server = Bulk(2_500, days=2)
    server.start()
    tickets: list[dict[str, Any]] = []
    events: dict[int, dict[str, Any]] = {}
    with httpx.Client(base_url=f"{server.url}/api/v2", trust_env=False) as client:
        address, more = "/incremental/tickets/cursor.json?start_time=0&include=metric_sets", True
        while more:
            page = client.get(address).json()
            tickets += page["tickets"]
            address, more = page["after_url"], not page["end_of_stream"]
        address, more = "/incremental/ticket_events.json?start_time=0&include=comment_events", True
        while more:
            page = client.get(address).json()
            events |= {row["id"]: row for row in page["ticket_events"]}
            address, more = page["next_page"], not page["end_of_stream"]
        assert client.get("/slas/policies.json").json()["sla_policies"] == []
    server.stop()
    assert [ticket["id"] for ticket in tickets] == list(range(1, 2_501))
    assert Counter(event["ticket_id"] for event in events.values()) == dict.fromkeys(range(1, 2_501), EVENTS)
    assert 3_000 < len(json.dumps(tickets[7], separators=(",", ":"))) < 4_200
    first = min((event for event in events.values() if event["ticket_id"] == 8), key=lambda event: event["timestamp"])
    assert first["created_at"] == tickets[7]["created_at"]
    assert tickets[7]["generated_timestamp"] == first["timestamp"] + GAP_S[-1] + 1
