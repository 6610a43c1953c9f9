"""The generated queue_log reads like Asterisk's own, over rotation and growth."""

import gzip
from collections import Counter
from pathlib import Path

from core.sandbox.names import AGENTS
from core.sandbox.queue_log import log_text, week_start, write_queue_log
from core.sandbox.roster import QUEUES
from core.sandbox.world import World

ENDS = {"COMPLETEAGENT", "COMPLETECALLER", "ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY"}
ENDS |= {"BLINDTRANSFER", "ATTENDEDTRANSFER"}


def whole(folder: Path) -> bytes:
    """All files in order of time."""
    packed = sorted(folder.glob("queue_log.*.gz"), key=lambda path: -int(path.name.split(".")[1]))
    closed = b"".join(gzip.decompress(path.read_bytes()) for path in packed)
    return closed + (folder / "queue_log.1").read_bytes() + (folder / "queue_log").read_bytes()


def test_every_line_has_asterisks_form(world: World, tmp_path: Path) -> None:
    """Five columns before the data, the pipe after the event also without data, queue and agents by their names."""
    write_queue_log(world, tmp_path)
    lines = whole(tmp_path).decode().splitlines()
    moments = [int(line.split("|")[0]) for line in lines]
    assert moments == sorted(moments)
    known = {name for name, _ in AGENTS} | {"NONE"}
    for line in lines:
        _, callid, queue, agent, event, *data = line.split("|")
        assert queue in {*QUEUES, "NONE"}
        assert agent in known or agent.startswith("Aushilfe")
        assert callid
        assert event.isupper()
        assert data


def test_each_visit_to_a_queue_ends_once(world: World) -> None:
    """Offered is answered and abandoned and flowed out, or the figures never add up."""
    open_visits: Counter[tuple[str, str]] = Counter()
    for line in world.queue_lines:
        callid, queue, _, event, *_ = line.text.split("|")
        if event == "ENTERQUEUE":
            open_visits[callid, queue] += 1
        elif event in ENDS:
            open_visits[callid, queue] -= 1
    assert set(open_visits.values()) <= {0, 1}
    assert sum(open_visits.values()) <= 3


def test_the_log_agrees_with_the_calls(world: World) -> None:
    """The truth to compare a connector with has to be what the log says."""
    logged = Counter(
        (callid, queue, agent, int(wait))
        for callid, queue, agent, event, wait, *_ in (line.text.split("|") for line in world.queue_lines)
        if event == "CONNECT"
    )
    legs = [(call.id, leg) for call in world.calls for leg in call.legs if leg.outcome == "answered"]
    counted = Counter((callid, leg.queue, leg.agent, leg.wait_s) for callid, leg in legs)
    assert counted
    assert not counted - logged


def test_agents_come_pause_and_go_in_order(world: World) -> None:
    """Time on duty is the union of what lies between these lines."""
    state: dict[tuple[str, str], str] = {}
    before = {"ADDMEMBER": (None, "REMOVEMEMBER"), "PAUSE": ("ADDMEMBER", "UNPAUSE"), "UNPAUSE": ("PAUSE",)}
    before["REMOVEMEMBER"] = ("ADDMEMBER", "UNPAUSE")
    for line in world.queue_lines:
        _, queue, agent, event, *_ = line.text.split("|")
        if event in before:
            assert state.get((agent, queue)) in before[event], line
            state[agent, queue] = event


def test_the_file_grows_in_place_and_is_rotated(world: World, tmp_path: Path) -> None:
    """A reader follows the inode; what it has read must not change under it."""
    monday = week_start(world.until)
    current = write_queue_log(world, tmp_path, monday - 3 * 86_400)
    inode, size = current.stat().st_ino, current.stat().st_size
    write_queue_log(world, tmp_path, monday - 2 * 86_400, half_line=True)
    assert (current.stat().st_ino, current.stat().st_size > size) == (inode, True)
    write_queue_log(world, tmp_path, world.until)
    assert (tmp_path / "queue_log.1").stat().st_ino == inode
    fresh = tmp_path / "fresh"
    write_queue_log(world, fresh, world.until)
    assert whole(tmp_path) == whole(fresh)
    assert (fresh / "queue_log").read_bytes() == log_text(world, monday, world.until)


def test_the_last_line_can_be_half_written(world: World, tmp_path: Path) -> None:
    """Asterisk is writing while we read."""
    current = write_queue_log(world, tmp_path, world.until - 5 * 3_600, half_line=True)
    assert not current.read_bytes().endswith(b"\n")
    write_queue_log(world, tmp_path)
    assert whole(tmp_path).endswith(b"\n")
