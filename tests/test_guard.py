"""Deskpulse's three import names are common words: it must not run somebody else's `core`, nor share one."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.ownership import name_conflict

ROOT = Path(__file__).resolve().parent.parent


def package(folder: Path, name: str) -> Path:
    """An importable package of that name in the folder."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    return folder


def distribution(site: Path, name: str, *files: str) -> None:
    """The trace that an installer leaves of a distribution with these files."""
    metadata = site / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    rows = [f"{file},sha256=x,1" for file in (*files, f"{metadata.name}/METADATA")]
    (metadata / "RECORD").write_text("\n".join(rows) + "\n")


def installed(site: Path) -> Path:
    """A folder into which Deskpulse and an unrelated distribution were installed."""
    for name in ("connectors", "core"):
        package(site, name)
    (site / "sync.py").write_text("")
    distribution(site, "deskpulse", "connectors/__init__.py", "core/__init__.py", "sync.py")
    distribution(site, "hardcore", "hardcore/core/__init__.py", "corelib/__init__.py", "sync_tools.py", "core-1.txt")
    return site


def started(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_environment_of_its_own_is_fine(tmp_path: Path) -> None:
    """Names that only look alike must not keep anyone from their numbers."""
    site = installed(tmp_path / "site")
    assert name_conflict([str(tmp_path), str(site)], home=str(site)) is None


def test_a_checkout_is_fine() -> None:
    """Developers and `make demo` start it from the checkout."""
    assert name_conflict([str(ROOT), *sys.path]) is None


def test_a_checkout_that_was_installed_for_editing_is_fine(tmp_path: Path) -> None:
    """`pip install -e` leaves our own metadata in the checkout."""
    home = package(package(tmp_path, "connectors"), "core")
    (home / "deskpulse.egg-info").mkdir()
    (home / "deskpulse.egg-info" / "top_level.txt").write_text("connectors\ncore\nsync\n")
    assert name_conflict([str(home)], home=str(home)) is None


def test_a_checkout_beside_an_installed_deskpulse_is_fine(tmp_path: Path) -> None:
    """Both are ours; which one runs is what the person typed."""
    site = installed(tmp_path / "site")
    assert name_conflict([str(ROOT), str(site)], home=str(ROOT)) is None
    assert name_conflict([str(site), str(ROOT)], home=str(ROOT)) is None


@pytest.mark.parametrize("file", ["core/models.py", "connectors/x/y.py", "sync.py", "sync/__init__.py", "core.abi3.so"])
def test_a_second_owner_of_a_name_is_named(tmp_path: Path, file: str) -> None:
    """Two distributions in one folder overwrite each other's files; which came last decides what runs."""
    site = installed(tmp_path / "site")
    distribution(site, "intruder", "intruder.py", file)
    message = name_conflict([str(site)], home=str(site))
    assert message is not None
    assert "belongs to intruder too" in message
    assert "pip uninstall intruder" in message


def test_an_owner_known_by_its_top_names_is_named(tmp_path: Path) -> None:
    """Debian's own Python packages come with a list of names and none of files."""
    site = installed(tmp_path / "site")
    (site / "intruder-2.egg-info").mkdir()
    (site / "intruder-2.egg-info" / "top_level.txt").write_text("intruder\ncore\n")
    message = name_conflict([str(site)], home=str(site))
    assert message is not None
    assert "'core'" in message


def test_a_second_owner_further_down_the_path_is_named(tmp_path: Path) -> None:
    """A plugin of that environment would import ours where it means its own."""
    other = package(tmp_path / "other", "core")
    distribution(other, "intruder", "core/__init__.py")
    message = name_conflict([str(ROOT), str(other)], home=str(ROOT))
    assert message is not None
    assert "intruder" in message


def test_a_folder_further_down_the_path_hides_nothing(tmp_path: Path) -> None:
    """A project of the admin's may have a folder called core, as long as ours is found first."""
    site = installed(tmp_path / "site")
    assert name_conflict([str(site), str(package(tmp_path / "mine", "core"))], home=str(site)) is None


def test_the_guard_costs_next_to_nothing() -> None:
    """It runs at every start, and `--help` is to answer in a fifth of a second."""
    spent = []
    for _ in range(5):
        before = time.process_time()
        name_conflict()
        spent.append(time.process_time() - before)
    assert min(spent) < 0.01


@pytest.mark.parametrize("name", ["connectors", "core"])
def test_a_folder_in_the_working_directory_is_refused(tmp_path: Path, name: str) -> None:
    """Started beside a project with a folder of that name, it would run that project's code."""
    package(tmp_path, name)
    done = started(tmp_path, "-m", "sync", "--help", path=str(ROOT))
    assert done.returncode == 2
    assert f"{tmp_path / name}" in done.stderr
    assert "Start Deskpulse from another folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_second_owner_is_refused_at_start(tmp_path: Path) -> None:
    """The refusal comes before anything is read or written, with the exit code of a wrong set-up."""
    site = tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("connectors", "core"):
        shutil.copytree(ROOT / name, site / name, ignore=ignored)
    shutil.copy(ROOT / "sync.py", site)
    distribution(site, "intruder", "core/models.py")
    done = started(tmp_path, "-m", "sync", "--help", path=str(site))
    assert done.returncode == 2
    assert "pip uninstall intruder" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_working_directory_is_fine(tmp_path: Path) -> None:
    """The guard must not stand in the way of the everyday start."""
    done = started(tmp_path, "-m", "sync", "--help", path=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert "report" in done.stdout
