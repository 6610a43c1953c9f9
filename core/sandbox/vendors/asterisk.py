"""A folder of queue_log files as the contract suite asks for it, weekly rotated, with a file of call records."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.clock import DAY_S
from core.sandbox.call_records import NAME as RECORDS
from core.sandbox.call_records import NUMBER, TRUNK, ZONE, write_call_records
from core.sandbox.hours import local_date
from core.sandbox.imitation import Imitation
from core.sandbox.queue_log import NAME, write_queue_log
from core.sandbox.world import UNTIL, World, build_world

DAYS = 30
# So many calls come in a month at scale 1.
A_MONTH = 3_800
# How long before the end of the month the log ends at first, and what each change lets pass.
AHEAD_S, STEP_S = 5 * DAY_S + 8 * 3600, 8 * 3600
RECORDS_S = 12 * DAY_S
# With fewer a Monday may pass without a call.
FEWEST = 150
HOSTILE = (
    b"",
    b"nonsense",
    b"|||||",
    b"not-a-time|1|support|SIP/1|CONNECT|1|2|3",
    b"99999999999999|1|support|SIP/1|CONNECT|1|2|3",
    b"\xff\xfe\x00\x01|\x00",
    b"{at}|two|fields",
    b"{at}|" + b"a" * 60_000,
)


@cache
def world_of(objects: int) -> World:
    """A month with about so many calls."""
    return build_world(start_on=local_date(UNTIL - DAYS * DAY_S).isoformat(), scale=objects / A_MONTH)


class AsteriskVendor:
    """The log of a month in a folder; each change lets eight hours pass."""

    def __init__(self, objects: int, folder: Path) -> None:
        self.world = world_of(max(FEWEST, objects))
        self.now_at = self.world.until - AHEAD_S
        self.folder = folder
        self._write()

    def _write(self) -> None:
        write_queue_log(self.world, self.folder, self.now_at)
        write_call_records(self.folder, self.world.until - RECORDS_S, self.now_at)

    def settings(self) -> Mapping[str, Any]:
        """The keys that reach it."""
        places = {"path": str(self.folder / NAME), "cdr_path": str(self.folder / RECORDS)}
        return {**places, "trunks": [TRUNK], "time_zone": ZONE.key}

    def change(self) -> None:
        """Eight hours pass; in the first of them, on Monday at midnight, the log is rotated."""
        self.now_at = min(self.world.until, self.now_at + STEP_S)
        self._write()

    def spoil(self) -> None:
        """Broken lines between those of the open log, at seconds in which nothing else happened."""
        log = self.folder / NAME
        lines = log.read_bytes().splitlines(keepends=True)
        moments = [int(line.split(b"|")[0]) for line in lines]
        gaps = [n for n in range(1, len(lines)) if moments[n] - moments[n - 1] > 1]
        for place, line in reversed(list(zip(gaps, HOSTILE, strict=False))):
            lines.insert(place, line.replace(b"{at}", str(moments[place - 1] + 1).encode()) + b"\n")
        log.write_bytes(b"".join(lines))
        with (self.folder / RECORDS).open("ab") as records:
            records.write(b'"","half\n\n"' + b"," * 60_000 + b"\n\xff\x00\n")


@contextmanager
def start(objects: int) -> Iterator[AsteriskVendor]:
    """The folder with about so many calls."""
    with TemporaryDirectory() as folder:
        yield AsteriskVendor(objects, Path(folder))


imitation = Imitation(
    connector="asterisk",
    start=start,
    objects="calls",
    secrets=(
        *sorted({call.caller for call in world_of(FEWEST).calls if call.caller and len(call.caller) > 6}),
        *(NUMBER.format(n) for n in range(31)),
    ),
)
