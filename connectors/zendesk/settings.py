"""What an admin says about a Zendesk account, and how it is reached."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors import Http, Settings

# The smallest plan's limit; the headers of Zendesk's answers tell the account's own. Search exports are limited apart.
REQUESTS_PER_MINUTE = 200
SEARCHES_PER_MINUTE = 100


class ZendeskSettings(Settings):
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
    exports_per_minute: int = Field(
        10, ge=1, description="Incremental exports that Zendesk allows a minute: 10, or 30 with the High Volume add-on."
    )
    contact_reason_field: str | None = Field(
        None, description="Ticket field (its id) that holds the contact reason; needed for first contact resolution."
    )
    product_field: str | None = Field(None, description="Ticket field (its id) that names the product.")
    language_field: str | None = Field(None, description="Ticket field (its id) that names the language.")
    call_id_field: str | None = Field(
        None, description="Ticket field (its id) that holds the id of the call in your telephone system."
    )
    required_fields: tuple[str, ...] = Field(
        (),
        description="Ticket fields (their ids) to be filled in before a ticket is solved.",
    )
    escalation_field: str | None = Field(None, description="Checkbox field (its id) that marks an escalated ticket.")
    customer_type_field: str | None = Field(None, description="User field (its key) that holds the customer type.")
    internal_domains: tuple[str, ...] = Field(
        (), description="Mail domains of your own people; tickets from there are left out of the figures."
    )
    test_tags: tuple[str, ...] = Field(("test",), description="Tags of test tickets; left out everywhere.")
    spam_tags: tuple[str, ...] = Field(("spam",), description="Tags of spam tickets; left out everywhere.")
    import_tags: tuple[str, ...] = Field(
        (), description="Tags of tickets brought over from an older system; left out of volume and speed."
    )
    escalation_tags: tuple[str, ...] = Field(("escalated",), description="Tags that mark an escalated ticket.")
    handoff_tags: tuple[str, ...] = Field(
        ("bot_handoff",), description="Tags by which a bot hands a conversation to people."
    )
    vip_tags: tuple[str, ...] = Field(("vip",), description="Tags of users who are very important customers.")
    bot_tags: tuple[str, ...] = Field(("bot",), description="Tags of users who are bots, not people.")
    bot_names: tuple[str, ...] = Field((), description="Names of users who are bots, not people.")

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        if self.oauth_token is None and (self.email is None or self.token is None):
            raise ValueError("needs email and token, or oauth_token")
        if self.oauth_token is not None and self.token is not None:
            raise ValueError("has both token and oauth_token; keep one")
        return self


def http(settings: ZendeskSettings) -> Http:
    """Zendesk's REST API v2 of one subdomain, with the token of an admin or an OAuth token."""
    base = f"https://{settings.subdomain}.zendesk.com/api/v2"
    limits = {"/incremental/": settings.exports_per_minute, "/search/export": SEARCHES_PER_MINUTE}
    if settings.oauth_token is not None:
        return Http(base, bearer=settings.oauth_token, limits=limits, setting="oauth_token")
    if settings.token is None:
        return Http(base, limits=limits)
    return Http(base, basic=(f"{settings.email}/token", settings.token), limits=limits)


def ticket_link(settings: ZendeskSettings) -> str:
    """Where an agent opens a ticket."""
    return f"https://{settings.subdomain}.zendesk.com/agent/tickets/{{number}}"
