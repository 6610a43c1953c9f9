"""A few words of customers beside the numbers, personal data masked (metrics R16)."""

import re
import sqlite3
from random import Random
from typing import TypeAlias

from core.report.asking import Asking
from core.report.model import Comment

Staff: TypeAlias = re.Pattern[str] | None
"""The names of agents, to be masked."""
SHOWN = 5
MASK = "[…]"
# How to reach somebody: mail, links, handles, account and telephone numbers.
REACH = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|www\.)\S+"
    r"|(?<!\w)@\w+"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"
    r"|\+?\d(?:[\d ()/.-]{0,3}\d){4,}"
)
# Names that people tell: after an introduction, and as the signature that ends a text.
TOLD = re.compile(r"(?i:\b(my name is|mein name ist|ich heiße)\s+)([^\W\d_]+(?:\s+[A-ZÄÖÜ][^\W\d_]+)*)")
TOLD_ZH = re.compile(r"(我叫|我姓)([\u4e00-\u9fff]{1,4})")
SIGNED = re.compile(
    r"(?i:\b((?:kind |best )?regards|thanks|cheers|grüße|gruß|此致)[,!.]?\s+)([^\W\d_]+(?:\s+[^\W\d_]+){0,2})\s*$"
)
NAME_PARTS = re.compile(r"[\s,;./()_]+")
FIRST_HAN = "\u2e80"
# Parts of names, or what stands for one, that are words of their own in every comment.
NO_NAMES = frozenset(
    "von van vom der den dem del della dos das ten ter zum zur bin ben and und "
    "agent admin support service team desk helpdesk user customer hotline".split()
)


def comments(asking: Asking) -> tuple[Comment, ...]:
    """The best and the worst of the period's comments and some at random, the same ones each time it is asked."""
    found = asking.db.execute(
        "select s.comment, s.is_satisfied, s.score_norm from surveys s left join teams on teams.uid = s.team_uid "
        "where s.rated_at >= ? and s.rated_at < ? and s.deleted_at is null and trim(s.comment) <> '' "
        f"{_slice(asking)} order by s.is_satisfied desc, s.score_norm desc, s.uid",
        (asking.begins_at, asking.ends_at, *_members(asking)),
    ).fetchall()
    # What several wrote in the same words is shown once.
    rows = list({(row["comment"].strip().casefold(), row["is_satisfied"]): row for row in found}.values())
    if len(rows) > SHOWN:
        middle = sorted(Random(asking.period.from_on).sample(range(1, len(rows) - 1), SHOWN - 2))
        rows = [rows[0], *(rows[place] for place in middle), rows[-1]]
    staff = staff_of(asking.db)
    return tuple(
        Comment(masked(row["comment"], staff), None if row["is_satisfied"] is None else bool(row["is_satisfied"]))
        for row in rows
    )


def _slice(asking: Asking) -> str:
    known = {"team": " and teams.name = ?", "source": " and s.source = ?"}
    if asking.where.keys() - known.keys():
        # A comment whose slice is not known here would be somebody else's.
        return " and 0"
    return "".join(known[dim] for dim in asking.where)


def _members(asking: Asking) -> tuple[str, ...]:
    return () if asking.where.keys() - {"team", "source"} else tuple(asking.where.values())


def staff_of(db: sqlite3.Connection) -> Staff:
    """Names of agents, whole and word by word, in capitals or not: a channel is no place for praise or blame of one."""
    names = {row[0].strip() for row in db.execute("select name from agents where name is not null and is_human = 1")}
    parts = {part.strip("'’") for name in names for part in NAME_PARTS.split(name)}
    words = {word for word in names | {part for part in parts if len(part) > 2} if word.casefold() not in NO_NAMES}
    longest_first = sorted(filter(None, words), key=lambda word: (-len(word), word))
    if not longest_first:
        return None
    return re.compile("|".join(map(_name, longest_first)))


def _name(word: str) -> str:
    """A pattern for a name with its genitive; in Chinese it stands between others without a gap."""
    if any(letter > FIRST_HAN for letter in word):
        return re.escape(word)
    pattern = rf"(?<!\w){re.escape(word)}(?:['’]?s)?(?!\w)"
    return f"(?i:{pattern})" if len(word) > 2 else pattern


def masked(text: str, staff: Staff = None) -> str:
    """A text without what tells who wrote it, whom it names, or how to reach them."""
    text = REACH.sub(MASK, text)
    for pattern in (TOLD, TOLD_ZH):
        text = pattern.sub(lambda found: found[0].removesuffix(found[2]) + MASK, text)
    text = SIGNED.sub(lambda found: found[0].rstrip().removesuffix(found[2]) + MASK, text)
    return staff.sub(MASK, text) if staff else text
