"""Whether a stream still gets anywhere: cursors that stand still or come back, pages that stay empty."""

from core.errors import Stuck
from core.pull.contract import Page

# Empty pages in a row whose data ends no later than before: a filter on the vendor's side explains some.
MOST_EMPTY = 25
# A page may bring new rows and the cursor it began with (many changes in one second), but not for long.
MOST_STANDING = 3
# A list by page numbers whose vendor ignores the number gives its first page for ever.
MOST_ALIKE = 10


class Guard:
    """Watches the pages of one pass; ``look`` raises Stuck where going on would only go round."""

    def __init__(self, where: str, resume_at: str | None) -> None:
        self._where = where
        self._at = resume_at
        self._seen: set[str] = set()
        self._data_to: int | None = None
        self._empty = 0
        self._standing = 0
        self._rows = 0
        self._alike = 1
        self._verdict: str | None = None

    def before(self) -> None:
        """Called when the stream went on after a page that led nowhere."""
        if self._verdict is not None:
            raise Stuck(f"{self._where}: {self._verdict} What came before is kept; tried again at the next run.")

    def after(self, page: Page, news: int) -> None:
        """Takes note of a page that was kept; the verdict falls only if the stream goes on after it."""
        further = page.data_to is not None and (self._data_to is None or page.data_to > self._data_to)
        if page.data_to is not None:
            self._data_to = page.data_to if self._data_to is None else max(page.data_to, self._data_to)
        self._empty = 0 if page.rows or further else self._empty + 1
        rows = hash(tuple(map(bytes, page.rows))) if page.rows else 0
        self._alike = self._alike + 1 if rows and rows == self._rows and news == 0 and not further else 1
        self._rows = rows
        self._verdict = self._judge(page, news)
        if page.resume_at is not None:
            self._seen.add(page.resume_at)
            self._at = page.resume_at

    def _judge(self, page: Page, news: int) -> str | None:
        if self._empty >= MOST_EMPTY:
            return f"{self._empty} pages in a row were empty."
        if self._alike >= MOST_ALIKE:
            return f"{self._alike} pages in a row held the same rows."
        if page.resume_at is None:
            return None
        if page.resume_at == self._at:
            self._standing += 1
            if news == 0:
                return f"the place to go on from does not move ({len(page.rows)} rows, none of them new)."
            if self._standing >= MOST_STANDING:
                return f"the place to go on from did not move for {self._standing} pages."
            return None
        self._standing = 0
        if page.resume_at in self._seen:
            return "a place to go on from came back, so the pages go round."
        return None
