"""Cells as people and machines write them."""

from decimal import Decimal

import pytest

from connectors import BadRow
from connectors.csv_folder.surveys import judged
from connectors.csv_folder.values import Cell, flag, is_nothing, minor, number, seconds, share, text_of, whole


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("12", None, "12"), ("-3.5", None, "-3.5"), ("1.234,56", None, "1234.56"), ("1,234.56", None, "1234.56"),
        ("3,5", None, "3.5"), ("1,2345", None, "1.2345"), ("1.234", ",", "1234"), ("1,234", ".", "1234"),
        ("1.234.567", None, "1234567"), ("1\u00a0234,5", None, "1234.5"), ("1'234.5", None, "1234.5"),
        (7, None, "7"), (2.5, None, "2.5"), ("1e3", None, "1E+3"),
    ],
)  # fmt: skip
def test_a_number_is_read_with_its_mark(cell: Cell, decimal: str | None, expected: str) -> None:
    """A cost of 1.234,56 must not become 1 euro 23."""
    assert number(cell, decimal) == Decimal(expected)


@pytest.mark.parametrize("cell", ["1,234", "", "twelve", "1-2", "∞", "nan", "1e99", True])
def test_a_number_with_two_readings_or_none_is_refused(cell: Cell) -> None:
    """1,234 is a thousand in London and one and a bit in Berlin: the mapping has to say."""
    with pytest.raises(BadRow):
        number(cell)


def test_a_whole_number_has_no_fraction() -> None:
    """Half a call was counted nowhere."""
    assert (whole("12.0"), whole(3.0)) == (12, 3)
    with pytest.raises(BadRow):
        whole("12.5")


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("90", "s", 90), (1500, "ms", 1), ("1,5", "min", 90), ("1.5", "h", 5400), (0.5, "days", 43_200),
        ("1:02:03", None, 3723), ("12:34", None, 754), ("12:34", "hh:mm", 45_240), ("8:30", "h", 30_600),
        ("100:00:01", "hh:mm:ss", 360_001), ("0:00:05.9", None, 5), ("PT1M5S", None, 65), ("P1DT2H", None, 93_600),
        ("PT0.8S", "iso", 0), ("-5", "s", None), ("-0:00:10", None, None),
    ],
)  # fmt: skip
def test_a_duration_is_whole_seconds(cell: Cell, unit: str | None, expected: int | None) -> None:
    """Vendors write waits in four units; a negative one, of a clock set back, is unknown and not zero."""
    assert seconds(cell, unit) == expected


@pytest.mark.parametrize(("cell", "unit"), [("1:99", None), ("90", "mm:ss"), ("long", "s")])
def test_a_duration_in_another_form_is_refused(cell: Cell, unit: str | None) -> None:
    """90 read as 90 minutes would make an AHT of a day."""
    with pytest.raises(BadRow):
        seconds(cell, unit)


@pytest.mark.parametrize(
    ("cell", "unit", "currency", "expected"),
    [
        ("30000.00", "major", "EUR", 3_000_000), ("5.000,50 €", "major", "EUR", 500_050),
        ("$12.5", "major", "USD", 1250),
        ("¥1200", "major", "JPY", 1200), ("1.250", "major", "KWD", 1250), ("1234", "minor", "EUR", 1234),
        ("(200,00)", "major", "EUR", -20_000), (19.99, "major", "EUR", 1999), ("EUR 7", "major", "EUR", 700),
    ],
)  # fmt: skip
def test_money_is_minor_units_of_its_currency(cell: Cell, unit: str, currency: str, expected: int) -> None:
    """Binary fractions of 19.99 lose a cent, yen have none."""
    assert minor(cell, unit, currency) == expected


def test_yes_no_and_nothing_in_some_languages() -> None:
    """An unknown word is unknown, never no."""
    assert (flag("Ja"), flag("x"), flag(1), flag("NEIN"), flag("maybe")) == (True, True, True, False, None)
    assert all(is_nothing(cell) for cell in (None, "", " n/a ", "NULL"))
    assert is_nothing("NO_SERVER", frozenset({"no_server"}))
    assert not any(is_nothing(cell) for cell in (0, "0", "no"))


def test_shares_may_be_per_cent() -> None:
    """85 % is 0.85."""
    assert (share("85 %"), share("85", is_percent=True), share("0,85")) == (0.85, 0.85, 0.85)


def test_ids_of_a_workbook_have_no_decimal_point() -> None:
    """Excel keeps 4711 as 4711.0, which is nobody's number."""
    assert (text_of(4711.0), text_of(" a "), text_of(None)) == ("4711", "a", "")


@pytest.mark.parametrize(
    ("score", "scale", "norm", "is_satisfied"),
    [
        ("good", "good_bad", 1.0, True), ("nein", "good_bad", 0.0, False), ("4", "5", 0.75, True),
        ("3", "5", 0.5, False),
        ("6", "7", 5 / 6, True), ("5", "7", 4 / 6, False), ("9", "10", 8 / 9, True), ("8", "10", 7 / 9, False),
        ("3", "3", 1.0, True), ("0", "0-10", 0.0, False), ("101", "freshdesk", 4 / 6, True),
        ("100", "freshdesk", 0.5, False), ("-103", "freshdesk", 0.0, False),
    ],
)  # fmt: skip
def test_the_scale_says_who_is_satisfied(score: str, scale: str, norm: float, is_satisfied: bool) -> None:
    """The top two boxes of each scale, or a 4 of 5 and a 4 of 10 would count alike."""
    found, is_top = judged(score, scale)
    assert (found, is_top) == (pytest.approx(norm), is_satisfied)  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(("score", "scale"), [("6", "5"), ("0", "7"), ("104", "freshdesk"), ("so so", "good_bad")])
def test_a_score_off_its_scale_is_refused(score: str, scale: str) -> None:
    """A 9 on a scale of 5 tells that the mapping names the wrong scale."""
    with pytest.raises(BadRow):
        judged(score, scale)
