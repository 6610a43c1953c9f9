"""Aircall's numbered pages: fifty rows, a link to the next page, and the count of all rows."""

from collections.abc import Iterator, Mapping

import msgspec

from connectors import Api, Stuck

PER_PAGE = 50
# What a link that never ends comes to: Aircall gives 10,000 rows of a list and no more.
MOST_PAGES = 220

Params = Mapping[str, str | int]


class Meta(msgspec.Struct):
    """``total`` counts the rows of all pages, also of those that Aircall does not give any more."""

    total: int
    next_page_link: str | None = None


class ListPage(msgspec.Struct, kw_only=True):
    """A page; subclasses name the list."""

    rows: list[msgspec.Raw]
    meta: Meta


def first_page(api: Api, path: str, form: type[ListPage], params: Params) -> ListPage:
    """The first page of a list."""
    return api.get(path, form, params={**params, "per_page": PER_PAGE})


def rest(api: Api, path: str, form: type[ListPage], page: ListPage) -> Iterator[ListPage]:
    """The pages after this one, each asked for by the link that Aircall gave, as it stands."""
    seen: set[str] = set()
    while link := page.meta.next_page_link:
        if link in seen or len(seen) >= MOST_PAGES:
            raise Stuck(f"Aircall's {path} goes round: a page links to one that was read already.")
        seen.add(link)
        page = api.get(link, form)
        yield page


def pages(api: Api, path: str, form: type[ListPage], params: Params | None = None) -> Iterator[ListPage]:
    """All pages of a list."""
    page = first_page(api, path, form, params or {})
    yield page
    yield from rest(api, path, form, page)
