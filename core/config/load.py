"""Reads the config file and tells everything that is wrong with it at once, with line and nearest right key."""

import difflib
import os
import stat
import tomllib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from core.config.lines import Path as KeyPath
from core.config.lines import lines_of
from core.config.models import Config, Destination, Source
from core.config.secrets import fetch_secret, is_literal
from core.errors import ConfigError

SettingsFor = Callable[[str], type[BaseModel]]
"""The settings model of a connector by its name; ConfigError (with a suggestion) if there is none."""


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
    path: Path, settings_for: SettingsFor, *, with_secrets: bool = True, environ: Mapping[str, str] | None = None
) -> Loaded:
    """The checked config of a file; ConfigError holds every error, one a line, each with file and line.

    ``with_secrets=False`` leaves references such as ``env:NAME`` unresolved (verbs that log in nowhere)."""
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{path.name}: {problem}. Nothing was read.") from None
    lines = lines_of(text)
    faults: list[tuple[int, str]] = []
    warnings: list[str] = []

    def fault(where: KeyPath, message: str) -> None:
        line = next((lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in lines), 1)
        faults.append((line, f"{path.name}:{line}  {_spoken(where, data)}: {message}"))

    config: Config | None = None
    try:
        config = Config.model_validate(data)
    except ValidationError as problem:
        _tell(problem, Config, (), fault)
    settings: dict[str, Any] = {}
    raw_sources = data.get("sources")
    for index, raw in enumerate(raw_sources if isinstance(raw_sources, list) else ()):
        connector = raw.get("connector") if isinstance(raw, dict) else None
        if not isinstance(connector, str):
            continue
        at: KeyPath = ("sources", index)
        try:
            model = settings_for(connector)
        except ConfigError as problem:
            fault((*at, "connector"), problem.message)
            continue
        own = {key: value for key, value in raw.items() if key not in Source.model_fields}
        own = _secrets(own, model, at, path, fault, warnings, with_secrets, environ)
        own = _placed(own, model, path.parent)
        try:
            settings[str(raw.get("name"))] = model.model_validate(own)
        except ValidationError as problem:
            _tell(problem, model, at, fault, beside=tuple(Source.model_fields))
    if config is not None:
        config = _with_destination_secrets(config, path, fault, warnings, with_secrets, environ)
        _cross_check(config, fault)
    if faults:
        raise ConfigError("\n".join(message for _, message in sorted(dict.fromkeys(faults))))
    assert config is not None
    if warnings and os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        warnings.append(f"{path.name} can be read by others and holds a secret. Run: chmod 600 {path.name}")
    return Loaded(path=path.resolve(), config=config, settings=settings, warnings=tuple(warnings))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}. Make one with: sync.py init") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as problem:
        raise ConfigError(f"cannot read {path}: {problem.strerror}.") from None


def _spoken(where: KeyPath, data: Mapping[str, Any]) -> str:
    """A path with names in place of positions: ``sources.zd-main.token``."""
    said: list[str] = []
    at: Any = data
    for step in where:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            at = None
        if isinstance(step, int):
            name = at.get("name") or at.get("metric") if isinstance(at, dict) else None
            said.append(str(name) if isinstance(name, str) else str(step + 1))
        else:
            said.append(step)
    return ".".join(said)


def _model_at(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel] | None:
    """The model that the last step of a path belongs to."""
    found: type[BaseModel] | None = model
    for step in where:
        if isinstance(step, int) or found is None:
            continue
        field = found.model_fields.get(step)
        found = _model_in(field.annotation) if field else None
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((made for part in typing.get_args(annotation) if (made := _model_in(part))), None)


def _tell(
    problem: ValidationError,
    model: type[BaseModel],
    at: KeyPath,
    fault: Callable[[KeyPath, str], None],
    beside: Sequence[str] = (),
) -> None:
    """One fault an error; a missing key and a misspelt one beside it are told as one."""
    errors = problem.errors(include_input=False, include_url=False, include_context=False)
    unknown = {e["loc"] for e in errors if e["type"] == "extra_forbidden"}
    explained: set[tuple[str | int, ...]] = set()
    for where in sorted(unknown, key=str):
        owner = _model_at(model, where[:-1])
        known = [*(owner.model_fields if owner else ()), *(beside if len(where) == 1 else ())]
        near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.6)
        hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(sorted(known))}."
        fault((*at, *where), f"there is no such key. {hint}")
        if near:
            explained.add((*where[:-1], near[0]))
    for error in errors:
        where = tuple(step for step in error["loc"] if step != "[key]")
        if error["type"] == "extra_forbidden" or where in explained:
            continue
        if error["type"] == "missing":
            fault((*at, *where), "is missing. Add it.")
            continue
        steps = tuple(s for s in where if isinstance(s, int) or not s.startswith(("tuple[", "literal[", "function-")))
        text = error["msg"].removeprefix("Value error, ")
        fault((*at, *steps), f"{text[0].lower()}{text[1:]}.")


def _placed(values: Mapping[str, Any], model: type[BaseModel], folder: Path) -> dict[str, Any]:
    """The same values, file paths made absolute: a relative one starts at the config file's folder."""
    made = dict(values)
    for name, field in model.model_fields.items():
        if field.annotation is Path and isinstance(made.get(name), str):
            made[name] = str((folder / Path(made[name]).expanduser()).absolute())
    return made


def _secret_fields(model: type[BaseModel]) -> set[str]:
    return {
        name
        for name, field in model.model_fields.items()
        if field.annotation is SecretStr or SecretStr in typing.get_args(field.annotation)
    }


def _secrets(
    values: Mapping[str, Any],
    model: type[BaseModel],
    at: KeyPath,
    path: Path,
    fault: Callable[[KeyPath, str], None],
    warnings: list[str],
    with_secrets: bool,
    environ: Mapping[str, str] | None,
) -> dict[str, Any]:
    """The same values with secret references resolved; a literal secret is warned about."""
    made = dict(values)
    for name in _secret_fields(model) & values.keys():
        if not isinstance(made[name], str):
            continue
        if is_literal(made[name]):
            warnings.append(f'{path.name}: {name} stands in the file. Better: "env:…" or "file:…".')
        elif with_secrets:
            try:
                made[name] = fetch_secret(made[name], environ, path.parent)
            except ValueError as problem:
                fault((*at, name), f"{problem}.")
                made[name] = "unresolved"
    return made


def _with_destination_secrets(
    config: Config,
    path: Path,
    fault: Callable[[KeyPath, str], None],
    warnings: list[str],
    with_secrets: bool,
    environ: Mapping[str, str] | None,
) -> Config:
    made = []
    for index, destination in enumerate(config.destinations):
        given = {
            name: getattr(destination, name).get_secret_value()
            for name in _secret_fields(Destination)
            if getattr(destination, name) is not None
        }
        at: KeyPath = ("destinations", index)
        found = _secrets(given, Destination, at, path, fault, warnings, with_secrets, environ)
        made.append(destination.model_copy(update={name: SecretStr(value) for name, value in found.items()}))
    return config.model_copy(update={"destinations": tuple(made)})


def _cross_check(config: Config, fault: Callable[[KeyPath, str], None]) -> None:
    """Names used in one place must be given in another, and each only once."""
    for kind in ("sources", "destinations", "reports", "schedules", "queues"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(config, kind)):
            if item.name in seen:
                fault((kind, index, "name"), f"{kind} has two of this name. Rename one.")
            seen.add(item.name)
    for index, report in enumerate(config.reports):
        for name in report.to:
            _known(name, [d.name for d in config.destinations], "destination", ("reports", index, "to"), fault)
    schedules = [schedule.name for schedule in config.schedules]
    for index, queue in enumerate(config.queues):
        if queue.schedule:
            _known(queue.schedule, schedules, "schedule", ("queues", index, "schedule"), fault)


def _known(name: str, known: Sequence[str], what: str, at: KeyPath, fault: Callable[[KeyPath, str], None]) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(sorted(known)) or 'none'}."
    fault(at, f"there is no {what} of this name. {hint}")
