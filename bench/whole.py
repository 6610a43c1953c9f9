"""The whole path beside its limit: the same account, alternately, in one invocation."""

from dataclasses import asdict, dataclass
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

from bench.measure import Cost, Spread, cost_of
from bench.place import PER_MINUTE, configured, now_after, serving
from bench.table import Table, judged, spread

PER_DAY = 100_000 / 35
MOST_MB = 120.0


@dataclass(frozen=True)
class Way:
    """One way of doing the work: the goal is in CPU time of the limit."""

    name: str
    work: str
    raw: str = "off"
    goal: float | None = None


LIMIT = Way("limit: download, decode, insert", "limit")
WAYS = (
    LIMIT,
    Way("pull, nothing kept raw", "pull", "off", 2.0),
    Way("pull, rows kept redacted", "pull", "redacted", 3.0),
    Way("pull, rows kept in full", "pull", "full", 3.0),
    Way("pull, facts, parts, nothing kept raw", "path", "off", 3.0),
    Way("pull, facts, parts, rows kept redacted", "path", "redacted", 3.0),
)


def measure(tickets: int, repeats: int, folder: Path) -> tuple[Table, dict[str, Any]]:
    """Every way at a tenth of the account once, for its memory, and at the whole of it several times."""
    numbers = count()
    small = _round(max(1, tickets // 10), folder, numbers)
    rounds = [_round(tickets, folder, numbers) for _ in range(repeats)]
    ratios = {way: Spread.of(one[way].cpu_s / one[LIMIT].cpu_s for one in rounds) for way in WAYS}
    rows, data = [], {}
    for way in WAYS:
        costs = [one[way] for one in rounds]
        last = costs[-1]
        cpu, per_s = (
            Spread.of(cost.cpu_s for cost in costs),
            last.said["rows"] / Spread.of(c.cpu_s for c in costs).median,
        )
        peak = max(cost.peak_mb for cost in costs)
        rows.append(
            (
                way.name,
                spread(cpu),
                f"{Spread.of(cost.wall_s for cost in costs).median:.1f}",
                f"{per_s:,.0f}",
                spread(ratios[way], 2),
                judged(ratios[way].median, way.goal),
                f"{small[way].peak_mb:.0f}",
                f"{peak:.0f}",
                f"{1000 * last.said['requests'] / tickets:.2f}",
            )
        )
        data[f"{way.work} {way.raw}"] = {
            "goal": way.goal,
            "times_limit": asdict(ratios[way]),
            "peak_mb": {"tenth": small[way].peak_mb, "whole": peak},
            "runs": [asdict(cost) for cost in costs],
        }
    heads = ("", "CPU s", "wall s", "rows/CPU s", "x limit", "goal", "MB at 1/10", "MB at 1/1", "requests/1,000")
    title = f"{tickets:,} tickets with their events and comments ({rounds[0][LIMIT].said['rows']:,} rows read)"
    return Table(title, heads, tuple(rows), tuple(_notes(rounds))), data


def _round(tickets: int, folder: Path, numbers: "count[int]") -> dict[Way, Cost]:
    days = tickets / PER_DAY
    made = {}
    with serving(tickets, days) as port:
        for way in WAYS:
            place, now_at = folder / f"whole-{next(numbers)}", now_after(days)
            config = configured(place, port, way.raw)
            given: tuple[object, ...]
            if way is LIMIT:
                given = ("bench.limit", "--port", port, "--store", place / "limit.db", "--now", now_at)
            else:
                given = ("bench.product", way.work, "--config", config, "--now", now_at)
            made[way] = cost_of(*given)
            for file in place.iterdir():
                file.unlink()
    return made


def _notes(rounds: list[dict[Way, Cost]]) -> list[str]:
    last = rounds[-1][WAYS[-1]]
    stages = {
        name: Spread.of(one[WAYS[-1]].said["stages"][name]["cpu_s"] for one in rounds) for name in last.said["stages"]
    }
    spent = ", ".join(f"{name} {spread(found)}" for name, found in stages.items())
    exports = sum(last.said["streams"][name] for name in ("tickets", "ticket_events", "users", "organizations"))
    exports += last.said["streams"]["metric_events"]
    paced_s, allowed_s = last.said["paced_s"] + last.said["stages"]["pull"]["wall_s"], 60 * ceil(exports / PER_MINUTE)
    return [
        f"Stages of the last line, CPU s: {spent}. Memory goal: <= {MOST_MB:.0f} MB, flat.",
        f"At the vendor's {PER_MINUTE} exports a minute: {paced_s / 60:.1f} min for {exports} exports, "
        f"{paced_s / allowed_s:.2f} of what they allow (goal <= 1.02); {last.said['rejected']} rows rejected.",
    ]
