"""The configured sources in the form in which they are pulled."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from core.config.load import Loaded
from core.config.models import Source
from core.daemon.exits import unknown
from core.errors import ConfigError
from core.pull.source import SourceSpec


def source_specs(loaded: Loaded, only: str | None = None) -> list[SourceSpec]:
    """Every source, or the one named ``only``; ConfigError if there is none of that name."""
    config = loaded.config
    wanted = [source for source in config.sources if only in (None, source.name)]
    if only is not None and not wanted:
        raise unknown("source", only, [source.name for source in config.sources])
    if not wanted:
        raise ConfigError("the config names no [[sources]]; config.example.toml shows how.")
    return [_spec(loaded, source) for source in wanted]


def _spec(loaded: Loaded, source: Source) -> SourceSpec:
    config = loaded.config
    zone = ZoneInfo(source.time_zone or config.reporting.time_zone)
    start = datetime.combine(source.start, time(), zone).astimezone(UTC)
    return SourceSpec(
        name=source.name,
        connector=source.connector,
        settings=loaded.settings[source.name],
        account=source.account or source.name,
        start_at=int(start.timestamp()),
        zone=zone,
        rate_share=source.rate_share,
        requests_per_minute=source.requests_per_minute,
        base_url=source.base_url,
        raw=config.store.raw,
        raw_days=config.store.raw_days,
        store_bodies=config.store.store_bodies,
        default_country=config.reporting.default_country,
        contact_reasons=config.contact_reasons,
        customer_types=config.customer_types,
        queues={queue.name: queue for queue in config.queues},
        test_numbers=frozenset(config.reporting.test_numbers),
    )
