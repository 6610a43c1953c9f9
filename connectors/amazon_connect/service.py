"""Requests to Amazon Connect: boto3 builds and signs them, Deskpulse's own client sends them and reads the answers.

So origin, deadlines, retries, pacing and sizes are those of every other source, and one bad row of an answer is one
row set aside: boto3's own reader gives up a whole page for it.
"""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from connectors import Api, AuthError, ConfigError, Http, NotAllowed, Refused, Unavailable
from connectors.amazon_connect.settings import AmazonConnectSettings

T = TypeVar("T")

# What AWS answers with 403 (or 400) to a key it does not know, a wrong secret, or an old token (IAM, common errors).
KEY_CODES = frozenset(
    {
        "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "ExpiredTokenException",
        "ExpiredToken", "MissingAuthenticationTokenException", "IncompleteSignatureException", "NotAuthorized",
    }
)  # fmt: skip
# Requests a minute of an account unless AWS raised them (Service Quotas > Amazon Connect): two a second for most
# operations, one in two seconds for this.
PER_MINUTE = 120
LIMITS = {"/search-contacts": 30}
MOST_PAGES = 2_000
QUEUES_A_FILTER = 100


class QueueRow(msgspec.Struct, rename="pascal"):
    """A queue as SearchQueues tells it."""

    queue_id: str
    queue_arn: str = ""
    name: str | None = None
    hours_of_operation_id: str | None = None

    @property
    def id(self) -> str:
        """The queue's id."""
        return self.queue_id


class QueuePage(msgspec.Struct, rename="pascal"):
    """One page of SearchQueues."""

    queues: list[msgspec.Raw]
    next_token: str | None = None


def readable(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """The row as this type; None where it has another form, which is told when the row itself is normalised."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def http(settings: AmazonConnectSettings) -> Http | None:
    """The instance's regional address; None where record files take its place."""
    if not settings.instance_id or not settings.region:
        return None
    return Http(
        f"https://connect.{settings.region}.amazonaws.com",
        limits=LIMITS,
        key_codes=KEY_CODES,
        setting="access_key_id` and `secret_access_key",
    )


class Service:
    """One instance; ``api`` is None where only files are read."""

    def __init__(self, settings: AmazonConnectSettings, api: Api | None, zone: ZoneInfo) -> None:
        self.settings = settings
        self.api = api
        self.zone = zone
        self._read: Any = None
        self._found: Any = None

    def ask(self, operation: str, kind: type[T], **given: Any) -> T:
        """The answer to an operation of the instance (boto3's name for it) as this type."""
        client = self._client
        self._read, self._found = kind, None
        try:
            getattr(client, operation)(**given)
        except NotAllowed as refused:
            action = "".join(part.capitalize() for part in operation.split("_"))
            words = f"{refused.message} Add connect:{action} to the IAM policy of this key or role."
            raise NotAllowed(words, refused.status, refused.code) from None
        except self._faults as fault:
            raise _told(fault) from None
        found: T = self._found
        return found

    def pages(self, operation: str, kind: type[T], **given: Any) -> Iterator[T]:
        """The pages of a list; Unavailable where a token comes back."""
        token: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self.ask(operation, kind, **given, **({"NextToken": token} if token else {}))
            yield page
            token = getattr(page, "next_token", None)
            if not token:
                return
            if token in seen:
                raise Unavailable(
                    f"amazon_connect: {operation} gave the same token twice; tried again at the next run."
                )
            seen.add(token)

    @cached_property
    def queues(self) -> list[msgspec.Raw]:
        """The standard queues as raw rows; asked once a pull."""
        criteria = {"QueueTypeCondition": "STANDARD"}
        pages = self.pages(
            "search_queues", QueuePage, InstanceId=self.settings.instance_id, SearchCriteria=criteria, MaxResults=100
        )
        return [row for page in pages for row in page.queues]

    @property
    def known_queues(self) -> list[QueueRow]:
        """The queues that can be read."""
        return [row for raw in self.queues if (row := readable(raw, QueueRow))]

    @cached_property
    def _client(self) -> Any:
        assert self.api is not None
        try:
            import boto3  # noqa: F401, PLC0415
            from botocore.config import Config  # noqa: PLC0415
        except ModuleNotFoundError:
            raise ConfigError(
                "amazon_connect needs boto3. Install it beside Deskpulse: pip install 'deskpulse[amazon]'"
            ) from None
        given = self.settings
        keys = {}
        if given.access_key_id and given.secret_access_key:
            token = given.session_token
            keys = {
                "aws_access_key_id": given.access_key_id.get_secret_value(),
                "aws_secret_access_key": given.secret_access_key.get_secret_value(),
                "aws_session_token": token.get_secret_value() if token else None,
            }
        # One try, as ours are made beneath it; no proxies, as nothing leaves by boto3's own client.
        config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, proxies={}, user_agent="deskpulse")
        try:
            client = _session().client(
                "connect",
                region_name=given.region,
                endpoint_url=self.api.base_url.rstrip("/"),
                config=config,
                **keys,
            )
        except self._faults as fault:
            raise _told(fault) from None
        client.meta.events.register("before-send.connect", self._send)
        return client

    @cached_property
    def _faults(self) -> type[Exception]:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415

        found: type[Exception] = BotoCoreError
        return found

    def _send(self, request: Any, **_: object) -> Any:
        """boto3's hook ahead of sending: what it gets back is taken for the answer, and the real one is kept here."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415

        assert self.api is not None
        body = request.body.encode() if isinstance(request.body, str) else request.body
        self._found = self.api.send(
            request.method, request.url, self._read, headers=_texts(request.headers), content=body
        )
        return AWSResponse(request.url, 200, {}, _Nothing())


@cache
def _session() -> Any:
    """boto3's session: it reads the service's description (0.15 s) and finds the machine's own credentials once."""
    from boto3.session import Session  # noqa: PLC0415  (0.2 s, and an extra that others do without)

    return Session()


class _Nothing:
    """The body that boto3 reads: an empty object."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield b"{}"


def _texts(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    made = {name: value if isinstance(value, str) else value.decode("latin-1") for name, value in headers.items()}
    return {name: value for name, value in made.items() if name.lower() not in {"content-length", "expect"}}


def _told(fault: Exception) -> AuthError | ConfigError | Refused:
    """What boto3 found wrong before anything was sent: no credentials in any of its places, or a setting of no form."""
    name = type(fault).__name__
    if "Credential" in name or "Token" in name or "SSO" in name or "Metadata" in name:
        return AuthError(
            f"amazon_connect: AWS credentials were not found or not taken ({name}). Set `access_key_id` and "
            "`secret_access_key`, or give this machine a role."
        )
    if name == "ParamValidationError":
        return Refused("amazon_connect: a parameter was declined before it was sent.", 400, name)
    return ConfigError(f"amazon_connect: boto3 cannot use these settings ({name}). Check `region` and `instance_id`.")
