"""Freshdesk's limits: credits a minute for the account, requests a minute for ticket and contact lists."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from core.sandbox.limits import Window


@dataclass(frozen=True)
class Plan:
    """What a plan allows a minute; None switches a limit off, and what it would tell."""

    credits: int | None = None
    lists: int | None = None
    window_s: float = 60.0


class Meter:
    """The counts of the present minute."""

    def __init__(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self.account = Window(plan.credits, plan.window_s, clock)
        self.lists = {name: Window(plan.lists, plan.window_s, clock) for name in ("/tickets", "/contacts")}

    def take(self, path: str, cost: int) -> tuple[bool, dict[str, str]]:
        """Whether a request may pass that costs so many credits, and the headers of its answer."""
        passed = True
        for _ in range(cost):
            passed = self.account.take() and passed
        blocking = None if passed else self.account
        own = self.lists.get(path)
        if passed and own is not None and not own.take():
            passed, blocking = False, own
        headers = {"X-RateLimit-Used-CurrentRequest": str(cost)}
        if self.account.allowed is not None:
            headers["X-RateLimit-Total"] = str(self.account.allowed)
            headers["X-RateLimit-Remaining"] = str(self.account.remaining)
        if blocking is not None:
            headers["Retry-After"] = str(blocking.resets_s())
        return passed, headers
