"""The contract suite over every connector of ours that has an imitation, and the grades that are kept of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.pull.discover import places
from core.pull.grades import RECORDED, kept_grades
from core.sandbox.suite.cases import CASES, Case, judge
from core.sandbox.suite.find import our_imitations
from core.sandbox.suite.run import trial
from core.sandbox.suite.trial import Trial
from tests.conftest import FIXTURES

QUICK = tuple(case for case in CASES if not case.is_slow)
AGAIN = "run: sync.py connectors test --all --write --recordings ../shared/fixtures"


@pytest.fixture(scope="module")
def trials() -> Iterator[dict[str, Trial]]:
    """The connectors that were tried by now, each with what its first pull came to."""
    with ExitStack() as stack:
        yield _Trials(stack)


class _Trials(dict[str, Trial]):
    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, name: str) -> Trial:
        recordings = FIXTURES if FIXTURES.is_dir() else None
        made = self._stack.enter_context(trial(name, recordings=recordings))
        assert made is not None
        made.kills = 3
        self[name] = made
        return made


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
@pytest.mark.parametrize("name", our_imitations())
def test_every_connector_holds_the_contract(name: str, case: Case, trials: dict[str, Trial]) -> None:
    """Whoever reads a number relies on each of these, whichever vendor it came from."""
    verdict = judge(case, trials[name])
    assert verdict.outcome != "failed", verdict.why
    if case.name == RECORDED and not FIXTURES.is_dir():
        pytest.skip(f"the recorded fixtures are not beside the checkout: {FIXTURES}")
    kept = kept_grades().get(name)
    assert kept is not None, f"no grade is kept of {name}; {AGAIN}"
    assert kept.cases[case.name].outcome == verdict.outcome, AGAIN


def test_a_grade_is_kept_of_what_can_be_tested_and_of_nothing_else() -> None:
    """A grade in the docs that no test stands behind."""
    assert sorted(kept_grades()) == our_imitations(), AGAIN
    assert set(kept_grades()) <= set(places())
    names = {case.name for case in CASES}
    assert all(set(grade.cases) == names for grade in kept_grades().values()), AGAIN
