"""The service as a process: what the operating system asks of it, and what it says to it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.sandbox.slack import SlackSandbox
from tests.daemon.place import place
from tests.http_server import Server
from tests.tree import ROOT

BOUND_S = 30.0


class Process:
    """`deskpulse daemon` in a process of its own; `lines` is its log so far."""

    def __init__(self, config: Path, environ: dict[str, str] | None = None) -> None:
        command = [sys.executable, str(ROOT / "sync.py"), "daemon", "--config", str(config)]
        env = {**os.environ, "TZ": "UTC", **(environ or {})}
        self.popen = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stderr
        for line in self.popen.stderr:
            with self._said:
                self.lines.append(line.rstrip())
                self._said.notify_all()

    def wait_for(self, pattern: str, times: int = 1) -> str:
        """The line that matches, once so many of them have come."""
        with self._said:
            done = self._said.wait_for(lambda: len(self.matching(pattern)) >= times, BOUND_S)
        assert done, f"{pattern} was not said in {BOUND_S} s:\n" + "\n".join(self.lines)
        return self.matching(pattern)[times - 1]

    def matching(self, pattern: str) -> list[str]:
        return [line for line in self.lines if re.search(pattern, line)]

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until it left after this signal."""
        began = time.monotonic()
        self.popen.send_signal(number)
        self.popen.wait(BOUND_S)
        self._reader.join(5)
        return time.monotonic() - began


@contextlib.contextmanager
def running(config: Path, environ: dict[str, str] | None = None) -> Iterator[Process]:
    process = Process(config, environ)
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.popen.kill()
        process.popen.wait(5)
        process._reader.join(5)
        for stream in (process.popen.stdout, process.popen.stderr):
            if stream:
                stream.close()


def stalled_config(folder: Path, url: str) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f'[[sources]]\nname = "zd"\nconnector = "zendesk"\nsubdomain = "demo"\nemail = "a@b.example"\n'
        f'token = "env:DESK_KEY"\nbase_url = "{url}"\n'
    )
    return path


def test_a_stop_during_a_stalled_answer_is_quick(tmp_path: Path) -> None:
    """Systemd kills after its patience, and a killed service looks like a crash (trust 57)."""
    asked = threading.Event()

    def stall(connection: socket.socket) -> None:
        asked.set()
        server.stall(connection)

    server = Server(stall)
    with server, running(stalled_config(tmp_path, server.url), {"DESK_KEY": "zk-9f8e7d6c5b"}) as process:
        assert asked.wait(BOUND_S)
        took = process.end()
        assert took < 10
        assert process.popen.returncode == 0
    assert process.matching("event=down")
    assert not process.matching("Traceback|zk-9f8e7d6c5b")


def test_a_second_instance_is_refused_and_told_of_the_first(tmp_path: Path, slack: SlackSandbox) -> None:
    """Two services on one store would send two messages each morning (trust 58)."""
    place(tmp_path, slack)
    with running(tmp_path / "config.toml") as first:
        first.wait_for("event=pulled source=desk")
        with running(tmp_path / "config.toml") as second:
            second.popen.wait(BOUND_S)
            second._reader.join(5)
            assert second.popen.returncode == 7
            assert second.lines == [
                f"another instance runs on this store (process {first.popen.pid}); wait for it, or end it"
            ]
        assert first.end() < 10


def test_a_changed_config_is_taken_in_and_a_bad_one_refused(tmp_path: Path, slack: SlackSandbox) -> None:
    """A slip of the finger in the config must not end the service that runs on the old one."""
    place(tmp_path, slack)
    config = tmp_path / "config.toml"
    good = config.read_text()
    with running(config) as process:
        process.wait_for("event=pulled source=desk")
        config.write_text(good.replace("every =", "evry ="))
        process.popen.send_signal(signal.SIGHUP)
        assert "config.toml:10" in process.wait_for("event=config_refused")
        config.write_text(good.replace("[[sources]]", '[store]\npath = "other.db"\n\n[[sources]]'))
        process.popen.send_signal(signal.SIGHUP)
        process.wait_for("store.path changed")
        config.write_text(good.replace('name = "desk"\n', 'name = "help"\n'))
        process.popen.send_signal(signal.SIGHUP)
        process.wait_for("event=config_taken_in")
        process.wait_for("event=pulled source=help")
        assert process.popen.poll() is None
        assert process.end() < 10
        assert process.popen.returncode == 0


def test_a_changed_config_waits_for_no_stalled_vendor(tmp_path: Path) -> None:
    """Reloading lets go of the page under way, and the process stays."""
    with Server() as server:
        server.answers.append(server.stall)
        config = stalled_config(tmp_path, server.url)
        with running(config, {"DESK_KEY": "zk-9f8e7d6c5b"}) as process:
            process.wait_for("event=up")
            config.write_text(config.read_text() + 'every = "5m"\n')
            process.popen.send_signal(signal.SIGHUP)
            process.wait_for("event=up", times=2)
            assert process.end() < 10
            assert process.popen.returncode == 0


def test_the_service_manager_hears_it_all(tmp_path: Path, slack: SlackSandbox) -> None:
    """Without READY systemd calls the start a failure, without WATCHDOG it kills (sd_notify)."""
    place(tmp_path, slack)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(BOUND_S)
        with running(tmp_path / "config.toml", {"NOTIFY_SOCKET": str(tmp_path / "notify")}) as process:
            assert manager.recv(100) == b"READY=1"
            assert manager.recv(100) == b"WATCHDOG=1"
            process.popen.send_signal(signal.SIGTERM)
            while (said := manager.recv(100)) == b"WATCHDOG=1":
                continue
            assert said == b"STOPPING=1"


@pytest.mark.parametrize("text", ["", "[[sources]]\nname = 'x'\n"])
def test_a_service_that_cannot_work_says_so_at_once(tmp_path: Path, text: str) -> None:
    """Systemd does not start it again after code 2: a person has to mend the config."""
    (tmp_path / "config.toml").write_text(text)
    with running(tmp_path / "config.toml") as process:
        process.popen.wait(BOUND_S)
        process._reader.join(5)
        assert process.popen.returncode == 2
        assert not process.matching("Traceback")
        assert process.matching("sources")
