"""What a comparison with the vendor comes to: equal, different by a named rule, or unexplained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from core.numbers.reconcile.pairs import SAYS, Cause

EXAMPLES = 3
# More than this share of figures that no rule explains is for a person to look into.
MOST_UNEXPLAINED = 0.01


@dataclass(frozen=True)
class Difference:
    """One object whose figures differ; ``name`` is the vendor's id (ticket, call) or the day and queue."""

    name: str
    ours: float | None
    vendor: float | None
    cause: Cause


@dataclass
class Line:
    """One figure of one source: how many were compared, how many equal, and why the others are not."""

    source: str
    entity: str
    figure: str
    mode: str
    unit: str
    compared: int = 0
    equal: int = 0
    causes: dict[Cause, int] = field(default_factory=dict)
    examples: dict[Cause, list[Difference]] = field(default_factory=dict)

    def take(self, difference: Difference | None) -> None:
        """Counts one comparison; None says that both agree."""
        self.compared += 1
        if difference is None:
            self.equal += 1
            return
        cause = difference.cause
        self.causes[cause] = self.causes.get(cause, 0) + 1
        shown = self.examples.setdefault(cause, [])
        if len(shown) < EXAMPLES:
            shown.append(difference)

    @property
    def unexplained(self) -> int:
        """Differences that no rule explains."""
        return self.causes.get("unexplained", 0)


@dataclass(frozen=True)
class Reconciliation:
    """All comparisons of a period (local days, both included)."""

    from_on: str
    to_on: str
    lines: Sequence[Line]

    def of(self, source: str) -> Sequence[Line]:
        """The lines of one source."""
        return [line for line in self.lines if line.source == source]

    @property
    def sources(self) -> list[str]:
        """Sources whose vendor gave figures, by name."""
        return sorted({line.source for line in self.lines})

    def data(self) -> dict[str, object]:
        """The comparison with stable keys."""
        return {
            "from": self.from_on,
            "to": self.to_on,
            "verdicts": [
                {
                    "source": verdict.source,
                    "ok": verdict.ok,
                    "verdict": verdict.sentence(),
                    "compared": verdict.compared,
                    "equal": verdict.equal,
                    "unexplained": verdict.unexplained,
                    "causes": dict(verdict.causes),
                }
                for verdict in self.verdicts()
            ],
            "figures": [asdict(line) for line in self.lines],
        }

    def verdicts(self) -> list["Verdict"]:
        """One judgement a source."""
        return [Verdict.of(source, self.of(source)) for source in self.sources]


@dataclass(frozen=True)
class Verdict:
    """One source in one line: figures compared, equal ones, and why the rest differ (most frequent cause first)."""

    source: str
    compared: int
    equal: int
    causes: Mapping[Cause, int]

    @classmethod
    def of(cls, source: str, lines: Iterable[Line]) -> "Verdict":
        """The lines of a source added up."""
        compared = equal = 0
        causes: dict[Cause, int] = {}
        for line in lines:
            compared += line.compared
            equal += line.equal
            for cause, count in line.causes.items():
                causes[cause] = causes.get(cause, 0) + count
        ordered = dict(sorted(causes.items(), key=lambda item: (-item[1], item[0])))
        return cls(source, compared, equal, ordered)

    @property
    def unexplained(self) -> int:
        """Figures that differ and that no rule explains."""
        return self.causes.get("unexplained", 0)

    @property
    def ok(self) -> bool:
        """Whether so few are unexplained that nobody needs to look."""
        return self.unexplained <= MOST_UNEXPLAINED * self.compared

    def sentence(self) -> str:
        """The verdict in words, for the terminal."""
        if not self.compared:
            return f"{self.source}: nothing to compare in these days"
        differ = self.compared - self.equal
        share = f"{self.equal / self.compared:.1%}"
        text = f"{self.source}: {self.equal:,} of {self.compared:,} figures ({share}) equal the vendor's"
        if not differ:
            return text
        named = [f"{count:,} {SAYS[cause]}" for cause, count in self.causes.items() if cause != "unexplained"]
        explained = "; ".join(named[:2]) + ("; …" if len(named) > 2 else "")
        tail = f"{self.unexplained:,} unexplained" if self.unexplained else "none unexplained"
        return f"{text}; {differ:,} differ ({explained or 'no rule known'}); {tail}"
