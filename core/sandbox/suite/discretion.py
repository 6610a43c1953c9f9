"""Cases of discretion and clarity: secrets stay unseen, zones change no moment, settings explain themselves."""

import os
import re
import sqlite3
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from core.config.sample import sample
from core.sandbox.imitation import Vendor
from core.sandbox.suite.compare import expect_same
from core.sandbox.suite.reading import SECRET_KEY
from core.sandbox.suite.trial import DoesNotApply, Rows, Trial, columns, expect, listening, server_of, told
from core.sandbox.web import Sandbox
from core.store.raw import kept_rows

# Shorter texts are found by chance.
SHORTEST = 5
COMMENT = re.compile(r"^# ?")
# Half an hour off, and not the ones of the other cases.
MACHINE, REPORTS = "Asia/Kolkata", "America/St_Johns"


def secrets(trial: Trial) -> None:
    """No key, mail address or number is in the log, a message, a repr, a table or the file."""
    place = trial.place()
    said: dict[str, str] = {}
    with trial.vendor() as vendor, listening() as log:
        spec = trial.spec(vendor)
        hidden = _hidden(spec.settings, trial.imitation.secrets)
        if not hidden:
            raise DoesNotApply("the source has no secrets")
        with trial.store(place) as db:
            result = trial.pull(db, vendor, spec)
            expect(result.outcome == "ok", told(result))
            said["a message"] = told(result) + " ".join(one.note for one in result.streams)
            said["a repr"] = " ".join(map(repr, (spec, spec.settings, trial.connector, result)))
            if trial.connector.http is not None:
                said["the repr of http"] = repr(trial.connector.http(spec.settings))
            said["a finding of check"] = _findings(trial, spec)
            said |= dict(_tables(db, [stream.name for stream in trial.connector.streams]))
            files = b"".join(path.read_bytes() for path in place.parent.glob(f"{place.name}*"))
        if isinstance(vendor, Sandbox):
            said["a message when all fails"] = _refusals(trial, vendor)
    said["the log"] = log.getvalue()
    for number, secret in enumerate(hidden, 1):
        seen = [where for where, text in said.items() if secret in text]
        seen += ["the file"] if secret.encode() in files else []
        kind = "a credential" if number <= len(hidden) - len(trial.imitation.secrets) else "a personal text"
        expect(not seen, f"{kind} is seen in {', '.join(seen)}: {secret[:2]}… ({len(secret)} characters)")


def _hidden(settings: BaseModel, named: tuple[str, ...]) -> list[str]:
    own = [value.get_secret_value() for value in _values(settings) if isinstance(value, SecretStr)]
    return [text for text in (*own, *named) if len(text) >= SHORTEST]


def _values(value: object) -> Iterator[object]:
    match value:
        case BaseModel():
            for name in type(value).model_fields:
                yield from _values(getattr(value, name))
        case Mapping():
            for each in value.values():
                yield from _values(each)
        case list() | tuple():
            for each in value:
                yield from _values(each)
        case _:
            yield value


def _findings(trial: Trial, spec: Any) -> str:
    if trial.connector.check is None:
        return ""
    with trial.api(spec) as api:
        return " ".join(f"{one.what} {one.advice}" for one in trial.connector.check(api))


def _tables(db: sqlite3.Connection, streams: list[str]) -> Iterator[tuple[str, str]]:
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
    for name in names:
        cells = (cell for row in db.execute(f"select {', '.join(columns(db, name))} from {name}") for cell in row)
        yield f"table {name}", "\n".join(cell for cell in cells if isinstance(cell, str))
    for stream in streams:
        rows = (payload for batch in kept_rows(db, "trial", stream) for _, _, payload in batch)
        yield f"the kept rows of {stream}", b"\n".join(rows).decode("utf-8", "replace")


def _refusals(trial: Trial, vendor: Vendor) -> str:
    """What is said when every answer is an error."""
    said, server = [], server_of(vendor)
    for status in (400, 401, 403, 500):
        server.fail("status", status=status)
        with trial.store() as db:
            said.append(told(trial.pull(db, vendor)))
        server.heal()
    return " ".join(said)


def time_zones(trial: Trial) -> None:
    """Neither this machine's zone nor that of the reports moves a single moment."""
    wanted = trial.undisturbed.rows
    with _machine_zone(MACHINE), trial.vendor() as vendor:
        found = trial.read(vendor, trial.spec(vendor, zone=REPORTS)).rows
    expect_same(_moments(found), _moments(wanted), f"on a machine in {MACHINE} that reports in {REPORTS}")


def _moments(rows: Rows) -> Rows:
    """Without the vendor's own figures of local days."""
    kept = dict(rows)
    kept["source_metrics"] = [row for row in rows.get("source_metrics", []) if "day" not in row]
    return kept


@contextmanager
def _machine_zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def described_settings(trial: Trial) -> None:
    """Every key is described in a sentence, the sample loads, and what is secret is declared so."""
    model = trial.connector.settings
    for name, field in _fields(model):
        expect(field.description, f"{name} has no description")
        expect(str(field.description).endswith((".", "?")), f"the description of {name} is no whole sentence")
    block = _block(trial.connector.name, model)
    given = {key: value for key, value in block.items() if key in model.model_fields}
    try:
        model(**given)
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors())
        expect(holds=False, otherwise=f"the sample in config.example.toml does not load: {wrong}")
    with trial.vendor() as vendor:
        settings = trial.settings(vendor)
    for name in model.model_fields:
        value = getattr(settings, name)
        plain = isinstance(value, str) and (value in trial.imitation.secrets or SECRET_KEY.search(name))
        expect(not plain, f"{name} holds a secret and is no SecretStr")


def _fields(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield f"{before}{name}", field
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _fields(kind, f"{before}{name}.")


def _block(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """The connector's entry in the sample, with nothing commented out that is not an option."""
    text = sample({name: model})
    head = text.index("[[sources]]")
    lines = text[head:].splitlines()
    end = lines.index("") if "" in lines else len(lines)
    found: dict[str, Any] = tomllib.loads("\n".join(line for line in lines[1:end] if not COMMENT.match(line)))
    return found
