"""Connectors by name: the admin's folder first, then installed plugins, then our own."""

import difflib
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import connectors
from core import log
from core.errors import ConfigError
from core.pull.contract import Connector

GROUP = "deskpulse.connectors"
# What may lie in the folder beside a connector: its imitation and its tests.
BESIDE = re.compile(r"\w+_imitation\.py|test_\w+\.py|conftest\.py")


@dataclass(frozen=True)
class Place:
    """Where a connector is found: ``origin`` is 'folder', 'plugin' or 'built-in', ``where`` names it for people."""

    name: str
    origin: str
    where: str
    path: Path | None = None
    entry: EntryPoint | None = None


def places(folder: Path | None = None) -> dict[str, Place]:
    """Every connector there is, by name, without loading any; two of one name are an error that names both."""
    found: dict[str, Place] = {}
    for place in (*_dropped_in(folder), *_plugins(), *_built_in()):
        other = found.setdefault(place.name, place)
        if other is not place:
            raise ConfigError(
                f"two connectors are called '{place.name}': {other.where} ({other.origin}) and {place.where} "
                f"({place.origin}). Rename or remove one."
            )
    return found


def find_connector(name: str, folder: Path | None = None) -> Connector:
    """The connector of this name; ConfigError where there is none, or where it cannot be loaded."""
    known = places(folder)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"no connector is called '{name}'.{hint} Known: {', '.join(sorted(known))}.")
    return _loaded(known[name])


def all_connectors(folder: Path | None = None) -> tuple[Mapping[str, Connector], Mapping[str, str]]:
    """Every connector that loads, and for each that does not what is wrong with it."""
    good: dict[str, Connector] = {}
    broken: dict[str, str] = {}
    for name, place in sorted(places(folder).items()):
        try:
            good[name] = _loaded(place)
        except ConfigError as error:
            broken[name] = error.message
    return good, broken


def imitation_file(connector: Path) -> Path:
    """Where the imitation of a dropped-in connector's vendor lies, if there is one."""
    return connector.with_name(f"{connector.stem}_imitation.py")


def _dropped_in(folder: Path | None) -> Iterator[Place]:
    if folder is None:
        return
    if not folder.is_dir():
        raise ConfigError(f"connectors.folder: there is no folder {folder}.")
    for path in sorted(folder.iterdir()):
        if _is_module(path) and not BESIDE.fullmatch(path.name):
            yield Place(path.stem, "folder", str(path), path=path)


def _plugins() -> Iterator[Place]:
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        owner = entry.dist.name if entry.dist else "an installed package"
        yield Place(entry.name, "plugin", f"{entry.value} of {owner}", entry=entry)


def _built_in() -> Iterator[Place]:
    for home in connectors.__path__:
        for path in sorted(Path(home).iterdir()):
            if _is_module(path):
                yield Place(path.stem, "built-in", str(path), path=path)


def _is_module(path: Path) -> bool:
    if path.name.startswith(("_", ".")):
        return False
    return path.suffix == ".py" if path.is_file() else (path / "__init__.py").is_file()


def _loaded(place: Place) -> Connector:
    try:
        found = _imported(place)
    # A third party's file may fail in any way at all; it must not take the others with it.
    except (Exception, SystemExit) as error:
        log.event("connector_broken", level=40, connector=place.name, where=place.where, error=error)
        raise ConfigError(
            f"the connector '{place.name}' ({place.where}) cannot be loaded: {type(error).__name__}. See the log."
        ) from error
    if not isinstance(found, Connector):
        raise ConfigError(f"the connector '{place.name}' ({place.where}) has no value `connector = Connector(…)`.")
    if found.name != place.name:
        raise ConfigError(
            f"the connector '{place.name}' ({place.where}) calls itself '{found.name}'; file and name must be the same."
        )
    return found


def _imported(place: Place) -> object:
    if place.entry is not None:
        loaded = place.entry.load()
        return loaded if isinstance(loaded, Connector) else getattr(loaded, "connector", loaded)
    if place.origin == "built-in":
        return getattr(importlib.import_module(f"connectors.{place.name}"), "connector", None)
    assert place.path is not None
    return getattr(module_at(place.path), "connector", None)


def module_at(path: Path) -> ModuleType:
    """The module in a file or folder that is on no import path, loaded anew."""
    target = path / "__init__.py" if path.is_dir() else path
    # Not under `connectors`: a dropped-in file can neither shadow nor reach into ours by accident.
    module_name = f"deskpulse_folder.{path.stem}"
    inside = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(module_name, target, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module
