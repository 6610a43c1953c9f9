"""Small worlds, made once, and readers for what the imitations answer."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from core.sandbox.servers import serve_slack, serve_zendesk
from core.sandbox.slack import BOT_TOKEN, SlackSandbox
from core.sandbox.world import World, build_world
from core.sandbox.zendesk import EMAIL, TOKEN, ZendeskSandbox

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(seed=3, start_on="2026-09-07", scale=0.3)


@pytest.fixture
def zendesk(world: World) -> Iterator[ZendeskSandbox]:
    with serve_zendesk(world) as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackSandbox]:
    with serve_slack() as server:
        yield server


@pytest.fixture
def client(zendesk: ZendeskSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{zendesk.url}/api/v2", auth=(f"{EMAIL}/token", TOKEN), trust_env=False) as client:
        yield client


@pytest.fixture
def bot(slack: SlackSandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    with httpx.Client(base_url=f"{slack.url}/api", headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def export(client: httpx.Client) -> Callable[[str, str], list[Rows]]:
    """All pages of an export, from its first address to the end of its stream."""

    def pages(address: str, name: str) -> list[Rows]:
        found: list[Rows] = []
        while True:
            page = client.get(address).json()
            found.append(page[name])
            if page["end_of_stream"]:
                return found
            address = page.get("after_url") or page["next_page"]

    return pages
