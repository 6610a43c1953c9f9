"""Access tokens by client credentials (RFC 6749, section 4.4): asked for when needed, kept in memory only."""

import re
from dataclasses import dataclass

import msgspec
from pydantic import SecretStr

# A token is not used in the last seconds of its life: it would end while the request is on its way.
SPARED_S = 60.0
# Where the service does not say how long its token lives.
ASSUMED_S = 1800.0
NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")
# What token endpoints answer to a wrong client or secret (RFC 6749, section 5.2, allows 400 beside 401).
WRONG_CLIENT = frozenset({400, 401, 403})


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientCredentials:
    """A client's own id and secret, and the address (below the base, or of a declared server) that gives tokens."""

    token_url: str
    client_id: str
    client_secret: SecretStr

    def __repr__(self) -> str:
        return f"ClientCredentials({self.token_url!r})"


class TokenAnswer(msgspec.Struct):
    """What the address says; ``expires_in`` is seconds, which some services tell as a text."""

    access_token: str
    expires_in: float | str | None = None

    def lasts_s(self) -> float:
        """For how many seconds the token may be used."""
        told = str(self.expires_in)
        whole = (float(told) if NUMBER.fullmatch(told) else 0.0) or ASSUMED_S
        return max(whole / 2, whole - SPARED_S)
