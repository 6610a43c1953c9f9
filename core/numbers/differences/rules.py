"""One paragraph for each cause that a comparison with the vendor can name."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.numbers.reconcile.pairs import Cause


@dataclass(frozen=True)
class Rule:
    """``ours`` says how we count and why, ``do`` what the reader can do about a difference; ``metrics`` are touched."""

    title: str
    ours: str
    metrics: tuple[str, ...]
    do: str = ""


RULES: Mapping[Cause, Rule] = {
    "stale": Rule(
        "The ticket changed meanwhile",
        "The vendor's figure was read before the ticket's last change. It is read again with the ticket's next row.",
        (),
        "Nothing: it is gone with the next pull.",
    ),
    "left_out": Rule(
        "Left out here",
        "Spam, tests, suspended, deleted, imported and internal tickets are in no figure but tickets_excluded, which "
        "counts them by reason. Most vendors' lists and reports count some of them.",
        ("tickets_created", "tickets_solved", "first_response_time", "resolution_time", "tickets_excluded"),
        "Compare tickets_created plus tickets_excluded plus outbound_tickets with the vendor's count.",
    ),
    "history": Rule(
        "History is not whole",
        "Where the events of a ticket are missing (before the first load, or where the vendor tells moments only), our "
        "value has the precision stat or poll, or there is none; it is never guessed.",
        ("first_response_time", "resolution_time", "requester_wait_time", "reopen_rate"),
        "Fill the gap with a backfill, or at Freshdesk switch on the export of activities.",
    ),
    "agent_opened": Rule(
        "One of us wrote first",
        "A ticket that an agent began has no waiting customer: it is in outbound_tickets and in no response time. "
        "Zendesk times it from creation to the next public comment of an agent; the variant zendesk_compat does as "
        "well.",
        ("first_response_time", "outbound_tickets", "first_contact_resolution_rate"),
        "Ask for first_response_time in its variant zendesk_compat.",
    ),
    "bot_reply": Rule(
        "An automatic message is no reply",
        "Triggers, auto-replies and bots answer nobody: the clock runs until a person writes in public.",
        ("first_response_time", "one_touch_rate", "replies_per_ticket"),
        "Name the users in whose name machines write (bot_tags, bot_names, bot_agents, automation_agents, bots).",
    ),
    "internal_note": Rule(
        "A note is no reply",
        "What the customer cannot read ends no wait; it counts as a touch only.",
        ("first_response_time", "touches_per_ticket"),
    ),
    "other_author": Rule(
        "Written by somebody who is no agent here",
        "Light agents, agents of a partner and the requester's own messages end no wait. Who was an agent is judged by "
        "the role at the moment of writing.",
        ("first_response_time", "next_reply_time"),
    ),
    "phone_reply": Rule(
        "Answered by telephone",
        "A call that reached the customer is a reply, and a voicemail's clock ends with it; a help desk that does not "
        "see calls goes on waiting.",
        ("first_response_time", "one_touch_rate"),
    ),
    "not_handled": Rule(
        "Nobody dealt with it",
        "What a bot alone, or nobody, closed has no time of resolution by people; it is in tickets_created and, if a "
        "bot's, in bot_containment_rate.",
        ("resolution_time", "first_resolution_time", "bot_containment_rate"),
    ),
    "unsolved": Rule(
        "Not solved yet",
        "A ticket that is open, or open again, has no resolution time until it is solved; some vendors show the time "
        "so far, or keep that of the last solve.",
        ("resolution_time", "requester_wait_time", "resolution_rate"),
    ),
    "schedule": Rule(
        "Business time by the hours of then",
        "Open seconds are counted by the hours that were valid at each moment, holidays and changes of schedule "
        "included. Zendesk takes the schedule that the ticket has now, for its whole life.",
        ("first_response_time", "resolution_time", "requester_wait_time", "sla_attainment"),
        "Compare in calendar time: if that is equal, only the hours differ.",
    ),
    "reopen": Rule(
        "Reopened in another way",
        "A reopening is solved to unsolved by anybody but an automation that solves again within 60 s. The resolution "
        "of a reopened ticket leaves its old day and appears on that of the last solve (a restatement).",
        ("reopen_rate", "resolution_time", "first_resolution_time"),
        "first_resolution_time stays on the first day.",
    ),
    "merged": Rule(
        "Merged away",
        "The source of a merge counts nowhere but in merge_rate; its target keeps its own creation.",
        ("tickets_created", "first_response_time", "merge_rate"),
    ),
    "stations": Rule(
        "Stations are counted from another one on",
        "We count how many different people or teams had a ticket; a vendor may count the first assignment, or each "
        "return, as one more.",
        ("reassignment_rate", "transfer_rate"),
    ),
    "ringing": Rule(
        "Ringing belongs to the wait",
        "A caller waits until somebody speaks, so ringing is part of the wait and of no handle time; the variant "
        "with_ring adds it to the latter.",
        ("average_speed_of_answer", "service_level", "average_handle_time", "average_talk_time"),
    ),
    "hold": Rule(
        "Hold is not talk",
        "Talk is without hold, interaction time is both. Sources that fold hold into talk and do not tell it apart "
        "have no hold time here.",
        ("average_talk_time", "average_hold_time", "average_interaction_time"),
        "Compare average_interaction_time.",
    ),
    "consult": Rule(
        "Consultations",
        "A consultation while the customer holds is hold; otherwise it is talk of the consulting leg, not of the call.",
        ("average_talk_time", "average_handle_time"),
    ),
    "after_call": Rule(
        "After-call work",
        "Handle time is talk, hold and after-call work, the latter capped at acw_cap (30 minutes) and whole on the "
        "day of the answer. Lengths of calls end when the line is cut.",
        ("average_handle_time", "average_after_call_work", "occupancy"),
    ),
    "short_abandon": Rule(
        "Short abandons",
        "Who hangs up within short_abandon_s (5 s unless set) is in short_abandons only, neither in the service level "
        "nor in the abandon rate.",
        ("service_level", "abandon_rate", "answer_rate", "short_abandons"),
        "The variants all_abandons and raw count them.",
    ),
    "flow_out": Rule(
        "Left the queue another way",
        "Voicemail, a wish to be called back, overflow and the queue's time limit are neither answered nor abandoned.",
        ("service_level", "abandon_rate", "calls_offered", "callback_rate", "voicemail_rate", "call_loss_rate"),
        "The variant flowouts_in of service_level counts them as missed.",
    ),
    "formula": Rule(
        "Another formula of the service level",
        "Ours is answered within the threshold / (answered + abandoned - short abandons). The same calls of one day "
        "make 81.1 to 86.0 %, by formula.",
        ("service_level",),
        "`kpi show service_level` prints all variants side by side; name the variant beside every figure.",
    ),
    "unexplained": Rule(
        "No rule explains it",
        "More than 1 % of a source's figures like that is for a person to look into.",
        (),
        "`reconcile` names examples; `kpi explain` shows how we counted them.",
    ),
}
