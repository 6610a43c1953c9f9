"""What can be made to go wrong on request: which answer is spoilt, how often, and in what way."""

from collections.abc import Callable

from msgspec import Struct, field

from core.sandbox.dice import Dice

STATUS_TEXT = {401: "Couldn't authenticate you", 403: "You do not have access to this page.", 429: "Too many requests"}


class Fault(Struct, kw_only=True):
    """One kind of trouble. It strikes requests whose path contains `path`: the first `after` of them are spared, then
    each `every`-th or a random `share` (0..1) of them, at most `times` times (0 is no bound)."""

    kind: str
    path: str = ""
    after: int = 0
    every: int = 1
    share: float | None = None
    times: int = 0
    status: int = 503
    retry_after: str | None = None
    seconds: float = 1.0
    location: str = "http://127.0.0.1:9/elsewhere"
    seen: int = field(default=0)
    struck: int = field(default=0)

    def strikes(self, path: str, dice: Dice) -> bool:
        """Whether this request is spoilt; counts it either way."""
        if self.path not in path:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times and self.struck >= self.times):
            return False
        hit = dice.chance(self.share) if self.share is not None else (self.seen - self.after) % self.every == 0
        self.struck += hit
        return hit


Page = dict[str, object]
CURSOR_KEYS = ("after_cursor", "after_url", "before_cursor", "before_url", "next_page", "end_time", "end_of_stream")
HOSTILE_TEXTS = (
    '=HYPERLINK("http://127.0.0.1:9","x")',
    "<!channel> <script>alert(1)</script>",
    "\x1b[31mred\x1b[0m \u202egnirts \u0000 end",
    "'; drop table tickets; --",
    "a" * 60_000,
)


def _foreign_next(page: Page) -> None:
    """Sends the reader to another machine for the next page."""
    for name in ("after_url", "next_page"):
        if page.get(name):
            page[name] = "http://127.0.0.2:9/api/v2/stolen.json?cursor=x"
    links = page.get("links")
    if isinstance(links, dict):
        links["next"] = "http://127.0.0.2:9/api/v2/stolen.json"


def _missing_paging(page: Page) -> None:
    """Leaves out all that says whether and where there is more."""
    for name in (*CURSOR_KEYS, "meta", "links"):
        page.pop(name, None)


def _rows_of(page: Page) -> list[object]:
    return next((rows for rows in page.values() if isinstance(rows, list)), [])


def _empty_rows(page: Page) -> None:
    """A page without rows that says there is more."""
    _rows_of(page).clear()
    if "end_of_stream" in page:
        page["end_of_stream"] = False


def _hostile(page: Page) -> None:
    """Rows that no sane vendor sends, between those that are right; an empty list stays empty."""
    rows = _rows_of(page)
    if not rows:
        return
    sane = next((row for row in rows if isinstance(row, dict)), {})
    worse: list[object] = [
        {},
        None,
        "not a row",
        {**sane, "id": None},
        {**sane, "id": 2**53 + 1, "created_at": "0001-01-01T00:00:00Z"},
        {**sane, "id": 2**64, "created_at": "not a date"},
        {**sane, "id": 990_001, "created_at": 1_767_225_600_000},
        {**sane, "id": 990_002, "status": "frozen", "via": {"channel": "carrier_pigeon"}},
        {**sane, "id": 990_003, "tags": None, "custom_fields": None, "metric_set": None},
        {**sane, "id": 990_004, "custom_fields": [{"id": n, "value": n} for n in range(3_000)]},
        dict.fromkeys(sane) | {"id": 990_005},
        {"id": 990_006, "Id": 1, "select": 2, 'x"; drop table y': 3, "a" * 300: 4},
        {**sane, "id": 990_007, "created_at": "2999-01-01T00:00:00Z", "updated_at": "2016-12-31T23:59:60Z"},
    ]
    worse += [{**sane, "id": 991_000 + n, "subject": text} for n, text in enumerate(HOSTILE_TEXTS)]
    rows[1:1] = worse


PAGE_FAULTS: dict[str, Callable[[Page], None]] = {
    "foreign_next": _foreign_next,
    "missing_paging": _missing_paging,
    "empty_forever": _empty_rows,
    "hostile": _hostile,
}
"""Faults that edit a good answer. `twice` and `same_cursor` need the vendor's own cursors and live beside them."""

BODIES = {
    "html": (b"<!doctype html><html><body>Just a moment...</body></html>", "text/html"),
    "empty": (b"", "application/json"),
    "null": (b"null", "application/json"),
    "list": (b"[1, 2, 3]", "application/json"),
    "error_200": (b'{"error": "internal", "description": "something broke"}', "application/json"),
    "latin1": (b'{"tickets": [{"id": 1, "subject": "M\xfcller"}]}', "application/json"),
    "deep": (b"[" * 100_000, "application/json"),
}

KINDS = frozenset((*PAGE_FAULTS, *BODIES)) | {
    "status",
    "redirect",
    "redirect_loop",
    "bomb",
    "silent",
    "slow",
    "lost",
    "reset",
    "cut",
    "cut_off",
    "same_cursor",
    "twice",
    "stuck",
}
"""All kinds of trouble. `lost`: the request is carried out and the connection closed without an answer; `silent`: the
same after `seconds`; `slow`: a byte each `seconds`; `cut`: half the body under its own length; `cut_off` and `reset`:
half the body, then the end or a reset of the connection."""
