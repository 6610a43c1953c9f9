"""Custom field values, and which of them may be kept."""

import re
from collections.abc import Mapping
from typing import Any

from connectors import Context

# What people type (text, textarea, regexp, credit cards) can be anything; these kinds hold what an admin defined.
# Choices are tags, which Zendesk writes so: no blanks, no capitals. Digits alone could be dialled.
WORD = re.compile(r"[a-z][a-z0-9_:./-]{0,79}")
KEPT_KINDS = frozenset({"checkbox", "date", "decimal", "integer", "multiselect", "tagger"})


def is_wordlike(value: Any) -> bool:
    """Whether a value is a choice, a number or a list of such, so that it says nothing of a person."""
    if isinstance(value, str):
        return WORD.fullmatch(value) is not None
    return all(map(is_wordlike, value)) if isinstance(value, list) else not isinstance(value, dict)


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
        if value not in (None, "", [], False) and kinds.get(field) in KEPT_KINDS
    }
    call = value_of(fields, ctx.settings.call_id_field)
    return {**found, "call_id": call} if call else found
