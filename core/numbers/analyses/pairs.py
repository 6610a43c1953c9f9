"""Metrics that part: what will alone can move today, and what pays for it (metrics 8.5)."""

from dataclasses import dataclass

from core.numbers.metrics import METRICS


@dataclass(frozen=True)
class Strong:
    """A metric that is easily made to look good, by moving it ``gains`` (1 up, -1 down), and the weak ones behind it.

    Each weak metric comes with the key of the sentence that says why both must be read."""

    metric_id: str
    gains: int
    weak: tuple[tuple[str, str], ...]


PAIRS: tuple[Strong, ...] = (
    Strong(
        "contacts_per_agent_day",
        1,
        (("transfer_rate", "because_passed_on"), ("qa_score", "because_quality"), ("csat", "because_unhappy")),
    ),
    Strong(
        "average_handle_time",
        -1,
        (
            ("transfer_rate", "because_passed_on"),
            ("first_contact_resolution_rate", "because_again"),
            ("qa_score", "because_hasty"),
            ("csat", "because_unhappy"),
        ),
    ),
    Strong(
        "average_after_call_work",
        -1,
        (("data_entry_completeness", "because_fields"), ("error_rate", "because_hasty")),
    ),
    Strong("tickets_solved", 1, (("reopen_rate", "because_reopened"), ("csat", "because_unhappy"))),
    Strong("first_response_time", -1, (("next_reply_time", "because_other"), ("csat", "because_unhappy"))),
    Strong("resolution_time", -1, (("reopen_rate", "because_reopened"), ("csat", "because_unhappy"))),
    Strong("transfer_rate", -1, (("first_contact_resolution_rate", "because_again"),)),
    Strong("service_level", 1, (("qa_score", "because_hasty"),)),
    Strong("cost_per_contact", -1, (("csat", "because_cheap"), ("first_contact_resolution_rate", "because_cheap"))),
    Strong("occupancy", 1, (("esat", "because_busy"), ("absence_rate", "because_busy"))),
)
"""The one list for the daily, the weekly and the groove, in the order in which it is told."""


def loses(weak_id: str) -> int:
    """Which way (1 up, -1 down) a weak metric moves when it gets worse."""
    return -1 if METRICS[weak_id].direction == "up" else 1
