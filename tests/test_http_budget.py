"""The rate budget against imitation vendors that count: no 429, no pause that nobody asked for, a share for others."""

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Stopped, Unavailable
from core.http import Api, Budget, Http
from tests.http_server import FakeTime

EXPORT = "/api/v2/incremental/tickets/cursor.json"


@dataclass
class Vendor:
    """Counts arrivals in the last minute (`sliding`) or since the minute began (`fixed`), and answers 429 over it."""

    time: FakeTime
    limit: int
    kind: str = "sliding"
    tells: Callable[["Vendor", int, float], dict[str, str]] = lambda vendor, remaining, reset: {}
    before_s: float = 0.1
    after_s: float = 0.2
    arrivals: deque[float] = field(default_factory=deque)
    refused: int = 0

    def arrive(self, now: float) -> tuple[bool, int, float]:
        edge = now - 60 if self.kind == "sliding" else (now + 17) // 60 * 60 - 17
        while self.arrivals and self.arrivals[0] <= edge:
            self.arrivals.popleft()
        is_in = len(self.arrivals) < self.limit
        if is_in:
            self.arrivals.append(now)
        reset = (self.arrivals[0] if self.kind == "sliding" else edge) + 60 - now
        return is_in, self.limit - len(self.arrivals), reset

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.time.at += self.before_s
        is_in, remaining, reset = self.arrive(self.time.at)
        self.time.at += self.after_s
        if not is_in:
            self.refused += 1
            return httpx.Response(429, headers={"Retry-After": str(math.ceil(reset))})
        return httpx.Response(200, json={}, headers=self.tells(self, remaining, reset))


def silent(vendor: Vendor, remaining: int, reset: float) -> dict[str, str]:
    return {}


def by_account(vendor: Vendor, remaining: int, reset: float) -> dict[str, str]:
    return {
        "x-rate-limit": str(vendor.limit),
        "ratelimit-limit": str(vendor.limit),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": str(math.ceil(reset)),
    }


def by_endpoint(vendor: Vendor, remaining: int, reset: float) -> dict[str, str]:
    said = f"total={vendor.limit}; remaining={remaining}; resets={math.ceil(reset)}"
    return {"zendesk-ratelimit-incremental-exports": said, "x-rate-limit": "700", "x-rate-limit-remaining": "650"}


def pull(time: FakeTime, pages: int, budget: Budget, path: str = "/incremental/tickets/cursor.json") -> Api:
    http = Http("https://demo.zendesk.com/api/v2", limits={"/incremental/": 10})
    client = Api(http, name="zd-main", budget=budget, timing=time.timing)
    for _ in range(pages):
        client.get(path, msgspec.Raw)
    return client


@pytest.mark.parametrize("kind", ["sliding", "fixed"])
@pytest.mark.parametrize("tells", [silent, by_account, by_endpoint])
@pytest.mark.parametrize("latency", [(0.02, 0.03), (0.1, 0.9), (0.4, 3.0)])
@respx.mock
def test_exports_run_at_the_vendor_s_limit_and_never_over_it(
    kind: str, tells: Callable[..., dict[str, str]], latency: tuple[float, float]
) -> None:
    """A backfill of 100,000 tickets takes ten minutes because Zendesk says so, not twelve because of us."""
    time = FakeTime()
    vendor = Vendor(time, 10, kind, tells, *latency)
    respx.route().mock(side_effect=vendor)
    pages = 200
    client = pull(time, pages, Budget(700, share=1.0, timing=time.timing))
    assert vendor.refused == 0
    assert client.requests == pages
    assert time.at <= 1.02 * math.ceil(pages / 10) * 60


@pytest.mark.parametrize("kind", ["sliding", "fixed"])
@pytest.mark.parametrize("tells", [silent, by_account])
@respx.mock
def test_half_of_the_limit_is_left_to_others(kind: str, tells: Callable[..., dict[str, str]]) -> None:
    """The help desk's other integrations share the limit; a report must not stop the chat widget."""
    time = FakeTime()
    vendor = Vendor(time, 20, kind, tells)
    refused_others, next_at = 0, 0.0

    def shared(request: httpx.Request) -> httpx.Response:
        nonlocal refused_others, next_at
        while next_at <= time.at:  # another integration uses its half, evenly
            refused_others += not vendor.arrive(next_at)[0]
            next_at += 6.0
        return vendor(request)

    respx.route().mock(side_effect=shared)
    pages = 120
    pull(time, pages, Budget(20, share=0.5, timing=time.timing), "/tickets")
    assert (vendor.refused, refused_others) == (0, 0)
    assert time.at <= 1.02 * math.ceil(pages / 10) * 60


@respx.mock
def test_others_that_take_more_than_their_share_slow_us_down() -> None:
    """When little is left, the vendor's own count is what holds, not ours."""
    time = FakeTime()
    vendor = Vendor(time, 20, "sliding", by_account)

    def crowded(request: httpx.Request) -> httpx.Response:
        while len(vendor.arrivals) < 18:
            vendor.arrivals.append(time.at)
        return vendor(request)

    respx.route().mock(side_effect=crowded)
    pull(time, 12, Budget(20, share=0.5, timing=time.timing), "/tickets")
    assert vendor.refused == 0


@respx.mock
def test_the_plan_s_real_limit_is_learnt_from_the_headers() -> None:
    """An Enterprise account allows 700 a minute; the connector cannot know and starts with the smallest plan's 200."""
    time = FakeTime()
    respx.route().mock(side_effect=Vendor(time, 700, "sliding", by_account, 0.001, 0.002))
    budget = Budget(200, share=0.5, timing=time.timing)
    assert budget.per_minute("/api/v2/users") == 100
    pull(time, 340, budget, "/users")
    assert budget.per_minute("/api/v2/users") == 350
    assert time.at < 5


@respx.mock
def test_the_admin_s_own_figure_is_not_corrected() -> None:
    """`requests_per_minute` is there for accounts whose limit we should not use up."""
    time = FakeTime()
    respx.route().mock(side_effect=Vendor(time, 700, "sliding", by_account, 0.001, 0.002))
    budget = Budget(60, share=0.5, is_fixed=True, timing=time.timing)
    pull(time, 61, budget, "/users")
    assert budget.per_minute("/api/v2/users") == 30
    assert time.at > 120


@respx.mock
def test_exports_do_not_hold_up_other_lists() -> None:
    """Users and groups have the account's limit, not the ten a minute of the exports."""
    time = FakeTime()
    respx.route().mock(side_effect=Vendor(time, 700, "sliding", silent, 0.01, 0.01))
    budget = Budget(700, share=1.0, timing=time.timing)
    pull(time, 10, budget)
    pull(time, 100, budget, "/users")
    assert time.at < 5
    assert (budget.per_minute(EXPORT), budget.per_minute("/api/v2/users")) == (10, 700)


@respx.mock
def test_an_endpoint_s_own_limit_is_learnt() -> None:
    """Zendesk tells limits of lists that no document names; 429 would be the other way to learn."""
    time = FakeTime()
    vendor = Vendor(time, 5, "sliding", by_endpoint)
    respx.route().mock(side_effect=vendor)
    pull(time, 30, Budget(700, share=1.0, timing=time.timing), "/search/export")
    assert vendor.refused == 0
    assert time.at <= 1.02 * 6 * 60


def test_a_429_holds_everybody_who_shares_the_budget() -> None:
    """Zendesk tickets and Talk are one account: what one is told, the other need not learn for itself."""
    time = FakeTime()
    budget = Budget(700, timing=time.timing)
    budget.declare("/api/v2/incremental/", 10)
    budget.hold(EXPORT, 30.0)
    budget.take("/api/v2/users")
    assert time.at == 0
    budget.take(EXPORT)
    assert time.at >= 30
    budget.hold("/api/v2/users", 30.0)
    budget.take("/api/v2/channels/voice/stats")
    assert time.at >= 60


def test_a_quota_of_a_day_is_not_waited_for() -> None:
    """A run that waits until midnight blocks the morning's report about everything else."""
    time = FakeTime()
    budget = Budget(100, timing=time.timing)
    slot = budget.take("/x")
    budget.note("/x", slot, {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "40000"})
    with pytest.raises(Unavailable, match="rate limit is used up") as caught:
        budget.take("/x")
    assert caught.value.retry_at == pytest.approx(time.begun + 40000, abs=2)
    assert time.slept == []


def test_a_request_to_stop_ends_the_wait_for_a_slot() -> None:
    """A backfill spends nearly all its time in this wait."""
    time = FakeTime()
    budget = Budget(1, share=1.0, timing=time.timing)
    budget.take("/x")
    time.stopped = True
    with pytest.raises(Stopped):
        budget.take("/x")


NONSENSE = st.sampled_from(["", "x", "-1", "1e9", "٣", "9" * 30, "0", "5", "total=; remaining", "total=0; remaining=0"])


@given(NONSENSE, NONSENSE, NONSENSE, NONSENSE)
def test_headers_of_nonsense_neither_crash_nor_hang(limit: str, remaining: str, reset: str, endpoint: str) -> None:
    """Gateways rewrite headers; a number that is none must not stop a source."""
    time = FakeTime()
    budget = Budget(100, timing=time.timing)
    slot = budget.take("/x")
    names = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "zendesk-ratelimit-a")
    budget.note("/x", slot, dict(zip(names, (limit, remaining, reset, endpoint), strict=True)))
    budget.take("/x")
    assert time.at <= 61


def test_threads_share_one_budget_without_going_over() -> None:
    """Sources of one account may be pulled side by side."""
    time = FakeTime()
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            time.sleep(seconds)

    budget = Budget(20, share=0.5, timing=type(time.timing)(time.timing.now, time.timing.monotonic, sleep))
    taken: list[float] = []

    def work() -> None:
        for _ in range(10):
            taken.append(budget.take("/x").at)  # noqa: PERF401

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    taken.sort()
    assert len(taken) == 40
    assert all(later - earlier > 60 for earlier, later in zip(taken, taken[10:], strict=False))


@dataclass
class Credits:
    """A vendor that counts what requests cost, in fixed minutes: lists cost five, all else one."""

    time: FakeTime
    limit: int
    window_at: float = 0.0
    used: int = 0
    refused: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.time.at += 0.1
        if self.time.at >= self.window_at + 60:
            self.window_at += (self.time.at - self.window_at) // 60 * 60
            self.used = 0
        cost = 5 if request.url.path.endswith("/tickets") else 1
        headers = {"X-RateLimit-Total": str(self.limit), "X-RateLimit-Used-CurrentRequest": str(cost)}
        if self.used + cost > self.limit:
            self.refused += 1
            return httpx.Response(429, headers={"Retry-After": str(math.ceil(self.window_at + 60 - self.time.at))})
        self.used += cost
        return httpx.Response(200, json={}, headers=headers | {"X-RateLimit-Remaining": str(self.limit - self.used)})


@respx.mock
def test_a_request_that_costs_five_is_counted_as_five() -> None:
    """Freshdesk charges for what a list includes: ten such requests are a trial's whole minute."""
    time = FakeTime()
    vendor = Credits(time, 50)
    respx.route().mock(side_effect=vendor)
    budget = Budget(50, share=1.0, timing=time.timing)
    with Api(Http("https://demo.freshdesk.com/api/v2"), name="fd", budget=budget, timing=time.timing) as client:
        for _ in range(30):
            client.get("/tickets", msgspec.Raw)
    assert vendor.refused == 0
    assert time.at <= 3 * 61
    assert (budget.per_minute("/api/v2/tickets"), budget.per_minute("/api/v2/agents")) == (10, 50)


@respx.mock
def test_what_one_ticket_s_list_cost_the_next_ticket_s_will_cost() -> None:
    """A path with an id in it is asked once; its kind is asked a thousand times."""
    time = FakeTime()
    respx.route().mock(return_value=httpx.Response(200, json={}, headers={"X-RateLimit-Used-CurrentRequest": "3"}))
    budget = Budget(60, share=1.0, timing=time.timing)
    with Api(Http("https://demo.freshdesk.com/api/v2"), name="fd", budget=budget, timing=time.timing) as client:
        for number in range(20):
            client.get(f"/tickets/{number}/conversations", msgspec.Raw)
        assert time.at < 1
        client.get("/tickets/20/conversations", msgspec.Raw)
    assert time.at > 59


@respx.mock
def test_a_total_of_an_hour_is_no_total_of_a_minute() -> None:
    """Freshdesk's older plans allow 3,000 an hour and tell it by the same header; a minute of that is 50."""
    time = FakeTime()
    told = {"X-RateLimit-Total": "3000", "X-RateLimit-Remaining": "2990"}
    respx.route().mock(return_value=httpx.Response(200, json={}, headers=told))
    budget = Budget(50, share=1.0, timing=time.timing)
    pull(time, 60, budget, "/tickets")
    assert budget.per_minute("/api/v2/tickets") == 50
    assert time.at > 59


def test_a_limit_of_a_list_is_not_that_of_what_lies_below_it() -> None:
    """A Growth account may list tickets 20 times a minute and read conversations 200 times."""
    time = FakeTime()
    budget = Budget(200, share=1.0, timing=time.timing)
    budget.declare("/api/v2/tickets$", 20)
    assert budget.per_minute("/api/v2/tickets") == 20
    assert budget.per_minute("/api/v2/tickets/7/conversations") == 200


@pytest.mark.parametrize("cost", ["", "0", "-3", "x", "1e9", "999999"])
def test_a_cost_of_nonsense_is_one(cost: str) -> None:
    """A gateway's rewritten header must not stop a source for good."""
    time = FakeTime()
    budget = Budget(10, share=1.0, timing=time.timing)
    budget.note("/x", budget.take("/x"), {"x-ratelimit-used-currentrequest": cost})
    assert budget.per_minute("/x") == 10


def test_what_costs_more_than_our_share_goes_alone() -> None:
    """With half of a tiny limit a dear request would wait for ever."""
    time = FakeTime()
    budget = Budget(6, share=0.5, timing=time.timing)
    budget.note("/x", budget.take("/x"), {"x-ratelimit-used-currentrequest": "5"})
    budget.take("/x")
    assert 59 < time.at < 62
