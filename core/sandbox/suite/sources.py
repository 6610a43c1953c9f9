"""The case of the one door: what a connector's files import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import connectors
from core.sandbox.suite.trial import Trial, expect

# A connector reaches the network through `Api` alone, never waits by itself, keeps nothing and writes nowhere.
NOT_FOR_CONNECTORS = frozenset(
    {"aiohttp", "core", "httpx", "logging", "requests", "smtplib", "socket", "sqlite3", "sync", "tenacity", "time",
     "urllib3"}
)  # fmt: skip
NOT_BELOW = ("http.client", "http.server", "urllib.request")


def promised_imports(trial: Trial) -> None:
    """Its files import what is promised to connectors, and no way of their own to the network or the clock."""
    own, promised = f"connectors.{trial.connector.name}", {f"connectors.{name}" for name in connectors.__all__}
    wrong = []
    for file in files_of(trial):
        for line, target in imports(file):
            top = target.partition(".")[0]
            is_kept = target in promised or f"{target}.".startswith(f"{own}.")
            if top in NOT_FOR_CONNECTORS or target.startswith(NOT_BELOW) or (top == "connectors" and not is_kept):
                wrong.append(f"{file.name}:{line} imports {target}")
    expect(not wrong, "; ".join(wrong))


def files_of(trial: Trial) -> list[Path]:
    """The files in which the connector is written."""
    module = sys.modules[trial.connector.settings.__module__]
    file = Path(str(module.__file__))
    above = next((one for one in file.parents if one.name == trial.connector.name), None)
    if above is not None and (above / "__init__.py").exists():
        return sorted(above.rglob("*.py"))
    return [file]


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import, wherever in the file it stands; relative ones are the connector's own."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
