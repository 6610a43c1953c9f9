"""A connector fresh from ``connectors new`` in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox.new import new_connector
from core.sandbox.suite.cases import CASES, Verdict, judge
from core.sandbox.suite.run import trial
from core.sandbox.suite.trial import listening

NAME = "desk_nine"
Edit = tuple[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder with the new connector."""
    new_connector(NAME, tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def verdict_of(folder: Path) -> Callable[..., Verdict]:
    """The verdict of a case once these words of the files are others."""

    def judged(case: str, *edits: Edit, file: str = f"{NAME}.py") -> Verdict:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        (one,) = (known for known in CASES if known.name == case)
        with trial(NAME, folder) as made, listening():
            assert made is not None
            made.kills = 3
            return judge(one, made)

    return judged
