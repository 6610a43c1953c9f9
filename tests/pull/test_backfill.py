"""History on request: planned first, newest first where that can be, resumed where it was cut."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from connectors import Connector, Page, Stream, Ticket, Window
from core.errors import Refused, Unavailable
from core.pull.account import Accounts
from core.pull.backfill import WINDOW_S, plan_backfill, run_backfill
from core.pull.contract import Http
from tests.pull.conftest import NOW, Fake, FakeSettings, Row, normalise, page

FROM, TO = NOW - 30 * 86_400, NOW


class Vendor:
    """One ticket a day; can be told to fail after some pages."""

    def __init__(self, fails_after: int = 999) -> None:
        self.asked: list[Window] = []
        self.left = fails_after

    def fetch(self, _: Any, window: Window) -> Iterator[Page]:
        self.asked.append(window)
        at = int(window.resume_at or window.since)
        until = window.until or NOW
        while at < until:
            if self.left == 0:
                raise Unavailable("the line was cut")
            self.left -= 1
            at += 86_400
            yield page({"id": at // 86_400, "at": at - 86_400}, resume_at=str(at), data_to=at)


def connector(vendor: Vendor, *, windowed: bool, **given: Any) -> Connector:
    stream = Stream("tickets", vendor.fetch, Row, normalise, windowed=windowed)
    return Connector(name="fake", settings=FakeSettings, streams=(stream,), **given)


def run(fake: Fake, made: Connector, from_at: int = FROM) -> Any:
    plan = plan_backfill(fake.db, fake.spec, made, from_at, TO)
    return run_backfill(fake.db, fake.spec, made, None, plan, NOW)


def test_windows_come_newest_first_and_cover_everything_once(fake: Fake) -> None:
    """Yesterday is worth more than last year, and no day may fall between two windows."""
    vendor = Vendor()
    assert run(fake, connector(vendor, windowed=True)).outcome == "ok"
    spans = [(window.since, window.until or 0) for window in vendor.asked]
    assert spans[0][1] == TO
    assert spans == sorted(spans, reverse=True)
    assert all(later[0] == earlier[1] for later, earlier in pairwise(spans))
    assert spans[-1][0] == FROM
    assert all(end - begin <= WINDOW_S for begin, end in spans)
    assert len(fake.ids()) in {30, 31}


def test_an_export_that_runs_forward_is_one_window(fake: Fake) -> None:
    """Zendesk's exports know no end; pages are read until their data reaches it."""
    vendor = Vendor()
    run(fake, connector(vendor, windowed=False))
    assert vendor.asked == [Window(since=FROM, until=TO)]
    assert len(fake.ids()) == 30


def test_a_cut_backfill_goes_on_where_it_was(fake: Fake) -> None:
    """Three days into a year of history somebody closes the laptop."""
    vendor = Vendor(fails_after=12)
    made = connector(vendor, windowed=False)
    result = run(fake, made)
    assert result.streams[0].status == "failed"
    assert len(fake.ids()) == 12
    vendor.left = 999
    assert run(fake, made).outcome == "ok"
    assert vendor.asked[-1].resume_at == str(FROM + 12 * 86_400)
    assert len(fake.ids()) == 30
    assert plan_backfill(fake.db, fake.spec, made, FROM, TO).spans == ()


def test_history_that_one_stream_no_longer_has_ends_that_stream_alone(fake: Fake) -> None:
    """A vendor keeps calls for years and their queues for a month; the years must be read all the same."""
    vendor, short = Vendor(), Vendor()

    def kept(api: Any, window: Window) -> Iterator[Page]:
        short.asked.append(window)
        if (window.until or 0) < NOW - 10 * 86_400:
            raise Refused("kept for ten days", 400)
        yield page(last=True, data_to=window.until)

    streams = tuple(
        Stream(name, fetch, Row, normalise, windowed=True) for name, fetch in (("short", kept), ("long", vendor.fetch))
    )
    result = run(fake, Connector(name="fake", settings=FakeSettings, streams=streams))
    assert result.outcome == "partial"
    assert [one.stream for one in result.streams if one.status == "failed"] == ["short"]
    assert len(fake.ids()) in {30, 31}
    assert (short.asked[-1].until or 0) < NOW - 10 * 86_400 < short.asked[-1].since + 14 * 86_400


def test_a_backfill_leaves_the_daily_bookmark_alone(fake: Fake) -> None:
    """Reading last year must not move the place where tomorrow begins."""
    fake.pull(Stream("tickets", lambda _, __: iter([page({"id": 1}, resume_at="now", data_to=NOW)]), Row, normalise))
    run(fake, connector(Vendor(), windowed=False))
    assert (fake.state()["resume_at"], fake.state()["data_to_at"]) == ("now", NOW)


def test_the_plan_says_requests_and_minutes_first(fake: Fake) -> None:
    """An admin decides on a weekend's backfill before it starts."""
    made = connector(Vendor(), windowed=True, http=lambda _: Http("https://x.example"), requests_per_1000=10)
    assert plan_backfill(fake.db, fake.spec, made, FROM, TO).requests is None
    fake.pull(
        Stream(
            "tickets",
            lambda _, __: iter([page(*({"id": n} for n in range(900)), resume_at="a", data_to=NOW)]),
            Row,
            normalise,
        )
    )
    plan = plan_backfill(fake.db, fake.spec, made, FROM, TO, per_minute=4)
    # 900 rows in the 90 days since the start are 10 a day; each window is one request at least.
    assert plan.requests == len(plan.spans)
    assert plan.minutes == len(plan.spans) / 2


def test_the_vendors_count_tells_what_was_never_read(fake: Fake) -> None:
    """Before the first backfill nothing is known of the rows but what the vendor counts."""
    made = connector(Vendor(), windowed=True, http=lambda _: Http("https://x.example"), requests_per_1000=10)
    plan = plan_backfill(fake.db, fake.spec, made, FROM, TO, per_minute=10, objects=5_000)
    assert plan.requests == len(plan.spans) + 50
    assert plan.minutes == plan.requests / 5


def test_what_belongs_to_old_rows_is_read_with_them(fake: Fake) -> None:
    """History without its messages has no first reply."""
    asked: list[str] = []

    def fetch_notes(_: Any, window: Window) -> Iterator[Page]:
        for key in window.keys:
            asked.append(key)
            yield Page((), done=(key,))

    vendor = Vendor()
    made = Connector(
        name="fake",
        settings=FakeSettings,
        streams=(
            Stream("tickets", vendor.fetch, Row, normalise, windowed=True, owns=(Ticket,)),
            Stream("notes", fetch_notes, Row, normalise, "children", parent="tickets"),
        ),
    )
    assert run(fake, made).outcome == "ok"
    assert len(asked) == len(fake.ids()) >= 30


def test_sources_of_one_account_share_its_budget(fake: Fake) -> None:
    """Support and Talk of one subdomain draw on one limit."""
    accounts = Accounts()
    made = connector(Vendor(), windowed=False, requests_per_minute=100)
    support, talk = fake.but(name="zd").spec, fake.but(name="talk").spec
    other = fake.but(name="x", account="x", requests_per_minute=30, rate_share=0.2).spec
    assert accounts.budget(support, made) is accounts.budget(talk, made)
    assert accounts.budget(support, made).per_minute() == 50
    assert accounts.budget(other, made).per_minute() == 6
    assert accounts.open(support, made) is support.settings
