"""Plain text of a given width: columns for wide and narrow letters, folding, charts of characters."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

CHART_ROWS = 7
# A column of a table is no narrower, whatever else must fit.
LEAST_COLUMNS = 8
MARKS = "●·-"
# Marks that Chinese typesetting never puts at the start of a line.
CLOSING = "，。；：、）”！？"


def width(text: str) -> int:
    """Columns that the text takes on a terminal: two for East Asian letters and most signs, none for joiners."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or letter in "\ufe0e\ufe0f\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text in so many columns, cut if it is longer."""
    text = cut(text, columns)
    space = " " * (columns - width(text))
    return space + text if right else text + space


def cut(text: str, columns: int) -> str:
    """The text, or its start with an ellipsis where it takes more columns."""
    if width(text) <= columns:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > columns - 1:
            break
        kept += letter
    return kept + "…"


def folded(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns; East Asian text breaks between letters, others between words."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _words(paragraph):
            if line and width(line + word.rstrip()) > columns:
                lines.append(line.rstrip())
                line = ""
            piece = word if line else word.lstrip()
            while width(piece) > columns:
                head = cut(piece, columns).removesuffix("…")
                lines.append(head)
                piece = piece[len(head) :]
            line += piece
        lines.append(line.rstrip())
    return lines


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter, after in zip(text, [*text[1:], ""], strict=True):
        word += letter
        # A narrow no-break space keeps a number and its unit together; only a true space is a place to fold.
        if letter == " " or (_columns(letter) == 2 and after not in {*CLOSING}):
            yield word
            word = ""
    if word:
        yield word


def table(rows: Sequence[Sequence[str]], columns: int) -> Iterator[str]:
    """Rows in aligned columns, the first one to the left, the others to the right; the first row is the head.

    What is too long for its column goes on in the next line."""
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    spare = columns - sum(widths) - 2 * (len(widths) - 1)
    # A word is broken only where no column has room to give between words.
    words = [max(width(word) for row in rows for word in (*_words(row[at]), "")) for at in range(len(widths))]
    while spare < 0 and max(widths) > LEAST_COLUMNS:
        wide = [at for at, columns in enumerate(widths) if columns > max(words[at], LEAST_COLUMNS)]
        at = max(wide or range(len(widths)), key=lambda one: widths[one])
        widths[at] -= 1
        spare += 1
    for number, row in enumerate(rows):
        cells = [folded(cell, widths[at]) for at, cell in enumerate(row)]
        for line in zip_longest(*cells, fillvalue=""):
            yield "  ".join(padded(text, widths[at], right=at > 0) for at, text in enumerate(line)).rstrip()
        if number == 0:
            yield "  ".join("─" * columns for columns in widths)


def chart(series: Mapping[str, Sequence[float]], labels: Sequence[str], columns: int) -> Iterator[str]:
    """Up to three series drawn with a mark each, the first one on top; the scale at the left, days below."""
    values = [value for numbers in series.values() for value in numbers]
    low, high = min(values), max(values)
    step = (high - low) / (CHART_ROWS - 1) or 1.0
    scale = [f"{high - step * row:g}" if step >= 1 else f"{high - step * row:.1f}" for row in range(CHART_ROWS)]
    scale = [f"{float(text):,.1f}" for text in scale]
    left = max(width(text) for text in scale)
    pitch = max(1, (columns - left - 2) // len(labels))
    grid = [[" "] * (pitch * len(labels)) for _ in range(CHART_ROWS)]
    for mark, numbers in reversed(list(zip(MARKS, series.values(), strict=False))):
        for at, value in enumerate(numbers):
            row = round((high - value) / step)
            span = range(at * pitch, at * pitch + (pitch if mark == "-" else 1))
            for column in span:
                grid[row][column] = mark
    for text, cells in zip(scale, grid, strict=True):
        yield f"{padded(text, left, right=True)} ┤{''.join(cells)}".rstrip()
    first, last = labels[0], labels[-1]
    space = pitch * len(labels) - width(first) - width(last)
    yield " " * (left + 2) + first + " " * max(1, space) + last
    legend = zip(MARKS, series, strict=False)
    yield " " * (left + 2) + "   ".join(f"{mark} {name}" for mark, name in legend)
