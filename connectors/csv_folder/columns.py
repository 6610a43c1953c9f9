"""The head of a file and the mapping of its rule: which cells of a row feed which field of ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from connectors.csv_folder.kinds import Kind
from connectors.csv_folder.making import IDENTITIES
from connectors.csv_folder.settings import FileRule
from connectors.csv_folder.values import Cell, text_of

SPACES = re.compile(r"[\s_]+")
MOST_SHOWN = 40
# A number, a date, a time, a telephone number or an address: the first line of a file without a head, not to be told.
NO_NAME = re.compile(r"[\d\s.,:;/()+-]*\d[\d\s.,:;/()+-]*|.*@.*")
# Behind the columns of a row stand what the file's name tells: itself, and the first date in it.
OF_THE_FILE = ("file.name", "file.date")
DATED = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)|(?<!\d)(\d\d)\.(\d\d)\.(\d{4})(?!\d)")


class Mismatch(Exception):
    """A mapping and a file do not fit together; the text names key, file and the columns that there are."""


Chosen: TypeAlias = tuple[str, tuple[int, ...], Cell, bool]


@dataclass(frozen=True)
class Selection:
    """What of a row is read. ``cells``: name of a field, the places of its cells or else the value of every row, and
    whether it names or quotes a person. ``left_out``: the words of a place by which a row is left out. ``named_by``:
    the places of which an id is made, where no column tells it. ``unread``: columns that feed nothing."""

    cells: tuple[Chosen, ...]
    left_out: tuple[tuple[int, frozenset[str]], ...]
    named_by: tuple[int, ...] | None = None
    unread: tuple[str, ...] = ()

    def is_left_out(self, row: Sequence[Cell]) -> bool:
        """Whether the mapping leaves a row out."""
        return any(text_of(row[place]).casefold() in words for place, words in self.left_out)

    def of(self, row: Sequence[Cell]) -> tuple[dict[str, Cell | list[Cell]], dict[str, Cell | list[Cell]]]:
        """The cells by field: those that may be kept, and those that name or quote a person."""
        said: dict[str, Cell | list[Cell]] = {}
        own: dict[str, Cell | list[Cell]] = {}
        for name, places, value, is_personal in self.cells:
            cells = [row[place] for place in places]
            (own if is_personal else said)[name] = cells if len(cells) > 1 else cells[0] if cells else value
        return said, own


NOTHING = Selection((), ())


def of_the_file(name: str) -> tuple[str, str]:
    """What a file's name tells: itself, and the first date in it; empty if there is none."""
    found = DATED.search(name)
    if found is None:
        return name, ""
    year, month, day, day2, month2, year2 = found.groups()
    return name, f"{year or year2}-{month or month2}-{day or day2}"


def normal(name: str) -> str:
    """A column's name as it is compared: without case, with blanks and underscores alike."""
    return SPACES.sub(" ", name.replace("\ufeff", "").strip()).casefold()


def select(rule: FileRule, header: Sequence[str], file: str, entry: str) -> Selection:
    """The selection for a head; Mismatch where the mapping names a column that is not there. ``entry``: its key."""
    places: dict[str, int] = {}
    for place, name in enumerate((*header, *OF_THE_FILE)):
        places.setdefault(normal(name), place)
    kind = rule.of
    explicit = {kind.target(name).field for name in rule.columns}
    chosen: dict[str, Chosen] = {}
    for name, column in rule.columns.items():
        target = kind.target(name)
        at = tuple(_place(one, places, header, file, f"{entry}.columns.{name}") for one in column.names)
        chosen[target.field] = (name, at, column.value, target.is_personal)
    for name, target in kind.targets.items():
        if target.field not in explicit and target.field not in chosen and normal(name) in places:
            chosen[target.field] = (name, (places[normal(name)],), None, target.is_personal)
    for field in kind.needs:
        if field not in chosen:
            named = " or ".join(name for name, target in kind.targets.items() if target.field == field)
            raise Mismatch(
                f"{entry}: {kind.name} need {field}, and {file} has no column of that name ({named}). Say in columns "
                f"which one it is. {_shown(header)}"
            )
    left_out = tuple(
        (_place(name, places, header, file, f"{entry}.leave_out"), frozenset(word.casefold() for word in words))
        for name, words in rule.leave_out.items()
    )
    # The currency says how many minor units an amount has, so it is read first.
    cells = sorted(chosen.values(), key=lambda one: one[0] != "currency")
    read = {place for _, taken, _, _ in cells for place in taken} | {place for place, _ in left_out}
    unread = tuple(name for place, name in enumerate(header) if name and place not in read and _is_head(header))
    return Selection(tuple(cells), left_out, _named_by(kind, chosen), unread)


def _named_by(kind: Kind, chosen: Mapping[str, Chosen]) -> tuple[int, ...] | None:
    if not kind.has_id or "id" in chosen or len(kind.key) == 1:
        return None
    fields = {*(name for field in kind.key for name in field.split("|")), *IDENTITIES}
    return tuple(place for field, (_, places, _, _) in chosen.items() if field in fields for place in places)


def _place(name: str, places: dict[str, int], header: Sequence[str], file: str, key: str) -> int:
    if normal(name) in places:
        return places[normal(name)]
    near = get_close_matches(normal(name), places, n=1, cutoff=0.6) if _is_head(header) else []
    meant = f' Did you mean "{(*header, *OF_THE_FILE)[places[near[0]]].strip()}"?' if near else ""
    raise Mismatch(f'{key}: {file} has no column "{name}".{meant} {_shown(header)}')


def _is_head(header: Sequence[str]) -> bool:
    return not any(NO_NAME.fullmatch(name) for name in header)


def _shown(header: Sequence[str]) -> str:
    if not _is_head(header):
        return "Its first line looks like a row; if the file has no head, name its columns in header."
    names = [name.strip() for name in header if name.strip()]
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"Its columns: {', '.join(names[:MOST_SHOWN]) or 'none'}{more}."
