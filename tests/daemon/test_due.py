"""One report a local day, whatever the clocks do and however long the machine slept (trust 72)."""

import sqlite3
from pathlib import Path

import pytest

from core.clock import add_days
from core.config.load import Loaded
from core.daemon import reports
from core.daemon.place import load_place, report_specs
from core.daemon.reports import due_reports, last_day, send_reports
from core.deliver.targets import Rendered
from core.sandbox.slack import SlackSandbox
from tests.daemon.place import epoch, mark_read, place
from tests.deliver.desk import MESSAGE
from tests.http_server import FakeTime

TICK_S = 600


def live(db: sqlite3.Connection, loaded: Loaded, begin: int, end: int, step: int = TICK_S) -> list[tuple[int, str]]:
    """Lets time pass from tick to tick; (moment, day told of) of each report that reached Slack."""
    sent = []
    for at in range(begin, end, step):
        for due in due_reports(db, loaded, at):
            receipts = send_reports(db, loaded, [due], at, timing=FakeTime(at).timing)
            assert all(receipt.state == "sent" for receipt in receipts)
            if any(receipt.destination == "ops" and receipt.sent for receipt in receipts):
                sent.append((at, due.day_on))
    return sent


CHANGES = [
    ("Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-30T12:00:00+02:00"),
    ("Europe/Berlin", "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00"),
    ("Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", "2026-04-06T12:00:00+10:30"),
    ("America/Santiago", "2026-09-05T12:00:00-04:00", "2026-09-07T12:00:00-03:00"),
    ("Pacific/Auckland", "2026-09-26T12:00:00+12:00", "2026-09-28T12:00:00+13:00"),
]


@pytest.fixture(autouse=True)
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a report says is no matter here; drawing it takes most of a second."""
    rendered = Rendered(MESSAGE, "<p>76.5 %</p>", "76.5 %", "daily")
    monkeypatch.setattr(reports, "build", lambda *_: None)
    monkeypatch.setattr(reports, "render", lambda *_: rendered)
    monkeypatch.setattr(reports, "publish_report", lambda *_: None)
    monkeypatch.setattr(reports, "told_by", lambda _: {})


@pytest.mark.parametrize(("zone", "begin", "end"), CHANGES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "02:00", "02:30", "08:00", "23:50"])
def test_one_report_a_local_day_when_the_clocks_change(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, zone: str, begin: str, end: str, at: str
) -> None:
    """02:30 comes twice in autumn and never in spring; the report comes once on each of these days."""
    loaded = place(tmp_path, slack, zone=zone, at=at)
    mark_read(db, epoch(begin))
    sent = live(db, loaded, epoch(begin), epoch(end))
    told = [day for _, day in sent]
    assert told == [add_days(told[0], n) for n in range(2 if at == "23:50" else 3)]
    assert len(slack.roots()) == len(told)


@pytest.mark.parametrize(
    ("asleep", "awake", "told"),
    [
        ("2026-03-10T06:00:00+01:00", "2026-03-10T12:00:00+01:00", ["2026-03-09"]),
        ("2026-03-10T07:59:00+01:00", "2026-03-13T09:00:00+01:00", ["2026-03-12"]),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T09:00:00+02:00", ["2026-03-28"]),
        ("2026-03-10T09:00:00+01:00", "2026-03-11T03:00:00+01:00", []),
    ],
)
def test_a_machine_that_slept_sends_exactly_one(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, asleep: str, awake: str, told: list[str]
) -> None:
    """Three mornings at once would be three messages that nobody reads."""
    loaded = place(tmp_path, slack)
    mark_read(db, epoch(asleep))
    live(db, loaded, epoch(asleep) - 86_400, epoch(asleep))
    before = len(slack.roots())
    sent = live(db, loaded, epoch(awake), epoch(awake) + 4 * 3600)
    assert [day for _, day in sent] == told
    assert len(slack.roots()) == before + len(told)


def test_a_late_hour_slept_over_is_made_up_for_after_midnight(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """A report at 23:50 and a lid that is shut at 23:00 must not be a report that never comes."""
    loaded = place(tmp_path, slack, at="23:50")
    mark_read(db, epoch("2026-03-10T20:00:00+01:00"))
    at = epoch("2026-03-11T07:00:00+01:00")
    assert [day for _, day in live(db, loaded, at, at + 3600)] == ["2026-03-09"]


def test_a_run_in_the_evening_still_sends_the_morning_s_report(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """A laptop that is opened at six in the evening has a report at six in the evening."""
    loaded = place(tmp_path, slack, at="00:00")
    at = epoch("2026-03-10T22:00:00+01:00")
    mark_read(db, at)
    assert [day for _, day in live(db, loaded, at, at + 600)] == ["2026-03-09"]


def test_nothing_is_due_before_anything_was_read(tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox) -> None:
    """On the first morning the report would say that nobody wrote and nobody called."""
    loaded = place(tmp_path, slack)
    now_at = epoch("2026-03-10T09:00:00+01:00")
    assert not due_reports(db, loaded, now_at)
    mark_read(db, now_at)
    assert [(due.day_on, [d.name for d in due.destinations]) for due in due_reports(db, loaded, now_at)] == [
        ("2026-03-09", ["ops", "archive"])
    ]


def test_what_failed_is_tried_again_after_a_while_and_told_once(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """Slack's outage at eight must not cost the day's report, nor fill the admin channel."""
    loaded = place(tmp_path, slack)
    at = epoch("2026-03-10T08:00:00+01:00")
    mark_read(db, at)
    slack.deny("chat.postMessage", "ratelimited")
    first = send_reports(db, loaded, due_reports(db, loaded, at), at, timing=FakeTime().timing)
    assert {receipt.destination: (receipt.state, receipt.is_known) for receipt in first} == {
        "ops": ("failed", False),
        "archive": ("sent", False),
    }
    assert not due_reports(db, loaded, at + 60)
    (due,) = due_reports(db, loaded, at + 900)
    assert [destination.name for destination in due.destinations] == ["ops"]
    (again,) = send_reports(db, loaded, [due], at + 900, timing=FakeTime().timing)
    assert (again.state, again.is_known) == ("failed", True)
    slack.deny("chat.postMessage", "")
    assert len(live(db, loaded, at + 1800, at + 7200)) == 1


def test_a_failure_is_told_in_the_admin_channel_once(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """Who looks after Deskpulse learns it from Deskpulse, not from the boss."""
    loaded = place(tmp_path, slack)
    text = (tmp_path / "config.toml").read_text()
    admins = text.replace('name = "ops"', 'name = "broken"').replace('"file:token"', '"file:token2"')
    admins = admins.replace('to = ["ops"]', 'to = ["broken"]')
    admins += '\n[[destinations]]\nname = "admins"\ntype = "slack"\nadmin = true\ntoken = "file:token"\n'
    admins += f'channel = "C0123456789"\nbase_url = "{slack.url}"\n'
    (tmp_path / "token2").write_text("xoxb-revoked")
    (tmp_path / "token2").chmod(0o600)
    (tmp_path / "config.toml").write_text(admins)
    loaded = load_place(tmp_path / "config.toml")
    at = epoch("2026-03-10T08:00:00+01:00")
    mark_read(db, at)
    for later in (0, 900, 1800):
        send_reports(db, loaded, due_reports(db, loaded, at + later), at + later, timing=FakeTime().timing)
    (message,) = slack.messages
    assert "broken: failed" in message.text
    assert "Renew it" in message.text
    assert "xoxb-revoked" not in message.text


KINDS = (
    '[[reports]]\nname = "weekly"\nkind = "weekly"\nto = ["ops"]\nat = "08:00"\n'
    '[[reports]]\nname = "monthly"\nkind = "monthly"\nto = ["ops"]\nat = "07:30"\n'
)
ON_SUNDAY = '[[reports]]\nname = "weekly"\nkind = "weekly"\nto = ["ops"]\non = "sun"\nat = "02:30"\n'


def with_kinds(folder: Path, slack: SlackSandbox, more: str = "") -> Loaded:
    place(folder, slack)
    path = folder / "config.toml"
    path.write_text(path.read_text() + KINDS.replace('kind = "weekly"\n', f'kind = "weekly"\n{more}'))
    return load_place(path)


def told(db: sqlite3.Connection, loaded: Loaded, name: str, moment: str) -> list[str]:
    """The last days that the reports of a name tell of which are due at a moment."""
    return [due.day_on for due in due_reports(db, loaded, epoch(moment)) if due.spec.name == name]


@pytest.mark.parametrize(
    ("moment", "day_on"),
    [
        ("2026-03-09T07:59:00+01:00", []),
        ("2026-03-09T08:00:00+01:00", ["2026-03-08"]),
        ("2026-03-11T23:50:00+01:00", ["2026-03-08"]),
        ("2026-03-12T00:10:00+01:00", []),
        ("2026-03-15T09:00:00+01:00", []),
        ("2026-03-30T08:00:00+02:00", ["2026-03-29"]),
    ],
)
def test_the_week_is_told_on_monday_and_until_wednesday(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, moment: str, day_on: list[str]
) -> None:
    """A laptop that is shut over Monday still tells of the week; on Friday nobody wants last week's any more."""
    mark_read(db, epoch("2026-03-01T10:00:00Z"))
    assert told(db, with_kinds(tmp_path, slack), "weekly", moment) == day_on


def test_a_weekly_report_on_friday_tells_of_the_last_whole_week(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """Half a week beside whole ones would always be a bad one."""
    mark_read(db, epoch("2026-03-01T10:00:00Z"))
    loaded = with_kinds(tmp_path, slack, 'on = "fri"\n')
    assert told(db, loaded, "weekly", "2026-03-13T08:00:00+01:00") == ["2026-03-08"]
    assert told(db, loaded, "weekly", "2026-03-09T08:00:00+01:00") == []


@pytest.mark.parametrize(
    ("moment", "day_on"),
    [
        ("2026-03-01T07:29:00+01:00", []),
        ("2026-03-01T07:30:00+01:00", ["2026-02-28"]),
        ("2026-03-05T20:00:00+01:00", ["2026-02-28"]),
        ("2026-03-06T08:00:00+01:00", []),
        ("2026-03-31T08:00:00+02:00", []),
        ("2027-01-01T08:00:00+01:00", ["2026-12-31"]),
    ],
)
def test_the_month_is_told_on_the_first_and_until_the_fifth(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, moment: str, day_on: list[str]
) -> None:
    """The 1st is often a holiday; the machine wakes on the 2nd."""
    mark_read(db, epoch("2026-02-01T10:00:00Z"))
    assert told(db, with_kinds(tmp_path, slack), "monthly", moment) == day_on


def test_a_day_that_is_named_gives_the_period_that_holds_it(tmp_path: Path, slack: SlackSandbox) -> None:
    """Who asks for Wednesday's week means that week, and gets the message that was sent of it."""
    loaded = with_kinds(tmp_path, slack)
    specs = report_specs(loaded)
    now_at = epoch("2026-03-11T08:00:00+01:00")
    assert last_day(loaded, specs["weekly"], "2026-02-25", now_at) == "2026-03-01"
    assert last_day(loaded, specs["weekly"], None, now_at) == "2026-03-08"
    assert last_day(loaded, specs["monthly"], "2026-02-25", now_at) == "2026-02-28"
    assert last_day(loaded, specs["monthly"], None, now_at) == "2026-02-28"
    assert last_day(loaded, specs["daily"], None, now_at) == "2026-03-10"


def test_a_day_a_week_and_a_month_due_at_one_minute_arrive_once_each_though_killed_between(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox
) -> None:
    """Monday the 1st: a restart after the first message must neither lose nor double one of the others."""
    mark_read(db, epoch("2026-05-01T10:00:00Z"))
    loaded = with_kinds(tmp_path, slack)
    moment = epoch("2026-06-01T08:00:00+02:00")
    arrived = []
    while due := due_reports(db, loaded, moment):
        first = due[0]
        receipts = send_reports(db, loaded, [first], moment, timing=FakeTime(moment).timing)
        arrived.append((first.spec.name, first.day_on, [(one.destination, one.state) for one in receipts]))
        assert len(arrived) <= 3
    ends = [(name, day_on) for name, day_on, _ in arrived]
    assert ends == [("daily", "2026-05-31"), ("weekly", "2026-05-31"), ("monthly", "2026-05-31")]
    assert all(said == [("ops", "sent"), ("archive", "sent")] for _, _, said in arrived)
    assert len(slack.roots()) == 3


@pytest.mark.parametrize(("zone", "begin", "end"), CHANGES)
def test_one_report_a_week_when_the_clocks_change_on_its_day(
    tmp_path: Path, db: sqlite3.Connection, slack: SlackSandbox, zone: str, begin: str, end: str
) -> None:
    """Due on Sunday at 02:30, which does not come in spring and comes twice in autumn."""
    path = place(tmp_path, slack, zone=zone).path
    path.write_text(path.read_text() + ON_SUNDAY)
    loaded = load_place(path)
    mark_read(db, epoch(begin) - 8 * 86_400)
    weekly = [day_on for at in range(epoch(begin), epoch(end), TICK_S) for day_on in _sent_weekly(db, loaded, at)]
    assert len(weekly) == 1


def _sent_weekly(db: sqlite3.Connection, loaded: Loaded, at: int) -> list[str]:
    due = [one for one in due_reports(db, loaded, at) if one.spec.name == "weekly"]
    send_reports(db, loaded, due, at, timing=FakeTime(at).timing)
    return [one.day_on for one in due]
