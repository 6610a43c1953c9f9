"""What the contract suite proved of each connector, kept as data: the grade follows from it, nobody gives it."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from core.pull.discover import Place, imitation_file

Outcome: TypeAlias = Literal["passed", "failed", "does not apply"]
Letter: TypeAlias = Literal["A", "B", "C", "–"]

KEPT = Path(__file__).with_name("grades.json")
RECORDED = "recorded answers"
MEANING: Mapping[Letter, str] = {
    "A": "holds the whole contract, and reads recorded or live answers of the real vendor",
    "B": "holds the whole contract; proven against our own imitation of the vendor only",
    "C": "fails a case of the contract",
    "–": "was not tested: it has no imitation, or its files have changed since",
}


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one case; ``why`` is the reason of a failure or of what does not apply, or what was shown."""

    outcome: Outcome
    why: str = ""


class Grade(msgspec.Struct, frozen=True, omit_defaults=True):
    """The results of a connector's cases, and requests per 1,000 objects as they were measured.

    ``files``: a fingerprint of a third party's files, by which a change after the test is known."""

    cases: dict[str, Result] = {}
    requests_per_1000: float | None = None
    files: str = ""

    @property
    def letter(self) -> Letter:
        """A to C by what the cases say; a dash where there are none."""
        if not self.cases:
            return "–"
        if self.failed:
            return "C"
        recorded = self.cases.get(RECORDED)
        return "A" if recorded is not None and recorded.outcome == "passed" else "B"

    @property
    def failed(self) -> list[str]:
        """The names of the cases that fail."""
        return [name for name, result in self.cases.items() if result.outcome == "failed"]

    @property
    def why(self) -> str:
        """The grade in words."""
        match self.letter:
            case "A":
                return self.cases[RECORDED].why
            case "C":
                return f"fails: {', '.join(self.failed)}"
            case letter:
                return MEANING[letter]


UNTESTED = Grade()


@cache
def kept_grades(path: Path = KEPT) -> Mapping[str, Grade]:
    """The grades of our own connectors, as they were last written."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Grade]) if path.exists() else {}


def grade_of(place: Place) -> Grade:
    """The grade that was kept of a connector, if its files are still those that were tested."""
    if place.origin == "built-in":
        return kept_grades().get(place.name, UNTESTED)
    path = grade_file(place)
    if path is None or not path.exists():
        return UNTESTED
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Grade)
    except (OSError, msgspec.MsgspecError):
        return UNTESTED
    return found if found.files == fingerprint(place) else UNTESTED


def grade_file(place: Place) -> Path | None:
    """Where the grade of a dropped-in connector is kept; None for ours and for plugins."""
    return place.path.with_name(f"{place.name}.grade.json") if place.path and place.origin == "folder" else None


def fingerprint(place: Place) -> str:
    """A short hash of a dropped-in connector and its imitation, by which a change is known; empty for the others."""
    if place.path is None or place.origin != "folder":
        return ""
    files = sorted(place.path.rglob("*.py")) if place.path.is_dir() else [place.path]
    texts = [path.read_bytes() for path in (*files, imitation_file(place.path)) if path.exists()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def written(value: Grade | Mapping[str, Grade]) -> bytes:
    """Grades as they are kept."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
