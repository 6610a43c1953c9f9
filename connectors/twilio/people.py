"""Workers become agents, task queues queues, and the account's phone numbers lines."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET

from connectors import Agent, Context, Line, Page, Personal, Queue, Record, Window
from connectors.twilio.paging import ListPage, pages
from connectors.twilio.settings import Account


class WorkersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="workers")


class QueuesPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="task_queues")


class NumbersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="incoming_phone_numbers")


class WorkerRow(msgspec.Struct, omit_defaults=True, gc=False):
    sid: str
    friendly_name: str | None = None


class QueueRow(msgspec.Struct, omit_defaults=True, gc=False):
    sid: str
    friendly_name: str


class NumberRow(msgspec.Struct, omit_defaults=True, gc=False):
    sid: str
    phone_number: Annotated[str | None, Personal] = None


def fetch_workers(account: Account, _: Window) -> Iterator[Page]:
    """All workers of the workspace."""
    return (Page(page.rows) for page in pages(account, f"{account.workspace}/Workers", WorkersPage))


def fetch_queues(account: Account, _: Window) -> Iterator[Page]:
    """All task queues of the workspace."""
    return (Page(page.rows) for page in pages(account, f"{account.workspace}/TaskQueues", QueuesPage))


def fetch_numbers(account: Account, _: Window) -> Iterator[Page]:
    """All phone numbers of the account."""
    path = f"{account.voice}/IncomingPhoneNumbers.json"
    return (Page(page.rows) for page in pages(account, path, NumbersPage))


def normalise_worker(row: WorkerRow, _: Context) -> Iterator[Record]:
    """A worker as agent; TaskRouter tells no role."""
    yield Agent(id=row.sid, name=row.friendly_name, is_active=True)


def normalise_queue(row: QueueRow, _: Context) -> Iterator[Record]:
    """A task queue."""
    yield Queue(id=row.sid, name=row.friendly_name)


def normalise_number(row: NumberRow, ctx: Context) -> Iterator[Record]:
    """A line; its friendly name is the number itself unless somebody changed it, so it is not kept."""
    hashed = ctx.pseudonym("phone", row.phone_number) or None if row.phone_number else None
    yield Line(id=row.sid, e164_hash=UNSET if ctx.is_redacted else hashed)
