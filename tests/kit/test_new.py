"""A new connector works before anybody has touched it, and stands nobody in the way."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.pull.discover import find_connector, places
from core.pull.grades import grade_of
from core.sandbox.new import new_connector
from core.sandbox.suite.run import run_suite
from tests.kit.conftest import NAME
from tests.tree import ROOT


def test_a_new_connector_holds_the_whole_contract(folder: Path) -> None:
    """Whoever starts from a red suite cannot tell his own faults from ours."""
    tested = run_suite(NAME, folder)
    assert not tested.grade.failed
    assert tested.grade.letter == "B"
    assert grade_of(places(folder)[NAME]) == tested.grade
    (folder / f"{NAME}.py").write_text((folder / f"{NAME}.py").read_text() + "\n", encoding="utf-8")
    assert grade_of(places(folder)[NAME]).letter == "–"


def test_its_own_tests_pass(folder: Path) -> None:
    """The test file is the place for the vendor's traps; it must run as it lies there."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_all_that_belongs_to_it_is_written_under_its_name(folder: Path) -> None:
    """A word of the model left over is a riddle for the next reader."""
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    assert written.keys() == {
        f"{NAME}.py", f"{NAME}_imitation.py", f"test_{NAME}.py", f"{NAME}.md", f"{NAME}.toml",
    }  # fmt: skip
    assert not [name for name, text in written.items() if "acme" in text.lower()]
    block = tomllib.loads(written[f"{NAME}.toml"])
    assert block["connectors"]["folder"] == folder.as_posix()
    (source,) = block["sources"]
    own = {key: value for key, value in source.items() if key not in ("name", "connector")}
    assert find_connector(source["connector"], folder).settings(**own).model_fields_set == {"subdomain", "token"}
    headings = [line for line in written[f"{NAME}.md"].splitlines() if line.startswith("## ")]
    assert headings == ["## Set-up", "## What is read", "## What it cannot know", "## Limits and traps"]


def test_nothing_is_overwritten(folder: Path) -> None:
    """An afternoon's work, and the same command from the shell's history."""
    mine = folder / f"{NAME}_imitation.py"
    mine.write_text("mine", encoding="utf-8")
    (folder / f"{NAME}.py").unlink()
    with pytest.raises(ConfigError, match="is there already; nothing was written"):
        new_connector(NAME, folder)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert not (folder / f"{NAME}.py").exists()


@pytest.mark.parametrize(
    "name", ["", "Acme", "9desk", "my-desk", "../desk", "class", "test_desk", "desk_imitation", "zendesk", "a" * 60]
)
def test_a_name_that_would_not_work_is_refused(tmp_path: Path, name: str) -> None:
    """It becomes a file, a module and a key of the config."""
    with pytest.raises(ConfigError, match="name"):
        new_connector(name, tmp_path / "own")
    assert not (tmp_path / "own").exists()
