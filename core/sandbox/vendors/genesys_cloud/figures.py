"""What the imitation adds up itself: half hours of queues, and presence with routing status of users."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.sandbox.vendors.genesys_cloud.scripts import QUEUES, USERS, presences
from core.sandbox.vendors.genesys_cloud.truth import DAY, Conversation, Session, iso

HALF_HOUR = 1_800_000
OF_A_QUEUE = frozenset({"nOffered", "tAnswered", "tAbandon", "tFlowOut", "tAcd"})


def aggregates(
    truth: Sequence[Conversation], body: Mapping[str, Any], begin: int, end: int
) -> dict[str, list[dict[str, Any]]]:
    """The answer to an aggregate query; metrics count in the half hour in which they were told."""
    by_queue = "queueId" in body.get("groupBy", ())
    width = HALF_HOUR if body.get("granularity") == "PT30M" else end - begin
    directions = {one["value"] for one in body.get("filter", {}).get("predicates", ())}
    sums: dict[tuple[str, str], dict[int, dict[str, list[float]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    )
    levels: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for session, queue in _sessions(truth):
        group = (queue if by_queue else "", session.medium)
        if directions and session.direction not in directions:
            continue
        for figure in session.figures:
            if not begin <= figure.at < end:
                continue
            slot = begin + (figure.at - begin) // width * width
            if figure.name in body["metrics"]:
                cell = sums[group][slot][figure.name]
                cell[0] += 1
                cell[1] += figure.value
            if figure.name in ("tAnswered", "tAbandon") and session.medium == "voice":
                level = levels[group][slot]
                level[0] += figure.name == "tAnswered" and figure.value <= (QUEUES[queue][1] or 20_000)
                level[1] += 1
    wants_level = "oServiceLevel" in body["metrics"]
    return {
        "results": [
            {
                "group": {"mediaType": medium, **({"queueId": queue} if queue else {})},
                "data": [
                    {
                        "interval": f"{iso(slot)}/{iso(min(end, slot + width))}",
                        "metrics": [
                            *(_metric(name, *cell) for name, cell in sorted(cells.items())),
                            *(_level(*levels[queue, medium][slot]) if wants_level else ()),
                        ],
                    }
                    for slot, cells in sorted(slots.items())
                ],
            }
            for (queue, medium), slots in sorted(sums.items())
        ]
    }


def _metric(name: str, count: float, total: float) -> dict[str, Any]:
    stats = {"count": int(count)} if name.startswith("n") else {"count": int(count), "sum": total}
    return {"metric": name, "stats": stats}


def _level(good: int, offered: int) -> Iterator[dict[str, Any]]:
    if offered:
        stats = {"ratio": good / offered, "numerator": good, "denominator": offered, "target": 0.8}
        yield {"metric": "oServiceLevel", "stats": stats}


def _sessions(truth: Sequence[Conversation]) -> Iterator[tuple[Session, str]]:
    """Sessions that belong to a queue's figures."""
    for conversation in truth:
        for session in conversation.sessions:
            queue = next((one.queue for one in session.segments if one.queue), None)
            if queue is not None:
                yield session, queue


def statuses(truth: Sequence[Conversation], begin: int, end: int, now: int) -> list[dict[str, Any]]:
    """Presence and routing status that touch an interval, whole and as far as they are known at a moment."""
    found = []
    for user in USERS:
        presence, routing = _timeline(truth, user, begin - DAY, min(end, now) + DAY)
        shown = {
            "userId": user,
            "primaryPresence": [
                _stretch("systemPresence", one, now) for one in presence if _touches(one, begin, end, now)
            ],
            "routingStatus": [_stretch("routingStatus", one, now) for one in routing if _touches(one, begin, end, now)],
        }
        if shown["primaryPresence"] or shown["routingStatus"]:
            found.append(shown)
    return found


Stretch = tuple[str, int, int]


def _touches(one: Stretch, begin: int, end: int, now: int) -> bool:
    return one[1] < min(end, now + 1) and one[2] > begin


def _stretch(name: str, one: Stretch, now: int) -> dict[str, Any]:
    word, begin, end = one
    return {"startTime": iso(begin), **({"endTime": iso(end)} if end <= now else {}), name: word}


def _timeline(truth: Sequence[Conversation], user: str, begin: int, end: int) -> tuple[list[Stretch], list[Stretch]]:
    busy = sorted(
        (min(one.begin for one in session.segments), max(one.end for one in session.segments))
        for conversation in truth
        for session in conversation.sessions
        if session.user == user and session.medium == "voice"
    )
    presence = [one for day in range(begin // DAY, end // DAY + 1) for one in presences(user, day)]
    routing: list[Stretch] = []
    for word, start, stop in presence:
        if word != "ON_QUEUE":
            routing.append(("OFF_QUEUE", start, stop))
            continue
        at = start
        for taken, left in busy:
            taken, left = max(taken, start), min(left, stop)  # noqa: PLW2901
            if taken >= left or taken < at:
                continue
            routing += [("IDLE", at, taken), ("INTERACTING", taken, left)]
            at = left
        routing.append(("IDLE", at, stop))
    return presence, [one for one in routing if one[1] < one[2]]
