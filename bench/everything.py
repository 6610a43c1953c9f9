"""All connectors in one store, killed and served spoilt answers: ``python -m bench.everything --kills 10``.

Every imitation vendor of the sandbox serves on loopback. One run is left in peace; others are killed (SIGKILL) at
random moments, or a tenth of all answers is spoilt (429, 503, reset, cut short). All must come to the same rows.
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.config.sample import toml
from core.sandbox.imitation import Vendor
from core.sandbox.suite.find import find_imitation, our_imitations
from core.sandbox.web import Sandbox
from core.store.db import integrity, open_store
from core.store.tables import BASE, FACTS

BOOKKEEPING = frozenset({"synced_at", "fetched_at", "computed_at"})
TABLES = tuple(table.name for table in (*BASE, *FACTS))
LATER_S = 600
# Each kind strikes one of fifty answers: one of ten in all.
SPOILT: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("status", {"status": 429, "retry_after": "1"}),
    ("status", {"status": 503}),
    ("reset", {}),
    ("cut", {}),
    ("cut_off", {}),
)
MOST_RUNS = 12
COMMAND = "import sys, core.clock\nat = int(sys.argv.pop(1))\ncore.clock.now = lambda: at\nimport sync\nsync.main()\n"

Rows = Mapping[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class House:
    """A folder with config and store, and every vendor that the config names."""

    folder: Path
    vendors: Mapping[str, Vendor]
    now_at: int

    @property
    def served(self) -> Sequence[Sandbox]:
        """The vendors that answer over HTTP."""
        return [vendor for vendor in self.vendors.values() if isinstance(vendor, Sandbox)]

    def started(self) -> "subprocess.Popen[str]":
        """``sync.py run`` in a process of its own."""
        command = [sys.executable, "-c", COMMAND, str(self.now_at), "run", "-q"]
        return subprocess.Popen(
            [*command, "--config", str(self.folder / "config.toml")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self) -> tuple[int, str]:
        """Exit code and what was said."""
        with self.started() as process:
            said, _ = process.communicate()
        return process.returncode, said

    def rows(self) -> Rows:
        """Every base and fact row, bookkeeping aside."""
        with closing(sqlite3.connect(self.folder / "deskpulse.db")) as db:
            db.row_factory = sqlite3.Row
            assert integrity(db) == []
            return {name: _rows(db, name) for name in TABLES}


def _rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BOOKKEEPING]
    return sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)


@contextmanager
def house(folder: Path, empty: Path, objects: int, only: Sequence[str]) -> Iterator[House]:
    """Every imitation (or those named) started anew, and a config that reads them all."""
    folder.mkdir()
    shutil.copy(empty, folder / "deskpulse.db")
    with ExitStack() as running:
        vendors = {
            name: running.enter_context(imitation.start(objects))
            for name in our_imitations()
            if (not only or name in only) and (imitation := find_imitation(name)) is not None
        }
        text = '[reporting]\ntime_zone = "Europe/Berlin"\ndefault_country = "DE"\n'
        for name, vendor in vendors.items():
            entry = {"name": name, "connector": name, "start": "2024-01-01", **vendor.settings()}
            if isinstance(vendor, Sandbox):
                entry |= {"requests_per_minute": 1_000_000, "rate_share": 1.0}
            text += "\n[[sources]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in entry.items())
        now_at = max(vendor.now_at for vendor in vendors.values())
        for vendor in vendors.values():
            vendor.now_at = now_at
        config = folder / "config.toml"
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)
        yield House(folder, vendors, now_at + LATER_S)


def settle(one: House) -> list[int]:
    """Runs until one ends with every source complete; the exit codes."""
    codes: list[int] = []
    said = ""
    for _ in range(MOST_RUNS):
        code, said = one.run()
        codes.append(code)
        if code == 0:
            return codes
    raise AssertionError(f"not complete after {MOST_RUNS} runs:\n{said}")


def assert_same(found: Rows, whole: Rows) -> None:
    """Both hold the same rows; says the tables and rows that differ."""
    wrong = {
        name: sorted(set(rows) ^ set(whole[name]), key=repr)[:4] for name, rows in found.items() if rows != whole[name]
    }
    assert not wrong, wrong


def sized(rows: Rows) -> str:
    """How many rows the main tables hold."""
    counted = ("tickets", "messages", "ticket_events", "calls", "call_legs", "agent_states", "surveys", "ticket_facts")
    return ", ".join(f"{len(rows[name]):,} {name}" for name in counted)


def main() -> None:
    """Measures and prints."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--objects", type=int, default=200, help="tickets or calls of each vendor, about")
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--only", nargs="*", default=[], help="these connectors only")
    given = asked.parse_args()
    dice = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty.db"
        open_store(empty).close()
        with house(folder / "whole", empty, given.objects, given.only) as one:
            began = time.monotonic()
            code, said = one.run()
            seconds = time.monotonic() - began
            assert code == 0, said
            whole = one.rows()
            requests = sum(len(vendor.log) for vendor in one.served)
            print(f"{len(one.vendors)} connectors undisturbed: {seconds:.1f} s, {requests} requests, {sized(whole)}")
        done = stores = 0
        while done < given.kills:
            stores += 1
            with house(folder / f"killed-{stores}", empty, given.objects, given.only) as one:
                while done < given.kills:
                    with one.started() as process:
                        try:
                            process.communicate(timeout=dice.uniform(0.8, max(1.5, seconds / 2)))
                            break
                        except subprocess.TimeoutExpired:
                            process.kill()
                            process.communicate()
                            done += 1
                settle(one)
                assert_same(one.rows(), whole)
        print(f"killed {done} times over {stores} stores: integrity ok, every row as undisturbed")
        with house(folder / "spoilt", empty, given.objects, given.only) as one:
            for vendor in one.served:
                for kind, how in SPOILT:
                    vendor.fail(kind, share=0.02, **how)
            codes = settle(one)
            struck = sum(fault.struck for vendor in one.served for fault in vendor.faults)
            requests = sum(len(vendor.log) for vendor in one.served)
            assert_same(one.rows(), whole)
            print(f"spoilt: {struck} of {requests} answers, exit codes {codes}: every row as undisturbed")


if __name__ == "__main__":
    main()
