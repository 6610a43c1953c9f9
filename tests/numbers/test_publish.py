"""What was published stays as it was printed, and a change of it is told."""

from dataclasses import replace

from core.clock import day_bounds
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.metrics.fixture_week import T1, T2, T5
from core.numbers.parts import fold
from core.numbers.publish import publish
from tests.numbers.rows import BERLIN, insert, store_of

MONDAY = Period("2026-03-02", "2026-03-02")
ARRIVED = {**T5, "is_counted_created": 1, "exclusion_reason": None, "merged_on": None}


def test_a_changed_final_value_is_restated() -> None:
    """Monday had 3 tickets until one of them was merged on Tuesday: 3 becomes 2, and the change is on record (R8)."""
    db, monday_night = store_of({"ticket_facts": (T1, T2, ARRIVED)}, "2026-03-02")
    asked = ask(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=monday_night)
    assert publish(db, "daily:2026-03-02", [asked], monday_night, zone=BERLIN.zone) == 0
    db.execute("delete from ticket_facts where ticket_uid = 'T5'")
    insert(db, {"ticket_facts": (T5,)})
    fold(db, BERLIN, monday_night + 86_400)
    later = ask(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=monday_night + 86_400)
    assert publish(db, "weekly:2026-W10", [later], monday_night + 86_400, zone=BERLIN.zone) == 1
    assert publish(db, "weekly:2026-W10", [later], monday_night + 90_000, zone=BERLIN.zone) == 0
    row = db.execute("select * from metric_restatements").fetchone()
    assert (row["metric_id"], row["old_value"], row["new_value"]) == ("tickets_created", 3, 2)
    assert row["period_start_at"] == day_bounds("2026-03-02", BERLIN.zone)[0]
    assert row["report_key"] == "weekly:2026-W10"
    kept = db.execute("select value, as_of_at, dim_key, status from metric_values order by as_of_at").fetchall()
    assert [row["value"] for row in kept] == [3, 2, 2]
    assert {row["dim_key"] for row in kept} == {"{}"}


def test_a_provisional_value_may_change_silently() -> None:
    """Ratings that still come in are no correction."""
    db, now_at = store_of({"ticket_facts": (T1,)}, "2026-03-02")
    first = ask(db, "resolution_time", MONDAY, reporting=BERLIN, now_at=now_at)
    assert first.maturity == "provisional"
    publish(db, "a", [first], now_at, zone=BERLIN.zone)
    assert publish(db, "b", [replace(first, value=1.0)], now_at + 1, zone=BERLIN.zone) == 0


def test_slices_are_kept_apart() -> None:
    """The number of one team must not restate that of all."""
    db, now_at = store_of({"ticket_facts": (T1,)}, "2026-03-02")
    total = ask(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=now_at)
    chat = ask(db, "tickets_created", MONDAY, where={"channel": "chat"}, reporting=BERLIN, now_at=now_at)
    publish(db, "a", [total, chat], now_at, zone=BERLIN.zone)
    assert publish(db, "b", [chat, total], now_at + 1, zone=BERLIN.zone) == 0
    keys = {row["dim_key"] for row in db.execute("select dim_key from metric_values")}
    assert keys == {"{}", '{"channel":"chat"}'}
