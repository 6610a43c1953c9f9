"""What is wrong with a config file, each with its line, what it should be and the nearest right word."""

import difflib
import re
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from core.config.lines import Path, lines_of
from core.errors import ConfigError

# pydantic's kinds of error in the words of somebody who edits TOML.
SHOULD: Mapping[str, str] = {
    "string_type": "should be a text in quotes",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "tuple_type": 'should be a list such as ["a", "b"]',
    "list_type": 'should be a list such as ["a", "b"]',
    "dict_type": 'should be a table such as { name = "value" }',
    "model_type": "should be a table",
    "model_attributes_type": "should be a table",
    "date_type": 'should be a date such as "2026-01-01"',
    "date_parsing": 'should be a date such as "2026-01-01"',
    "date_from_datetime_parsing": 'should be a date such as "2026-01-01"',
    "date_from_datetime_inexact": 'should be a date such as "2026-01-01"',
}
# Steps of pydantic's own that are no keys of the file.
INNER = ("tuple[", "literal[", "function-", "list[", "dict[", "constrained-")


class Faults:
    """Collects what is wrong with one file."""

    def __init__(self, name: str, text: str, data: Mapping[str, Any]) -> None:
        self.name = name
        self.data = data
        self._lines = lines_of(text)
        self._found: dict[tuple[int, str], None] = {}
        self._explained: set[Path] = set()

    def add(self, where: Path, message: str) -> None:
        """Keeps a fault of the key at this path."""
        self._found[self.line(where), f"{self.place(where)}: {message}"] = None

    def line(self, where: Path) -> int:
        """The line of the key, or of the nearest table around it."""
        return next((self._lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in self._lines), 1)

    def place(self, where: Path) -> str:
        """File, line and path with names in place of positions: ``config.toml:14  sources.zd-main.token``."""
        return f"{self.name}:{self.line(where)}  {_spoken(where, self.data)}"

    def explain(self, where: Path) -> None:
        """Says that a missing key at this path is told already, as a misspelt one."""
        self._explained.add(where)

    def end(self) -> None:
        """Raises everything that was found, in the order of the file."""
        if self._found:
            raise ConfigError("\n".join(text for _, text in sorted(self._found)))

    def tell(
        self, problem: ValidationError, model: type[BaseModel], at: Path = (), beside: Collection[str] = ()
    ) -> None:
        """One fault an error; a missing key and a misspelt one beside it are told as one.

        ``at``: where the model stands in the file; ``beside``: further keys that may stand there."""
        errors = problem.errors(include_input=False, include_url=False)
        for error in errors:
            if error["type"] == "extra_forbidden":
                where = error["loc"]
                owner = _model_at(model, where[:-1])
                known = [*(_keys(owner) if owner else ()), *(beside if len(where) == 1 else ())]
                self.unknown_key((*at, *where), known)
        told: dict[Path, list[str]] = {}
        for error in errors:
            where = (*at, *(step for step in error["loc"] if isinstance(step, int) or not step.startswith(INNER)))
            where = tuple(step for step in where if step != "[key]")
            if error["type"] == "extra_forbidden" or (error["type"] == "missing" and where in self._explained):
                continue
            told.setdefault(where, []).append(self._worded(where, error, model))
        for where, said in told.items():
            parts = [one.partition(". Did you mean") for one in said]
            meant = next((f"{start}{rest}" for _, start, rest in parts if start), ".")
            self.add(where, ", or ".join(dict.fromkeys(text for text, *_ in parts)) + meant)

    def unknown_key(self, where: Path, known: Collection[str]) -> None:
        """A key that nobody knows, with the nearest right one."""
        near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.6)
        self.add(where, f"there is no such key. {hint(near, known)}")
        if near:
            self.explain((*where[:-1], near[0]))

    def unknown_name(self, where: Path, what: str, name: str, known: Collection[str]) -> None:
        """A name that is given nowhere, with the nearest right one."""
        near = difflib.get_close_matches(name, known, n=1)
        self.add(where, f"there is no {what} '{name}'. {hint(near, known)}")

    def _worded(self, where: Path, error: Any, model: type[BaseModel]) -> str:
        kind = error["type"]
        if kind == "string_pattern_mismatch":
            owner = _model_at(model, error["loc"][:-1])
            field = owner.model_fields.get(str(error["loc"][-1])) if owner else None
            return f"has not the right form: {((field and field.description) or 'see the docs').rstrip('.')}"
        if kind == "missing":
            return "is missing. Add it"
        if kind == "tuple_type" and len(where) == 1:
            return f"should be written [[{where[0]}]], in two brackets"
        if kind == "literal_error":
            expected = str(error["ctx"]["expected"])
            given = _value(where, self.data)
            word = given if isinstance(given, str) and error["loc"][-1] != "[key]" else str(where[-1])
            near = difflib.get_close_matches(word, re.findall(r"'([^']*)'", expected), n=1)
            return f"should be {expected}" + (f'. Did you mean "{near[0]}"?' if near else "")
        said = SHOULD.get(kind) or str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
        return f"{said[0].lower()}{said[1:]}"


def hint(near: Sequence[str], known: Collection[str]) -> str:
    """The nearest right word, or all there are."""
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(sorted(known)) or 'none'}."


def _value(where: Path, data: Any) -> Any:
    at = data
    for step in where:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return None
    return at


def _spoken(where: Path, data: Mapping[str, Any]) -> str:
    said: list[str] = []
    for number, step in enumerate(where):
        if isinstance(step, int):
            at = _value(where[: number + 1], data)
            name = (at.get("name") or at.get("metric")) if isinstance(at, dict) else None
            said.append(name if isinstance(name, str) else str(step + 1))
        else:
            said.append(step)
    return ".".join(said)


def _model_at(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel] | None:
    """The model that the last step of a path belongs to."""
    found: type[BaseModel] | None = model
    is_named = False
    for step in where:
        if isinstance(step, int) or found is None:
            continue
        if is_named:
            # A table of tables: its keys are names of the admin's own.
            is_named = False
            continue
        field = found.model_fields.get(_keys(found).get(step, ""))
        is_named = field is not None and typing.get_origin(field.annotation) is dict
        found = _model_in(field.annotation) if field else None
    return found


def _keys(model: type[BaseModel]) -> Mapping[str, str]:
    """The keys of a model as they are written in the file, and its fields."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((made for part in typing.get_args(annotation) if (made := _model_in(part))), None)
