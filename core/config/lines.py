"""Where in a TOML text each key stands; the standard parser does not tell."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?")
KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*(?:=|\.)")

Path = tuple[str | int, ...]


def lines_of(text: str) -> Mapping[Path, int]:
    """Line number (from 1) of every table header and key, by path such as ``("sources", 0, "token")``."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = defaultdict(int)
    here: Path = ()
    quote = ""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if depth > 0:
            depth += line.count("[") - line.count("]")
            continue
        if header := HEADER.match(line):
            name = _placed([part.strip("\"'") for part in header[2].split(".")], counts)
            here = (*name, counts[name]) if header[1] == "[[" else name
            counts[name] += header[1] == "[["
            found[here] = number
            found.setdefault(name, number)
        elif key := KEY.match(line):
            found[(*here, key[1].strip("\"'"))] = number
            value = line[key.end() :]
            for mark in ('"""', "'''"):
                quote = mark if value.count(mark) == 1 else quote
            bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", value)
            depth = bare.count("[") - bare.count("]")
    return found


def _placed(names: Sequence[str], counts: Mapping[Path, int]) -> Path:
    """The path of a header: a table below ``[[reports]]`` belongs to the last report."""
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        if counts.get(path):
            path = (*path, counts[path] - 1)
    return (*path, names[-1])
