"""What a connector's functions are given: an Api, the settings, or a client of the connector's own."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from core import log
from core.http import Api, Http
from core.pull.account import Accounts, close, counter, door
from core.pull.contract import Connector, Settings
from core.pull.source import SourceSpec


class KeyedSettings(Settings):
    """Settings with a secret that no header carries."""

    key: SecretStr = SecretStr("signing-key-4711")
    is_remote: bool = True


@dataclass
class Client:
    """A vendor's library around our Api."""

    settings: KeyedSettings
    api: Api | None
    zone: ZoneInfo


def http(settings: KeyedSettings) -> Http | None:
    return Http("https://vendor.example") if settings.is_remote else None


def opened(connector: Connector, **settings: Any) -> Any:
    spec = SourceSpec("a", "a", KeyedSettings(**settings), "a", 0, ZoneInfo("Asia/Kolkata"))
    return Accounts().open(spec, connector)


def test_a_client_keeps_the_api_and_is_counted() -> None:
    """Requests that a library builds are paced and counted like all others."""
    client = opened(Connector("a", KeyedSettings, (), http=http, client=Client))
    assert isinstance(client, Client)
    assert client.zone.key == "Asia/Kolkata"
    assert client.api is not None
    assert door(client) is client.api
    client.api.requests = 3
    assert counter(client)() == 3
    close(client)


def test_a_source_may_be_a_service_or_not() -> None:
    """The same vendor by its API or by files in a folder."""
    client = opened(Connector("a", KeyedSettings, (), http=http, client=Client), is_remote=False)
    assert (client.api, counter(client)()) == (None, 0)
    close(client)
    bare = Connector("a", KeyedSettings, (), http=http)
    assert isinstance(opened(bare, is_remote=False), KeyedSettings)
    assert isinstance(opened(bare), Api)


def test_every_secret_setting_is_known_to_the_log() -> None:
    """A library may log what it signs with."""
    opened(Connector("a", KeyedSettings, (), client=Client))
    assert "signing-key-4711" not in log.redact("signed with signing-key-4711")
