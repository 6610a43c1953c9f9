"""Runs killed at random against one that nothing disturbed: ``python -m bench.kill --scale 0.3 --kills 10``.

The account is the sandbox's; both stores start as copies of one empty store, so that they hash callers alike. In the
second part every tenth answer is spoilt while the account's clock goes on, and the store must end the same again.
"""

import argparse
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.sandbox.servers import serve_slack, serve_zendesk
from core.sandbox.slack import SlackSandbox
from core.sandbox.world import World, build_world
from core.sandbox.zendesk import ZendeskSandbox
from core.store.db import open_store
from tests.e2e.desk import Desk, Rows, assert_same, assert_true, dump, set_up, working

DAY_S = 86_400
PHASES = (("delivering", "select 1 from outbox"), ("counting", "select 1 from ticket_facts"))
SPOILT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 429, "retry_after": "1"}),
    ("status", {"status": 503}),
    ("reset", {}),
    ("cut", {}),
    ("cut_off", {}),
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scale", type=float, default=0.3, help="1.0 is 70 tickets and 180 calls a working day")
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=11)
    given = asked.parse_args()
    world = build_world(scale=given.scale)
    print(f"{len(world.tickets):,} tickets, {len(world.calls):,} calls, seed {given.seed}")
    with tempfile.TemporaryDirectory() as name, working() as worker:
        folder = Path(name)
        open_store(folder / "empty.db").close()

        def desk(called: str, zendesk: ZendeskSandbox, slack: SlackSandbox) -> Desk:
            (folder / called).mkdir()
            shutil.copy(folder / "empty.db", folder / called / "deskpulse.db")
            return set_up(folder / called, world, zendesk, slack, worker)

        whole, seconds = undisturbed(world, desk)
        killed(world, desk, whole, seconds, given.kills, random.Random(given.seed))
        spoilt(world, desk, whole)


Make = Callable[[str, ZendeskSandbox, SlackSandbox], Desk]


def undisturbed(world: World, make: Make) -> tuple[Rows, float]:
    """All rows of one run, and how long it took."""
    with serve_zendesk(world) as zendesk, serve_slack() as slack:
        desk = make("whole", zendesk, slack)
        desk.add_report()
        began = time.monotonic()
        with desk.started("run", "-q") as process:
            assert process.wait() == 0
        seconds = time.monotonic() - began
        assert_true(desk)
        assert len(slack.roots()) == 1
        print(f"undisturbed: {seconds:.1f} s, {len(zendesk.log)} requests, {sized(dump(desk))}")
        return dump(desk), seconds


def killed(world: World, make: Make, whole: Rows, seconds: float, kills: int, dice: random.Random) -> None:
    """Kills at random moments; a store that came to its end holds the same rows and sent one message."""
    done = stores = 0
    while done < kills:
        stores += 1
        with serve_zendesk(world) as zendesk, serve_slack() as slack:
            desk = make(f"killed-{stores}", zendesk, slack)
            desk.add_report()
            while done < kills and cut_short(desk, dice.uniform(0.4, max(1.0, seconds / 3))):
                done += 1
                rows = sum(count for (count,) in desk.ask("select rows from stream_state"))
                print(
                    f"    kill {done}: while {phase(desk)}, {rows:,} rows so far, {desk.ask('pragma integrity_check')}"
                )
            # A part that was on its way to Slack is looked for a quarter of an hour later.
            for now_at in (desk.now_at, desk.now_at + 1_000):
                with replace(desk, now_at=now_at).started("run", "-q") as process:
                    out, err = process.communicate()
                assert process.returncode == 0, out + err
            assert_true(desk)
            assert_same(dump(desk), whole)
            assert len(slack.roots()) == 1, [(post.text[:90], post.metadata) for post in slack.roots()]
    print(f"killed {done} times over {stores} stores: all rows as undisturbed, integrity ok, one message each")


def cut_short(desk: Desk, after_s: float) -> bool:
    """Whether a run was killed before it came to its end."""
    with desk.started("run", "-q") as process:
        try:
            process.communicate(timeout=after_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    return process.returncode != 0


def spoilt(world: World, make: Make, whole: Rows) -> None:
    """Polls on several days with every tenth answer spoilt come to the same rows."""
    with serve_zendesk(world) as zendesk, serve_slack() as slack:
        desk = make("spoilt", zendesk, slack)
        for kind, more in SPOILT:
            zendesk.fail(kind, share=0.02, **more)
        codes, at = [], desk
        for days in (90, 60, 30, 14, 7, 3, 2, 1, 0):
            at = desk.at(world.until - days * DAY_S)
            codes.append(at.sync("run", "-q").code)
        struck = sum(fault.struck for fault in zendesk.faults)
        assert_true(at)
        rows = dump(at)
        same = {name: rows[name] for name in ("tickets", "ticket_events", "messages", "calls", "call_legs", "surveys")}
        assert_same(same, whole)
        assert at.sync("rebuild").code == 0
        assert_same(dump(at), rows)
        print(f"spoilt: {struck} of {len(zendesk.log)} answers, exit codes {codes}, {sized(rows)}, as the world has it")


def phase(desk: Desk) -> str:
    """What a run was doing when it died, as far as the store tells."""
    return next((name for name, sql in PHASES if desk.ask(f"{sql} limit 1")), "pulling")


def sized(rows: Rows) -> str:
    counted = ("tickets", "ticket_events", "messages", "calls", "call_legs", "ticket_facts", "parts")
    return ", ".join(f"{len(rows[name]):,} {name}" for name in counted)


if __name__ == "__main__":
    main()
