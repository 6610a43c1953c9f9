"""The walk-through for authors of connectors, followed to the letter."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pull.grades import Grade
from core.sandbox.new import new_connector
from core.sandbox.suite.cases import CASES
from core.sandbox.suite.run import run_suite
from tests.tree import ROOT

MUTATION, STEPS = "mutation while paging", 3
PAGE = ROOT / "docs" / "write-a-connector.md"
BLOCK = re.compile(r"```python\n# (in )?own/(\S+?)(?:, instead of (\w+))?\n(.*?)```", re.DOTALL)


def steps(folder: Path) -> Iterator[str]:
    """Does each step of the page in turn; tells the file that was changed."""
    for is_part, name, instead_of, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        path = folder / name
        path.write_text(replaced(path.read_text(encoding="utf-8"), instead_of, text) if is_part else text, "utf-8")
        yield name


def replaced(source: str, name: str, text: str) -> str:
    """The source with another text in place of what is called so at its top level."""
    (node,) = (
        node
        for node in ast.parse(source).body
        if getattr(node, "name", None) == name
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name)
    )
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: node.lineno - 1], text, *lines[node.end_lineno :]])


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> list[Grade]:
    """What the suite says after each step of the connector."""
    folder = tmp_path_factory.mktemp("walk") / "own"
    new_connector("pigeon", folder)
    found: list[Grade] = []
    for name in steps(folder):
        if name == "pigeon.py":
            # Until the last step only the case that the page is about: the whole suite takes three times as long.
            found.append(run_suite("pigeon", folder, only=MUTATION if len(found) < STEPS - 1 else None).grade)
    return found


def test_the_page_leads_to_a_connector_that_holds_the_contract(graded: list[Grade]) -> None:
    """A page that was never followed sends its first reader home."""
    naive, mended, whole = graded
    assert naive.failed == [MUTATION]
    assert naive.cases[MUTATION].why in PAGE.read_text(encoding="utf-8")
    assert mended.failed == []
    assert mended.cases[MUTATION].outcome == "passed"
    assert (whole.failed, whole.letter) == ([], "B")


def test_the_page_explains_every_case() -> None:
    """The name of a case is what the reader has in hand when it fails."""
    rows = re.findall(r"^\| ([a-z ]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [row for row in rows if row != "case"] == [case.name for case in CASES]
