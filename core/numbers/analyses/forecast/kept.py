"""How far off the forecasts were that were frozen; a test on history stands in until there are two weeks of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from core.clock import day_bounds
from core.numbers.analyses.baseline import iso, ordinal
from core.numbers.analyses.forecast.accuracy import LEAST_DAYS, Grain, Point, Trial, trial
from core.numbers.analyses.forecast.backtest import HORIZONS, TESTED_DAYS, Stretch, back_test, back_test_slots
from core.numbers.analyses.forecast.series import Known
from core.numbers.inquiry import Inquiry
from core.numbers.local import SLOT_S
from core.numbers.where import slice_of

Trials: TypeAlias = tuple[Mapping[int, Trial], Trial | None]
"""By horizon at day grain, and at the horizon of a day by half hour where the series has any."""


def trials(inquiry: Inquiry, known: Known) -> Trials:
    """Both methods over the last 8 weeks: by what was frozen where that is two weeks at least, else by a test."""
    frozen = kept_trials(inquiry, known)
    absent = [horizon for horizon in HORIZONS if ("day", horizon) not in frozen]
    needs_slots = bool(known.slots) and ("half_hour", 1) not in frozen
    stretches = stretches_of(known) if absent or needs_slots else []
    by_test = back_test(stretches, absent)
    by_day = {horizon: frozen.get(("day", horizon)) or by_test[horizon] for horizon in HORIZONS}
    if not known.slots:
        return by_day, None
    return by_day, back_test_slots(stretches, known.slots) if needs_slots else frozen["half_hour", 1]


def stretches_of(known: Known, *, knows_sky: bool = False) -> list[Stretch]:
    """The last 8 weeks in two halves, each with the effects that could have been measured when its first day was 28
    days ahead. What weather was forecast then nobody kept, so unless ``knows_sky`` the mean of its effects is taken."""
    made = []
    for back in (TESTED_DAYS, TESTED_DAYS // 2):
        first = known.last - back + 1
        volume = known.fits.applied(known.volume, first - max(HORIZONS) - 1, (first, known.last), knows_sky=knows_sky)
        made.append(Stretch(volume, first, first + TESTED_DAYS // 2 - 1))
    return made


def kept_trials(inquiry: Inquiry, known: Known) -> dict[tuple[Grain, int], Trial]:
    """The trials that rest on at least two weeks of frozen forecasts, by grain and horizon."""
    points: dict[tuple[Grain, int], list[Point]] = defaultdict(list)
    told: dict[int, set[int]] = defaultdict(set)
    for (day, horizon, slot), said in _frozen(inquiry, known).items():
        if day not in known.volume.values or day in known.volume.closed or len(said) < 2:
            continue
        if slot is None:
            points["day", horizon].append(Point(day, said["naive"], said["baseline"], known.volume.values[day]))
        else:
            told[day].add(slot)
            came = known.slots.get(day, {}).get(slot, 0.0)
            points["half_hour", horizon].append(Point(day, said["naive"], said["baseline"], came))
    # Half hours in which nothing is expected are not kept.
    points["half_hour", 1] += (
        Point(day, 0.0, 0.0, came)
        for day, some in told.items()
        for slot, came in known.slots.get(day, {}).items()
        if slot not in some
    )
    return {
        (grain, horizon): trial(horizon, grain, some, "frozen")
        for (grain, horizon), some in points.items()
        if len({point.day for point in some}) >= LEAST_DAYS
    }


def where_key(where: Mapping[str, str]) -> str:
    """A slice as the text under which its forecasts are kept."""
    return msgspec.json.encode(dict(where), order="deterministic").decode()


def _uids(inquiry: Inquiry, where: Mapping[str, str]) -> dict[str, str]:
    """A slice by the uids of its members, as forecasts are kept; a report names them as people do."""
    members = slice_of(inquiry.db, where).members
    return {dim: uids[0] if len(uids) == 1 else where[dim] for dim, uids in members.items()}


def _frozen(inquiry: Inquiry, known: Known) -> dict[tuple[int, int, int | None], dict[str, float]]:
    """What each method said, by day, horizon and half hour (None for the whole day)."""
    zone = inquiry.reporting.zone
    begin = day_bounds(iso(known.last - TESTED_DAYS + 1), zone)[0]
    end = day_bounds(iso(known.last), zone)[1]
    found: dict[tuple[int, int, int | None], dict[str, float]] = defaultdict(dict)
    for start_at, length_s, horizon, method, value in inquiry.db.execute(
        "select interval_start_at, interval_s, horizon_days, method, value from made_forecasts "
        "where series = ? and where_key = ? and interval_start_at >= ? and interval_start_at < ? "
        "and horizon_days in (1, 7, 28)",
        (known.metric_id, where_key(_uids(inquiry, known.where)), begin, end),
    ):
        local = datetime.fromtimestamp(start_at, UTC).astimezone(zone)
        slot = (local.hour * 3600 + local.minute * 60) // SLOT_S if length_s == SLOT_S else None
        found[ordinal(local.date().isoformat()), horizon, slot][method] = value
    return found
