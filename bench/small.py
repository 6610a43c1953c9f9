"""What little work costs: a round with nothing new, a day folded again, a report after one more day of history."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.measure import Cost, Spread, cost_of
from bench.place import configured, now_after, serving
from bench.table import Table, judged, spread

STAGES = ("derive", "fold", "build", "render")
WARM = ("derive", "fold", "build_again")


def idle(tickets: int, repeats: int, folder: Path) -> tuple[Table, dict[str, Any]]:
    """A round that finds nothing new: requests a stream, CPU in the daemon, CPU and wall of a fresh process."""
    days = 7.0
    with serving(tickets, days) as port:
        config = configured(folder / "idle", port)
        given = ("--config", config, "--now", now_after(days))
        cost_of("bench.product", "path", *given)
        warm = cost_of("bench.product", "ticks", *given)
        cold = [cost_of("bench.product", "once", *given) for _ in range(repeats)]
    streams = warm.said["streams"]
    most = max(streams.values())
    daemon = Spread.of(1000 * seconds for seconds in warm.said["cpu_s"])
    cpu, wall = Spread.of(one.cpu_s for one in cold), Spread.of(one.wall_s for one in cold)
    rows = (
        ("most requests of a stream", str(most), judged(most, 1, 0)),
        (f"requests, {len(streams)} streams", str(warm.said["requests"]), ""),
        ("CPU in the daemon, ms", spread(daemon), judged(daemon.median, 10, 0)),
        ("fresh process, CPU s", spread(cpu, 2), judged(cpu.median, 0.3)),
        ("fresh process, wall s", spread(wall, 2), ""),
    )
    data = {"streams": streams, "daemon_cpu_ms": asdict(daemon), "cold_cpu_s": asdict(cpu), "cold_wall_s": asdict(wall)}
    return Table(f"A round with nothing new, {tickets:,} tickets stored", ("", "", "goal"), rows), data


def fold(tickets: int, folder: Path) -> tuple[Table, dict[str, Any]]:
    """One day with many contacts folded again."""
    days = 1.0
    with serving(tickets, days) as port:
        config = configured(folder / "fold", port, "off")
        given = ("--config", config, "--now", now_after(days))
        cost_of("bench.product", "path", *given)
    said = cost_of("bench.product", "fold_day", *given).said
    contacts = said["contacts"]
    each = Spread.of(1000 * seconds * 10_000 / contacts for seconds in said["seconds"])
    rows = ((f"a day of {contacts:,} contacts, ms for 10,000", spread(each, 0), judged(each.median, 50, 0)),)
    return Table("One changed day folded again", ("", "", "goal"), rows), {"contacts": contacts, "ms": asdict(each)}


def report(a_day: int, spans: tuple[int, int], repeats: int, folder: Path) -> tuple[Table, dict[str, Any]]:
    """The first round of a day over a short and a long history of the same daily volume."""
    found = {days: _after_a_day(a_day, days, repeats, folder) for days in spans}
    rows = [
        (stage.replace("_", " "), *_compared(found, [stage], "cpu_s", 3)) for stage in ("pull", *STAGES, "build_again")
    ]
    rows += [
        ("all but the pull, fresh process", *_compared(found, STAGES, "cpu_s", 2)),
        ("the same, wall s", *_compared(found, STAGES, "wall_s", 2)),
        ("all but the pull, in the daemon", *_compared(found, WARM, "cpu_s", 2)),
    ]
    heads = ("CPU s", *(f"after {days} days, {found[days][0].said['tickets']:,} tickets" for days in spans), "ratio")
    data = {str(days): [asdict(one) for one in found[days]] for days in spans}
    title = f"Report after one more day ({a_day:,} tickets a day)"
    return Table(title, heads, tuple(rows), ("Aim: a ratio of 1, whatever the history.",)), data


def _compared(found: dict[int, list[Cost]], stages: Sequence[str], unit: str, digits: int) -> tuple[str, ...]:
    """The sum of some stages after each history, and how the last compares with the first."""
    sums = [
        Spread.of(sum(one.said["stages"][stage][unit] for stage in stages) for one in costs) for costs in found.values()
    ]
    return (*(spread(one, digits) for one in sums), f"{sums[-1].median / sums[0].median:.2f}")


def _after_a_day(a_day: int, days: int, repeats: int, folder: Path) -> list[Cost]:
    """The report of the day after the first `days`, then of the days after that; each has one new day."""
    name = f"history-{days}"
    with serving(a_day * days, days) as port:
        config = configured(folder / name, port, "off")
        cost_of("bench.product", "path", "--config", config, "--now", now_after(days - 1))
    made = []
    for more in range(1, repeats + 1):
        with serving(a_day * (days + more), days + more) as port:
            config = configured(folder / name, port, "off")
            made.append(cost_of("bench.product", "report", "--config", config, "--now", now_after(days + more - 1)))
    return made
