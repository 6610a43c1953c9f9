"""What is hidden in the sandbox's world for the analyses to find, each of known size; and a world without any of it."""

from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

from msgspec import Struct

from core.sandbox.dice import Dice
from core.sandbox.vendors.weather import truth

Place: TypeAlias = tuple[float, float]
"""Latitude and longitude."""
# Customers live in the one, the office stands in the other.
HAMBURG, BERLIN = (53.55, 9.99), (52.52, 13.41)
SHARES = ((HAMBURG, 0.9), (BERLIN, 0.1))
"""Where customers live, and which share of them."""
WET_MM, SPELL_DAYS = 1.0, 3
KNEE_S = 480
PAIRS_FROM = date(2026, 5, 18)


class Planted(Struct, frozen=True):
    """Sizes of what is hidden, and from when on; factors on what there would be without."""

    launch_on: date = date(2026, 9, 15)
    launch: float = 1.7
    """Tickets of the first day after the launch, against a quiet day."""
    rain: float = 1.28
    """Calls of those on whom it rains."""
    first_dry: float = 1.4
    """Calls of those who have the first dry day after three wet ones or more."""
    haste_on: date = date(2026, 10, 19)
    haste: float = 0.84
    """Length of talks since the telephone is told to be quick."""
    careless: float = 0.09
    """What quality reviews, and satisfaction after calls, lose by it, in shares."""
    patient: float = 0.90
    """Share satisfied of callers who waited up to eight minutes."""
    impatient: float = 0.68
    """Share satisfied of those who waited longer."""
    policy_on: date = date(2026, 10, 17)
    policy: float = 0.5
    """Time to the first reply in Billing under the new policy."""
    bond: float = 1.0
    """How far weeks of many transfers are weeks of low satisfaction: 1 as told by `unrest`, 0 for not at all."""
    training_on: date = date(2026, 9, 1)
    training: float = 0.06
    """What quality reviews of those trained gain, in shares."""
    better: float = 1.0
    """How far the desk gets better from August on; 0 for not at all."""
    bad_day: bool = True
    """Whether the last weekday goes wrong."""

    def calls_by_weather(self, day_on: date) -> float:
        """Calls against those of a dry day everywhere: each region counts with its share of the customers."""
        return 1.0 + sum(share * (self._weather(place, day_on) - 1.0) for place, share in SHARES)

    def _weather(self, place: Place, day_on: date) -> float:
        if is_wet(place, day_on):
            return self.rain
        spell = all(is_wet(place, day_on - timedelta(days=back)) for back in range(1, SPELL_DAYS + 1))
        return self.first_dry if spell else 1.0

    def is_hasty(self, day_on: date) -> bool:
        """Whether the telephone is told to be quick by then."""
        return self.haste < 1 and day_on >= self.haste_on

    def unrest(self, seed: int, day_on: date) -> float:
        """How restless a week is, within two deviations: calls are handed on and callers unhappy.

        Of two weeks one is as restless as the other is calm, so that four weeks are like any other four."""
        pair, second = divmod(day_on.toordinal() - PAIRS_FROM.toordinal(), 14)
        dice = Dice(seed, "unrest", pair)
        drawn = min(2.0, 0.5 + abs(dice.normal()))
        return self.bond * drawn * (1 if dice.chance(0.5) == (second < 7) else -1)


PLANTED = Planted()
FLAT = Planted(
    launch=1.0, rain=1.0, first_dry=1.0, haste=1.0, careless=0.0, impatient=0.90, policy=1.0, bond=0.0, training=0.0,
    better=0.0, bad_day=False,
)  # fmt: skip


@cache
def is_wet(place: Place, day_on: date) -> bool:
    """Whether a millimetre of rain fell there."""
    rain: float = truth(*place, day_on)["rain_sum"]
    return rain >= WET_MM
