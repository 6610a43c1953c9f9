"""What is declared of a figure that a vendor publishes."""

from dataclasses import dataclass

from core.numbers.reconcile.pairs import Cause


@dataclass(frozen=True)
class Differs:
    """One figure of a vendor: ``stored`` are the names under which it is kept for ``reconcile``, empty where it is only
    to be seen in the vendor's reports. ``metrics`` are ours that people hold against it."""

    figure: str
    theirs: str
    ours: str
    metrics: tuple[str, ...]
    rules: tuple[Cause, ...]
    stored: tuple[str, ...] = ()
