"""One word for a day, by the table of thresholds."""

import pytest

from connectors.weather.classes import Figures, class_of, fog_of, level_of


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (Figures(code=0, temp_max=21.0, rain_mm=0.0, wind_max=10.0), "sunny"),
        (Figures(code=3, temp_max=21.0, rain_mm=0.0), "cloudy"),
        (Figures(code=61, temp_max=15.0, rain_mm=0.9), "cloudy"),
        (Figures(code=61, temp_max=15.0, rain_mm=1.0), "rain"),
        (Figures(code=65, temp_max=15.0, rain_mm=20.0), "heavy_rain"),
        (Figures(code=45, temp_max=8.0, rain_mm=0.0), "fog"),
        (Figures(code=1, temp_max=30.0, rain_mm=0.0), "heat"),
        (Figures(code=1, temp_max=-0.1, rain_mm=0.0), "frost"),
        (Figures(code=73, temp_max=-2.0, snow_cm=1.0), "snow"),
        (Figures(code=66, temp_max=0.5, rain_mm=3.0), "ice"),
        (Figures(code=95, temp_max=28.0, rain_mm=25.0), "thunderstorm"),
        (Figures(code=95, temp_max=28.0, rain_mm=25.0, wind_max=62.0), "storm"),
        (Figures(), None),
    ],
)
def test_the_most_telling_word_wins(day: Figures, word: str | None) -> None:
    """A day of storm and rain is a storm to those who call; edges belong to the class they begin."""
    assert class_of(day) == word


@pytest.mark.parametrize(("code", "fog"), [(45, True), (48, True), (3, False), (63, None), (None, None)])
def test_fog_behind_rain_is_not_known(code: int | None, fog: bool | None) -> None:
    """The day's code is its heaviest one: no fog told is not no fog."""
    assert fog_of(code) is fog


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (Figures(gusts_max=49.9, rain_mm=0.0, snow_cm=0.0), 0),
        (Figures(gusts_max=50.0), 1),
        (Figures(gusts_max=20.0, rain_mm=30.0), 2),
        (Figures(snow_cm=20.0), 3),
        (Figures(gusts_max=140.0), 4),
        (Figures(temp_max=20.0), None),
    ],
)
def test_levels_go_by_the_worst_of_the_figures(day: Figures, level: int | None) -> None:
    """Gusts, rain and snow each keep people at home; without any of them nothing is known."""
    assert level_of(day) == level
