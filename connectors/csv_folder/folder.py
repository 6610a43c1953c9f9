"""The files of a folder, oldest first, archives opened: which of them there are, and what is new in them."""

import fnmatch
import os
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from connectors import Unavailable
from connectors.csv_folder.settings import CsvFolderSettings, FileRule

TEXT = frozenset({".csv", ".tsv", ".txt", ".tab", ".log"})
JSON = frozenset({".jsonl", ".ndjson", ".json"})
SHEETS = frozenset({".xlsx", ".xlsm"})
READ = TEXT | JSON | SHEETS
# Being written, or a lock that Excel leaves beside an open workbook.
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".swp", ".lock")
# What zipfile raises on a directory that is not as it should be, beside faults of reading.
UNSOUND = (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, struct.error, OSError)
HIDDEN = (".", "~", "#")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MOST_UNPACKED = 8 << 30


class Unreadable(Exception):
    """A file cannot be read now; the text says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """One file, or one member of an archive. ``name``: its path in the folder; ``form``: the suffix that counts;
    ``is_shared``: more than one rule reads it."""

    path: Path
    name: str
    member: str | None
    form: str
    rule: FileRule
    size: int
    mtime_ns: int
    is_shared: bool = False

    @property
    def is_packed(self) -> bool:
        """Whether it comes out of an archive, which is not written to while we read."""
        return self.member is not None or self.path.suffix.lower() == ".gz"


@dataclass(frozen=True)
class Listing:
    """What is in the folder: files with a rule, names of those without one, and faults of archives."""

    entries: tuple[Entry, ...]
    unmatched: tuple[str, ...]
    faults: tuple[str, ...]


def listing(settings: CsvFolderSettings, *, whole: bool | None = None) -> Listing:
    """The folder's files, the one changed last at the end: of two that tell of one row the later one is believed.

    ``whole``: only files whose rule says that they hold all there is, or only the others."""
    entries: list[Entry] = []
    unmatched: list[str] = []
    faults: list[str] = []
    for path, name in _files(settings.path, faults):
        try:
            found = list(_entries(settings, path, name))
            if found and path.is_symlink() and not path.resolve().is_relative_to(settings.path.resolve()):
                raise Unreadable(f"{name} is a link out of the folder. Copy the file, or make its folder a source.")
        except FileNotFoundError:
            continue
        except Unreadable as problem:
            faults.append(str(problem))
            continue
        if not found:
            unmatched.append(name)
        entries += [entry for entry in found if whole is None or entry.rule.whole == whole]
    entries.sort(key=lambda entry: (entry.mtime_ns, entry.name))
    return Listing(tuple(entries), tuple(unmatched), tuple(faults))


def key_of(settings: CsvFolderSettings, rule: FileRule) -> str:
    """The key of the config under which a rule stands; its kind where none is written."""
    at = next((number for number, one in enumerate(settings.files, 1) if one is rule), None)
    return rule.kind if at is None else f"files.{at}"


def must_be_there(folder: Path) -> None:
    """Unavailable where there is no folder, such as a share that is not mounted."""
    if not folder.is_dir():
        raise Unavailable(f"there is no folder {folder}. Check the path and whether this user may read it.")


def _files(folder: Path, faults: list[str]) -> Iterator[tuple[Path, str]]:
    must_be_there(folder)

    def refused(problem: OSError) -> None:
        if Path(problem.filename) == folder:
            raise Unavailable(f"cannot read the folder {folder}: {problem.strerror}. Check its rights.")
        if not isinstance(problem, FileNotFoundError):
            below = told(Path(problem.filename).relative_to(folder))
            faults.append(f"cannot read the folder {below}: {problem.strerror}. Check its rights.")

    found = [Path(above, name) for above, _, names in os.walk(folder, onerror=refused) for name in names]
    for path in sorted(found):
        name = told(path.relative_to(folder))
        is_hidden = any(part.startswith(HIDDEN) for part in PurePosixPath(name).parts)
        if not is_hidden and not name.lower().endswith(UNFINISHED) and path.is_file():
            yield path, name


def told(path: Path) -> str:
    """A path as text: bytes of Windows' old names as it meant them, no control characters."""
    raw = os.fsencode(path.as_posix())
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("cp1252", errors="replace")
    return CONTROL.sub("_", name)


def _entries(settings: CsvFolderSettings, path: Path, name: str) -> Iterator[Entry]:
    stat = path.stat()
    suffix = path.suffix.lower()
    if suffix == ".zip":
        for member in _members(path, name):
            inner = CONTROL.sub("_", f"{name}/{member}")
            rules = _rules(settings, inner, PurePosixPath(member).name, name, path.name)
            form = PurePosixPath(member).suffix.lower()
            for rule in rules if form in READ else ():
                yield Entry(path, inner, member, form, rule, stat.st_size, stat.st_mtime_ns, len(rules) > 1)
        return
    shown = name[:-3] if suffix == ".gz" else name
    form = PurePosixPath(shown).suffix.lower()
    rules = _rules(settings, name, shown, path.name, PurePosixPath(shown).name)
    if rules and form == ".xls":
        raise Unreadable(f"{name} is a workbook of the old form. Save it as .xlsx or CSV.")
    if (form in READ or settings.files) and not (form in SHEETS and suffix == ".gz"):
        for rule in rules:
            yield Entry(path, name, None, form, rule, stat.st_size, stat.st_mtime_ns, len(rules) > 1)


def _rules(settings: CsvFolderSettings, *names: str) -> tuple[FileRule, ...]:
    """The first rule whose pattern fits one of the names, and further ones with the same pattern."""
    for rule in settings.rules:
        if any(fnmatch.fnmatch(name.casefold(), rule.match.casefold()) for name in names):
            return tuple(one for one in settings.rules if one.match == rule.match)
    return ()


def _members(path: Path, name: str) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except UNSOUND as problem:
        if isinstance(problem, FileNotFoundError):
            raise
        raise Unreadable(f"{name} is no sound zip archive. Copy it again, or move it away.") from None
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise Unreadable(f"{name} unpacks to more than {MOST_UNPACKED >> 30} GiB. Unpack it yourself.")
    shown = [info.filename for info in infos if info.filename and not info.is_dir()]
    return sorted(one for one in shown if not PurePosixPath(one).name.startswith(HIDDEN) and "__MACOSX" not in one)
