"""What agents do, from their event stream and from looking at each pull."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.sandbox.vendors.amazon_connect import AmazonConnectSandbox
from tests.connectors.amazon_connect.conftest import AT, instant, pull, spec

ARN = "arn:aws:connect:x:1:instance/i/agent/u-1"


def event(at: float, status: str = "Available", kind: str = "STATE_CHANGE", **more: Any) -> dict[str, Any]:
    """An event of the stream; ``contact`` is the state of a call, ``type`` that of the status."""
    contact = more.get("contact")
    held = {
        "ContactId": "c7", "InitialContactId": "c1", "Channel": "VOICE", "State": contact,
        "Queue": {"ARN": "arn:x/queue/q-1", "Name": "Orders"},
    }  # fmt: skip
    types = {"Available": "ROUTABLE", "Offline": "OFFLINE"}
    return {
        "EventId": more.get("id", f"e{at}"), "EventType": kind, "EventTimestamp": instant(at), "AgentARN": ARN,
        "Version": "2017-10-01",
        "CurrentAgentSnapshot": {
            "AgentStatus": {"Name": status, "Type": types.get(status, "CUSTOM"), "StartTimestamp": instant(at)},
            "Configuration": {"Username": "ana"}, "Contacts": [held] if contact else [],
        },
    }  # fmt: skip


def states(db: sqlite3.Connection) -> list[tuple[str, int, int | None]]:
    rows = db.execute("select category, from_at, to_at from agent_states order by from_at")
    return [(row[0], row[1] - AT, None if row[2] is None else row[2] - AT) for row in rows]


def test_a_shift_in_states(db: sqlite3.Connection, folder: Callable[..., Path]) -> None:
    """Occupancy is made of these: ringing, talk, hold, after-call work, idle, break."""
    path = folder(
        "a",
        event(0, kind="LOGIN"),
        event(100, contact="CONNECTING"),
        event(105, contact="CONNECTED"),
        event(160, contact="CONNECTED_ONHOLD"),
        event(180, contact="CONNECTED"),
        event(200, contact="ENDED"),
        event(230),
        event(230, kind="HEART_BEAT", id="h1"),
        event(350, kind="HEART_BEAT"),
        event(400, "Lunch"),
        event(700, "Offline", kind="LOGOUT"),
    )
    pull(db, spec(records_path=path, agent_events_path=path))
    assert states(db) == [
        ("idle", 0, 100), ("ringing", 100, 105), ("talk", 105, 160), ("hold", 160, 180), ("talk", 180, 200),
        ("acw", 200, 230), ("idle", 230, 400), ("break", 400, 700),
    ]  # fmt: skip
    found = db.execute("select distinct call_uid, queue_uid from agent_states where category = 'talk'").fetchall()
    assert [tuple(row) for row in found] == [("ac:c1", "ac:q-1")]


def test_events_delivered_twice_and_late_change_nothing(db: sqlite3.Connection, folder: Callable[..., Path]) -> None:
    """At least once, in any order: idle time would be counted twice."""
    one, two, three = event(0, kind="LOGIN"), event(50, "Training"), event(90, "Offline", kind="LOGOUT")
    path = folder("a", one, three, one)
    source = spec(records_path=path, agent_events_path=path)
    pull(db, source)
    folder("b", two, three)
    pull(db, source)
    assert states(db) == [("idle", 0, 50), ("training", 50, 90)]


def test_long_silence_is_unknown_not_idle(db: sqlite3.Connection, folder: Callable[..., Path]) -> None:
    """With the stream cut off for a night, an agent would have idled sixteen hours."""
    path = folder("a", event(0, kind="LOGIN"), event(120, kind="HEART_BEAT"), event(50_000, kind="LOGIN"))
    pull(db, spec(records_path=path, agent_events_path=path))
    assert states(db) == [("idle", 0, 120), ("idle", 50_000, None)]


def test_a_status_means_what_the_admin_says(db: sqlite3.Connection, folder: Callable[..., Path]) -> None:
    """Every house names its own statuses; one that nobody knows is unknown and is said."""
    path = folder("a", event(0, "Mittag"), event(10, "Sport"), event(20, "Offline", kind="LOGOUT"))
    result = pull(db, spec(records_path=path, agent_events_path=path, agent_statuses={"Mittag": "break"}))
    assert [state[0] for state in states(db)] == ["break", "unknown"]
    assert any("Sport" in one.note for one in result.streams)


def test_looking_at_each_pull_makes_a_history(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """Without an event stream, states are dated by Connect's own moments and marked as seen by looking."""
    source = spec(**vendor.settings())
    pull(db, source, vendor.now_at)
    first = db.execute("select count(*) from agent_states").fetchone()[0]
    pull(db, source, vendor.now_at)
    assert db.execute("select count(*) from agent_states").fetchone()[0] == first
    vendor.change()
    pull(db, source, vendor.now_at)
    rows = db.execute("select distinct precision from agent_states").fetchall()
    assert [row[0] for row in rows] == ["poll"]
    assert db.execute("select count(*) from agent_states where to_at is not null").fetchone()[0]


def test_a_night_without_looking_is_unknown(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """The daemon stood still over night: whoever was available in the evening has not idled till morning."""
    source = spec(**vendor.settings())
    pull(db, source, vendor.now_at)
    begun = db.execute("select agent_uid, from_at, category from agent_states where to_at is null").fetchall()
    looked_at = vendor.now_at + 1_200
    vendor.now_at = looked_at
    pull(db, source, vendor.now_at)
    vendor.now_at += 15 * 3600
    pull(db, source, vendor.now_at)
    assert len(begun) > 5
    for agent, from_at, _ in begun:
        row = db.execute("select to_at from agent_states where agent_uid = ? and from_at = ?", (agent, from_at))
        assert row.fetchone()[0] == looked_at
    assert db.execute("select max(to_at - from_at) from agent_states").fetchone()[0] < 2 * 3600


def test_who_is_no_longer_told_of_is_logged_out(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """Connect leaves out who is offline; their last state would never end."""
    source = spec(**vendor.settings())
    pull(db, source, vendor.now_at)
    assert db.execute("select count(*) from agent_states where agent_uid = 'ac:u-8'").fetchone()[0] == 1
    vendor.now_at += 600
    vendor.users = [*(one for one in vendor.users if one != "u-8"), "u-8"]
    pull(db, source, vendor.now_at)
    row = db.execute("select to_at from agent_states where agent_uid = 'ac:u-8'").fetchone()
    assert row[0] == vendor.now_at
