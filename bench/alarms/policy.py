"""First replies of a team before and after a policy, beside a team that it was not for, on days that differ by 15 %."""

from math import log
from random import Random

from bench.alarms.check import Check, Found
from core.numbers.analyses.events import Event
from core.numbers.analyses.policy import Effect, Side, judged, side_of_values

DAYS, REPLIES, MEDIAN_S = 28, 15, 3_000
DAY_SPREAD, SPREAD = 0.15, 0.8
QUICKER = 0.7
BEGIN_ON = "2026-05-04"
POLICY = Event("e", "policy", "First a word", BEGIN_ON, BEGIN_ON, "team", None, "first_response_time")


def _window(random: Random, times: float) -> list[list[float]]:
    days = [max(0.2, random.gauss(1, DAY_SPREAD)) * times * MEDIAN_S for _ in range(DAYS)]
    return [[random.lognormvariate(log(day), SPREAD) for _ in range(REPLIES)] for day in days]


def _side(random: Random, after: float) -> Side:
    made = side_of_values(_window(random, 1), _window(random, after))
    assert made is not None
    return made


def judge(seed: int) -> Found:
    """Both teams as before, or all a little quicker; then the one with the policy quicker by more."""
    random = Random(seed)
    others = _side(random, 0.9)
    flat, quicker = _side(random, 0.9), _side(random, 0.9 * QUICKER)
    bare = Effect(POLICY, "first_response_time", "business", "ok", BEGIN_ON, days=DAYS, others=others)
    verdicts = [judged(bare, own, as_share=True).verdict() for own in (flat, quicker)]
    return Found(verdicts[0] != "no clear change", verdicts[1] == "better")


CHECK = Check("before and after", f"replies x {QUICKER}, {REPLIES} a day over {DAYS} days", judge)
