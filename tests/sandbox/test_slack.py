"""The imitation Slack takes what Slack takes, refuses what it refuses, and remembers what a channel saw."""

from typing import Any

import httpx
import pytest

from core.sandbox.slack import CHANNEL, SlackSandbox

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "CSAT 93 %"}}


def chart(categories: int, series: int = 1) -> dict[str, Any]:
    labels = [f"{day} Nov" for day in range(1, categories + 1)]
    data = [{"label": label, "value": 80.5} for label in labels]
    lines = [{"name": f"Line {number}", "data": data} for number in range(series)]
    return {
        "type": "data_visualization",
        "title": "Service level",
        "chart": {"type": "line", "series": lines, "axis_config": {"categories": labels}},
    }


def post(bot: httpx.Client, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = bot.post("/chat.postMessage", json={"channel": CHANNEL, "text": "Report", **more}).json()
    return answer


def test_a_message_its_thread_and_its_correction_are_kept(slack: SlackSandbox, bot: httpx.Client) -> None:
    """What people saw, first and later, is what a test of delivery is about."""
    root = post(bot, blocks=[SECTION], metadata={"event_type": "report", "event_payload": {"key": "daily"}})
    reply = post(bot, thread_ts=root["ts"])
    assert reply["message"]["thread_ts"] == root["ts"]
    bot.post("/chat.update", json={"channel": CHANNEL, "ts": root["ts"], "text": "Corrected"})
    (message,) = slack.roots()
    assert (message.text, message.blocks, message.edits[0]["text"]) == ("Corrected", [], "Report")
    asked = {"channel": CHANNEL, "include_all_metadata": "true"}
    found = bot.get("/conversations.history", params=asked).json()["messages"]
    assert found[0]["metadata"]["event_payload"] == {"key": "daily"}
    thread = bot.get("/conversations.replies", params={"channel": CHANNEL, "ts": root["ts"]}).json()["messages"]
    assert [one["ts"] for one in thread] == [root["ts"], reply["ts"]]


def test_a_reply_to_a_missing_parent_becomes_a_root(slack: SlackSandbox, bot: httpx.Client) -> None:
    """Slack says ok to that, so a sender has to look at what it got."""
    assert "thread_ts" not in post(bot, thread_ts="1.0")["message"]
    assert len(slack.roots()) == 1


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([SECTION] * 51, "invalid_blocks"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}], "invalid_blocks"),
        ([{"type": "section", "fields": [SECTION["text"]] * 11}], "invalid_blocks"),
        ([{"type": "context", "elements": [SECTION["text"]] * 11}], "invalid_blocks"),
        ([{"type": "carousel"}], "invalid_blocks"),
        ([chart(21)], "invalid_blocks"),
        ([chart(3)] * 3, "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5, "msg_blocks_too_long"),
    ],
)
def test_blocks_over_a_limit_are_refused(slack: SlackSandbox, bot: httpx.Client, blocks: Any, error: str) -> None:
    """A report that Slack would refuse must fail here too."""
    assert post(bot, blocks=blocks)["error"] == error
    assert not slack.messages


def test_charts_can_be_unknown_to_the_workspace(slack: SlackSandbox, bot: httpx.Client) -> None:
    """The ladder from native chart to picture to text needs a workspace that says no."""
    assert post(bot, blocks=[chart(20, series=2)])["ok"] is True
    slack.charts = False
    assert post(bot, blocks=[chart(20)])["error"] == "invalid_blocks"


def test_a_file_takes_its_three_steps(slack: SlackSandbox, bot: httpx.Client) -> None:
    """A picture that was announced and not sent is no picture."""
    place = bot.post("/files.getUploadURLExternal", data={"filename": "sl.png", "length": "4"}).json()
    done = {"files": [{"id": place["file_id"], "title": "Service level"}], "channel_id": CHANNEL}
    assert bot.post("/files.completeUploadExternal", json=done).json()["error"] == "file_not_found"
    assert httpx.post(place["upload_url"], content=b"\x89PNG", trust_env=False).status_code == 200
    assert bot.post("/files.completeUploadExternal", json=done).json()["ok"] is True
    assert slack.files[place["file_id"]].data == b"\x89PNG"


def test_a_webhook_says_ok_and_no_more(slack: SlackSandbox) -> None:
    """Without a ts there is no thread and no correction."""
    answer = httpx.post(slack.webhook_url, json={"text": "Report"}, trust_env=False)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert httpx.post(slack.webhook_url, content=b"{", trust_env=False).text == "invalid_payload"
    assert httpx.post(f"{slack.url}/services/T/B/other", json={}, trust_env=False).json()["ok"] is False


def test_an_accepted_message_whose_answer_is_lost(slack: SlackSandbox, bot: httpx.Client) -> None:
    """Only looking at the channel tells that it is there; sending again would double it."""
    slack.fail("lost", path="chat.postMessage", times=1)
    with pytest.raises(httpx.TransportError):
        post(bot)
    assert len(slack.roots()) == 1


def test_a_refusal_before_and_instead_of_accepting(slack: SlackSandbox, bot: httpx.Client) -> None:
    """5xx and 429 come before the message is taken, ok=false instead of it."""
    slack.fail("status", status=503, path="chat.postMessage", times=1)
    slack.fail("status", status=429, retry_after="1", path="chat.postMessage", times=1)
    answers = [bot.post("/chat.postMessage", json={"channel": CHANNEL, "text": "x"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 429]
    slack.deny("chat.postMessage", "is_archived")
    assert post(bot)["error"] == "is_archived"
    assert not slack.messages
    assert httpx.post(f"{slack.url}/api/auth.test", trust_env=False).json()["error"] == "not_authed"
