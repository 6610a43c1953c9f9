"""Custom field values, and which of them may be kept."""

import re
from collections.abc import Mapping
from typing import Any

from connectors import Context

# What people type (text, textarea, regexp, credit cards) can be anything; these kinds hold what an admin defined.
# Choices are tags, which Zendesk writes so: no blanks, no capitals. Digits alone could be dialled.
WORD = re.compile(r"[a-z][a-z0-9_:./-]{0,79}")
LONGEST_NUMBER = 999_999
KEPT_KINDS = frozenset({"checkbox", "date", "decimal", "integer", "multiselect", "tagger"})


def is_wordlike(value: Any) -> bool:
    """Whether a value is a choice, a short number or a list of such, so that it says nothing of a person."""
    if isinstance(value, str):
        return WORD.fullmatch(value) is not None
    if is_dialled(value):
        return False
    return all(map(is_wordlike, value)) if isinstance(value, list) else not isinstance(value, dict)


def is_dialled(value: Any) -> bool:
    """Whether a number is so long that it could be somebody's telephone."""
    return isinstance(value, int | float) and abs(value) > LONGEST_NUMBER


def text_of(value: Any) -> str | None:
    """A value as text: a list joined by commas, nothing for what is empty."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)


def value_of(fields: Mapping[str, Any], field: str | None) -> str | None:
    """The text of the field that the settings name; None where they name none."""
    return None if field is None else text_of(fields.get(field))


def kept(fields: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Values of fields whose choices an admin defined, by field id, and the call id as ``call_id``."""
    kinds = ctx.lookups.get("ticket_fields", {})
    found = {
        field: value
        for field, value in fields.items()
        if value not in (None, "", [], False) and kinds.get(field) in KEPT_KINDS and not is_dialled(value)
    }
    call = value_of(fields, ctx.settings.call_id_field)
    return {**found, "call_id": call} if call else found
