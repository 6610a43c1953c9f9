"""What ``check`` tries at Aircall, and Aircall's own counts."""

from collections.abc import Iterator

import msgspec

from connectors import Api, Finding, Tally, Window
from connectors.aircall.paging import ListPage, first_page
from connectors.aircall.people import NumbersPage, TeamsPage, UsersPage
from connectors.aircall.stretches import CAP, KEPT_S, PATH, CallsPage

LISTS: tuple[tuple[str, str, type[ListPage], str], ...] = (
    ("users", "/v2/users", UsersPage, "agents"),
    ("teams", "/v1/teams", TeamsPage, "teams"),
    ("numbers", "/v1/numbers", NumbersPage, "lines"),
)
WEEK_S = 7 * 86_400
NO_NUMBER = "Aircall Dashboard > Numbers: without a number there are no calls. Is this the key of the right company?"


class Pong(msgspec.Struct):
    ping: str


def check(api: Api) -> Iterator[Finding]:
    """Whether the key is taken, and what the company has; Aircall's keys have no scopes, so that it can read all."""
    api.get("/v1/ping", Pong)
    yield Finding("log-in", True)
    for what, path, form, _ in LISTS:
        count = first_page(api, path, form, {}).meta.total
        is_missing = what == "numbers" and not count
        yield Finding(f"{count} {what}", not is_missing, NO_NUMBER if is_missing else "")


def tallies(api: Api, window: Window) -> Iterator[Tally]:
    """Aircall's counts of users, teams and numbers, and week by week of the calls that began in the window."""
    for what, path, form, table in LISTS:
        yield Tally(what, first_page(api, path, form, {}).meta.total, table, "uid")
    begin = max(window.since, window.now_at - KEPT_S)
    end = window.now_at if window.until is None else window.until
    if not end:
        total = first_page(api, PATH, CallsPage, {"from": begin}).meta.total
        if total < CAP:
            yield Tally("calls", total, "calls", "arrived_at", begin)
    for from_at in range(begin, end, WEEK_S):
        to_at = min(end, from_at + WEEK_S)
        total = first_page(api, PATH, CallsPage, {"from": from_at, "to": to_at - 1}).meta.total
        # What Aircall counts beyond what it gives is not sure to be a count.
        if total < CAP:
            yield Tally("calls", total, "calls", "arrived_at", from_at, to_at)
