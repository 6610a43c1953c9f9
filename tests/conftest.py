"""What all tests share: the recorded fixtures, no network but this machine's own, Chromium where there is one."""

import ctypes
import gc
import ipaddress
import os
import secrets
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT.parent / "shared" / "fixtures"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER_REQUIRED = os.environ.get("DESKPULSE_REQUIRE_BROWSER") == "1"
BROWSER_PACKAGES = "chromium fonts-wqy-microhei libatomic1"
NO_BROWSER = f"no Chromium, or no libatomic for Playwright; on Debian: apt-get install {BROWSER_PACKAGES}"

# Bytecode is kept whatever the environment says: of the hundreds of processes that the tests start, each would compile
# the whole program again, and pytest every test.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Python looks for cyclic garbage at every 700 objects, which takes an eighth of the time where worlds are made.
gc.set_threshold(20_000, 20, 20)

# Few examples keep the whole suite short; HYPOTHESIS_PROFILE=thorough looks for what they miss.
hypothesis.settings.register_profile("local", deadline=None, max_examples=40)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, database=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local")
hypothesis.settings.load_profile(PROFILE)


def has_browser() -> bool:
    # The Node.js that Playwright 1.65 brings along is linked to libatomic, which a bare Debian has not.
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return CHROMIUM is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests skip without a browser; where one is required they run and fail."""
    if BROWSER_REQUIRED or has_browser():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no search for garbage goes through it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        text = f"browser tests that did NOT run: {len(skipped)}; {NO_BROWSER}"
        terminalreporter.write_sep("!", text, yellow=True, bold=True)


@pytest.fixture
def fixtures() -> Callable[[str], Path]:
    """Path of a recorded fixture beside the checkout; the test is skipped where there is none."""

    def path_of(name: str) -> Path:
        path = FIXTURES / name
        if not path.exists():
            pytest.skip(f"the recorded fixtures are not beside the checkout: ../shared/fixtures/{name}")
        return path

    return path_of


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = str(address[0])
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would reach another machine, or ask for its address, fails and names it."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guard(address: object) -> None:
        if not _is_loopback(address):
            pytest.fail(f"a test tried to reach {address}; tests stay on this machine")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        guard(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        guard(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        guard((host.decode() if isinstance(host, bytes) else host or "",))
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(scope="session", autouse=True)
def copied_stores() -> Iterator[None]:
    """A new store is a copy of one that was made as all are, with a hash key of its own: in a tenth of the time."""
    from core.store import migrations
    from core.store.db import open_store, set_setting

    migrate = migrations.migrate
    whole = open_store(":memory:")

    def copy(db: sqlite3.Connection, path: str, *, read_only: bool, **rest: Any) -> None:
        if migrations.version_of(db) or read_only or rest:
            migrate(db, path, read_only=read_only, **rest)
        else:
            whole.backup(db)
            set_setting(db, "hash_key", secrets.token_hex(32))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "migrate", copy)
        yield


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, started once a file: it works on while nobody looks. It may load files and loopback."""
    if not has_browser():
        pytest.fail(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's sandbox refuses to run as root, which is what containers run as.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """An empty tab of its own; what it asks of other machines is refused."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()
