"""Call resources: each becomes an event of the customer's call, its own if it has no parent.

Twilio makes a call of every connection: the customer's is the parent, those that it dialled are its children. What
happened is put together from all of them, and from TaskRouter's events, in ``contact``.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from connectors import (
    BadRow,
    CallEvent,
    Context,
    Customer,
    CustomerIdentity,
    Gone,
    Page,
    Personal,
    Record,
    SourceMetric,
    Window,
)
from connectors.twilio.moments import DAY_S, rfc2822, seq_of, steps
from connectors.twilio.paging import ListPage, pages
from connectors.twilio.settings import Account

# A week a question: a page holds a thousand rows, and a question costs one at least.
STEP_S = 7 * DAY_S
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
STATUSES = FINAL | {"queued", "ringing", "in-progress", "initiated"}
DIRECTIONS = frozenset(
    {"inbound", "outbound-api", "outbound-dial", "trunking-originating", "trunking-terminating", "outbound"}
)
INWARD = frozenset({"inbound", "trunking-originating"})
Kind = Literal["number", "client", "sip", "none"]


class CallsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="calls")


class CallRow(msgspec.Struct, omit_defaults=True, gc=False):
    """A call resource as ``shaped`` leaves it, its SID as id; durations and prices are texts, prices below 0."""

    id: str
    status: str
    direction: str
    date_created: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    parent_call_sid: str | None = None
    duration: str | int | None = None
    price: str | float | None = None
    price_unit: str | None = None
    answered_by: str | None = None
    phone_number_sid: str | None = None
    from_: Annotated[str | None, Personal] = msgspec.field(name="from", default=None)
    to: Annotated[str | None, Personal] = None
    from_kind: Kind = "none"
    to_kind: Kind = "none"


class Told(msgspec.Struct, omit_defaults=True):
    """What the event of a call resource keeps; ``price`` is in units of ``unit``, above 0."""

    status: str
    direction: str
    start_at: int | None = None
    end_at: int | None = None
    duration_s: int | None = None
    price: float | None = None
    unit: str | None = None
    by: str | None = None
    line: str | None = None
    source: Kind = "none"
    target: Kind = "none"

    @property
    def is_final(self) -> bool:
        """Whether the connection is over."""
        return self.status in FINAL or (self.status not in STATUSES and self.end_at is not None)


def fetch_calls(account: Account, window: Window) -> Iterator[Page]:
    """Calls that began in the window, a week at a time; Twilio counts in whole UTC days.

    The day that ends a question is not part of it by Twilio's description; were it, what began then is left out here.
    """
    since = int(window.resume_at) if window.resume_at else window.since
    until = min(window.until or window.now_at, window.now_at + DAY_S)
    begin = since - since % DAY_S
    for from_at, to_at in steps(begin, until + 1, STEP_S):
        asked = {"StartTime>": _day(from_at), "StartTime<": _day(to_at + DAY_S - 1)}
        try:
            for page in pages(account, f"{account.voice}/Calls.json", CallsPage, asked):
                rows = [row for raw in page.rows if (row := shaped(raw, from_at, to_at)) is not None]
                yield Page(rows)
        except Gone:
            # Said of stretches in which there is nothing.
            pass
        is_whole = to_at < until
        yield Page((), resume_at=str(to_at) if is_whole else None, data_to=min(to_at, until), last=not is_whole)


def _day(at: int) -> str:
    return Window(since=at).since_iso[:10]


def shaped(raw: msgspec.Raw, from_at: int, to_at: int) -> msgspec.Raw | None:
    """The row with its SID as id, and with what kind of address its ends are; None for one of another week."""
    try:
        row: Any = msgspec.json.decode(raw)
        began_at = rfc2822(row.get("start_time") or row.get("date_created"))
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, TypeError, BadRow):
        return raw
    if began_at is not None and not from_at <= began_at < to_at:
        return None
    row["id"] = row.pop("sid", None)
    row["from_kind"], row["to_kind"] = kind_of(row.get("from")), kind_of(row.get("to"))
    for name in ("caller_name", "forwarded_from", "from_formatted", "to_formatted", "subresource_uris"):
        row.pop(name, None)
    return msgspec.Raw(msgspec.json.encode(row))


def kind_of(address: object) -> Kind:
    """What a call's end is: a softphone of ours, a SIP address, a number, or nothing that can be called back."""
    if not isinstance(address, str) or not address:
        return "none"
    if address.startswith("client:"):
        return "client"
    if address.startswith(("sip:", "sips:")):
        return "sip"
    return "number" if sum(character.isdigit() for character in address) >= 3 else "none"


def normalise_call(row: CallRow, ctx: Context) -> Iterator[Record]:
    """The event of this connection, who called or was called, and Twilio's own duration."""
    if row.status not in STATUSES:
        ctx.warn("status", row.status)
    if row.direction not in DIRECTIONS:
        ctx.warn("direction", row.direction)
    told = _told(row)
    # When the resource was made never changes; a start is told only once it was dialled.
    happened_at = rfc2822(row.date_created) or told.start_at
    if happened_at is None:
        raise BadRow("a call without any date")
    key, seq = row.parent_call_sid or row.id, seq_of(row.id) * 2
    kind = "child" if row.parent_call_sid else "parent"
    yield CallEvent(call_id=key, happened_at=happened_at, seq=seq, event=kind, data=msgspec.json.encode(told).decode())
    inward = row.direction in INWARD
    number = row.from_ if inward else row.to
    whose = row.from_kind if inward else row.to_kind
    if number and whose == "number" and (customer := ctx.phone_customer(number)):
        yield CallEvent(call_id=key, happened_at=happened_at, seq=seq + 1, event=f"{kind}_number", data=customer)
        if kind == "parent":
            yield Customer(id=customer)
            yield CustomerIdentity(customer_id=customer, kind="phone", value=number)
    # Of calls that go out, the duration leaves out the ringing.
    if kind == "parent" and inward and told.duration_s is not None and told.is_final:
        yield SourceMetric(
            entity="call",
            entity_id=row.id,
            name="duration_s",
            value=told.duration_s,
            unit="s",
            fetched_at=ctx.fetched_at,
        )


def _told(row: CallRow) -> Told:
    start_at, end_at = rfc2822(row.start_time), rfc2822(row.end_time)
    if start_at is not None and end_at is not None and end_at < start_at:
        raise BadRow("a call that ended before it began")
    price = None
    if row.price not in (None, ""):
        price = abs(float(row.price or 0))
    return Told(
        status=row.status,
        direction=row.direction,
        start_at=start_at,
        end_at=end_at,
        duration_s=whole(row.duration),
        price=price,
        unit=row.price_unit,
        by=row.answered_by,
        line=row.phone_number_sid or None,
        source=row.from_kind,
        target=row.to_kind,
    )


def whole(text: str | int | None) -> int | None:
    """Seconds; None where the text is empty, as it is of calls that failed or are going on."""
    if text is None or text == "":
        return None
    if isinstance(text, str) and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRow("a duration that is no count of seconds")
    return int(text)
