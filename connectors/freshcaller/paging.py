"""Freshcaller's lists: numbered pages, for calls within a stretch of time by the moment of their creation.

A stretch is halved until it has few pages, so that no list grows under our hands for long. Within a stretch rows can
move to later pages while new calls come; they never move to earlier ones, so nothing is skipped, only seen twice.
"""

from collections.abc import Iterator, Mapping

import msgspec

from connectors import Api, BadRow, Gone, NotAllowed, Page, Unavailable, Window, utc
from connectors.freshcaller.steps import Step

DAY_S = 86_400
PER_PAGE = 1000
MOST_PAGES = 10
# Calls become visible up to so much later, and their figures are created after them.
LAG_S = 1800
OF_A_RECORDING = frozenset({"duration", "duration_unit"})
# Moments of the vendor's may be rounded, and its zone mistaken for ours.
SLACK_S = DAY_S


class Meta(msgspec.Struct):
    total_pages: int
    current: int | None = None
    total_count: int | None = None


class ListPage(msgspec.Struct, kw_only=True):
    """A page of a list; subclasses name the list."""

    rows: list[msgspec.Raw]
    meta: Meta | None = None


class CallsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="calls")


class MetricsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="call_metrics")


class Dated(msgspec.Struct):
    created_time: str | None = None


class OfCall(msgspec.Struct):
    call_id: int | None = None


class Identified(msgspec.Struct):
    id: int | None = None


def by_page(api: Api, path: str, form: type[ListPage]) -> Iterator[ListPage]:
    """The pages of a list that has no times; one without page numbers came whole."""
    number, pages = 1, 1
    while number <= pages:
        page = api.get(path, form, params={"per_page": PER_PAGE, "page": number})
        pages = page.meta.total_pages if page.meta is not None else 1
        yield page
        number += 1


def by_creation(api: Api, window: Window) -> Iterator[Page]:
    """Calls by the moment of their creation, each with its figures, stretch by stretch from the oldest on.

    A place is ``moment|page``: the stretch that begins there, and which of its pages is next.
    """
    end_at = window.now_at if window.until is None else min(window.until, window.now_at)
    at, number = place_of(window)
    length = max(1, end_at - at)
    while at < end_at:
        to_at = min(at + length, end_at)
        page = stretch(api, CallsPage, "/calls", at, to_at, number)
        if page.meta.total_pages > MOST_PAGES and to_at - at > DAY_S:
            length, number = (to_at - at) // 2, 1
            continue
        figures, note = figures_of(api, at, to_at)
        newest = 0
        while True:
            newest = max(newest, newest_in(page.rows, at, to_at))
            over = number >= page.meta.total_pages
            following = f"{to_at}|1" if over else f"{at}|{number + 1}"
            known_to = min(newest, window.now_at - LAG_S) if newest else None
            yield Page(
                [joined(raw, figures) for raw in page.rows],
                resume_at=following,
                data_to=known_to,
                last=over and to_at >= end_at,
                note=note,
            )
            if over:
                break
            number += 1
            page = stretch(api, CallsPage, "/calls", at, to_at, number)
        at, number, length = to_at, 1, length * 2


class Stretch(msgspec.Struct):
    """A page of a stretch of time, sure to tell how many there are."""

    rows: list[msgspec.Raw]
    meta: Meta


def place_of(window: Window) -> tuple[int, int]:
    """(where the next stretch begins, which of its pages is next)."""
    if window.resume_at is None:
        return window.since, 1
    moment, _, number = window.resume_at.partition("|")
    return int(moment), int(number or 1)


def stretch(api: Api, form: type[ListPage], path: str, from_at: int, to_at: int, number: int) -> Stretch:
    """One page of a stretch of time; both ends are included."""
    between = {"by_time[from]": moment(from_at), "by_time[to]": moment(to_at)}
    # Without has_ancestry the calls that transfers begin are left out; the figures alone do not tell of waiting.
    more = {"has_ancestry": "true"} if form is CallsPage else {"include": "life_cycle"}
    page = api.get(path, form, params={**between, **more, "per_page": PER_PAGE, "page": number})
    if page.meta is None:
        raise Unavailable(f"Freshcaller's {path} does not tell how many pages there are; tried again at the next run.")
    return Stretch(page.rows, page.meta)


def figures_of(api: Api, from_at: int, to_at: int) -> tuple[Mapping[int, msgspec.Raw], str]:
    """Freshcaller's figures of the calls of a stretch by the call's id; none, and why, where they are refused."""
    found: dict[int, msgspec.Raw] = {}
    number, pages = 1, 1
    while number <= pages:
        try:
            page = stretch(api, MetricsPage, "/call_metrics", from_at, to_at + LAG_S, number)
        except (NotAllowed, Gone) as refused:
            return {}, f"without figures of calls (wait, hold, after-call work): {refused.message}"
        for raw in page.rows:
            try:
                call = msgspec.json.decode(raw, type=OfCall).call_id
            except msgspec.ValidationError:
                continue
            if call is not None:
                found[call] = raw
        pages, number = page.meta.total_pages, number + 1
    return found, ""


def joined(raw: msgspec.Raw, figures: Mapping[int, msgspec.Raw]) -> msgspec.Raw:
    """A call with its figures under ``metrics``, if it has any, and without the address of its recording."""
    try:
        native = msgspec.json.decode(raw, type=Identified).id
        row = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return raw
    if native is not None and native in figures:
        row["metrics"] = with_steps(figures[native])
    # Whoever has the address can listen, so it is in no row that is kept, whole ones included.
    if "recording" in row:
        row["recording"] = without_address(row["recording"])
    return msgspec.Raw(msgspec.json.encode(row))


def with_steps(metrics: msgspec.Raw) -> msgspec.Raw:
    """Figures with the words and moments of the call's steps; without steps where these have another form."""
    row = msgspec.json.decode(metrics, type=dict[str, msgspec.Raw])
    try:
        steps = msgspec.json.decode(row.pop("life_cycle", b"[]"), type=list[Step] | None) or []
    except msgspec.DecodeError:
        steps = []
    return msgspec.Raw(msgspec.json.encode({**row, "life_cycle": steps}))


def without_address(recording: msgspec.Raw) -> msgspec.Raw:
    """What is known of a recording but for where it is; null where that cannot be told apart."""
    try:
        told = msgspec.json.decode(recording, type=dict[str, msgspec.Raw] | None) or {}
    except msgspec.DecodeError:
        told = {}
    kept = {name: value for name, value in told.items() if name in OF_A_RECORDING}
    return msgspec.Raw(msgspec.json.encode(kept or None))


def newest_in(rows: list[msgspec.Raw], from_at: int, to_at: int) -> int:
    """The latest creation in a page; Unavailable where every call of it lies outside the time asked for."""
    moments = []
    for raw in rows:
        try:
            told = msgspec.json.decode(raw, type=Dated).created_time
            moments += [utc(told)] if told else []
        except (msgspec.ValidationError, BadRow):
            continue
    within = [at for at in moments if from_at - SLACK_S <= at <= to_at + SLACK_S]
    if moments and not within:
        raise Unavailable(
            "Freshcaller answered with calls from outside the time asked for, so its list cannot be read in stretches; "
            "tried again at the next run. If this stays, ask Freshworks whether /calls obeys by_time."
        )
    return max(within, default=0)


def moment(at: int) -> str:
    """A moment as Freshcaller asks for it."""
    return Window(since=at).since_iso
