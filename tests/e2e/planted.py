"""The sandbox's world as facts in memory: what pulling and deriving it would come to, without the way there."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.weather.classes import Figures, class_of, level_of
from core.clock import day_of
from core.numbers.inquiry import Inquiry
from core.numbers.parts import fold
from core.sandbox import account
from core.sandbox.hours import days
from core.sandbox.inputs.customers import customer_sheets
from core.sandbox.inputs.partner import partner_sheets
from core.sandbox.inputs.plans import plan_sheets
from core.sandbox.inputs.quality import quality_sheets
from core.sandbox.inputs.sheet import DESK, PHONE, Sheet
from core.sandbox.inputs.shifts import shift_sheets
from core.sandbox.planted import SHARES
from core.sandbox.story import public_holidays
from core.sandbox.truth import Call, Change, Comment, Create, Ticket
from core.sandbox.vendors.weather import truth
from core.sandbox.world import World
from core.store.db import open_store
from tests.numbers.rows import BERLIN, insert
from tests.report.desk import base

Rows = Iterator[dict[str, Any]]
COUNTED = {"mail", "web", "chat", "api", "onbehalf", "voicemail", "followup", "recovered", "phone"}
LEFT_AS = {"callback": "flow_out_callback", "timeout": "flow_out_timeout", "empty": "flow_out_overflow"}
AGENTS = frozenset((*account.AGENT_IDS.values(), account.DEMOTED, account.PROMOTED))
OPENS, CLOSES = 480, 1_080


def inquiry(world: World) -> Inquiry:
    """Who asks of the world's facts at its last moment."""
    return Inquiry(store(world), BERLIN, world.until)


def store(world: World) -> sqlite3.Connection:
    """A store of the facts that the analyses read, folded."""
    db = open_store(":memory:")
    told = {
        sheet.name: [dict(zip(sheet.columns.split(), row, strict=True)) for row in sheet.rows] for sheet in _read(world)
    }
    insert(
        db,
        {
            "ticket_facts": _tickets(world),
            "queue_legs": [*_legs(world), *_partner_legs(told)],
            "call_facts": [*_calls(world), *_partner_calls(told)],
            "survey_facts": _ratings(told),
            "review_facts": _reviews(told),
            "agent_days": _presence(world, told),
            "handled_facts": _handled(world, told),
        },
    )
    _surroundings(db, world, told)
    fold(db, BERLIN, world.until)
    return db


def _read(world: World) -> Iterator[Sheet]:
    wanted = {
        "csat after calls",
        "csat nord",
        "calls nord",
        "qa_reviews",
        "attendance",
        "attendance nord",
        "calendar_events",
    }
    parts = (customer_sheets, partner_sheets, quality_sheets, shift_sheets, plan_sheets)
    return (sheet for part in parts for sheet in part(world) if sheet.name in wanted)


def _at(text: object) -> int:
    return int(datetime.fromisoformat(str(text)).timestamp())


def _uid(text: object) -> str:
    return str(text).removeprefix("@") if str(text).startswith("@") else f"files:{text}"


def _tickets(world: World) -> Rows:
    for ticket in world.tickets:
        if ticket.kind not in COUNTED:
            continue
        team = next(
            (
                event.value
                for audit in ticket.audits
                for event in audit.events
                if isinstance(event, Change | Create) and event.field == "group_id" and event.value
            ),
            None,
        )
        row: dict[str, Any] = {
            "ticket_uid": f"{DESK}:{ticket.id}", "created_at": ticket.created_at, "is_counted_created": 1,
            "team_uid": f"{DESK}:{team}", "source": DESK,
            "channel": {"native_messaging": "messaging"}.get(ticket.via, ticket.via),
        }  # fmt: skip
        if ticket.kind != "phone" and (replied_at := _replied(ticket)) is not None:
            hours = world.hours(account.SCHEDULE_SUPPORT, ticket.created_at)
            row |= {
                "first_replied_at": replied_at, "is_frt_counted": 1, "frt_s": replied_at - ticket.created_at,
                "frt_business_s": hours.between(ticket.created_at, replied_at),
            }  # fmt: skip
        yield row


def _replied(ticket: Ticket) -> int | None:
    return next(
        (
            audit.at
            for audit in ticket.audits
            for event in audit.events
            if isinstance(event, Comment) and event.public and event.author_id in AGENTS
        ),
        None,
    )


def _legs(world: World) -> Rows:
    for call in world.calls:
        for seq, leg in enumerate(call.legs):
            row: dict[str, Any] = {
                "call_uid": f"{PHONE}:{call.id}", "seq": seq, "queue_uid": f"{PHONE}:{leg.queue}", "channel": "phone",
                "enqueued_at": leg.enqueued_at, "outcome": LEFT_AS.get(leg.outcome, leg.outcome), "wait_s": leg.wait_s,
                "slot": _slot(leg.enqueued_at),
            }  # fmt: skip
            if leg.outcome == "answered":
                row |= {"answered_at": leg.answered_at, "talk_s": leg.talk_s, "handle_s": leg.talk_s}
            yield row


def _slot(at: int) -> int:
    here = datetime.fromtimestamp(at, BERLIN.zone)
    return here.hour * 2 + here.minute // 30


def _calls(world: World) -> Rows:
    for call in world.calls:
        spoken = [leg for leg in call.legs if leg.outcome == "answered"]
        row: dict[str, Any] = {"call_uid": f"{PHONE}:{call.id}", "arrived_at": call.arrived_at, "channel": "phone"}
        if spoken:
            talk_s = sum(leg.talk_s for leg in spoken)
            row |= {
                "answered_at": spoken[0].answered_at, "is_handled": 1, "talk_s": talk_s, "handle_s": talk_s,
                "is_transferred": int(any(leg.transfer for leg in spoken)),
            }  # fmt: skip
        yield row


Told = Mapping[str, list[dict[str, Any]]]


def _partner_legs(told: Told) -> Rows:
    for row in told["calls nord"]:
        if row["queue_id"]:
            at = _at(row["enqueued_at"])
            answered = {"answered_at": at + row["wait_s"]} if row["outcome"] == "answered" else {}
            yield {
                "call_uid": _uid(row["id"]), "queue_uid": _uid(row["queue_id"]), "enqueued_at": at, "slot": _slot(at),
                "wait_s": row["wait_s"], "outcome": row["outcome"], "channel": "phone", "source": "files", **answered,
            }  # fmt: skip


def _partner_calls(told: Told) -> Rows:
    for row in told["calls nord"]:
        spoken: dict[str, Any] = {}
        if row["outcome"] == "answered":
            spoken = {
                "answered_at": _at(row["enqueued_at"]) + row["wait_s"], "is_handled": 1, "talk_s": row["talk_s"],
                "handle_s": row["talk_s"] + row["hold_s"] + row["acw_s"],
            }  # fmt: skip
        yield {
            "call_uid": _uid(row["id"]), "arrived_at": _at(row["arrived_at"]), "channel": "phone", "source": "files",
            **spoken,
        }  # fmt: skip


def _ratings(told: Told) -> Rows:
    for name in ("csat after calls", "csat nord"):
        for row in told[name]:
            yield {
                "survey_uid": f"{name}:{row['id']}", "kind": "csat", "is_counted": 1, "is_final": 1,
                "is_satisfied": int(row["score"] > 3), "rated_at": _at(row["rated_at"]),
                "call_uid": _uid(row["call_id"]), "question_key": "overall", "channel": "phone",
            }  # fmt: skip


def _reviews(told: Told) -> Rows:
    for row in told["qa_reviews"]:
        yield {
            "review_uid": row["id"], "is_counted": 1, "reviewed_at": _at(row["reviewed_at"]), "points": row["points"],
            "possible": row["points_possible"], "sample": row["sample"],
        }  # fmt: skip


def _presence(world: World, told: Told) -> Rows:
    """Everybody who answered that day at the telephone, and whom the lists of attendance name."""
    seen = {
        (f"{PHONE}:{leg.agent}", day_of(leg.answered_at, BERLIN.zone), PHONE)
        for call in world.calls for leg in call.legs if leg.outcome == "answered"
    }  # fmt: skip
    seen |= {(_uid(row["agent_id"]), str(row["day_on"]), DESK) for row in told["attendance"]}
    seen |= {(_uid(row["agent_id"]), str(row["day_on"]), "files") for row in told["attendance nord"]}
    for agent, day_on, source in sorted(seen):
        yield {"agent_uid": agent, "day_on": day_on, "source": source, "presence_days": 1.0, "is_paid": 1}


def _handled(world: World, told: Told) -> Rows:
    """Contacts as they were first dealt with."""
    calls = [(f"{PHONE}:{call.id}", leg.answered_at, "call") for call in world.calls if (leg := _answered(call))]
    calls += [
        (_uid(row["id"]), _at(row["enqueued_at"]), "call") for row in told["calls nord"] if row["outcome"] == "answered"
    ]
    tickets = [(f"{DESK}:{one.id}", at, "ticket") for one in world.tickets if (at := _replied(one)) is not None]
    for uid, at, kind in (*calls, *tickets):
        yield {
            "contact_uid": uid, "day_on": day_of(at, BERLIN.zone), "source": uid.partition(":")[0], "is_total": 1,
            "kind": kind, "channel": "phone" if kind == "call" else "email", "queue_uid": "",
        }  # fmt: skip


def _answered(call: Call) -> Any:
    return next((leg for leg in call.legs if leg.outcome == "answered"), None)


def _surroundings(db: sqlite3.Connection, world: World, told: Told) -> None:
    """Opening hours, holidays, the weather where customers live, and the calendar's events."""
    base(
        db,
        "business_schedules",
        uid="s",
        native_id="s",
        source=DESK,
        name="hours",
        time_zone="Europe/Berlin",
        is_default=1,
    )
    for weekday in range(5):
        base(
            db,
            "schedule_hours",
            schedule_uid="s",
            valid_from_on="2026-01-01",
            weekday=weekday,
            open_min=OPENS,
            close_min=CLOSES,
        )
    for day_on in (*public_holidays(), world.story.team_day_on):
        base(db, "holidays", schedule_uid="s", day_on=day_on.isoformat(), name="closed")
    for name, number in account.GROUPS.items():
        base(db, "teams", uid=f"{DESK}:{number}", native_id=str(number), source=DESK, name=name)
    for number, (place, share) in enumerate(SHARES):
        base(db, "regions", region=f"r{number}", name=f"r{number}", weight=share)
        for day_on in days(world.story.start_on - timedelta(days=10), world.story.last_on):
            told_of = truth(*place, day_on)
            sky = Figures(
                code=told_of["weather_code"], temp_min=told_of["temperature_2m_min"],
                temp_max=told_of["temperature_2m_max"], rain_mm=told_of["rain_sum"], snow_cm=told_of["snowfall_sum"],
                wind_max=told_of["wind_speed_10m_max"], gusts_max=told_of["wind_gusts_10m_max"],
            )  # fmt: skip
            base(
                db, "weather_days", region=f"r{number}", day_on=day_on.isoformat(), rain_mm=sky.rain_mm,
                snow_cm=sky.snow_cm, temp_max=sky.temp_max, weather_class=class_of(sky), warning=level_of(sky),
            )  # fmt: skip
    for row in told["calendar_events"]:
        base(
            db, "calendar_events", uid=row["id"], native_id=row["id"], source="files", kind=row["kind"],
            title=row["title"], from_at=_at(row["from_at"]), to_at=_at(row["to_at"]) if row["to_at"] else None,
            scope_team_uid=_uid(row["scope_team_id"]) if row["scope_team_id"] else None, metric=row["metric"] or None,
            expected_direction=row["expected_direction"] or None,
        )  # fmt: skip
