"""The connectors there are: what each reads, and what the contract suite proved of it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from pydantic import BaseModel

from core.daemon.place import connector_folder
from core.pull.contract import Connector, Stream
from core.pull.discover import all_connectors, places
from core.pull.grades import MEANING, Grade, Outcome, grade_of

INTRO = """# Connectors

This page is written by `sync.py docs` from the connectors themselves and from the results of the contract suite; edit
those, not this page. The suite reads an imitation of each vendor over real HTTP (or real files) and asks of every
connector: a refused key stops it at once; two reads are equal; lists have more than one page and an end; a killed
process goes on where it was; an impossible place is not believed; what changes between two pages is found; broken
answers cost time and no row; hostile rows are set aside; no secret is seen; no zone moves a moment; settings explain
themselves. Run it with `sync.py connectors test NAME`; write your own connector as
[write-a-connector.md](write-a-connector.md) shows.
"""


class StreamShown(Struct, frozen=True):
    """One stream of a connector."""

    name: str
    mode: str
    feeds: str
    scope: str = ""
    is_optional: bool = False


class ConnectorShown(Struct, frozen=True):
    """One connector, or why it cannot be loaded. ``cases``: the outcome of each case of the contract suite."""

    name: str
    title: str
    origin: str
    grade: str
    why: str
    requests_per_1000: float | None
    measured_per_1000: float | None
    streams: tuple[StreamShown, ...]
    cases: Mapping[str, Outcome] = {}
    error: str = ""


def shown(folder: Path | None = None) -> list[ConnectorShown]:
    """Our connectors, plugins, and those in the folder; broken ones with what is wrong."""
    good, broken = all_connectors(folder)
    found = places(folder)
    made = [_shown(connector, found[name].origin, grade_of(found[name])) for name, connector in good.items()]
    return made + [
        ConnectorShown(name, name, found[name].origin, "–", "cannot be loaded", None, None, (), error=why)
        for name, why in broken.items()
    ]


def _shown(connector: Connector, origin: str, grade: Grade) -> ConnectorShown:
    return ConnectorShown(
        connector.name,
        connector.title or connector.name,
        origin,
        grade.letter,
        grade.why,
        connector.requests_per_1000,
        grade.requests_per_1000,
        tuple(
            StreamShown(stream.name, stream.mode, feeds(stream), stream.scope, stream.optional)
            for stream in connector.streams
        ),
        {name: result.outcome for name, result in grade.cases.items()},
    )


def feeds(stream: Stream) -> str:
    """What a stream brings, in its own words or by the tables of its records."""
    return stream.feeds or ", ".join(record.table.replace("_", " ") for record in stream.owns)


def settings_models(config: Path) -> Mapping[str, type[BaseModel]]:
    """The settings model of every connector by name."""
    good, _ = all_connectors(connector_folder(config) if config.exists() else None)
    return {name: connector.settings for name, connector in good.items()}


def connectors_page(docs: Path) -> str:
    """The page of our own connectors as Markdown; ``docs`` is the folder in which their pages lie."""
    ours = sorted((one for one in shown() if one.origin == "built-in"), key=lambda one: one.name)
    return "\n".join([INTRO, *_grades(), *_overview(ours, docs), *_streams(ours)]).rstrip() + "\n"


def _grades() -> Iterator[str]:
    yield from (f"- **{letter}** {meaning}." for letter, meaning in MEANING.items())
    yield ""


def _overview(ours: Iterable[ConnectorShown], docs: Path) -> Iterator[str]:
    yield "| connector | feeds | grade | why | requests per 1,000 objects |"
    yield "| --- | --- | --- | --- | --- |"
    for one in ours:
        page = Path("connectors") / f"{one.name}.md"
        name = f"[{one.title}]({page.as_posix()})" if (docs / page).exists() else one.title
        fed = dict.fromkeys(stream.feeds for stream in one.streams if stream.feeds)
        yield f"| {name} (`{one.name}`) | {_cell('; '.join(fed))} | {one.grade} | {_cell(one.why)} | {_requests(one)} |"
    yield ""


def _requests(one: ConnectorShown) -> str:
    if not one.requests_per_1000 and one.measured_per_1000 is None:
        return "none: no HTTP service" if one.requests_per_1000 == 0 else "not stated"
    stated = "not stated" if one.requests_per_1000 is None else f"at most {one.requests_per_1000:g}"
    return stated if one.measured_per_1000 is None else f"{stated}; {one.measured_per_1000:g} in the sandbox"


def _streams(ours: Iterable[ConnectorShown]) -> Iterator[str]:
    for one in ours:
        yield f"## {one.title}"
        yield ""
        yield "| stream | mode | feeds | needs | without it |"
        yield "| --- | --- | --- | --- | --- |"
        for stream in one.streams:
            lack = "skipped and said" if stream.is_optional else "the source fails and says so"
            yield f"| {stream.name} | {stream.mode} | {_cell(stream.feeds)} | {_cell(stream.scope)} | {lack} |"
        not_passed = [f"{name}: {outcome}" for name, outcome in one.cases.items() if outcome != "passed"]
        yield ""
        passed = len(one.cases) - len(not_passed)
        if one.cases:
            yield f"Contract suite: {passed} of {len(one.cases)} cases passed. {'; '.join(not_passed)}".rstrip()
            yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
