"""The vendor's request limits: fixed windows, counted for the account and for the incremental exports."""

import time
from collections.abc import Callable

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Requests a window; `None` switches a limit off. The vendor's window is a minute; a test may choose."""

    account: int | None = None
    incremental: int | None = None
    window_s: float = 60.0


OFF = Limits()
"""No limit, and no headers that tell of one."""


class Window:
    """One limit's count in the present window."""

    def __init__(self, allowed: int | None, window_s: float, clock: Callable[[], float]) -> None:
        self.allowed, self.window_s, self.clock = allowed, window_s, clock
        self.began = clock()
        self.used = 0

    def resets_s(self) -> int:
        """Whole seconds until the window ends, at least one."""
        return max(1, -int(-(self.began + self.window_s - self.clock()) // 1))

    def take(self) -> bool:
        """Counts a request; false if it was one too many."""
        if self.clock() - self.began >= self.window_s:
            self.began, self.used = self.clock(), 0
        self.used += 1
        return self.allowed is None or self.used <= self.allowed

    @property
    def remaining(self) -> int:
        """Requests left in this window."""
        return max(0, (self.allowed or 0) - self.used)


class Meter:
    """The two windows of an account, and the headers that tell of them."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.account = Window(limits.account, limits.window_s, clock)
        self.incremental = Window(limits.incremental, limits.window_s, clock)

    def take(self, *, incremental: bool) -> tuple[bool, dict[str, str]]:
        """Whether the request may pass, and the headers for its answer."""
        passed = self.account.take()
        headers: dict[str, str] = {}
        if self.account.allowed is not None:
            allowed, left = str(self.account.allowed), str(self.account.remaining)
            headers |= {"X-Rate-Limit": allowed, "X-Rate-Limit-Remaining": left}
            headers |= {"ratelimit-limit": allowed, "ratelimit-remaining": left}
            headers["ratelimit-reset"] = str(self.account.resets_s())
        blocking = None if passed else self.account
        if incremental and passed:
            if not self.incremental.take():
                passed, blocking = False, self.incremental
            if self.incremental.allowed is not None:
                headers["Zendesk-RateLimit-incremental-exports"] = (
                    f"total={self.incremental.allowed}; remaining={self.incremental.remaining}; "
                    f"resets={self.incremental.resets_s()}"
                )
        if blocking:
            headers["Retry-After"] = str(blocking.resets_s())
        return passed, headers
