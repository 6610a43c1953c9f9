"""Contacts as they end: SearchContacts lists them, DescribeContact tells the whole of each.

A contact is described when it is first listed, and once or twice more until its after-call work is in. The last quarter
of an hour is listed again at each pull, as contacts become visible late; what was described is not described again.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from connectors import Gone, Page, Refused, Tally, Window
from connectors.amazon_connect.files import fetch_files
from connectors.amazon_connect.service import Service, readable

# The longest time range that SearchContacts takes is eight weeks (Amazon Connect API reference, TimeRange).
SPAN_S = 28 * 86_400
OVERLAP_S = 900
# Contacts are kept for 24 months from their beginning; of the last day of that Connect may count a part.
KEPT_S = 729 * 86_400
# After-call work is looked for again so long after the end of a contact; then it is taken for none.
LOOKS_S = (600, 7200)
# Described between two commits: about as many seconds' work.
AT_ONCE = 10
# What begins a customer's call; the rest are transfers within one (and listeners).
BEGINNINGS = ["INBOUND", "OUTBOUND", "CALLBACK", "API", "EXTERNAL_OUTBOUND", "WEBRTC_API"]


class Summary(Struct, rename="pascal"):
    """What a list says of a contact."""

    id: str
    disconnect_timestamp: float | None = None


class SearchPage(Struct, rename="pascal"):
    """One page of SearchContacts."""

    contacts: list[msgspec.Raw]
    next_token: str | None = None
    total_count: int | None = None


class AgentWork(Struct, rename="pascal"):
    """Whether somebody took the contact, and is through with it."""

    connected_to_agent_timestamp: float | None = None
    after_contact_work_end_timestamp: float | None = None


class Described(Struct, rename="pascal"):
    """Of a described contact, what tells whether it is complete."""

    agent_info: AgentWork | None = None


class DescribePage(Struct, rename="pascal"):
    """The answer of DescribeContact."""

    contact: msgspec.Raw


class Place(Struct):
    """Where listing goes on: the moment, the contacts from then on that are described (with when they ended), and those
    to look at again (when they ended, how often they were looked at again)."""

    at: int
    done: dict[str, int] = {}
    again: dict[str, tuple[int, int]] = {}


def fetch_contacts(service: Service, window: Window) -> Iterator[Page]:
    """Pages of described contacts in the order of their end; or of the rows of contact record files."""
    if service.settings.records_path is not None:
        yield from fetch_files(service.settings.records_path, window.resume_at)
        return
    place = msgspec.json.decode(window.resume_at, type=Place) if window.resume_at else Place(window.since)
    until = window.now_at if window.until is None else window.until
    now_at = window.now_at
    due = [one for one, (ended_at, looks) in place.again.items() if now_at >= ended_at + LOOKS_S[looks]]
    for begin in range(0, len(due), AT_ONCE):
        rows = []
        for contact_id in due[begin : begin + AT_ONCE]:
            ended_at, looks = place.again.pop(contact_id)
            rows += _describe(service, contact_id, place, ended_at, _looked(ended_at, looks, now_at))
        yield Page(rows, resume_at=_text(place))
    while place.at < until:
        end = min(until, place.at + SPAN_S)
        yield from _listed(service, place, end, now_at)
        place.at = max(place.at, end - OVERLAP_S if end >= now_at else end)
        if end >= until:
            break
    yield Page((), resume_at=_text(place), data_to=until, last=True)


def _listed(service: Service, place: Place, end: int, now_at: int) -> Iterator[Page]:
    """Pages of what ended from the place on; it moves with them."""
    for page in _search(service, "DISCONNECT_TIMESTAMP", place.at, end):
        for begin in range(0, len(page.contacts), AT_ONCE):
            rows, seen = list[msgspec.Raw](), dict[str, int]()
            for raw in page.contacts[begin : begin + AT_ONCE]:
                summary = readable(raw, Summary)
                if summary is None:
                    rows.append(raw)
                    continue
                ended_at = int(summary.disconnect_timestamp or end)
                if summary.id not in place.done:
                    rows += _describe(service, summary.id, place, ended_at, _looked(ended_at, 0, now_at)) or [raw]
                seen[summary.id] = ended_at
            _move(place, seen, end)
            if rows:
                yield Page(rows, resume_at=_text(place))


def _move(place: Place, seen: dict[str, int], end: int) -> None:
    latest = min(max(seen.values(), default=place.at), end)
    place.at = max(place.at, latest - OVERLAP_S)
    # Those that ended before the place will not be listed again.
    place.done = {one: at for one, at in (place.done | seen).items() if at >= place.at}


def _looked(ended_at: int, looks: int, now_at: int) -> int | None:
    """How often the contact counts as looked at again, as of now; None when it is not to be looked at any more."""
    while looks < len(LOOKS_S) and now_at >= ended_at + LOOKS_S[looks]:
        looks += 1
    return looks if looks < len(LOOKS_S) else None


def _describe(service: Service, contact_id: str, place: Place, ended_at: int, looks: int | None) -> list[msgspec.Raw]:
    """The whole of a contact; none where it is gone (24 months after it began) or declined."""
    try:
        page = service.ask(
            "describe_contact", DescribePage, InstanceId=service.settings.instance_id, ContactId=contact_id
        )
    except Gone:
        return []
    except Refused as refused:
        if refused.status != 400:
            raise
        return []
    described = readable(page.contact, Described)
    work = described.agent_info if described is not None else None
    is_worked_on = work is not None and work.connected_to_agent_timestamp and not work.after_contact_work_end_timestamp
    if is_worked_on and looks is not None:
        place.again[contact_id] = (ended_at, looks)
    return [page.contact]


def _search(
    service: Service, moment: str, from_at: int, to_at: int, methods: Sequence[str] = (), most: int = 100
) -> Iterator[SearchPage]:
    criteria: dict[str, object] = {"Channels": ["VOICE"]}
    if methods:
        criteria["InitiationMethods"] = list(methods)
    return service.pages(
        "search_contacts",
        SearchPage,
        InstanceId=service.settings.instance_id,
        TimeRange={"Type": moment, "StartTime": from_at, "EndTime": to_at},
        SearchCriteria=criteria,
        Sort={"FieldName": moment, "Order": "ASCENDING"},
        MaxResults=most,
    )


def tallies(service: Service, window: Window) -> Iterator[Tally]:
    """How many calls Connect says began, four weeks at a time; what it keeps is two years long."""
    if service.api is None:
        return
    to_at = window.until or window.now_at or window.since + KEPT_S
    from_at = max(window.since, to_at - KEPT_S)
    while from_at < to_at:
        end = min(to_at, from_at + SPAN_S)
        # The vendor's ends are inclusive, ours are not.
        page = next(_search(service, "INITIATION_TIMESTAMP", from_at, end - 1, BEGINNINGS, most=1))
        if page.total_count is not None:
            yield Tally("calls begun", page.total_count, "calls", "arrived_at", from_at, end)
        from_at = end


def _text(place: Place) -> str:
    return msgspec.json.encode(place).decode()
