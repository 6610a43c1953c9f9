"""A folder as destination: private, whole, and never outside itself."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Destination
from core.deliver.file import FileContent, Folder, safe_name, write_private
from core.deliver.outbox import ROOT, Delivery, Part, deliver
from core.deliver.targets import Rendered, open_target
from core.errors import ConfigError, Unavailable
from tests.deliver.desk import KEY, MESSAGE, NOW


@given(st.text())
def test_a_name_stays_in_its_folder(name: str) -> None:
    """A report called ../../x is a mistake or an attack; either way it writes beside the others."""
    made = safe_name(name)
    assert made
    assert "/" not in made
    assert not made.startswith(".")
    assert len(made) <= 120


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a/b", "..", ""])
def test_a_hostile_name_is_written_inside(tmp_path: Path, name: str) -> None:
    """Whoever names a queue or a report must not choose where on the disk it goes."""
    assert write_private(tmp_path / "out", name, "x").parent == tmp_path / "out"


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """A report names teams and their numbers; not every account of the machine may read it."""
    old = os.umask(0)
    try:
        (tmp_path / "r.html").write_text("old")
        (tmp_path / "r.html").chmod(0o644)
        written = write_private(tmp_path, "r.html", "new")
    finally:
        os.umask(old)
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert written.read_text() == "new"


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that reloads in mid-write shows the old report or the new one."""
    write_private(tmp_path, "r.html", "old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Unavailable, match="Is there room"):
        write_private(tmp_path, "r.html", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["r.html"]
    assert (tmp_path / "r.html").read_text() == "old"


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    """Writing through somebody's link would overwrite what it points to."""
    victim = tmp_path / "victim"
    victim.write_text("keep")
    (tmp_path / "r.html").symlink_to(victim)
    (tmp_path / f".r.html.{os.getpid()}.part").symlink_to(victim)
    write_private(tmp_path, "r.html", "new")
    assert victim.read_text() == "keep"


def test_a_report_is_kept_as_html_and_text_and_rewritten_after_a_kill(tmp_path: Path, db: sqlite3.Connection) -> None:
    """A file that is written again is the same file: nothing can be doubled."""
    destination = Destination.model_validate({"name": "disk", "type": "file", "path": "out"})
    rendered = Rendered(MESSAGE, "<p>76.5 %</p>", "76.5 %", "daily-2026-11-20")
    with open_target(destination, tmp_path) as target:
        parts = target.parts(rendered)
        assert deliver(db, target.sender, Delivery(KEY, "disk", parts), NOW).state == "sent"
        db.execute("update outbox set state = 'intended' where part = ?", (ROOT,))
        assert deliver(db, target.sender, Delivery(KEY, "disk", parts), NOW).sent == 1
        assert target.sender.check() == f"can write into {tmp_path / 'out'}"
        target.say("pbx failed")
    files = {file.name: file.read_text() for file in (tmp_path / "out").iterdir()}
    assert files == {
        "daily-2026-11-20.html": "<p>76.5 %</p>",
        "daily-2026-11-20.txt": "76.5 %",
        "notice.txt": "pbx failed\n",
    }


def test_a_folder_that_cannot_be_written_fails_and_is_retried(tmp_path: Path, db: sqlite3.Connection) -> None:
    """A full disk on Monday must not leave Monday's report unwritten on Tuesday."""
    blocked = tmp_path / "out"
    blocked.write_text("a file where the folder should be")
    part = Part(ROOT, FileContent("r.html", "x"))
    receipt = deliver(db, Folder(blocked), Delivery(KEY, "disk", (part,)), NOW)
    assert receipt.state == "failed"
    assert str(blocked) in receipt.notes[0]
    blocked.unlink()
    assert deliver(db, Folder(blocked), Delivery(KEY, "disk", (part,)), NOW).state == "sent"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "pigeon"}, "no type 'pigeon'. Known: file, slack"),
        ({"type": "slack", "webhook_url": "https://elsewhere.example/services/T0/B0/x"}, "hooks.slack.com"),
    ],
)
def test_a_destination_that_cannot_be_is_named(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """A webhook of another host would be handed the numbers every morning."""
    destination = Destination.model_validate({"name": "ops", **given})
    with pytest.raises(ConfigError, match=said), open_target(destination, tmp_path):
        pytest.fail("not reached")
