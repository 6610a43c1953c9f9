"""The whole way from vendors to a report, against imitations on loopback: no key, no network."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from core.clock import Clock, monotonic
from core.deliver.file import write_private
from core.errors import DeskpulseError
from core.sandbox import account
from core.sandbox.inputs import write_inputs
from core.sandbox.names import AGENTS
from core.sandbox.planted import SHARES
from core.sandbox.queue_log import write_queue_log
from core.sandbox.servers import serve_slack, serve_weather, serve_zendesk
from core.sandbox.slack import BOT_TOKEN, CHANNEL
from core.sandbox.vendors.weather import API_KEY
from core.sandbox.world import build_world
from core.sandbox.zendesk import EMAIL, TOKEN

DAY_ON, SUNDAY_ON, MONTH_ON = "2026-11-20", "2026-11-15", "2026-10-31"
REPORTS = (f"daily-{DAY_ON}", f"weekly-{SUNDAY_ON}", f"monthly-{MONTH_ON}")
# Where a message as text goes on in its thread.
THREAD = "\n  ↳"
QUEUES = ("Hotline DE", "Hotline EN", "VIP")
CONFIG = """\
# The config of the demonstration; yours looks the same, without base_url.
[store]
path = "deskpulse.db"
raw = "off"

[reporting]
time_zone = "Europe/Berlin"
language = "{language}"

[[sources]]
name = "zd-main"
connector = "zendesk"
subdomain = "demo"
email = "{email}"
token = "file:zendesk-token"
start = "2026-05-18"
base_url = "{zendesk}"
requests_per_minute = 100000       # the imitation has no limit; yours is learnt from its answers
exports_per_minute = 100000
rate_share = 1.0
contact_reason_field = {reason}
required_fields = ["{reason}", "{product}"]

[[sources]]
name = "pbx"
connector = "asterisk"
path = "asterisk/queue_log"
start = "2026-05-18"
{exits}

{beside}[[schedules]]
name = "hotline"
time_zone = "Europe/Berlin"
hours = {{ mon = "08:00-18:00", tue = "08:00-18:00", wed = "08:00-18:00", thu = "08:00-18:00", fri = "08:00-18:00", \
sat = "10:00-14:00" }}
holidays = "DE-BE"

{queues}
[[destinations]]
name = "ops"
type = "slack"
token = "file:slack-token"
channel = "{channel}"
base_url = "{slack}"

[[goals]]
metric = "csat"
target = 0.85
counter_floor = 0.15               # its counter-metric is the share that answers
owner = "Service"
ksf = "people who know the product"
customer_need = "to be heard and helped"
company_need = "customers who stay"
edge_need = "a service that others recommend"

[[goals]]
metric = "service_level"
target = 0.8
counter_floor = 0.06               # no more than this may hang up
owner = "Hotline"
ksf = "enough people at noon"
customer_need = "somebody who answers"
company_need = "orders that are not lost while waiting"
edge_need = "to be easier to reach"

[[goals]]
metric = "first_response_time"
target = 3600
counter_floor = 60                 # open without any reply
owner = "Help desk"
ksf = "a word first, the search after it"
customer_need = "to know that it has arrived"
company_need = "fewer second mails"
edge_need = "an answer before theirs"

[planning]
service_level = 0.8
promise = "1d"

[[reports]]
name = "daily"
kind = "daily"
to = ["ops"]
at = "00:20"
metrics = "starter"

[[reports]]
name = "weekly"
kind = "weekly"
to = ["ops"]
on = "sat"                         # Monday is usual; the demonstration ends on a Saturday
at = "00:20"
metrics = "core"

[[reports]]
name = "monthly"                   # due on the first of each month
kind = "monthly"
to = ["ops"]
metrics = "full"
"""
BESIDE = """\
[[sources]]
name = "files"
connector = "csv_folder"           # surveys, shifts, costs, reviews, projects: what other departments know
path = "imports"
start = "2026-05-18"

[[sources]]
name = "weather"
connector = "weather"              # where customers live, not where the office stands
api_key = "file:weather-key"
start = "2026-05-18"
base_url = "{weather}"
regions = [
  {{ name = "Hamburg", lat = {hamburg[0][0]}, lon = {hamburg[0][1]}, weight = {hamburg[1]}, holidays = "DE-HH" }},
  {{ name = "Berlin", lat = {berlin[0][0]}, lon = {berlin[0][1]}, weight = {berlin[1]}, holidays = "DE-BE" }},
]
school_holidays = [
  {{ from_on = "2026-07-09", to_on = "2026-08-19", name = "Summer", regions = ["Hamburg"] }},
  {{ from_on = "2026-07-09", to_on = "2026-08-22", name = "Summer", regions = ["Berlin"] }},
  {{ from_on = "2026-10-19", to_on = "2026-10-30", name = "Autumn", regions = ["Hamburg"] }},
]

{people}
[[queues]]
name = "Service Nord"
schedule = "hotline"
sl_threshold = "2m"                # a partner, promised by contract

"""
"""Sources beside the help desk and the telephone, and who is who in them."""


@dataclass(frozen=True)
class Shown:
    """What the demonstration has to show: the day's message and the week's as the channel sees them, and all files."""

    day: str
    week: str
    files: tuple[Path, ...]
    messages: int


Run: TypeAlias = Callable[[Path, Clock], int]
"""The product's own round of work over a config file, at a moment; its exit code."""
Draw: TypeAlias = Callable[[Path, Clock, str, str], str]
"""The product's page of a report by its name and last day."""


def run_demo(folder: Path, language: str, say: Callable[[str], None], run: Run, draw: Draw) -> Shown:
    """Pulls six months of an imitation service centre into ``folder``, counts, reports; what it takes is said."""
    if (folder / "deskpulse.db").exists() or not folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    began = monotonic()
    say("making six months of a service centre: tickets, calls, surveys, shifts, costs, weather …")
    world = build_world()
    write_queue_log(world, folder / "asterisk")
    write_inputs(world, folder / "imports")
    with serve_zendesk(world) as zendesk, serve_weather(world.until) as weather, serve_slack() as slack:
        config = write_config(folder, language, zendesk.url, slack.url, weather.url)
        say(f"reading {len(world.tickets):,} tickets and {len(world.calls):,} calls over HTTP and from files …")
        code = run(config, lambda: world.until)
        posted = list(slack.messages)
    files = tuple(folder / "reports" / f"{name}.html" for name in REPORTS)
    if code or not posted or not all(file.exists() for file in files[:2]):
        raise DeskpulseError(f"the demonstration did not come to its end (exit code {code}); see the lines above.")
    write_private(files[-1].parent, files[-1].name, draw(config, lambda: world.until, "monthly", MONTH_ON))
    day, week = (file.with_suffix(".txt").read_text(encoding="utf-8") for file in files[:2])
    say(f"done in {monotonic() - began:.0f} s; {len(posted)} Slack messages arrived\n")
    return Shown(day, week.split(THREAD)[0].rstrip(), files, len(posted))


def write_config(folder: Path, language: str, zendesk: str, slack: str, weather: str = "") -> Path:
    """The demonstration's config and key files; without an address for the weather, help desk and telephone only."""
    write_private(folder, "zendesk-token", TOKEN)
    write_private(folder, "slack-token", BOT_TOKEN)
    write_private(folder, "weather-key", API_KEY)
    queues = "".join(f'[[queues]]\nname = "{name}"\nschedule = "hotline"\n\n' for name in QUEUES)
    people = "".join(
        f'[[people]]\nsame = ["files:{n}", "pbx:{n}", "zd-main:{account.AGENT_IDS[n]}"]\n' for n, _ in AGENTS
    )
    text = CONFIG.format(
        language=language,
        email=EMAIL,
        zendesk=zendesk,
        slack=slack,
        channel=CHANNEL,
        reason=account.FIELD_REASON,
        product=account.FIELD_PRODUCT,
        exits='exit_keys = { "1" = "callback", "2" = "voicemail" }',
        queues=queues,
        beside=BESIDE.format(weather=weather, hamburg=SHARES[0], berlin=SHARES[1], people=people) if weather else "",
    )
    return write_private(folder, "config.toml", text)
