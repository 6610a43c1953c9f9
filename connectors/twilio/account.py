"""What is read ahead of the streams, what ``check`` tries, and Twilio's own counts."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connectors import Finding, Gone, NotAllowed, Tally, Window
from connectors.twilio.paging import ListPage, pages
from connectors.twilio.settings import NO_WORKSPACE, Account

TASKROUTER = "Twilio Console > TaskRouter > Workspaces: is this the workspace of the account, and may the key read it?"
SUSPENDED = "Twilio Console > Billing: the account is not active; its calls can be read, but new ones fail."


class ActivitiesPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="activities")


class Activity(msgspec.Struct):
    sid: str
    available: bool = False


class Own(msgspec.Struct):
    status: str = "active"


class Workspace(msgspec.Struct):
    sid: str = ""


class Now(msgspec.Struct):
    total_workers: int | None = None


def prepare(account: Account) -> Mapping[str, Any]:
    """Of each activity whether TaskRouter gives work to workers who are in it."""
    if account.settings.workspace_sid is None:
        return {}
    found = {}
    for page in pages(account, f"{account.workspace}/Activities", ActivitiesPage):
        for raw in page.rows:
            try:
                activity = msgspec.json.decode(raw, type=Activity)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            found[activity.sid] = activity.available
    return {"activities": found}


def check(account: Account) -> Iterator[Finding]:
    """Whether the credential is taken, whether the account is active, and whether the workspace can be read."""
    own = account.api.get(f"{account.voice}.json", Own)
    yield Finding("log-in", True)
    is_active = own.status == "active"
    yield Finding(f"the account is {own.status}", is_active, "" if is_active else SUSPENDED)
    if account.settings.workspace_sid is None:
        yield Finding("TaskRouter", True, NO_WORKSPACE)
        return
    try:
        account.api.get(account.workspace, Workspace)
    except (NotAllowed, Gone) as refused:
        yield Finding("TaskRouter", False, f"{refused.message} {TASKROUTER}")
        return
    yield Finding("TaskRouter", True)


def tallies(account: Account, _: Window) -> Iterator[Tally]:
    """TaskRouter's count of workers; of calls Twilio tells no number."""
    if account.settings.workspace_sid is None:
        return
    now = account.api.get(f"{account.workspace}/RealTimeStatistics", Now)
    if now.total_workers is not None:
        yield Tally("workers", now.total_workers, "agents", "uid")
