"""What an admin says about Zendesk Talk: the account of Zendesk Support, its key, and what Talk does not tell."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors import Http, Settings, StateCategory

# The smallest plan's limit of the whole account, shared with Zendesk Support; answers tell the account's own.
REQUESTS_PER_MINUTE = 200
EXPORTS = "/channels/voice/stats/incremental/"


class ZendeskTalkSettings(Settings):
    subdomain: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        examples=["mycompany"],
        description="The part before .zendesk.com in your Zendesk address.",
    )
    email: str | None = Field(
        None,
        examples=["bot@mycompany.example"],
        json_schema_extra={"shown": True},
        description="Mail address of the admin to whom the API token belongs.",
    )
    token: SecretStr | None = Field(
        None,
        examples=["env:ZENDESK_TOKEN"],
        json_schema_extra={"shown": True},
        description="API token: Admin Center > Apps and integrations > APIs > Zendesk API.",
    )
    oauth_token: SecretStr | None = Field(
        None,
        json_schema_extra={"instead_of": "token"},
        description="OAuth access token with the scope 'read'; in place of email and token.",
    )
    exports_per_minute: int = Field(10, ge=1, description="Exports of calls and legs that Zendesk allows a minute.")
    away_means: StateCategory = Field(
        "unknown",
        description="What agents do whom Talk shows as away: break, meeting, training, other_work or unknown.",
    )
    currency: str = Field(
        "USD", pattern=r"^[A-Z]{3}$", description="Currency in which Zendesk charges your calls (Talk names none)."
    )

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        if self.oauth_token is None and (self.email is None or self.token is None):
            raise ValueError("needs email and token, or oauth_token")
        if self.oauth_token is not None and self.token is not None:
            raise ValueError("has both token and oauth_token; keep one")
        return self


def http(settings: ZendeskTalkSettings) -> Http:
    """Zendesk's REST API v2 of one subdomain, with the token of an admin or an OAuth token."""
    base = f"https://{settings.subdomain}.zendesk.com/api/v2"
    limits = {EXPORTS: settings.exports_per_minute}
    if settings.oauth_token is not None:
        return Http(base, bearer=settings.oauth_token, limits=limits, setting="oauth_token")
    if settings.token is None:
        return Http(base, limits=limits)
    return Http(base, basic=(f"{settings.email}/token", settings.token), limits=limits)
