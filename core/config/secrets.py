"""Secrets are named in the config and fetched when needed: ``env:NAME``, ``file:PATH``, ``cred:NAME``."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

REFERENCE = ("env:", "file:", "cred:")


def is_literal(text: str) -> bool:
    """Whether the secret itself stands in the config file."""
    return not text.startswith(REFERENCE)


def fetch_secret(text: str, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    """The secret that a reference names; ValueError says what is missing and what to do, never the value.

    ``folder``: where a relative ``file:`` path starts."""
    environ = os.environ if environ is None else environ
    kind, _, name = text.partition(":")
    if kind == "env" and not is_literal(text):
        if not environ.get(name):
            raise ValueError(f'the environment has no {name}. Set it, or use "file:…"')
        return environ[name].strip()
    if is_literal(text):
        return text
    where = Path(name).expanduser()
    if kind == "cred":
        credentials = environ.get("CREDENTIALS_DIRECTORY")
        if not credentials:
            raise ValueError("no CREDENTIALS_DIRECTORY here: systemd sets it where the unit has LoadCredential=")
        where = Path(credentials) / name
    elif folder and not where.is_absolute():
        where = folder / where
    try:
        secret = where.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ValueError(f"cannot read {where}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{where} is not UTF-8 text") from None
    if not secret:
        raise ValueError(f"{where} is empty")
    return secret


def read_by_others(text: str, folder: Path) -> bool:
    """Whether a ``file:`` reference names a file that other users may read.

    Container engines mount secrets below /run with mode 0444, where nobody else lives; those are passed over."""
    kind, _, name = text.partition(":")
    where = (folder / Path(name).expanduser()).resolve()
    if kind != "file" or os.name != "posix" or where.is_relative_to("/run"):
        return False
    return bool(where.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
