"""An imitation of Acme over real HTTP, for tests: the same tickets each time, a clock that stands until it is moved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from connectors import utc
from core.sandbox.kit import HOSTILE_TEXTS, Dice, Imitation, Reply, Request, Sandbox

KEY = "acme-sandbox-key"
MAIL = "customer{}@people.example"
STATES = ("new", "open", "waiting", "solved", "closed")
BEGAN_AT = utc("2026-10-26T08:00:00Z")
HOUR_S = 3600
# Smaller than any page that is asked for, so that a small account has several.
LARGEST_PAGE = {"small": 10, "large": 100}


def iso(at: int) -> str:
    """A moment as Acme writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def make_ticket(number: int) -> dict[str, Any]:
    """The ticket of a number, always the same; one opens every hour."""
    dice = Dice("acme", number)
    created_at = BEGAN_AT + number * HOUR_S
    customer = dice.between(1, 30)
    messages = [
        {
            "id": 100 * number + place,
            "by": dice.pick(("customer", "staff", "robot")),
            "is_internal": dice.chance(0.2),
            "sent_at": iso(created_at + 300 * place),
            "author_id": customer,
        }
        for place in range(dice.between(1, 3))
    ]
    return {
        "id": number,
        "state": dice.pick(STATES),
        "created_at": iso(created_at),
        "changed_at": iso(created_at + 300 * len(messages)),
        "requester_id": customer,
        "requester_mail": MAIL.format(customer),
        "assignee_id": dice.between(1, 5),
        "messages": messages,
    }


class AcmeSandbox(Sandbox):
    """The account. ``handle`` answers as the vendor's manual says; give it the vendor's traps too."""

    name = "acme"

    def __init__(self, objects: int) -> None:
        super().__init__()
        self.tickets = {number: make_ticket(number) for number in range(1, objects + 1)}
        self.now_at = BEGAN_AT + (objects + 1) * HOUR_S
        self.largest_page = LARGEST_PAGE["small" if objects < 500 else "large"]
        self.hostile: list[Any] = []

    def settings(self) -> Mapping[str, Any]:
        """The keys of a source that reach this account."""
        return {"subdomain": "demo", "token": KEY, "base_url": self.url}

    def change(self) -> None:
        """An hour passes: a ticket is solved, one is thrown away, one is new."""
        with self.lock:
            self.now_at += HOUR_S
            places = sorted(number for number, row in self.tickets.items() if row["state"] != "deleted")
            for number, state in ((places[1], "solved"), (places[3], "deleted")):
                self.tickets[number] |= {"state": state, "changed_at": iso(self.now_at - 60)}
            newest = max(self.tickets) + 1
            row = make_ticket(newest)
            self.tickets[newest] = row | {"created_at": iso(self.now_at - 90), "changed_at": iso(self.now_at - 30)}
            for place, message in enumerate(row["messages"]):
                message["sent_at"] = iso(self.now_at - 60 + place)

    def spoil(self) -> None:
        """Rows that no sane vendor sends: without an id, of wrong types, all null, with hostile texts."""
        good = make_ticket(9_000)
        self.hostile = [
            None,
            "not a row",
            {},
            good | {"id": None},
            good | {"id": "9001", "created_at": 17},
            good | {"id": 9_002, "changed_at": "yesterday"},
            good | {"id": 9_003, "messages": None},
            dict.fromkeys(good),
            *(good | {"id": 9_100 + place, "state": text, "messages": []} for place, text in enumerate(HOSTILE_TEXTS)),
        ]

    def handle(self, request: Request) -> Reply:
        """The vendor's answer: log-in, then the address."""
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, b'{"error": "invalid key"}')
        if request.path != "/api/v1/tickets":
            return Reply(404, b'{"error": "no such list"}')
        with self.lock:
            return Reply(page=self._page(request.query))

    def _page(self, query: Mapping[str, str]) -> dict[str, object]:
        """Oldest change first. The cursor holds the last row's moment and number, and is never empty."""
        size = min(int(query.get("limit", 100)), self.largest_page)
        since_at = utc(query["changed_since"]) if "changed_since" in query else 0
        at, _, number = query.get("after", f"{since_at}|0").partition("|")
        rows = sorted((utc(row["changed_at"]), row["id"], row) for row in self.tickets.values())
        left = [one for one in rows if (one[0], one[1]) > (int(at), int(number))]
        page = left[:size]
        last = page[-1] if page else (int(at), int(number), {})
        return {
            "tickets": [*(row for _, _, row in page), *(self.hostile if page else ())],
            "next": f"{last[0]}|{last[1]}",
            "more": len(left) > size,
            "total": sum(row["state"] != "deleted" for row in self.tickets.values()),
        }


@contextmanager
def start(objects: int) -> Iterator[AcmeSandbox]:
    """The account with so many tickets, on a free port of this machine."""
    server = AcmeSandbox(objects)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="acme",
    start=start,
    objects="tickets",
    wrong={"token": "somebody-elses-key"},
    secrets=(KEY, *(MAIL.format(number) for number in range(1, 31))),
)
