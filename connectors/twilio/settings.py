"""What an admin says about a Twilio account, and how its two servers are reached."""

from dataclasses import dataclass
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator

from connectors import Api, Http, NotAllowed, Settings, StateCategory

# Twilio tells no limit a minute but one of requests at a time, and answers 429 (20429) beyond it.
REQUESTS_PER_MINUTE = 240
VOICE = "https://api.twilio.com"
TASKROUTER = "https://taskrouter.twilio.com"
NO_WORKSPACE = (
    "no workspace_sid is set, so TaskRouter's queues and agents are left out. "
    "Console > TaskRouter > Workspaces shows it, if you use TaskRouter or Flex."
)

Cancelled = Literal["abandoned", "voicemail", "callback", "overflow", "timeout"]


class TwilioSettings(Settings):
    """Settings of a ``twilio`` source."""

    account_sid: str = Field(
        pattern=r"^AC[0-9a-fA-F]{32}$",
        examples=["AC" + "0" * 32],
        description="Account SID: Twilio Console > Account Dashboard > Account Info.",
    )
    auth_token: SecretStr | None = Field(
        None,
        examples=["env:TWILIO_AUTH_TOKEN"],
        json_schema_extra={"shown": True},
        description="Auth token: Twilio Console > Account Dashboard > Account Info.",
    )
    key_sid: str | None = Field(
        None,
        pattern=r"^SK[0-9a-fA-F]{32}$",
        json_schema_extra={"instead_of": "auth_token"},
        description="SID of an API key: Twilio Console > Account > API keys & tokens; with key_secret.",
    )
    key_secret: SecretStr | None = Field(
        None,
        json_schema_extra={"instead_of": "auth_token"},
        description="Secret of the API key, which Twilio shows once.",
    )
    workspace_sid: str | None = Field(
        None,
        pattern=r"^WS[0-9a-fA-F]{32}$",
        examples=["WS" + "0" * 32],
        json_schema_extra={"shown": True},
        description="Workspace SID: Twilio Console > TaskRouter > Workspaces; without it no queues are known.",
    )
    call_sid_attribute: str = Field(
        "call_sid", description="Attribute of a task that holds the SID of the customer's call."
    )
    cancel_reasons: dict[str, Cancelled] = Field(
        default_factory=dict,
        description='What a reason for cancelling a task means, such as { "left voicemail" = "voicemail" }.',
    )
    activities: dict[str, StateCategory] = Field(
        default_factory=dict,
        description='What an activity of workers means, such as { "Lunch" = "break", "Back office" = "other_work" }.',
    )

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        """Either the token, or both halves of a key."""
        keys = (self.key_sid, self.key_secret)
        if self.auth_token is None and None in keys:
            raise ValueError("needs auth_token, or key_sid and key_secret")
        if self.auth_token is not None and keys != (None, None):
            raise ValueError("has both auth_token and an API key; keep one")
        return self


def http(settings: TwilioSettings) -> Http:
    """Twilio's Voice and TaskRouter servers, with the account's token or an API key.

    Twilio's edge refuses good credentials now and then: a 401 counts from the second in a row on.
    """
    if settings.auth_token is not None:
        basic, setting = (settings.account_sid, settings.auth_token), "auth_token"
    else:
        basic, setting = (settings.key_sid or "", settings.key_secret or SecretStr("")), "key_secret"
    return Http(VOICE, besides=(TASKROUTER,), basic=basic, setting=setting, doubts_refusal=True)


@dataclass(frozen=True)
class Account:
    """The account: what its admin set, the door to it, and the zone of its local days."""

    settings: TwilioSettings
    api: Api
    zone: ZoneInfo

    @property
    def voice(self) -> str:
        """The path of the account below the Voice server."""
        return f"/2010-04-01/Accounts/{self.settings.account_sid}"

    @property
    def workspace(self) -> str:
        """The address of the workspace; NotAllowed where none is set."""
        if self.settings.workspace_sid is None:
            raise NotAllowed(NO_WORKSPACE, 403)
        return f"{TASKROUTER}/v1/Workspaces/{self.settings.workspace_sid}"


def client(settings: TwilioSettings, api: Api | None, zone: ZoneInfo) -> Account:
    """What the streams are given."""
    assert api is not None
    return Account(settings, api, zone)
