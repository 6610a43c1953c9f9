"""What an admin says about a Genesys Cloud organisation, and how it is reached."""

from collections.abc import Mapping

from pydantic import Field, SecretStr

from connectors import ClientCredentials, Http, Settings, StateCategory

# Genesys Cloud's limit of a token (https://developer.genesys.cloud/platform/api/rate-limits); its answers tell more.
REQUESTS_PER_MINUTE = 300


class GenesysCloudSettings(Settings):
    region: str = Field(
        pattern=r"^(?:[a-z0-9-]+\.)+[a-z]+$",
        examples=["mypurecloud.de"],
        description="The end of your Genesys Cloud address, after 'apps.': mypurecloud.de, usw2.pure.cloud.",
    )
    client_id: str = Field(
        min_length=1,
        examples=["11111111-2222-3333-4444-555555555555"],
        description="Client ID of an OAuth client (grant type Client Credentials): Admin > Integrations > OAuth.",
    )
    client_secret: SecretStr = Field(
        examples=["env:GENESYS_CLIENT_SECRET"],
        description="Client secret of the same OAuth client.",
    )
    presences: Mapping[str, StateCategory] = Field(
        {},
        examples=[{"BUSY": "other_work"}],
        description="What a presence means, by its system name (BUSY) or by the id of an organisation presence.",
    )


def http(settings: GenesysCloudSettings) -> Http:
    """The region's API, with tokens from the region's log-in server."""
    login = f"https://login.{settings.region}"
    return Http(
        f"https://api.{settings.region}/api/v2",
        besides=(login,),
        oauth=ClientCredentials(
            token_url=f"{login}/oauth/token", client_id=settings.client_id, client_secret=settings.client_secret
        ),
        setting="client_secret",
    )
