"""The three languages say the same, and write numbers as their readers do."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from core.errors import ConfigError
from core.numbers.metric import Unit
from core.report.locale import LANGUAGES, language, neat
from core.report.words import Words
from tests.report.mock import daily

GAP = "\u202f"


def messages(found: Mapping[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, Mapping):
            yield from messages(value, f"{path}.{key}")
        else:
            yield f"{path}.{key}", str(value)


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("code", ["de", "zh"])
def test_languages_have_the_same_messages_and_placeholders(code: str) -> None:
    """A message that is missing in one language would stop that channel's report."""
    english, other = (dict(messages(language(one).messages)) for one in ("en", code))
    plurals = {key for key in english if ".noun." in key and key.endswith(".one")}
    assert english.keys() - plurals <= other.keys()
    assert other.keys() <= english.keys()
    for key in english.keys() & other.keys() - {key for key in english if key.startswith(".format")}:
        if ".nth." not in key:
            assert placeholders(english[key]) == placeholders(other[key]), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_plural_form_of_the_language_is_there(code: str) -> None:
    """CLDR asks for the forms 'one' and 'other' in English and German, for 'other' alone in Chinese."""
    found = language(code)
    for noun, forms in found.messages["noun"].items():
        assert isinstance(forms, Mapping)
        assert set(forms) == {found.babel.plural_form(n) for n in (0, 1, 2, 5)}, noun


def test_an_unknown_language_is_named() -> None:
    """A misspelt language is an error of the config, not an empty report."""
    with pytest.raises(ConfigError, match="en, de, zh"):
        language("fr")


@pytest.mark.parametrize(
    ("code", "headline", "tile"),
    [
        (
            "en",
            "Customers were happier, the phone was slower.",
            f"CSAT 93.1{GAP}% · ▲ 1.4 pt vs usual Friday · 58 ratings · goal 92{GAP}% reached",
        ),
        (
            "de",
            "Kunden waren zufriedener, am Telefon dauerte es länger.",
            f"Kundenzufriedenheit 93,1{GAP}% · ▲ 1,4 Punkte gegenüber einem üblichen Freitag · 58 Bewertungen · "
            f"Ziel 92{GAP}% erreicht",
        ),
        (
            "zh",
            "客户更满意了，但电话接听变慢。",
            "客户满意度 93.1% · 比平常周五高 1.4 个百分点 · 58 份评价 · 已达到目标 92%",
        ),
    ],
)
def test_headline_and_first_tile_in_three_languages(code: str, headline: str, tile: str) -> None:
    """The worked message, word for word."""
    words = Words(daily(), code)
    assert words.headline() == headline
    assert words.tile(words.report.tiles[0]).line == tile


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (25.8, "26 s"), (89, "89 s"), (270, "4.5 min"), (1350, "23 min"), (3_570, "1 h"), (6_720, "1 h 52"),
     (172_799, "2 days"), (189_000, "2 d 5 h"), (-360, "−6 min")],
)  # fmt: skip
def test_lengths_of_time_have_two_units_at_most(seconds: float, said: str) -> None:
    """Nobody reads 189,000 s."""
    assert language("en").seconds(seconds) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [("en", ["2,106", "5.72", "+44", "−3", f"8.0{GAP}%"]), ("de", ["2.106", "5,72", "+44", "−3", f"8,0{GAP}%"]),
     ("zh", ["2,106", "5.72", "+44", "−3", "8.0%"])],
)  # fmt: skip
def test_numbers_follow_the_locale(code: str, said: list[str]) -> None:
    """A German reads 2.106 calls as two thousand; an English reader as two."""
    lang = language(code)
    values = ((2106, Unit.COUNT), (572, Unit.MONEY), (44.4, Unit.NET), (-3, Unit.COUNT), (0.08, Unit.SHARE))
    assert [lang.value(value, unit) for value, unit in values] == said


def test_nothing_is_a_dash_and_zero_is_zero() -> None:
    """No calls is no service level; it is neither 0 % nor 100 %."""
    assert language("en").value(None, Unit.SHARE) == "—"
    assert language("en").value(0.0, Unit.SHARE) == f"0.0{GAP}%"


@pytest.mark.parametrize(
    ("code", "said"), [("en", ["1st", "2nd", "3rd", "5th", "11th"]), ("de", ["1.", "2.", "3.", "5.", "11."])]
)
def test_which_time_it_is(code: str, said: list[str]) -> None:
    """The 5th day, not the 5st."""
    assert [language(code).nth(n) for n in (1, 2, 3, 5, 11)] == said


def test_other_peoples_words_are_one_clean_line() -> None:
    """A queue named with a colour code or a direction mark must not repaint or turn round the message."""
    assert neat("a\x1b[31mb\u202ec\ud800d\ne\u200b") == "a[31mbcd e"
    assert neat("x" * 80) == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("code", "currency", "said"),
    [
        ("en", None, "1,234.50"),
        ("en", "EUR", "€1,234.50"),
        ("de", "EUR", "1.234,50\xa0€"),
        ("zh", "CNY", "¥1,234.50"),
        ("en", "JPY", "¥123,450"),
    ],
)
def test_money_names_its_currency(code: str, currency: str | None, said: str) -> None:
    """A controller in Zürich reads euros as francs."""
    assert replace(language(code), currency=currency).value(123_450, Unit.MONEY) == said
