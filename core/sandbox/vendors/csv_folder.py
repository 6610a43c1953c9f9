"""A folder of files as several vendors and departments leave it: packed, growing, in other encodings, saved anew."""

import gzip
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from core.sandbox.dice import Dice
from core.sandbox.imitation import Imitation

NOW_AT = 1_795_255_200
ZONE = ZoneInfo("Europe/Berlin")
STEP_S = 3 * 3600
AGENTS = ("Jörg Weiß", "Ada Agent", "Li Na")
QUEUES = ("Störung", "Vertrieb")
PHONES = tuple(f"+4930555{number:04}" for number in range(9))
MAILS = tuple(f"customer{number}@mail.example" for number in range(5))
CALL_COLUMNS = ("Nr", "Datum", "Uhrzeit", "Anrufer", "Warteschlange", "Ergebnis", "Agent", "Wartezeit", "Gespräch")
SHIFT_COLUMNS = ("agent", "day", "planned_start", "planned_h")
HOSTILE_CALLS = (
    ";;;;;;;;",
    "nonsense",
    "1;2;3",
    ";22.11.2026;10:00:00;;Vertrieb;angenommen;;5;60",
    "X1;32.13.2026;10:00:00;;Vertrieb;angenommen;;5;60",
    "X2;01.11.2099;10:00:00;;Vertrieb;angenommen;;5;60",
    "X3;01.11.2026;99:99;;Vertrieb;angenommen;;5;60",
    "X4;01.11.2026;10:00:00;;Vertrieb;angenommen;;viel;60",
    "X5;01.11.2026;10:00:00;;Vertrieb;explodiert;;5;1e99",
    '"X6;01.11.2026;10:00:00;;Vertrieb;angenommen;;5;60',
    "@other:1;01.11.2026;10:00:00;;Vertrieb;angenommen;;5;60",
    "X7\x00;01.11.2026;10:00:00;;=HYPERLINK(1);angenommen;'; drop table calls; --;5;" + "6" * 60_000,
)
HOSTILE_TICKETS: tuple[object, ...] = (
    {},
    None,
    "not a row",
    {"id": None, "created_at": None},
    {"id": "t-x1", "created_at": "not a date"},
    {"id": 2**64, "created_at": {"deep": [[[]]]}},
    {"id": "t-x2", "created_at": "2999-01-01T00:00:00Z"},
)


class FolderVendor:
    """Three months of calls, a ticket export that grows, surveys and a list of shifts."""

    def __init__(self, objects: int, folder: Path) -> None:
        self.now_at = NOW_AT
        self.folder = folder
        self._dice = Dice(7, "csv_folder")
        self._calls = 0
        self._shifts = [(agent, f"2026-11-{day:02}", "09:00", "8") for agent in AGENTS for day in range(16, 21)]
        third = max(4, objects // 3)
        for name, months_ago in (("calls 2026-09.csv.gz", 2), ("calls 2026-10.csv", 1), ("calls 2026-11.csv", 0)):
            lines = [";".join(CALL_COLUMNS), *self._call_lines(third, self.now_at - months_ago * 30 * 86_400)]
            self._write(name, "\r\n".join(lines) + "\r\n")
        tickets = [self._ticket(number, self.now_at - number * 7200) for number in range(third)]
        self._write("tickets.jsonl", "".join(json.dumps(ticket) + "\n" for ticket in tickets), encoding="utf-8")
        self._write_surveys(third)
        self._write_shifts()

    def settings(self) -> Mapping[str, Any]:
        """The keys that reach it."""
        calls = {
            "match": "calls*.csv",
            "as": "calls",
            "time_zone": ZONE.key,
            "columns": {
                "id": "Nr",
                "arrived_at": {"date": "Datum", "time": "Uhrzeit"},
                "customer_phone": "Anrufer",
                "queue_id": "Warteschlange",
                "outcome": "Ergebnis",
                "agent_id": "Agent",
                "wait_s": "Wartezeit",
                "talk_s": {"column": "Gespräch", "unit": "mm:ss"},
            },
        }
        return {
            "path": str(self.folder),
            "files": [
                calls,
                {"match": "tickets.jsonl", "as": "tickets"},
                {"match": "surveys*", "as": "csat", "time_zone": ZONE.key},
                {"match": "shifts.csv", "as": "shifts", "whole": True, "time_zone": ZONE.key},
            ],
        }

    def change(self) -> None:
        """Calls and tickets are added, one ticket moves on and one goes, the list of shifts is saved with one less."""
        self.now_at += STEP_S
        half = ";".join(CALL_COLUMNS)[:7]
        path = self.folder / "calls 2026-11.csv"
        whole = path.read_bytes().removesuffix(half.encode("cp1252")).decode("cp1252")
        added = "".join(line + "\r\n" for line in self._call_lines(3, self.now_at))
        self._write(path.name, f"{whole}{added}{half}")
        text = (self.folder / "tickets.jsonl").read_text(encoding="utf-8")
        moved = self._ticket(0, NOW_AT) | {
            "status": "solved",
            "updated_at": _iso(self.now_at),
            "solved_at": _iso(NOW_AT),
        }
        gone = self._ticket(1, NOW_AT - 7200) | {"updated_at": _iso(self.now_at), "deleted_at": _iso(self.now_at)}
        new = self._ticket(self.now_at, self.now_at)
        self._write("tickets.jsonl", text + "".join(json.dumps(row) + "\n" for row in (moved, gone, new)), "utf-8")
        self._shifts.pop(0)
        self._write_shifts()

    def spoil(self) -> None:
        """Bad lines among the good ones."""
        path = self.folder / "calls 2026-11.csv"
        lines = path.read_bytes().decode("cp1252").split("\r\n")
        lines[2:2] = HOSTILE_CALLS
        self._write(path.name, "\r\n".join(lines))
        rows = (self.folder / "tickets.jsonl").read_text(encoding="utf-8").splitlines()
        rows[1:1] = [json.dumps(row) for row in HOSTILE_TICKETS] + ['{"id": "t-x3", ', "[" * 2_000]
        self._write("tickets.jsonl", "".join(f"{row}\n" for row in rows), "utf-8")

    def _call_lines(self, many: int, last_at: int) -> Iterator[str]:
        for back in range(many, 0, -1):
            self._calls += 1
            at = datetime.fromtimestamp(last_at - back * 600, ZONE)
            is_answered = self._dice.chance(0.8)
            yield ";".join(
                (
                    f"N{self._calls}", f"{at:%d.%m.%Y}", f"{at:%H:%M:%S}", self._dice.pick(("", *PHONES)),
                    self._dice.pick(QUEUES), "angenommen" if is_answered else "aufgelegt",
                    self._dice.pick(AGENTS) if is_answered else "", str(self._dice.between(0, 90)),
                    f"{self._dice.between(0, 9)}:{self._dice.between(0, 59):02}" if is_answered else "",
                )
            )  # fmt: skip

    def _ticket(self, number: int, at: int) -> dict[str, object]:
        return {
            "id": f"t-{number}",
            "created_at": _iso(at),
            "updated_at": _iso(at + 60),
            "status": "open",
            "channel": "email",
            "customer_email": MAILS[number % len(MAILS)],
            "assignee": AGENTS[number % len(AGENTS)],
        }

    def _write_surveys(self, many: int) -> None:
        from openpyxl import Workbook  # noqa: PLC0415  (0.2 s)

        book = Workbook(write_only=True)
        sheet = book.create_sheet("Answers")
        sheet.append(["ticket_id", "rated_at", "score", "comment"])
        for number in range(many):
            rated = datetime.fromtimestamp(self.now_at - number * 3600, ZONE).replace(tzinfo=None, microsecond=0)
            sheet.append([f"t-{number}", rated, number % 5 + 1, f"call me: {PHONES[number % len(PHONES)]}"])
        book.save(self.folder / "surveys.xlsx")
        self._stamp("surveys.xlsx")

    def _write_shifts(self) -> None:
        lines: Sequence[str] = [",".join(row) for row in (SHIFT_COLUMNS, *self._shift_rows())]
        self._write("shifts.csv", "\n".join(lines) + "\n", "utf-8-sig")

    def _shift_rows(self) -> Iterator[tuple[str, ...]]:
        for agent, day, begins, hours in self._shifts:
            yield agent, day, f"{day} {begins}", hours

    def _write(self, name: str, text: str, encoding: str = "cp1252") -> None:
        data = text.encode(encoding)
        (self.folder / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        self._stamp(name)

    def _stamp(self, name: str) -> None:
        os.utime(self.folder / name, (self.now_at, self.now_at))


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


@contextmanager
def start(objects: int) -> Iterator[FolderVendor]:
    """The folder with about so many calls."""
    with TemporaryDirectory() as folder:
        yield FolderVendor(objects, Path(folder))


imitation = Imitation(connector="csv_folder", start=start, objects="calls", secrets=(*PHONES, *MAILS))
