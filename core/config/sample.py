"""What can be read off the models: the sample config, the schema for editors, and the config in effect."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from core.config.load import Loaded
from core.config.models import (
    Config,
    Connectors,
    Destination,
    Goal,
    Person,
    QueueRule,
    Reporting,
    ReportRule,
    ScheduleRule,
    Source,
    Store,
)

WIDTH = 44
# Example values of keys that have no default, by table and key; shown as they would be written.
EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "sources": {"name": "zd-main", "connector": "zendesk"},
    "zendesk": {"subdomain": "mycompany", "email": "bot@mycompany.example", "token": "env:ZENDESK_TOKEN"},
    "asterisk": {"path": "/var/log/asterisk/queue_log"},
    "destinations": {"name": "ops", "token": "env:SLACK_BOT_TOKEN", "channel": "C0123456789"},
    "goals": {"metric": "first_response_time", "target": 3600},
    "reports": {"name": "daily", "to": ["ops"]},
    "schedules": {"name": "hotline", "hours": {"mon": "08:00-18:00", "tue": "08:00-18:00"}},
    "queues": {"name": "Hotline DE"},
    "people": {"same": ["pbx:Ada Agent", "zd-main:4711"]},
}
HEAD = """\
# Deskpulse: every key there is, with its default. A key that starts with '#' is optional and shows its default or an
# example. Secrets are named, not written: "env:NAME", "file:PATH", "cred:NAME" (systemd). "config validate" tells
# every mistake at once, with its line.
"""


def sample(connectors: Mapping[str, type[BaseModel]]) -> str:
    """The text of config.example.toml: each table, each key with its one line of explanation."""
    parts = [HEAD]
    parts += _table("[store]", Store, {})
    parts += _table("[reporting]", Reporting, {"time_zone": "Europe/Berlin"})
    for number, (name, model) in enumerate(sorted(connectors.items(), key=lambda item: item[0] != "zendesk")):
        given = {**EXAMPLES["sources"], "connector": name} if number == 0 else {"name": name[:3], "connector": name}
        parts += _table("[[sources]]", Source, given, short=number > 0)
        parts += list(_keys(model, EXAMPLES.get(name, {})))
    for key, model in (
        ("destinations", Destination), ("goals", Goal), ("reports", ReportRule), ("schedules", ScheduleRule),
        ("queues", QueueRule), ("people", Person),
    ):  # fmt: skip
        parts += _table(f"[[{key}]]", model, EXAMPLES[key], off=key in ("schedules", "queues", "people"))
    parts += _table("[connectors]", Connectors, {}, off=True)
    parts += ["", "# [contact_reasons]", '# "vendor_word" = "Delivery"', "", "# [customer_types]", '# "gold" = "VIP"']
    return "\n".join(parts) + "\n"


def _table(
    head: str, model: type[BaseModel], given: Mapping[str, object], *, short: bool = False, off: bool = False
) -> list[str]:
    mark = "# " if off else ""
    lines = ["", f"{mark}{head}"]
    keys = _keys(model, given, only=("name", "connector") if short else None)
    return [*lines, *(line if line.startswith("#") or not off else f"# {line}" for line in keys)]


def _keys(model: type[BaseModel], given: Mapping[str, object], only: tuple[str, ...] | None = None) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if only and name not in only:
            continue
        default = None if field.default is PydanticUndefined else field.default
        written = name in given or field.is_required()
        value = given.get(name, default)
        shown = f"{name} = {toml(value)}" if value is not None else f'{name} = "…"'
        yield f"{'' if written else '# '}{shown}".ljust(WIDTH) + f"  # {field.description or ''}"


def toml(value: object) -> str:
    """A value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(toml(each) for each in value) + "]"
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def schema(connectors: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The JSON schema of the whole file; a source also takes the keys of its connector."""
    made = Config.model_json_schema()
    source = made["$defs"]["Source"]
    branches = []
    for name, model in sorted(connectors.items()):
        own = model.model_json_schema(ref_template="#/$defs/{model}")
        made["$defs"].update(own.pop("$defs", {}))
        branches.append(
            {
                "if": {"properties": {"connector": {"const": name}}},
                "then": {"properties": own.get("properties", {}), "required": own.get("required", [])},
            }
        )
    source["allOf"] = branches
    return made


def shown(loaded: Loaded) -> dict[str, Any]:
    """The config in effect with defaults; secrets are masked, references to secrets stay readable."""
    made: dict[str, Any] = _plain(loaded.config)
    for source, raw in zip(made["sources"], loaded.config.sources, strict=True):
        for name in raw.settings:
            source.pop(name, None)
        source.update(_plain(loaded.settings[raw.name]))
    return made


def _plain(value: Any) -> Any:
    match value:
        case SecretStr():
            return "********"
        case BaseModel():
            return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
