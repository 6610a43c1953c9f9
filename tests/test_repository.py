"""What holds for the whole tree, whoever wrote the file."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tree import ROOT, tracked

TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".sh",
    ".json",
    ".css",
    ".html",
    ".j2",
    ".jinja",
    ".service",
    "",
}

# Written apart, so that this file does not hold what it looks for.
UNWANTED = {
    "a folder of somebody's machine": r"(?<![\w.])/(ro" r"ot|wo" r"rk|home/\w+|Users/\w+)/",
    "a package registry's host": r"py" r"pi\.org|python" r"hosted\.org|npm" r"js\.(org|com)",
    "unfinished work": r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b",
    "a merge left half-way": r"(?m)^(<{7}|>{7}) ",
}


def texts() -> Iterator[tuple[str, str]]:
    for name in tracked():
        if Path(name).suffix in TEXT:
            yield name, (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, object]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_holds(what: str) -> None:
    """The next reader has another machine, another registry and no memory of this one."""
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts()
        for match in re.finditer(UNWANTED[what], text)
    ]
    assert not found, "\n".join(found)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_every_make_command_that_is_written_exists(page: str) -> None:
    """The first thing a newcomer types must work."""
    text = (ROOT / page).read_text()
    commands = re.findall(r"(?:`|^ *|&& |=1 )make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
    asked = {word for command in commands for word in command.split()}
    assert asked
    assert asked <= targets()


def test_every_target_is_phony() -> None:
    """A folder called docs or bench must not make `make docs` a no-op."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert targets() == set(phony[1].split())


def test_the_lock_pins_every_dependency_inside_its_range() -> None:
    """An unpinned package is another program on every machine that runs make."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    locked = {canonicalize_name(name): release for name, release in pinned.items()}
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = [*list(project()["dependencies"]), *(line for extra in extras.values() for line in extra)]  # type: ignore[call-overload]
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in locked, f"constraints.txt does not pin {name}"
        assert requirement.specifier.contains(locked[name]), f"{name} {locked[name]} is outside {requirement.specifier}"


def test_the_changelog_has_the_version() -> None:
    """Whoever upgrades looks there first."""
    assert f"## {project()['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_hosted_ci_runs_what_everyone_runs() -> None:
    """A second list of checks would drift away from the first."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert "bash .ci/run" in commands
    pythons = {str(python) for job in jobs.values() for python in job["strategy"]["matrix"]["python"]}
    classifiers = project()["classifiers"]
    assert isinstance(classifiers, list)
    said = {line.rpartition(" ")[2] for line in classifiers if "Python :: 3" in line}
    assert pythons == said
