"""What an admin tells about an Asterisk server."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors import Settings, StateCategory

KeyMeaning = Literal["voicemail", "callback", "overflow"]


class AsteriskSettings(Settings):
    """Settings of an ``asterisk`` source."""

    path: Path = Field(
        examples=["/var/log/asterisk/queue_log"],
        description="The queue_log file; rotated siblings are found by themselves.",
    )
    exit_keys: dict[str, KeyMeaning] = Field(
        default_factory=dict,
        description='What a key pressed in the queue leads to, such as { "1" = "callback", "2" = "voicemail" }.',
    )
    timeout_leads_to: KeyMeaning | Literal["timeout"] = Field(
        "timeout", description="Where callers go when the queue's own time is over."
    )
    pause_reasons: dict[str, StateCategory] = Field(
        default_factory=dict,
        description='What a pause reason means, such as { "Lunch" = "break", "Wrap-up" = "acw" }.',
    )
