"""Imitations for the length of a `with` block, each on a free loopback port in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.sandbox.limits import OFF, Limits
from core.sandbox.slack import BOT_TOKEN, CHANNEL, SlackSandbox
from core.sandbox.vendors.weather import WeatherSandbox
from core.sandbox.world import World
from core.sandbox.zendesk import ZendeskSandbox


@contextmanager
def serve_zendesk(
    world: World,
    *,
    now_at: int | None = None,
    limits: Limits = OFF,
    surveys: str = "legacy",
    gzip_pages: bool = True,
) -> Iterator[ZendeskSandbox]:
    """An account of this world at `server.url`; without limits unless some are given."""
    server = ZendeskSandbox(world, now_at=now_at, limits=limits, surveys=surveys, gzip_pages=gzip_pages)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def serve_slack(
    *, token: str = BOT_TOKEN, channels: tuple[str, ...] = (CHANNEL,), charts: bool = True
) -> Iterator[SlackSandbox]:
    """A workspace at `server.url`, whose webhook is `server.webhook_url`."""
    server = SlackSandbox(token=token, channels=channels, charts=charts)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def serve_weather(now_at: int) -> Iterator[WeatherSandbox]:
    """Open-Meteo's two servers at `server.url`, at a moment."""
    server = WeatherSandbox()
    server.now_at = now_at
    server.start()
    try:
        yield server
    finally:
        server.stop()
