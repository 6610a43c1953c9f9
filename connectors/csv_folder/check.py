"""What ``check`` looks at in a folder: that each entry finds files, and that their heads fit the mapping."""

from collections.abc import Iterator

from connectors import Finding
from connectors.csv_folder.columns import Mismatch
from connectors.csv_folder.folder import Unreadable, key_of, listing
from connectors.csv_folder.reading import opened
from connectors.csv_folder.settings import CsvFolderSettings

# Of each kind the newest files tell whether the mapping still fits.
MOST_OPENED = 5
MOST_NAMED = 5


def check(settings: CsvFolderSettings) -> Iterator[Finding]:
    """Whether the folder can be read, each pattern finds a file, and the newest files have the columns mapped."""
    found = listing(settings)
    yield Finding(f"read the folder, {len(found.entries)} files with a mapping", True)
    for fault in found.faults:
        yield Finding("an archive", False, fault)
    for rule in settings.rules:
        key = key_of(settings, rule)
        of_rule = [entry for entry in found.entries if entry.rule is rule]
        if not of_rule and settings.files:
            yield Finding(f"{key}: {rule.match}", True, "No file has that name yet.")
        for entry in of_rule[-MOST_OPENED:]:
            try:
                with opened(entry, is_settled=True) as reading:
                    reading.select(key)
            except FileNotFoundError:
                continue
            except (Unreadable, Mismatch) as problem:
                yield Finding(f"{entry.name} as {rule.kind}", False, str(problem))
            else:
                yield Finding(f"{entry.name} as {rule.kind}", True)
    if found.unmatched:
        names = ", ".join(found.unmatched[:MOST_NAMED])
        more = f" and {len(found.unmatched) - MOST_NAMED} more" if len(found.unmatched) > MOST_NAMED else ""
        yield Finding("files that no entry matches", True, f"Not read: {names}{more}.")
