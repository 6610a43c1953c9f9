"""What a connector says of its service, and the headers and certificates that follow from it."""

import base64
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import httpx
from pydantic import SecretStr

from core import log
from core.errors import ConfigError
from core.http.answer import ENCODINGS
from core.http.oauth import ClientCredentials


@dataclass(frozen=True, kw_only=True, repr=False)
class Http:
    """What a connector says of its service: base address and credentials; its repr shows neither.

    `besides`: addresses of further servers of the vendor that whole URLs may name; credentials go there as well, and
    `base_url` in the config stands for all of them. `files`: hosts (or how their names end, from a dot on) of storage
    from which `download` fetches what the vendor names; no credential goes there. `limits`: requests a minute for paths
    below the base that begin so (`{"/incremental/": 10}`), or that are no longer than that (`{"/tickets$": 20}`).
    `setting`: the key in the config file that holds the credential, for messages. `renew`: gives a new bearer token
    after a 401, once a request. `oauth`: in place of a fixed credential, tokens are asked for with these. `refusals`:
    the statuses by which the vendor refuses a wrong credential. `doubts_refusal`: the vendor refuses good credentials
    now and then, so a refusal counts from the second time in a row on. `key_codes`: the vendor's error codes that speak
    of the credential, where its statuses do not (AWS says 403 for this and for that).
    """

    base_url: str = field(kw_only=False)
    basic: tuple[str | SecretStr, SecretStr] | None = None
    bearer: SecretStr | None = None
    headers: Mapping[str, str | SecretStr] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    setting: str = "token"
    renew: Callable[[], SecretStr] | None = None
    besides: Sequence[str] = ()
    files: Sequence[str] = ()
    oauth: ClientCredentials | None = None
    refusals: frozenset[int] = frozenset({401})
    doubts_refusal: bool = False
    key_codes: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Http({self.base_url.partition('://')[2].partition('/')[0].rpartition('@')[2]!r})"


@lru_cache(maxsize=4)
def tls(scheme: str, cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """The context that verifies certificates; SSL_CERT_FILE and SSL_CERT_DIR, given here, name authorities."""
    # Loading the certificates costs 20 ms, for nothing where no TLS is spoken (http is loopback only).
    if scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.create_ssl_context(verify=True, trust_env=bool(cert_file or cert_dir))


def headers(http: Http, name: str) -> dict[str, str]:
    """The headers of every request, credentials included; each secret in them is known to the log from now on."""
    given = {"User-Agent": "deskpulse", "Accept": "application/json", "Accept-Encoding": ENCODINGS}
    for key, value in http.headers.items():
        given[key] = _secret(value) if isinstance(value, SecretStr) else value
    if http.basic is not None:
        given["Authorization"] = basic(*http.basic)
    if http.bearer is not None:
        given["Authorization"] = bearer(http.bearer)
    for key, value in given.items():
        if not (value.isascii() and value.isprintable()):
            setting = http.setting if key == "Authorization" else key
            raise ConfigError(f"{name}: `{setting}` holds a character that no key has (a line break?).")
    return given


def basic(user: str | SecretStr, password: SecretStr) -> str:
    """The Authorization header for a name and its password."""
    name = user if isinstance(user, str) else _secret(user)
    pair = base64.b64encode(f"{name}:{_secret(password)}".encode()).decode("ascii")
    log.register_secret(pair)
    return f"Basic {pair}"


def bearer(token: SecretStr) -> str:
    """The Authorization header for a token."""
    return f"Bearer {_secret(token)}"


def _secret(value: SecretStr) -> str:
    text = value.get_secret_value()
    log.register_secret(text)
    return text
