"""Call detail records from Master.csv or a database table: each record becomes an event of its call.

Records of one call share its ``linkedid``; without that column (newcdrcolumns=no) they share their ``uniqueid``, and
the far half of a Local channel, which Asterisk makes for itself, is no call of its own. Columns:
https://docs.asterisk.org/Configuration/Reporting/Call-Detail-Records-CDR/CDR-Specification/
"""

import csv
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec

from connectors import (
    BadRow,
    CallEvent,
    ConfigError,
    Context,
    Customer,
    CustomerIdentity,
    Page,
    Personal,
    Record,
    Window,
)
from connectors.asterisk.database import Row, columns_of, rows_from
from connectors.asterisk.files import fetch_lines
from connectors.asterisk.local import UNIQUE_ID, before, epoch_in, local_moment, shown
from connectors.asterisk.settings import AsteriskSettings

CDR = "CDR"
DAY_S = 86_400
# A record is written when its call ends; longer calls than this are found no more once later ones were read.
LONGEST_CALL_S = 12 * 3600
CSV_COLUMNS = (
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags"
).split()
TAIL = 3
USED = ("src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "duration", "billsec", "disposition", "uniqueid",
        "linkedid", "sequence")  # fmt: skip
ENDING = re.compile(rb"(\d{9,11})\.\d+\"")
FAR_HALF = re.compile(r"^Local/.*;2$")
SUFFIX = re.compile(r"(-[0-9a-fA-F]{8})?(;[12])?$")
WITHHELD = frozenset({"anonymous", "unknown", "restricted", "unavailable", "private"})


class CdrRow(msgspec.Struct, omit_defaults=True, gc=False):
    """The columns of a record that are used; numbers of people are never kept in clear."""

    start: str
    duration: int
    billsec: int
    disposition: str
    dcontext: str = ""
    lastapp: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    sequence: int | None = None
    answer: str = ""
    src: Annotated[str, Personal] = ""
    dst: Annotated[str, Personal] = ""
    # Lines to the outside name the number that was dialled: DAHDI/i1/03055510001-1a.
    channel: Annotated[str, Personal] = ""
    dstchannel: Annotated[str, Personal] = ""


class Leg(msgspec.Struct, omit_defaults=True, gc=False):
    """What is kept of a record in its event: nobody's number.

    ``src`` and ``dst``: "in" for internal numbers, "out" for others and withheld ones, empty for none. ``device`` and
    ``to_device``: the phones of ours at its two ends. ``trunk``: which end is a line outside. ``half``: it is the far
    half of a Local channel; ``to_half``: it leads into one, whose own record tells who was reached."""

    end_at: int
    talk_s: int
    disposition: str
    app: str = ""
    context: str = ""
    src: str = ""
    dst: str = ""
    device: str = ""
    to_device: str = ""
    trunk: str = ""
    to_any: bool = False
    customer_in: str = ""
    customer_out: str = ""
    unique: str = ""
    half: bool = False
    to_half: bool = False


def fetch_cdr(settings: AsteriskSettings, window: Window) -> Iterator[Page]:
    """Records from wherever the settings say they are; none where they say nothing."""
    if settings.cdr_path is not None:
        for page in fetch_lines(settings.cdr_path, window, made_at):
            yield Page([in_json(csv_record(bytes(row))) for row in page.rows], page.resume_at, page.data_to)
    elif settings.cdr_database is not None:
        yield from from_table(settings, settings.cdr_database, window)


def made_at(line: bytes) -> int | None:
    """The epoch in a line's last unique id."""
    found = ENDING.findall(line)
    return int(found[-1]) if found else None


def in_json(record: Mapping[str, Any]) -> msgspec.Raw:
    """A record as one JSON row."""
    return msgspec.Raw(msgspec.json.encode(record))


def csv_record(row: bytes) -> Mapping[str, Any]:
    """A line by its columns. Which of the optional ones a site writes is seen by what stands in them."""
    text = row.partition(b"|")[2].decode("utf-8", errors="replace")
    try:
        fields = next(csv.reader([text]), [])
    except csv.Error:
        fields = []
    if len(fields) < len(CSV_COLUMNS):
        return {"fault": f"{len(fields)} columns"}
    record = dict(zip(CSV_COLUMNS, fields, strict=False))
    rest = fields[len(CSV_COLUMNS) :]
    if len(rest) >= TAIL and rest[-1].isdigit() and UNIQUE_ID.search(rest[-2]):
        record |= {"linkedid": rest[-2], "sequence": rest[-1]}
        rest = rest[:-TAIL]
    record["uniqueid"] = next((one for one in rest if UNIQUE_ID.search(one)), "")
    return typed(record)


def typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The used columns, numbers as numbers; what is none stays as it is and sets the row aside."""
    found: dict[str, Any] = {name: "" if record.get(name) is None else str(record[name]) for name in USED}
    found["start"] = str(record.get("start") or "")[:19]
    found["answer"] = str(record.get("answer") or "")[:19]
    for name in ("duration", "billsec", "sequence"):
        number = found[name]
        found[name] = int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else number or None
    return found


def from_table(settings: AsteriskSettings, address: Any, window: Window) -> Iterator[Page]:
    """Records of a table by their start, twelve hours before the latest again: a long call is written late."""
    table = settings.cdr_table
    known = {name.lower(): name for name in columns_of(address, table)}
    # FreePBX calls the start of a call "calldate" and its table has neither answer nor end.
    time = next((known[name] for name in ("calldate", "start") if name in known), None)
    if time is None or "uniqueid" not in known:
        raise ConfigError(f"the table {table} has no column calldate or start, or no uniqueid.")
    columns = [time, *(known[name] for name in (*USED, "answer") if name in known)]
    latest = window.resume_at
    start = before(latest, LONGEST_CALL_S) if latest else shown(max(0, window.since - DAY_S))
    for rows in rows_from(address, table, columns, (time, known["uniqueid"]), (start, "")):
        reached = str(rows[-1][time])[:19] if rows else ""
        is_new = latest is None or reached > latest
        latest = reached if is_new else latest
        yield Page([in_json(typed(lower(row, time))) for row in rows], resume_at=latest if is_new and rows else None)


def lower(row: Row, time: str) -> Mapping[str, Any]:
    """A row by the names that the file has for its columns."""
    return {**{name.lower(): value for name, value in row.items()}, "start": row[time]}


def normalise_cdr(row: CdrRow, ctx: Context) -> Iterator[Record]:
    """A record as an event of its call, and of the call that the queue log knows, if it went into a queue."""
    settings: AsteriskSettings = ctx.settings
    # Without its numbers a record tells another direction; what they told is in the stored event.
    if ctx.is_redacted or (not row.linkedid and FAR_HALF.match(row.channel)):
        return
    zone = None if settings.cdr_utc else ctx.zone
    at = local_moment(row.start, zone, epoch_in(row.uniqueid))
    if at is None or row.duration < 0:
        raise BadRow("a call record without its start")
    leg = leg_of(row, at, settings, ctx)
    for number, customer in ((row.src, leg.customer_in), (row.dst, leg.customer_out)):
        if customer:
            yield Customer(id=customer)
            yield CustomerIdentity(customer_id=customer, kind="phone", value=number)
    data = msgspec.json.encode(leg)
    # Records of one call can begin in the same second as each other, and as a line of the queue log.
    mark = zlib.crc32(b"%d|%s" % (row.sequence or 0, data)) % 1_000_000_000
    own = row.linkedid or row.uniqueid or f"cdr-{at}-{mark}"
    for key in dict.fromkeys((own, row.uniqueid if row.lastapp == "Queue" and row.uniqueid else own)):
        yield CallEvent(call_id=key, happened_at=at, seq=1_000_000 + mark, event=CDR, data=data.decode())


def leg_of(row: CdrRow, at: int, settings: AsteriskSettings, ctx: Context) -> Leg:
    """The record without anybody's number. The end is counted from the start: in UTC there are no odd hours."""
    end_at = at + row.duration
    is_trunk, to_trunk = (matches(name, settings.trunks) for name in (row.channel, row.dstchannel))
    src, dst = side(row.src, settings), side(row.dst, settings)
    phone = "" if is_trunk else device(row.channel, settings)
    # Of a call out ``src`` can be the number of the house that was shown.
    is_ours = src == "in" or bool(phone) or (to_trunk and not is_trunk)
    return Leg(
        end_at=end_at,
        talk_s=row.billsec if row.disposition == "ANSWERED" else 0,
        disposition=row.disposition.upper(),
        app=row.lastapp,
        context=row.dcontext,
        src=src,
        dst=dst,
        device=phone,
        to_device="" if to_trunk else device(row.dstchannel, settings),
        trunk="in" if is_trunk else "out" if to_trunk else "",
        to_any=bool(row.dstchannel),
        customer_in=customer_of(row.src, ctx) if src == "out" and not is_ours else "",
        customer_out=customer_of(row.dst, ctx) if dst == "out" and is_ours else "",
        unique=row.uniqueid,
        half=FAR_HALF.match(row.channel) is not None,
        to_half=row.dstchannel.startswith("Local/"),
    )


def side(number: str, settings: AsteriskSettings) -> str:
    """Whether a number is one of ours."""
    if number.lower() in WITHHELD:
        return "out"
    if not any(character.isdigit() for character in number):
        return ""
    return "in" if re.fullmatch(settings.extensions, number) else "out"


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name fits one of the patterns, in which * stands for anything."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), name) for one in patterns)


def device(channel: str, settings: AsteriskSettings) -> str:
    """The phone of ours that a channel belongs to, as queue members are named: ``PJSIP/1001``."""
    name = SUFFIX.sub("", channel)
    technology, _, rest = name.partition("/")
    is_ours = technology not in ("", "Local") and re.fullmatch(settings.extensions, rest)
    return name if is_ours else ""


def customer_of(number: str, ctx: Context) -> str:
    """The customer id of somebody known by number only; empty for what is no number."""
    if sum(character.isdigit() for character in number) < 3:
        return ""
    hashed = ctx.pseudonym("phone", number)
    return f"phone-{hashed[:24]}" if hashed else ""
