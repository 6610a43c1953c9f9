"""Audits and event exports: one history in the two forms that the vendor has for it."""

from collections.abc import Iterator

from core.sandbox import account
from core.sandbox.rows import INTEGER_FIELDS, VIA_LABEL, Row, iso, via
from core.sandbox.truth import (
    SYSTEM_USER,
    Audit,
    Change,
    Comment,
    Create,
    Event,
    Rated,
    ScheduleSet,
    SurveyOffered,
    Value,
)


def _channel(audit: Audit, rule: int) -> Row:
    if rule:
        rel = "automation" if rule in account.AUTOMATIONS else "trigger"
        return via("rule", rel, id=rule, title=account.RULES[rule])
    if audit.rel == "merge":
        return via("system", "merge", ticket_id=audit.from_ticket_id)
    return via(audit.via, audit.rel)


def _plain(value: Value) -> object:
    """Event exports carry numbers as numbers, audits as text."""
    return list(value) if isinstance(value, tuple) else value


def _set(name: str, value: Value) -> Row:
    """A field as the event export shows it; the account's own fields stand one level deeper."""
    return {"custom_ticket_fields": {name: _plain(value)}} if name.isdigit() else {name: _plain(value)}


def _audit_value(field: str, value: Value) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if field in INTEGER_FIELDS and value is not None else value


def _rule_of(event: Event) -> int:
    return event.rule if isinstance(event, Change | Comment | ScheduleSet) else 0


def comment_row(audit: Audit, number: int, event: Comment) -> Row:
    """A comment with its words, as audits and the side-load show it."""
    channel = "answer_bot" if event.by_bot else None
    row: Row = {
        "id": number,
        "type": "VoiceComment" if event.voice_s else "Comment",
        "author_id": event.author_id,
        "body": event.body,
        "html_body": f'<div class="zd-comment"><p dir="auto">{event.body}</p></div>',
        "plain_body": event.body,
        "public": event.public,
        "attachments": [],
        "audit_id": audit.id,
        "via": via(channel, None) if channel else _channel(audit, event.rule),
    }
    if event.voice_s:
        row["data"] = {
            "call_duration": event.voice_s,
            "started_at": iso(audit.at - (0 if event.outbound else event.voice_s)),
            "answered_by_id": event.author_id if event.outbound else None,
            "outbound": event.outbound,
        }
    return row


def shown(audit: Audit, surveys: str) -> Iterator[tuple[int, Event]]:
    """The events with their places; an account has either the legacy ratings or the newer surveys, never both."""
    for place, event in enumerate(audit.events, 1):
        if surveys == "legacy" and isinstance(event, SurveyOffered):
            continue
        if isinstance(event, Create) and event.value is None:
            continue
        if surveys != "legacy" and isinstance(event, Create | Change) and event.field == "satisfaction_score":
            continue
        yield place, event


def _rated(event: Rated, surveys: str) -> Row:
    if surveys == "legacy":
        return {"score": event.score, "body": event.comment, "assignee_id": event.assignee_id}
    return {"rating_category": event.score, "body": event.comment, "assignee_id": event.assignee_id}


RATED_TYPE = {"legacy": "SatisfactionRating", "guide": "SurveyResponseSubmitted"}


def audit_row(audit: Audit, surveys: str = "legacy") -> Row:
    """An audit as the list beneath one ticket shows it."""
    events: list[Row] = []
    for place, event in shown(audit, surveys):
        number = audit.id + place
        rule = _rule_of(event)
        row: Row = {"id": number}
        if rule:
            row["via"] = _channel(audit, rule)
        match event:
            case Create(field=name, value=value):
                row |= {"type": "Create", "field_name": name, "value": _audit_value(name, value)}
            case Change(field=name, value=value, previous=previous):
                row |= {"type": "Change", "field_name": name, "value": _audit_value(name, value)}
                row["previous_value"] = _audit_value(name, previous)
            case Comment():
                row = comment_row(audit, number, event)
            case ScheduleSet(previous=before, new=new):
                row |= {"type": "ScheduleAssignment", "previous_schedule_id": before, "new_schedule_id": new}
            case Rated():
                row |= {"type": RATED_TYPE[surveys], **_rated(event, surveys)}
            case SurveyOffered(assignee_id=assignee):
                row |= {"type": "SurveyOffered", "assignee_id": assignee}
        events.append(row)
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "created_at": iso(audit.at),
        "author_id": audit.author_id,
        "via": _channel(audit, _first_rule(audit)),
        "metadata": {"system": {"location": "Berlin, Germany"}, "custom": {}},
        "events": events,
    }


def _first_rule(audit: Audit) -> int:
    """The rule that wrote the whole audit; what a trigger adds to a person's audit is marked on the event alone."""
    if audit.author_id != SYSTEM_USER:
        return 0
    return next((rule for rule in map(_rule_of, audit.events) if rule), 0)


def ticket_event_row(audit: Audit, with_comments: bool, surveys: str = "legacy") -> Row:
    """An audit as the event export shows it: each field is a key of its own."""
    children: list[Row] = []
    for place, event in shown(audit, surveys):
        number, rule = audit.id + place, _rule_of(event)
        row: Row = {"id": number, "via": "Rule" if rule else VIA_LABEL[audit.via], "via_reference_id": rule or None}
        match event:
            case Create(field=name, value=value):
                row |= {"event_type": "Create", **_set(name, value)}
            case Change(field=name, value=value, previous=previous):
                row |= {"event_type": "Change", **_set(name, value), "previous_value": _plain(previous)}
            case Comment() if with_comments:
                row = comment_row(audit, number, event) | {
                    "via_reference_id": rule or None,
                    "created_at": iso(audit.at),
                }
                row["event_type"] = row["type"]
            case Comment(public=public):
                row |= {"event_type": "Comment", "comment_present": True, "comment_public": public}
            case ScheduleSet(previous=before, new=new):
                row |= {"event_type": "ScheduleAssignment", "previous_schedule_id": before, "new_schedule_id": new}
            case Rated():
                row |= {"event_type": RATED_TYPE[surveys], **_rated(event, surveys)}
            case SurveyOffered(assignee_id=assignee):
                row |= {"event_type": "SurveyOffered", "assignee_id": assignee}
        children.append(row)
    rule = _first_rule(audit)
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "timestamp": audit.at,
        "created_at": iso(audit.at),
        "updater_id": audit.author_id,
        "via": VIA_LABEL[audit.via],
        "via_reference_id": rule or audit.from_ticket_id,
        "system": {"client": "Mozilla/5.0", "location": "Berlin, Germany"},
        "event_type": "Audit",
        "child_events": children,
    }
