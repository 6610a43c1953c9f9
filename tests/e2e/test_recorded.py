"""The recorded exchanges of a real Zendesk account and the log of a real Asterisk, through the command line."""

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.sandbox.slack import SlackSandbox
from core.sandbox.world import World
from core.sandbox.zendesk import ZendeskSandbox
from tests.e2e.desk import Desk, assert_same, dump

NOW_AT = 1_795_310_000
CALL_DAY = "2026-11-22"
ONLY = ("TicketsIncremental", "UsersIncremental", "Group")
UNRECORDED = {"open_tickets", "ticket_events", "organizations", "schedules", "satisfaction_ratings", "survey_responses",
              "sla_policies", "metric_events"}  # fmt: skip
SHOWN = re.compile(r"^Output: (\S+) has .*C:(\d+), A:(\d+)")
CONFIG = """\
[reporting]
time_zone = "Europe/Berlin"

[[sources]]
name = "zd"
connector = "zendesk"
subdomain = "recorded"
email = "bot@recorded.example"
token = "file:key"
start = "2010-01-01"
base_url = "{url}"
requests_per_minute = 100000
exports_per_minute = 100000

[[sources]]
name = "pbx"
connector = "asterisk"
path = "{log}"
start = "2010-01-01"
exit_keys = {{ "1" = "callback" }}
"""


@contextmanager
def replaying(script: Path, *more: str) -> Iterator[str]:
    """The recorded account on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(script), "--port", str(port), "--loose", *more, "--only", *ONLY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            for _ in range(500):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture
def account(
    tmp_path: Path,
    worker: "subprocess.Popen[str]",
    fixtures: Callable[[str], Path],
    world: World,
    zendesk: ZendeskSandbox,
    slack: SlackSandbox,
) -> Callable[[str], Desk]:
    """A desk whose config names the recorded account at an address and the recorded log."""

    def made(url: str) -> Desk:
        descriptor = os.open(tmp_path / "key", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(descriptor, b"no-secret")
        os.close(descriptor)
        log = fixtures("asterisk/queue_log")
        (tmp_path / "config.toml").write_text(CONFIG.format(url=url, log=log), encoding="utf-8")
        return Desk(tmp_path, world, zendesk, slack, worker, NOW_AT)

    return made


def recorded_tickets(folder: Path) -> dict[str, str]:
    """Status by id of the tickets in the recorded export."""
    lines = (folder / "zenpy__TicketsIncrementalTest.test_get_values.jsonl").read_text(encoding="utf-8").splitlines()
    export = next(one for one in map(json.loads, lines) if "cursor.json?start_time=0" in one["url"])
    return {str(row["id"]): row["status"] for row in export["body"]["tickets"]}


def test_the_recorded_account_through_the_command(
    account: Callable[[str], Desk], fixtures: Callable[[str], Path]
) -> None:
    """87 tickets, 1,000 users, 57 lines: all in, none set aside; streams without a recording are left out and said."""
    with replaying(fixtures("replay.py")) as url:
        desk = account(url)
        first = json.loads((done := desk.sync("run", "-q", "--json")).out)
        assert done.code == 0
        told = {one["stream"]: one for source in first["sources"] for one in source["streams"]}
        rows = {"tickets": 87, "users": 1000, "groups": 9, "group_memberships": 12, "queue_log": 57}
        assert {name: told[name]["rows"] for name in rows} == rows
        assert sum(one["rejected"] for one in told.values()) == 0
        assert {name for name, one in told.items() if one["status"] == "skipped"} == UNRECORDED | {"users"}
        status = desk.sync("status").out
        assert all(f"{name}: " in status for name in UNRECORDED)
        before = dump(desk)
        assert desk.sync("run", "-q").code == 0
        assert_same(dump(desk), before)
    assert desk.sync("rebuild").code == 0
    assert_same(dump(desk), before)

    told_by = {row["native_id"]: row for row in csv.DictReader(io.StringIO(desk.sync("export", "tickets").out))}
    truth = recorded_tickets(fixtures("zendesk/recordings"))
    assert {native: row["status"] for native, row in told_by.items()} == truth
    assert len(truth) == 87
    assert Counter(row["channel"] for row in told_by.values())["other"] == 1
    assert desk.ask("select via_detail from tickets where channel = 'other'") == [("sample_ticket",)]


def test_calls_of_the_recorded_log_are_those_that_asterisk_counted(
    account: Callable[[str], Desk], fixtures: Callable[[str], Path]
) -> None:
    """Beside `queue show`: completed and abandoned by queue; what timed out in the queue Asterisk calls abandoned."""
    desk = account("http://127.0.0.1:9")
    assert desk.sync("run", "-q", "--source", "pbx").code == 0
    lines = fixtures("asterisk/queue_show.txt").read_text(encoding="utf-8").splitlines()
    said = {match[1]: (int(match[2]), int(match[3])) for match in map(SHOWN.match, lines) if match}
    outcomes = "select outcome, count(*) from queue_legs where queue_uid = ? group by 1"
    for queue, (completed, abandoned) in said.items():
        found = Counter(dict(desk.ask(outcomes, f"pbx:{queue}")))
        assert (found["answered"], found["abandoned"] + found["flow_out_timeout"]) == (completed, abandoned), queue
    calls = [json.loads(line) for line in desk.sync("export", "calls", "--format", "jsonl").out.splitlines()]
    assert len(calls) == 13
    assert sum(call["outcome"] == "answered" for call in calls) == sum(done for done, _ in said.values()) == 10
    shown = json.loads(desk.sync("kpi", "show", "service_level", "--day", CALL_DAY, "--by", "queue", "--json").out)
    assert {name: answer["n"] for name, answer in shown["by"]} == {"support": 6, "billing": 4}


@pytest.mark.parametrize("fault", ["3:503", "2:429:1"])
def test_the_recorded_account_behind_faults_comes_to_the_same(
    account: Callable[[str], Desk], fixtures: Callable[[str], Path], fault: str
) -> None:
    """Every second or third request fails once; nothing of it is seen."""
    with replaying(fixtures("replay.py"), "--fail", fault) as url:
        desk = account(url)
        assert desk.sync("run", "-q").code == 0
    truth = recorded_tickets(fixtures("zendesk/recordings"))
    assert dict(desk.ask("select native_id, status from tickets")) == truth
    assert desk.ask("select count(*) from customers where source = 'zd'") == [(1000,)]
    assert replace(desk, now_at=NOW_AT + 60).sync("status").code == 0
