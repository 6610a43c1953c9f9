"""What an installation gets: the wheel, built from a copy of the tree and installed into an environment of its own."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.test_guard import distribution
from tests.tree import copy_of_tree, tracked

pytestmark = pytest.mark.slow


def succeed(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    environment |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    tree = copy_of_tree(folder / "tree")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    succeed(*pip, "--wheel-dir", folder, tree, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel alone; what Deskpulse depends on it borrows from the one the tests run in."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    succeed(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", "--no-deps")
    succeed(*pip, wheel, cwd=folder.parent)
    (site := site_packages(folder)).joinpath("borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    assert (site / "sync.py").exists()
    return folder


def site_packages(environment: Path) -> Path:
    (site,) = environment.glob("lib/python*/site-packages")
    return site


def test_the_wheel_holds_the_application_and_nothing_else(wheel: Path) -> None:
    """A template or a locale left behind is a report that fails at the customer's."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    application = {name for name in tracked() if name.startswith(("connectors/", "core/"))} | {"sync.py"}
    assert held == application


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Whoever audits licences reads the metadata, not the repository."""
    assert wheel.name == "deskpulse-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read("deskpulse-0.1.0.dist-info/METADATA").decode()
        assert "deskpulse-0.1.0.dist-info/licenses/LICENSE" in archive.namelist()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: <3.15,>=3.11" in metadata


def test_the_command_runs_from_another_folder(environment: Path, tmp_path: Path) -> None:
    """An installed Deskpulse has no checkout to lean on."""
    assert "demo" in succeed(environment / "bin" / "deskpulse", "--help", cwd=tmp_path)
    metrics = json.loads(succeed(environment / "bin" / "deskpulse", "kpi", "list", "--json", cwd=tmp_path))
    assert metrics
    where = succeed(environment / "bin" / "python", "-c", "import core; print(core.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(environment)


def test_it_refuses_an_environment_that_it_shares(environment: Path, tmp_path: Path) -> None:
    """A second `core` in the same folder has overwritten files of ours, or will at its next upgrade."""
    intruder = site_packages(environment) / "intruder-1.0.dist-info"
    distribution(intruder.parent, "intruder", "core/settings.py")
    try:
        done = subprocess.run(
            [environment / "bin" / "deskpulse", "status"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    finally:
        (intruder / "RECORD").unlink()
        intruder.rmdir()
    assert done.returncode == 2
    assert "pip uninstall intruder" in done.stderr
