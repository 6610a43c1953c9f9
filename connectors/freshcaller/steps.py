"""The steps of a call, from which its waiting is told.

Freshcaller's figures leave the queue out: ``answering_speed`` and ``total_ringing_time`` run while an agent's telephone
rings (so in the product that Freshcaller grew from). Its pages name no words of steps: they are told by what they
contain, and a wait that follows from them counts only where it is not shorter than the ringing.
"""

from collections.abc import Iterator, Sequence

import msgspec

from connectors import BadRow, utc

QUEUED = ("queue",)
TAKEN = ("answer",)
NOT_TAKEN = ("no_answer", "not_answer", "unanswer", "answering_machine")
OVER = ("hangup", "hang_up", "ended", "abandon", "disconnect", "voicemail")


class Step(msgspec.Struct, omit_defaults=True, gc=False):
    """One step: what, and when."""

    type: str | None = None
    time_stamp: str | None = None


def queued_at(steps: Sequence[Step] | None) -> int | None:
    """When the caller came to a queue."""
    return next((at for at, word in in_order(steps) if is_any(word, QUEUED)), None)


def taken_at(steps: Sequence[Step] | None, since: int) -> int | None:
    """When somebody answered who had waited since a moment."""
    return next(
        (
            at
            for at, word in in_order(steps)
            if at >= since and is_any(word, TAKEN) and not is_any(word, (*NOT_TAKEN, *OVER))
        ),
        None,
    )


def left_at(steps: Sequence[Step] | None, since: int) -> int | None:
    """When a caller who had waited since a moment hung up, or came to the voicemail."""
    return next((at for at, word in in_order(steps) if at >= since and is_any(word, OVER)), None)


def in_order(steps: Sequence[Step] | None) -> Iterator[tuple[int, str]]:
    """(moment, word) of each step that can be read, in order of time."""
    told = []
    for step in steps or ():
        try:
            told.append((utc(step.time_stamp or ""), (step.type or "").lower().replace(" ", "_")))
        except BadRow:
            continue
    return iter(sorted(told, key=lambda one: one[0]))


def is_any(word: str, parts: Sequence[str]) -> bool:
    """Whether the word contains one of these."""
    return any(part in word for part in parts)
