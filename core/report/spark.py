"""Values as a line of eight heights, for where no picture can be."""

from collections.abc import Sequence

HEIGHTS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None]) -> str:
    """One character a value; a dot where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) / (len(HEIGHTS) - 1) or 1.0
    middle = len(HEIGHTS) // 2 if high == low else 0
    return "".join("·" if value is None else HEIGHTS[middle + round((value - low) / step)] for value in values)
