"""Logs: one line a thing that happened, and no secret in any of them, tracebacks and foreign loggers included."""

import io
import json
import logging
import time
from collections.abc import Iterator

import pytest

from core import log

SECRET = "sk-3f/9a2+77"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the log goes; the root logger is left as it was found."""
    root, ours = logging.getLogger(), logging.getLogger("deskpulse")
    levels, handlers = (root.level, ours.level), list(root.handlers)
    yield io.StringIO()
    for handler in [known for known in root.handlers if known not in handlers]:
        root.removeHandler(handler)
    for handler in handlers:
        handler.filters = [known for known in handler.filters if not isinstance(known, log.Redaction)]
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def test_an_event_is_one_line_of_keys_and_values(out: io.StringIO) -> None:
    """Whoever greps for a source at 3 a.m. relies on the same keys everywhere."""
    log.setup(stream=out)
    with log.bound(run="7f3a", source="zd-main"):
        log.event("page", stream="tickets", rows=100, resume_at=None, note="two words")
    log.event("done")
    first, second = out.getvalue().splitlines()
    assert first.partition(" ")[2] == 'run=7f3a source=zd-main event=page stream=tickets rows=100 note="two words"'
    assert first.startswith("at=20")
    assert second.endswith(" event=done")


def test_json_has_the_same_keys(out: io.StringIO) -> None:
    """A log collector parses lines, not people."""
    log.setup("json", stream=out)
    log.event("page", level=logging.WARNING, rows=100, text='a "b"')
    line = json.loads(out.getvalue())
    assert (line["event"], line["rows"], line["level"], line["text"]) == ("page", 100, "warning", 'a "b"')


def test_a_terminal_is_spared_the_clock(out: io.StringIO) -> None:
    """Somebody who watches a run knows what time it is."""
    log.setup("console", stream=out)
    with log.bound(run="7f3a"):
        log.event("page", rows=1)
    assert out.getvalue() == "event=page rows=1\n"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"https://host/x?start=1&cursor={SECRET.replace('/', '%2F').replace('+', '%2B')}",
        "Authorization: Basic dXNlcjpzay0zZi85YTI=",
        "{'authorization': 'Bearer sk-3f-77'}",
        "authorization=Bearer sk-3f-77",
        "refused Bearer sk-3f-77.",
        "token xoxb-1234-sk-3f",
        "https://hooks.slack.com/services/T0/B0/sk-3f",
        "http://127.0.0.1:8701/services/T0/B0/sk",
        "https://host/x?api_key=sk-3f&page=2",
        "https://host/x?access_token=sk-3f",
        '{"auth_token": "sk-3f"}',
        "X-Api-Key: sk-3f",
        "https://bot:sk-3f@host/x",
        "password='sk-3f'",
    ],
)
def test_a_secret_is_hidden_in_whatever_form(text: str) -> None:
    """Logs are copied into tickets and chats; a key that was in one has to be renewed."""
    log.register_secret(SECRET)
    shown = log.redact(f"before {text} after")
    assert "sk" not in shown
    assert shown.startswith("before ")
    assert log.HIDDEN in shown


@pytest.mark.parametrize(
    "text",
    [
        "config.toml:14  sources.zd-main.token: the environment has no ZENDESK_TOKEN. Set it.",
        "resume_at=c-1884 rows=100 key=5",
        "Basic authentication is needed",
        "https://mycompany.zendesk.com/api/v2/tickets.json?page=2",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    """A log with everything hidden helps nobody."""
    assert log.redact(text) == text


def test_tracebacks_and_foreign_loggers_are_redacted_too(out: io.StringIO) -> None:
    """A vendor's library logs its own URLs, and an exception carries the header it choked on."""
    log.register_secret(SECRET)
    log.setup(stream=out)
    try:
        raise ValueError(f"bad header {SECRET}")
    except ValueError as error:
        log.event("crash", error=error)
        logging.getLogger("apscheduler").exception("job %s failed", SECRET)
    assert SECRET not in out.getvalue()
    assert out.getvalue().count("Traceback (most recent call last)") == 2
    assert out.getvalue().count(f"ValueError: bad header {log.HIDDEN}") == 2


def test_a_handler_that_was_there_before_redacts_as_well() -> None:
    """A handler added by an admin's own logging setup is a way out like ours."""
    root, text = logging.getLogger(), io.StringIO()
    theirs, level = logging.StreamHandler(text), root.level
    root.addHandler(theirs)
    try:
        log.register_secret(SECRET)
        log.setup(stream=io.StringIO())
        logging.getLogger("else").warning("it is %s", SECRET)
    finally:
        for handler in [theirs, *(known for known in root.handlers if known.get_name() == "deskpulse")]:
            root.removeHandler(handler)
        root.setLevel(level)
    assert text.getvalue() == f"it is {log.HIDDEN}\n"


def test_a_value_cannot_forge_a_line_or_colour_a_terminal(out: io.StringIO) -> None:
    """A ticket's status text of a hostile customer must not write log lines of its own."""
    log.setup(stream=out)
    log.event("unknown", value="x\nat=2026 event=fake\x1b[31m\u202e\ud800\r")
    assert out.getvalue().count("\n") == 1
    assert r"x\nat=2026 event=fake\x1b[31m\u202e\ud800\r" in out.getvalue()
    out.getvalue().encode("utf-8")


def test_httpx_never_logs_its_urls(out: io.StringIO) -> None:
    """Its INFO lines hold the whole URL with the key in the query; --debug must not bring them."""
    log.setup(level=logging.DEBUG, stream=out)
    logging.getLogger("httpx").info("GET https://host/?q=1")
    logging.getLogger("httpcore.http11").debug("send_request_headers")
    assert out.getvalue() == ""


def test_setting_up_twice_logs_once(out: io.StringIO) -> None:
    """A daemon that reloads its config would otherwise say everything twice."""
    log.setup(stream=out)
    log.setup(stream=out)
    log.event("done")
    assert out.getvalue().count("event=done") == 1


@pytest.mark.parametrize("text", ["a" * 60_000, "a.b-" * 15_000, "://:@" * 12_000, "authorization: basic " * 3_000])
def test_redaction_takes_linear_time(text: str) -> None:
    """A pathological value of 60 kB, run through a careless pattern, stops the daemon for minutes."""
    begun = time.process_time()
    log.redact(text)
    assert time.process_time() - begun < 0.5
