"""What Slack is shown: the ladder from chart to text, the thread, the reduced mode of a webhook."""

import sqlite3
from dataclasses import replace

import pytest

from core.deliver.outbox import Delivery, deliver, latest
from core.deliver.slack import SlackPost, parts_of
from core.errors import AuthError, Refused
from core.report.message import SlackMessage, SlackReply
from core.sandbox.slack import SlackSandbox
from tests.deliver.desk import KEY, MESSAGE, NOW, channel, post, section, states, webhook
from tests.http_server import FakeTime


def test_a_refused_chart_becomes_text_and_a_picture_in_the_thread(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """A workspace without the new block still sees the curve, and the numbers first of all."""
    slack.charts = False
    receipt = post(db, slack)
    (root,) = slack.roots()
    assert root.blocks == list(MESSAGE.plain_blocks)
    (picture,) = slack.files.values()
    assert (picture.data, picture.thread_ts, picture.title) == (b"\x89PNG chart", root.ts, MESSAGE.chart_alt)
    assert receipt.state == "sent"
    assert receipt.notes == (
        "Slack refused the chart block; the message has the chart as text and as a picture in its thread.",
    )


@pytest.mark.parametrize("path", ["files.getUploadURLExternal", "/upload/"])
def test_a_step_of_the_upload_that_fails_is_repeated_alone(
    slack: SlackSandbox, db: sqlite3.Connection, path: str
) -> None:
    """Starting all over would leave half a dozen orphaned files in the workspace, or a second message."""
    slack.charts = False
    slack.fail("status", path=path, status=503, times=1)
    assert post(db, slack).state == "sent"
    assert len(slack.roots()) == 1
    assert len(slack.requests(path)) == 2
    (picture,) = slack.files.values()
    assert picture.thread_ts


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal", "/upload/"])
def test_a_picture_that_fails_for_good_costs_the_picture_only(
    slack: SlackSandbox, db: sqlite3.Connection, method: str
) -> None:
    """The numbers have arrived; that the picture has not is said once."""
    slack.charts = False
    slack.fail("status", path=method, status=403)
    receipt = post(db, slack)
    assert (receipt.state, receipt.sent) == ("sent", 3)
    assert receipt.notes[0].startswith("Slack refused the chart block")
    assert "as a picture" not in receipt.notes[0]


def test_the_picture_s_address_gets_no_token(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Files go to another host, which has no business with the token."""
    slack.charts = False
    post(db, slack)
    (sent,) = slack.requests("/upload/")
    assert not sent.authorized


def test_a_picture_goes_to_slack_and_nowhere_else(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """An answer that names a stranger's host would carry the numbers out of the house."""
    slack.charts = False
    slack.fail("status", path="elsewhere.example")
    with channel(slack) as sender:
        sender.api.post = lambda *a, **k: pytest.fail("nothing may be asked")  # type: ignore[method-assign]
        with pytest.raises(Exception, match="not Slack's"):
            sender._upload("https://files.slack.com.elsewhere.example/upload/1", b"png")


def test_blocks_that_are_refused_altogether_become_text(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """A block type that Slack retires overnight must not cost the morning's numbers."""
    odd = {"type": "hologram"}
    message = SlackMessage("76.5 %", (odd,), (odd,), (SlackReply("DE 69.3 %", (odd,)),))
    receipt = post(db, slack, message=message)
    (root,) = slack.roots()
    assert (root.text, root.blocks) == ("76.5 %", [])
    (reply,) = slack.replies(root.ts)
    assert (reply.text, reply.blocks) == ("DE 69.3 %", [])
    assert receipt.state == "sent"


def test_too_long_blocks_become_text(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Slack's limit on all blocks together is not documented and may move."""
    long = tuple(section("x" * 2900) for _ in range(6))
    receipt = post(db, slack, message=SlackMessage("the whole report", long, long))
    assert receipt.state == "sent"
    assert [root.text for root in slack.roots()] == ["the whole report"]


def test_a_deleted_message_does_not_spill_its_thread_into_the_channel(
    slack: SlackSandbox, db: sqlite3.Connection
) -> None:
    """Slack posts answers to a deleted message into the channel, and says so only in its answer."""
    slack.deny("chat.postMessage", "")
    slack.fail("status", path="chat.postMessage", status=429, after=1, times=20)
    assert post(db, slack).state == "failed"
    slack.heal()
    slack.messages.clear()
    receipt = post(db, slack, at=NOW + 900)
    assert "outside the thread" in receipt.notes[0]
    assert [message.text for message in slack.messages] == ["By queue"]
    assert set(states(db).values()) == {"sent"}


def test_a_correction_edits_the_message_and_says_why_in_its_thread(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Slack marks no edit of blocks: without the note nobody would see that a number changed."""
    post(db, slack)
    at = latest(db, KEY, "ops")
    assert at
    corrected = replace(MESSAGE, text="Support, Fri 20 Nov: service level 78.0 %.")
    parts = (parts_of(corrected)[0], parts_of(SlackMessage("Revised: 76.5 % is 78.0 %", (), ()))[0])
    delivery = Delivery(
        KEY, "ops", (parts[0], replace(parts[1], name="note")), revision=at.revision + 1, replaces=at.at
    )
    with channel(slack, message=corrected) as sender:
        for _ in range(2):
            assert deliver(db, sender, delivery, NOW + 86_400, timing=FakeTime(NOW).timing).state == "sent"
    (root,) = slack.roots()
    assert root.text == corrected.text
    assert len(root.edits) == 1
    assert [reply.text for reply in slack.replies(root.ts)][-1] == "Revised: 76.5 % is 78.0 %"
    assert len(slack.replies(root.ts)) == 3


def test_a_correction_with_its_answer_lost_is_made_once(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Editing twice does no harm; a second note would."""
    post(db, slack)
    at = latest(db, KEY, "ops")
    assert at
    slack.fail("lost", path="chat.update", times=1)
    slack.deny("conversations.history", "missing_scope")
    note = replace(parts_of(SlackMessage("Revised", (), ()))[0], name="note")
    delivery = Delivery(KEY, "ops", (parts_of(MESSAGE)[0], note), revision=1, replaces=at.at)
    with channel(slack) as sender:
        assert deliver(db, sender, delivery, NOW, timing=FakeTime(NOW).timing).state == "sent"
    assert [reply.text for reply in slack.replies(slack.roots()[0].ts)].count("Revised") == 1


def test_a_webhook_gets_the_message_without_thread(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """The reduced mode: one message, and it is the whole report."""
    with webhook(slack) as sender:
        delivery = Delivery(KEY, "ops", parts_of(MESSAGE)[:1])
        for _ in range(2):
            assert deliver(db, sender, delivery, NOW, timing=FakeTime(NOW).timing).state == "sent"
    (message,) = slack.messages
    assert (message.text, message.via) == (MESSAGE.text, "webhook")


def test_a_webhook_whose_answer_is_lost_waits_for_a_person(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """A webhook cannot look; sending again might double the message."""
    slack.fail("lost", path="/services/", times=1)
    with webhook(slack) as sender:
        delivery = Delivery(KEY, "ops", parts_of(MESSAGE)[:1])
        receipt = deliver(db, sender, delivery, NOW, timing=FakeTime(NOW).timing)
        assert receipt.state == "unclear"
        assert "send --resume" in receipt.notes[0]
        assert "/T0SANDBOX/" not in " ".join(receipt.notes)
        assert deliver(db, sender, delivery, NOW + 900, timing=FakeTime(NOW).timing).state == "unclear"
    assert len(slack.messages) == 1


def test_a_webhook_that_refuses_the_chart_gets_it_as_text(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """The older way in has the same ladder."""
    slack.charts = False
    with webhook(slack) as sender:
        receipt = deliver(db, sender, Delivery(KEY, "ops", parts_of(MESSAGE)[:1]), NOW, timing=FakeTime(NOW).timing)
    assert receipt.state == "sent"
    assert slack.messages[0].blocks == list(MESSAGE.plain_blocks)


def test_a_notice_calls_nobody(slack: SlackSandbox) -> None:
    """An error that quotes a queue called <!channel> must not wake a hundred people."""
    with channel(slack) as sender:
        sender.notice("pbx: <!channel> & more")
    (message,) = slack.messages
    assert message.text == "pbx: &lt;!channel&gt; &amp; more"
    assert message.blocks == [
        {"type": "section", "text": {"type": "plain_text", "text": "pbx: <!channel> & more", "emoji": False}}
    ]


def test_check_says_who_and_whether_it_may_look(slack: SlackSandbox) -> None:
    """What a first set-up needs to know before the first morning."""
    with channel(slack) as sender:
        assert sender.check() == "Slack knows the token: deskpulse in Lumo; it may look into C0123456789"
        slack.deny("conversations.history", "missing_scope")
        assert "unclear one waits for you" in sender.check()
        slack.deny("conversations.history", "channel_not_found")
        with pytest.raises(Refused, match="channel's id"):
            sender.check()
    with channel(slack, token="xoxb-wrong-token") as sender, pytest.raises(AuthError, match="Renew it"):
        sender.check()
    assert not slack.messages


def test_every_part_is_data() -> None:
    """The outbox keeps what it sends; what is no data could not be looked at later."""
    assert all(isinstance(part.content, SlackPost) for part in parts_of(MESSAGE))
