"""What an admin says about an Aircall company, and how it is reached."""

from pydantic import Field, SecretStr

from connectors import Http, Settings, StateCategory

# The reference of 2026 allows a company 120 requests a minute, older ones 60; what the answers' headers say is obeyed.
REQUESTS_PER_MINUTE = 60


class AircallSettings(Settings):
    """Settings of an ``aircall`` source."""

    api_id: str = Field(
        min_length=1,
        examples=["env:AIRCALL_API_ID"],
        description="API ID: Aircall Dashboard > Integrations & API > API Keys > Add a new API key.",
    )
    api_token: SecretStr = Field(
        examples=["env:AIRCALL_API_TOKEN"],
        description="API token that Aircall shows once, beside the API ID.",
    )
    unavailable_reasons: dict[str, StateCategory] = Field(
        default_factory=dict,
        description='What a reason for being unavailable means, such as { "Back office" = "other_work" }.',
    )


def http(settings: AircallSettings) -> Http:
    """Aircall's public API with a company's key; to a wrong one Aircall answers 403, and keys have no scopes."""
    return Http(
        "https://api.aircall.io",
        basic=(settings.api_id, settings.api_token),
        setting="api_token",
        refusals=frozenset({401, 403}),
    )
