"""Figures of telephone systems; facts of the vendors' pages and of our connectors' only."""

from core.numbers.differences.differs import Differs

ZENDESK_TALK = (
    Differs(
        "time_to_answer",
        "begins when Talk picks up, with greeting and menu",
        "the wait begins on entering the queue; the variant from_arrival begins with the call",
        ("average_speed_of_answer", "service_level"),
        ("ringing",),
        ("time_to_answer_s",),
    ),
    Differs(
        "wait_time",
        "from entering the queue",
        "the same",
        ("average_speed_of_answer",),
        ("ringing",),
        ("wait_s",),
    ),
    Differs(
        "talk_time, hold_time, wrap_up_time of a call",
        "talk can hold a consultation, or the talk of a number outside",
        "the sums of the agents' legs",
        ("average_talk_time", "average_hold_time", "average_after_call_work", "average_handle_time"),
        ("consult", "hold", "after_call"),
        ("talk_s", "hold_s", "acw_s"),
    ),
    Differs(
        "duration, charge",
        "of the call; charges to parts of a cent",
        "from arrival to the end of the line; charges in whole cents",
        ("telephony_charges",),
        ("after_call",),
        ("duration_s", "charge"),
    ),
    Differs(
        "totals of the account overview",
        "of Talk's own day, in a zone that it does not tell, as far as it was seen",
        "of the local day of [reporting]",
        ("calls_offered", "calls_handled"),
        ("flow_out",),
    ),
    Differs(
        "abandoned_on_hold, abandoned_in_voicemail, abandoned_in_ivr",
        "completion statuses",
        "answered (an agent held the line); abandoned (no message was left); ended in the menu, not offered",
        ("abandon_rate", "ivr_abandon_rate"),
        ("flow_out",),
    ),
)

FRESHCALLER = (
    Differs(
        "answering_speed, total_ringing_time",
        "run while an agent's telephone rings",
        "the wait runs from entering the queue to the answer; theirs stand for it only where no step of the call "
        "tells it",
        ("average_speed_of_answer", "service_level"),
        ("ringing",),
        ("answering_speed_s", "total_ringing_s"),
    ),
    Differs(
        "talk, hold and after-call figures, billed duration",
        "of each call; a transfer is a call of its own",
        "of the customer's call, its transfers together",
        ("average_talk_time", "average_hold_time", "average_after_call_work"),
        ("hold", "after_call"),
        ("talk_s", "hold_s", "acw_s", "billed_s"),
    ),
    Differs(
        "number of calls",
        "each transfer counts as one",
        "one call of the customer with a leg for each transfer",
        ("calls_offered", "contacts_handled"),
        (),
    ),
)

AIRCALL = (
    Differs(
        "duration",
        "from the start to the end, ringing and waiting included",
        "talk from the answer to the end; the wait before it is its own figure",
        ("average_handle_time", "average_talk_time"),
        ("ringing",),
        ("duration_s",),
    ),
    Differs(
        "missed calls",
        "inbound without an answer, whatever the reason",
        "abandoned only where the caller hung up; no_available_agent and agents_did_not_answer are flow-outs; "
        "abandoned_in_ivr and out_of_opening_hours never came to the queue",
        ("abandon_rate", "answer_rate", "calls_offered"),
        ("flow_out", "short_abandon"),
    ),
)

TWILIO = (
    Differs(
        "number of calls",
        "every connection is a call",
        "one call a customer: the connection without a parent, with those it dialled as its legs",
        ("calls_offered", "contacts_handled"),
        (),
    ),
    Differs(
        "duration",
        "of a connection, empty for busy, failed and unanswered ones",
        "from arrival to the end of the customer's connection",
        ("average_handle_time",),
        ("after_call",),
        ("duration_s",),
    ),
    Differs(
        "tasks_entered, reservations_accepted, tasks_canceled, wait_duration_in_queue_until_accepted",
        "calculated over at most 10,000 tasks; a task cancelled for whatever reason",
        "cancelled is abandoned, unless the reason says voicemail, call back or another way out",
        ("calls_offered", "answer_rate", "abandon_rate", "average_speed_of_answer"),
        ("flow_out", "short_abandon", "ringing"),
        ("offered", "answered", "abandoned", "wait_s"),
    ),
    Differs(
        "wait_duration_until_accepted",
        "counts from the creation of the task, also in the second queue of a transfer",
        "each visit to a queue has its own wait; total_customer_wait adds them up",
        ("average_speed_of_answer",),
        ("ringing",),
    ),
)

AMAZON_CONNECT = (
    Differs(
        "SERVICE_LEVEL",
        "(answered, abandoned and call backs, each within the threshold) / all queued, flow-outs included",
        "answered within the threshold / (answered + abandoned - short abandons); theirs is the variant removed",
        ("service_level",),
        ("formula",),
        ("service_level",),
    ),
    Differs(
        "CONTACTS_QUEUED, CONTACTS_HANDLED, CONTACTS_ABANDONED",
        "a transfer is a new contact; null is unknown, never 0",
        "a chain of contacts is one call, with a visit for each queue; calls into an agent's own queue are none",
        ("calls_offered", "calls_handled", "abandon_rate"),
        ("short_abandon", "flow_out"),
        ("offered", "answered", "abandoned"),
    ),
    Differs(
        "SUM_INTERACTION_TIME, SUM_HOLD_TIME, SUM_AFTER_CONTACT_WORK_TIME, SUM_HANDLE_TIME",
        "seconds of contacts",
        "the same seconds on the day of the answer, after-call work capped",
        ("average_talk_time", "average_hold_time", "average_after_call_work", "average_handle_time"),
        ("hold", "after_call"),
        ("talk_s", "hold_s", "acw_s", "handle_s"),
    ),
    Differs(
        "AVG_QUEUE_ANSWER_TIME",
        "a mean of the day",
        "kept as a sum over those answered, so that days add up",
        ("average_speed_of_answer",),
        ("ringing", "flow_out"),
        ("wait_s",),
    ),
    Differs(
        "AGENT_OCCUPANCY",
        "percent, not by queue",
        "handling / (handling + available), overlaps counted once",
        ("occupancy",),
        (),
    ),
)

GENESYS_CLOUD = (
    Differs(
        "nOffered, tAnswered, tAbandon, tFlowOut (counts)",
        "sessions of purpose acd",
        "one visit to a queue each; a visit that ends with error or system is abandoned, and a system drop",
        ("calls_offered", "answer_rate", "abandon_rate"),
        ("short_abandon", "flow_out"),
        ("offered", "answered", "abandoned"),
    ),
    Differs(
        "tShortAbandon",
        "by the vendor's own limit",
        "at most the queue's short_abandon_s, 5 s unless set",
        ("short_abandons", "service_level"),
        ("short_abandon",),
    ),
    Differs(
        "oServiceLevel",
        "numerator and denominator of the vendor",
        "answered within the threshold / (answered + abandoned - short abandons)",
        ("service_level",),
        ("formula",),
        ("service_level",),
    ),
    Differs(
        "tAnswered, tTalkComplete, tHeldComplete, tAcw (sums)",
        "milliseconds",
        "whole seconds, rounded down once for each figure of a leg; consultations are in nobody's handle time",
        ("average_speed_of_answer", "average_talk_time", "average_hold_time", "average_after_call_work"),
        ("consult", "ringing", "after_call"),
        ("wait_s", "talk_s", "hold_s", "acw_s"),
    ),
)

ASTERISK = (
    Differs(
        "`queue show`: abandoned",
        "counts a caller whom the queue sent away after its time limit",
        "a flow-out of its own, neither answered nor abandoned",
        ("abandon_rate", "service_level", "call_loss_rate"),
        ("flow_out",),
    ),
    Differs(
        "talk time (calltime)",
        "hold is part of it",
        "the same; hold is not told apart, so there is no hold time",
        ("average_talk_time", "average_hold_time"),
        ("hold",),
    ),
    Differs(
        "CDR: duration, billsec, number of records",
        "a record for each leg, the far half of a Local channel included; duration begins with the channel",
        "records of one call share its linkedid and are one call; talk is what is billed, the ring what came before",
        ("calls_offered", "average_handle_time"),
        ("ringing",),
    ),
    Differs(
        "RINGNOANSWER of 0 ms",
        "a ring that nobody took",
        "a busy or unregistered phone, no offer to an agent",
        ("ring_no_answer_rate",),
        (),
    ),
)
