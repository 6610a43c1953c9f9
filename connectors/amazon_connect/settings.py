"""What an admin tells about an Amazon Connect instance."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors import Settings, StateCategory


class AmazonConnectSettings(Settings):
    """Settings of an ``amazon_connect`` source: an instance asked through its API, or a folder of exported records."""

    instance_id: str = Field(
        "",
        examples=["11111111-2222-3333-4444-555555555555"],
        pattern=r"^[0-9A-Za-z-]{0,100}$",
        description="Amazon Connect console > Instances > your alias: what stands behind `instance/` in the ARN.",
        json_schema_extra={"shown": True},
    )
    region: str = Field(
        "",
        examples=["eu-central-1"],
        pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$",
        description="The instance's AWS region, as in the console's address.",
        json_schema_extra={"shown": True},
    )
    access_key_id: SecretStr | None = Field(
        None,
        examples=["env:AWS_ACCESS_KEY_ID"],
        description="IAM > Users > your user > Security credentials > Access keys; left out: the machine's own role.",
        json_schema_extra={"shown": True},
    )
    secret_access_key: SecretStr | None = Field(
        None,
        examples=["env:AWS_SECRET_ACCESS_KEY"],
        description="The secret shown once when the access key was created in IAM.",
        json_schema_extra={"shown": True},
    )
    session_token: SecretStr | None = Field(
        None, description="Only for temporary keys of AWS STS; they end after hours, a role is the better way."
    )
    records_path: Path | None = Field(
        None,
        description="In place of the API: a folder of contact record files (Connect > Data streaming, by Firehose).",
    )
    agent_events_path: Path | None = Field(
        None, description="A folder of agent event files (Connect > Data streaming > Agent events, by Firehose)."
    )
    agent_statuses: dict[str, StateCategory] = Field(
        default_factory=dict,
        description='What an agent status means (Users > Agent status), such as { "Lunch" = "break" }.',
    )
    service_level_s: int = Field(
        20, ge=1, le=604_800, description="Seconds of the service level that Connect itself is asked for, to compare."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.records_path is None and not (self.instance_id and self.region):
            raise ValueError("needs `instance_id` and `region`, or `records_path`.")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("`access_key_id` and `secret_access_key` go together.")
        return self
