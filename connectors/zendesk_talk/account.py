"""What ``check`` tries at an account with Talk."""

from collections.abc import Iterator, Mapping

import msgspec

from connectors import Api, Finding, Gone, NotAllowed, Refused
from connectors.zendesk_talk.rows import EXPORT

PERMISSION = (
    "Talk's figures are for admins, and agents whose role allows to manage Talk: Admin Center > People > Team > "
    "Team members (Roles on Enterprise): give the user of the token that role."
)
SCOPE = "Admin Center > Apps and integrations > APIs > OAuth clients: give the token the scope 'read'."
NO_TALK = "Is Talk switched on? Admin Center > Channels > Talk and email > Talk. Left out until then."


class User(msgspec.Struct):
    id: int | None = None
    role: str | None = None


class Me(msgspec.Struct):
    user: User


class Anything(msgspec.Struct):
    """An answer of which only its arrival counts."""


# What, path, parameters, and whether figures go wrong without it.
TRIED: tuple[tuple[str, str, Mapping[str, int], bool], ...] = (
    ("calls", f"{EXPORT}/calls.json", {"start_time": 0, "limit": 1}, True),
    ("legs of calls (agents, rings, transfers)", f"{EXPORT}/legs.json", {"start_time": 0, "limit": 1}, True),
    ("agents' activity (sampled at each pull)", "/channels/voice/stats/agents_activity.json", {}, True),
    ("Talk's totals of today", "/channels/voice/stats/account_overview.json", {}, False),
    ("telephone numbers", "/channels/voice/phone_numbers.json", {}, False),
    ("names of groups", "/groups.json", {"page[size]": 1}, False),
)


def check(api: Api) -> Iterator[Finding]:
    """Whose token it is, and whether each list answers."""
    user = api.get("/users/me.json", Me).user
    if user.id is None:
        yield Finding("log-in", False, "Zendesk took the request for one without a key: check email and token.")
        return
    yield Finding("log-in", True)
    yield Finding(f"role '{user.role}'", True, "" if user.role == "admin" else PERMISSION)
    for what, path, params, is_needed in TRIED:
        yield tried(api, what, path, params, is_needed=is_needed)


def tried(api: Api, what: str, path: str, params: Mapping[str, int], *, is_needed: bool) -> Finding:
    """Whether the list answers; one that figures can do without is no fault."""
    try:
        api.get(path, Anything, params=params)
    except NotAllowed as refused:
        advice = SCOPE if "scope" in refused.message.lower() else f"{PERMISSION} {NO_TALK}"
        return Finding(what, not is_needed, f"{refused.message} {advice}")
    except Gone as refused:
        return Finding(what, not is_needed, f"{refused.message} {NO_TALK}")
    except Refused as refused:
        return Finding(what, False, refused.message)
    return Finding(what, True)
