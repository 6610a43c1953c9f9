"""kill -9 at any moment of a run: the store stays sound, the next run goes on, nothing is lost and nothing doubled."""

import random
from dataclasses import replace

import pytest

from tests.e2e.desk import Desk, Rows, assert_same, assert_true, dump

KILLED = -9
AGAIN_S = 1_000
TAKEN = "'ops', 0, '{}', 'sent'"


def test_a_whole_run_tells_the_truth(desk: Desk) -> None:
    """What all others here are compared with."""
    assert desk.run().exit_code == 0
    assert_true(desk)


def test_killed_ten_times_it_ends_as_if_it_never_was(desk: Desk, whole: Rows) -> None:
    """Trust 56: power cuts, impatient admins and the system's out-of-memory killer come in the middle of things."""
    dice = random.Random(7)
    killed = 0
    for _ in range(10):
        killed += desk.sync("run", "-q", statements=dice.randrange(50, 4_000)).code == KILLED
        with desk.reading() as db:
            assert db.execute("pragma integrity_check").fetchone()[0] == "ok"
    assert killed == 10
    assert desk.sync("run", "-q").code == 0
    assert_same(dump(desk), whole)
    assert_true(desk)


@pytest.mark.parametrize("word", ["ticket_facts", "insert into parts", "delete from dirty_days"])
def test_killed_while_it_counts_it_counts_once(desk: Desk, whole: Rows, word: str) -> None:
    """Numbers made from half of the rows would stand in a report for ever."""
    assert desk.sync("run", "-q", statements=2, word=word).code == KILLED
    assert desk.sync("run", "-q", statements=9, word=word).code == KILLED
    assert desk.ask("select count(*) from dirty_keys")[0][0] + desk.ask("select count(*) from dirty_days")[0][0] > 0
    assert desk.sync("run", "-q").code == 0
    assert_same(dump(desk), whole)


def test_killed_on_the_way_to_slack_there_is_one_message(reporting_desk: Desk) -> None:
    """Trust 63: killed after Slack took a message and before that was written down, the next run looks and finds it."""
    slack = reporting_desk.slack
    assert reporting_desk.sync("run", "-q", statements=1, word=TAKEN.format("root")).code == KILLED
    assert len(slack.messages) == 1
    later = replace(reporting_desk, now_at=reporting_desk.now_at + AGAIN_S)
    assert later.sync("run", "-q", statements=1, word=TAKEN.format("thread-1")).code == KILLED
    later = replace(later, now_at=later.now_at + AGAIN_S)
    done = later.sync("run", "-q")
    assert (done.code, "thread-1 had arrived before" in done.out) == (0, True)
    (root,) = slack.roots()
    replies = [reply.text for reply in slack.replies(root.ts)]
    assert len(replies) == len(set(replies)) > 0
    assert {state for (state,) in later.ask("select state from outbox")} == {"sent"}


def test_killed_where_nobody_can_look_it_waits_for_a_person(reporting_desk: Desk) -> None:
    """A second message each morning is worse than one that has to be asked for; it is said until somebody looks."""
    slack = reporting_desk.slack
    assert reporting_desk.sync("run", "-q", statements=1, word=TAKEN.format("root")).code == KILLED
    slack.deny("conversations.history", "missing_scope")
    later = replace(reporting_desk, now_at=reporting_desk.now_at + AGAIN_S)
    done = later.sync("run", "-q")
    assert (done.code, "ops: unclear" in done.out) == (3, True)
    assert later.sync("run", "-q").code == 0
    assert "unclear" in later.sync("status").out
    assert len(slack.messages) == 1
    slack.deny("conversations.history", "")
    assert later.sync("send", "--resume").code == 0
    assert len(slack.roots()) == 1
    assert "unclear" not in later.sync("status").out
