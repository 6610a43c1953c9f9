"""All metrics, each declared once; found by id or by the names that people know them by."""

from collections.abc import Mapping
from difflib import get_close_matches

from core.errors import ConfigError
from core.numbers.metric import Metric, Part, parts_of
from core.numbers.metrics import (
    agents,
    backlog,
    call_times,
    contacts,
    cost,
    hiring,
    planning,
    projects,
    quality,
    queue,
    self_service,
    shifts,
    surveys,
    ticket_quality,
    ticket_speed,
    ticket_volume,
    waits,
)

THEMES = (
    ticket_volume, ticket_speed, backlog, ticket_quality, queue, waits, call_times, contacts, surveys, agents, quality,
    shifts, planning, hiring, self_service, cost, projects,
)  # fmt: skip
METRICS: Mapping[str, Metric] = {metric.id: metric for theme in THEMES for metric in theme.METRICS}

ALIASES: Mapping[str, str] = {
    "frt": "first_response_time",
    "first_reply_time": "first_response_time",
    "aht": "average_handle_time",
    "asa": "average_speed_of_answer",
    "fcr": "first_contact_resolution_rate",
    "sl": "service_level",
    "tsf": "service_level",
    "acw": "average_after_call_work",
    "wrap_up": "average_after_call_work",
    "att": "average_talk_time",
    "abandonment_rate": "abandon_rate",
    "enps": "esat",
    "turnover": "attrition_rate",
}

STARTER = ("csat", "backlog_open", "first_response_time", "tickets_created")
STARTER_PHONE = ("service_level", "abandon_rate")


def find_metric(name: str) -> Metric:
    """The metric of an id or alias; otherwise ConfigError with the nearest name."""
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    found = METRICS.get(ALIASES.get(key, key))
    if found is None:
        near = get_close_matches(key, [*METRICS, *ALIASES], n=1)
        raise ConfigError(f"no metric is called '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    return found


def find_variant(metric: Metric, variant: str | None) -> str:
    """The variant asked for, or the headline; otherwise ConfigError with the known ones."""
    if variant is None or variant in metric.how or not metric.how:
        return variant or metric.headline
    raise ConfigError(f"{metric.id} has no variant '{variant}'; it has: {', '.join(metric.how)}")


def _all_parts() -> Mapping[str, Part]:
    found: dict[str, Part] = {}
    for metric in METRICS.values():
        for formula in metric.how.values():
            for part in parts_of(formula):
                if found.setdefault(part.id, part) != part:
                    raise ValueError(f"two parts share the id {part.id}")
    return found


PARTS: Mapping[str, Part] = _all_parts()
