"""What doctor says of goals and scorecards that judge speed alone."""

from contextlib import closing
from pathlib import Path

import pytest

from core.daemon.doctor import examine
from core.daemon.place import load_place
from core.pull.contract import Finding
from core.store.db import open_store
from tests.numbers.rows import LONG_AGO, insert

NOW_AT = 1_774_994_400
GOAL = '[[goals]]\nmetric = "{metric}"\ntarget = 1\nweight = {weight}\n'
APPRAISAL = '[appraisal]\nagent_metrics = "lead"\nagreed_by = "works council"\nagreed_on = 2026-01-15\n'


def findings(folder: Path, text: str) -> dict[str, Finding]:
    config = folder / "config.toml"
    config.write_text(f'[reporting]\ntime_zone = "Europe/Berlin"\n{text}')
    config.chmod(0o600)
    loaded = load_place(config, with_secrets=False)
    with closing(open_store(loaded.store_path)) as db:
        insert(db, LONG_AGO)
        return {one.what: one for one in examine(db, loaded, NOW_AT)}


def goals(**weights: float) -> str:
    return "".join(GOAL.format(metric=metric, weight=weight) for metric, weight in weights.items())


@pytest.mark.parametrize(
    ("weights", "is_well"),
    [
        ({"aht": 1, "tickets_solved": 1, "csat": 1}, False),
        ({"aht": 1, "tickets_solved": 1, "csat": 2}, True),
        ({"aht": 3, "csat": 1}, False),
    ],
)
def test_goals_on_speed_alone_are_warned_of(tmp_path: Path, weights: dict[str, float], is_well: bool) -> None:
    """People do what they are judged by: the admin must hear it before they do."""
    found = findings(tmp_path, goals(**weights))["goals balance speed and quality"]
    assert found.ok == is_well
    assert is_well or "strong-only" in found.advice
    assert is_well or "Add a goal on csat" in found.advice


def test_without_goals_there_is_nothing_to_balance(tmp_path: Path) -> None:
    """No finding about what is not there."""
    assert not [what for what in findings(tmp_path, "") if "balance" in what]


def test_scorecards_without_surveys_or_reviews_are_warned_of(tmp_path: Path) -> None:
    """A store of calls alone tells how quick people are, and nothing of how well they help."""
    found = findings(tmp_path, APPRAISAL)["scorecards balance speed and quality"]
    assert not found.ok
    assert "strong-only" in found.advice
