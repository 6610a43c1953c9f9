"""Calls by the moment they began, in stretches that Aircall gives whole.

Of one question Aircall gives 10,000 rows, whatever their count: a longer stretch is halved until it holds fewer.
"""

from collections.abc import Iterator

import msgspec

from connectors import Api, Page, Refused, Stuck, Window
from connectors.aircall.paging import ListPage, Params, first_page, rest

CAP = 10_000
DAY_S = 86_400
# Aircall gives six months of calls; where exactly they begin is its own decision.
KEPT_S = 184 * DAY_S
MARGIN_S = 7 * DAY_S
PATH = "/v1/calls"
KEPT = "Aircall keeps six months of calls; older ones cannot be read any more"
# Links to what was said, open to whoever has them for an hour or three; never kept.
LINKS = ("recording", "asset", "recording_short_url", "voicemail_short_url")


class CallsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="calls")


class Begun(msgspec.Struct, gc=False):
    started_at: int


def fetch_calls(api: Api, window: Window) -> Iterator[Page]:
    """Calls that began in the window, oldest first, each with its contact and the choices made in the menu.

    Calls that were going on at the last pull began in what the stream reads again, and are finished by the next one.
    """
    kept_from = window.now_at - KEPT_S
    if window.until is not None and window.now_at and window.until <= kept_from:
        raise Refused(f"{KEPT}. Nothing to be had before them: shorten the backfill.", 400)
    asked_from = int(window.resume_at) if window.resume_at else window.since
    since = max(asked_from, kept_from - MARGIN_S)
    until = window.now_at + DAY_S if window.until is None else window.until
    reached = since
    for page in stretch(api, since, max(since, until)):
        begun = [at for raw in page.rows if (at := began_at(raw)) is not None]
        in_order = begun == sorted(begun) and bool(begun) and begun[0] >= reached
        moved = in_order and begun[-1] > reached
        reached = begun[-1] if moved else reached
        yield Page([without_links(raw) for raw in page.rows], resume_at=str(reached) if moved else None)
    note = KEPT if window.now_at and asked_from < kept_from else ""
    data_to = window.now_at if window.until is None else window.until
    yield Page((), data_to=data_to or None, last=True, note=note)


def stretch(api: Api, since: int, until: int) -> Iterator[ListPage]:
    """The pages of all calls that began from ``since`` to ``until``, both included."""
    for page in stretches(api, since, until):
        if page.rows:
            yield page
        yield from rest(api, PATH, CallsPage, page)


def stretches(api: Api, since: int, until: int) -> Iterator[ListPage]:
    """The first page of each stretch that holds fewer rows than the cap, oldest first; ends are in both neighbours."""
    left = [(since, until)]
    while left:
        begin, end = left.pop()
        asked: Params = {
            "from": begin,
            "to": end,
            "order": "asc",
            "fetch_contact": "true",
            "fetch_call_timeline": "true",
        }
        page = first_page(api, PATH, CallsPage, asked)
        if page.meta.total < CAP:
            yield page
            continue
        if end - begin <= 1:
            raise Stuck(f"Aircall has {page.meta.total} calls in one second and gives {CAP}; they cannot be read.")
        middle = (begin + end) // 2
        left += [(middle, end), (begin, middle)]


def began_at(raw: msgspec.Raw) -> int | None:
    """When a call began; None for a row that is none."""
    try:
        return msgspec.json.decode(raw, type=Begun).started_at
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def without_links(raw: msgspec.Raw) -> msgspec.Raw:
    """The row without links to recordings; of a voicemail it stays known that there is one."""
    try:
        row = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw
    for name in LINKS:
        row.pop(name, None)
    if "voicemail" in row:
        row["voicemail"] = msgspec.Raw(b"false" if bytes(row["voicemail"]) in (b"null", b'""') else b"true")
    return msgspec.Raw(msgspec.json.encode(row))
