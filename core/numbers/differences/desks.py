"""Figures of help desks and of files; facts of the vendors' pages and of our connectors' only."""

from core.numbers.differences.differs import Differs

ZENDESK = (
    Differs(
        "reply_time_in_minutes (reply_time_in_seconds for messaging)",
        "from creation to the next public comment of an agent, in whole minutes, also of tickets that an agent opened",
        "to the first public message of a person to a waiting customer, in seconds; a connected call back counts",
        ("first_response_time",),
        ("agent_opened", "bot_reply", "other_author", "phone_reply", "merged", "schedule"),
        ("reply_time", "reply_time_in_seconds"),
    ),
    Differs(
        "first_resolution_time, full_resolution_time, solved_at",
        "to the first and to the last solve, in whole minutes; business time by the schedule the ticket has now",
        "the same spans in seconds, of tickets that people dealt with and that are solved now",
        ("first_resolution_time", "resolution_time"),
        ("not_handled", "unsolved", "reopen", "schedule", "left_out"),
        ("first_resolution_time", "full_resolution_time", "solved_at"),
    ),
    Differs(
        "requester_wait_time, agent_wait_time, on_hold_time",
        "minutes in new, open and hold; pending; hold",
        "the same states in seconds up to the last solve; the time spent solved before a reopening is in none",
        ("requester_wait_time", "agent_wait_time", "on_hold_time"),
        ("reopen", "schedule", "unsolved"),
        ("requester_wait_time", "agent_wait_time", "on_hold_time"),
    ),
    Differs(
        "reopens",
        "a count in the ticket's metric set",
        "solved to unsolved, but for automations that solve again within 60 s; `effective` leaves thanks out",
        ("reopen_rate",),
        ("reopen",),
        ("reopens",),
    ),
    Differs(
        "assignee_stations, group_stations, initially_assigned_at",
        "how many assignees and groups a ticket had; group_stations - 1 are its transfers",
        "how many different people and teams had it",
        ("reassignment_rate", "transfer_rate", "time_to_first_assignment"),
        ("stations",),
        ("assignee_stations", "group_stations", "initially_assigned_at"),
    ),
    Differs(
        "replies",
        "a count in the ticket's metric set",
        "public messages of people; a bot's, a light agent's and the requester's own are none",
        ("replies_per_ticket", "one_touch_rate"),
        ("bot_reply", "other_author"),
        ("replies",),
    ),
    Differs(
        "tickets in a view or report",
        "depends on the view; deleted tickets come as rows of status deleted, solved counts every solve",
        "spam, test, deleted, merged and imported tickets are out of every period; a solve is the first one",
        ("tickets_created", "tickets_solved", "tickets_excluded"),
        ("left_out", "merged"),
    ),
)

FRESHDESK = (
    Differs(
        "stats.first_responded_at",
        "a moment, the first response",
        "the first public message of a person to a waiting customer; the vendor's moment stands in until the "
        "conversation was read (precision stat)",
        ("first_response_time",),
        ("agent_opened", "bot_reply", "internal_note", "history"),
        ("first_replied_at",),
    ),
    Differs(
        "stats.resolved_at, closed_at, reopened_at",
        "the latest of each; resolved_at is cleared by a reopening; no durations, no counts, no business hours",
        "spans and counts of the whole history, exact where the export of activities is on",
        ("resolution_time", "first_resolution_time", "reopen_rate"),
        ("reopen", "history", "unsolved"),
        ("resolved_at", "closed_at", "reopened_at"),
    ),
    Differs(
        "list of tickets",
        "spam and deleted tickets are in lists of their own; what is closed and untouched for 120 days is archived and "
        "listed no more",
        "spam and deleted are in tickets_excluded; what was read before it was archived stays",
        ("tickets_created", "tickets_excluded"),
        ("left_out", "history"),
    ),
    Differs(
        "satisfaction ratings",
        "seven steps, ±100 to ±103, of answers only",
        "share satisfied; there is no response rate, for nobody tells to whom a survey was offered",
        ("csat", "csat_response_rate"),
        (),
    ),
)

REQUEST_TRACKER = (
    Differs(
        "Started, Resolved",
        "moments; a reopened ticket keeps its Resolved",
        "spans of the transactions; a reopened ticket has no resolution until it is solved again",
        ("resolution_time", "first_resolution_time"),
        ("reopen", "unsolved"),
        ("started_at", "resolved_at"),
    ),
    Differs(
        "TimeWorked",
        "minutes booked on a ticket",
        "TimeTaken of each transaction, on its own day",
        ("cost_per_minute",),
        (),
        ("time_worked",),
    ),
    Differs(
        "searches",
        "leave out deleted tickets, and merged ones unless asked for",
        "both are counted in tickets_excluded",
        ("tickets_created", "tickets_excluded"),
        ("left_out", "merged"),
    ),
)

CSV_FOLDER = (
    Differs(
        "first_replied_at, solved_at, reopens of a file of tickets",
        "moments as the exporting system knows them",
        "they stand in for the history (precision stat): calendar times only as good as the moments, no states between",
        ("first_response_time", "resolution_time", "reopen_rate"),
        ("history", "bot_reply"),
        ("first_replied_at", "solved_at", "reopens"),
    ),
    Differs(
        "totals of a file (costs, self-service, projects)",
        "as delivered",
        "as delivered; costs of a month are spread over its days, channels by handle time; a month without a file is "
        "unavailable, not 0",
        ("cost_per_contact", "self_service_rate", "project_progress"),
        (),
    ),
)
