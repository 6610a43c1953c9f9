"""Presence and routing status become states that do not contradict each other."""

from collections.abc import Callable
from typing import Any

from connectors import AgentState, Context, Record, Window
from connectors.genesys_cloud.presence import UserStatusRow, fetch_status, normalise_status
from tests.connectors.genesys_cloud.conftest import DAY_S, fake

DAY = "2026-11-17T"


def stretch(name: str, word: str, begin: str, end: str | None, **more: str) -> dict[str, Any]:
    told = {"startTime": f"{DAY}{begin}.250Z", name: word, **more}
    return told | ({} if end is None else {"endTime": f"{DAY}{end}.750Z"})


def states(
    records: Callable[..., list[Record]], ctx: Context, presence: list[dict[str, Any]], routing: list[dict[str, Any]]
) -> list[tuple[str, str, int, int | None]]:
    row = {"userId": "u-1", "primaryPresence": presence, "routingStatus": routing}
    found = records(row, UserStatusRow, normalise_status, ctx)
    midnight = 1_794_873_600
    return [
        (one.state, one.category, one.from_at - midnight, None if one.to_at is None else one.to_at - midnight)
        for one in found
        if isinstance(one, AgentState)
    ]


def test_on_queue_the_routing_status_tells_and_off_queue_the_presence(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Idle time is paid time; a meal counted as idle would make occupancy look low."""
    found = states(
        records,
        context(),
        [
            stretch("systemPresence", "ON_QUEUE", "08:00:00", "12:00:00"),
            stretch("systemPresence", "MEAL", "12:00:00", "12:30:00"),
            stretch("systemPresence", "ON_QUEUE", "12:30:00", None),
        ],
        [
            stretch("routingStatus", "INTERACTING", "11:50:00", "12:05:00"),
            stretch("routingStatus", "IDLE", "07:59:59", "11:50:00"),
            stretch("routingStatus", "OFF_QUEUE", "12:05:00", "12:30:00"),
            stretch("routingStatus", "IDLE", "12:30:00", None),
        ],
    )
    assert found == [
        ("IDLE", "idle", 8 * 3600, 11 * 3600 + 3000),
        ("INTERACTING", "other_work", 11 * 3600 + 3000, 12 * 3600),
        ("MEAL", "break", 12 * 3600, 12 * 3600 + 1800),
        ("IDLE", "idle", 12 * 3600 + 1800, None),
    ]


def test_what_was_over_within_a_second_hides_nothing(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Logged in and straight on queue: both begin in one second, and the hour of waiting is the one that counts."""
    logged_in = {"startTime": f"{DAY}08:00:00.100Z", "endTime": f"{DAY}08:00:00.600Z", "systemPresence": "AVAILABLE"}
    on_queue = {"startTime": f"{DAY}08:00:00.600Z", "endTime": f"{DAY}09:00:00.000Z", "systemPresence": "ON_QUEUE"}
    alerted = {"startTime": f"{DAY}08:00:00.600Z", "endTime": f"{DAY}08:00:00.900Z", "routingStatus": "NOT_RESPONDING"}
    idle = {"startTime": f"{DAY}08:00:00.900Z", "routingStatus": "IDLE"}
    for presence in ([logged_in, on_queue], [on_queue, logged_in]):
        assert states(records, context(), presence, [idle, alerted]) == [("IDLE", "idle", 8 * 3600, 9 * 3600)]


def test_unknown_words_are_said_and_an_own_meaning_wins(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """An organisation's own presences are known by their id; a new word must not become idle time."""
    said: list[tuple[str, str]] = []
    ctx = context(
        warn=lambda kind, value: said.append((kind, value)), settings={"presences": {"p-7": "training", "BUSY": "acw"}}
    )
    found = states(
        records,
        ctx,
        [
            stretch("systemPresence", "AVAILABLE", "08:00:00", "09:00:00", organizationPresenceId="p-7"),
            stretch("systemPresence", "BUSY", "09:00:00", "10:00:00"),
            stretch("systemPresence", "DREAMING", "10:00:00", "11:00:00"),
            stretch("systemPresence", "ON_QUEUE", "11:00:00", "12:00:00"),
        ],
        [stretch("routingStatus", "LEVITATING", "11:00:00", "12:00:00")],
    )
    assert [state[1] for state in found] == ["training", "acw", "unknown", "unknown"]
    assert said == [("presence", "DREAMING"), ("routing status", "LEVITATING")]


def test_weeks_are_read_page_by_page_and_kept_when_whole() -> None:
    """A week cut short by a crash is read again; users on a second page are not left out."""

    def answer(_: str, __: str, body: Any) -> Any:
        number = body["paging"]["pageNumber"]
        return {"totalHits": 3, "userDetails": [{"userId": str(number)}] if number < 4 else []}

    api = fake(answer)
    now = 1_795_000_000
    pages = list(fetch_status(api, Window(since=now - 10 * DAY_S, now_at=now)))
    assert [page.data_to for page in pages] == [None, None, now - 3 * DAY_S, None, None, now]
