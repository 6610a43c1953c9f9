"""The contract that every connector holds, and what is special to Acme."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.sandbox.kit import CASES, Case, Trial, judge, trial

FOLDER = Path(__file__).parent


@pytest.fixture(scope="module")
def acme() -> Iterator[Trial]:
    """The connector, with its imitation."""
    with trial("acme", FOLDER) as made:
        assert made is not None
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_contract_holds(case: Case, acme: Trial) -> None:
    """Whoever reads the numbers relies on each of these."""
    verdict = judge(case, acme)
    if verdict.outcome == "does not apply":
        pytest.skip(verdict.why)
    assert verdict.outcome == "passed", verdict.why


def test_a_deleted_ticket_is_known_as_deleted(acme: Trial) -> None:
    """A ticket that was thrown away must not stay in the backlog."""
    with acme.vendor() as vendor, acme.store() as db:
        vendor.change()
        acme.pull(db, vendor)
        gone = db.execute("select count(*) from tickets where deleted_at is not null").fetchone()[0]
    assert gone == 1
