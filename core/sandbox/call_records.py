"""Calls outside queues as Asterisk's call records: people who ring out, ring each other, or are rung directly.

Records are written when their call ends, in the server's local time, with all optional columns.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.sandbox.dice import Dice

NAME = "Master.csv"
TRUNK = "PJSIP/telco-*"
ZONE = ZoneInfo("Europe/Berlin")
NUMBER = "+49 89 6660{:03d}"
EVERY_S = 2_400
RINGS_S, LONGEST_S = 20, 900


def record_lines(from_at: int, until: int) -> Iterator[tuple[int, str]]:
    """Lines with the moment at which each was written, in that order."""
    made = [line for number in range(from_at // EVERY_S, until // EVERY_S + 1) for line in _call(number)]
    yield from sorted((at, line) for at, line in made if from_at < at <= until)


def write_call_records(folder: Path, from_at: int, until: int) -> Path:
    """The file as it stood at ``until``; called again with a later moment it grows."""
    path = folder / NAME
    path.write_text("".join(f"{line}\n" for _, line in record_lines(from_at, until)), encoding="utf-8")
    return path


def _call(number: int) -> Iterator[tuple[int, str]]:
    """The records of one call: a phone that is tried in vain comes before the one that answers."""
    dice = Dice("call record", number)
    at = number * EVERY_S + dice.between(0, EVERY_S - 1)
    way = dice.pick(("out", "in", "inside"))
    ours, other = (f"10{dice.between(10, 19)}", f"10{dice.between(20, 29)}")
    outside = NUMBER.format(dice.between(0, 30))
    link = f"pbx-{at}.{number % 9_000}"
    phone, line = f"PJSIP/{ours}-{number:08x}"[:24], f"PJSIP/telco-{number:08x}"
    talked = dice.between(5, LONGEST_S) if dice.chance(0.7) else 0
    word = "ANSWERED" if talked else dice.pick(("NO ANSWER", "BUSY", "FAILED"))
    if way == "in" and talked and dice.chance(0.5):
        colleague = f"PJSIP/{other}-{number:08x}"[:24]
        ends = (outside, ours, "from-trunk", line)
        yield at + RINGS_S, _line(at, ends, colleague, link, 1, (RINGS_S, 0, "NO ANSWER"))
        at += RINGS_S
    ends, to = {
        "out": ((ours, outside, "from-internal", phone), line),
        "in": ((outside, ours, "from-trunk", line), phone),
        "inside": ((ours, other, "from-internal", phone), f"PJSIP/{other}-{number + 1:08x}"[:24]),
    }[way]
    yield at + RINGS_S + talked, _line(at, ends, to, link, 2, (RINGS_S + talked, talked, word))


def _line(
    at: int, ends: tuple[str, str, str, str], to: str, link: str, sequence: int, came_to: tuple[int, int, str]
) -> str:
    src, dst, context, channel = ends
    duration, talked, word = came_to
    begun, answered, ended = (_text(moment) for moment in (at, at + duration - talked, at + duration))
    quoted = ("", src, dst, context, f"Somebody <{src}>", channel, to, "Dial", f"{to},20", begun)
    head = ",".join(f'"{value}"' for value in quoted)
    tail = ",".join(f'"{value}"' for value in (word, "DOCUMENTATION", link, "", "", link))
    answer = f'"{answered}"' if talked else ""
    return f'{head},{answer},"{ended}",{duration},{talked},{tail},{sequence}'


def _text(at: int) -> str:
    return datetime.fromtimestamp(at, ZONE).strftime("%Y-%m-%d %H:%M:%S")
