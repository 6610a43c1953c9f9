import logging
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from core import log
from core.sandbox.servers import serve_slack, serve_zendesk
from core.sandbox.slack import SlackSandbox
from core.sandbox.world import World, build_world
from core.sandbox.zendesk import ZendeskSandbox
from core.store.db import open_store
from tests.e2e.desk import Desk, Rows, dump, set_up, working
from tests.e2e.worker import hasten

Worker: TypeAlias = "subprocess.Popen[str]"


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(start_on="2026-11-09", scale=0.03)


@pytest.fixture(autouse=True)
def silent_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    log.setup("console", logging.CRITICAL)
    hasten(monkeypatch.setattr)


@pytest.fixture
def zendesk(world: World) -> Iterator[ZendeskSandbox]:
    with serve_zendesk(world) as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackSandbox]:
    with serve_slack() as server:
        yield server


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with working() as process:
        yield process


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh store; copies of it hash a caller's number alike."""
    path = tmp_path_factory.mktemp("empty") / "deskpulse.db"
    open_store(path).close()
    return path


@pytest.fixture
def desk(
    tmp_path: Path, world: World, zendesk: ZendeskSandbox, slack: SlackSandbox, worker: Worker, empty: Path
) -> Desk:
    shutil.copy(empty, tmp_path / "deskpulse.db")
    return set_up(tmp_path, world, zendesk, slack, worker)


@pytest.fixture
def reporting_desk(desk: Desk) -> Desk:
    """A desk whose daily report is due."""
    desk.add_report()
    return desk


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, world: World, worker: Worker, empty: Path) -> Rows:
    """All rows after one run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copy(empty, folder / "deskpulse.db")
    with serve_zendesk(world) as zendesk, serve_slack() as slack:
        desk = set_up(folder, world, zendesk, slack, worker)
        assert desk.run().exit_code == 0
        return dump(desk)
