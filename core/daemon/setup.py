"""The first config file and the Slack app manifest, from a few answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.config.models import known_zone
from core.deliver.file import write_private, write_whole
from core.errors import ConfigError
from core.numbers.metrics import find_metric


@dataclass(frozen=True)
class FirstGoal:
    """A first goal and why it is one: what the customer, the company and staying ahead of competitors need."""

    metric: str
    target: float
    customer_need: str = ""
    company_need: str = ""
    edge_need: str = ""


@dataclass(frozen=True)
class Answers:
    """What ``init`` asks: the Zendesk subdomain and mail, the zone, the Slack channel, and optionally a queue_log."""

    subdomain: str = "mycompany"
    email: str = "bot@mycompany.example"
    time_zone: str = "Europe/Berlin"
    channel: str = "C0123456789"
    queue_log: str = ""
    language: str = "en"


MANIFEST: Mapping[str, object] = {
    "display_information": {
        "name": "Deskpulse",
        "description": "Customer-service numbers, once a day.",
    },
    "features": {"bot_user": {"display_name": "Deskpulse", "always_online": False}},
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "chat:write.public",
                "files:write",
                "channels:history",
                "groups:history",
                "metadata.message:read",
            ]
        }
    },
    "settings": {"org_deploy_enabled": False, "socket_mode_enabled": False, "token_rotation_enabled": False},
}
"""chat:write posts; files:write uploads the chart picture where the chart block is refused; the history scopes and
metadata.message:read let an unclear delivery be settled by looking instead of asking a person."""


def zone(text: str) -> str:
    """A time zone that this machine knows; else ConfigError with the nearest one."""
    try:
        return known_zone(text.strip())
    except ValueError as problem:
        raise ConfigError(f"'{text}' {problem}") from None


def known_metric(text: str) -> str:
    """The id of a metric that can be a goal; ConfigError with the nearest name, or where no way is the good one."""
    metric = find_metric(text)
    if metric.direction not in {"up", "down"}:
        raise ConfigError(f"{metric.id} has no good direction, so it is no goal")
    return metric.id


def config_text(answers: Answers, goal: FirstGoal | None = None) -> str:
    """A config file for these answers, with every key that most admins touch explained."""
    pbx = (
        f"""
[[sources]]
name = "pbx"
connector = "asterisk"
path = {json.dumps(answers.queue_log)}          # rotated files beside it are found by themselves
start = "2026-01-01"
every = "5m"
"""
        if answers.queue_log
        else ""
    )
    return f"""# Deskpulse. All keys: config.example.toml. Secrets: "env:NAME", "file:PATH", "cred:NAME".

[store]
path = "deskpulse.db"

[reporting]
time_zone = {json.dumps(answers.time_zone)}
language = {json.dumps(answers.language)}               # en, de or zh

[[sources]]
name = "zd-main"                 # your name for it; it prefixes every id from there
connector = "zendesk"
subdomain = {json.dumps(answers.subdomain)}          # the part before .zendesk.com
email = {json.dumps(answers.email)}
token = "env:ZENDESK_TOKEN"      # Admin Center > Apps and integrations > APIs > API tokens
start = "2026-01-01"             # how far back closed tickets go
every = "10m"
{pbx}
[[destinations]]
name = "ops"
type = "slack"
token = "env:SLACK_BOT_TOKEN"    # made from slack-manifest.json at api.slack.com/apps
channel = {json.dumps(answers.channel)}

{_goal_text(goal)}
[[reports]]
name = "daily"
kind = "daily"
to = ["ops"]
at = "08:00"
metrics = "starter"
"""


def _goal_text(goal: FirstGoal | None) -> str:
    """The block of the first goal, or one to be filled in."""
    if goal is None:
        return """# [[goals]]
# metric = "first_response_time"
# target = 3600                  # seconds
# customer_need = "…"            # why it is a goal; printed with it
"""
    named = {name: getattr(goal, name) for name in ("customer_need", "company_need", "edge_need")}
    needs = "".join(f"{name} = {json.dumps(text, ensure_ascii=False)}\n" for name, text in named.items() if text)
    return f"""[[goals]]
metric = {json.dumps(goal.metric)}
target = {goal.target:g}         # shares as 0..1, durations in seconds
{needs}"""


def write_setup(
    config: Path, answers: Answers, goal: FirstGoal | None = None, *, force: bool = False
) -> tuple[Path, Path]:
    """Writes the config and slack-manifest.json beside it, mode 0600; an existing config is kept unless ``force``."""
    if config.exists() and not force:
        raise ConfigError(f"{config} is there already. Keep it, or write over it with: sync.py init --force")
    manifest = json.dumps(MANIFEST, indent=2) + "\n"
    written = write_whole(config, config_text(answers, goal))
    return written, write_private(config.parent, "slack-manifest.json", manifest)
