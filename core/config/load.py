"""Reads the config file and tells everything that is wrong with it at once, with line and nearest right key."""

import difflib
import os
import re
import stat
import tomllib
import typing
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, SecretStr, ValidationError

from core import log
from core.config.faults import Faults
from core.config.lines import Path as KeyPath
from core.config.models import Config, Destination, Source
from core.config.secrets import fetch_secret, is_literal, read_by_others
from core.errors import ConfigError

SettingsFor = Callable[[str], type[BaseModel]]
"""The settings model of a connector by its name; ConfigError (with a suggestion) if there is none."""

AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")


class Guarded(Protocol):
    """A metric as far as the config has to know it."""

    @property
    def counter(self) -> tuple[str, ...]:
        """The ids of its counter-metrics."""


class Loaded(BaseModel):
    """A config that holds, with each source's checked settings and what to warn of."""

    model_config = {"arbitrary_types_allowed": True, "frozen": True}

    path: Path
    config: Config
    settings: Mapping[str, Any]
    warnings: tuple[str, ...]

    @property
    def store_path(self) -> Path:
        """The store's file; a relative path starts at the config file's folder."""
        return (self.path.parent / Path(self.config.store.path).expanduser()).resolve()


def load_config(
    path: Path,
    settings_for: SettingsFor,
    *,
    with_secrets: bool = True,
    environ: Mapping[str, str] | None = None,
    destination_types: Collection[str] = (),
    check_metric: Callable[[str], Guarded] | None = None,
) -> Loaded:
    """The checked config of a file; ConfigError holds every error, one a line, each with file and line.

    ``with_secrets=False`` leaves references such as ``env:NAME`` unresolved (verbs that log in nowhere).
    ``destination_types``: those there are, if they are to be checked; ``check_metric`` raises ConfigError for a name
    that is no metric's."""
    text = _read(path)
    data = _parse(path, text)
    faults = Faults(path.name, text, data)
    secrets = Secrets(path, faults, with_secrets, os.environ if environ is None else environ)
    settings: dict[str, Any] = {}
    sources, destinations = [], []
    for index, raw in _tables(data, "sources"):
        settings[str(raw.get("name"))] = _settings(raw, ("sources", index), settings_for, secrets)
        sources.append({key: value for key, value in raw.items() if key in Source.model_fields})
    for index, raw in _tables(data, "destinations"):
        destinations.append(secrets.resolve(raw, Destination, ("destinations", index)))
    given = dict(data)
    given |= {"sources": sources} if _is_list(data, "sources") else {}
    given |= {"destinations": destinations} if _is_list(data, "destinations") else {}
    config: Config | None = None
    try:
        config = Config.model_validate(given)
    except ValidationError as problem:
        faults.tell(problem, Config)
    _check_names(data, faults, destination_types)
    if check_metric is not None:
        _check_metrics(data, faults, check_metric)
    faults.end()
    assert config is not None
    return Loaded(path=path.resolve(), config=config, settings=settings, warnings=tuple(secrets.warnings()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}. Make one with: sync.py init") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as problem:
        raise ConfigError(f"cannot read {path}: {problem.strerror}.") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        said = str(problem)
        place = AT_LINE.search(said)
        where = f"{path.name}:{place[1]}" if place else f"{path.name}:{text.count(chr(10)) + 1}"
        words = AT_LINE.sub("", said).removesuffix(" (at end of document)")
        raise ConfigError(f"{where}  {words}. Nothing was read.") from None
    except RecursionError:
        raise ConfigError(f"{path.name}: brackets within brackets without end. Nothing was read.") from None


def _is_list(data: Mapping[str, Any], kind: str) -> bool:
    return isinstance(data.get(kind), list)


def _tables(data: Mapping[str, Any], kind: str) -> list[tuple[int, dict[str, Any]]]:
    found = data.get(kind)
    return [(n, raw) for n, raw in enumerate(found if isinstance(found, list) else ()) if isinstance(raw, dict)]


class Secrets:
    """Resolves what the file names instead of writing, and notes what is better not done."""

    def __init__(self, path: Path, faults: Faults, is_wanted: bool, environ: Mapping[str, str]) -> None:
        self.path = path
        self.faults = faults
        self._is_wanted = is_wanted
        self._environ = environ
        self._literals: list[str] = []
        self._open: list[str] = []

    def resolve(self, values: Mapping[str, Any], model: type[BaseModel], at: KeyPath) -> dict[str, Any]:
        """The same values with secret references resolved; the log knows each secret from now on."""
        made = dict(values)
        for name in sorted(secret_fields(model) & values.keys()):
            text, place = made[name], self.faults.place((*at, name))
            if not isinstance(text, str):
                continue
            if is_literal(text):
                self._literals.append(f'{place}: stands in the file. Better: "env:…" or "file:…"')
                log.register_secret(text)
            elif self._is_wanted:
                try:
                    made[name] = fetch_secret(text, self._environ, self.path.parent)
                except ValueError as problem:
                    self.faults.add((*at, name), f"{problem}.")
                    continue
                log.register_secret(made[name])
                if read_by_others(text, self.path.parent):
                    self._open.append(f"{place}: its file can be read by others. Run: chmod 600 on it")
        return made

    def warnings(self) -> list[str]:
        """What to warn of, in plain words."""
        found = [*self._literals, *self._open]
        if self._literals and os.name == "posix" and self.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            name = self.path.name
            found.append(f"{name} can be read by others and holds a secret. Run: chmod 600 {name}")
        return found


def secret_fields(model: type[BaseModel]) -> set[str]:
    """The keys of a model that hold secrets."""
    return {
        name
        for name, field in model.model_fields.items()
        if field.annotation is SecretStr or SecretStr in typing.get_args(field.annotation)
    }


def _settings(raw: Mapping[str, Any], at: KeyPath, settings_for: SettingsFor, secrets: Secrets) -> Any:
    """The checked settings of a source's connector; None where something is wrong with them."""
    connector, faults = raw.get("connector"), secrets.faults
    if not isinstance(connector, str):
        for key in raw.keys() - Source.model_fields.keys():
            if difflib.get_close_matches(key, Source.model_fields, n=1, cutoff=0.75):
                faults.unknown_key((*at, key), tuple(Source.model_fields))
        return None
    try:
        model = settings_for(connector)
    except ConfigError as problem:
        faults.add((*at, "connector"), problem.message)
        return None
    own = {key: value for key, value in raw.items() if key not in Source.model_fields}
    own = _placed(secrets.resolve(own, model, at), model, secrets.path.parent)
    try:
        return model.model_validate(own)
    except ValidationError as problem:
        faults.tell(problem, model, at, tuple(Source.model_fields))
    return None


def _placed(values: Mapping[str, Any], model: type[BaseModel], folder: Path) -> dict[str, Any]:
    """The same values, file paths made absolute: a relative one starts at the config file's folder."""
    made = dict(values)
    for name, field in model.model_fields.items():
        is_path = field.annotation is Path or Path in typing.get_args(field.annotation)
        if is_path and isinstance(made.get(name), str):
            made[name] = str((folder / Path(made[name]).expanduser()).absolute())
    return made


def _check_names(data: Mapping[str, Any], faults: Faults, destination_types: Collection[str]) -> None:
    """Names used in one place must be given in another, and each only once."""
    names: dict[str, list[str]] = {}
    for kind in ("sources", "destinations", "reports", "schedules", "queues"):
        seen = names[kind] = []
        for index, raw in _tables(data, kind):
            name = raw.get("name")
            if isinstance(name, str) and name in seen:
                faults.add((kind, index, "name"), f"there are two {kind} of this name. Rename one.")
            seen.extend([name] if isinstance(name, str) else [])
    for index, raw in _tables(data, "reports"):
        to = raw.get("to")
        for name in to if isinstance(to, list) else ():
            if isinstance(name, str) and name not in names["destinations"]:
                faults.unknown_name(("reports", index, "to"), "destination", name, names["destinations"])
    for index, raw in _tables(data, "queues"):
        _check_schedule(raw.get("schedule"), ("queues", index, "schedule"), names["schedules"], faults)
    reporting = data.get("reporting")
    if isinstance(reporting, dict):
        _check_schedule(reporting.get("schedule"), ("reporting", "schedule"), names["schedules"], faults)
    for index, raw in _tables(data, "destinations"):
        given = raw.get("type")
        if destination_types and isinstance(given, str) and given not in destination_types:
            faults.unknown_name(("destinations", index, "type"), "type", given, destination_types)


def _check_schedule(name: object, at: KeyPath, known: Collection[str], faults: Faults) -> None:
    # A uid such as zd-main:123 names a vendor's schedule, which only the store knows.
    if isinstance(name, str) and ":" not in name and name not in known:
        faults.unknown_name(at, "schedule", name, known)


def _check_metrics(data: Mapping[str, Any], faults: Faults, check: Callable[[str], Guarded]) -> None:
    named: list[tuple[KeyPath, object]] = [
        (("goals", n, "metric"), raw.get("metric")) for n, raw in _tables(data, "goals")
    ]
    for index, raw in _tables(data, "reports"):
        metrics = raw.get("metrics")
        named += [(("reports", index, "metrics"), name) for name in (metrics if isinstance(metrics, list) else ())]
    for where, name in named:
        if isinstance(name, str):
            try:
                check(name)
            except ConfigError as problem:
                faults.add(where, problem.message)
    for index, raw in _tables(data, "goals"):
        metric, counter = raw.get("metric"), raw.get("counter")
        if isinstance(metric, str) and isinstance(counter, str):
            _check_counter(("goals", index, "counter"), metric, counter, faults, check)


def _check_counter(at: KeyPath, metric: str, counter: str, faults: Faults, check: Callable[[str], Guarded]) -> None:
    """A goal is guarded by one of its metric's own counter-metrics; others would be shown beside nothing."""
    try:
        known = check(metric).counter
    except ConfigError:
        return  # told of the metric's own key
    if counter not in known:
        faults.unknown_name(at, f"counter-metric of {metric}", counter, known)
