"""One child of a ticket event: a changed field, a comment, a call, a chat, or something else that Zendesk noted.

Changes have the field as a key of its own beside ``previous_value`` (``{"status": "solved", "previous_value":
"open", "event_type": "Change", "via": "Web form"}``), custom fields one level deeper in ``custom_ticket_fields``.
"""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Personal
from connectors.zendesk.vocabulary import AnyVia

Id: TypeAlias = int | str | None
Word: TypeAlias = str | None


class Voice(msgspec.Struct, omit_defaults=True, gc=False):
    """What is told of a call; numbers, recording and transcript are not read."""

    call_id: Id = None
    call_duration: float | None = None
    answered_by_id: Id = None
    outbound: bool | None = None


class Child(msgspec.Struct, omit_defaults=True, gc=False):
    id: Id = None
    event_type: Word = None
    type: Word = None
    via: AnyVia = None
    # Comments
    author_id: int | None = None
    public: bool | None = None
    comment_present: bool | None = None
    comment_public: bool | None = None
    body: Annotated[str | None, Personal] = None
    plain_body: Annotated[str | None, Personal] = None
    data: Voice | None = None
    value: Annotated[Any, Personal] = None
    comment_id: Id = None
    # Changes
    status: Word | UnsetType = UNSET
    assignee_id: Id | UnsetType = UNSET
    group_id: Id | UnsetType = UNSET
    priority: Word | UnsetType = UNSET
    custom_status_id: Id | UnsetType = UNSET
    ticket_type: Word | UnsetType = UNSET
    brand_id: Id | UnsetType = UNSET
    requester_id: Id | UnsetType = UNSET
    satisfaction_score: Word | UnsetType = UNSET
    tags: list[str] | str | None | UnsetType = UNSET
    added_tags: list[str] | None = None
    removed_tags: list[str] | None = None
    custom_ticket_fields: Annotated[dict[str, Any] | None, Personal] = None
    previous_value: Any = None
    previous_text: Annotated[Any, Personal] = None
    previous_schedule_id: Id = None
    new_schedule_id: Id = None

    def __post_init__(self) -> None:
        # The type of a ticket changes under the key that names the kind of other children.
        if self.event_type in ("Change", "Create") and self.type is not None and self.type != self.event_type:
            self.ticket_type = self.type
        # What stood before in a subject or a custom field may be a customer's words.
        if self.previous_value is not None and not self.is_known_change():
            self.previous_value, self.previous_text = None, self.previous_value

    def is_known_change(self) -> bool:
        """Whether the changed field is one whose values are words and numbers of Zendesk's own."""
        return not (
            self.status is UNSET
            and self.assignee_id is UNSET
            and self.group_id is UNSET
            and self.priority is UNSET
            and self.custom_status_id is UNSET
            and self.tags is UNSET
            and self.satisfaction_score is UNSET
            and self.ticket_type is UNSET
            and self.brand_id is UNSET
            and self.requester_id is UNSET
        )
