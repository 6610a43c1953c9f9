"""Names of those who work here, masked in what customers and admins wrote (metrics R16, 8.6 guard 7)."""

from collections.abc import Iterable

import pytest

from core.report.comments import masked, staff_of
from core.store.db import open_store
from tests.report.desk import base

NAMES = ("Lena Brandt", "Maria van der Berg", "王小明", "Bo Li", "Keller, Tobias", "Agent 7", "O'Neil (Support)", "Zoë")


def told(text: str, names: Iterable[str] = NAMES) -> str:
    db = open_store(":memory:")
    for number, name in enumerate(names):
        base(db, "agents", uid=f"zd:{number}", native_id=str(number), source="zd", name=name, role="agent", is_human=1)
    return masked(text, staff_of(db))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("lena was rude", "[…] was rude"),
        ("LENA BRANDT!!", "[…]!!"),
        ("Lenas Antwort kam spät", "[…] Antwort kam spät"),
        ("Brandt's reply", "[…] reply"),
        ("Frau Berg war der beste Mensch von allen", "Frau […] war der beste Mensch von allen"),
        ("客服王小明态度很差", "客服[…]态度很差"),
        ("Bo Li wrote, li did not", "[…] wrote, li did not"),
        ("tobias keller and Tobias", "[…] […] and […]"),
        ("o'neil and zoë", "[…] and […]"),
        ("the agent of your support", "the agent of your support"),
        ("seven brandts", "seven […]"),
        ("Brandtner is a town", "Brandtner is a town"),
    ],
)
def test_a_name_is_masked_however_it_is_written(text: str, kept: str) -> None:
    """People type names in small letters, with a genitive, and in Chinese without gaps; a channel reads all of them."""
    assert told(text) == kept


def test_without_staff_nothing_is_masked() -> None:
    """A store that knows nobody keeps a text as it is."""
    assert told("lena was rude", ()) == "lena was rude"
    assert told("the agent", ("Agent",)) == "the agent"
