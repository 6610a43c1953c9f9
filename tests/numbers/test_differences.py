"""Why our numbers are not the vendor's: every rule that a comparison can name is explained, for every vendor."""

from pathlib import Path
from typing import get_args

import pytest

from core.daemon.pages import pages
from core.numbers.differences import RULES, UNPUBLISHED, VENDORS
from core.numbers.metrics import METRICS
from core.numbers.reconcile import SAYS, Cause
from core.numbers.reconcile.pairs import CALL_PAIRS, DAY_MEANINGS, TICKET_PAIRS
from core.pull.discover import all_connectors

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = [one for several in VENDORS.values() for one in several]


def test_every_cause_of_a_comparison_has_its_paragraph() -> None:
    """An ops lead is told 'stations' by reconcile and finds nothing that says what it means."""
    assert set(get_args(Cause)) == SAYS.keys() == RULES.keys()
    named = {cause for pair in CALL_PAIRS for cause, _ in pair.with_more}
    named |= {cause for meanings in DAY_MEANINGS.values() for cause, _ in meanings if cause is not None}
    at_vendors = {cause for one in EVERYTHING for cause in one.rules}
    assert named <= at_vendors
    assert {*SAYS} - at_vendors == {"stale", "unexplained"}


def test_every_figure_that_is_compared_is_a_vendors() -> None:
    """A figure is held against ours, and nobody says whose it is or what it means there."""
    compared = {pair.figure for pair in TICKET_PAIRS} | {pair.figure for pair in CALL_PAIRS} | DAY_MEANINGS.keys()
    assert compared <= {name for one in EVERYTHING for name in one.stored}


def test_every_connector_is_there_and_every_metric_exists() -> None:
    """The page is silent on the very system that the reader has."""
    assert VENDORS.keys() | UNPUBLISHED.keys() == all_connectors()[0].keys()
    named = [*(one.metrics for one in EVERYTHING), *(rule.metrics for rule in RULES.values())]
    assert {name for names in named for name in names} <= METRICS.keys()


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_kept_of_a_vendor_is_what_its_connector_keeps(vendor: str) -> None:
    """The page tells of a figure beside ours that the connector has never stored."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "connectors" / vendor).rglob("*.py"))
    stored = {name for one in VENDORS[vendor] for name in one.stored}
    assert {name for name in stored if f'"{name}"' not in source and f"{name}=" not in source} == set()


def test_the_page_is_current() -> None:
    """A reader of the docs is told a rule that is no longer the one in use."""
    path = ROOT / "docs" / "numbers-differ.md"
    assert path.read_text(encoding="utf-8") == pages(ROOT)[path], "write it anew with: sync.py docs"
