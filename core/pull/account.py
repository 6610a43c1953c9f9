"""One door for each source, one rate budget for each account."""

from collections.abc import Callable
from typing import Any

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
        """What the source's ``fetch`` is given: an Api on its service, or its settings where it is no HTTP service."""
        if connector.http is None:
            return spec.settings
        return Api(
            connector.http(spec.settings),
            name=spec.name,
            base_url=spec.base_url,
            budget=self.budget(spec, connector),
            timing=self._timing,
        )


def close(api: Any) -> None:
    """Closes what ``Accounts.open`` gave."""
    if isinstance(api, Api):
        api.close()


def counter(api: Any) -> Callable[[], int]:
    """Tells how many requests were made so far; 0 for a source that makes none."""
    return lambda: api.requests if isinstance(api, Api) else 0
