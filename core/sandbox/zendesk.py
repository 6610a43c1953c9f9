"""An imitation Zendesk Support account over real HTTP.

Its clock stands still until `now_at` is set: only what happened before is visible, and tickets show their state of
then. Loopback only; any e-mail and token but its own are refused.
"""

import re
from base64 import b64encode
from collections.abc import Mapping

import msgspec

from core.sandbox.faults import Page
from core.sandbox.limits import OFF, Limits, Meter
from core.sandbox.paging import Refused, token, untoken
from core.sandbox.routes import ROUTES
from core.sandbox.view import View
from core.sandbox.web import Reply, Request, Sandbox
from core.sandbox.world import World

EMAIL, TOKEN, OAUTH_TOKEN = "bot@lumo.example", "sandbox-token", "sandbox-oauth"


class ZendeskSandbox(Sandbox):
    """The account of a world."""

    name = "zendesk"

    def __init__(
        self,
        world: World,
        *,
        now_at: int | None = None,
        limits: Limits = OFF,
        surveys: str = "legacy",
        email: str = EMAIL,
        token: str = TOKEN,
        oauth_token: str = OAUTH_TOKEN,
        seed: int = 7,
        gzip_pages: bool = True,
        port: int = 0,
    ) -> None:
        self.view = View(world, world.until if now_at is None else now_at, surveys)
        self.meter = Meter(limits)
        basic = b64encode(f"{email}/token:{token}".encode()).decode()
        self.keys = {f"Basic {basic}", f"Bearer {oauth_token}"}
        self.nonce = 0
        super().__init__(seed=seed, gzip_pages=gzip_pages, port=port)

    @property
    def world(self) -> World:
        """The truth behind the answers."""
        return self.view.world

    @property
    def now_at(self) -> int:
        """The account's clock, epoch seconds; set it to let time pass."""
        return self.view.now_at

    @now_at.setter
    def now_at(self, at: int) -> None:
        with self.lock:
            self.view.now_at = at

    def set_limits(self, limits: Limits) -> None:
        """New limits, counted from now."""
        with self.lock:
            self.meter = Meter(limits)

    def control(self, wish: Mapping[str, object]) -> object:
        """Besides the faults: `now_at`, `advance` (seconds) and `limits`."""
        if "now_at" in wish:
            self.now_at = int(str(wish["now_at"]))
        if "advance" in wish:
            self.now_at += int(str(wish["advance"]))
        if "limits" in wish:
            self.set_limits(msgspec.convert(wish["limits"], Limits))
        return {"now_at": self.now_at, "said": super().control(wish)}

    def handle(self, request: Request) -> Reply:
        """The vendor's answer: log-in, then limits, then the address."""
        if request.headers.get("authorization") not in self.keys:
            return Reply(401, msgspec.json.encode({"error": "Couldn't authenticate you"}))
        path = request.path.removeprefix("/api/v2").removesuffix(".json").rstrip("/")
        with self.lock:
            passed, headers = self.meter.take(incremental=path.startswith("/incremental/"))
        if not passed:
            error = {"error": "APIRateLimitExceeded", "description": "Too many requests"}
            return Reply(429, msgspec.json.encode(error), headers=headers)
        try:
            for pattern, handler in ROUTES:
                if match := pattern.fullmatch(path):
                    request.query |= match.groupdict()
                    with self.lock:
                        return Reply(page=handler(self.view, request), headers=headers)
            raise Refused(404, {"title": "Invalid endpoint", "message": "Not found"})
        except Refused as refused:
            return Reply(refused.status, msgspec.json.encode(refused.body), headers=headers)

    def repeat(self, kind: str, request: Request, page: Page) -> None:
        """`same_cursor`: the next page is this page again, by the very cursor asked with. `twice`: this page comes once
        more under a new cursor. `stuck`: a time export that stays in its second."""
        if "after_cursor" in page:
            here = request.query.get("cursor") or token(int(request.query.get("start_time", 0)), -1)
            if kind != "same_cursor":
                self.nonce += 1
                here = token(*untoken(here), nonce=self.nonce)
            page["after_cursor"] = here
            page["after_url"] = re.sub(r"cursor=[^&]+", f"cursor={here}", str(page["after_url"]))
        elif "next_page" in page and "start_time" in request.query:
            start = request.query["start_time"]
            page["end_time"] = int(start)
            page["next_page"] = re.sub(r"start_time=\d+", f"start_time={start}", str(page["next_page"]))
        elif isinstance(meta := page.get("meta"), dict):
            meta["after_cursor"] = request.query.get("page[after]", "")
            meta["has_more"] = True
        if "end_of_stream" in page:
            page["end_of_stream"] = False
