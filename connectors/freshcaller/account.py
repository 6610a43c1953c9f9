"""What ``check`` tries at Freshcaller."""

from collections.abc import Iterator, Mapping

import msgspec

from connectors import Api, Finding, Gone, NotAllowed, Refused

RIGHTS = (
    "The key sees what its user may: take that of an account admin (Freshcaller > profile picture > Profile settings > "
    "Your API key; roles under Admin Settings > Users)."
)
NONE_THERE = "Is the domain right, and is Freshcaller (Freshdesk Contact Center) part of your plan?"
SINCE = "2000-01-01T00:00:00Z"


class Anything(msgspec.Struct):
    """An answer of which only its arrival counts."""


# What, path, parameters, and whether figures go wrong without it.
TRIED: tuple[tuple[str, str, Mapping[str, str], bool], ...] = (
    ("log-in and users", "/users", {}, True),
    ("teams", "/teams", {}, False),
    ("calls", "/calls", {"by_time[from]": SINCE, "has_ancestry": "true"}, True),
    ("figures of calls (wait, talk, hold, after-call work)", "/call_metrics", {"by_time[from]": SINCE}, True),
)


def check(api: Api) -> Iterator[Finding]:
    """One row of each list."""
    for what, path, params, is_needed in TRIED:
        yield tried(api, what, path, params, is_needed=is_needed)


def tried(api: Api, what: str, path: str, params: Mapping[str, str], *, is_needed: bool) -> Finding:
    """Whether the list answers; one that figures can do without is no fault."""
    try:
        api.get(path, Anything, params={**params, "per_page": 1, "page": 1})
    except NotAllowed as refused:
        return Finding(what, not is_needed, f"{refused.message} {RIGHTS}")
    except Gone as refused:
        return Finding(what, not is_needed, f"{refused.message} {NONE_THERE}")
    except Refused as refused:
        return Finding(what, False, f"{refused.message} {NONE_THERE}")
    return Finding(what, True)
