"""What a Slack channel is sent: one root message and its thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class SlackReply:
    """One message of the thread."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SlackMessage:
    """The root message and its thread; ``text`` is the whole report in two or three sentences.

    ``blocks`` hold the native chart; ``plain_blocks`` are the same with the chart as a line of text, for a workspace
    that refuses the chart block. ``chart_png`` draws the same chart as a picture (None: no chart, or drawing failed);
    ``chart_alt`` says its finding."""

    text: str
    blocks: tuple[Block, ...]
    plain_blocks: tuple[Block, ...]
    thread: tuple[SlackReply, ...] = ()
    chart_png: Callable[[], bytes | None] | None = None
    chart_alt: str = ""
