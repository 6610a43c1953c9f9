"""What ``check`` looks at in a folder: that each entry finds files, and that heads and first rows fit the mapping."""

from collections.abc import Iterator, Sequence

from connectors import Finding
from connectors.csv_folder.columns import Mismatch
from connectors.csv_folder.fetch import fault_of, first_rows
from connectors.csv_folder.folder import Unreadable, key_of, listing
from connectors.csv_folder.reading import opened
from connectors.csv_folder.rows import Row
from connectors.csv_folder.settings import CsvFolderSettings

# Of each kind the newest files tell whether the mapping still fits.
MOST_OPENED = 5
MOST_NAMED = 8


def check(settings: CsvFolderSettings) -> Iterator[Finding]:
    """Whether the folder can be read, each pattern finds a file, and the newest files can be read by their mapping."""
    found = listing(settings)
    yield Finding(f"read the folder, {len(found.entries)} files with a mapping", True)
    for fault in found.faults:
        yield Finding("files that cannot be opened", False, fault)
    for rule in settings.rules:
        key = key_of(settings, rule)
        of_rule = [entry for entry in found.entries if entry.rule is rule]
        if not of_rule and settings.files:
            yield Finding(f"{key}: {rule.match}", True, "No file has that name yet.")
        for entry in of_rule[-MOST_OPENED:]:
            try:
                with opened(entry, is_settled=True) as reading:
                    selection = reading.select(key)
                    rows = first_rows(entry, reading, selection)
            except FileNotFoundError:
                continue
            except (Unreadable, Mismatch) as problem:
                yield Finding(f"{entry.name} as {rule.kind}", False, str(problem))
            else:
                yield _of_rows(settings, f"{entry.name} as {rule.kind}", rows, selection.unread)
    if found.unmatched:
        said = f"Not read: {_first(found.unmatched)}."
        if not settings.files:
            said = f"{said} Begin their names with a kind of rows, such as costs, or name them in files."
        yield Finding("files that no entry matches", bool(found.entries), said)


def _of_rows(settings: CsvFolderSettings, what: str, rows: Sequence[Row], unread: Sequence[str]) -> Finding:
    if not rows:
        return Finding(what, True, "It has no rows yet.")
    faults = [fault for row in rows if (fault := fault_of(row, settings))]
    said = [f"{len(faults)} of its first {len(rows)} rows cannot be read: {faults[0]}."] if faults else []
    # A misspelt column of ours looks like one that nobody asked for.
    if unread:
        said.append(f"Columns not read: {_first(unread)}.")
    return Finding(what, len(faults) * 2 < len(rows), " ".join(said))


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
