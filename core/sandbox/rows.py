"""The imitation account's rows in Zendesk's own form."""

from datetime import UTC, datetime

from core.sandbox import account
from core.sandbox.asof import Metrics, Spans, State
from core.sandbox.truth import Audit, Comment, Organization, Person, Value

Row = dict[str, object]

VIA_LABEL = {
    "email": "Mail",
    "web": "Web form",
    "api": "Web service",
    "rule": "Rule",
    "native_messaging": "Messaging",
    "answer_bot": "Answer Bot",
    "voice": "Voicemail",
    "system": "Ticket merge",
}
"""Event exports name a channel in words where audits have an object."""

INTEGER_FIELDS = frozenset(("group_id", "assignee_id", "requester_id", "organization_id", "custom_status_id"))


def iso(at: int | None) -> str | None:
    """A moment as Zendesk writes it."""
    return None if at is None else f"{datetime.fromtimestamp(at, UTC).isoformat()[:19]}Z"


def minutes(spans: Spans) -> Row:
    """Whole minutes, rounded down."""
    return {
        "calendar": None if spans.calendar is None else spans.calendar // 60,
        "business": None if spans.business is None else spans.business // 60,
    }


def via(channel: str, rel: str | None, **source: object) -> Row:
    """The channel as an object."""
    return {"channel": channel, "source": {"from": source, "to": {}, "rel": rel}}


def metric_set(base: str, state: State) -> Row:
    """The figures beside a ticket."""
    metrics: Metrics = state.metrics
    number = state.ticket.id + 9_000_000
    return {
        "url": f"{base}/ticket_metrics/{number}.json",
        "id": number,
        "ticket_id": state.ticket.id,
        "created_at": iso(state.ticket.created_at),
        "updated_at": iso(state.updated_at),
        "group_stations": metrics.group_stations,
        "assignee_stations": metrics.assignee_stations,
        "reopens": metrics.reopens,
        "replies": metrics.replies,
        "assignee_updated_at": iso(metrics.assignee_updated_at),
        "requester_updated_at": iso(metrics.requester_updated_at or state.ticket.created_at),
        "status_updated_at": iso(metrics.status_updated_at or state.ticket.created_at),
        "initially_assigned_at": iso(metrics.initially_assigned_at),
        "assigned_at": iso(metrics.assigned_at),
        "solved_at": iso(metrics.solved_at),
        "latest_comment_added_at": iso(metrics.latest_comment_added_at),
        "reply_time_in_minutes": minutes(metrics.reply),
        "first_resolution_time_in_minutes": minutes(metrics.first_resolution),
        "full_resolution_time_in_minutes": minutes(metrics.full_resolution),
        "agent_wait_time_in_minutes": minutes(metrics.agent_wait),
        "requester_wait_time_in_minutes": minutes(metrics.requester_wait),
        "on_hold_time_in_minutes": minutes(metrics.on_hold),
        "reply_time_in_seconds": {"calendar": metrics.reply.calendar},
        "custom_status_updated_at": iso(metrics.status_updated_at or state.ticket.created_at),
    }


def ticket_row(base: str, state: State, surveys: str = "legacy") -> Row:
    """A ticket as lists and exports show it; of a deleted one little more than its numbers is left."""
    ticket, fields = state.ticket, state.fields
    number = ticket.id
    if state.status == "deleted":
        gone = dict.fromkeys(("assignee_id", "group_id", "organization_id", "priority", "type", "description"))
        return {
            "url": f"{base}/tickets/{number}.json",
            "id": number,
            "created_at": iso(ticket.created_at),
            "updated_at": iso(state.updated_at),
            "generated_timestamp": state.generated_at,
            "status": "deleted",
            "subject": "SCRUBBED",
            "requester_id": ticket.requester_id,
            "submitter_id": ticket.submitter_id,
            "brand_id": ticket.brand_id,
            "via": via(ticket.via, ticket.rel),
            "tags": list(_texts(fields["tags"])),
            "custom_fields": [],
            "satisfaction_rating": None,
            **gone,
        }
    custom = [{"id": int(name), "value": _custom(name, fields.get(name))} for name in account.FIELDS]
    source = {"ticket_id": ticket.followup_of} if ticket.followup_of else {}
    subject = str(fields["subject"])
    return {
        "url": f"{base}/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": via(ticket.via, ticket.rel, **source),
        "created_at": iso(ticket.created_at),
        "updated_at": iso(state.updated_at),
        "generated_timestamp": state.generated_at,
        "type": fields["type"],
        "subject": subject,
        "raw_subject": subject,
        "description": _description(ticket.audits[0]),
        "priority": fields["priority"],
        "status": state.status,
        "custom_status_id": fields["custom_status_id"],
        "recipient": "hilfe@lumo.example" if ticket.via == "email" else None,
        "requester_id": fields["requester_id"],
        "submitter_id": ticket.submitter_id,
        "assignee_id": fields["assignee_id"],
        "organization_id": fields["organization_id"],
        "group_id": fields["group_id"],
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": state.has_public,
        "due_at": None,
        "tags": list(_texts(fields["tags"])),
        "custom_fields": custom,
        "fields": custom,
        "satisfaction_rating": _rating(state) if surveys == "legacy" else None,
        "sharing_agreement_ids": [],
        "followup_ids": [],
        "ticket_form_id": account.FORM,
        "brand_id": ticket.brand_id,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": ticket.via == "native_messaging",
    }


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _custom(name: str, value: Value) -> Value | list[str]:
    return [] if value is None and name == account.FIELD_TOPICS else value


def _description(first: Audit) -> str:
    return next((event.body for event in first.events if isinstance(event, Comment)), "")


def rating_id(state: State) -> int:
    """The number of the ticket's one rating row."""
    return state.ticket.id + 71_000_000


def _rating(state: State) -> Row | None:
    now = state.fields["satisfaction_score"]
    if state.rating is None:
        return {"score": now}
    return {"score": now, "id": rating_id(state), "comment": state.rating.comment, "reason": None, "reason_id": 0}


def score(state: State) -> str:
    """What the legacy rating row says: offered until it was answered."""
    return state.rating.score if state.rating else "offered"


def satisfaction_row(base: str, state: State) -> Row:
    """The legacy rating: one row from the offer on, which the answer changes."""
    credited = state.rating.assignee_id if state.rating else state.fields["assignee_id"]
    return {
        "url": f"{base}/satisfaction_ratings/{rating_id(state)}.json",
        "id": rating_id(state),
        "assignee_id": credited,
        "group_id": state.fields["group_id"],
        "requester_id": state.fields["requester_id"],
        "ticket_id": state.ticket.id,
        "score": score(state),
        "comment": state.rating.comment if state.rating else None,
        "reason": None,
        "reason_code": 0,
        "created_at": iso(state.offered_at),
        "updated_at": iso(state.rated_at or state.offered_at),
    }


def survey_response(state: State) -> Row:
    """The newer model: an answer on a five-point scale with an open question."""
    rating = state.rating
    good = rating is not None and rating.score == "good"
    at = iso(state.rated_at)
    answers: list[Row] = [
        {
            "type": "rating_scale",
            "rating": 4 + state.ticket.id % 2 if good else 1 + state.ticket.id % 3,
            "rating_category": "good" if good else "bad",
            "question": {"id": "01SCALE", "type": "rating_scale_numeric"},
            "created_at": at,
            "updated_at": at,
        }
    ]
    if rating and rating.comment:
        question = {"id": "01OPEN", "type": "open_ended"}
        answers.append(
            {"type": "open_ended", "value": rating.comment, "question": question, "created_at": at, "updated_at": at}
        )
    return {
        "id": f"01SURVEY{rating_id(state)}",
        "expires_at": iso((state.offered_at or 0) + 28 * 86_400),
        "survey": {"id": "01CSAT", "version": 1, "state": "ENABLED"},
        "responder_id": state.fields["requester_id"],
        "subjects": [{"id": str(state.ticket.id), "type": "ticket", "zrn": f"zen:ticket:{state.ticket.id}"}],
        "answers": answers,
    }


def user_row(base: str, person: Person) -> Row:
    """A user, with what the vendor says about roles."""
    return {
        "id": person.id,
        "url": f"{base}/users/{person.id}.json",
        "name": person.name,
        "email": person.email,
        "created_at": iso(person.created_at),
        "updated_at": iso(person.from_at),
        "time_zone": "Berlin",
        "iana_time_zone": "Europe/Berlin",
        "phone": person.phone,
        "shared_phone_number": None,
        "photo": None,
        "locale": "de" if person.language == "de" else "en-GB",
        "organization_id": person.organization_id,
        "role": person.role,
        "role_type": 1 if person.custom_role_id else 4 if person.role == "admin" else None,
        "custom_role_id": person.custom_role_id,
        "default_group_id": person.group_ids[0] if person.group_ids else None,
        "verified": True,
        "external_id": None,
        "tags": list(person.tags),
        "alias": None,
        "active": person.active,
        "shared": False,
        "shared_agent": False,
        "suspended": person.suspended,
        "only_private_comments": person.custom_role_id is not None,
        "restricted_agent": person.role == "end-user",
        "user_fields": {},
    }


def organization_row(base: str, organization: Organization) -> Row:
    """A company."""
    return {
        "id": organization.id,
        "url": f"{base}/organizations/{organization.id}.json",
        "name": organization.name,
        "domain_names": [organization.domain],
        "created_at": iso(organization.created_at),
        "updated_at": iso(organization.updated_at),
        "shared_tickets": False,
        "shared_comments": False,
        "external_id": None,
        "group_id": None,
        "details": None,
        "notes": None,
        "tags": [],
        "organization_fields": {},
    }
