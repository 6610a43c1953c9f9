"""Connectors of others come through the same door, and a broken one stops nobody else."""

import json
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

import sync
from core.pull import discover, overtime
from core.sandbox import kit
from core.sandbox.new import new_connector
from core.sandbox.suite import find
from core.sandbox.suite.run import run_suite
from core.sandbox.template.acme_imitation import start
from tests.kit.conftest import NAME

# What an imitation or a test of somebody else may rely on. A name that leaves this list breaks files we cannot see.
PROMISED = [
    "CASES", "HOSTILE_TEXTS", "Case", "Dice", "Imitation", "Reply", "Request", "Sandbox", "Trial", "Vendor", "Verdict",
    "judge", "trial",
]  # fmt: skip
SECRET = "a-key-that-nobody-may-see"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command; its exit code, its answer and what it said beside."""

    def command(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sync.py", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            sync.main()
        except SystemExit as end:
            code = int(str(end.code or 0))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


def broken(folder: Path, name: str, line: str) -> None:
    """A second connector whose ``normalise`` does this."""
    new_connector(name, folder)
    path = folder / f"{name}.py"
    text = path.read_text(encoding="utf-8").replace(
        "    changed_at = utc(row.changed_at)\n", f"    {line}\n    changed_at = utc(row.changed_at)\n"
    )
    path.write_text(text, encoding="utf-8")


def test_what_imitations_and_tests_rely_on_is_kept() -> None:
    """A name that goes missing breaks files that only their authors have."""
    assert sorted(kit.__all__) == sorted(PROMISED)
    assert all(hasattr(kit, name) for name in PROMISED)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("raises", "raise RuntimeError(ctx.settings.token.get_secret_value())"),
        ("leaves", "raise SystemExit(ctx.settings.token.get_secret_value())"),
        ("hangs", "while True: pass"),
        ("prints", 'raise ValueError(f"{ctx.settings.token.get_secret_value()} of {row.requester_mail}")'),
    ],
)
def test_a_broken_source_stops_no_other_and_tells_no_secret(
    tmp_path: Path, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    """An admin's file is as good as the hour in which it was written; the others' numbers are due all the same."""
    monkeypatch.setattr(overtime, "LIMIT_S", 0.2)
    broken(folder, name, line)
    with start(40) as server:
        monkeypatch.setattr("core.sandbox.template.acme_imitation.KEY", SECRET)
        sources = "".join(
            f'[[sources]]\nname = "{one}"\nconnector = "{one}"\nsubdomain = "demo"\ntoken = "file:key"\n'
            f'base_url = "{server.url}"\nrequests_per_minute = 100000\n'
            for one in (name, NAME)
        )
        (tmp_path / "key").write_text(SECRET)
        (tmp_path / "key").chmod(0o600)
        config = tmp_path / "config.toml"
        config.write_text(f'[connectors]\nfolder = "own"\n{sources}')
        code, said, beside = run("run", "--json", "--log-format", "json", "--config", config)
    outcomes = {one["source"]: (one["outcome"], one["rows"], one["rejected"]) for one in json.loads(said)["sources"]}
    assert outcomes[NAME] == ("ok", 40, 0)
    # Rows that a normalise refuses are set aside one by one; whatever else goes wrong is the source's own failure.
    assert outcomes[name] == (("ok", 40, 40) if name == "prints" else ("failed", 0, 0))
    assert code == (0 if name == "prints" else 3)
    assert SECRET not in said + beside
    store = (tmp_path / "deskpulse.db").read_bytes()
    assert SECRET.encode() not in store
    assert b"@people.example" not in store


def test_the_suite_judges_a_broken_one_like_any_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict on each case, not a traceback on the first."""
    monkeypatch.setattr(overtime, "LIMIT_S", 0.2)
    broken(folder, "raises", "raise RuntimeError('no')")
    grade = run_suite("raises", folder).grade
    assert grade.letter == "C"
    assert "two reads equal" in grade.failed
    assert grade.cases["described settings"].outcome == "passed"


def test_broken_ones_are_listed_and_the_rest_works(folder: Path, run: Run) -> None:
    """The list is where an admin looks when a source is missing."""
    (folder / "halfway.py").write_text("def (", encoding="utf-8")
    (folder / "wordless.py").write_text("x = 1", encoding="utf-8")
    code, said, _ = run("connectors", "list", "--json", "--folder", folder, "--config", folder / "none.toml")
    listed = {one["name"]: one for one in json.loads(said)}
    assert code == 0
    assert {"halfway", "wordless", NAME, "zendesk", "asterisk"} <= listed.keys()
    assert f"{NAME}_imitation" not in listed
    assert f"test_{NAME}" not in listed
    assert "SyntaxError" in listed["halfway"]["error"]
    assert listed["zendesk"]["grade"] == "A"
    assert listed[NAME]["grade"] == "–"


def test_the_verbs_lead_from_nothing_to_a_grade(tmp_path: Path, run: Run) -> None:
    """The first ten minutes of somebody who adds a vendor."""
    folder = tmp_path / "mine"
    code, said, _ = run("connectors", "new", "tiny", "--folder", folder)
    assert (code, "connectors test tiny" in said) == (0, True)
    code, said, _ = run("connectors", "test", "tiny", "--folder", folder)
    assert (code, "grade B" in said) == (0, True)
    assert "grade B" in run("connectors", "list", "--folder", folder)[1]
    (folder / "tiny_imitation.py").write_text("def (", encoding="utf-8")
    code, _, beside = run("connectors", "test", "tiny", "--folder", folder)
    assert (code, "cannot be loaded: SyntaxError" in beside) == (2, True)
    (folder / "tiny_imitation.py").unlink()
    code, said, _ = run("connectors", "test", "tiny", "--folder", folder)
    assert (code, "no imitation" in said) == (3, True)
    assert run("connectors", "test")[0] == 2
    assert run("connectors", "test", "--all", "--case", "check", "--write")[0] == 2


def test_a_plugin_brings_its_imitation(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody publishes a connector as a package, with what proves it."""
    monkeypatch.syspath_prepend(str(folder))
    ours = EntryPoint(NAME, f"{NAME}:connector", discover.GROUP)
    theirs = EntryPoint(NAME, f"{NAME}_imitation", find.GROUP)
    monkeypatch.setattr(discover, "entry_points", lambda **_: EntryPoints([ours]))
    monkeypatch.setattr(find, "entry_points", lambda **_: EntryPoints([theirs]))
    found = find.find_imitation(NAME)
    assert found is not None
    assert found.connector == NAME
    assert run_suite(NAME, only="two reads").verdicts[0].outcome == "passed"
