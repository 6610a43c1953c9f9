"""What came back: a body within its size, decoded into a type, and an error in the vendor's own few words."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from core.log import printable, redact

T = TypeVar("T")

# The only encodings that we offer: brotli and zstd bombs cannot be capped as exactly.
ENCODINGS = "gzip, deflate"
# A body is repaired with Python's own parser, which needs ten times its size.
REPAIRABLE_BYTES = 20_000_000
SLICE_BYTES = 1_000_000
LONGEST_WORDS = 160

CODE = re.compile(r"[A-Za-z][\w.:-]{1,60}|\d{3,6}")
# A sentence of the vendor may quote what the customer wrote: a name, an address, a number.
QUOTING = re.compile(r"[@\"`“”„«»<>]|\B'|'\B|\d{4}")


class MalformedError(Exception):
    """The body is cut, broken or not of the wanted form; asking again may help."""


class TooLargeError(Exception):
    """The body is larger than we are ready to hold."""


def read_body(chunks: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """The decoded body; stops at `most_bytes` decoded, however small it was on the wire."""
    parts, size = [], 0
    for part in _decoded(chunks, encoding):
        size += len(part)
        if size > most_bytes:
            raise TooLargeError(f"an answer of more than {most_bytes // 1_000_000} MB")
        parts.append(part)
    return b"".join(parts)


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    match encoding.strip().lower():
        case "" | "identity":
            yield from chunks
        case "gzip" | "x-gzip" | "deflate":
            yield from _inflated(chunks)
        case other:
            raise MalformedError(f"an encoding we did not offer ({_code(other)})")


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    engine, begun = zlib.decompressobj(zlib.MAX_WBITS | 32), False
    for chunk in chunks:
        rest = chunk
        while rest:
            if engine.eof:
                engine = zlib.decompressobj(zlib.MAX_WBITS | 32)
            try:
                part = engine.decompress(rest, SLICE_BYTES)
            except zlib.error as error:
                if begun:
                    raise MalformedError(f"a broken compressed body ({error})") from None
                # Some servers send 'deflate' without the zlib header that RFC 9110 demands.
                engine, begun = zlib.decompressobj(-zlib.MAX_WBITS), True
                continue
            begun = True
            yield part
            rest = engine.unused_data if engine.eof else engine.unconsumed_tail
    while begun and not engine.eof:
        part = engine.decompress(b"", SLICE_BYTES)
        if not part:
            raise MalformedError("a compressed body cut short")
        yield part


@lru_cache(maxsize=256)
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


def decode(body: bytes, wanted: type[T]) -> T:
    """The body as this type; a stray BOM, bad UTF-8 and NaN are mended on the way, other faults are Malformed."""
    try:
        hint: Any = wanted
        found: T = _decoder(hint).decode(body)
    except msgspec.ValidationError as error:
        raise MalformedError(f"another form than expected ({unquoted(str(error))})") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        mended = mend(body)
        if mended is None:
            raise MalformedError(_broken(body, error)) from None
        return decode(mended, wanted)
    return found


def _broken(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "an empty body"
    if body.lstrip()[:1] == b"<":
        return "a web page instead of JSON"
    return "JSON nested too deep" if isinstance(error, RecursionError) else "broken or cut JSON"


def mend(body: bytes) -> bytes | None:
    """The JSON without BOM, bad UTF-8, lone surrogates, NaN and Infinity (null); None where there is nothing to mend.

    Mended JSON is mended no further: the same text comes out, and that is None.
    """
    if len(body) > REPAIRABLE_BYTES:
        return None
    text = body.decode("utf-8-sig", errors="replace")
    try:
        clean = json.dumps(json.loads(text, parse_constant=_null), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    mended = clean.encode("utf-8", errors="replace")
    return None if mended == body else mended


def _null(_constant: str) -> None:
    return None


def unquoted(text: str) -> str:
    """The text without what stands in quotes."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", text)


def explain(body: bytes) -> tuple[str, str]:
    """The vendor's code and words for an error, without anything that could be a customer's; empty where unknown."""
    if len(body) > 64_000:
        return "", ""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body[:100].decode("ascii", errors="replace").strip()
        code = _code(text)
        return code, code
    if not isinstance(said, dict):
        return "", ""
    error = said.get("error")
    inner = error if isinstance(error, dict) else {}
    code = _first(_code, error, inner.get("code"), inner.get("title"), said.get("code"), said.get("title"))
    sentence = _first(
        _sentence, said.get("description"), said.get("message"), inner.get("message"), inner.get("description"), error
    )
    fields = ", ".join(_fields(said.get("details") or said.get("errors")))
    return code, redact("; ".join(dict.fromkeys(word for word in (code, sentence, fields) if word))[:LONGEST_WORDS])


def _first(judge: Any, *values: object) -> str:
    return next((word for value in values if (word := judge(value))), "")


def _code(value: object) -> str:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if CODE.fullmatch(text) else ""


def _sentence(value: object) -> str:
    if not isinstance(value, str) or QUOTING.search(value):
        return ""
    return printable(" ".join(value.split()))[:LONGEST_WORDS]


def _fields(details: object) -> Iterator[str]:
    # Zendesk: {"email": [{"error": "DuplicateValue"}]}; Freshdesk: [{"field": "email", "code": "invalid_value"}].
    if isinstance(details, dict):
        for name, problems in details.items():
            first = problems[0] if isinstance(problems, list) and problems else problems
            code = _code(first.get("error")) if isinstance(first, dict) else ""
            yield ": ".join(word for word in (_code(name), code) if word)
    elif isinstance(details, list):
        for problem in details:
            if isinstance(problem, dict):
                words = (_code(problem.get("field")), _code(problem.get("code") or problem.get("error")))
                yield ": ".join(word for word in words if word)
