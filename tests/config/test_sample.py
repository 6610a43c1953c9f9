"""What is read off the models: the sample file, the schema for editors, the config in effect."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from pydantic import BaseModel

from core.config.load import load_config
from core.config.sample import sample, schema, shown
from core.pull.discover import all_connectors
from tests.config.files import ENVIRON, GOOD, load, settings_for
from tests.tree import ROOT

FILE = ROOT / "config.example.toml"
SAMPLE_ENVIRON = {
    **{name: f"the-{name.lower()}" for name in re.findall(r'"env:([A-Z0-9_]+)"', FILE.read_text(encoding="utf-8"))},
    **ENVIRON,
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x",
}


def connectors() -> Mapping[str, type[BaseModel]]:
    return {name: connector.settings for name, connector in all_connectors()[0].items()}


def instead() -> set[str]:
    """Keys that take the place of others which the sample writes out (``instead_of`` in their declaration)."""
    found = set()
    for model in connectors().values():
        for name, field in model.model_fields.items():
            if isinstance(field.json_schema_extra, dict) and "instead_of" in field.json_schema_extra:
                found.add(name)
    return found


def test_the_file_is_what_the_models_say() -> None:
    """A key that the sample lacks is a key that nobody uses; write it anew with: sync.py docs."""
    assert FILE.read_text(encoding="utf-8") == sample(connectors())


def test_the_sample_loads_as_it_is(tmp_path: Path) -> None:
    """It is copied, filled in and started."""
    loaded = load_config(FILE, settings_for, environ=ENVIRON)
    assert [source.name for source in loaded.config.sources] == ["zd-main"]


def test_every_optional_line_can_be_taken_in() -> None:
    """Removing one '#' must not be an error."""
    text = FILE.read_text(encoding="utf-8")
    optional = re.findall(r"^# ([a-z_]+) = .*$", text.split("# [[schedules]]")[0], re.MULTILINE)
    assert len(optional) > 40
    whole = re.sub(r"^# (?=[a-z_\"]+ = |\[)", "", text, flags=re.MULTILINE)
    whole = "\n".join(line for line in whole.splitlines() if line.split(" =")[0] not in instead())
    assert tomllib.loads(whole)["people"]


def test_every_optional_line_holds(tmp_path: Path) -> None:
    """A sample value that is refused teaches the wrong form."""
    text = FILE.read_text(encoding="utf-8")
    whole = re.sub(r"^# (?=[a-z_\"]+ = |\[)", "", text, flags=re.MULTILINE)
    whole = "\n".join(line for line in whole.splitlines() if line.split(" =")[0] not in instead())
    path = tmp_path / "config.toml"
    path.write_text(whole, encoding="utf-8")
    loaded = load_config(path, settings_for, environ=SAMPLE_ENVIRON)
    assert loaded.config.sources[0].every == 600
    assert loaded.config.queues[0].sl_threshold == 20
    assert {source.connector for source in loaded.config.sources} == connectors().keys()


def test_every_key_is_explained() -> None:
    """A key without a word of explanation is guessed at."""
    keys = [line for line in FILE.read_text(encoding="utf-8").splitlines() if re.match(r"(# )?[a-z_]+ = ", line)]
    assert not [line for line in keys if not re.search(r"  # \S.*\.$", line)]


def test_the_schema_is_one() -> None:
    """An editor with the schema marks a mistake while it is typed."""
    made = json.loads(json.dumps(schema(connectors())))
    assert made["type"] == "object"
    assert made["additionalProperties"] is False
    refs = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(made)))
    assert refs <= made["$defs"].keys()
    source = made["$defs"]["Source"]
    assert source["required"] == ["name", "connector"]
    assert {branch["if"]["properties"]["connector"]["const"] for branch in source["allOf"]} == connectors().keys()
    assert source["unevaluatedProperties"] is False
    every = source["properties"]["every"]
    assert {kind["type"] for kind in every["anyOf"]} == {"integer", "string"}
    known = {"$ref", "type", "anyOf", "allOf", "enum", "const"}
    for definition in made["$defs"].values():
        assert not [name for name, each in definition.get("properties", {}).items() if not known & each.keys()]


def test_shown_hides_secrets_and_keeps_references(tmp_path: Path) -> None:
    """What is shown is pasted into a chat; what it says of a secret is where it lies."""
    loaded = load(tmp_path, GOOD.replace("env:SLACK_BOT_TOKEN", "xoxb-1-abcdefgh"), with_secrets=False)
    made = shown(loaded)
    assert made["sources"][0]["token"] == "env:ZENDESK_TOKEN"
    assert made["sources"][0]["rate_share"] == 0.5
    assert made["destinations"][0]["token"] == "********"
    assert b"abcdefgh" not in msgspec.json.encode(made)


def test_shown_hides_what_was_resolved(tmp_path: Path) -> None:
    """Even where the secrets were looked up."""
    text = str(shown(load(tmp_path)))
    assert not [secret for secret in ENVIRON.values() if secret in text]


@pytest.mark.parametrize("name", ["store", "reporting", "sources", "destinations", "goals", "reports", "queues"])
def test_every_table_is_in_the_sample(name: str) -> None:
    """Each table of the design has its place."""
    assert re.search(rf"^(# )?\[+{name}\]+$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
