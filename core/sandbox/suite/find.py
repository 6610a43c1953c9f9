"""Imitations by the name of their connector: ours, those of plugins, and files beside a dropped-in connector."""

import importlib
import importlib.util
from importlib.metadata import entry_points
from pathlib import Path

from core import log
from core.errors import ConfigError
from core.pull.discover import Place, find_connector, imitation_file, module_at, places
from core.sandbox import vendors
from core.sandbox.imitation import Imitation

GROUP = "deskpulse.imitations"


def our_imitations() -> list[str]:
    """The connectors of ours that have an imitation."""
    return sorted(
        path.stem
        for home in vendors.__path__
        for path in Path(home).iterdir()
        if not path.name.startswith(("_", ".")) and (path.suffix == ".py" or (path / "__init__.py").is_file())
    )


def find_imitation(name: str, folder: Path | None = None) -> Imitation | None:
    """The imitation of this connector's vendor, None where there is none; ConfigError where it cannot be loaded."""
    find_connector(name, folder)
    place = places(folder)[name]
    try:
        found = _loaded(place)
    # A third party's file may fail in any way at all.
    except (Exception, SystemExit) as error:
        log.event("imitation_broken", level=40, connector=name, error=error)
        why = type(error).__name__
        raise ConfigError(f"the imitation of '{name}' cannot be loaded: {why}. See the log.") from error
    if found is None or isinstance(found, Imitation):
        return found
    raise ConfigError(f"the imitation of '{name}' has no value `imitation = Imitation(…)`.")


def _loaded(place: Place) -> object:
    if place.origin == "built-in":
        name = f"{vendors.__name__}.{place.name}"
        return None if importlib.util.find_spec(name) is None else _value(importlib.import_module(name))
    if place.origin == "plugin":
        entries = list(entry_points(group=GROUP, name=place.name))
        if not entries:
            return None
        loaded = entries[0].load()
        return loaded if isinstance(loaded, Imitation) else _value(loaded)
    assert place.path is not None
    beside = imitation_file(place.path)
    return _value(module_at(beside)) if beside.exists() else None


def _value(module: object) -> object:
    return getattr(module, "imitation", module)
