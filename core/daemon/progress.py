"""Progress on a terminal: one line a stream; nothing where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from core.pull.source import Progress

Watch: TypeAlias = Callable[[Progress], None]


def unwatched(page: Progress) -> None:
    """Nobody looks on."""


@contextmanager
def progress(*, enabled: bool) -> Iterator[Watch]:
    """Something to be told of every page; draws on stderr only if ``enabled``."""
    if not enabled:
        yield unwatched
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def watch(page: Progress) -> None:
            name = f"{page.source} {page.stream}"
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=None)
            bars.update(tasks[name], description=f"{name}: {page.rows:,} rows, {page.pages:,} pages")  # type: ignore[arg-type]

        yield watch
