"""A folder as destination: the report as HTML and text, written whole, readable by the owner only."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from core.deliver.outbox import Part, Sent
from core.errors import ConfigError, Unavailable

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class FileContent:
    """One file: its name in the folder and its text."""

    name: str
    text: str


@dataclass
class Folder:
    """A folder on this machine."""

    path: Path

    def send(self, key: str, part: Part, root: Sent | None) -> Sent:
        """Writes the part's file in one step, so that nobody reads half of it."""
        if not isinstance(part.content, FileContent):
            raise ConfigError("a file destination was given something that is no file")
        return Sent(str(write_private(self.path, part.content.name, part.content.text)), "")

    def edit(self, key: str, part: Part, at: Sent) -> Sent:
        """Writes the corrected file in place of the earlier one."""
        return self.send(key, part, None)

    def find(self, key: str, part: Part, root: Sent | None, since_at: int) -> Sent | Literal["absent", "unknown"]:
        """Writing again puts the same file in place: nothing can be doubled."""
        return "absent"

    def notice(self, text: str) -> None:
        """Keeps the notice as a file."""
        write_private(self.path, "notice.txt", text + "\n")

    def check(self) -> str:
        """Tries to write into the folder."""
        write_private(self.path, "check.txt", "").unlink()
        return f"can write into {self.path}"


def safe_name(name: str) -> str:
    """A file name that stays inside its folder whatever a report or queue is called."""
    return UNSAFE.sub("-", name).strip(".-")[:120] or "report"


def write_private(folder: Path, name: str, text: str | bytes) -> Path:
    """Writes ``text`` to ``folder/name`` with mode 0600 and in one step; the folder is made if it is not there."""
    return write_whole(folder / safe_name(name), text)


def write_whole(target: Path, text: str | bytes) -> Path:
    """Writes ``text`` to exactly this path, otherwise as ``write_private`` does."""
    with private_file(target) as file:
        file.write(text.encode("utf-8") if isinstance(text, str) else text)
    return target


@contextmanager
def private_file(target: Path) -> Iterator[BinaryIO]:
    """A file with mode 0600 to be written, which takes its place once it is whole."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise Unavailable(f"cannot write {target}: {problem.strerror}. Is there room, and may this user?") from None
