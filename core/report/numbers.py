"""The table of a weekly or monthly report: each number beside what is usual, 13 weeks ago, and its goal."""

from collections.abc import Iterator, Sequence

from core.numbers.answer import Answer
from core.report.model import Sentence, Tile
from core.report.words import Words


def heads(words: Words) -> tuple[str, ...]:
    """The heads of the columns."""
    keys = ("metric", f"now_{words.report.kind}", "usual", "weeks_13", "goal", "sample")
    return tuple(capital(words.text(key)) for key in keys)


def rows(words: Words, tiles: Sequence[Tile]) -> Iterator[tuple[str, ...]]:
    """One row a number; under a strong one its counter-metric, unless that has a row of its own (metrics R13)."""
    own = {tile.metric_id for tile in tiles}
    for tile in tiles:
        yield _row(words, tile)
        is_strong = words.metric(tile.metric_id).strength == "S"
        if tile.guard_missing:
            yield (f"↳ {words.text('guard')}", words.say(Sentence("no_data")), "", "", "", "")
        elif is_strong and tile.counter is not None and tile.counter.metric_id not in own:
            counter = tile.counter
            yield (f"↳ {words.metric_name(counter.metric_id)}", words.cell(counter), "", "", "", "")


def _row(words: Words, tile: Tile) -> tuple[str, ...]:
    said = words.tile(tile)
    given = tile.comparison
    usual = words.language.value(given.usual.value, words.metric(tile.metric_id).unit_of(tile.answer.variant))
    return (
        said.name,
        words.cell(given) if tile.answer.status != "low_sample" else words.number(tile.answer),
        usual,
        past(words, given.weeks_13),
        goal(words, tile),
        said.sample or words.text("no_value"),
    )


def past(words: Words, answer: Answer | None) -> str:
    """The value of an earlier period; a dash where none is known."""
    return words.cell(answer) if answer else words.text("no_value")


def goal(words: Words, tile: Tile) -> str:
    """The target and what became of it."""
    if tile.goal is None:
        return words.text("no_value")
    return words.goal(tile)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
