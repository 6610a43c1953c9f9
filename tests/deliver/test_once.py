"""A report arrives once, whatever happens on the way (trust 62 to 66)."""

import sqlite3

import pytest

from core.deliver.outbox import Delivery, Part, Sent, deliver, message_key, pending
from core.deliver.slack import SlackPost, parts_of
from core.sandbox.slack import Posted, SlackSandbox
from tests.deliver.desk import KEY, MESSAGE, NOW, channel, post, states
from tests.http_server import FakeTime

POST = "chat.postMessage"


def test_a_message_with_its_thread_arrives_and_is_not_sent_again(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """A second copy each morning is how a channel gets muted."""
    first, second = post(db, slack), post(db, slack)
    assert (first.state, first.sent, first.already) == ("sent", 3, 0)
    assert (second.state, second.sent, second.already) == ("sent", 0, 3)
    (root,) = slack.roots()
    assert [reply.text for reply in slack.replies(root.ts)] == ["By queue", "Method"]
    assert not pending(db)


@pytest.mark.parametrize(("status", "posts"), [(429, 4), (500, 4), (502, 4), (503, 4)])
def test_refused_before_it_was_taken_it_arrives_once(
    slack: SlackSandbox, db: sqlite3.Connection, status: int, posts: int
) -> None:
    """Slack under load must cost neither the report nor a second one."""
    slack.fail("status", path=POST, status=status, times=1, retry_after="1")
    receipt = post(db, slack)
    assert (receipt.state, receipt.sent) == ("sent", 3)
    assert len(slack.roots()) == 1
    assert len(slack.requests(POST)) == posts


@pytest.mark.parametrize("fault", ["lost", "reset", "cut_off", "html", "silent"])
@pytest.mark.parametrize("after", [0, 1])
def test_taken_with_its_answer_lost_it_is_found_and_not_repeated(
    slack: SlackSandbox, db: sqlite3.Connection, fault: str, after: int
) -> None:
    """The commonest cause of a doubled message: it was posted, and nobody heard so."""
    slack.fail(fault, path=POST, after=after, times=1, seconds=3.0)
    receipt = post(db, slack)
    assert receipt.state == "sent"
    (root,) = slack.roots()
    assert len(slack.replies(root.ts)) == 2
    assert states(db) == {"root": "sent", "thread-1": "sent", "thread-2": "sent"}


def test_an_unclear_message_is_settled_without_the_scope_for_marks(
    slack: SlackSandbox, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app without metadata.message:read still knows its own words again."""
    slack.fail("lost", path=POST, times=1)
    shown = slack.shown

    def bare(message: Posted, *, metadata: bool) -> dict[str, object]:
        return shown(message, metadata=False)

    monkeypatch.setattr(slack, "shown", bare)
    assert post(db, slack).state == "sent"
    assert len(slack.roots()) == 1


def test_where_nobody_may_look_it_waits_and_says_so(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Never twice goes before at once: a person looks, then decides."""
    slack.fail("lost", path=POST, times=1)
    slack.deny("conversations.history", "missing_scope")
    receipt = post(db, slack)
    assert receipt.state == "unclear"
    assert "missing_scope" in receipt.notes[0]
    assert "send --resume" in receipt.notes[0]
    again = post(db, slack, at=NOW + 3600)
    assert again.state == "unclear"
    assert again.is_known
    assert len(slack.roots()) == 1


def test_resume_sends_what_nobody_can_tell(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """After somebody looked and found nothing, one option sends it."""
    slack.fail("status", path=POST, status=503, times=1)
    slack.deny("conversations.history", "missing_scope")
    assert post(db, slack).state == "unclear"
    assert not slack.roots()
    receipt = post(db, slack, resume=True)
    assert (receipt.state, receipt.sent) == ("sent", 3)
    assert len(slack.roots()) == 1


def test_resume_looks_first_where_it_may(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Who resumes without having looked must not double the message either."""
    slack.fail("lost", path=POST, times=1)
    slack.deny("conversations.history", "missing_scope")
    assert post(db, slack).state == "unclear"
    slack.deny("conversations.history", "")
    assert post(db, slack, resume=True).state == "sent"
    assert len(slack.roots()) == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize("at_part", ["root", "thread-1", "thread-2"])
def test_killed_between_intent_and_reply_it_arrives_once(
    slack: SlackSandbox, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, at_part: str, arrived: bool
) -> None:
    """A restart at eight o'clock sharp must neither lose nor double the message."""
    with channel(slack) as sender:
        send = sender.send

        def killed(key: str, part: Part, root: Sent | None) -> Sent:
            if part.name != at_part:
                return send(key, part, root)
            if arrived:
                send(key, part, root)
            raise Killed

        monkeypatch.setattr(sender, "send", killed)
        with pytest.raises(Killed):
            deliver(db, sender, Delivery(KEY, "ops", parts_of(MESSAGE)), NOW, timing=FakeTime(NOW).timing)
    assert states(db)[at_part] == "intended"
    assert len(states(db)) == 3, "the parts after it are not forgotten"
    assert post(db, slack, at=NOW + 60).state == "sent"
    (root,) = slack.roots()
    assert [reply.text for reply in slack.replies(root.ts)] == ["By queue", "Method"]


def test_an_older_message_is_found_behind_a_busy_morning(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """In a channel that people talk in, our message is soon on the second page."""
    slack.fail("lost", path=POST, times=1)
    slack.deny("conversations.history", "ratelimited")
    assert post(db, slack).state == "unclear"
    slack.deny("conversations.history", "")
    with channel(slack) as sender:
        for number in range(150):
            sender.notice(f"chatter {number}")
    assert post(db, slack, at=NOW + 900).state == "sent"
    assert sum(root.text == MESSAGE.text for root in slack.roots()) == 1


def test_a_refusal_is_named_not_marked_as_sent_and_later_sent_once(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Slack says no with status 200; taken for a yes, nobody would learn that the report never came."""
    slack.deny(POST, "not_in_channel")
    receipt = post(db, slack)
    assert receipt.state == "failed"
    assert "not_in_channel" in receipt.notes[0]
    assert "Invite the app" in receipt.notes[0]
    assert states(db)["root"] == "failed"
    slack.deny(POST, "")
    assert post(db, slack, at=NOW + 900).sent == 3
    assert len(slack.roots()) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("invalid_auth", "refused the token"),
        ("ratelimited", "come back later"),
        ("channel_not_found", "channel's id"),
        ("msg_too_long", "fewer metrics"),
        ("something_new", "something_new"),
    ],
)
def test_each_refusal_says_what_to_do(slack: SlackSandbox, db: sqlite3.Connection, error: str, said: str) -> None:
    """'Slack error' at nine in the morning sends the reader to a search engine."""
    slack.deny(POST, error)
    receipt = post(db, slack)
    assert receipt.state == "failed"
    assert said in receipt.notes[0]


def test_slack_s_own_doubt_is_settled_by_looking(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """internal_error may come after the message was posted."""
    slack.deny(POST, "internal_error")
    receipt = post(db, slack)
    assert receipt.state == "unclear"
    assert len(slack.requests(POST)) == 2
    slack.deny(POST, "")
    assert post(db, slack, at=NOW + 900).state == "sent"
    assert len(slack.roots()) == 1


@pytest.mark.parametrize("fault", ["redirect", "redirect_loop"])
def test_a_redirect_gets_neither_the_token_nor_the_report(
    slack: SlackSandbox, db: sqlite3.Connection, fault: str
) -> None:
    """A captured portal must not be handed the key to the workspace."""
    slack.fail(fault, path=POST, location=f"{slack.url}/elsewhere")
    receipt = post(db, slack)
    assert receipt.state == "failed"
    assert not slack.requests("/elsewhere")
    assert len(slack.requests(POST)) == 1
    slack.heal()
    assert post(db, slack, at=NOW + 900).state == "sent"


def test_a_workspace_that_is_down_costs_nothing_but_time(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """The numbers stay in the store, and the message goes out when Slack is back."""
    url = slack.url
    slack.stop()
    receipt = post(db, slack)
    assert receipt.state == "failed"
    assert url.removeprefix("http://").split(":")[0] in receipt.notes[0]
    assert states(db)["root"] == "failed"


def test_the_token_is_in_no_note(slack: SlackSandbox, db: sqlite3.Connection) -> None:
    """Notes are stored, logged and sent to the admin channel."""
    token = "xoxb-1234-secretsecret"
    receipt = post(db, slack, token=token)
    assert receipt.state == "failed"
    kept = [str(tuple(row)) for row in db.execute("select * from outbox")]
    assert not [text for text in (*receipt.notes, *kept) if "secretsecret" in text]


def test_a_key_names_report_place_revision_and_part() -> None:
    """Two messages under one key would each be taken for the other."""
    delivery = Delivery(KEY, "ops", (), revision=2)
    assert message_key(delivery, Part("thread-1", SlackPost(""))) == f"{KEY}/ops/2/thread-1"
