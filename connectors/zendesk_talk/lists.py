"""Small lists: our telephone numbers, names of groups, and what Talk has counted today."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from connectors import (
    Api,
    Context,
    Gone,
    Line,
    NotAllowed,
    Page,
    Personal,
    Record,
    SourceMetric,
    Tally,
    Window,
    utc,
)
from connectors.zendesk_talk.paging import ListPage, by_list
from connectors.zendesk_talk.rows import known

NUMBERS = "/channels/voice/phone_numbers.json"
OVERVIEW = "/channels/voice/stats/account_overview.json"

# Our names of Talk's totals of the day, which none of our own figures bears, as none means quite the same: Talk counts
# inbound calls with those that never left the menu, hold and wrap-up with those of outbound calls, and all of it only
# up to the last look.
TOTALS = {
    "total_calls": ("total_calls", "count"),
    "total_inbound_calls": ("total_inbound_calls", "count"),
    "total_outbound_calls": ("total_outbound_calls", "count"),
    "total_calls_abandoned_in_queue": ("total_abandoned_in_queue", "count"),
    "total_calls_outside_business_hours": ("total_out_of_hours", "count"),
    "total_voicemails": ("total_voicemails", "count"),
    "total_callback_calls": ("total_callbacks", "count"),
    "total_hold_time": ("total_hold_s", "s"),
    "total_wrap_up_time": ("total_acw_s", "s"),
}


class NumbersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="phone_numbers")


class GroupsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="groups")


class OverviewPage(msgspec.Struct):
    account_overview: msgspec.Raw


class NumberRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    number: Annotated[str | None, Personal] = None
    nickname: str | None = None
    toll_free: bool | None = None
    brand_id: int | None = None
    group_ids: list[int] | None = None
    updated_at: str | None = None


class Named(msgspec.Struct):
    id: int
    name: str | None = None
    nickname: str | None = None


class OverviewRow(msgspec.Struct, omit_defaults=True, gc=False):
    current_timestamp: int | None = None
    total_calls: float | None = None
    total_inbound_calls: float | None = None
    total_outbound_calls: float | None = None
    total_calls_outside_business_hours: float | None = None
    total_voicemails: float | None = None
    total_callback_calls: float | None = None
    total_hold_time: float | None = None
    total_wrap_up_time: float | None = None
    total_calls_abandoned_in_queue: float | None = None
    # There is one such row: it is kept under one name.
    id: str = "account_overview"


def prepare(api: Api) -> Mapping[str, Any]:
    """Names of groups and numbers, which calls tell by id only."""
    return {
        "groups": {str(one.id): one.name for one in looked_up(api, "/groups.json", GroupsPage) if one.name},
        "lines": {str(one.id): one.nickname for one in looked_up(api, NUMBERS, NumbersPage) if one.nickname},
    }


def looked_up(api: Api, path: str, form: type[ListPage]) -> list[Named]:
    """The rows of a small list; none where it is refused, without those of another form."""
    found = []
    try:
        raws = [raw for page in by_list(api, path, form) for raw in page]
    except (NotAllowed, Gone):
        return []
    for raw in raws:
        try:
            found.append(msgspec.json.decode(raw, type=Named))
        except msgspec.ValidationError:
            continue
    return found


def fetch_numbers(api: Api, _: Window) -> Iterator[Page]:
    """All our numbers."""
    return (Page(rows) for rows in by_list(api, NUMBERS, NumbersPage))


def fetch_overview(api: Api, _: Window) -> Iterator[Page]:
    """Talk's totals of the day so far."""
    yield Page([api.get(OVERVIEW, OverviewPage).account_overview])


def normalise_number(row: NumberRow, ctx: Context) -> Iterator[Record]:
    """A number as line; it belongs to a queue where one group answers it."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    groups = row.group_ids or []
    yield Line(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        name=row.nickname,
        e164_hash=UNSET if ctx.is_redacted else ctx.pseudonym("phone", row.number) if row.number else None,
        queue_id=str(groups[0]) if len(groups) == 1 else None if groups else f"line-{row.id}",
        brand=known(row.brand_id),
        is_toll_free=row.toll_free,
    )


def normalise_overview(row: OverviewRow, ctx: Context) -> Iterator[Record]:
    """Talk's totals under the local day on which they were read; the last reading of a day is the one that stays."""
    day_on = datetime.fromtimestamp(row.current_timestamp or ctx.fetched_at, ctx.zone).date().isoformat()
    for field, (name, unit) in TOTALS.items():
        value = getattr(row, field)
        if value is not None:
            yield SourceMetric(
                entity="day", entity_id=day_on, name=name, value=value, unit=unit, fetched_at=ctx.fetched_at
            )


def tallies(api: Api, _: Window) -> Iterator[Tally]:
    """How many numbers Talk counts; of calls it counts those of today only, under a zone of its own."""
    count = api.get(NUMBERS, NumbersPage).count
    if count is not None:
        yield Tally("telephone numbers", count, "lines", "uid")
