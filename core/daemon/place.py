"""Where Deskpulse runs: the loaded config, and what follows from it for pulling, counting and reporting."""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from core import log
from core.config.load import Loaded, load_config
from core.config.models import Config
from core.daemon.exits import TooIncomplete
from core.daemon.schedules import opening_hours
from core.deliver.targets import destination_types
from core.numbers.goal import Goal
from core.numbers.metrics import find_metric
from core.numbers.reporting import Appraisal, Planning, QueueRule, Reporting
from core.pull.discover import find_connector
from core.report.model import ReportSpec
from core.store.db import open_store

# Public holidays are needed for history and for targets that fall due next year.
YEARS_BACK = 10


def load_place(path: Path, *, with_secrets: bool = True) -> Loaded:
    """The checked config; its warnings are logged once. ConfigError holds everything that is wrong with it."""
    folder = connector_folder(path)

    def settings_for(name: str) -> type[BaseModel]:
        return find_connector(name, folder).settings

    loaded = load_config(
        path,
        settings_for,
        with_secrets=with_secrets,
        destination_types=destination_types(),
        check_metric=find_metric,
    )
    for warning in loaded.warnings:
        log.event("config", level=logging.WARNING, warning=warning)
    return loaded


@contextmanager
def reading(loaded: Loaded, *, as_is: bool = False) -> Iterator[sqlite3.Connection]:
    """The store for reading, ``as_is`` whatever version made it; TooIncomplete where there is none yet."""
    if not loaded.store_path.exists():
        raise TooIncomplete(f"there is no store at {loaded.store_path} yet. Make it with: sync.py run")
    with closing(open_store(loaded.store_path, read_only=True, as_is=as_is)) as db:
        yield db


def connector_folder(path: Path) -> Path | None:
    """The drop-in folder named in a config that may otherwise be wrong."""
    import tomllib  # noqa: PLC0415

    try:
        named = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("connectors", {}).get("folder")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError):
        return None  # load_config says what is wrong
    return (path.parent / Path(named).expanduser()).resolve() if isinstance(named, str) else None


def reporting_of(config: Config, now_at: int) -> Reporting:
    """The rules of counting that this config sets."""
    year = datetime.fromtimestamp(now_at, UTC).year
    years = range(year - YEARS_BACK, year + 2)
    rules = config.reporting
    return Reporting(
        zone=config.zone,
        default_schedule_uid=rules.schedule,
        schedules={rule.name: opening_hours(rule, years) for rule in config.schedules},
        queues={
            queue.name: QueueRule(queue.sl_threshold, queue.short_abandon, queue.schedule, queue.is_test)
            for queue in config.queues
        },
        test_numbers=frozenset(rules.test_numbers),
        aliases=tuple(person.same for person in config.people),
        history_from_on=min((source.start.isoformat() for source in config.sources), default=None),
        acw_cap_s=rules.acw_cap,
        fcr_window_days=rules.repeat_window_days,
        planning=Planning(
            sl_target=config.planning.service_level,
            shrinkage=config.planning.shrinkage,
            patience_s=config.planning.patience,
            promise_s=config.planning.promise,
            max_occupancy=config.planning.max_occupancy,
            fill_days=config.planning.fill_days,
            proficiency_days=config.planning.proficiency_days,
        ),
        appraisal=Appraisal(
            agent_metrics=config.appraisal.agent_metrics,
            agreed_by=config.appraisal.agreed_by or "",
            agreed_on=config.appraisal.agreed_on.isoformat() if config.appraisal.agreed_on else "",
            retention_weeks=config.appraisal.retention_weeks,
            may_praise=config.appraisal.may_praise,
        ),
    )


def report_specs(loaded: Loaded) -> Mapping[str, ReportSpec]:
    """The reports of a config by name, each with all goals; one plain daily report where none is configured."""
    config = loaded.config
    titles, links = _sources(loaded)
    goals = tuple(
        Goal(
            metric_id=goal.metric,
            target=goal.target,
            variant=goal.variant,
            where={str(key): name for key, name in goal.where.items()},
            counter=goal.counter,
            counter_floor=goal.counter_floor,
            from_on=goal.from_on.isoformat() if goal.from_on else None,
            to_on=goal.to_on.isoformat() if goal.to_on else None,
            owner=goal.owner,
            ksf=goal.ksf,
            weight=goal.weight,
            needs={
                name: text
                for name, text in (
                    ("customer", goal.customer_need),
                    ("company", goal.company_need),
                    ("edge", goal.edge_need),
                )
                if text
            },
        )
        for goal in config.goals
    )
    made = {
        rule.name: ReportSpec(
            name=rule.name,
            kind=rule.kind,
            metrics=rule.metrics,
            where={str(key): name for key, name in rule.where.items()},
            goals=goals,
            language=rule.language or config.reporting.language,
            title=rule.title,
            late_after_s=config.reporting.late_after,
            source_titles=titles,
            ticket_links=links,
            benchmarks=config.reporting.benchmarks,
            suggestions=config.reporting.suggestions,
        )
        for rule in config.reports
    }
    return made or {
        "daily": ReportSpec(
            name="daily",
            goals=goals,
            language=config.reporting.language,
            late_after_s=config.reporting.late_after,
            source_titles=titles,
            ticket_links=links,
        )
    }


def ticket_links(loaded: Loaded) -> Mapping[str, str]:
    """The address of a source's tickets, with ``{number}`` where the ticket's goes."""
    return _sources(loaded)[1]


def _sources(loaded: Loaded) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """(what people call each source, the address of its tickets); two of one vendor are told apart by their names."""
    titles: dict[str, str] = {}
    links: dict[str, str] = {}
    vendors = [source.connector for source in loaded.config.sources]
    for source in loaded.config.sources:
        connector = find_connector(source.connector, connector_folder(loaded.path))
        title = connector.title or source.connector
        titles[source.name] = title if vendors.count(source.connector) == 1 else f"{title} {source.name}"
        if connector.ticket_link is not None:
            links[source.name] = connector.ticket_link(loaded.settings[source.name])
    return titles, links
