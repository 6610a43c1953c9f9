"""Twilio's pages: the next one is where the answer says, asked for as it stands.

The Voice API says ``next_page_uri``, a path on its server; TaskRouter says ``meta.next_page_url``, a whole address.
"""

from collections.abc import Iterator, Mapping

import msgspec

from connectors import Stuck
from connectors.twilio.settings import Account

PER_PAGE = 1000
MOST_PAGES = 2_000

Params = Mapping[str, str | int]


class Meta(msgspec.Struct):
    next_page_url: str | None = None


class ListPage(msgspec.Struct, kw_only=True):
    """A page of either server; subclasses name the list."""

    rows: list[msgspec.Raw]
    next_page_uri: str | None = None
    meta: Meta | None = None

    @property
    def following(self) -> str | None:
        """Where the next page is; None at the end."""
        return self.next_page_uri or (self.meta.next_page_url if self.meta else None)


def pages(account: Account, path: str, form: type[ListPage], params: Params | None = None) -> Iterator[ListPage]:
    """All pages of a list."""
    page = account.api.get(path, form, params={"PageSize": PER_PAGE, **(params or {})})
    yield page
    seen: set[str] = set()
    while link := page.following:
        if link in seen or len(seen) >= MOST_PAGES:
            raise Stuck(f"Twilio's {path.rpartition('/')[2]} goes round: a page links to one that was read already.")
        seen.add(link)
        page = account.api.get(link, form)
        yield page
