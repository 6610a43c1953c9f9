"""The event export: changes, comments, calls, merges, and who can be told from them."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors import Context, Message, Record, Survey, TicketEvent
from connectors.zendesk.events import EventRow, normalise_event

Made = Callable[..., list[Record]]
AUDIT = 926_256_957_613


def row(*children: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "id": AUDIT,
        "ticket_id": 155,
        "timestamp": 1_767_225_600,
        "created_at": "2026-01-01T00:00:00Z",
        "updater_id": 21,
        "via": "Web form",
        "event_type": "Audit",
        "child_events": [{"id": AUDIT + place, **child} for place, child in enumerate(children, 1)],
        **changed,
    }


def changed(field: str, value: Any, before: Any = None, **more: Any) -> dict[str, Any]:
    return {"event_type": "Change", field: value, "previous_value": before, "via": "Web form", **more}


def said(public: bool = True, **more: Any) -> dict[str, Any]:
    body = {"body": "Hello", "plain_body": "Hello", "html_body": "<p>Hello</p>"}
    return {"event_type": "Comment", "type": "Comment", "public": public, "author_id": 21, **body, **more}


@pytest.fixture
def made(records: Made, context: Callable[..., Context]) -> Callable[..., list[Record]]:
    def normalised(*children: dict[str, Any], ctx: Context | None = None, **more: Any) -> list[Record]:
        return records(row(*children, **more), EventRow, normalise_event, ctx or context())

    return normalised


def events(found: list[Record]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.kind, one.field, one.old_value, one.new_value) for one in found if isinstance(one, TicketEvent)]


def test_changes_keep_before_and_after(made: Callable[..., list[Record]]) -> None:
    """Reopens, transfers and hand-overs are counted from these pairs."""
    found = made(
        changed("status", "open", "solved"),
        changed("group_id", 32, 31),
        changed("assignee_id", None, 21),
        changed("priority", "urgent", "normal"),
        changed("custom_status_id", 7, 6),
        {"event_type": "Change", "type": "problem", "previous_value": "incident"},
    )
    assert events(found) == [
        ("status", "status", "solved", "open"),
        ("team", "team", "31", "32"),
        ("assignee", "assignee", "21", None),
        ("priority", "priority", "normal", "urgent"),
        ("field", "custom_status", "6", "7"),
        ("field", "type", "incident", "problem"),
    ]


def test_birth_is_told_once_with_the_fields_that_were_set(made: Callable[..., list[Record]]) -> None:
    """A history that lacks its beginning is known to be incomplete; one with it is timed exactly."""
    found = made(
        {"event_type": "Create", "status": "new", "group_id": 31, "assignee_id": None, "priority": None},
        {"event_type": "Create", "satisfaction_score": "unoffered", "requester_id": 11, "tags": ["a"]},
    )
    assert events(found) == [
        ("created", None, None, None),
        ("status", "status", None, "new"),
        ("team", "team", None, "31"),
    ]


def test_order_within_a_second_is_that_of_the_updates(made: Callable[..., list[Record]]) -> None:
    """Two updates of one second, the later one's change listed first, must not be swapped."""
    first = made(said(), said(), changed("status", "open", "new"))
    second = made(changed("status", "pending", "open"), id=AUDIT + 40)
    seqs = [one.seq for one in (*first, *second) if isinstance(one, TicketEvent)]
    assert seqs == sorted(seqs)
    assert max(seqs) < 2**63


def test_a_repeated_row_gives_the_same_keys(made: Callable[..., list[Record]]) -> None:
    """The second in which a page ends comes twice; nothing may double."""
    children = (changed("status", "open", "new"), said(), changed("tags", ["a", "spam"], ["a"]))
    assert made(*children) == made(*children)
    keys = [(one.happened_at, one.seq, one.id) for one in made(*children) if isinstance(one, TicketEvent)]
    assert len(keys) == len(set(keys))


def test_a_rule_is_no_person(made: Callable[..., list[Record]]) -> None:
    """A trigger's change inside an agent's update is not the agent's deed."""
    by_rule, by_agent = made(changed("group_id", 2, 1, via="Rule"), changed("status", "open", "new"))
    assert isinstance(by_rule, TicketEvent)
    assert isinstance(by_agent, TicketEvent)
    assert (by_rule.actor_kind, by_rule.actor_id) == ("automation", None)
    assert (by_agent.actor_kind, by_agent.actor_id) == ("unknown", "21")
    (alone,) = made(changed("status", "closed", "solved", via="Rule"), updater_id=-1, via="Rule")
    assert isinstance(alone, TicketEvent)
    assert alone.actor_kind == "automation"


def test_deletion_and_recovery_are_statuses(made: Callable[..., list[Record]]) -> None:
    """Past backlogs keep a ticket until the moment it was deleted."""
    assert events(made(changed("status", "deleted", "open"))) == [("status", "status", "open", "deleted")]
    assert events(made(changed("status", "open", "deleted"))) == [("status", "status", "deleted", "open")]


def test_tags_tell_what_was_added_and_what_it_means(made: Callable[..., list[Record]]) -> None:
    """Spam, escalation and a bot's hand-off are dated by their tag."""
    found = made(changed("tags", ["a", "spam", "escalated", "bot_handoff"], ["a", "old"]))
    assert events(found) == [
        ("tag", "tags", "old", "spam escalated bot_handoff"),
        ("spam", "tags", None, None),
        ("escalate", "tags", None, None),
        ("handoff", "tags", None, None),
    ]
    assert ("unspam", "tags", None, None) in events(made(changed("tags", [], ["spam"])))


@pytest.mark.parametrize(
    "told",
    [
        {"via": {"channel": "web", "source": {"from": {"ticket_id": 99}, "to": {}, "rel": "merge"}}},
        {"via": "Ticket merge", "via_reference_id": 99},
        {},
    ],
)
def test_a_merged_ticket_names_its_target(made: Callable[..., list[Record]], told: dict[str, Any]) -> None:
    """Merged tickets leave the created count; their target keeps the conversation."""
    note = said(public=False, body="Diese Anfrage wurde geschlossen und mit Anfrage #99 zusammengeführt.")
    found = made(note, changed("tags", ["closed_by_merge"], []), changed("status", "closed", "open"), **told)
    assert ("merge", "merge", None, "99") in events(found)


def test_a_custom_status_is_told_where_it_says_more_than_the_status(
    made: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Zendesk repeats each status as the custom status of the same name: twice the rows for nothing."""
    ctx = context(lookups={"default_statuses": ["1", "2"]})
    repeated, own = made(changed("custom_status_id", 2, 1), ctx=ctx), made(changed("custom_status_id", 7, 1), ctx=ctx)
    assert events(repeated) == []
    assert events(own) == [("field", "custom_status", "1", "7")]


def test_spam_at_birth_is_dated(made: Callable[..., list[Record]]) -> None:
    """Tags of a new ticket are in its row; what they mean has a moment."""
    found = made({"event_type": "Create", "status": "new"}, {"event_type": "Create", "tags": ["a", "spam"]})
    assert events(found)[2:] == [("spam", "tags", None, None)]


def test_the_target_of_a_merge_tells_of_its_sources(made: Callable[..., list[Record]]) -> None:
    """An account whose source tickets are scrubbed still learns of the merge."""
    merges = [one for one in made(said(public=False), merged_ticket_ids=[7, 8]) if isinstance(one, TicketEvent)]
    assert [(one.ticket_id, one.kind, one.new_value) for one in merges] == [
        ("7", "merge", "155"),
        ("8", "merge", "155"),
    ]


def test_the_schedule_of_a_ticket_has_a_history(made: Callable[..., list[Record]]) -> None:
    """Business time follows the schedule that was on the ticket at the time."""
    child = {"event_type": "ScheduleAssignment", "previous_schedule_id": None, "new_schedule_id": 5}
    assert events(made(child)) == [("schedule", "schedule", None, "5")]


def test_only_the_configured_custom_fields_have_a_history(
    made: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """A reason is shown by its configured name, an escalation by its tick; others may hold a person's words."""
    ctx = context(contact_reason_field="1", escalation_field="3", contact_reasons={"ship": "Delivery"})
    found = made(
        {"event_type": "Change", "custom_ticket_fields": {"1": "ship"}, "previous_value": "bill"},
        {"event_type": "Change", "custom_ticket_fields": {"2": "Ann Smith"}, "previous_value": None},
        {"event_type": "Change", "custom_ticket_fields": {"3": True}, "previous_value": False},
        {"event_type": "Change", "custom_ticket_fields": {"3": False}, "previous_value": True},
        changed("subject", "My name is Ann", "Hello"),
        ctx=ctx,
    )
    assert events(found) == [
        ("field", "contact_reason", "bill", "Delivery"),
        ("escalate", "escalation", "false", "true"),
    ]


def test_kept_rows_hold_no_words_of_a_customer() -> None:
    """What stood in a subject, a comment or a free field is personal by its place."""
    text = msgspec.json.encode(
        row(
            changed("subject", "Ann Smith", "Bob Jones"),
            {"event_type": "Change", "custom_ticket_fields": {"2": "Ann Smith"}, "previous_value": "Bob Jones"},
            changed("status", "open", "new"),
        )
    )
    children = msgspec.json.decode(text, type=EventRow).child_events
    assert [child.previous_value for child in children] == [None, None, "new"]
    assert [child.previous_text for child in children] == ["Bob Jones", "Bob Jones", None]


def test_a_comment_is_a_message_of_an_unknown_author(made: Callable[..., list[Record]]) -> None:
    """Roles live elsewhere and change; a guess here would turn customers into agents."""
    public, note = made(said(), said(public=False))
    assert isinstance(public, Message)
    assert isinstance(note, Message)
    assert (public.author_kind, public.author_id, public.direction, public.is_public) == ("unknown", "21", None, True)
    assert (public.is_automated, public.channel, public.body_len) == (False, "web", 5)
    assert (note.direction, note.is_public) == ("internal", False)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"author_id": -1}, "automation"),
        ({"via": {"channel": "rule", "source": {"from": {}, "to": {}, "rel": "trigger"}}}, "automation"),
        ({"via": {"channel": "answer_bot", "source": {}}}, "bot"),
    ],
)
def test_machines_never_answer_as_people(made: Callable[..., list[Record]], told: dict[str, Any], kind: str) -> None:
    """An automatic acknowledgement must not stop the clock of the first response."""
    (message,) = made(said(**told))
    assert isinstance(message, Message)
    assert (message.author_kind, message.is_automated, message.direction) == (kind, True, "out")


def test_a_voicemail_comes_in(made: Callable[..., list[Record]]) -> None:
    """The customer waits from the end of the recording."""
    data = {"call_id": 9, "call_duration": 31, "answered_by_id": None, "recording_url": "https://x.example/secret"}
    child = said(event_type="VoiceComment", type="VoiceComment", author_id=11, data=data)
    (message,) = made(child, via="Voicemail")
    assert isinstance(message, Message)
    assert (message.direction, message.channel, message.call_id) == ("in", "voicemail", "9")


@pytest.mark.parametrize(
    ("duration", "channel", "direction", "is_public"), [(95, "phone", "out", True), (0, None, "internal", False)]
)
def test_only_a_connected_call_back_reaches_the_customer(
    made: Callable[..., list[Record]], duration: int, channel: str | None, direction: str, is_public: bool
) -> None:
    """A call that nobody took is no answer."""
    data = {"call_duration": duration, "answered_by_id": 21, "outbound": True}
    (message,) = made(said(public=False, event_type="VoiceComment", type="VoiceComment", data=data), via="Voicemail")
    assert isinstance(message, Message)
    assert (message.channel, message.direction, message.is_public) == (channel, direction, is_public)


def test_an_answered_inbound_call_is_on_the_phone(made: Callable[..., list[Record]]) -> None:
    """The ticket written after it was answered by the call itself."""
    data = {"call_duration": 200, "answered_by_id": 21}
    (message,) = made(said(event_type="VoiceComment", type="VoiceComment", data=data))
    assert isinstance(message, Message)
    assert (message.channel, message.direction) == ("phone", "in")


def test_a_chat_history_becomes_its_lines(made: Callable[..., list[Record]]) -> None:
    """A chat is answered at its first line by a person, not when its transcript was filed."""
    lines = [
        {
            "type": "ChatMessage",
            "actor_type": "end-user",
            "timestamp": 1_767_225_600_123,
            "message": "Hi",
            "chat_index": 0,
        },
        {
            "type": "ChatMessage",
            "actor_type": "agent",
            "actor_id": "21",
            "timestamp": 1_767_225_630_000,
            "message": "Hello",
        },
        {"type": "ChatJoin", "actor_type": "agent", "timestamp": 1_767_225_620_000},
    ]
    found = made({"event_type": "ChatEndedEvent", "value": {"chat_id": "c1", "history": lines}})
    told = [
        (one.happened_at, one.author_kind, one.direction, one.chat_session) for one in found if isinstance(one, Message)
    ]
    assert told == [(1_767_225_600, "customer", "in", "c1"), (1_767_225_630, "agent", "out", "c1")]


def test_a_comment_that_was_not_side_loaded_is_still_a_message(made: Callable[..., list[Record]]) -> None:
    """Without the side-load Zendesk tells only that there was one and whether it was public."""
    present, absent = (
        made({"event_type": "Comment", "comment_present": there, "comment_public": True}) for there in (True, False)
    )
    assert [one.is_public for one in present if isinstance(one, Message)] == [True]
    assert absent == []


def test_an_unknown_event_is_kept_as_other_and_said(
    made: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Zendesk warns of new kinds at any time; a Notification is passed over in silence."""
    heard: list[tuple[str, str]] = []
    ctx = context(warn=lambda kind, value: heard.append((kind, value)))
    found = made({"event_type": "Teleported"}, {"event_type": "Notification"}, ctx=ctx)
    assert events(found) == [("other", "Teleported", None, None)]
    assert heard == [("event", "Teleported")]


def test_a_survey_offer_of_the_newer_model_makes_a_survey(made: Callable[..., list[Record]]) -> None:
    """The response rate needs the offers; the answers' list has none."""
    found = made({"event_type": "SurveyOffered", "assignee_id": 21}, via="Rule", updater_id=-1)
    (survey,) = (one for one in found if isinstance(one, Survey))
    assert (survey.id, survey.offered_at, survey.agent_id) == ("ticket-155", 1_767_225_600, "21")
