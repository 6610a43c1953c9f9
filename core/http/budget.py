"""Requests as a scarce good: paced below the vendor's limit, with a share left to the account's other integrations."""

import math
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from core import log
from core.clock import Timing, iso
from core.errors import Unavailable
from core.http.retry import RESET_HEADERS, seconds_of

WINDOW_S = 60.0
# The vendor counts a request when it arrives, we when it left; an answer within this time tells more exactly.
TRAVEL_S = 1.0
MARGIN_S = 0.02
# A daily quota is not waited for: the next run asks again.
LONGEST_WAIT_S = 600.0
CLOSED_S = 300.0
MOST_CLASSES = 50

LIMIT_HEADERS = ("ratelimit-limit", "x-rate-limit", "x-ratelimit-limit", "x-ratelimit-total", "x-aircallapi-limit")
REMAINING_HEADERS = (
    "ratelimit-remaining", "x-rate-limit-remaining", "x-ratelimit-remaining", "x-aircallapi-remaining",
)  # fmt: skip
# What a request cost, where the vendor counts in credits (Freshdesk: 1, and 2 more for each thing included in a list).
COST_HEADER = "x-ratelimit-used-currentrequest"
MOST_COST = 100
# Freshdesk's total is that of an hour on its older plans (3,000 to 5,000); by the minute nobody allows so much.
HOURLY_HEADER = "x-ratelimit-total"
HOURLY_FROM = 2_500
NUMBER = re.compile(r"\d+")
# zendesk-ratelimit-incremental-exports: total=10; remaining=9; resets=2
ENDPOINT_HEADER = "zendesk-ratelimit-"
ENDPOINT_VALUE = re.compile(r"(total|remaining|resets)\s*=\s*(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Quota:
    """What the vendor says is left: requests a window, requests remaining, seconds until the window begins anew."""

    limit: int | None
    remaining: int
    reset_s: float | None


def account_quota(headers: Mapping[str, str], now: int) -> Quota | None:
    """The account's quota by the usual headers, or None where the vendor says nothing."""
    remaining = _number(headers, REMAINING_HEADERS)
    if remaining is None:
        return None
    resets = (seconds_of(headers.get(name), now) for name in RESET_HEADERS)
    limit = _number(headers, LIMIT_HEADERS)
    if limit is not None and limit >= HOURLY_FROM and headers.get(HOURLY_HEADER, "").strip() == str(limit):
        limit //= 60
    return Quota(limit, remaining, next((one for one in resets if one is not None), None))


def endpoint_quota(headers: Mapping[str, str]) -> Quota | None:
    """The tightest of Zendesk's quotas for this endpoint, or None."""
    found = []
    for name, value in headers.items():
        if name.lower().startswith(ENDPOINT_HEADER):
            said = {word: int(number) for word, number in ENDPOINT_VALUE.findall(value)}
            if "remaining" in said:
                found.append(Quota(said.get("total"), said["remaining"], said.get("resets")))
    return min(found, key=lambda quota: quota.remaining, default=None)


def _number(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    values = (headers.get(name, "").strip() for name in names)
    return next((int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10), None)


def _kind(path: str) -> str:
    return NUMBER.sub("#", path)


def _begins(path: str, prefix: str) -> bool:
    return path == prefix[:-1] if prefix.endswith("$") else path.startswith(prefix)


@dataclass(slots=True)
class Slot:
    """The right to one request: when the vendor will have counted it (monotonic seconds), and what it costs."""

    at: float
    cost: int = 1


@dataclass(slots=True)
class Window:
    """One counter of the vendor: at most `limit` in any minute, of which `share` is ours.

    `counts_cost`: what requests cost is counted, not how many they are."""

    limit: int
    share: float
    is_fixed: bool
    counts_cost: bool = False
    sent: deque[Slot] = field(default_factory=deque)
    shut_until: float = 0.0

    @property
    def allowed(self) -> int:
        """Our requests, or credits, a minute."""
        return max(1, math.floor(self.limit * self.share + 1e-9))

    def used(self) -> int:
        """What our requests of the last minute came to."""
        return sum(slot.cost for slot in self.sent) if self.counts_cost else len(self.sent)

    def wait_s(self, at: float, cost: int = 1) -> float:
        """Seconds until the next request, which costs so much, fits; a dearer one than all of ours goes alone."""
        self._forget(at)
        cost = min(cost, self.allowed) if self.counts_cost else 1
        left = self.allowed - cost
        full = at
        for slot in reversed(self.sent):
            left -= slot.cost if self.counts_cost else 1
            if left < 0:
                full = slot.at + WINDOW_S + MARGIN_S
                break
        return max(full, self.shut_until) - at

    def learn(self, quota: Quota, at: float) -> None:
        """Follows the vendor's own count, told at that time: what others used, we need not leave to them again."""
        if quota.limit and not self.is_fixed:
            self.limit = quota.limit
        self._forget(at)
        total = quota.limit or self.limit
        others = max(0, total - quota.remaining - self.used())
        reserve = max(0.0, total * (1 - self.share) - others)
        reset_s = WINDOW_S if quota.reset_s is None else quota.reset_s
        # Where all that was used is ours and the window is a minute, our own count is the more exact one.
        is_told_more = others > 0 or reset_s > WINDOW_S + TRAVEL_S
        if is_told_more and quota.remaining - reserve < 1 and (quota.reset_s is not None or quota.remaining == 0):
            self.shut_until = max(self.shut_until, at + reset_s + MARGIN_S)

    def _forget(self, at: float) -> None:
        while self.sent and self.sent[0].at <= at - WINDOW_S - MARGIN_S:
            self.sent.popleft()


class Budget:
    """The rate budget of one account, shared by its sources and safe to share between threads.

    `per_minute` is the vendor's limit, `share` (0..1) our part of it. Unless `is_fixed` (the admin's own figure), the
    vendor's headers correct the limit. What a request costs is learned from the last answer to the same path, numbers
    in it aside. `timing` tells the time and how to wait.
    """

    def __init__(
        self, per_minute: int, share: float = 0.5, *, is_fixed: bool = False, timing: Timing | None = None
    ) -> None:
        self._timing = timing or Timing()
        self._lock = threading.Lock()
        self._share = share
        self._account = Window(per_minute, share, is_fixed, counts_cost=True)
        self._classes: dict[str, Window] = {}
        self._costs: dict[str, int] = {}
        self._closed_until = 0.0

    def declare(self, prefix: str, per_minute: int) -> None:
        """Paths that begin with `prefix` have a limit of their own besides the account's; with a `$` behind, only the
        path itself has."""
        with self._lock:
            self._classes.setdefault(prefix, Window(per_minute, self._share, is_fixed=False))

    def per_minute(self, path: str = "") -> int:
        """Requests a minute that we may make to this path (from the root of the host)."""
        with self._lock:
            cost = self._costs.get(_kind(path), 1)
            return min(
                max(1, window.allowed // cost) if window.counts_cost else window.allowed
                for window in self._windows(path)
            )

    def take(self, path: str, who: str = "") -> Slot:
        """Waits until one more request fits; raises Unavailable where that is too far off, Stopped when asked to."""
        while True:
            with self._lock:
                at = self._timing.monotonic()
                if at < self._closed_until:
                    self._refuse(self._closed_until - at, who)
                cost = self._costs.get(_kind(path), 1)
                wait = max(window.wait_s(at, cost) for window in self._windows(path))
                if wait <= 0:
                    slot = Slot(at, cost)
                    for window in self._windows(path):
                        window.sent.append(slot)
                    return slot
            if wait > LONGEST_WAIT_S:
                self._refuse(wait, who)
            log.event("paced", level=log.DEBUG, path=path, wait_s=round(wait, 1))
            self._timing.wait(wait)

    def note(self, path: str, slot: Slot, headers: Mapping[str, str]) -> None:
        """An answer came for this slot: its headers are obeyed."""
        account, endpoint = account_quota(headers, self._timing.now()), endpoint_quota(headers)
        with self._lock:
            at = slot.at = min(self._timing.monotonic(), slot.at + TRAVEL_S)
            cost = _number(headers, (COST_HEADER,))
            if cost is not None and 1 <= cost <= MOST_COST:
                slot.cost = cost
                if len(self._costs) < MOST_CLASSES or _kind(path) in self._costs:
                    self._costs[_kind(path)] = cost
            if account is not None:
                self._account.learn(account, at)
            if endpoint is not None:
                known = [window for prefix, window in self._classes.items() if _begins(path, prefix)]
                if not known and endpoint.limit and len(self._classes) < MOST_CLASSES:
                    self._classes[path] = Window(endpoint.limit, self._share, is_fixed=False, sent=deque([slot]))
                    known = [self._classes[path]]
                for window in known:
                    window.learn(endpoint, at)

    def hold(self, path: str, seconds: float) -> None:
        """A 429 asked for this wait: nobody who shares the budget asks such a path before."""
        with self._lock:
            until = self._timing.monotonic() + seconds
            window = next((known for prefix, known in self._classes.items() if _begins(path, prefix)), self._account)
            window.shut_until = max(window.shut_until, until)

    def close(self, seconds: float) -> float:
        """The vendor refused for too long: nothing is asked for so many seconds, five minutes at least; tells them."""
        seconds = max(seconds, CLOSED_S)
        with self._lock:
            self._closed_until = self._timing.monotonic() + seconds
        return seconds

    def _windows(self, path: str) -> Iterator[Window]:
        yield self._account
        yield from (window for prefix, window in self._classes.items() if _begins(path, prefix))

    def _refuse(self, seconds: float, who: str) -> NoReturn:
        retry_at = self._timing.now() + math.ceil(seconds)
        raise Unavailable(f"{who}: the account's rate limit is used up; asked again from {iso(retry_at)}.", retry_at)
