import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from core.sandbox.servers import serve_slack
from core.sandbox.slack import SlackSandbox
from core.store.db import open_store


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(open_store(":memory:")) as store:
        yield store


@pytest.fixture
def slack() -> Iterator[SlackSandbox]:
    with serve_slack() as server:
        yield server
