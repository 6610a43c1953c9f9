"""Contacts handled by people, each once a local day: answered calls, and tickets answered in writing or by a call."""

from collections.abc import Sequence

from core.numbers.facts.ground import DayOn
from core.numbers.facts.replies import Deed
from core.numbers.facts.rows import LinkedCall
from core.numbers.facts.status import Row


def ticket_handled(
    uid: str, dims: Row, answers: Sequence[Deed], calls: Sequence[LinkedCall], day_on: DayOn
) -> list[Row]:
    """Rows of handled_facts for a ticket: one a day with an answer, unless an answered call stands for that day."""
    source, _, team, channel, *_ = dims
    by_call = {call.answered_on for call in calls if call.is_handled}
    days: dict[str, str | None] = {}
    for at, agent_uid in answers:
        days.setdefault(day_on(at), agent_uid)
    return [
        (uid, day, source, channel, team, "", agent_uid, "ticket", 0, 1)
        for day, agent_uid in sorted(days.items())
        if day not in by_call
    ]
