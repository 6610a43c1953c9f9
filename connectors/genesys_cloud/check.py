"""What ``check`` tries: log-in, each list that is read, how far the data goes, and what is not read at all."""

from collections.abc import Callable, Iterator

import msgspec

from connectors import Api, AuthError, Finding, Gone, NotAllowed, Refused, Unavailable
from connectors.genesys_cloud.conversations import DETAILS, complete_to, interval
from connectors.genesys_cloud.days import QUERY

ROLE = (
    "Admin > People & Permissions > Roles: give a role the permission '{}', then that role to the OAuth client under "
)
ROLE += "Admin > Integrations > OAuth > Roles, with the divisions it should see."
REGION = "Is `region` the end of the address that you log in to? A client of one region is unknown in all others."
# Whether a permission is there shows with any interval, even one of which nothing is kept.
ANY_HOUR = interval(1_767_258_000, 1_767_261_600)
ONE = {"pageSize": 1, "pageNumber": 1}


class Anything(msgspec.Struct):
    """An answer of which only its arrival counts."""


def check(api: Api) -> Iterator[Finding]:
    """Log-in first; then each permission on its own, so that all that is missing is told at once."""
    try:
        organisation = api.get("/organizations/me", Organisation)
    except AuthError as refused:
        yield Finding("log-in", False, f"{refused.message} {REGION}")
        return
    except Unavailable as error:
        yield Finding("reach the region", False, f"{error.message} {REGION}")
        return
    except Gone as refused:
        yield Finding("reach the region", False, f"{refused.message} {REGION}")
        return
    except NotAllowed:
        # Who may not see the organisation may still see what is needed.
        organisation = Organisation()
    yield Finding(f"log-in{f' to {organisation.name}' if organisation.name else ''}", True)
    for what, permission, ask in TRIED:
        try:
            ask(api)
        except NotAllowed as refused:
            yield Finding(what, False, f"{refused.message} {ROLE.format(permission)}")
        except Refused as refused:
            yield Finding(what, False, refused.message)
        else:
            yield Finding(what, True)
    yield from _complete(api)


class Organisation(msgspec.Struct):
    name: str = ""


def _complete(api: Api) -> Iterator[Finding]:
    try:
        at = complete_to(api)
    except (Refused, Unavailable):
        return
    yield Finding(f"history complete up to {interval(at, at).partition('/')[0]}", True)


def _details(api: Api) -> None:
    api.post(f"{DETAILS}/query", Anything, json={"interval": ANY_HOUR, "paging": ONE})


def _users(api: Api) -> None:
    api.post("/analytics/users/details/query", Anything, json={"interval": ANY_HOUR, "paging": ONE})


def _days(api: Api) -> None:
    api.post(QUERY, Anything, json={"interval": ANY_HOUR, "metrics": ["nOffered"]})


# What, the permission that gives it, and one small request.
TRIED: tuple[tuple[str, str, Callable[[Api], object]], ...] = (
    ("queues", "Routing > Queue > View", lambda api: api.get("/routing/queues", Anything, params={"pageSize": 1})),
    ("users", "Directory > User > View", lambda api: api.get("/users", Anything, params={"pageSize": 1})),
    ("conversations", "Analytics > Conversation Detail > View", _details),
    ("presence of users", "Analytics > User Detail > View", _users),
    ("figures of queues", "Analytics > Conversation Aggregate > View", _days),
)
