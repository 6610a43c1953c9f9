"""What the tests of the config share: a good file, and what a wrong one is told."""

from pathlib import Path

import pytest

from core.config.load import Loaded, load_config
from core.errors import ConfigError
from core.numbers.metrics import find_metric
from core.pull.contract import Settings
from core.pull.discover import find_connector

ENVIRON = {"ZENDESK_TOKEN": "zk-9f8e7d6c5b", "SLACK_BOT_TOKEN": "xoxb-1-abcdefgh"}
GOOD = """\
[reporting]
time_zone = "Europe/Berlin"

[[sources]]
name = "zd-main"
connector = "zendesk"
subdomain = "mycompany"
email = "bot@mycompany.example"
token = "env:ZENDESK_TOKEN"
every = "10m"

[[destinations]]
name = "ops"
type = "slack"
token = "env:SLACK_BOT_TOKEN"
channel = "C0123456789"

[[reports]]
name = "daily"
to = ["ops"]
where = { team = "Hotline" }
"""


def settings_for(name: str) -> type[Settings]:
    return find_connector(name).settings


def written(folder: Path, text: str, *, mode: int = 0o600) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def load(folder: Path, text: str = GOOD, *, with_secrets: bool = True, mode: int = 0o600) -> Loaded:
    return load_config(
        written(folder, text, mode=mode),
        settings_for,
        with_secrets=with_secrets,
        environ=ENVIRON,
        destination_types=("file", "slack"),
        check_metric=find_metric,
    )


def told(folder: Path, text: str) -> list[str]:
    """The errors of a file, one each."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value.message.splitlines()
