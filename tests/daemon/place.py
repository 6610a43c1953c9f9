"""What the tests of the daemon share: a place on disk with a fake vendor in a file, and a Slack behind real HTTP."""

import sqlite3
from pathlib import Path

from core.clock import utc
from core.config.load import Loaded
from core.daemon.place import load_place
from core.sandbox.slack import BOT_TOKEN, CHANNEL, SlackSandbox

BERLIN = "Europe/Berlin"
CONFIG = """\
[reporting]
time_zone = "{zone}"

[connectors]
folder = "own"

[[sources]]
name = "desk"
connector = "desk"
every = "10m"

[[destinations]]
name = "ops"
type = "slack"
token = "file:token"
channel = "{channel}"
base_url = "{slack}"

[[reports]]
name = "daily"
to = ["ops"]
at = "{at}"
"""
# A vendor whose answers a test writes into a file: `down` and `refused` are said by their names.
DESK = '''\
"""A desk whose state lies in the file beside it."""

from pathlib import Path

from connectors import Connector, Page, Settings, Stream, Ticket, Unavailable, utc
import msgspec


class DeskSettings(Settings):
    pass


class Row(msgspec.Struct):
    id: str
    at: str


def fetch(api, window):
    said = Path(__file__).with_suffix(".txt").read_text()
    if said == "down":
        raise Unavailable("desk: nobody answers.")
    if said == "broken":
        raise RuntimeError("secret-in-a-traceback")
    yield Page([msgspec.json.encode({"id": "1", "at": said})], data_to=utc(said))


def normalise(row, ctx):
    yield Ticket(id=row.id, created_at=utc(row.at), updated_at=utc(row.at), status_category="open", channel="email")


connector = Connector("desk", DeskSettings, (Stream("tickets", fetch, Row, normalise),))
'''


def place(folder: Path, slack: SlackSandbox, *, zone: str = BERLIN, at: str = "08:00") -> Loaded:
    """A config with one source and one report."""
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own" / "desk.py").write_text(DESK)
    say(folder, "2026-03-01T10:00:00Z")
    (folder / "token").write_text(BOT_TOKEN)
    (folder / "token").chmod(0o600)
    (folder / "config.toml").write_text(CONFIG.format(zone=zone, at=at, slack=slack.url, channel=CHANNEL))
    return load_place(folder / "config.toml")


def say(folder: Path, text: str) -> None:
    """What the desk answers from now on: the moment of its only ticket, `down`, or `broken`."""
    (folder / "own" / "desk.txt").write_text(text)


def mark_read(db: sqlite3.Connection, at: int) -> None:
    """A stream that was read once."""
    db.execute(
        "insert into stream_state (source, stream, last_success_at, rows, rejected, is_complete, status) "
        "values ('desk', 'tickets', ?, 0, 0, 1, 'ok')",
        (at,),
    )


def epoch(text: str) -> int:
    """The moment of an ISO text with a zone."""
    return utc(text)
