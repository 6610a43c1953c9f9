"""The unit file and the container files, as far as a machine without either can judge them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.tree import ROOT, tracked

EXAMPLES = ROOT / "examples"
UNIT = EXAMPLES / "deskpulse.service"

# Of 10; a service without any of the settings scores 9.6. Measured with systemd 252.
MOST_EXPOSED = 1.3


def systemd_analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("no systemd-analyze here; on Debian: apt-get install systemd")
    return subprocess.run([command, *arguments], capture_output=True, text=True, timeout=60, check=False)


def unit_for_this_machine(folder: Path) -> Path:
    """The unit with a command that exists here: systemd asks the disk."""
    command = folder / "deskpulse"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    unit = folder / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/deskpulse/bin/deskpulse", str(command)))
    return unit


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """A setting that systemd does not know is a protection that is not there."""
    done = systemd_analyze("verify", "--man=no", unit_for_this_machine(tmp_path))
    about_ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert not about_ours, "\n".join(about_ours)
    assert done.returncode == 0, done.stderr


def test_systemd_finds_the_unit_well_confined(tmp_path: Path) -> None:
    """It holds the tokens of the help desk; a hole in a library must end inside the service."""
    unit = unit_for_this_machine(tmp_path)
    threshold = f"--threshold={int(MOST_EXPOSED * 10)}"
    done = systemd_analyze("security", "--offline=true", threshold, unit)
    assert done.returncode == 0, done.stdout + done.stderr


def logical_lines(dockerfile: Path) -> list[tuple[str, str]]:
    """Instruction and arguments of each line, comments left out and continued lines joined."""
    text = "\n".join(line for line in dockerfile.read_text().splitlines() if not line.startswith("#"))
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def copied() -> set[str]:
    """What the image takes from the tree."""
    return {
        source
        for instruction, arguments in logical_lines(EXAMPLES / "Dockerfile")
        if instruction == "COPY" and "--from" not in arguments
        for source in arguments.split()[:-1]
    }


def test_the_image_takes_what_exists_and_what_the_build_needs() -> None:
    """A build that stops half-way is found by the one person who has no Python of their own."""
    assert all((ROOT / source).exists() for source in copied())
    assert copied() == {"pyproject.toml", "constraints.txt", "README.md", "LICENSE", "sync.py", "connectors", "core"}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied() == let_in


def test_the_image_s_shell_commands_parse() -> None:
    """A quote too many costs a build of minutes."""
    runs = [arguments for instruction, arguments in logical_lines(EXAMPLES / "Dockerfile") if instruction == "RUN"]
    assert runs
    for run in runs:
        subprocess.run(["bash", "-n", "-c", run], check=True, timeout=10)


def test_the_image_runs_as_nobody_special_and_keeps_its_data() -> None:
    """As root in the container, a hole is one step from the host; without a volume an update loses the history."""
    lines = dict(logical_lines(EXAMPLES / "Dockerfile"))
    assert lines["USER"] == "10001"
    assert lines["VOLUME"] == lines["WORKDIR"] == "/data"


def container_commands() -> list[list[str]]:
    lines = dict(logical_lines(EXAMPLES / "Dockerfile"))
    health = json.loads(lines["HEALTHCHECK"].partition("CMD ")[2])
    return [health[1:], json.loads(lines["CMD"])]


def unit_command() -> list[str]:
    match = re.search(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert match
    return shlex.split(match[1])[1:]


@pytest.mark.parametrize("command", [*container_commands(), unit_command()], ids=" ".join)
def test_the_commands_and_options_exist(command: list[str]) -> None:
    """A service that is started with an option of last year's stops at once, every thirty seconds."""
    verb, *rest = command
    shown = [sys.executable, str(ROOT / "sync.py"), verb, "--help"]
    page = subprocess.run(shown, capture_output=True, text=True, timeout=30, check=False)
    assert page.returncode == 0, page.stderr
    missing = [option for option in rest if option.startswith("--") and option not in page.stdout]
    assert not missing


def test_compose_builds_the_image_and_confines_it() -> None:
    """What the unit file forbids, the container must not have either."""
    compose = yaml.safe_load((EXAMPLES / "compose.yml").read_text())
    service = compose["services"]["deskpulse"]
    context = (EXAMPLES / service["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / service["build"]["dockerfile"]).is_file()
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert set(service["secrets"]) == set(compose["secrets"])
    named = {volume.partition(":")[0] for volume in service["volumes"] if not volume.startswith(".")}
    assert named == set(compose["volumes"])


def test_no_secret_lies_in_the_examples() -> None:
    """An example that is copied with its secret is published with it."""
    assert not [name for name in tracked() if name.startswith("examples/secrets") or name == "examples/config.toml"]
