"""One door for each source, one rate budget for each account."""

from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from core import log
from core.clock import Timing
from core.http import Api, Budget
from core.pull.contract import Connector
from core.pull.source import SourceSpec

# A vendor that states no limit is asked gently.
PER_MINUTE = 60


class Accounts:
    """The budgets of a run's accounts: sources that share an account share its requests a minute."""

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._budgets: dict[str, Budget] = {}

    def budget(self, spec: SourceSpec, connector: Connector) -> Budget:
        """The budget of the source's account; the first source asked for sets it up."""
        if spec.account not in self._budgets:
            per_minute = spec.requests_per_minute or connector.requests_per_minute or PER_MINUTE
            self._budgets[spec.account] = Budget(
                per_minute,
                spec.rate_share,
                is_fixed=spec.requests_per_minute is not None,
                timing=self._timing,
            )
        return self._budgets[spec.account]

    def open(self, spec: SourceSpec, connector: Connector) -> Any:
        """What the source's ``fetch`` is given: an Api on its service, its settings where it is no HTTP service, or the
        client that the connector makes of both."""
        for name in type(spec.settings).model_fields:
            # A vendor's own library may log what it sends.
            if isinstance(secret := getattr(spec.settings, name), SecretStr):
                log.register_secret(secret.get_secret_value())
        http = connector.http(spec.settings) if connector.http else None
        api = None
        if http is not None:
            api = Api(
                http,
                name=spec.name,
                base_url=spec.base_url,
                budget=self.budget(spec, connector),
                timing=self._timing,
            )
        if connector.client is not None:
            return connector.client(spec.settings, api, spec.zone)
        return spec.settings if api is None else api


def door(given: Any) -> Api | None:
    """The Api in what ``Accounts.open`` gave; None for a source that makes no requests."""
    if isinstance(given, Api):
        return given
    kept = getattr(given, "api", None)
    return kept if isinstance(kept, Api) else None


def close(api: Any) -> None:
    """Closes what ``Accounts.open`` gave."""
    if (opened := door(api)) is not None:
        opened.close()


def counter(api: Any) -> Callable[[], int]:
    """Tells how many requests were made so far; 0 for a source that makes none."""
    opened = door(api)
    return lambda: opened.requests if opened is not None else 0
