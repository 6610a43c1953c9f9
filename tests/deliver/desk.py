"""What the tests of delivery share: a message, a store in memory, a channel behind real HTTP."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from core.deliver.outbox import Delivery, Receipt, deliver
from core.deliver.slack import SlackChannel, SlackWebhook, parts_of
from core.http import Api, Http, Patience
from core.report.message import Block, SlackMessage, SlackReply
from core.sandbox.slack import BOT_TOKEN, CHANNEL, FIRST_TS, SlackSandbox
from tests.http_server import FakeTime

NOW = FIRST_TS
KEY = "daily:2026-11-20"
QUICK = Patience(read_s=1.5, answer_s=5.0, total_s=200.0)


def section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


CHART: Block = {"type": "data_visualization", "title": "Service level", "chart": {"type": "line", "series": []}}
MESSAGE = SlackMessage(
    text="Support, Fri 20 Nov: service level 76.5 %.",
    blocks=(section("Service level 76.5 %"), CHART),
    plain_blocks=(section("Service level 76.5 %"), section("▅▆▄▆▅▇▄▅▃▆")),
    thread=(SlackReply("By queue", (section("DE 69.3 %"),)), SlackReply("Method", (section("left out: 9"),))),
    chart_png=lambda: b"\x89PNG chart",
    chart_alt="Service level fell on Friday.",
)


@contextmanager
def channel(slack: SlackSandbox, *, token: str = BOT_TOKEN, message: SlackMessage = MESSAGE) -> Iterator[SlackChannel]:
    timing = FakeTime(NOW).timing
    http = Http("https://slack.com/api", bearer=SecretStr(token))
    with Api(http, name="ops", base_url=slack.url, timing=timing, patience=QUICK) as api:
        yield SlackChannel(api, CHANNEL, message, timing)


@contextmanager
def webhook(slack: SlackSandbox) -> Iterator[SlackWebhook]:
    http = Http(slack.webhook_url, setting="webhook_url")
    with Api(http, name="ops", timing=FakeTime(NOW).timing, patience=QUICK) as api:
        yield SlackWebhook(api)


def post(
    db: sqlite3.Connection,
    slack: SlackSandbox,
    *,
    at: int = NOW,
    resume: bool = False,
    message: SlackMessage = MESSAGE,
    token: str = BOT_TOKEN,
) -> Receipt:
    """One try at delivering the report."""
    with channel(slack, message=message, token=token) as sender:
        delivery = Delivery(KEY, "ops", parts_of(message))
        return deliver(db, sender, delivery, at, resume=resume, timing=FakeTime(NOW).timing)


def states(db: sqlite3.Connection) -> dict[str, str]:
    """The state of each part."""
    return {row["part"]: row["state"] for row in db.execute("select part, state from outbox order by part")}
