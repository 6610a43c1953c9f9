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
MOST_NAMED = 5


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
                    rows = first_rows(entry, reading, reading.select(key))
            except FileNotFoundError:
                continue
            except (Unreadable, Mismatch) as problem:
                yield Finding(f"{entry.name} as {rule.kind}", False, str(problem))
            else:
                yield _of_rows(settings, f"{entry.name} as {rule.kind}", rows)
    if found.unmatched:
        names = ", ".join(found.unmatched[:MOST_NAMED])
        more = f" and {len(found.unmatched) - MOST_NAMED} more" if len(found.unmatched) > MOST_NAMED else ""
        yield Finding("files that no entry matches", True, f"Not read: {names}{more}.")


def _of_rows(settings: CsvFolderSettings, what: str, rows: Sequence[Row]) -> Finding:
    if not rows:
        return Finding(what, True, "It has no rows yet.")
    faults = [fault for row in rows if (fault := fault_of(row, settings))]
    if not faults:
        return Finding(what, True)
    said = f"{len(faults)} of its first {len(rows)} rows cannot be read: {faults[0]}."
    return Finding(what, len(faults) * 2 < len(rows), said)
