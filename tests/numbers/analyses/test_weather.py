"""What weather and free days do to volume: measured by the customers' region, silent on few days and on noise."""

import sqlite3
from random import Random

import pytest

from core.clock import add_days, day_bounds, days
from core.numbers.analyses.baseline import iso, ordinal
from core.numbers.analyses.forecast.methods import Volume
from core.numbers.analyses.surroundings import FIRST_DRY, Sky, Surroundings, read_surroundings, things_of
from core.numbers.analyses.weather import (
    Met,
    effects,
    factors,
    interval,
    mean_ratio,
    measured,
    met,
    rank_test_p,
    shared_baseline,
    with_interval,
)
from core.numbers.analyses.weather_ahead import weather_found
from core.store.db import open_store
from tests.numbers.analyses.volume import TODAY, store
from tests.numbers.rows import BERLIN
from tests.report.desk import base

FIRST = ordinal("2026-01-05")
RAIN_CALLS = (202, 220, 220, 238, 238, 256, 256, 274, 274, 292, 292, 310)


def around(**things: list[int]) -> Met:
    """Things by the days after the first on which they met everybody; the weather of 200 days is known."""
    found = {thing: {iso(FIRST + day): 1.0 for day in some} for thing, some in things.items()}
    return met(Surroundings(found, dict.fromkeys(found, "weather"), frozenset(iso(FIRST + day) for day in range(200))))


def test_three_rainy_days_are_too_few() -> None:
    """Baseline 200; 260, 270 and 250 came in the rain: ratio 1.30, and nothing is planned by it."""
    told = {FIRST + day: calls / 200 for day, calls in enumerate((260, 270, 250))}
    told |= {FIRST + day: 1.0 for day in range(3, 60)}
    (rain,) = effects(told, around(rain=[0, 1, 2]))
    assert (round(rain.ratio, 2), rain.n, rain.is_enough, rain.is_clear) == (1.30, 3, False, False)
    assert (with_interval(rain).low, factors([FIRST], around(rain=[0]), [rain])) == (None, {})


def test_twelve_rainy_days_make_a_factor() -> None:
    """Ratio 1.28 (1.19 to 1.37) over 12 days: the next rainy day is forecast at 1.28 of usual."""
    told = {FIRST + day: calls / 200 for day, calls in enumerate(RAIN_CALLS)}
    told |= {FIRST + day: 1.0 for day in range(12, 80)}
    sky = around(rain=[*range(12), 90])
    rain = with_interval(effects(told, sky)[0])
    assert rain.low is not None
    assert rain.high is not None
    assert (round(rain.ratio, 2), round(rain.low, 2), round(rain.high, 2), rain.n) == (1.28, 1.19, 1.37, 12)
    assert rain.is_clear
    made = factors([FIRST + 90, FIRST + 91], sky, [rain])
    assert made[FIRST + 90] == pytest.approx(1.28)
    assert made[FIRST + 91] == 1.0


def test_a_test_on_history_does_not_know_how_wet_its_days_were() -> None:
    """A forecast judged with the rain of the days that it is judged on looks better than it was."""
    told = {FIRST + day: 1.28 for day in range(12)} | {FIRST + day: 1.0 for day in range(12, 80)}
    dry, wet = (around(rain=sorted({*range(12), *more})) for more in ([0], range(100, 200)))
    (rain, *_) = effects(told, dry)
    blind = [factors([FIRST + 120], sky, [rain], knows_sky=False, until=FIRST + 80) for sky in (dry, wet)]
    assert blind[0] == blind[1] == {FIRST + 120: pytest.approx(1 + 0.28 * 12 / 81)}


def test_the_first_dry_day_after_a_wet_spell_is_a_thing_of_its_own() -> None:
    """Four wet days, then sun: 1.41 of usual; a dry day after two wet ones is none."""
    rain = [Sky(rain_mm=mm) for mm in (2.0, 5.0, 1.0, 3.0)]
    skies = {iso(FIRST + place): sky for place, sky in enumerate([*rain, Sky(rain_mm=0.0, temp_max=20.0)])}
    assert things_of(skies, iso(FIRST + 4)) == ["dry", FIRST_DRY]
    assert FIRST_DRY not in things_of({day: skies[day] for day in list(skies)[2:]}, iso(FIRST + 4))
    told = {FIRST + day: 282 / 200 for day in range(0, 45, 5)} | {FIRST + day: 1.0 for day in range(1, 45, 5)}
    (dry,) = effects(told, around(**{FIRST_DRY: list(range(0, 45, 5))}))
    assert (round(dry.ratio, 2), dry.n, dry.is_clear) == (1.41, 9, True)


@pytest.mark.parametrize(
    ("sky", "things"),
    [
        (Sky(rain_mm=25.0, warning=2), ["heavy_rain", "rain", "warning_active"]),
        (Sky(weather_class="thunderstorm", rain_mm=4.0, warning=1), ["rain", "thunderstorm"]),
        (Sky(temp_max=31.0, rain_mm=0.0), ["heat"]),
        (Sky(temp_max=-2.0, snow_cm=3.0, fog=True), ["fog", "snow"]),
        (Sky(wind_max=80.0), ["storm"]),
        (Sky(weather_class="sunny"), ["sunny"]),
        (Sky(), []),
    ],
)
def test_a_day_is_called_what_it_was(sky: Sky, things: list[str]) -> None:
    """Heavy rain is rain too: else the wettest day of the year would count as a dry one."""
    assert things_of({"2026-03-02": sky}, "2026-03-02") == things


def test_a_part_of_the_customers_in_the_rain_is_a_part_of_the_effect() -> None:
    """It rains on 70 %, on 30 %, on all: what is measured is what all in the rain would do."""
    assert mean_ratio([(0.7, 1.196), (0.3, 1.084), (1.0, 1.28)]) == pytest.approx(1.28)
    sky = met(Surroundings({"rain": {iso(FIRST): 0.7}}, {"rain": "weather"}, frozenset({iso(FIRST)})))
    told = {FIRST + day: 1.0 for day in range(60)} | {FIRST + day: 1.28 for day in range(1, 20)}
    (rain, *_) = effects(told, around(rain=list(range(1, 20))))
    assert factors([FIRST], sky, [rain])[FIRST] == pytest.approx(1.196)


def rows(db: sqlite3.Connection, region: str, wet: set[str], first_on: str, last_on: str, **more: object) -> None:
    for day in days(first_on, last_on):
        mm = 6.0 if day in wet else 0.0
        base(db, "weather_days", region=region, day_on=day, rain_mm=mm, temp_max=12.0, snow_cm=0.0, **more)


def test_the_weather_of_the_customers_counts() -> None:
    """A team in Berlin, customers in Hamburg: rain on the office moves nobody to call."""
    with open_store(":memory:") as db:
        base(db, "regions", region="HH", name="Hamburg", weight=1.0)
        rows(db, "HH", {"2026-03-03"}, "2026-03-01", "2026-03-05")
        rows(db, "Berlin", {"2026-03-04"}, "2026-03-01", "2026-03-05")
        found = read_surroundings(db, BERLIN.zone, "2026-03-01", "2026-03-05")
    assert found.met["rain"] == {"2026-03-03": 1.0}
    assert found.where["rain", "2026-03-03"] == ("Hamburg",)


def test_regions_weigh_as_many_customers_as_live_there() -> None:
    """One customer in ten lives in the mountains: their snow is not the country's."""
    with open_store(":memory:") as db:
        base(db, "regions", region="A", name="Coast", weight=9.0)
        base(db, "regions", region="B", name="Mountains", weight=1.0)
        rows(db, "A", {"2026-03-03"}, "2026-03-01", "2026-03-04")
        rows(db, "B", {"2026-03-03", "2026-03-04"}, "2026-03-01", "2026-03-05")
        base(db, "public_days", region="B", day_on="2026-03-02", kind="holiday")
        found = read_surroundings(db, BERLIN.zone, "2026-03-01", "2026-03-05")
    assert found.met["rain"] == {"2026-03-03": 1.0, "2026-03-04": 0.1}
    assert found.met["holiday"] == {"2026-03-02": 0.1}
    assert found.met["dry"]["2026-03-05"] == 1.0, "where only the mountains are known, they tell"
    assert found.where["rain", "2026-03-03"] == ("Coast", "Mountains")


def test_an_event_lasts_as_long_as_it_says_or_two_weeks() -> None:
    """Without an end a launch would go on for ever, and an outage of an hour for a fortnight."""
    at = day_bounds("2026-03-02", BERLIN.zone)[0] + 3_600
    with open_store(":memory:") as db:
        events: tuple[dict[str, object], ...] = (
            {"kind": "launch"},
            {"kind": "outage"},
            {"kind": "campaign", "to_at": at + 2 * 86_400},
            {"kind": "policy"},
            {"kind": "launch", "scope_team_uid": "zd:x", "from_at": at + 40 * 86_400},
        )
        for number, event in enumerate(events):
            base(db, "calendar_events", **{"uid": f"c:{number}", "title": "", "from_at": at, **event})
        found = read_surroundings(db, BERLIN.zone, "2026-03-01", "2026-05-05")
    assert {thing: len(some) for thing, some in found.met.items()} == {"launch": 14, "outage": 1, "campaign": 3}


def world(seed: int, rain: float, first_dry: float = 1.0) -> tuple[Volume, Met]:
    """27 weeks of calls by a town's weather, which rains every third day."""
    dice = Random(seed)
    wet = {day for day in range(189) if dice.random() < 0.35}
    spell = [day for day in range(189) if day not in wet and {day - 1, day - 2, day - 3} <= wet]
    sunny = [day for day in range(189) if day not in wet and dice.random() < 0.4]
    values = {}
    for day in range(189):
        usual = 180 - 10 * (day % 7) if day % 7 < 6 else 0
        mean = usual * (rain if day in wet else first_dry if day in spell else 1.0)
        values[FIRST + day] = max(0.0, round(dice.gauss(mean, mean**0.5)))
    heat = [day for day in range(100, 189) if day not in wet and dice.random() < 0.3]
    return Volume(values), around(rain=sorted(wet), sunny=sunny, heat=heat, **{FIRST_DRY: spell})


def test_planted_weather_is_found_in_its_size() -> None:
    """Rain of +28 % and first dry days of +40 %: each without the other, though both are in what is usual."""
    for seed in range(5):
        found = {effect.thing: effect for effect in measured(*world(seed, 1.28, 1.4))}
        assert found["rain"].is_clear
        assert found["rain"].ratio == pytest.approx(1.28, abs=0.05)
        if found[FIRST_DRY].is_enough:
            assert found[FIRST_DRY].ratio == pytest.approx(1.4, abs=0.12)
        assert not found["heat"].is_clear


def test_weather_that_does_nothing_is_not_spoken_of() -> None:
    """Of a hundred towns where rain moves nobody to call, at most a few are told that it does."""
    false = sum(any(effect.is_clear for effect in measured(*world(seed, 1.0))) for seed in range(100))
    assert false <= 5


def test_days_in_a_row_share_the_error_of_their_baseline() -> None:
    """Six weeks without school are not forty-two proofs: their Mondays are all held against much the same Mondays."""
    known = set(range(FIRST, FIRST + 189))
    scattered = {day for day in known if day % 4 == 0}
    in_a_row = set(range(FIRST + 100, FIRST + 142))
    assert shared_baseline(scattered, known) == pytest.approx(1.0, abs=0.1)
    assert shared_baseline(in_a_row, known) > 1.25
    with_it, without = [1.1, 1.0, 1.2, 1.15, 1.05], [1.0, 0.9, 0.95, 1.02, 0.97, 1.04]
    alone, together = rank_test_p(with_it, without), rank_test_p(with_it, without, 1.4)
    assert alone is not None
    assert together is not None
    assert alone < together


def test_bootstrap_and_ranks_are_the_same_every_time() -> None:
    """A report built twice must say the same."""
    pairs = [(1.0, 1.1), (1.0, 1.3), (0.5, 1.2), (1.0, 0.9)]
    assert interval(pairs) == interval(pairs)
    assert rank_test_p([1, 2], []) is None
    assert rank_test_p([1, 1], [1, 1]) == 1.0
    # 1 to 10 against 11 to 20: U = 0, z = (50 - 0.5) / sqrt(175) = 3.742.
    assert rank_test_p(range(1, 11), range(11, 21)) == pytest.approx(0.000183, abs=1e-6)


def test_rain_on_the_way_is_a_hint_for_tomorrow() -> None:
    """The point of it all: people at the telephone on the day on which it rains on the customers."""
    dice = Random(4)
    wet = {day for day in days(add_days(TODAY, -240), add_days(TODAY, 7)) if dice.random() < 0.35}
    tomorrow = add_days(TODAY, 1)

    def calls(day: str, weekday: int) -> float:
        mean = (150 - 10 * weekday) * (1.3 if day in wet else 1.0)
        return max(0, round(dice.gauss(mean, mean**0.5)))

    inquiry = store(calls)
    base(inquiry.db, "regions", region="HH", name="Hamburg", weight=1.0)
    rows(inquiry.db, "HH", wet, add_days(TODAY, -240), add_days(TODAY, -1))
    rows(inquiry.db, "HH", {tomorrow}, TODAY, add_days(TODAY, 3), is_forecast=1)
    found = weather_found(inquiry)
    (hint,) = [hint for hint in found.hints if hint.metric_id == "calls_offered"]
    assert (hint.day_on, hint.thing, hint.regions) == (tomorrow, "rain", ("Hamburg",))
    assert hint.change == pytest.approx(0.3, abs=0.06)
    assert not any(effect.is_clear for effect in found.effects["tickets_created"])
    assert found.notices == ()
