"""What an admin says about a Freshcaller account, and how it is reached."""

from pydantic import Field, SecretStr

from connectors import Http, Settings

# Of each app, for the whole account.
REQUESTS_PER_MINUTE = 50


class FreshcallerSettings(Settings):
    domain: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        examples=["mycompany"],
        description="The part before .freshcaller.com in your Freshcaller address.",
    )
    api_key: SecretStr = Field(
        examples=["env:FRESHCALLER_API_KEY"],
        description="API key of an account admin: profile picture > Profile settings > Your API key.",
    )
    ticket_account: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        examples=["fd-main"],
        description="Account (or name) of your freshdesk source: the tickets that calls name are looked for there.",
    )


def http(settings: FreshcallerSettings) -> Http:
    """Freshcaller's API v1 of one account; the key is sent in a header of Freshcaller's own."""
    return Http(
        f"https://{settings.domain}.freshcaller.com/api/v1",
        headers={"X-Api-Auth": settings.api_key},
        setting="api_key",
    )
