"""The page for people names every kind and column that there is, and the figures that were measured."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from connectors.csv_folder import connector
from connectors.csv_folder.kinds import KINDS, Kind
from connectors.csv_folder.settings import ColumnRule, CsvFolderSettings, FileRule
from connectors.csv_folder.values import UNITS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "connectors" / "csv_folder.md").read_text(encoding="utf-8")
SURVEYS = ("csat", "nps", "ces", "fcr", "esat")


def table() -> Iterator[str]:
    """The table of kinds as it stands in the page."""
    yield "| kind | columns | named by |"
    yield "| --- | --- | --- |"
    for kind in KINDS.values():
        if kind.name in SURVEYS:
            continue
        shown = kind.name if kind.name != "surveys" else f"surveys, {', '.join(SURVEYS)}"
        named = ", ".join(kind.key).replace("|", " or ") if kind.has_id else "what is in bold, and `item` or `segment`"
        yield f"| {shown}: {kind.says} | {', '.join(columns(kind))} | {named} |"


def columns(kind: Kind) -> Iterator[str]:
    """The columns of a kind, each once, with the words that it takes."""
    seen = {"deleted_at"}
    for target in kind.targets.values():
        if target.field in seen:
            continue
        seen.add(target.field)
        name = {"score_raw": "score", "amount_minor": "amount", "cost_minor_per_hour": "cost_per_hour"}.get(
            target.field
        )
        shown = name or target.field
        words = f" ({', '.join(target.words)})" if target.words else ""
        yield (f"**{shown}**" if target.field in kind.needs else shown) + words


def test_every_kind_and_column_is_in_the_page() -> None:
    """A column that the page does not name is a column that nobody fills."""
    assert "\n".join(table()) in PAGE


def test_every_key_and_unit_is_in_the_page() -> None:
    """What a mapping can say is read there, not in the code."""
    keys = [field.alias or name for model in (ColumnRule, FileRule) for name, field in model.model_fields.items()]
    shown = {name for name in (*keys, *UNITS) if f"`{name}`" in PAGE or re.search(rf"^{name} = ", PAGE, re.MULTILINE)}
    missing = {*keys, *UNITS} - shown
    assert not missing


def test_the_examples_hold() -> None:
    """A mapping that is copied from us must load."""
    for path in (ROOT / "examples" / "anonymous_bank.toml", ROOT / "examples" / "3cx_cdr.toml"):
        for source in tomllib.loads(path.read_text(encoding="utf-8"))["sources"]:
            assert source["connector"] == connector.name
            assert CsvFolderSettings(path=Path(source["path"]), files=source["files"]).rules
    blocks = [tomllib.loads(block)["sources"] for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
    assert CsvFolderSettings(path=Path(blocks[0][0]["path"])).rules
    for block in blocks[1:]:
        assert CsvFolderSettings(path=Path("imports"), files=block["files"]).rules[0].columns
