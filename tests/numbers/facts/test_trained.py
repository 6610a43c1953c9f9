"""What trainings did to quality, held against those who had none."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.clock import DAY_S
from core.model import QaReview, Training
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive_all
from core.numbers.parts import fold
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, at, uid

Rows = Callable[..., list[dict[str, Any]]]
HELD = at("2026-03-16 12:00")
NOW = at("2026-05-01 00:00")


def reviews(name: str, day: int, points: float, count: int = 10, **more: Any) -> Iterator[QaReview]:
    for number in range(count):
        yield QaReview(id=f"{name}-{day}-{number}", reviewed_at=HELD + day * DAY_S, agent_id=name, points=points,
                       points_possible=100.0, **more)  # fmt: skip


EXAMPLE = (
    Training(id="1", agent_id="tom", held_on="2026-03-16"),
    *reviews("tom", -10, 82), *reviews("tom", 12, 87), *reviews("una", -5, 84, 12), *reviews("una", 20, 85, 15),
)  # fmt: skip


def effect(db: sqlite3.Connection) -> tuple[float | None, int, str]:
    fold(db, REPORTING, NOW)
    found = ask(db, "training_effect", Period("2026-03-16", "2026-03-22"), reporting=REPORTING, now_at=NOW)
    return found.value, found.n, found.status


def test_four_points_more_than_without(told: Told, db: sqlite3.Connection) -> None:
    """The example: trained 82 to 87, others 84 to 85; as many as the side with fewest reviews."""
    told(*EXAMPLE, now_at=NOW)
    value, *rest = effect(db)
    assert value == pytest.approx(4.0)
    assert rest == [10, "ok"]


def test_what_is_no_comparison_stays_out(told: Told, db: sqlite3.Connection) -> None:
    """Reviews of the day itself, of contacts chosen for coaching, from long before, of people trained elsewhere."""
    told(
        *EXAMPLE,
        *reviews("tom", 0, 0), *reviews("tom", 3, 0, sample="targeted"), *reviews("tom", -29, 0),
        *reviews("vic", -3, 0), *reviews("vic", 3, 100), Training(id="2", agent_id="vic", held_on="2026-03-30"),
        now_at=NOW,
    )  # fmt: skip
    assert effect(db)[0] == pytest.approx(4.0)


def test_without_one_of_the_four_there_is_no_effect(told: Told, db: sqlite3.Connection) -> None:
    """Better than before is not better than without the training."""
    told(*(record for record in EXAMPLE if getattr(record, "agent_id", "") != "una"), now_at=NOW)
    assert effect(db) == (None, 0, "unavailable")


def test_one_human_in_two_systems_is_one(told: Told, db: sqlite3.Connection) -> None:
    """The list of trainings knows her by another name than the reviews do; the config says that she is the same."""
    same = replace(REPORTING, aliases=((uid("hr-tom"), uid("tom")),))
    told(Training(id="1", agent_id="hr-tom", held_on="2026-03-16"), *EXAMPLE[1:], now_at=NOW, reporting=same)
    assert effect(db)[0] == pytest.approx(4.0)


def test_made_anew_it_is_the_same(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A review that comes in later corrects the effect, and a rebuild tells the same."""
    told(*EXAMPLE, now_at=NOW)
    told(*reviews("tom", 15, 97), now_at=NOW)
    before = rows("training_effect_facts")
    assert before[0]["trained_after"] == pytest.approx(0.92)
    derive_all(db, REPORTING, NOW)
    assert rows("training_effect_facts") == before
