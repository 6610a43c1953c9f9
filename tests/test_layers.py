"""Imports point one way, so that each stage can be read, tested and replaced without those after it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SHARED = frozenset({"model", "errors", "clock", "config", "log", "zones"})
STORE = SHARED | {"store"}
NUMBERS = STORE | {"numbers"}
REPORT = NUMBERS | {"report"}
EVERYTHING = REPORT | {"pull", "http", "deliver"}

# What each part of core may import from core, besides itself.
MAY_IMPORT = {
    **dict.fromkeys(SHARED, SHARED),
    "http": SHARED,
    "store": STORE,
    "pull": STORE | {"http"},
    "numbers": NUMBERS,
    "report": REPORT,
    "deliver": REPORT | {"http"},
    "daemon": EVERYTHING,
    "sandbox": EVERYTHING,
    "ownership": frozenset[str](),
}
MAY_IMPORT_CONNECTORS = {"daemon", "sandbox"}
# Discovery looks into the package for our own connectors and names none of them.
MAY_LOOK_INTO_CONNECTORS = {"core.pull.discover"}

# What an admin's connector may rely on. A name that leaves this list breaks files that we cannot see.
# fmt: off
PROMISED = [
    "Absence", "AbsenceReason", "ActorKind", "Agent", "AgentEvent", "AgentRole", "AgentState", "AgentTeam", "Api",
    "Assembly", "Attendance", "AuthError", "AuthorKind", "BadRow", "CalendarEvent", "CalendarKind", "Call",
    "CallEvent", "CallLeg", "CallOutcome", "Channel", "ClientCredentials", "Complaint", "ConfigError", "Connector",
    "ContactReason", "Context", "Cost", "CostCategory", "Customer", "CustomerBaseDay", "CustomerIdentity",
    "Finding", "Forecast", "Gone", "Hire", "Http", "LegOutcome", "Line", "Message", "NotAllowed", "Organization",
    "Page", "Personal", "Precision", "Project", "ProjectDay", "PublicDay", "QaItem", "QaReview", "Queue",
    "ReasonClass", "Record", "Refused", "Region", "Role", "Schedule", "SelfServiceDay", "Settings", "Shift",
    "SlaEvent", "SlaInstance", "SlaPolicy", "SourceMetric", "StateCategory", "StatusCategory", "Stream", "Stuck",
    "Survey", "SurveyKind", "SurveyScale", "Tally", "TargetKind", "Team", "Ticket", "TicketEvent",
    "TicketEventKind", "TimeEntry", "Training", "Unavailable", "WeatherDay", "Window", "iana",
    "sampled_states", "utc",
]
# fmt: on

# A connector reaches the network through `Api` alone, keeps nothing and writes nowhere.
NOT_IN_CONNECTORS = {"httpx", "logging", "requests", "socket", "sqlite3", "sqlite_utils", "tenacity", "time", "urllib3"}

# Only `clock.py` asks the machine what time it is, so that every test can say what time it is.
ASKS_THE_TIME = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}


@dataclass(frozen=True)
class Import:
    file: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def sources(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(file: Path) -> tuple[Import, ...]:
    """Each module or name that the file imports, dotted and absolute, wherever in the file it stands."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[Import]:
    name = str(file.relative_to(ROOT))
    package = (module_of(file) if file.name == "__init__.py" else module_of(file).rpartition(".")[0]).split(".")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(name, node.lineno, f"{base}.{alias.name}")


def part_of(module: str) -> str:
    """The part of core that a dotted name lies in: 'store' of 'core.store.tables'; empty for core itself."""
    return module.split(".")[1] if module.count(".") else ""


def test_core_imports_point_left() -> None:
    """A store that knew the report could not be tested, moved or replaced without it."""
    wrong = [
        f"{found}, which core/{part} may not"
        for file in sources("core")
        for found in imports(file)
        if found.target.split(".")[0] == "core"
        and (part := part_of(module_of(file)))
        and part_of(found.target) not in MAY_IMPORT[part] | {part}
    ]
    assert not wrong, "\n".join(wrong)


def test_every_part_of_core_has_its_place() -> None:
    """A new folder beside the stages gets a place in the line before it gets imports."""
    parts = {part_of(module_of(file)) for file in sources("core")} - {""}
    assert parts <= MAY_IMPORT.keys()


def test_core_knows_no_connector() -> None:
    """A vendor's name in core would be a vendor that every installation carries."""
    wrong = [
        str(found)
        for file in sources("core")
        for found in imports(file)
        if found.target.split(".")[0] == "connectors"
        and part_of(module_of(file)) not in MAY_IMPORT_CONNECTORS
        and (found.target != "connectors" or module_of(file) not in MAY_LOOK_INTO_CONNECTORS)
    ]
    assert not wrong, "\n".join(wrong)


def test_connectors_import_only_what_is_promised() -> None:
    """An admin's file that copies one of ours must go on working after an upgrade."""
    wrong = []
    for file in sources("connectors"):
        if file == ROOT / "connectors" / "__init__.py":
            continue
        own = ".".join(module_of(file).split(".")[:2])
        for found in imports(file):
            top, _, name = found.target.partition(".")
            allowed = name in PROMISED or found.target == own or found.target.startswith(own + ".")
            if (top == "connectors" and not allowed) or top in {"core", "sync"} | NOT_IN_CONNECTORS:
                wrong.append(str(found))
    assert not wrong, "\n".join(wrong)


def test_the_promise_to_connectors_is_kept() -> None:
    """A name that goes missing breaks connectors that only their admins have."""
    import connectors

    assert sorted(connectors.__all__) == sorted(PROMISED)
    assert not [name for name in PROMISED if not hasattr(connectors, name)]


@pytest.mark.parametrize("outermost", ["core.daemon", "core.sandbox"])
def test_only_the_command_line_knows_the_outermost(outermost: str) -> None:
    """The numbers must not depend on who asked for them: a daemon, a demo or a person."""
    wrong = [
        str(found)
        for file in sources("core", "connectors")
        for found in imports(file)
        if f"{found.target}.".startswith(f"{outermost}.") and not f"{module_of(file)}.".startswith(f"{outermost}.")
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_imports_the_command_line() -> None:
    """What only the terminal can reach, no daemon and no test can."""
    wrong = [
        str(found)
        for file in sources("core", "connectors")
        for found in imports(file)
        if found.target.split(".")[0] == "sync"
    ]
    assert not wrong, "\n".join(wrong)


def test_one_door_leads_out() -> None:
    """A second HTTP client would have no origin guard, no deadline, no size cap and no redaction."""
    wrong = [
        str(found)
        for file in sources("core", "connectors")
        if part_of(module_of(file)) not in {"http", "sandbox"}
        for found in imports(file)
        if found.target.split(".")[0] in {"httpx", "requests", "urllib3"}
        or found.target.startswith(("urllib.request", "http.client"))
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_clock_asks_for_the_time() -> None:
    """A number that depends on the moment it was computed cannot be computed again."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno} calls {called}()"
        for file in sources("core", "connectors")
        if file != ROOT / "core" / "clock.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {name.partition(".")[2] for name in ASKS_THE_TIME}
        and (called := ".".join(ast.unparse(node.func).split(".")[-2:])) in ASKS_THE_TIME
    ]
    assert not wrong, "\n".join(wrong)
