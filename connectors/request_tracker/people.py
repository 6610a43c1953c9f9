"""Privileged users are staff, all users can be customers; queues are teams."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET

from connectors import Agent, Api, Context, Customer, CustomerIdentity, Page, Personal, Record, Stuck, Team, Window
from connectors.request_tracker.paging import PER_PAGE, Answer, Params, every, marks_of, moment, read

# Names that RT asks for in one request, by which the address stays short.
NAMES_AT_ONCE = 50
# The number of the group "Privileged" in every RT that was set up in one go (RT's own initialdata).
PRIVILEGED = 4
SYSTEM = frozenset({"RT_System", "Nobody"})
FIRST_AT = 86_400
USER_FIELDS = "id,Name,EmailAddress,HomePhone,WorkPhone,MobilePhone,Lang,Created,LastUpdated"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read down to ``done`` (by change, or by number where ``by_id``); ``top`` and ``page`` of a pass under way."""

    done: int
    by_id: bool = False
    top: int | None = None
    page: int = 1


class Member(msgspec.Struct):
    id: int | str
    type: str = ""


class Group(msgspec.Struct):
    Members: list[msgspec.Raw]


class AgentRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    Name: str
    RealName: str | None = None
    is_active: bool = True


class UserRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    Name: Annotated[str | None, Personal] = None
    EmailAddress: Annotated[str | None, Personal] = None
    HomePhone: Annotated[str | None, Personal] = None
    WorkPhone: Annotated[str | None, Personal] = None
    MobilePhone: Annotated[str | None, Personal] = None
    Lang: str | None = None
    Created: str | None = None
    LastUpdated: str | None = None
    is_system: bool = False
    is_erased: bool = False

    def __post_init__(self) -> None:
        # The name is blanked in kept rows; what it told is kept.
        self.is_system = self.is_system or self.Name in SYSTEM
        self.is_erased = self.is_erased or (self.Name or "").startswith("anon_")


class QueueRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    Name: str
    Disabled: str | int | None = None


def fetch_queues(api: Api, _: Window) -> Iterator[Page]:
    """All queues, disabled ones too."""
    for rows in every(api, "/queues/all", {"fields": "id,Name,Disabled,Lifecycle", "find_disabled_rows": 1}):
        yield Page(rows)


def normalise_queue(row: QueueRow, _: Context) -> Iterator[Record]:
    """A queue as team."""
    yield Team(id=str(row.id), name=row.Name, is_active=str(row.Disabled or "0") == "0")


def fetch_agents(api: Api, _: Window) -> Iterator[Page]:
    """The members of RT's group of privileged users, which one request tells by their names."""
    members = read(api.get(f"/group/{privileged(api)}", Group).Members, Member)
    names = sorted({str(one.id) for one in members if one.type == "user"})
    for begin in range(0, len(names), NAMES_AT_ONCE):
        some = names[begin : begin + NAMES_AT_ONCE]
        active = {row.id for row in named(api, some, {})}
        rows = named(api, some, {"find_disabled_rows": 1})
        yield Page([encoded(AgentRow(row.id, row.Name, row.RealName, row.id in active)) for row in rows])


def encoded(row: AgentRow) -> msgspec.Raw:
    """A row put together from two answers, as RT would have written it."""
    return msgspec.Raw(msgspec.json.encode(row))


def privileged(api: Api) -> int:
    """The number of the group of privileged users."""
    conditions = [{"field": "Domain", "value": "SystemInternal"}, {"field": "Name", "value": "Privileged"}]
    asked: Params = {"query": msgspec.json.encode(conditions).decode(), "fields": "id,Name", "per_page": PER_PAGE}
    found = [mark.number for mark in marks_of(api.get("/groups", Answer, params=asked).items)]
    return next((number for number in found if number is not None), PRIVILEGED)


def named(api: Api, names: Sequence[str], more: Mapping[str, int]) -> list[AgentRow]:
    """The users of these names. RT ignores a condition that the user may not ask for, so it is looked at again."""
    query = msgspec.json.encode([{"field": "Name", "value": name} for name in names]).decode()
    wanted, found = {name.casefold() for name in names}, []
    for rows in every(api, "/users", {"query": query, "fields": "id,Name,RealName", **more}):
        found += [user for user in read(rows, AgentRow) if user.Name.casefold() in wanted]
    return found


def normalise_agent(row: AgentRow, ctx: Context) -> Iterator[Record]:
    """A privileged user."""
    if row.Name in SYSTEM:
        return
    is_bot = row.Name in ctx.settings.bots
    yield Agent(
        id=str(row.id),
        name=row.RealName or row.Name,
        role="bot" if is_bot else "agent",
        is_human=not is_bot,
        is_active=row.is_active,
    )


def fetch_users(api: Api, window: Window) -> Iterator[Page]:
    """Users, latest change first, down to where the last pass began; RT filters them by names only.

    Without the right AdminUsers RT shows every change as of 1970: new users are then known by their numbers, and a
    changed address stays unseen. No row leaves this list, so pages can shift by rows that come twice only.
    """
    place = msgspec.json.decode(window.resume_at, type=Place) if window.resume_at else None
    if place is None:
        first = by_change(api, 1)
        changed = [moment(mark.LastUpdated) for mark in marks_of(first.items)]
        place = Place(0, by_id=not any(at > FIRST_AT for at in changed))
    top, page, is_over = place.top, place.page, False
    before: list[msgspec.Raw] = []
    while not is_over:
        answer = by_change(api, page, by_id=place.by_id)
        if answer.items and answer.items == before:
            raise Stuck(f"{api.name}: /users gives the same page again and again; tried again at the next run.")
        marks = marks_of(answer.items)
        found = [mark.number or 0 if place.by_id else moment(mark.LastUpdated) for mark in marks]
        keys = [key for key in found if key > 0]
        top = max(keys, default=place.done) if top is None else top
        before, page = answer.items, page + 1
        pages = page if answer.pages is None else answer.pages
        is_over = not answer.items or min(keys, default=place.done) < place.done or page > pages
        reached = Place(max(top, place.done), place.by_id) if is_over else Place(place.done, place.by_id, top, page)
        yield Page(answer.items, resume_at=msgspec.json.encode(reached).decode(), last=is_over)


def by_change(api: Api, page: int, *, by_id: bool = False) -> Answer:
    """A page of users, newest first."""
    order = ["id"] if by_id else ["LastUpdated", "id"]
    asked: Params = {"fields": USER_FIELDS, "find_disabled_rows": 1, "per_page": PER_PAGE, "page": page}
    return api.get("/users", Answer, params={**asked, "orderby": order, "order": ["DESC"] * len(order)})


def normalise_user(row: UserRow, ctx: Context) -> Iterator[Record]:
    """Whoever can write to us, without name, mail and phone, and these two as identities (stored as hashes)."""
    if row.is_system:
        return
    native, changed_at, mail = str(row.id), moment(row.LastUpdated), row.EmailAddress or ""
    domain = mail.rpartition("@")[2].lower()
    internal = {one.lower() for one in ctx.settings.internal_domains}
    yield Customer(
        id=native,
        version=changed_at,
        source_updated_at=changed_at or None,
        language=row.Lang.partition("-")[0].partition("_")[0].lower() if row.Lang else None,
        is_internal=UNSET if ctx.is_redacted else domain in internal if domain else None,
        created_at=moment(row.Created) or None,
        erased_at=(changed_at or None) if row.is_erased else None,
    )
    if ctx.is_redacted or row.is_erased:
        return
    if mail:
        yield CustomerIdentity(customer_id=native, kind="email", value=mail)
    for number in dict.fromkeys((row.MobilePhone, row.HomePhone, row.WorkPhone)):
        if number:
            yield CustomerIdentity(customer_id=native, kind="phone", value=number)
