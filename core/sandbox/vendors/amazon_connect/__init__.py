"""An imitation Amazon Connect instance: signed requests, tokens for pages, contacts as they stand at ``now_at``.

Signatures are checked as AWS does: an unknown key, a wrong secret and an unsigned request are refused with 403, each by
its own code. A transfer is a new contact; after-call work is told once it is over.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.sandbox.dice import Dice
from core.sandbox.faults import Page
from core.sandbox.imitation import Imitation
from core.sandbox.vendors.amazon_connect.contacts import LINES, NUMBER, USERS, TrueContact, figure, make_call
from core.sandbox.vendors.amazon_connect.signature import KEY_ID, REGION, SECRET, error, refusal
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_793_541_600  # 2026-11-01T14:00:00Z
DAY_S = 86_400
INSTANCE = "0b1c2d3e-1111-4222-8333-444455556666"
ARN = f"arn:aws:connect:{REGION}:123456789012:instance/{INSTANCE}"
QUEUES = {f"q-{n}": name for n, name in enumerate(("Orders", "Returns", "Tech"))}
HOURS = {"h-0": "Week", "h-1": "Night"}
LONGEST_RANGE_S = 56 * DAY_S
LONGEST_DAYS = 35
METRIC_HISTORY_S = 92 * DAY_S
CHANGE_S = 7_200


class AmazonConnectSandbox(Sandbox):
    """The instance; ``throttled`` answers are still to be refused with 429, ``denied`` operations with 403."""

    name = "amazon_connect"

    def __init__(self, objects: int, *, most_per_page: int = 50, apart_s: int = 1_700, port: int = 0) -> None:
        self.now_at = NOW_AT
        self.most_per_page = most_per_page
        self.apart_s = apart_s
        self.users = [f"u-{n}" for n in range(USERS)]
        self.throttled = 0
        self.denied: set[str] = set()
        self.weird: dict[str, object] = {}
        self.made = 0
        self.contacts: list[TrueContact] = []
        begin = NOW_AT - apart_s * objects
        for n in range(objects):
            self._call(begin + n * apart_s - Dice("amazon_connect at", n).between(0, 60))
        # The last one is through, but its after-call work is not: it ends in the next minutes.
        latest = TrueContact("z000001", "INBOUND", NOW_AT - 400, NOW_AT - 60, NUMBER.format(3), LINES[0], reached_at=1)
        latest.queue, latest.enqueued_at, latest.agent, latest.connected_at = "q-0", NOW_AT - 390, "u-2", NOW_AT - 380
        latest.reached_at, latest.worked_until = NOW_AT - 400, NOW_AT + 200
        self.contacts.append(latest)
        super().__init__(port=port)

    def _call(self, at: int) -> None:
        self.contacts += make_call(self.made, at)
        self.made += 1

    def settings(self) -> Mapping[str, Any]:
        """The entry of a source that reaches it."""
        return {
            "instance_id": INSTANCE, "region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET,
            "base_url": self.url,
        }  # fmt: skip

    def change(self) -> None:
        """Two hours pass: after-call work ends, four calls come in, one user goes."""
        with self.lock:
            for n in range(4):
                self._call(self.now_at + 60 + n * 1_200)
            self.now_at += CHANGE_S
            if len(self.users) > USERS - 1:
                self.users.pop()

    def spoil(self) -> None:
        """Rows that no Connect sends, in every list; contacts whose descriptions are of no form."""
        self.fail("hostile")
        good = self.contacts[0]
        weird: tuple[object, ...] = (
            None, [], {"Id": 7}, {"Id": "x1"}, {"Id": "x2", "Channel": "VOICE", "InitiationTimestamp": "yesterday"},
            {"Id": "x3", "Channel": "VOICE", "InitiationTimestamp": 1e12},
            {"Id": "x4" * 400, "Channel": "VOICE", "InitiationTimestamp": 1.0},
            {"Id": "x5", "Channel": "VOICE", "InitiationTimestamp": None, "AgentInfo": "nobody"},
        )  # fmt: skip
        for n, odd in enumerate(weird):
            odd_one = TrueContact(f"x-{n}", "INBOUND", good.started_at, good.ended_at + n, good.number, good.line)
            self.contacts.append(odd_one)
            self.weird[odd_one.id] = odd

    def handle(self, request: Request) -> Reply:
        """Signature, limits, permissions, then the answer."""
        if refused := refusal(request):
            return error(403, *refused)
        with self.lock:
            if self.throttled:
                self.throttled -= 1
                return error(429, "TooManyRequestsException", "Too Many Requests")
            name, answer = self._operation(request)
            if name in self.denied:
                who = "arn:aws:iam::123456789012:user/deskpulse"
                return error(403, "AccessDeniedException", f"User: {who} is not authorized to perform: connect:{name}")
            return answer(request)

    def _operation(self, request: Request) -> tuple[str, Callable[[Request], Reply]]:
        path = request.path
        whole: dict[str, tuple[str, Callable[[Request], Reply]]] = {
            "/search-contacts": ("SearchContacts", self._search),
            "/search-queues": ("SearchQueues", self._queues),
            "/search-hours-of-operations": ("SearchHoursOfOperations", self._hours),
            "/metrics/data": ("GetMetricDataV2", self._metrics),
            f"/users-summary/{INSTANCE}": ("ListUsers", self._users),
            f"/metrics/userdata/{INSTANCE}": ("GetCurrentUserData", self._user_data),
        }
        if path in whole:
            return whole[path]
        if path.startswith(f"/contacts/{INSTANCE}/"):
            return "DescribeContact", self._describe
        if path.startswith(f"/hours-of-operations/{INSTANCE}/") and path.endswith("/overrides"):
            return "ListHoursOfOperationOverrides", self._overrides
        return "", lambda _: error(404, "ResourceNotFoundException", "Not Found")

    def _search(self, request: Request) -> Reply:
        wish = msgspec.json.decode(request.body)
        if wish.get("InstanceId") != INSTANCE:
            return error(404, "ResourceNotFoundException", "Instance not found")
        span, criteria = wish["TimeRange"], wish.get("SearchCriteria", {})
        begin, end = _moment(span["StartTime"]), _moment(span["EndTime"])
        if end <= begin or end - begin > LONGEST_RANGE_S:
            return error(400, "InvalidRequestException", "The time range is not valid")
        if span["Type"] not in ("DISCONNECT_TIMESTAMP", "INITIATION_TIMESTAMP"):
            return error(400, "InvalidParameterException", "TimeRange")
        by_end = span["Type"] == "DISCONNECT_TIMESTAMP"
        found = []
        for one in self.contacts:
            at = one.ended_at if by_end else one.started_at
            methods = criteria.get("InitiationMethods") or [one.method]
            asked = one.channel in criteria.get("Channels", ["VOICE"]) and one.method in methods
            if begin <= at <= min(end, self.now_at) and asked:
                found.append((at, one.id, one))
        rows = [one for _, _, one in sorted(found, key=lambda three: three[:2])]
        return self._list("Contacts", rows, self._summary, wish, total="TotalCount")

    def _summary(self, one: TrueContact) -> Page:
        whole = self._contact(one)
        names = (
            "Arn", "Id", "InitialContactId", "PreviousContactId", "InitiationMethod", "Channel", "QueueInfo",
            "InitiationTimestamp", "DisconnectTimestamp",
        )  # fmt: skip
        return {name: whole[name] for name in names if name in whole}

    def _describe(self, request: Request) -> Reply:
        name = request.path.rpartition("/")[2]
        if name in self.weird:
            return Reply(page={"Contact": self.weird[name]})
        one = next((one for one in self.contacts if one.id == name and one.started_at <= self.now_at), None)
        if one is None:
            return error(404, "ResourceNotFoundException", "Contact not found")
        return Reply(page={"Contact": self._contact(one)})

    def _contact(self, one: TrueContact) -> Page:
        """The contact as of now, with milliseconds."""
        now = self.now_at
        ended = one.ended_at <= now
        worked = one.worked_until is not None and one.worked_until <= now
        told_at = max(at for at in (one.started_at, one.ended_at, one.worked_until or 0) if at <= now)
        made: Page = {
            "Arn": f"{ARN}/contact/{one.id}", "Id": one.id, "InitiationMethod": one.method, "Channel": one.channel,
            "InitiationTimestamp": one.started_at + 0.25, "LastUpdateTimestamp": told_at + 0.75,
            "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": one.number},
            "SystemEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": one.line}, "SomethingNew": {"Id": 1},
        }  # fmt: skip
        if one.initial:
            made |= {"InitialContactId": one.initial, "PreviousContactId": one.previous}
        if ended:
            made |= {"DisconnectTimestamp": one.ended_at + 0.5, "DisconnectReason": one.reason}
        if one.reached_at is not None and one.reached_at <= now:
            made["ConnectedToSystemTimestamp"] = float(one.reached_at)
        if one.queue is not None:
            made["QueueInfo"] = {"Id": one.queue, **_given(EnqueueTimestamp=one.enqueued_at)}
        if one.agent is not None and one.connected_at is not None and one.connected_at <= now:
            work = {} if not worked or not ended else {
                "AfterContactWorkStartTimestamp": float(one.ended_at),
                "AfterContactWorkEndTimestamp": float(one.worked_until or 0),
                "AfterContactWorkDuration": (one.worked_until or 0) - one.ended_at,
            }  # fmt: skip
            made["AgentInfo"] = {
                "Id": one.agent, "ConnectedToAgentTimestamp": float(one.connected_at),
                **({"AgentInitiatedHoldDuration": one.held_s} if ended else {}), **work,
            }  # fmt: skip
        return made

    def _queues(self, request: Request) -> Reply:
        def row(name: str) -> Page:
            return {
                "QueueId": name, "QueueArn": f"{ARN}/queue/{name}", "Name": QUEUES[name], "HoursOfOperationId": "h-0",
                "Status": "ENABLED",
            }  # fmt: skip

        return self._list("Queues", list(QUEUES), row, msgspec.json.decode(request.body), most=2)

    def _users(self, request: Request) -> Reply:
        def row(name: str) -> Page:
            return {"Id": name, "Arn": f"{ARN}/agent/{name}", "Username": f"agent.{name}"}

        wish = {"MaxResults": int(request.query.get("maxResults", 100)), "NextToken": request.query.get("nextToken")}
        return self._list("UserSummaryList", self.users, row, wish, most=5)

    def _hours(self, request: Request) -> Reply:
        def row(name: str) -> Page:
            days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
            begin, end = ((8, 0), (18, 30)) if name == "h-0" else ((20, 0), (4, 0))
            config = [
                {
                    "Day": day, "StartTime": {"Hours": begin[0], "Minutes": begin[1]},
                    "EndTime": {"Hours": end[0], "Minutes": end[1]},
                }
                for day in days[:5]
            ]  # fmt: skip
            return {"HoursOfOperationId": name, "Name": HOURS[name], "TimeZone": "Europe/Berlin", "Config": config}

        return self._list("HoursOfOperations", list(HOURS), row, msgspec.json.decode(request.body), most=1)

    def _overrides(self, request: Request) -> Reply:
        closed = {
            "HoursOfOperationOverrideId": "o-1", "Name": "Christmas", "EffectiveFrom": "2026-12-25",
            "EffectiveTill": "2026-12-26", "Config": [], "OverrideType": "CLOSED",
        }  # fmt: skip
        found = [closed] if "/h-0/" in request.path else []
        return Reply(page={"HoursOfOperationOverrideList": found})

    def _user_data(self, request: Request) -> Reply:
        def row(name: str) -> Page:
            number, hour = int(name.partition("-")[2]), self.now_at // 3600
            word = ("Available", "Lunch", "Available", "Training")[(number + hour) % 4]
            status = {"StatusName": word, "StatusStartTimestamp": float(hour * 3600 - number)}
            contacts: list[Page] = []
            if word == "Available" and number % 3 == 0:
                contacts = [
                    {
                        "ContactId": f"live-{number}", "Channel": "VOICE", "AgentContactState": "CONNECTED",
                        "StateStartTimestamp": float(hour * 3600 + 5), "Queue": {"Id": "q-1"},
                    }
                ]  # fmt: skip
            return {"User": {"Id": name, "Arn": f"{ARN}/agent/{name}"}, "Status": status, "Contacts": contacts}

        # The last two are logged out and not told at all.
        return self._list("UserDataList", self.users[:-2], row, msgspec.json.decode(request.body), most=5)

    def _metrics(self, request: Request) -> Reply:
        wish = msgspec.json.decode(request.body)
        begin, end = _moment(wish["StartTime"]), _moment(wish["EndTime"])
        if not wish.get("Filters") or end - begin > LONGEST_DAYS * DAY_S or begin < self.now_at - METRIC_HISTORY_S:
            return error(400, "InvalidParameterException", "StartTime, EndTime and Filters")
        zone = ZoneInfo(wish["Interval"]["TimeZone"])
        queues = next(one["FilterValues"] for one in wish["Filters"] if one["FilterKey"] == "QUEUE")
        names = [one["Name"] for one in wish["Metrics"]]
        days: dict[tuple[int, str], list[TrueContact]] = {}
        for one in self.contacts:
            if one.queue in queues and one.enqueued_at and one.ended_at <= self.now_at and one.id not in self.weird:
                day = datetime.fromtimestamp(one.enqueued_at, zone).replace(hour=0, minute=0, second=0)
                if begin <= day.timestamp() < end:
                    days.setdefault((int(day.timestamp()), str(one.queue)), []).append(one)

        def row(key: tuple[int, str]) -> Page:
            values = [{"Metric": {"Name": name}, "Value": figure(name, days[key])} for name in names]
            span = {"Interval": "DAY", "StartTime": float(key[0]), "EndTime": float(key[0] + DAY_S)}
            return {"Dimensions": {"QUEUE": key[1]}, "MetricInterval": span, "Collections": values}

        return self._list("MetricResults", sorted(days), row, wish)

    def _list(
        self,
        name: str,
        found: Sequence[Any],
        row: Callable[[Any], Page],
        wish: Mapping[str, Any],
        *,
        most: int | None = None,
        total: str = "",
    ) -> Reply:
        """A page and the token of the next one; AWS may give fewer rows than MaxResults."""
        begin = int(b64decode(wish.get("NextToken") or b64encode(b"0")))
        size = min(int(wish.get("MaxResults") or 100), most or self.most_per_page)
        page: Page = {name: [row(one) for one in found[begin : begin + size]]}
        if begin + size < len(found):
            page["NextToken"] = b64encode(str(begin + size).encode()).decode()
        if total:
            page[total] = len(found)
        return Reply(page=page)


def _moment(stamp: float | str) -> float:
    return stamp if isinstance(stamp, (int, float)) else datetime.fromisoformat(stamp).timestamp()


def _given(**values: int | None) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}


@contextmanager
def start(objects: int) -> Iterator[AmazonConnectSandbox]:
    """An instance with so many calls; small ones come in small pages."""
    server = AmazonConnectSandbox(objects, most_per_page=50 if objects >= 500 else 10)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="amazon_connect",
    start=start,
    objects="calls",
    wrong={"secret_access_key": "wr0ng/Secret+Of1Nobody2At3All4Here"},
    secrets=(SECRET, *(NUMBER.format(n) for n in range(5))),
    # Each version of a contact that was seen is an event of its own; states are looked at in each pull.
    watched=frozenset({"call_events", "agent_events", "agent_states"}),
)
