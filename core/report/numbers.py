"""The table of a weekly or monthly report: each number beside what is usual, 13 weeks ago, and its goal."""

from collections.abc import Collection, Iterator, Sequence

from core.numbers.answer import Answer
from core.numbers.metric import Unit
from core.numbers.metrics import STARTER, STARTER_PHONE
from core.report.locale import rounded
from core.report.model import Day, Report, Sentence, Tile
from core.report.words import Words

MARKS = ("¹", "²", "³")


def heads(words: Words) -> tuple[str, ...]:
    """The heads of the columns."""
    keys = ("metric", f"now_{words.report.kind}", "usual", "weeks_13", "goal")
    return (*(capital(words.text(key)) for key in keys), words.text("sample"))


def leading(report: Report, most: int, among: Sequence[Tile] | None = None) -> tuple[Tile, ...]:
    """So many tiles: the customers' first, then what needs a look, then the others, in the order of the report."""
    tiles = known(report) if among is None else among

    def rank(tile: Tile) -> tuple[bool, ...]:
        metric = report.metrics[tile.metric_id]
        first = (metric.group != "C", tile.mark != "bad")
        if report.kind == "daily":
            return first
        # A long list leaves room in the table for what has a goal, and for what people begin with.
        return (*first, tile.goal is None, metric.id not in (*STARTER, *STARTER_PHONE), metric.tier != "K")

    chosen = {id(tile) for tile in sorted(tiles, key=rank)[:most]}
    return tuple(tile for tile in tiles if id(tile) in chosen)


def known(report: Report) -> tuple[Tile, ...]:
    """The tiles of a report; of a week or month those of which anything is or was known, or is to be reached."""
    if report.kind == "daily":
        return report.tiles
    return tuple(tile for tile in report.tiles if not _is_empty(tile))


def _is_empty(tile: Tile) -> bool:
    given = tile.comparison
    told = (tile.answer.value, given.usual.value, *(each.value for each in (given.previous, given.weeks_13) if each))
    return tile.goal is None and not tile.is_late and all(value is None for value in told)


def rows(words: Words, tiles: Sequence[Tile]) -> Iterator[tuple[str, ...]]:
    """One row a number; under a strong one its counter-metric, unless that has a row of its own (metrics R13)."""
    own = {tile.metric_id for tile in tiles}
    for tile in tiles:
        yield _row(words, tile)
        if beside := guard(words, tile, own):
            yield (*beside, "", "", "", "")


def guard(words: Words, tile: Tile, own: Collection[str]) -> tuple[str, str] | None:
    """Name and value of what stands under a strong number that has no counter-metric among ``own``."""
    if tile.guard_missing:
        return f"↳ {words.text('guard')}", words.say(Sentence("no_data"))
    if words.metric(tile.metric_id).strength != "S" or tile.counter is None or tile.counter.metric_id in own:
        return None
    return f"↳ {words.metric_name(tile.counter.metric_id)}", words.cell(tile.counter)


def _row(words: Words, tile: Tile) -> tuple[str, ...]:
    given = tile.comparison
    unit = words.metric(tile.metric_id).unit_of(tile.answer.variant)
    usual = given.usual.value
    if usual is not None and unit is Unit.COUNT:
        # The median of eight counts may lie between two of them.
        usual = float(rounded(usual, 0))
    return (
        words.tile(tile).name,
        words.cell(given) if tile.answer.status != "low_sample" else words.number(tile.answer),
        words.language.value(usual, unit),
        past(words, given.weeks_13),
        goal(words, tile),
        _sample(words, tile),
    )


def _sample(words: Words, tile: Tile) -> str:
    """n, marked where it is of an earlier week or month; of a count, which is its own n, a dash."""
    if tile.sample is None:
        return words.text("no_value")
    last_on = tile.answer.period.to_on
    earlier = _earlier(words)
    return words.language.number(tile.answer.n) + (f" {MARKS[earlier.index(last_on)]}" if last_on in earlier else "")


def _earlier(words: Words) -> list[str]:
    """The last days of the earlier periods that numbers are of, latest first."""
    found = {tile.answer.period.to_on for tile in words.report.tiles} - {words.report.day_on}
    return sorted(found, reverse=True)[: len(MARKS)]


def notes(words: Words) -> Iterator[str]:
    """What the marks behind n stand for."""
    for mark, day_on in zip(MARKS, _earlier(words), strict=False):
        yield f"{mark} {words.say(Sentence(f'settled_{words.report.kind}', {'day': Day(day_on, 'plain')}))}"


def past(words: Words, answer: Answer | None) -> str:
    """The value of an earlier period; a dash where none is known."""
    return words.cell(answer) if answer else words.text("no_value")


def goal(words: Words, tile: Tile) -> str:
    """The target and what became of it."""
    if tile.goal is None:
        return words.text("no_value")
    return words.goal(tile, "aim")


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
