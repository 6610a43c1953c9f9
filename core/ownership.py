"""Whether the import names `connectors`, `core` and `sync` are Deskpulse's own where it was started.

Imports the standard library only: whatever else lies in `core` may be somebody else's file.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("connectors", "core", "sync")
HOME = str(Path(__file__).resolve().parent.parent)
DISTRIBUTION = "deskpulse"


def name_conflict(path: Sequence[str] | None = None, home: str = HOME) -> str | None:
    """What is wrong and what to do where one of the names is not ours alone; None where all three are.

    `path` is the import path, `sys.path` unless given; `home` the folder that holds our own three.
    """
    home_seen = False
    for entry in dict.fromkeys(os.path.realpath(folder) for folder in (sys.path if path is None else path)):
        held = tuple(name for name in NAMES if _importable(entry, name))
        if not held:
            continue
        ours = entry == home
        for distribution, name in _other_owners(entry):
            return (
                f"'{name}' in {entry} belongs to {distribution} too, and Deskpulse cannot share that name. "
                "Install Deskpulse in an environment of its own (pipx install deskpulse), "
                f"or remove the other: pip uninstall {distribution}"
            )
        if not ours and not home_seen and not any(owner == DISTRIBUTION for owner, _ in _metadata(entry)):
            return (
                f"{Path(entry, held[0])} hides Deskpulse's own '{held[0]}' in {home}. "
                "Start Deskpulse from another folder, or take that one off PYTHONPATH."
            )
        home_seen = home_seen or ours
    return None


def _importable(folder: str, name: str) -> bool:
    # os.path rather than pathlib: this runs at every start, for every entry of the import path.
    stem = os.path.join(folder, name)  # noqa: PTH118
    return os.path.isfile(f"{stem}.py") or os.path.isfile(f"{stem}/__init__.py")  # noqa: PTH113


def _metadata(folder: str) -> Iterator[tuple[str, str]]:
    """Name and metadata folder of each distribution that was installed into the folder, or built in it."""
    for entry in os.listdir(folder):  # noqa: PTH208
        if entry.endswith((".dist-info", ".egg-info")):
            yield entry.rpartition(".")[0].partition("-")[0], f"{folder}/{entry}"


def _other_owners(folder: str) -> Iterator[tuple[str, str]]:
    """Each other distribution in the folder that installed a file under one of the names, with that name.

    Read from the bytes of its file list: `importlib.metadata` needs 85 ms for what takes 4 ms here.
    """
    for distribution, metadata in _metadata(folder):
        if distribution == DISTRIBUTION:
            continue
        listed = _listing(metadata)
        for name in NAMES:
            start = b"\n" + name.encode()
            if start in listed and any(start + mark in listed for mark in (b"/", b".", b"\n")):
                yield distribution, name


def _listing(metadata: str) -> bytes:
    """The files of a distribution, or its top names where its installer wrote no list; one a line."""
    for name in ("RECORD", "top_level.txt"):
        try:
            return b"\n" + Path(metadata, name).read_bytes() + b"\n"
        except (FileNotFoundError, NotADirectoryError):
            continue
    return b""
