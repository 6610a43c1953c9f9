"""How far forecasts are off, beside the seasonal naive one: ``python -m bench.forecast``.

On the calls and tickets of the sandbox's world, and on the calls of a bank's month (../shared/fixtures, if it is
there). Each forecast knows those days alone that were over when it would have been made.
"""

import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench.table import Table, laid_out
from core.clock import add_days, days
from core.numbers.analyses.baseline import ordinal
from core.numbers.analyses.forecast.accuracy import Accuracy, Trial
from core.numbers.analyses.forecast.backtest import HORIZONS, Stretch, back_test, back_test_slots
from core.numbers.analyses.forecast.kept import stretches_of
from core.numbers.analyses.forecast.methods import Slots, Volume
from core.numbers.analyses.forecast.series import Fits, Known
from core.numbers.analyses.surroundings import WET_SPELL_DAYS, Sky, Surroundings, things_of
from core.numbers.analyses.weather import Met, met
from core.sandbox.hours import ZONE
from core.sandbox.planted import HAMBURG
from core.sandbox.vendors.weather import truth
from core.sandbox.world import World, build_world

BANK = Path(__file__).resolve().parents[2] / "shared/fixtures/anonymous_bank/anonymous_bank_august.csv.gz"
BANK_FIRST_DAYS = 15
SLOT_S = 1_800


@dataclass(frozen=True)
class Series:
    """A count by day and, where there are any, by half hour; ``sighted`` are the same days with their weather known."""

    name: str
    stretches: Sequence[Stretch]
    slots: Slots
    sighted: Sequence[Stretch] = ()
    horizons: Sequence[int] = HORIZONS


def main() -> int:
    """Prints one table; the exit code is 1 where the method in use is worse than the naive one."""
    rows, lost = [], 0
    for series in (*sandbox_series(build_world()), *bank_series()):
        sighted = list(trials(series, series.sighted)) if series.sighted else []
        for place, trial in enumerate(trials(series, series.stretches)):
            if trial.naive is None or trial.baseline is None or trial.of_used is None:
                continue
            best = sighted[place].baseline if sighted else None
            rows.append(_row(series.name, trial, trial.naive, trial.baseline, best))
            lost += trial.of_used.wape > trial.naive.wape
    heads = ("series", "grain", "ahead", "days", "naive", "baseline", "ratio", "weather known", "ratio", "bias", "used")
    notes = (
        "WAPE, and bias of the baseline. Naive: the mean of the weekday's last 4 open days; all know closed days.",
        "Weather known: as it truly was, which a forecast of tomorrow's comes near to; the choice is made without.",
        "The baseline is used where it was closer over 14 days at least; else it steps aside.",
    )
    table = Table("Forecast error against the seasonal naive forecast", heads, tuple(rows), notes)
    sys.stdout.write(laid_out(table) + "\n")
    return int(lost > 0)


def _row(name: str, trial: Trial, naive: Accuracy, baseline: Accuracy, sighted: Accuracy | None) -> tuple[str, ...]:
    return (
        name, trial.grain.replace("_", " "), str(trial.horizon_days), str(naive.n), f"{naive.wape:.1%}",
        f"{baseline.wape:.1%}", f"{baseline.wape / naive.wape:.2f}", f"{sighted.wape:.1%}" if sighted else "",
        f"{sighted.wape / naive.wape:.2f}" if sighted else "", f"{baseline.bias:+.1%}", trial.used,
    )  # fmt: skip


def trials(series: Series, stretches: Sequence[Stretch]) -> Iterator[Trial]:
    """Both methods at each horizon by day, and a day ahead by half hour."""
    yield from back_test(stretches, series.horizons).values()
    if series.slots:
        yield back_test_slots(stretches, series.slots)


def sandbox_series(world: World) -> Iterator[Series]:
    """Tickets; calls, whole and by queue, each visit of a queue by itself; closed days are those of the world."""
    span = list(days(world.story.start_on.isoformat(), world.story.last_on.isoformat()))
    around = met(sky(span))
    shut = {day for day in span if world.story.is_closed(datetime.fromisoformat(day).date())}
    tickets = Counter(_local(ticket.created_at)[0] for ticket in world.tickets)
    yield tested_series("tickets", volume(tickets, span, shut), {}, around)
    moments = defaultdict(list)
    for call in world.calls:
        for leg in call.legs:
            moments["calls"].append(leg.enqueued_at)
            moments[leg.queue].append(leg.enqueued_at)
    for name, some in moments.items():
        by_slot = Counter(map(_local, some))
        by_day = Counter(day for day, _ in by_slot.elements())
        yield tested_series(name, volume(by_day, span, shut), slots(by_slot, span), around)


def tested_series(name: str, whole: Volume, by_slot: Slots, around: Met) -> Series:
    """A series over its last 8 weeks, as the product tests it."""
    last = max(whole.values)
    known = Known("calls_offered", {}, name, whole, last, Fits(whole, around), by_slot)
    return Series(name, stretches_of(known), by_slot, stretches_of(known, knows_sky=True))


def sky(span: Sequence[str]) -> Surroundings:
    """The weather of the customers' town, as the sandbox has it."""
    skies = {}
    for day in days(add_days(span[0], -WET_SPELL_DAYS), span[-1]):
        told = truth(*HAMBURG, date.fromisoformat(day))
        skies[day] = Sky(temp_max=told["temperature_2m_max"], rain_mm=told["rain_sum"], snow_cm=told["snowfall_sum"])
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for day in span:
        for thing in things_of(skies, day):
            found[thing][day] = 1.0
    return Surroundings(found, dict.fromkeys(found, "weather"), frozenset(span))


def bank_series() -> Iterator[Series]:
    """The bank's calls as they reached its menus; its month has no 28 days before another."""
    if not BANK.exists():
        return
    by_slot: Counter[tuple[str, int]] = Counter()
    with gzip.open(BANK, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            hour, minute, _ = row["vru_entry"].split(":")
            by_slot[row["date"], int(hour) % 24 * 2 + int(minute) // 30] += 1
    by_day = Counter(day for day, _ in by_slot.elements())
    span = list(days(min(by_day), max(by_day)))
    whole = volume(by_day, span, ())
    stretch = Stretch(whole, min(whole.values) + BANK_FIRST_DAYS, max(whole.values))
    yield Series("bank", [stretch], slots(by_slot, span), horizons=(1, 7))


def volume(counts: Mapping[str, int], span: Sequence[str], shut: Collection[str]) -> Volume:
    """The counts of all days of a span."""
    values = {ordinal(day): float(counts.get(day, 0)) for day in span}
    return Volume(values, frozenset(map(ordinal, shut)))


def slots(counts: Mapping[tuple[str, int], int], span: Sequence[str]) -> Slots:
    """The counts of all half hours in which any came."""
    found: dict[int, dict[int, float]] = {ordinal(day): {} for day in span}
    for (day, slot), count in counts.items():
        if ordinal(day) in found:
            found[ordinal(day)][slot] = float(count)
    return found


def _local(at: int) -> tuple[str, int]:
    here = datetime.fromtimestamp(at, UTC).astimezone(ZONE)
    return here.date().isoformat(), (here.hour * 3600 + here.minute * 60) // SLOT_S


if __name__ == "__main__":
    sys.exit(main())
