"""All files beside the help desk and the telephone, written at once."""

from collections.abc import Iterator
from pathlib import Path

from core.sandbox.inputs.customers import customer_sheets
from core.sandbox.inputs.money import money_sheets
from core.sandbox.inputs.partner import partner_sheets
from core.sandbox.inputs.plans import plan_sheets
from core.sandbox.inputs.projects import project_sheets
from core.sandbox.inputs.quality import quality_sheets
from core.sandbox.inputs.sheet import Sheet
from core.sandbox.inputs.shifts import shift_sheets
from core.sandbox.inputs.staff import staff_sheets
from core.sandbox.world import World


def sheets(world: World) -> Iterator[Sheet]:
    """Every file, the same ones for the same world."""
    yield from customer_sheets(world)
    yield from partner_sheets(world)
    yield from quality_sheets(world)
    yield from shift_sheets(world)
    yield from staff_sheets(world)
    yield from money_sheets(world)
    yield from plan_sheets(world)
    yield from project_sheets(world)


def write_inputs(world: World, folder: Path) -> None:
    """The folder of a ``csv_folder`` source; each file's name says what its rows are."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets(world):
        sheet.write(folder)
