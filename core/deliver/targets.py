"""From a destination of the config to something that sends; a destination is pluggable like a connector."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from core import log
from core.clock import Timing
from core.config import Destination
from core.deliver.file import FileContent, Folder
from core.deliver.outbox import ROOT, Part, Sender
from core.deliver.slack import SlackChannel, SlackPost, SlackWebhook, parts_of
from core.errors import ConfigError
from core.http import Api, Http
from core.report.message import SlackMessage, SlackReply

SLACK = "https://slack.com/api"
HOOKS = "hooks.slack.com"


@dataclass(frozen=True)
class Rendered:
    """A report in every form that a destination may want."""

    slack: SlackMessage
    html: str
    text: str
    name: str


@dataclass
class Target:
    """An open destination and the parts it wants of a report."""

    sender: Sender
    parts: Callable[[Rendered], tuple[Part, ...]]
    says: str
    """What this destination can do, for ``check`` and ``doctor``."""
    corrected: Callable[[Rendered, SlackReply], tuple[Part, ...]] | None = None
    """The parts of a correction with its note, where this destination can take back what it was sent."""

    def say(self, text: str) -> None:
        """Sends a short notice to people who look after Deskpulse; not through the outbox, and a loss is bearable."""
        self.sender.notice(text)


Maker: TypeAlias = Callable[[Destination, Path, Timing], Target]


@contextmanager
def open_target(destination: Destination, folder: Path, timing: Timing | None = None) -> Iterator[Target]:
    """An open destination; ``folder`` is where relative paths start. ConfigError names an unknown type."""
    known = destination_types()
    if destination.type not in known:
        raise ConfigError(f"destinations.{destination.name}: no type '{destination.type}'. Known: {', '.join(known)}.")
    maker = OWN.get(destination.type) or _plugged()[destination.type].load()
    target: Target = maker(destination, folder, timing or Timing())
    try:
        yield target
    finally:
        api = getattr(target.sender, "api", None)
        if isinstance(api, Api):
            api.close()


def destination_types() -> list[str]:
    """The names of every type of destination, installed ones included."""
    return sorted({*OWN, *_plugged()})


def _plugged() -> Mapping[str, EntryPoint]:
    return {found.name: found for found in entry_points(group="deskpulse.destinations")}


def _slack(destination: Destination, _folder: Path, timing: Timing) -> Target:
    if destination.webhook_url is not None:
        secret = destination.webhook_url.get_secret_value()
        log.register_secret(secret)
        parts = urlsplit(secret)
        if (parts.scheme != "https" or parts.hostname != HOOKS) and not destination.base_url:
            raise ConfigError(f"destinations.{destination.name}: webhook_url should start with https://{HOOKS}/")
        hook = Http(secret, setting="webhook_url")
        sender = SlackWebhook(Api(hook, name=destination.name, base_url=destination.base_url, timing=timing))
        says = "one message, no thread, no corrections"
        return Target(sender, lambda made: parts_of(made.slack)[:1], says)
    if destination.token is None or destination.channel is None:
        raise ConfigError(f"destinations.{destination.name}: needs token and channel, or webhook_url.")
    http = Http(SLACK, bearer=destination.token, setting="token")
    api = Api(http, name=destination.name, base_url=destination.base_url, timing=timing)
    channel = SlackChannel(api, destination.channel, timing=timing)

    def wanted(made: Rendered) -> tuple[Part, ...]:
        channel.message = made.slack
        return parts_of(made.slack)

    def corrected(made: Rendered, note: SlackReply) -> tuple[Part, ...]:
        # The note first: an edit that fails is made again, and a note that is lost would leave it unexplained.
        return Part("note", SlackPost(note.text, note.blocks)), wanted(made)[0]

    return Target(channel, wanted, "message, thread, chart, corrections", corrected)


def _file(destination: Destination, folder: Path, _timing: Timing) -> Target:
    where = folder / Path(destination.path or "reports").expanduser()

    def wanted(made: Rendered) -> tuple[Part, ...]:
        return (
            Part(ROOT, FileContent(f"{made.name}.html", made.html)),
            Part("text", FileContent(f"{made.name}.txt", made.text)),
        )

    return Target(Folder(where), wanted, "HTML and text files", lambda made, _note: wanted(made))


OWN: Mapping[str, Maker] = {"slack": _slack, "file": _file}
