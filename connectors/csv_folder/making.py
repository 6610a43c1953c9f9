"""The values of a row become records."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors import Agent, BadRow, Context, Customer, CustomerIdentity, Queue, Record, Team
from connectors.csv_folder.fields import Target

LONGEST_ID = 100
HASHED = 24
# How a number is dialled; such an id of a customer would be kept in clear.
DIALLED = re.compile(r"(?:\+|00?)\(?\d[\d ()/.-]{5,24}\d")
R = TypeVar("R", bound=Record)

# A row names people, teams and queues; files that tell of them have the last word (their rows have version 1).
NAMED: dict[str, type[Agent] | type[Team] | type[Queue]] = {
    "agent_id": Agent, "assignee_id": Agent, "team_id": Team, "queue_id": Queue,
}  # fmt: skip
ELSEWHERE = "@"
IDENTITIES: dict[str, Target] = {
    "customer_phone": Target("customer_phone", "phone", is_personal=True),
    "customer_email": Target("customer_email", "email", is_personal=True),
}
MAIL_ID, PHONE_ID = "mail-", "phone-"
LONG_ENOUGH = 24


@dataclass
class Found:
    """What a row says, by our fields; a field that no column tells is not among ``values``.

    ``is_whole``: its file holds all there is of its kind, and of people, teams and queues it tells nothing."""

    values: dict[str, Any]
    ctx: Context
    is_whole: bool = False

    def get(self, field: str) -> Any:
        """The value of a field; None where it is empty or not told."""
        return self.values.get(field)

    def needed(self, field: str) -> Any:
        """The value of a field without which there is no row."""
        value = self.values.get(field)
        if value is None:
            raise BadRow(f"{field} is empty")
        return value


def made(record: type[R], found: Found, **given: Any) -> R:
    """The record of a class with what the row says of its fields, and what is given."""
    fields = record.__struct_fields__
    values = {name: value for name, value in found.values.items() if name in fields}
    return record(**values | given)


def customers(found: Found, field: str) -> list[Record]:
    """The customer of a row with the identities that it tells; sets the customer's id where only those are known."""
    known: list[Record] = []
    phone, email = found.values.pop("customer_phone", None), found.values.pop("customer_email", None)
    customer_id = found.get(field)
    if customer_id is None:
        customer_id = _pseudonym(found.ctx, "phone", phone, PHONE_ID) or _pseudonym(found.ctx, "email", email, MAIL_ID)
        if customer_id is None:
            return known
        found.values[field] = customer_id
    if customer_id.startswith(ELSEWHERE):
        return known
    known.append(Customer(id=customer_id))
    if phone:
        known.append(CustomerIdentity(customer_id=customer_id, kind="phone", value=phone))
    if email:
        known.append(CustomerIdentity(customer_id=customer_id, kind="email", value=email))
    return known


def _pseudonym(ctx: Context, kind: str, value: str | None, head: str) -> str | None:
    # A withheld number is a word or a digit or two.
    if not value or (kind == "phone" and sum(character.isdigit() for character in value) < 3):
        return None
    hashed = ctx.pseudonym(kind, value)
    return f"{head}{hashed[:LONG_ENOUGH]}" if hashed else None


def kept_customer(ctx: Context, text: str) -> str | None:
    """A customer's id as it may be kept: one that is a mail address or a telephone number becomes a keyed hash."""
    if "@" in text:
        return _pseudonym(ctx, "email", text, MAIL_ID)
    return _pseudonym(ctx, "phone", text, PHONE_ID) if DIALLED.fullmatch(text) else text


def short_id(text: str) -> str:
    """An id as it is, or a hash of it if it is long."""
    return text if len(text) <= LONGEST_ID else hashed_id(text)


def hashed_id(text: str) -> str:
    """A hash of a text as an id."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=HASHED // 2).hexdigest()


def named(found: Found) -> list[Record]:
    """The people, teams and queues that a row names, each by its id, which may be its name."""
    known: list[Record] = []
    if found.is_whole:
        return known
    for field, record in NAMED.items():
        native_id = found.get(field)
        if native_id is not None and not native_id.startswith(ELSEWHERE):
            known.append(record(id=native_id, name=native_id))
    return known
