"""Tries everything that a first run needs, changes nothing, and says what is missing and where to click."""

from collections.abc import Iterator

from core.config.load import Loaded
from core.daemon.exits import unknown
from core.daemon.place import connector_folder
from core.daemon.sources import source_specs
from core.deliver import open_target
from core.errors import AuthError, DeskpulseError, Gone, NotAllowed
from core.pull.account import Accounts, close, door
from core.pull.contract import Connector, Finding, Stream, Window
from core.pull.discover import find_connector
from core.pull.source import SourceSpec

SKEW_S = 120
RECENT_S = 3600


def check_all(loaded: Loaded, only: str | None, now_at: int) -> Iterator[tuple[str, Finding]]:
    """(source or destination, finding) for each thing tried; ``only`` one of them if named."""
    sources = [source.name for source in loaded.config.sources]
    destinations = [destination.name for destination in loaded.config.destinations]
    if only is not None and only not in (*sources, *destinations):
        raise unknown("source or destination", only, (*sources, *destinations))
    yield "config", Finding("every key is right", True)
    for warning in loaded.warnings:
        yield "config", Finding(warning, True)
    if only is None or only in sources:
        for spec in source_specs(loaded, only):
            for finding in check_source(spec, find_connector(spec.connector, connector_folder(loaded.path)), now_at):
                yield spec.name, finding
    for destination in loaded.config.destinations:
        if only not in (None, destination.name):
            continue
        try:
            with open_target(destination, loaded.store_path.parent) as target:
                _hurry(getattr(target.sender, "api", None))
                yield destination.name, Finding(target.sender.check(), True, target.says)
        except DeskpulseError as problem:
            yield destination.name, Finding("cannot be reached", False, problem.message)


def check_source(spec: SourceSpec, connector: Connector, now_at: int) -> Iterator[Finding]:
    """Log-in, the connector's own findings, one page of each stream, clock skew, zone."""
    try:
        api = Accounts().open(spec, connector)
    except DeskpulseError as problem:
        yield Finding("its address and key", False, problem.message)
        return
    _hurry(api)
    try:
        if connector.check is not None:
            yield from connector.check(api)
        for stream in connector.streams:
            yield _stream(stream, api, now_at)
    except AuthError as problem:
        yield Finding("log-in", False, problem.message)
        return
    except DeskpulseError as problem:
        yield Finding("reach the service" if door(api) else "read it", False, problem.message)
        return
    finally:
        close(api)
    opened = door(api)
    if opened is not None and opened.skew_s is not None:
        right = abs(opened.skew_s) < SKEW_S
        advice = "" if right else "Set this machine's clock by NTP; cursors come from the vendor and are not affected."
        yield Finding(f"this machine's clock is {abs(opened.skew_s)} s off the vendor's", right, advice)
    yield Finding(f"local times are in {spec.zone.key}", True)


def _stream(stream: Stream, api: object, now_at: int) -> Finding:
    try:
        page = next(iter(stream.fetch(api, Window(since=now_at - RECENT_S, now_at=now_at))), None)
    except (NotAllowed, Gone) as problem:
        scope = f" Needs {stream.scope}." if stream.scope else ""
        return Finding(f"{stream.name} cannot be read", stream.optional, f"{problem.message}{scope}")
    recent = " of the last hour" if stream.mode == "incremental" and stream.is_bounded and not stream.once else ""
    return Finding(f"{stream.name}: {len(page.rows) if page else 0} rows{recent} in its first page", True)


def _hurry(api: object) -> None:
    if (opened := door(api)) is not None:
        opened.hurry()
