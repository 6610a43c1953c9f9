"""The whole contract over one connector, and the grade that follows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from core.pull.discover import find_connector, places
from core.pull.grades import KEPT, RECORDED, UNTESTED, Grade, Result, fingerprint, grade_file, kept_grades, written
from core.sandbox.suite.cases import CASES, Verdict, judge
from core.sandbox.suite.find import find_imitation, our_imitations
from core.sandbox.suite.recorded import NOT_HERE
from core.sandbox.suite.trial import Trial, listening


@contextmanager
def trial(
    name: str, folder: Path | None = None, recordings: Path | None = None, objects: int = 40
) -> Iterator[Trial | None]:
    """A connector on trial against its imitation; None where it has none."""
    connector, imitation = find_connector(name, folder), find_imitation(name, folder)
    if imitation is None:
        yield None
        return
    with TemporaryDirectory(prefix="deskpulse-") as scratch:
        yield Trial(connector, imitation, Path(scratch), objects=objects, recordings=recordings)


@dataclass(frozen=True)
class Tested:
    """A connector's verdicts, and the grade that follows from them."""

    name: str
    verdicts: tuple[Verdict, ...]
    grade: Grade

    def line(self) -> str:
        """The grade in words; of some cases only, whether they hold."""
        if len(self.verdicts) < len(CASES):
            return f"    {len(self.verdicts)} of {len(CASES)} cases were run; no grade"
        return f"    grade {self.grade.letter}: {self.grade.why}"


def run_suite(
    name: str,
    folder: Path | None = None,
    recordings: Path | None = None,
    only: str | None = None,
    said: Callable[[Verdict], None] = lambda _: None,
) -> Tested:
    """Runs every case (or those whose name holds ``only``); keeps a third party's grade beside its file."""
    verdicts = []
    with trial(name, folder, recordings) as one:
        if one is None:
            return Tested(name, (), UNTESTED)
        for case in CASES:
            if only is not None and only not in case.name:
                continue
            with listening():
                verdicts.append(judge(case, one))
            said(verdicts[-1])
        measured = None if only else _measured(one)
    place = places(folder)[name]
    results = {verdict.case: Result(verdict.outcome, verdict.why) for verdict in verdicts}
    grade = Grade(results, measured, fingerprint(place))
    path = grade_file(place)
    if path is not None and only is None:
        path.write_bytes(written(grade))
    return Tested(name, tuple(verdicts), grade)


def _measured(one: Trial) -> float | None:
    """What was measured, if a connector that fails let it be measured at all."""
    return vars(one).get("requests_per_1000")


def write_grades(tested: Mapping[str, Grade], path: Path = KEPT) -> None:
    """Keeps the grades of our own connectors, in order of their names, and forgets those that are no more.

    Where the recorded answers were not at hand, what was proven with them before still holds."""
    before = kept_grades(path)
    made = {}
    for name in our_imitations():
        grade = tested.get(name) or before.get(name)
        if grade is None:
            continue
        recorded, earlier = grade.cases.get(RECORDED), before.get(name, UNTESTED).cases.get(RECORDED)
        if recorded is not None and recorded.why == NOT_HERE and earlier is not None:
            grade = Grade({**grade.cases, RECORDED: earlier}, grade.requests_per_1000)
        made[name] = grade
    path.write_bytes(written(made))
    kept_grades.cache_clear()
