"""What an admin tells about an Asterisk server."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors import Settings, StateCategory

KeyMeaning = Literal["voicemail", "callback", "overflow"]


class AsteriskSettings(Settings):
    """Settings of an ``asterisk`` source."""

    path: Path | None = Field(
        None,
        examples=["/var/log/asterisk/queue_log"],
        json_schema_extra={"shown": True},
        description="The queue_log file; rotated siblings are found by themselves.",
    )
    queue_log_database: SecretStr | None = Field(
        None,
        examples=["env:ASTERISK_LOG_DATABASE"],
        json_schema_extra={"instead_of": "path"},
        description="Address of the database that Asterisk writes its queue log to (realtime), as for cdr_database.",
    )
    queue_log_table: str = Field("queue_log", description="Table of the queue log in that database.")
    queue_log_utc: bool = Field(
        False, description="Whether its times are UTC: queue_log_realtime_use_gmt=yes in logger.conf."
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
    cdr_path: Path | None = Field(
        None,
        examples=["/var/log/asterisk/cdr-csv/Master.csv"],
        description="The call records (Master.csv) for calls outside queues; rotated siblings are found too.",
    )
    cdr_database: SecretStr | None = Field(
        None,
        examples=["env:ASTERISK_CDR_DATABASE"],
        json_schema_extra={"instead_of": "cdr_path"},
        description='In place of cdr_path: address of their database, such as "mysql://user:secret@127.0.0.1/cdrdb".',
    )
    cdr_table: str = Field("cdr", description="Table of the call records in that database.")
    cdr_utc: bool = Field(False, description="Whether call records are in UTC: usegmtime=yes in cdr.conf.")
    trunks: tuple[str, ...] = Field(
        (), description='Lines to the outside as channels name them, such as ["PJSIP/telco-*"].'
    )
    inbound_contexts: tuple[str, ...] = Field(
        ("from-trunk*", "from-pstn*", "from-did*", "from-outside*", "incoming*", "inbound*"),
        description="Dialplan contexts in which calls from outside arrive; * stands for anything.",
    )
    outbound_contexts: tuple[str, ...] = Field(
        ("outbound*", "outgoing*", "macro-dialout*"),
        description="Dialplan contexts in which calls go out; * stands for anything.",
    )
    extensions: str = Field(
        r"\d{2,6}", description="Regular expression of your internal numbers; all others are outside."
    )

    @field_validator("extensions")
    @classmethod
    def is_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error:
            raise ValueError("is no regular expression") from None
        return value

    @model_validator(mode="after")
    def one_place_each(self) -> Self:
        if self.path is not None and self.queue_log_database is not None:
            raise ValueError("has both path and queue_log_database; keep one")
        if self.cdr_path is not None and self.cdr_database is not None:
            raise ValueError("has both cdr_path and cdr_database; keep one")
        if not any((self.path, self.queue_log_database, self.cdr_path, self.cdr_database)):
            raise ValueError("needs path, queue_log_database, cdr_path or cdr_database")
        return self
