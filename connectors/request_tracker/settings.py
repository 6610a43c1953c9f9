"""What an admin tells about a Request Tracker, and where it answers."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors import Channel, Http, Settings, StatusCategory

# RT has no limit of its own; each request is a process of the desk's own server kept busy.
REQUESTS_PER_MINUTE = 300

Priority = Literal["low", "normal", "high", "urgent"]
# RT's own Low, Medium and High ($PriorityAsString).
PRIORITIES: dict[int, Priority] = {0: "low", 50: "normal", 100: "high"}


class RequestTrackerSettings(Settings):
    """Settings of a ``request_tracker`` source."""

    url: str = Field(
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*[^\s/?#])?/?$",
        examples=["https://rt.mycompany.example"],
        description="Address of RT as in the browser, without what follows its front page.",
    )
    token: SecretStr | None = Field(
        None,
        examples=["env:RT_TOKEN"],
        json_schema_extra={"shown": True},
        description="Authentication token of RT's user for Deskpulse: Logged in as > Settings > Auth Tokens > Create.",
    )
    user: str | None = Field(
        None,
        examples=["deskpulse"],
        json_schema_extra={"instead_of": "token"},
        description="Name of RT's user for Deskpulse; with password, in place of token.",
    )
    password: SecretStr | None = Field(
        None,
        examples=["env:RT_PASSWORD"],
        json_schema_extra={"instead_of": "token"},
        description="Password of RT's user; with user, not token.",
    )
    statuses: dict[str, StatusCategory] = Field(
        default_factory=dict,
        description='What a status of your own lifecycles means, such as { "on order" = "hold" } (Admin > Lifecycles).',
    )
    priorities: dict[int, Priority] = Field(
        default_factory=lambda: dict(PRIORITIES),
        description='From which number on a priority is called so, such as { 0 = "low", 50 = "normal", 100 = "high" }.',
    )
    channel: Channel = Field("email", description="How tickets reach RT, which does not tell it.")
    queue_channels: dict[str, Channel] = Field(
        default_factory=dict, description='Queues whose tickets come another way, such as { "Hotline" = "phone" }.'
    )
    contact_reason_field: str | None = Field(
        None, examples=["Reason"], description="Custom field of tickets (its name) that holds the contact reason."
    )
    product_field: str | None = Field(
        None, examples=["Product"], description="Custom field of tickets (its name) that names the product."
    )
    language_field: str | None = Field(
        None, examples=["Language"], description="Custom field of tickets (its name) that names the language."
    )
    required_fields: tuple[str, ...] = Field(
        (),
        examples=[["Reason"]],
        description="Custom fields of tickets (their names) to be filled in before a ticket is solved.",
    )
    spam_queues: tuple[str, ...] = Field((), description="Queues (their names) that hold spam; left out everywhere.")
    spam_statuses: tuple[str, ...] = Field((), description="Statuses of spam tickets; left out everywhere.")
    test_queues: tuple[str, ...] = Field((), description="Queues (their names) for trying things; left out everywhere.")
    internal_domains: tuple[str, ...] = Field(
        (), description="Mail domains of your own people; tickets from there are left out of the figures."
    )
    bots: tuple[str, ...] = Field((), description="User names of privileged users who are machines, not people.")

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        if self.token is not None and (self.user is not None or self.password is not None):
            raise ValueError("has both token and user with password; keep one")
        if self.token is None and (self.user is None or self.password is None):
            raise ValueError("needs token, or user and password")
        return self


def http(settings: RequestTrackerSettings) -> Http:
    """RT's REST2 interface, with a token or a password."""
    base = f"{settings.url.rstrip('/')}/REST/2.0"
    if settings.user is not None and settings.password is not None:
        return Http(base, basic=(settings.user, settings.password), setting="password")
    token = settings.token.get_secret_value() if settings.token is not None else ""
    return Http(base, headers={"Authorization": SecretStr(f"token {token}")}, setting="token")


def ticket_link(settings: RequestTrackerSettings) -> str:
    """Where an agent opens a ticket."""
    return f"{settings.url.rstrip('/')}/Ticket/Display.html?id={{number}}"
