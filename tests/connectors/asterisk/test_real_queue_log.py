"""The log of a real Asterisk 22 against the figures that the same Asterisk printed."""

import re
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors import CallEvent, CallLeg, Context, Record, Window
from connectors.asterisk import connector
from connectors.asterisk.calls import assemble_call
from connectors.asterisk.files import fetch_queue_log
from connectors.asterisk.lines import normalise_line
from connectors.asterisk.settings import AsteriskSettings

FOLDER = Path(__file__).parents[3] / "../shared/fixtures/asterisk"
SHOWN = re.compile(
    r"^Output: (?P<queue>\S+) has .* \((?P<hold>\d+)s holdtime, (?P<talk>\d+)s talktime\), "
    r"W:0, C:(?P<c>\d+), A:(?P<a>\d+), SL:(?P<sl>[\d.]+)%, SL2:(?P<sl2>[\d.]+)% within (?P<t>\d+)s"
)
TAKEN = re.compile(r"^Output:\s+(?P<agent>.+?) \(Local/.* has taken (?P<n>\d+|no) calls")

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"no recorded Asterisk run at {FOLDER}")


def context(settings: AsteriskSettings) -> Context:
    return Context(
        settings=settings,
        zone=ZoneInfo("UTC"),
        source="pbx",
        account="pbx",
        fetched_at=1_795_306_200,
        pseudonym=lambda kind, value: f"hash-of-{sum(value.encode())}",
    )


def legs() -> list[CallLeg]:
    settings = AsteriskSettings(path=FOLDER / "queue_log", exit_keys={"1": "callback"})
    ctx = context(settings)
    events: dict[str, list[CallEvent]] = defaultdict(list)
    for page in fetch_queue_log(settings, Window()):
        for row in page.rows:
            for record in normalise_line(bytes(row), ctx):
                if isinstance(record, CallEvent):
                    events[record.call_id].append(record)
    made: list[Record] = []
    for key, of_call in events.items():
        made += assemble_call(key, sorted(of_call, key=lambda e: (e.happened_at, e.seq)), ctx)
    return [record for record in made if isinstance(record, CallLeg)]


def shown() -> dict[str, dict[str, float]]:
    text = (FOLDER / "queue_show.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if match := SHOWN.match(line):
            found[match["queue"]] = {k: float(v) for k, v in match.groupdict().items() if k != "queue"}
    return found


def running_average(values: list[int]) -> int:
    """Asterisk's own average: begins with the first value, then takes in a quarter of each new one, whole seconds."""
    average = values[0] if values else 0
    for value in values[1:]:
        average = ((average << 2) - average + value) >> 2
    return average


@pytest.mark.parametrize("queue", ["support", "billing", "ghost"])
def test_totals_equal_what_asterisk_says(queue: str) -> None:
    """An ops lead holds our numbers beside "queue show" on the first day."""
    of_queue = [leg for leg in legs() if leg.queue_id == queue]
    answered = sorted((leg for leg in of_queue if leg.outcome == "answered"), key=lambda leg: leg.ended_at or 0)
    # Asterisk counts a queue timeout among its abandoned calls; here it is a flow-out of its own.
    lost = [leg for leg in of_queue if leg.outcome in ("abandoned", "flow_out_timeout")]
    says = shown()[queue]
    assert (len(answered), len(lost)) == (says["c"], says["a"])
    connected = sorted(answered, key=lambda leg: leg.answered_at or 0)
    assert running_average([leg.wait_s or 0 for leg in connected]) == says["hold"]
    assert running_average([leg.talk_s or 0 for leg in answered]) == says["talk"]
    in_time = sum((leg.wait_s or 0) <= 5 for leg in answered)
    lost_in_time = sum((leg.wait_s or 0) <= 5 for leg in lost)
    if answered:
        assert round(100 * in_time / len(answered), 1) == says["sl"]
    assert round(100 * (in_time + lost_in_time) / (len(answered) + len(lost)), 1) == says["sl2"]


def test_calls_taken_by_each_member_equal_what_asterisk_says() -> None:
    """A person's share of the work must not depend on who counts."""
    text = (FOLDER / "queue_show.txt").read_text(encoding="utf-8")
    said = {m["agent"]: 0 if m["n"] == "no" else int(m["n"]) for m in map(TAKEN.match, text.splitlines()) if m}
    taken: dict[str, int] = defaultdict(int)
    for leg in legs():
        if leg.outcome == "answered" and leg.agent_id:
            taken[leg.agent_id] += 1
    assert {agent: taken[agent] for agent in said} == said


def test_every_entry_ends_once() -> None:
    """Offered = answered + abandoned + flow-outs, or calls get lost between two queues."""
    outcomes = [leg.outcome for leg in legs()]
    assert len(outcomes) == 13
    assert sorted(set(outcomes), key=str) == ["abandoned", "answered", "flow_out_callback", "flow_out_timeout"]


def test_no_number_of_a_caller_is_in_any_record() -> None:
    """Callers' numbers are kept as hashes, and only the identity record carries one on its way to the store."""
    settings = AsteriskSettings(path=FOLDER / "queue_log")
    rows = [bytes(row) for page in fetch_queue_log(settings, Window()) for row in page.rows]
    records = [record for row in rows for record in normalise_line(row, context(settings))]
    said = [repr(record) for record in records if type(record).__name__ != "CustomerIdentity"]
    assert not [text for text in said if "442071838750" in text or "33123456789" in text]


def test_the_connector_states_no_requests() -> None:
    """A log file costs the vendor nothing."""
    assert connector.requests_per_1000 == 0
