"""A Request Tracker from Debian's packages on loopback: its own server, a fresh SQLite database, a clock we set."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PACKAGES = (
    "request-tracker5",
    "rt5-db-sqlite",
    "rt5-standalone",
    # In place of a mail server and of a database set up by the package.
    "msmtp-mta",
    "dbconfig-no-thanks",
    "libfaketime",
)
SHARE = Path("/usr/share/request-tracker5")
SERVER = SHARE / "libexec" / "rt-server"
ROOT = ("root", "password")
CONFIG = """
Set($rtname, 'desk.example');
Set($Organization, 'desk.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($Timezone, 'America/New_York');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
Set($MasonDataDir, '{folder}/mason');
Set($MasonSessionDir, '{folder}/session');
1;
"""


@dataclass(frozen=True)
class RealRT:
    """A running RT: where it answers, and the environment of its tools."""

    url: str
    folder: Path
    env: Mapping[str, str]

    def act(self, steps: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Carries out steps, each at its own moment; the numbers that RT gave by our names."""
        clock = self.folder / "clock"
        clock.write_text("1\n")
        faked = {
            "LD_PRELOAD": str(next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_FMT": "%s",
            "FAKETIME_TIMESTAMP_FILE": str(clock),
        }
        script = str(Path(__file__).with_name("act.pl"))
        done = subprocess.run(
            ["perl", "-I", str(SHARE / "lib"), script, str(clock)],
            input="".join(json.dumps(step) + "\n" for step in steps),
            env={**self.env, **faked},
            cwd=self.folder,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"RT refused a step: {done.stderr[-2000:]}")
        found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        return found

    def ask(self, method: str, path: str, user: tuple[str, str], body: Any = None) -> Any:
        """A request to REST2 as this user, for what happens while RT runs."""
        url = f"{self.url}/REST/2.0{path}"
        answer = httpx.request(method, url, json=body, auth=user, timeout=30, trust_env=False)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def install() -> float:
    """Installs what is missing; seconds that took."""
    begun = time.monotonic()
    if not SERVER.exists() or not list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise RuntimeError(f"needs root and apt-get to install {' '.join(PACKAGES)}")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        subprocess.run(["apt-get", "update", "-qq"], env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begun


@contextmanager
def running(folder: Path) -> Iterator[RealRT]:
    """RT with an empty desk; its processes end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    for name in ("mason", "session", "site"):
        (folder / name).mkdir()
    config = folder / "RT_SiteConfig.pm"
    config.write_text(CONFIG.replace("{folder}", str(folder)).replace("{port}", str(port)))
    env = {**os.environ, "RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(folder / "site")}
    setup = ["rt-setup-database-5", "--action", "init", "--skip-create"]
    subprocess.run(setup, env=env, cwd=folder, check=True, capture_output=True)
    with (folder / "server.log").open("wb") as said:
        server = subprocess.Popen(
            [str(SERVER), "--server", "Starlet", "--host", "127.0.0.1", "--port", str(port), "--max-workers", "2"],
            env=env, cwd=folder, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(port, server, folder)
            yield RealRT(f"http://127.0.0.1:{port}", folder, env)
        finally:
            _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(300):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"RT did not start: {(folder / 'server.log').read_text()[-2000:]}")
