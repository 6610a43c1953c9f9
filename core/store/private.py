"""What personal data becomes before it is stored: keyed hashes, masked text, skeletons of rows set aside."""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# A number that is dialled: + or 0 and at least seven more digits, with the usual separators; and a whole JSON value of
# that form. Bounded, so that long runs of digits cost linear time.
PHONE = re.compile(r"(?<![\w.:-])(?:\+|00?)\(?\d[\d ()/.-]{5,24}\d(?![\w:])")
DIGITS = re.compile(r"(?<![\w.:-])\d[\d ()/.-]{5,24}\d(?![\w:])")

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_. -]{0,31}")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]{4,15}(Z|[+-]\d\d:?\d\d)?)?")
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,6})?")
LEAST_DIGITS = 6
TELLING = frozenset(
    "status state type kind channel priority event role score locale time_zone currency unit metric".split()
)
# Long numbers under other keys could be dialled.
COUNTED = re.compile(r"(?:^id|_id|_at|time|stamp|version)$")
LIMIT = 8_192


def mask(text: str) -> str:
    """The text with mail addresses and dialled numbers blanked; ids, dates and amounts stay."""
    return PHONE.sub("[phone]", MAIL.sub("[mail]", text))


def mask_comment(text: str) -> str:
    """A customer's free words with mail addresses and any run of seven or more digits blanked."""
    return DIGITS.sub("[number]", mask(text))


def _lacks_plus(text: str, digits: str, country: str | None) -> bool:
    """Whether a number begins with its country's code and nothing before it, as many telephone systems tell it.

    Only where numbers within the country begin with a digit of their own (0 in Germany) can the two be told apart.
    """
    import phonenumbers  # noqa: PLC0415

    prefix = phonenumbers.ndd_prefix_for_region(country, True) if country else None
    code = str(phonenumbers.country_code_for_region(country)) if country else ""
    return bool(prefix) and code != prefix and not text.lstrip().startswith("+") and digits.startswith(code)


def _parsed(text: str, country: str | None) -> "PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415

    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=16_384)
def phone(text: str, country: str | None) -> str:
    """The number as E.164 (``country``: where it is from if it does not say), or its digits; empty if too short."""
    digits = re.sub(r"\D", "", text[:64])
    # A short one is an extension or a service, the same in every house.
    if len(digits) < LEAST_DIGITS:
        return ""
    import phonenumbers  # noqa: PLC0415  (20 ms, and only where a source brings numbers)

    number = _parsed(f"+{digits}", None) if _lacks_plus(text, digits, country) else None
    if number is None or not phonenumbers.is_valid_number(number):
        number = _parsed(text[:64], country)
    if number is not None and phonenumbers.is_possible_number(number):
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return digits


def extension(text: str, account: str) -> str:
    """A number of three to five digits as one of the account's own telephones; empty if it is no such."""
    digits = re.sub(r"\D", "", text[:64])
    return f"{account}:{digits}" if 3 <= len(digits) < LEAST_DIGITS else ""


def identity(kind: str, value: str, country: str | None, key: bytes) -> str | None:
    """The keyed hash of a customer's mail, phone or other name, normalised first; None where nothing is left of it."""
    value = value.replace("\x00", "").strip()
    normal = phone(value, country) if kind == "phone" else value.lower()
    if not normal:
        return None
    return hmac.new(key, f"{kind}:{normal}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def pseudonym(uid: str, key: str) -> str:
    """A name for somebody who works here: always the same in this store, and it tells nobody else who it is."""
    return "agent-" + hmac.new(key.encode(), f"agent:{uid}".encode(), hashlib.sha256).hexdigest()[:10]


def fingerprint(raw: bytes) -> str:
    """A name for a row that has none of its own: the same bytes have the same one."""
    return "#" + hashlib.blake2b(raw, digest_size=12).hexdigest()


def skeleton(raw: bytes) -> bytes:
    """The form of a row without its words: keys, ids, moments and status words stay, text becomes its length."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.encode({"not json": len(raw)})
    try:
        made = msgspec.json.encode(_form(found, "", 0))
    except RecursionError:
        return msgspec.json.encode({"too deep": len(raw)})
    return made if len(made) <= LIMIT else msgspec.json.encode({"too long": len(raw)})


def _form(value: Any, key: str, depth: int) -> Any:
    match value:
        case dict():
            if depth > 8:
                return f"object({len(value)})"
            return {_key(name): _form(part, name, depth + 1) for name, part in list(value.items())[:100]}
        case list():
            if depth > 8:
                return f"list({len(value)})"
            return [_form(part, key, depth + 1) for part in value[:5]]
        case str():
            return value if _is_telling(value, key) else f"text({len(value)})"
        case float() | int() if abs(value) > 999_999 and not COUNTED.search(key):
            return f"number({len(str(value))})"
    return value


def _key(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else f"key({len(name)})"


def _is_telling(value: str, key: str) -> bool:
    if MOMENT.fullmatch(value):
        return True
    if key == "id" or key.endswith("_id"):
        return NUMBER.fullmatch(value) is not None
    return key in TELLING and WORD.fullmatch(value) is not None
