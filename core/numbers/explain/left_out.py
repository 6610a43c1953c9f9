"""Which rows of the days do not count, and why, by the treatment profiles (metrics §2)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.numbers.evaluate import Question
from core.numbers.explain.roles import leading
from core.numbers.explain.rows import KEYS
from core.numbers.metric import Ages, Distinct, Level
from core.numbers.sql import column_of, marks

OTHER = "other"


@dataclass(frozen=True)
class LeftOut:
    """So many rows of a fact that do not count for one reason."""

    reason: str
    says: str
    count: int


@dataclass(frozen=True)
class Why:
    """A reason that rows of a fact may be left out for; the first that holds is the one told."""

    reason: str
    condition: str
    says: str


def _excluded(word: str, says: str) -> Why:
    return Why(word, f"exclusion_reason = '{word}'", says)


BY_BOT = Why("bot_only", "handled_by = 'bot'", "only a bot had it (profile T: out of times of people)")
BY_NOBODY = Why("untouched", "handled_by = 'none'", "no person has touched it")
TEST_CALL = Why("test", "is_test = 1", "calls of a test number or queue (profile C)")
OUTBOUND_CALL = Why("outbound", "direction = 'outbound'", "calls that we made (profile C: never in queue figures)")
INTERNAL_CALL = Why("internal", "direction = 'internal'", "calls from extension to extension (profile C)")
INBOUND_CALL = Why("inbound", "direction = 'inbound'", "calls that customers made")
NOT_COUNTED = Why("calibration", "is_counted = 0", "reviews made to calibrate reviewers")

WHYS: Mapping[str, tuple[Why, ...]] = {
    "ticket_facts": (
        _excluded("spam", "spam (profile T)"),
        _excluded("test", "tests (profile T)"),
        _excluded("suspended", "suspended by the vendor (profile T)"),
        _excluded("merged", "merged into another ticket, which counts (profile T)"),
        _excluded("deleted", "deleted (profile T)"),
        _excluded("import", "created in bulk, imported history (profile T)"),
        _excluded("internal", "the requester is one of us (profile T)"),
        _excluded("problem", "problem tickets, the incidents of customers count (profile T)"),
        Why("outbound", "is_outbound = 1", "an agent wrote first (profile T: a series of its own)"),
        Why("child", "is_child = 1", "side conversations and children"),
        BY_BOT,
        Why("reopened", "is_solved = 0 and first_solved_at is not null", "reopened and not solved again"),
        BY_NOBODY,
    ),
    "solve_facts": (
        Why("excluded", "is_counted = 0", "solves of tickets that are left out (spam, tests, merged, internal …)"),
    ),
    "reply_wait_facts": (),
    "backlog_moves": (),
    "self_service_facts": (
        Why("notice", "kind = 'notice'", "notices that we sent"),
        Why("ivr", "kind = 'ivr'", "voice menus"),
        Why("faq", "kind = 'faq'", "help pages"),
        Why("bot", "kind = 'bot'", "bots"),
        Why("portal", "kind = 'portal'", "portals"),
    ),
    "sla_facts": (Why("undecided", "met is null", "targets not decided: withdrawn, or still running"),),
    "queue_legs": (
        TEST_CALL,
        OUTBOUND_CALL,
        INTERNAL_CALL,
        Why("out_of_hours", "in_hours = 0", "outside the queue's opening hours (profile C)"),
        Why(
            "short_abandon",
            "outcome = 'abandoned' and wait_s <= short_abandon_s",
            "short abandons: hung up within the queue's limit (profile C)",
        ),
        Why("voicemail", "outcome = 'flow_out_voicemail'", "went to voicemail: neither answered nor given up"),
        Why("callback", "outcome = 'flow_out_callback'", "asked for a call back: neither answered nor given up"),
        Why("overflow", "outcome like 'flow_out_%'", "left the queue another way: neither answered nor given up"),
        Why("abandoned", "outcome = 'abandoned'", "hung up while waiting"),
        Why("answered", "outcome = 'answered'", "answered"),
    ),
    "call_facts": (
        TEST_CALL,
        INTERNAL_CALL,
        Why("ivr_only", "is_ivr_only = 1", "ended in the voice menu (profile C: not offered)"),
        Why("out_of_hours", "is_out_of_hours = 1", "outside opening hours (profile C: not offered)"),
        Why("not_answered", "direction = 'inbound' and is_handled = 0", "reached no person"),
        Why("not_connected", "direction = 'outbound' and is_connected = 0", "calls of ours that reached nobody"),
        OUTBOUND_CALL,
        INBOUND_CALL,
    ),
    "survey_facts": (
        Why("dropped", "is_counted = 0", "answers by agents, or to tickets that are left out (profile S)"),
        Why("unanswered", "rated_on is null", "offers without an answer (profile S: skipped is not answered)"),
        Why("other_question", "question_key is not null and question_key <> 'overall'", "other questions"),
        Why("csat", "kind = 'csat'", "answers on satisfaction"),
        Why("nps", "kind = 'nps'", "answers on recommendation"),
        Why("ces", "kind = 'ces'", "answers on effort"),
        Why("fcr", "kind = 'fcr'", "answers on whether it was solved at once"),
        Why("esat", "kind = 'esat'", "answers of our own people"),
    ),
    "contact_facts": (
        Why("unknown_customer", "person_uid is null", "unknown customer (withheld number, no mail)"),
        Why("abandoned", "is_attempt = 1", "calls given up: an attempt, not a contact that was dealt with"),
        Why("not_eligible", "is_eligible = 0", "contacts that cannot be judged (bot-only, outbound, internal …)"),
        Why("not_first", "is_first = 0", "further contacts of a customer about the same reason"),
        Why("reason_unknown", "is_reason_known = 0", "no reason is known"),
    ),
    "handled_facts": (
        Why("same_contact", "is_total = 0", "a further queue, agent or day's row of a contact that counts once"),
    ),
    "review_facts": (
        NOT_COUNTED,
        Why("targeted", "sample = 'targeted'", "chosen on purpose: for coaching, not for the score"),
        Why("unscored", "points is null or coalesce(possible, 0) = 0", "reviews without points"),
    ),
    "complaint_facts": (
        Why("same_incident", "is_counted = 0", "further complaints of a customer about one incident"),
        Why("product", "about = 'product'", "about a product, not about service"),
    ),
    "agent_days": (Why("unpaid", "is_paid = 0", "shared log-ins and bots (profile A: paid people only)"),),
    "booked_facts": (),
    "employment_facts": (
        Why("internal", "leave_reason = 'internal'", "moves within the company"),
        Why("other_leave", "leave_reason is not null", "left for another reason"),
    ),
}
# Calls that never came to a queue have no row among its visits: told beside them.
NO_QUEUE: tuple[Why, ...] = (
    TEST_CALL,
    OUTBOUND_CALL,
    INTERNAL_CALL,
    Why("ivr_only", "is_ivr_only = 1", "ended in the voice menu, never in a queue (profile C)"),
    Why("out_of_hours", "is_out_of_hours = 1", "outside opening hours, never in a queue (profile C)"),
    Why("blocked", "outcome = 'blocked'", "heard a busy line, never in a queue"),
)


def left_out(
    asked: Question, on_days: Sequence[str], counted: Collection[tuple[str, tuple[Any, ...]]]
) -> list[LeftOut]:
    """Reasons with counts, most first, of the leading fact's rows on the days that are not among the counted."""
    part = leading(asked.formula)
    if part is None or not on_days or isinstance(asked.formula, Level | Ages):
        return []
    whys = WHYS.get(part.fact, ())
    keys = KEYS[part.fact]
    sql = f"select {', '.join(keys)}, {_case(whys)} from {part.fact} where {_where(asked, part.fact, part.on, on_days)}"
    found: Counter[str] = Counter()
    for row in asked.db.execute(sql, (*on_days, *asked.slice.values())):
        values = tuple(row)
        if (part.fact, values[:-1]) not in counted:
            found[values[-1]] += 1
    rest = "the same one again" if isinstance(part, Distinct) else "not under the condition, or without such a figure"
    made = _told(found, (*whys, Why(OTHER, "", rest)))
    return [*made, *_no_queue(asked, on_days, counted)] if part.fact == "queue_legs" else made


def _no_queue(
    asked: Question, on_days: Sequence[str], counted: Collection[tuple[str, tuple[Any, ...]]]
) -> list[LeftOut]:
    if any(column_of("call_facts", dim) is None for dim in asked.slice.members):
        return []
    where = _where(asked, "call_facts", "arrived_on", on_days)
    sql = (
        f"select call_uid, {_case(NO_QUEUE)} from call_facts where {where} "
        "and not exists (select 1 from queue_legs q where q.call_uid = call_facts.call_uid)"
    )
    rows = asked.db.execute(sql, (*on_days, *asked.slice.values()))
    found = Counter(str(why) for uid, why in rows if ("call_facts", (uid,)) not in counted)
    return _told(found, (*NO_QUEUE, Why(OTHER, "", "in no queue")), "no_queue_")


def _where(asked: Question, fact: str, on: str, on_days: Sequence[str]) -> str:
    return " and ".join([f"{on} in {marks(on_days)}", *asked.slice.filters(fact)])


def _case(whys: Sequence[Why]) -> str:
    tests = " ".join(f"when {why.condition} then '{why.reason}'" for why in whys)
    return f"case {tests} else '{OTHER}' end" if whys else f"'{OTHER}'"


def _told(found: Mapping[str, int], whys: Sequence[Why], prefix: str = "") -> list[LeftOut]:
    made = [LeftOut(prefix + why.reason, why.says, found[why.reason]) for why in whys if found.get(why.reason)]
    return sorted(made, key=lambda one: -one.count)
