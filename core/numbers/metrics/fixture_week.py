"""The worked week of the metric catalogue as fact rows: Monday 2 to Sunday 8 March 2026.

Europe/Berlin, open Monday to Friday from 9 to 17. Rows are as of Sunday's end; ``T3_…`` are later
states of T3. Calls went to queue 1 unless said.
"""

from datetime import datetime

from core.numbers.metric import Row


def many(count: int, **row: object) -> tuple[Row, ...]:
    """So many equal rows."""
    return (row,) * count


def legs(count: int, *, wait: int, outcome: str, **row: object) -> tuple[Row, ...]:
    """So many visits to a queue that ended alike after ``wait`` seconds."""
    return many(count, wait_s=wait, outcome=outcome, **row)


def at(text: str) -> int:
    """The moment of a time in Berlin's winter."""
    return int(datetime.fromisoformat(f"{text}+01:00").timestamp())


def _ticket(number: int, created_on: str, *states: Row, **row: object) -> Row:
    made: dict[str, object] = {"ticket_uid": f"T{number}", "created_on": created_on, "channel": "email"}
    made |= {"is_counted_created": 1, "handled_by": "human"}
    for state in states:
        made |= state
    return made | row


MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (f"2026-03-0{day}" for day in range(2, 7))
SOLVED: Row = {
    "is_solve_counted": 1, "is_solved": 1, "assignee_stations": 1, "team_stations": 1, "human_replies": 1,
    "one_touch": 1,
}  # fmt: skip

T1 = _ticket(
    1, MONDAY, SOLVED, is_frt_counted=1, first_replied_on=MONDAY, frt_s=1_800, frt_business_s=1_800,
    first_solved_on=MONDAY, last_solved_on=MONDAY, solved_same_day=1, first_resolution_s=3_600,
    first_resolution_business_s=3_600, resolution_s=3_600, resolution_business_s=3_600,
)  # fmt: skip
T2 = _ticket(
    2, MONDAY, SOLVED, human_replies=2, one_touch=0, assignee_stations=2, team_stations=2,
    is_frt_counted=1, first_replied_on=TUESDAY, frt_s=61_200, frt_business_s=3_600,
    first_solved_on=TUESDAY, last_solved_on=TUESDAY, first_resolution_s=81_000, first_resolution_business_s=23_400,
    resolution_s=81_000, resolution_business_s=23_400, requester_wait_s=64_800, requester_wait_business_s=7_200,
    agent_wait_s=16_200, agent_wait_business_s=16_200, agent_work_s=64_800, agent_work_business_s=7_200,
    on_hold_s=0, on_hold_business_s=0,
)  # fmt: skip
T3 = _ticket(3, FRIDAY)
T3_MONDAY: Row = {
    **T3, **SOLVED, "is_frt_counted": 1, "first_replied_on": "2026-03-09", "frt_s": 231_600, "frt_business_s": 1_200,
    "first_solved_on": "2026-03-09", "last_solved_on": "2026-03-09", "first_resolution_s": 231_600,
    "first_resolution_business_s": 1_200, "resolution_s": 231_600, "resolution_business_s": 1_200,
}  # fmt: skip
T3_REOPENED: Row = {
    **T3_MONDAY, "is_solved": 0, "reopens": 1, "is_reopened_in_7d": 1, "is_effective_reopened_in_7d": 1, "one_touch": 0,
    "resolution_s": None, "resolution_business_s": None,
}  # fmt: skip
T3_TUESDAY: Row = {
    **T3_REOPENED, "is_solved": 1, "last_solved_on": "2026-03-10", "human_replies": 2, "resolution_s": 324_600,
    "resolution_business_s": 36_600, "requester_wait_s": 235_200,
}  # fmt: skip
T4 = _ticket(4, TUESDAY, is_counted_created=0, exclusion_reason="spam", handled_by="none")
T5 = _ticket(5, MONDAY, is_counted_created=0, exclusion_reason="merged", merged_on=TUESDAY, handled_by="none")
T6 = _ticket(
    6, WEDNESDAY, is_counted_created=0, is_outbound=1, first_replied_on=WEDNESDAY, frt_compat_s=8_400,
    first_solved_on=WEDNESDAY, last_solved_on=WEDNESDAY, is_solved=1,
)  # fmt: skip
T7 = _ticket(
    7, THURSDAY, SOLVED, channel="voicemail", is_frt_counted=1, first_replied_on=FRIDAY, frt_s=54_900,
    frt_business_s=900, first_solved_on=FRIDAY, last_solved_on=FRIDAY, resolution_s=56_400, resolution_business_s=2_400,
)  # fmt: skip
T8 = _ticket(
    8, THURSDAY, SOLVED, channel="chat", is_frt_counted=1, first_replied_on=THURSDAY, frt_s=330, frt_business_s=330,
    frt_handoff_s=90, first_solved_on=THURSDAY, last_solved_on=THURSDAY, solved_same_day=1, resolution_s=1_200,
    resolution_business_s=1_200, bot_contained=0,
)  # fmt: skip
T9 = _ticket(
    9, THURSDAY, channel="chat", handled_by="bot", is_solve_counted=1, is_solved=1, solved_same_day=1, bot_contained=1,
    first_solved_on=THURSDAY, last_solved_on=THURSDAY,
)  # fmt: skip
T10 = _ticket(10, FRIDAY, handled_by="none")
COHORT: tuple[Row, ...] = tuple(
    {**ticket, "started_at": at(begun)}
    for ticket, begun in (
        (T1, f"{MONDAY} 10:00"), (T2, f"{MONDAY} 16:30"), (T3, f"{FRIDAY} 16:50"), (T7, f"{THURSDAY} 18:00"),
        (T8, f"{THURSDAY} 11:00"), (T9, f"{THURSDAY} 11:30"), (T10, f"{FRIDAY} 15:00"),
    )
)  # fmt: skip
WEEK: tuple[Row, ...] = (T1, T2, T3, T4, T5, T6, T7, T8, T9, T10)

WEEK_SOLVES: tuple[Row, ...] = (
    *({"ticket_uid": f"T{number}", "solved_on": day_on, "is_first": 1, "is_counted": 1, "handled_by": "human"}
      for number, day_on in ((1, MONDAY), (2, TUESDAY), (7, FRIDAY), (8, THURSDAY))),
    {"ticket_uid": "T6", "solved_on": WEDNESDAY, "is_first": 1, "is_counted": 0, "handled_by": "human"},
    {"ticket_uid": "T9", "solved_on": THURSDAY, "is_first": 1, "is_counted": 1, "handled_by": "bot"},
)  # fmt: skip
WEEK_REPLY_WAITS: tuple[Row, ...] = (
    {"ticket_uid": "T2", "replied_on": TUESDAY, "wait_s": 3_600},
    {"ticket_uid": "T6", "replied_on": WEDNESDAY, "wait_s": 1_200},
)
MOVES: tuple[Row, ...] = (
    *many(10, kind="arrived", delta=1), *many(6, kind="solved", delta=-1), {"kind": "merged", "delta": -1},
    {"kind": "spam", "delta": -1},
)  # fmt: skip


def _span(number: int, from_text: str, to_text: str | None, status: str = "open", **row: object) -> Row:
    began = {"seq": at(from_text), "from_at": at(from_text), "created_at": at(from_text)}
    return {**began, "ticket_uid": f"T{number}", "to_at": to_text and at(to_text), "status_category": status, **row}


T10_OPEN = _span(10, f"{FRIDAY} 15:00", None, "new", is_unassigned=1)
SPANS: tuple[Row, ...] = (
    _span(1, f"{MONDAY} 10:00", f"{MONDAY} 11:00"),
    _span(2, f"{MONDAY} 16:30", f"{TUESDAY} 09:30"),
    _span(2, f"{TUESDAY} 09:30", f"{TUESDAY} 14:00", "pending"),
    _span(2, f"{TUESDAY} 14:00", f"{TUESDAY} 15:00"),
    _span(4, f"{TUESDAY} 08:00", f"{TUESDAY} 08:30"),
    _span(5, f"{MONDAY} 17:30", f"{TUESDAY} 09:05"),
    _span(6, f"{WEDNESDAY} 10:00", f"{WEDNESDAY} 12:20"),
    _span(7, f"{THURSDAY} 18:00", f"{FRIDAY} 09:40"),
    _span(8, f"{THURSDAY} 11:00", f"{THURSDAY} 11:20"),
    _span(9, f"{THURSDAY} 11:30", f"{THURSDAY} 11:33"),
    _span(3, f"{FRIDAY} 16:50", None),
    T10_OPEN,
)
SPANS_TUESDAY: tuple[Row, ...] = (
    *SPANS[:-2],
    _span(3, f"{FRIDAY} 16:50", "2026-03-09 09:10"),
    _span(
        3, "2026-03-10 10:00", "2026-03-10 11:00", created_at=at(f"{FRIDAY} 16:50"), reopened_at=at("2026-03-10 10:00")
    ),
    T10_OPEN,
)


def _leg(call: int, outcome: str, wait_s: int, *spent: int, queue: int = 1, **row: object) -> Row:
    """``spent``: seconds of talk, hold and after-call work."""
    answered = dict(zip(("talk_s", "hold_s", "acw_s"), spent, strict=False))
    handled: Row = {**answered, "handle_s": sum(spent), "answered_on": WEDNESDAY} if spent else {}
    return {"call_uid": f"C{call}", "seq": queue, "queue_uid": f"queue {queue}", "enqueued_on": WEDNESDAY,
            "outcome": outcome, "wait_s": wait_s, **handled, **row}  # fmt: skip


LEGS: tuple[Row, ...] = (
    _leg(1, "answered", 5, 200, 0, 40),
    _leg(2, "answered", 18, 300, 30, 60),
    _leg(3, "answered", 20, 120, 0, 20),
    _leg(4, "answered", 21, 180, 0, 30),
    _leg(5, "answered", 65, 400, 60, 50, is_transferred=1, transfer_kind="warm"),
    _leg(5, "answered", 30, 150, 0, 20, queue=2),
    _leg(6, "abandoned", 3),
    _leg(7, "abandoned", 5),
    _leg(8, "abandoned", 45),
    _leg(10, "flow_out_voicemail", 60),
    _leg(11, "flow_out_callback", 40),
)
LEGS_QUEUE_1: tuple[Row, ...] = tuple(leg for leg in LEGS if leg["queue_uid"] == "queue 1")


def _call(call: int, outcome: str, direction: str = "inbound", **row: object) -> Row:
    answered = {"answered_on": WEDNESDAY} if "handle_s" in row else {}
    return {
        "call_uid": f"C{call}",
        "arrived_on": WEDNESDAY,
        "outcome": outcome,
        "direction": direction,
        **answered,
        **row,
    }


CALL_5 = _call(
    5, "answered", is_handled=1, is_transferred=1, transfers=1, total_wait_s=95, handle_s=680, queue_uid="queue 1"
)
CALLS: tuple[Row, ...] = (
    _call(1, "answered", is_handled=1, total_wait_s=5, handle_s=240, queue_uid="queue 1"),
    _call(2, "answered", is_handled=1, total_wait_s=18, handle_s=390, queue_uid="queue 1"),
    _call(3, "answered", is_handled=1, total_wait_s=20, handle_s=140, queue_uid="queue 1"),
    _call(4, "answered", is_handled=1, total_wait_s=21, handle_s=210, queue_uid="queue 1"),
    CALL_5,
    _call(6, "abandoned", total_wait_s=3, queue_uid="queue 1"),
    _call(7, "abandoned", total_wait_s=5, queue_uid="queue 1"),
    _call(8, "abandoned", total_wait_s=45, queue_uid="queue 1"),
    _call(9, "abandoned_ivr", is_ivr_only=1),
    _call(10, "voicemail", total_wait_s=60, queue_uid="queue 1"),
    _call(11, "callback", total_wait_s=40, queue_uid="queue 1", is_callback_requested=1),
    _call(12, "out_of_hours", is_out_of_hours=1),
    _call(13, "answered", "outbound", is_connected=1, handle_s=110),
    _call(14, "no_answer", "outbound"),
)
HANDLED: tuple[Row, ...] = (
    *({"contact_uid": f"C{call}", "queue_uid": "queue 1"} for call in range(1, 6)),
    {"contact_uid": "C5", "queue_uid": "queue 2"},
)
