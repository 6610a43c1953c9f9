"""Metric events and the targets that are judged by them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connectors import Context, Record, SlaEvent, SlaInstance, SlaPolicy
from connectors.zendesk.sla import (
    MetricEventRow,
    PolicyRow,
    assemble_sla,
    normalise_metric_event,
    normalise_policy,
)

Judge = Callable[..., list[SlaInstance]]
SLA = {"target": 30, "business_hours": True, "policy": {"id": 25, "title": "Silver"}}


def minute(number: int) -> str:
    return f"2026-01-01T{number // 60:02d}:{number % 60:02d}:00Z"


def at(number: int) -> int:
    return 1_767_225_600 + number * 60


@pytest.fixture
def judge(records: Callable[..., list[Record]], context: Callable[..., Context]) -> Judge:
    """Instances of ticket 155 for (type, minute, more) events."""

    def made(
        *told: tuple[str, int, dict[str, Any]], metric: str = "reply_time", instance: int = 1
    ) -> list[SlaInstance]:
        events: Sequence[Record] = [
            one
            for number, (kind, when, more) in enumerate(told, 1)
            for one in records(
                {
                    "id": 900 + number,
                    "ticket_id": 155,
                    "metric": metric,
                    "instance_id": instance,
                    "type": kind,
                    "time": minute(when),
                    **more,
                },
                MetricEventRow,
                normalise_metric_event,
                context(),
            )
        ]
        found = assemble_sla("155", [one for one in events if isinstance(one, SlaEvent)], context())
        return [one for one in found if isinstance(one, SlaInstance)]

    return made


def test_a_reply_before_the_target_is_met(judge: Judge) -> None:
    """The target is in minutes, ours in seconds; the policy is the one that was applied."""
    (found,) = judge(("activate", 0, {}), ("apply_sla", 0, {"sla": SLA}), ("fulfill", 20, {}))
    assert (found.met, found.decided_at, found.fulfilled_at) == (True, at(20), at(20))
    assert (found.target_s, found.in_business, found.policy_id, found.target_kind) == (1800, True, "25", "first_reply")
    assert found.id == "155-reply_time-1"


def test_a_breach_decides_when_it_happens(judge: Judge) -> None:
    """A reply after it comes too late; the day it is counted on is that of the breach."""
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("breach", 30, {}), ("fulfill", 45, {}))
    assert (found.met, found.decided_at, found.breached_at) == (False, at(30), at(30))


def test_a_reply_in_the_second_of_the_target_is_in_time(judge: Judge) -> None:
    """Equality counts as in time, as everywhere."""
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("breach", 30, {}), ("fulfill", 30, {}))
    assert found.met is True


def test_a_breach_taken_back_did_not_happen(judge: Judge) -> None:
    """Zendesk retracts breaches when a target is changed in time."""
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("breach", 30, {"deleted": True}), ("fulfill", 45, {}))
    assert (found.met, found.breached_at) == (True, None)


def test_neither_reply_nor_breach_is_undecided(judge: Judge) -> None:
    """What is still open has no verdict and stands in no rate."""
    (found,) = judge(("activate", 0, {}), ("apply_sla", 0, {"sla": SLA}))
    assert (found.met, found.decided_at) == (None, None)


def test_a_new_target_before_the_decision_is_the_one_in_force(judge: Judge) -> None:
    """A ticket made urgent is judged by the urgent target, once."""
    urgent = {**SLA, "target_in_seconds": 600}
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("apply_sla", 5, {"sla": urgent}), ("breach", 15, {}))
    assert (found.target_s, found.applied_at, found.met) == (600, at(5), False)


def test_a_new_target_after_the_decision_judges_nothing_again(judge: Judge) -> None:
    """Lowering the priority after the breach must not mend it."""
    mild = {**SLA, "target_in_seconds": 86_400}
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("breach", 30, {}), ("apply_sla", 31, {"sla": mild}))
    assert (found.target_s, found.met) == (1800, False)


def test_a_policy_removed_midway_leaves_no_verdict(judge: Judge) -> None:
    """Out of numerator and denominator, and said when."""
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), ("apply_sla", 10, {"sla": None}), ("fulfill", 40, {}))
    assert (found.met, found.decided_at, found.cancelled_at) == (None, None, at(10))


def test_a_clock_without_a_target_is_no_instance(judge: Judge) -> None:
    """Zendesk runs every clock on every ticket, policy or not."""
    assert judge(("activate", 0, {}), ("fulfill", 20, {})) == []
    assert judge(("apply_group_sla", 0, {}), metric="group_ownership_time") == []


@pytest.mark.parametrize(
    ("metric", "instance", "kind"),
    [
        ("reply_time", 2, "next_reply"),
        ("requester_wait_time", 1, "requester_wait"),
        ("agent_work_time", 1, "agent_work"),
        ("resolution_time", 1, "resolution"),
    ],
)
def test_clocks_have_our_names(judge: Judge, metric: str, instance: int, kind: str) -> None:
    """The first reply and the next ones are two promises."""
    (found,) = judge(("apply_sla", 0, {"sla": SLA}), metric=metric, instance=instance)
    assert found.target_kind == kind


def test_recorded_policies(
    records: Callable[..., list[Record]], context: Callable[..., Context], fixtures: Callable[[str], Any]
) -> None:
    """Bodies as Zendesk documents them, ids repeated in name but not in number."""
    import json

    rows = json.loads(fixtures("zendesk/go-zendesk/sla_policies.json").read_text())["sla_policies"]
    found = [one for row in rows for one in records(row, PolicyRow, normalise_policy, context())]
    assert len({one.id for one in found if isinstance(one, SlaPolicy)}) == len(rows)
