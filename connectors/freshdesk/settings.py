"""What an admin says about a Freshdesk account, and how it is reached."""

from pydantic import Field, SecretStr

from connectors import Channel, Http, Settings, StatusCategory

# The limit of a trial; the headers of Freshdesk's answers tell the account's own.
REQUESTS_PER_MINUTE = 50


class FreshdeskSettings(Settings):
    domain: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        examples=["mycompany"],
        description="The part before .freshdesk.com in your Freshdesk address (not a domain of your own).",
    )
    api_key: SecretStr = Field(
        examples=["env:FRESHDESK_API_KEY"],
        description="API key of an admin: profile picture > Profile settings > View API key.",
    )
    lists_per_minute: int = Field(
        20, ge=1, description="Ticket lists, and contact lists, that your plan allows a minute: Growth 20, Pro 100."
    )
    statuses: dict[str, StatusCategory] = Field(
        default_factory=dict,
        examples=[{"8": "hold"}],
        description="Own statuses (number or name) and what they mean: open, pending (customer's turn) or hold.",
    )
    sources: dict[str, Channel] = Field(
        default_factory=dict,
        examples=[{"101": "chat"}],
        description="Own ticket sources (number) and the channel that each is.",
    )
    contact_reason_field: str | None = Field(
        None,
        examples=["cf_reason"],
        description="Ticket field (its name, as cf_reason; or type) that holds the contact reason; needed for first "
        "contact resolution.",
    )
    product_field: str | None = Field(None, description="Ticket field (its name) that names the product.")
    language_field: str | None = Field(None, description="Ticket field (its name) that names the language.")
    call_id_field: str | None = Field(
        None, description="Ticket field (its name) that holds the id of the call in your telephone system."
    )
    required_fields: tuple[str, ...] = Field(
        (),
        examples=[["cf_reason"]],
        description="Ticket fields (their names) to be filled in before a ticket is solved.",
    )
    customer_type_field: str | None = Field(None, description="Contact field (its name) that holds the customer type.")
    internal_domains: tuple[str, ...] = Field(
        (), description="Mail domains of your own people; tickets from there are left out of the figures."
    )
    test_tags: tuple[str, ...] = Field(("test",), description="Tags of test tickets; left out everywhere.")
    import_tags: tuple[str, ...] = Field(
        (), description="Tags of tickets brought over from an older system; left out of volume and speed."
    )
    vip_tags: tuple[str, ...] = Field(("vip",), description="Tags of contacts who are very important customers.")
    bot_agents: tuple[str, ...] = Field((), description="Agents (id or name) that are bots, not people.")
    automation_agents: tuple[str, ...] = Field(
        (), description="Agents (id) in whose name automations and integrations write."
    )


def http(settings: FreshdeskSettings) -> Http:
    """Freshdesk's REST API v2 of one account, with an agent's key; the password beside it may be anything."""
    return Http(
        f"https://{settings.domain}.freshdesk.com/api/v2",
        basic=(settings.api_key, SecretStr("X")),
        # The export of activities is handed out from Amazon's storage, whose region differs by account.
        files=(".amazonaws.com", ".freshdesk.com", ".freshworks.com"),
        limits={"/tickets$": settings.lists_per_minute, "/contacts$": settings.lists_per_minute},
        setting="api_key",
    )


def ticket_link(settings: FreshdeskSettings) -> str:
    """Where an agent opens a ticket."""
    return f"https://{settings.domain}.freshdesk.com/a/tickets/{{number}}"
