"""An imitation Request Tracker 5: numbered pages, rights, merged and deleted tickets, and its REST2 interface.

Its answers are those that RT 5.0.3 gave (see tests/integration): a list leaves out after paging what the user may not
see, and tells of transactions no total; searches show neither deleted tickets nor, unless EffectiveId is asked for,
merged ones; a moment in a search is read in the user's time zone, here the one farthest east.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from core.clock import iso, utc
from core.sandbox.dice import Dice
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_793_541_600  # 2026-11-01T14:00:00Z
HOUR_S, DAY_S = 3_600, 86_400
ZONE_S = 14 * HOUR_S
TOKEN = "1-31-9f2c7a61d0b84e55a3c1f0e2d4b6a897"  # noqa: S105
MAIL, PHONE = "mira.kern@kunde.example", "+49 30 5551234"
SYSTEM, NOBODY, PRIVILEGED = 1, 6, 4
AGENTS = (21, 22, 23, 24)
FIRST_CUSTOMER = 40
QUEUES = {1: "General", 3: "Support", 4: "Billing"}
REASONS = ("Delivery", "Invoice wrong", None)
ACTIVE = frozenset({"new", "open", "stalled"})
NEVER = iso(0)
ONE = re.compile(r"id = (\d+)")
BELOW = re.compile(r"id < (\d+)")
SINCE = re.compile(r"LastUpdated >= '(\d{4}-\d\d-\d\d)' OR Status = '__Active__'")
KNOWN = re.compile(r"(?:EffectiveId > 0|id [<=] \d+|LastUpdated >= '[\d-]+'|Status = '__Active__'| AND | OR |[() ])+")

Row = dict[str, Any]
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class RequestTrackerSandbox(Sandbox):
    """The desk as of ``now_at``; ``hidden`` are types of transactions that the user may not see."""

    name = "request_tracker"

    def __init__(self, objects: int, *, most_per_page: int = 100, port: int = 0) -> None:
        self.now_at = NOW_AT
        self.most_per_page = most_per_page
        self.hidden = {"EmailRecord"}
        self.transactions: list[Row] = []
        self.tickets: dict[int, Row] = {}
        self.users = {number: user(number, NOW_AT - 300 * DAY_S) for number in (SYSTEM, NOBODY, *AGENTS)}
        self.privileged = list(AGENTS)
        self.changes = 0
        # Transactions are numbered as they happened, whichever ticket they belong to.
        deeds = [deed for number in range(1, objects + 1) for deed in self._story(number, objects)]
        for at, deed in sorted(deeds, key=lambda one: one[0]):
            deed(at)
        super().__init__(port=port)

    def settings(self) -> Mapping[str, Any]:
        """The entry of a source that reaches it."""
        return {"url": self.url, "token": TOKEN, "contact_reason_field": "Reason"}

    def change(self) -> None:
        """Two hours pass: one ticket is new, one answered, one reopened, one merged away and one deleted."""
        with self.lock:
            self.changes += 1
            alive = [row for row in self.tickets.values() if row["Status"] != "deleted" and own(row)]
            base = 5 * self.changes
            answered, reopened, away, gone = (alive[(base + step * 7) % len(alive)] for step in range(4))
            target = next(row for row in alive if row not in (away, gone))
            at = self.now_at + HOUR_S
            self.now_at += 2 * HOUR_S
            self.create(max(self.tickets) + 1, at)
            self.write(answered, "Correspond", at + 60, AGENTS[0])
            self.set_status(reopened, "open", at + 120, SYSTEM)
            if away not in (answered, reopened, gone):
                self.merge(away, target, at + 180)
            self.set_status(gone, "deleted", at + 240, AGENTS[1])
            customer = next(iter(number for number in self.users if number >= FIRST_CUSTOMER))
            self.users[customer].update(Lang="en" if self.changes % 2 else "fr", LastUpdated=iso(at))

    def spoil(self) -> None:
        """Rows that no RT sends, among the good ones of every list."""
        self.fail("hostile")
        self.transactions[5:5] = [
            {"id": None, "Type": "Create"}, {"id": "x" * 60_000, "Type": 7, "Created": NEVER},
            {"id": 17, "type": "transaction", "Type": "Set", "ObjectId": [], "Created": 3, "ObjectType": "RT::Ticket"},
        ]  # fmt: skip

    # The desk lives

    def _story(self, number: int, objects: int) -> Iterator[tuple[int, Callable[[int], object]]]:
        """What happens to a ticket, with its moments."""
        dice = Dice("request tracker", number)
        at = NOW_AT - 20 * DAY_S + number * (19 * DAY_S // (objects + 1))
        agent = dice.pick(AGENTS)
        yield at, lambda at: self.create(number, at)

        def later(least: int, most: int) -> int:
            nonlocal at
            at += dice.between(least, most)
            return at

        yield later(60, 4 * HOUR_S), lambda at: self.give(self.tickets[number], agent, at)
        yield at + 30, lambda at: self.write(self.tickets[number], "Correspond", at, agent, minutes=dice.between(0, 20))
        if dice.chance(0.3):
            yield later(60, HOUR_S), lambda at: self.write(self.tickets[number], "Comment", at, agent)
        if dice.chance(0.3):
            yield later(60, HOUR_S), lambda at: self.set_status(self.tickets[number], "stalled", at, agent)
            yield later(60, DAY_S), lambda at: self.set_status(self.tickets[number], "open", at, agent)
        if dice.chance(0.8):
            yield later(60, 6 * HOUR_S), lambda at: self.set_status(self.tickets[number], "resolved", at, agent)
            if dice.chance(0.15):
                yield later(HOUR_S, 9 * HOUR_S), lambda at: self.set_status(self.tickets[number], "open", at, SYSTEM)
        elif number > 1 and dice.chance(0.3):
            yield later(60, HOUR_S), lambda at: self.merge(self.tickets[number], self.tickets[number - 1], at)

    def create(self, number: int, at: int) -> None:
        """A customer writes in."""
        dice = Dice("request tracker ticket", number)
        customer = FIRST_CUSTOMER + dice.between(0, 30)
        if customer not in self.users:
            self.users[customer] = user(customer, at)
        self.tickets[number] = {
            "id": number, "Type": "ticket", "Subject": f"{MAIL} asks", "Status": "new",
            "Queue": dice.pick(list(QUEUES)), "Priority": dice.pick((0, 50, 100)),
            "Owner": NOBODY, "Requestor": [customer], "Creator": customer, "EffectiveId": number, "Created": iso(at),
            "Started": NEVER, "Resolved": NEVER, "Due": NEVER, "LastUpdated": iso(at),
            "TimeWorked": 0, "Reason": dice.pick(REASONS),
        }  # fmt: skip
        self.note(number, "Create", at, customer)
        self.note(number, "EmailRecord", at, SYSTEM)

    def note(self, ticket: int, kind: str, at: int, who: int, **more: Any) -> None:
        """Writes a transaction down."""
        row = {
            "id": 100 + 2 * len(self.transactions), "type": "transaction", "Type": kind, "ObjectType": "RT::Ticket",
            "ObjectId": str(ticket), "Creator": who, "Created": iso(at), "TimeTaken": "0", "Data": "", "Field": "",
            "OldValue": "", "NewValue": "", **more,
        }  # fmt: skip
        self.transactions.append(row)

    def write(self, ticket: Row, kind: str, at: int, who: int, minutes: int = 0) -> None:
        """A reply or a comment; a reply to a new ticket opens it."""
        self.note(ticket["id"], kind, at, who, TimeTaken=str(minutes))
        ticket["TimeWorked"] += minutes
        ticket["LastUpdated"] = iso(at)
        if kind == "Correspond":
            self.note(ticket["id"], "EmailRecord", at, SYSTEM)
            if ticket["Status"] == "new":
                self.set_status(ticket, "open", at, SYSTEM)

    def set_status(self, ticket: Row, status: str, at: int, who: int) -> None:
        """Another status."""
        if ticket["Status"] != status:
            old, new = ticket["Status"], status
            self.note(ticket["id"], "Status", at, who, Field="Status", OldValue=old, NewValue=new)
            ticket["Status"] = status
            ticket["LastUpdated"] = iso(at)
            ticket["Resolved" if status not in ACTIVE else "Started"] = iso(at)

    def give(self, ticket: Row, who: int, at: int) -> None:
        """A new owner; RT writes it down twice."""
        for kind in ("Set", "SetWatcher"):
            old, new = str(ticket["Owner"]), str(who)
            self.note(ticket["id"], kind, at, who, Field="Owner", OldValue=old, NewValue=new)
        ticket.update(Owner=who, LastUpdated=iso(at))

    def merge(self, away: Row, target: Row, at: int) -> None:
        """One ticket goes into another; only the other's LastUpdated moves."""
        link = f"fsck.com-rt://desk.example/ticket/{target['id']}"
        for number in (away["id"], target["id"]):
            self.note(number, "AddLink", at, AGENTS[0], Field="MergedInto", NewValue=link)
        away["EffectiveId"] = target["id"]
        target["LastUpdated"] = iso(at)

    # It answers

    def handle(self, request: Request) -> Reply:
        """Log-in, then the resource."""
        if request.headers.get("authorization") != f"token {TOKEN}":
            return refusal(401, "Unauthorized")
        with self.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/REST/2.0")
        match path.strip("/").split("/"):
            case ["rt"]:
                return Reply(page={"Version": "5.0.3"})
            case ["tickets"]:
                return self._tickets(request)
            case ["ticket", number] if number.isdigit():
                return self._ticket(int(number))
            case ["transactions"]:
                return self._transactions(request)
            case ["users"]:
                return self._users(request)
            case ["user", name]:
                found = next((one["id"] for one in self.users.values() if one["Name"] == name), None)
                return refusal(404, "Not Found") if found is None else Reply(page={"id": found, "Name": name})
            case ["groups"]:
                return listed([{"id": PRIVILEGED, "type": "group", "Name": "Privileged"}], request, 100)
            case ["group", number] if number == str(PRIVILEGED):
                members = [{"type": "user", "id": self.users[one]["Name"], "_url": "x"} for one in self.privileged]
                return Reply(page={"Members": members, "Name": "Privileged", "id": PRIVILEGED})
            case ["queues", "all"]:
                rows = [{"id": key, "type": "queue", "Name": name, "Disabled": "0"} for key, name in QUEUES.items()]
                return listed(rows, request, self.most_per_page)
        return refusal(404, "Not Found")

    def _tickets(self, request: Request) -> Reply:
        query = request.query.get("query", "")
        if not KNOWN.fullmatch(query):
            return refusal(400, f"Couldn't parse query: {query[:40]}")
        shown = [row for row in self.tickets.values() if row["Status"] != "deleted"]
        if "EffectiveId" not in query:
            shown = [row for row in shown if row["EffectiveId"] == row["id"]]
        if numbers := {int(number) for number in ONE.findall(query)}:
            shown = [row for row in shown if row["id"] in numbers]
        if below := BELOW.search(query):
            shown = [row for row in shown if row["id"] < int(below[1])]
        if since := SINCE.search(query):
            # The text is the user's local time, so the moment is that much earlier.
            begin = iso(max(0, epoch_of(since[1]) - ZONE_S))
            shown = [row for row in shown if row["LastUpdated"] >= begin or row["Status"] in ACTIVE]
        return listed(ordered(shown, request), request, self.most_per_page, self._shown_ticket)

    def _shown_ticket(self, row: Row) -> Row:
        """A ticket of a list; users by number, as the fields asked for it."""
        return {
            **{key: value for key, value in row.items() if key not in ("Subject", "Reason")},
            "type": "ticket", "EffectiveId": str(row["EffectiveId"]), "Priority": str(row["Priority"]),
            "TimeWorked": str(row["TimeWorked"]), "Owner": self._user(row["Owner"]),
            "Creator": self._user(row["Creator"]),
            "Requestor": [self._user(one) for one in row["Requestor"]], "CustomFields": custom_fields(row) or "",
            "Queue": {"id": row["Queue"], "type": "queue", "Name": QUEUES[row["Queue"]], "_url": "x"},
        }  # fmt: skip

    def _ticket(self, number: int) -> Reply:
        """A ticket alone; people by name here, a merged one's number leads to where it went."""
        row = self.tickets.get(number)
        if row is None:
            return refusal(404, "Not Found")
        row = self.tickets[row["EffectiveId"]]
        named = {"type": "user", "_url": "x"}
        page: Row = {
            **{key: value for key, value in row.items() if key != "Reason"}, "CustomFields": custom_fields(row),
            "Owner": {**named, "id": self.users[row["Owner"]]["Name"]}, "Creator": {**named, "id": MAIL},
            "Requestor": [{**named, "id": MAIL}], "EffectiveId": {"type": "ticket", "id": str(row["EffectiveId"])},
            "Queue": {"type": "queue", "id": str(row["Queue"])},
        }  # fmt: skip
        return Reply(page=page)

    def _user(self, number: int) -> Row:
        return {"id": number, "type": "user", "_url": f"{self.url}/REST/2.0/user/{self.users[number]['Name']}"}

    def _transactions(self, request: Request) -> Reply:
        """By JSON conditions; what is hidden goes after the page was cut, and there is no total."""
        rows = [row for row in self.transactions if fits(row, request.query.get("query", "[]"))]
        rows.sort(key=place, reverse=request.query.get("order") == "DESC")
        reply = listed(rows, request, self.most_per_page, self._shown_transaction)
        items = [row for row in as_rows((reply.page or {})["items"]) if row.get("Type") not in self.hidden]
        return Reply(page={"items": items, "total": None, "pages": None, "count": len(items), "page": 1})

    def _shown_transaction(self, row: Row) -> Row:
        return {**row, "Creator": self._user(row["Creator"])} if "Creator" in row else row

    def _users(self, request: Request) -> Reply:
        """All users or those of some names; other conditions are passed over without a word."""
        names = {one["value"] for one in conditions(request.query.get("query", "[]")) if one["field"] == "Name"}
        rows = [row for row in self.users.values() if not names or row["Name"] in names]
        return listed(ordered(rows, request), request, self.most_per_page)


def user(number: int, at: int) -> Row:
    """A user; customers are known by their mail address."""
    names = {SYSTEM: "RT_System", NOBODY: "Nobody"} | {agent: f"agent{agent}" for agent in AGENTS}
    mail = MAIL if number == FIRST_CUSTOMER else f"kunde{number}@kunde.example"
    return {
        "id": number, "type": "user", "_url": "x", "Name": names.get(number, mail), "RealName": f"Person {number}",
        "EmailAddress": "" if number in names else mail, "HomePhone": "", "MobilePhone": "", "Lang": "de",
        "WorkPhone": PHONE if number == FIRST_CUSTOMER else "", "Created": iso(at), "LastUpdated": iso(at),
    }  # fmt: skip


def custom_fields(row: Row) -> list[Row]:
    """The reason, if the ticket has one."""
    return [{"id": "2", "type": "customfield", "name": "Reason", "values": [row["Reason"]] if row["Reason"] else []}]


def listed(rows: Sequence[Row], request: Request, most: int, shown: Callable[[Row], Row] = dict) -> Reply:
    """A numbered page, in the order that the rows have."""
    size = min(int(request.query.get("per_page", 20)) or 20, most)
    number = int(request.query.get("page", 1)) or 1
    items = [shown(row) for row in rows[(number - 1) * size : number * size]]
    pages = -(-len(rows) // size) if rows else -0.0
    page = {
        "items": items, "count": len(items), "total": len(rows), "per_page": size, "page": number, "pages": pages,
    }  # fmt: skip
    if number < pages:
        page["next_page"] = f"{request.base}{request.path}?page={number + 1}"
    return Reply(page=page)


def own(row: Row) -> bool:
    """Whether a ticket was not merged away."""
    return bool(row["EffectiveId"] == row["id"])


def ordered(rows: list[Row], request: Request) -> list[Row]:
    """The rows by the first ``orderby``, those of one value by number."""
    key = next((value for name, value in request.pairs if name == "orderby"), "id")
    return sorted(rows, key=lambda row: (row[key], row["id"]), reverse=request.query.get("order") == "DESC")


def as_rows(items: Any) -> list[Row]:
    """The rows of a page."""
    return list(items)


def conditions(query: str) -> list[dict[str, str]]:
    """The conditions of a JSON query."""
    found: list[dict[str, Any]] = msgspec.json.decode(query)
    return found


def fits(row: Row, query: str) -> bool:
    """Whether a transaction meets all conditions; moments are compared as the database holds them, in UTC."""
    for one in conditions(query):
        left, right = row.get(one["field"]), one["value"]
        if one["field"] == "id":
            left, right = place(row), int(right)  # type: ignore[assignment]
        elif one["field"] == "Created":
            right = right.replace(" ", "T") + "Z"
        if not isinstance(left, type(right)) or not OPERATORS[one.get("operator", "=")](left, right):
            return False
    return True


def place(row: Row) -> int:
    """The number of a transaction; hostile ones stand among the first."""
    return row["id"] if isinstance(row["id"], int) else 101


def epoch_of(day_on: str) -> int:
    """Midnight of a day in UTC."""
    return utc(f"{day_on}T00:00:00Z")


def refusal(status: int, message: str) -> Reply:
    """RT's form of an error."""
    return Reply(status, msgspec.json.encode({"message": message}))


@contextmanager
def start(objects: int) -> Iterator[RequestTrackerSandbox]:
    """A desk with so many tickets; small ones come in small pages."""
    server = RequestTrackerSandbox(objects, most_per_page=100 if objects >= 500 else 15)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="request_tracker",
    start=start,
    objects="tickets",
    wrong={"token": "1-31-00000000000000000000000000000000"},
    secrets=(TOKEN, MAIL, PHONE, "kunde41@kunde.example"),
)
