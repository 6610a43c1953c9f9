"""Custom field values, and which of them may be kept."""

import re
from collections.abc import Mapping
from typing import Any

from connectors import Context

# An admin defined what these kinds can hold; what people type can be anything.
KEPT_KINDS = frozenset(
    {
        "custom_checkbox",
        "custom_date",
        "custom_decimal",
        "custom_dropdown",
        "custom_number",
        "default_ticket_type",
        "nested_field",
    }
)
# A longer number could be dialled.
LONGEST_NUMBER = 999_999
WORD = re.compile(r"[a-z][a-z0-9_:./-]{0,79}")


def is_plain(value: Any) -> bool:
    """Whether a value is a short number, a tick or a single lower-case word, so that it says nothing of a person."""
    if not isinstance(value, str | list | dict):
        return not is_long(value)
    return isinstance(value, str) and WORD.fullmatch(value) is not None


def is_long(value: Any) -> bool:
    """Whether a value is a number that could be dialled."""
    return isinstance(value, int | float) and abs(value) > LONGEST_NUMBER


def split(values: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields whose values are plain, and those that hold words."""
    plain = {name: value for name, value in (values or {}).items() if is_plain(value)}
    return plain, {name: value for name, value in (values or {}).items() if name not in plain}


def text_of(value: Any) -> str | None:
    """A value as text; nothing for what is empty."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def kept(fields: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Values of fields whose choices an admin defined, by field name, and the call id as ``call_id``."""
    kinds = ctx.lookups.get("ticket_fields", {})
    found = {
        name: value
        for name, value in fields.items()
        if value not in (None, "", [], False) and kinds.get(name) in KEPT_KINDS and not is_long(value)
    }
    named = ctx.settings.call_id_field
    call = text_of(fields.get(named)) if named else None
    return {**found, "call_id": call} if call else found
