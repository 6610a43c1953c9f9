"""A file of rows, and how the world's ids are written in it."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct

from core.sandbox import account
from core.sandbox.hours import days
from core.sandbox.world import World

DESK, PHONE = "zd-main", "pbx"
"""Names of the sources whose rows the files speak of."""


class Sheet(Struct, frozen=True):
    """A file by its name, the names of its columns, and its rows."""

    name: str
    columns: str
    rows: Sequence[Sequence[object]]

    def write(self, folder: Path) -> None:
        """The file as Excel would save it."""
        with (folder / f"{self.name}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(self.columns.split())
            table.writerows(self.rows)


def desk_agent(name: str) -> str:
    """Somebody of the help desk by name."""
    return f"@{DESK}:{account.AGENT_IDS[name]}"


def phone_agent(name: str) -> str:
    """Somebody at the telephone by name."""
    return f"@{PHONE}:{name}"


def team(name: str) -> str:
    """A group of the help desk by name."""
    return f"@{DESK}:{account.GROUPS[name]}"


def working_days(world: World) -> Iterator[date]:
    """Mondays to Fridays of the story on which the desk is open, up to its last whole day."""
    for day_on in days(world.story.start_on, world.story.last_on):
        if day_on.weekday() < 5 and not world.story.is_closed(day_on):
            yield day_on


def weeks(world: World) -> Iterator[date]:
    """The Mondays of the story."""
    day_on = world.story.start_on - timedelta(days=world.story.start_on.weekday())
    while day_on <= world.story.last_on:
        yield day_on
        day_on += timedelta(days=7)
