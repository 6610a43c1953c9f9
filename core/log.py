"""Logs: one line of key=value a thing that happened, on stderr, bare of secrets and of control characters."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final, Literal, TextIO
from urllib.parse import quote

from core.clock import iso

Form = Literal["auto", "console", "json"]

DEBUG: Final = logging.DEBUG
HIDDEN: Final = "[hidden]"
# Shorter ones would tear ordinary words apart.
SHORTEST_SECRET = 5
LONGEST_VALUE = 1_000

_NAME = r"[\w-]{0,40}(?:api_?key|access_?key|token|secret|password|passwd|signature)"
_PATTERNS: Final = (
    (re.compile(r"(?i)(authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?:\w{1,12} +)?[^\s\"',}]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic) +(?=[^\s]{0,4000}[\d=])[^\s\"',}]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\bx(?:ox[a-z]|app)[.-][\w.-]{4,}"), HIDDEN),
    (re.compile(r"(https?://hooks\.[\w.-]{1,200}/)[^\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(/services/)T\w*/B\w*/\w+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(?<![\w-])({_NAME}=[\"']?)[^\s&\"',;}}]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)([\"']{_NAME}[\"']: ?[\"'])[^\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(?<![\w-])(x-[\w-]{0,40}(?:key|token): ?)\S+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^/\s:@]{0,200}:[^/\s@]{1,400}@"), rf"\1{HIDDEN}@"),
)
# C0, C1, line separators, and the marks that turn the direction of a line.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN: Final = re.compile(r"[^\s\"=]+")

_secrets: list[str] = []
_bound: ContextVar[Mapping[str, object]] = ContextVar("deskpulse_log", default=MappingProxyType({}))
_logger: Final = logging.getLogger("deskpulse")


def register_secret(value: str) -> None:
    """From now on this value appears in no log line and no redacted text, as it is or percent-encoded."""
    for form in {value, quote(value, safe="")}:
        if len(form) >= SHORTEST_SECRET and form not in _secrets:
            _secrets.append(form)
    _secrets.sort(key=len, reverse=True)


def redact(text: str) -> str:
    """The text without registered secrets and without what looks like one."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for pattern, shown in _PATTERNS:
        text = pattern.sub(shown, text)
    return text


def printable(text: str) -> str:
    """The text on one line, with control characters and lone surrogates written as escapes."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def event(name: str, /, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """Logs that something happened; `fields` follow those that are bound, `error` adds its traceback."""
    if _logger.isEnabledFor(level):
        known = {**_bound.get(), "event": name, **fields}
        _logger.log(level, name, extra={"fields": known}, exc_info=error)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Inside, every event of this thread carries these fields (`run`, `source`, `stream`) ahead of its own."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class Redaction(logging.Filter):
    """Leaves no secret and no control character in a record: message, fields, traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the record in place and lets it pass."""
        record.msg, record.args = printable(redact(record.getMessage())), ()
        fields: Mapping[str, object] = getattr(record, "fields", {"event": "log", "text": record.msg})
        record.fields = {key: _safe(value) for key, value in fields.items() if value is not None}
        if record.exc_info:
            kind, error, trace = record.exc_info
            lines = "".join(traceback.format_exception(kind, error, trace)).splitlines()
            record.exc_text = "\n".join(printable(redact(line)) for line in lines)
            record.exc_info = None
        return True


def _safe(value: object) -> object:
    return value if isinstance(value, (int, float)) else printable(redact(str(value)))[:LONGEST_VALUE]


class KeyValue(logging.Formatter):
    """`at=… run=… source=… event=… key=value`, a traceback indented below; on a terminal without `at` and `run`."""

    def __init__(self, *, brief: bool) -> None:
        super().__init__()
        self._brief = brief

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        if self._brief:
            fields = {key: value for key, value in fields.items() if key not in {"at", "run"}}
        line = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())
        return line + "".join(f"\n    {row}" for row in (record.exc_text or "").splitlines())


class JsonLine(logging.Formatter):
    """The same fields as one JSON object a line, a traceback under `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        if record.exc_text:
            fields["traceback"] = record.exc_text
        return json.dumps(fields, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = {"at": iso(int(record.created))}
    if record.levelno >= logging.WARNING:
        fields["level"] = record.levelname.lower()
    if record.name != _logger.name:
        fields["logger"] = record.name
    return fields | getattr(record, "fields", {})


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else '"' + text.replace('"', "'") + '"'


def setup(form: Form = "auto", level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """From now on logs go to `stream` (stderr) in this form; every handler of the root logger redacts."""
    out = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(out)
    brief = form == "console" or (form == "auto" and out.isatty())
    handler.setFormatter(JsonLine() if form == "json" else KeyValue(brief=brief))
    handler.set_name("deskpulse")
    root = logging.getLogger()
    for old in [known for known in root.handlers if known.get_name() == "deskpulse"]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    for each in root.handlers:
        if not any(isinstance(known, Redaction) for known in each.filters):
            each.addFilter(Redaction())
    _logger.setLevel(level)
    # Their INFO lines hold whole URLs, query and user:password included (httpx 0.28).
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
