"""The knee of satisfaction by wait, of callers who do not mind waiting, and of others who do from 8 minutes on."""

from random import Random

from bench.alarms.check import Check, Found
from core.numbers.analyses.wait_bands import MINUTE, STEPS, bands, knee

RATED = 1_200
MEAN_WAIT_S = 240
SATISFIED, BEYOND, AT_S = 0.9, 0.71, 8 * MINUTE


def judge(seed: int) -> Found:
    """Half a year of ratings without a knee, and with one at the edge that the catalogue's example has."""
    random = Random(seed)
    waits = [round(random.expovariate(1 / MEAN_WAIT_S)) for _ in range(RATED)]
    flat = [(wait, random.random() < SATISFIED) for wait in waits]
    bent = [(wait, random.random() < (SATISFIED if wait < AT_S else BEYOND)) for wait in waits]
    found = knee(bands(bent, STEPS["calls"]))
    return Found(knee(bands(flat, STEPS["calls"])) is not None, found is not None and found.at_s == AT_S)


CHECK = Check("satisfaction by wait", f"{SATISFIED:.0%} to {BEYOND:.0%} from 8 min on, {RATED:,} ratings", judge)
