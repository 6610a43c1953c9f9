"""What can be read off the models: the sample config, the schema for editors, and the config in effect."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.config.load import Loaded
from core.config.models import (
    UNITS,
    WRITTEN,
    Appraisal,
    Config,
    Connectors,
    Destination,
    Goal,
    Person,
    Planning,
    QueueRule,
    Reporting,
    ReportRule,
    ScheduleRule,
    Source,
    Store,
)
from core.config.secrets import is_literal

SETS: Mapping[str, type[BaseModel]] = {
    "destinations": Destination,
    "goals": Goal,
    "reports": ReportRule,
    "schedules": ScheduleRule,
    "queues": QueueRule,
    "people": Person,
}
WIDTH = 44
MASK = "********"
# Example values of keys that have no default to show, by table and key; a connector gives its own (Field examples).
EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "reporting": {"schedule": "hotline"},
    "sources": {
        "account": "zd-main",
        "base_url": "http://127.0.0.1:8700",
        "requests_per_minute": 600,
        "time_zone": "Europe/Berlin",
    },
    "destinations": {
        "name": "ops",
        "token": "env:SLACK_BOT_TOKEN",
        "channel": "C0123456789",
        "webhook_url": "env:SLACK_WEBHOOK_URL",
        "path": "reports",
        "base_url": "http://127.0.0.1:8701",
        "language": "de",
    },
    "goals": {
        "metric": "first_response_time",
        "target": 3600,
        "where": {"team": "Support"},
        "counter_floor": 0.85,
        "from_on": "2026-10-01",
        "to_on": "2026-12-31",
    },
    "reports": {"name": "daily", "to": ["ops"], "where": {"team": "Hotline DE"}, "language": "de"},
    "schedules": {"name": "hotline", "hours": {"mon": "08:00-18:00", "tue": "08:00-18:00"}, "holidays": "DE-BE"},
    "queues": {"name": "Hotline DE", "schedule": "hotline"},
    "people": {"same": ["pbx:Ada Agent", "zd-main:4711"]},
    "planning": {"shrinkage": 0.3, "patience": 120, "fill_days": 42, "proficiency_days": 60},
    "appraisal": {"agreed_by": "works council", "agreed_on": "2026-10-01"},
}
# What stands uncommented besides keys that have to be there.
SHOWN: Mapping[str, frozenset[str]] = {
    "reporting": frozenset({"time_zone"}),
    "destinations": frozenset({"token", "channel"}),
    "reports": frozenset({"to"}),
}
HEAD = """\
# Deskpulse: every key there is, with its default. A key that starts with '#' is optional and shows its default or an
# example. Secrets are named, not written: "env:NAME", "file:PATH", "cred:NAME" (systemd). "config validate" tells
# every mistake at once, with its line.
"""


def sample(connectors: Mapping[str, type[BaseModel]]) -> str:
    """The text of config.example.toml: each table, each key with its one line of explanation."""
    parts = [HEAD.rstrip()]
    parts += _table("[store]", Store, "store")
    parts += _table("[reporting]", Reporting, "reporting", {"time_zone": "Europe/Berlin"})
    for number, (name, model) in enumerate(sorted(connectors.items(), key=lambda item: item[0] != "zendesk")):
        given = {"name": "zd-main" if name == "zendesk" else name, "connector": name}
        is_off = number > 0
        head = "# [[sources]]" if is_off else "[[sources]]"
        parts += _table(head, Source, "sources", given, only=tuple(given) if number else (), is_off=is_off)
        parts += _keys(model, name, {}, is_off=is_off)
    for key, each in SETS.items():
        is_off = key not in ("destinations", "goals", "reports")
        parts += _table(f"{'# ' if is_off else ''}[[{key}]]", each, key, is_off=is_off)
    parts += _table("# [planning]", Planning, "planning", is_off=True)
    parts += _table("# [appraisal]", Appraisal, "appraisal", is_off=True)
    parts += _table("# [connectors]", Connectors, "connectors", is_off=True)
    parts += ["", "# [contact_reasons]", '# "vendor_word" = "Delivery"', "", "# [customer_types]", '# "gold" = "VIP"']
    return "\n".join(parts) + "\n"


def _table(
    head: str,
    model: type[BaseModel],
    key: str,
    given: Mapping[str, object] | None = None,
    *,
    only: tuple[str, ...] = (),
    is_off: bool = False,
) -> list[str]:
    return ["", head, *_keys(model, key, given or {}, only=only, is_off=is_off)]


def _keys(
    model: type[BaseModel], key: str, given: Mapping[str, object], *, only: tuple[str, ...] = (), is_off: bool = False
) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if only and name not in only:
            continue
        extra = field.json_schema_extra
        is_shown = field.is_required() or name in SHOWN.get(key, ()) or (isinstance(extra, dict) and "shown" in extra)
        own = field.examples[0] if field.examples else None
        value = given.get(name, EXAMPLES.get(key, {}).get(name, own))
        text = f"{name} = {_written(field, value)}"
        line = f"{'' if is_shown and not is_off else '# '}{text}"
        yield f"{line.ljust(WIDTH)}  # {field.description}"


def _written(field: FieldInfo, value: object) -> str:
    if value is None:
        value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None:
        value = "…"
    if WRITTEN in field.metadata and isinstance(value, int):
        unit, size = next((u, s) for u, s in reversed(UNITS.items()) if value % s == 0)
        value = f"{value // size}{unit}"
    return toml(value)


def toml(value: object) -> str:
    """A value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }" if value else "{}"
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
    # A key may come from here or from the connector's branch; only draft 2020-12 can say that.
    del source["additionalProperties"]
    source["unevaluatedProperties"] = False
    return made


def shown(loaded: Loaded) -> dict[str, Any]:
    """The config in effect with defaults; secrets are masked, references to secrets stay readable."""
    made: dict[str, Any] = _plain(loaded.config)
    for source in made["sources"]:
        source.update(_plain(loaded.settings[source["name"]]))
    return made


def _plain(value: Any) -> Any:
    match value:
        case SecretStr():
            text = value.get_secret_value()
            return MASK if is_literal(text) else text
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
