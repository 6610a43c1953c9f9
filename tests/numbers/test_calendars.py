"""Business time: the worked examples of the catalogue, its laws, and a minute-by-minute count as second opinion."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.numbers.calendars import Assignment, Calendar, HolidayRow, HoursRow, Schedules, build_calendar

BERLIN = "Europe/Berlin"
NINE, FIVE, DAY_MIN = 540, 1020, 1440
SINCE = "2026-01-01"


def at(wall: str, zone: str = BERLIN, fold: int = 0) -> int:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def weekly(opens: int = NINE, closes: int = FIVE, days: Sequence[int] = range(5)) -> list[HoursRow]:
    return [HoursRow(day, opens, closes, SINCE) for day in days]


def calendar(
    hours: Sequence[HoursRow], holidays: Sequence[HolidayRow] = (), zone: str = BERLIN, year: int = 2026
) -> Calendar:
    return build_calendar(zone, hours, holidays, f"{year}-01-01", f"{year + 1}-01-01")


OFFICE = calendar(weekly())


@pytest.mark.parametrize(
    ("story", "from_wall", "to_wall", "business_s"),
    [
        ("T1 first reply", "2026-03-02 10:00", "2026-03-02 10:30", 1_800),
        ("T1 resolution", "2026-03-02 10:00", "2026-03-02 11:00", 3_600),
        ("T2 first reply", "2026-03-02 16:30", "2026-03-03 09:30", 3_600),
        ("T2 resolution", "2026-03-02 16:30", "2026-03-03 15:00", 23_400),
        ("T2 pending", "2026-03-03 09:30", "2026-03-03 14:00", 16_200),
        ("T3 first reply", "2026-03-06 16:50", "2026-03-09 09:10", 1_200),
        ("T3 resolution after reopening", "2026-03-06 16:50", "2026-03-10 11:00", 36_600),
        ("T6 as Zendesk counts it", "2026-03-04 10:00", "2026-03-04 12:20", 8_400),
        ("T7 first reply", "2026-03-05 18:00", "2026-03-06 09:15", 900),
        ("T7 resolution", "2026-03-05 18:00", "2026-03-06 09:40", 2_400),
        ("T8 first reply", "2026-03-05 11:00", "2026-03-05 11:05:30", 330),
        ("T8 after hand-off", "2026-03-05 11:04", "2026-03-05 11:05:30", 90),
        ("T8 resolution", "2026-03-05 11:00", "2026-03-05 11:20", 1_200),
        ("T10 age on Sunday night", "2026-03-06 15:00", "2026-03-09 00:00", 7_200),
        ("T3 age on Sunday night", "2026-03-06 16:50", "2026-03-09 00:00", 600),
        ("pending from Friday 16:59 to Monday 09:01", "2026-03-06 16:59", "2026-03-09 09:01", 120),
        ("wholly outside the hours counts as nothing", "2026-03-07 10:00", "2026-03-08 12:00", 0),
    ],
)
def test_worked_example_of_the_catalogue_holds(story: str, from_wall: str, to_wall: str, business_s: int) -> None:
    """An ops person who checks our business time against the catalogue by hand."""
    assert OFFICE.open_s(at(from_wall), at(to_wall)) == business_s, story


def test_four_business_hours_from_friday_at_three_are_due_on_monday_at_eleven() -> None:
    """Whoever is paid by the SLA of ticket T10."""
    assert OFFICE.add_open_s(at("2026-03-06 15:00"), 4 * 3_600) == at("2026-03-09 11:00")


def test_a_night_in_which_berlin_skips_an_hour_is_an_hour_shorter() -> None:
    """Night shifts: 22:00 to 06:00 on 2026-03-28 is 25,200 s, and 32,400 s on 2026-10-24 (metrics R5)."""
    always = calendar(weekly(0, DAY_MIN, range(7)))
    night = calendar([*weekly(0, 360, range(7)), *weekly(1_320, DAY_MIN, range(7))])
    for hours in (always, night):
        assert hours.open_s(at("2026-03-28 22:00"), at("2026-03-29 06:00")) == 25_200
        assert hours.open_s(at("2026-10-24 22:00"), at("2026-10-25 06:00")) == 32_400


@pytest.mark.parametrize(
    ("zone", "day_on", "day_s"),
    [
        (BERLIN, "2026-03-29", 82_800),
        (BERLIN, "2026-10-25", 90_000),
        ("Australia/Sydney", "2026-10-04", 82_800),
        ("Australia/Sydney", "2026-04-05", 90_000),
        ("Australia/Lord_Howe", "2026-04-05", 88_200),
        ("America/Santiago", "2026-09-06", 82_800),
        ("America/Havana", "2026-11-01", 90_000),
        ("Asia/Kathmandu", "2026-03-29", 86_400),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_an_always_open_day_is_as_long_as_the_day(zone: str, day_on: str, day_s: int) -> None:
    """A 24/7 desk south of the equator, or where clocks change at midnight."""
    always = calendar(weekly(0, DAY_MIN, range(7)), zone=zone, year=int(day_on[:4]))
    assert always.day_open_s(day_on) == day_s


def test_hours_in_the_skipped_hour_do_not_happen_and_those_in_the_repeated_one_happen_twice() -> None:
    """A night desk open 02:00 to 02:30 or 02:30 to 04:00 on the two Sundays on which Berlin's clocks change."""
    inside, across = calendar(weekly(120, 150, [6])), calendar(weekly(150, 240, [6]))
    assert inside.day_open_s("2026-03-29") == 0
    assert across.day_open_s("2026-03-29") == 3_600
    assert inside.day_open_s("2026-10-25") == 2 * 1_800
    assert inside.is_open(at("2026-10-25 02:10"))
    assert inside.is_open(at("2026-10-25 02:10", fold=1))
    assert not inside.is_open(at("2026-10-25 02:40"))


def test_opening_is_open_and_closing_is_closed() -> None:
    """A call that arrives in the second in which the queue closes."""
    assert OFFICE.is_open(at("2026-03-02 09:00"))
    assert OFFICE.is_open(at("2026-03-02 16:59:59"))
    assert not OFFICE.is_open(at("2026-03-02 17:00"))
    assert not OFFICE.is_open(at("2026-03-02 08:59:59"))


def test_a_target_used_up_at_closing_time_is_due_at_closing_time() -> None:
    """An agent who reads "due Monday 09:00" for a target that ended on Friday at 17:00."""
    friday = at("2026-03-06 15:00")
    assert OFFICE.add_open_s(friday, 7_200) == at("2026-03-06 17:00")
    assert OFFICE.add_open_s(friday, 7_201) == at("2026-03-09 09:00:01")
    assert OFFICE.add_open_s(at("2026-03-07 12:00"), 0) == at("2026-03-07 12:00")
    with pytest.raises(ValueError, match="-1 open seconds"):
        OFFICE.add_open_s(friday, -1)


def test_a_holiday_replaces_the_hours_of_its_date() -> None:
    """A team at home on Easter Monday, in half a day on Christmas Eve, and on stocktaking Sunday."""
    hours = calendar(
        weekly(),
        [
            HolidayRow("2026-04-06"),
            HolidayRow("2026-12-24", NINE, 720),
            HolidayRow("2026-01-11", 600, 660),
            HolidayRow("2026-01-11", 720, 840),
        ],
    )
    assert [hours.day_open_s(f"2026-04-0{day}") for day in (3, 6, 7)] == [28_800, 0, 28_800]
    assert hours.day_open_s("2026-12-24") == 3 * 3_600
    assert hours.day_open_s("2026-01-11") == 3 * 3_600


def test_closed_wins_where_two_holidays_share_a_date() -> None:
    """Two holidays of a vendor's list that overlap by a day."""
    rows = [HolidayRow("2026-12-24"), HolidayRow("2026-12-24", NINE, 720)]
    assert calendar(weekly(), rows).day_open_s("2026-12-24") == 0
    assert calendar(weekly(), rows[::-1]).day_open_s("2026-12-24") == 0


def test_overlapping_hours_count_once() -> None:
    """A schedule whose lunch service overlaps its morning."""
    assert calendar([*weekly(540, 780), *weekly(720, 1020)]).day_open_s("2026-03-02") == 28_800


def test_new_hours_count_from_the_local_date_on_which_they_came() -> None:
    """A ticket open over the change from 09:00-17:00 to 10:00-14:00 on Wednesday 2026-06-17."""
    old = [HoursRow(day, NINE, FIVE, "2026-06-01", "2026-06-17") for day in range(5)]
    new = [HoursRow(day, 600, 840, "2026-06-17") for day in range(5)]
    hours = calendar([*old, *new])
    assert hours.open_s(at("2026-06-16 16:00"), at("2026-06-17 11:00")) == 3_600 + 3_600
    assert hours.day_open_s("2026-06-16") == 8 * 3_600
    assert hours.day_open_s("2026-06-17") == 4 * 3_600


def test_the_first_hours_we_know_hold_for_the_time_before() -> None:
    """Everyone on the day of installation: history loaded then would else have business times of zero."""
    hours = calendar([HoursRow(day, NINE, FIVE, "2026-11-20") for day in range(5)])
    assert hours.day_open_s("2026-03-02") == 28_800


def test_a_calendar_asked_outside_its_range_answers_as_one_built_for_it() -> None:
    """A ticket older than the history that was asked for, and an SLA due next year."""
    small = build_calendar(BERLIN, weekly(), [HolidayRow("2024-05-01")], "2026-03-02", "2026-03-03")
    large = build_calendar(BERLIN, weekly(), [HolidayRow("2024-05-01")], "2000-01-01", "2040-01-01")
    for from_wall, to_wall in (
        ("2026-03-02 12:00", "2026-03-03 12:00"),
        ("2024-04-30 16:00", "2024-05-02 10:00"),
        ("2019-02-01 11:11", "2033-07-01 12:12"),
    ):
        assert small.open_s(at(from_wall), at(to_wall)) == large.open_s(at(from_wall), at(to_wall))
    assert small.add_open_s(at("2039-12-30 16:00"), 7_200) == large.add_open_s(at("2039-12-30 16:00"), 7_200)
    assert small.is_open(at("2041-07-01 12:00"))
    for early in ("1999-07-02 16:00", "2025-07-04 16:00"):
        fresh = build_calendar(BERLIN, weekly(), [], "2026-03-02", "2026-03-03")
        assert fresh.add_open_s(at(early), 3_000) == at(early) + 3_000


def test_a_schedule_that_never_opens_again_says_so() -> None:
    """An SLA clock on a schedule that was switched off would else search for ever."""
    ended = calendar([HoursRow(day, NINE, FIVE, "2026-01-01", "2026-02-01") for day in range(5)])
    assert ended.add_open_s(at("2026-01-30 16:00"), 3_601) is None
    assert ended.add_open_s(at("2026-01-30 16:00"), 3_600) == at("2026-01-30 17:00")
    assert calendar([]).open_s(at("2026-03-02 12:00"), at("2026-03-03 12:00")) == 0


def test_a_moment_no_contact_can_have_is_refused() -> None:
    """A machine's memory, when a vendor's milliseconds are taken for seconds."""
    with pytest.raises(ValueError, match="not between 1970 and 2200"):
        calendar(weekly()).open_s(at("2026-03-02 12:00"), 1_772_445_600_000)


@pytest.mark.parametrize(
    "hours", [(7, NINE, FIVE), (-1, NINE, FIVE), (0, FIVE, NINE), (0, NINE, NINE), (0, 1_320, 1_800)]
)
def test_hours_that_are_not_within_a_day_are_refused(hours: tuple[int, int, int]) -> None:
    """A connector's author whose vendor writes 22:00 to 06:00 as one row."""
    with pytest.raises(ValueError, match="HoursRow"):
        HoursRow(*hours, SINCE)


@pytest.mark.parametrize("minutes", [(NINE, None), (None, FIVE), (FIVE, NINE)])
def test_a_holiday_half_given_is_refused(minutes: tuple[int | None, int | None]) -> None:
    """A day that would be silently closed because its closing time is missing."""
    with pytest.raises(ValueError, match="HolidayRow"):
        HolidayRow("2026-12-24", *minutes)


EARLY = calendar(weekly(360, 720))
SCHEDULES = Schedules({"office": OFFICE, "early": EARLY}, default_uid="office")


def test_each_part_of_a_ticket_counts_by_the_schedule_it_had_then() -> None:
    """A ticket that went from the office (09-17) to the early desk (06-12) on Monday at 10:00 and back a day later."""
    from_at, moved_at, back_at, to_at = (
        at(f"2026-03-{wall}") for wall in ("02 09:00", "02 10:00", "03 10:00", "03 11:00")
    )
    moves: list[Assignment] = [("office", from_at, moved_at), ("early", moved_at, back_at), ("office", back_at, None)]
    expected = 3_600 + (2 + 4) * 3_600 + 3_600
    assert SCHEDULES.open_s_over(moves, from_at, to_at) == expected
    assert SCHEDULES.open_s_over(moves, to_at, from_at) == -expected
    assert SCHEDULES.open_s_over([("early", moved_at, back_at)], from_at, to_at) == expected
    assert SCHEDULES.open_s_over([("office", from_at, None), *moves[1:]], from_at, to_at) == expected
    assert SCHEDULES.open_s_over(moves, to_at, to_at) == 0


def test_an_unknown_schedule_falls_back_and_no_schedule_at_all_is_unknown() -> None:
    """Accounts whose plan shows no schedules: a business time of zero would be a lie (metrics R17)."""
    from_at, to_at = at("2026-03-02 09:00"), at("2026-03-02 10:00")
    assert SCHEDULES.open_s_over([("deleted", from_at, None)], from_at, to_at) == 3_600
    assert SCHEDULES.calendar("deleted") is SCHEDULES.calendar() is OFFICE
    without = Schedules({"early": EARLY})
    assert without.open_s_over([], from_at, to_at) is None
    assert without.open_s_over([], to_at, from_at) is None
    assert without.open_s_over([("early", from_at, to_at - 1)], from_at, to_at) is None
    assert without.open_s_over([("early", from_at, to_at)], from_at, to_at) == 3_600


# Clocks change by an hour or half of it, at night or at midnight; one zone never changes, one lost a day.
CHANGES = {
    BERLIN: ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Sydney": ("2026-04-05", "2026-10-04"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/Santiago": ("2026-04-04", "2026-09-06"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "Asia/Kathmandu": ("2026-03-29",),
    "Pacific/Apia": ("2011-09-24", "2011-12-30"),
}


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = date.fromisoformat(draw(st.sampled_from(CHANGES[zone]))) + timedelta(days=draw(st.integers(-9, 9)))
    return zone, int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@st.composite
def minutes(draw: st.DrawFn) -> tuple[int, int]:
    opens, closes = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True)))
    return opens * 15, closes * 15


@st.composite
def rules(draw: st.DrawFn, around_at: int) -> tuple[list[HoursRow], list[HolidayRow]]:
    near = st.integers(-5, 5).map(lambda days: datetime.fromtimestamp(around_at, UTC).date() + timedelta(days=days))
    change_on = draw(near).isoformat()
    hours = [
        HoursRow(day, *draw(minutes()), *valid)
        for day in range(7)
        for valid in (("2000-01-01", change_on), (change_on, None))
        for _ in range(draw(st.integers(0, 2)))
    ]
    holidays = draw(st.dictionaries(near, st.none() | minutes(), max_size=2))
    return hours, [HolidayRow(day.isoformat(), *(span or (None, None))) for day, span in holidays.items()]


def counted_open_s(
    zone: str, hours: Sequence[HoursRow], holidays: Sequence[HolidayRow], from_at: int, to_at: int
) -> int:
    """Look at the wall clock in each minute, and look the rows up anew."""
    first_on = min((row.valid_from_on for row in hours), default="")
    special = {row.day_on: row for row in holidays}
    place, total = ZoneInfo(zone), 0
    for moment in range(from_at, to_at, 60):
        wall = datetime.fromtimestamp(moment, place)
        day_on, minute = wall.date().isoformat(), wall.hour * 60 + wall.minute
        spans = [
            (row.open_min, row.close_min)
            for row in hours
            if row.weekday == wall.weekday()
            and (row.valid_from_on <= day_on or row.valid_from_on == first_on)
            and (row.valid_to_on is None or day_on < row.valid_to_on)
        ]
        if day_on in special:
            holiday = special[day_on]
            spans = [(holiday.open_min or 0, holiday.close_min or 0)]
        total += 60 * any(opens <= minute < closes for opens, closes in spans)
    return total


@settings(max_examples=60, deadline=None)
@given(st.data(), places(), st.integers(-2_000, 2_000), st.integers(0, 3_000))
def test_the_same_as_looking_at_the_clock_every_minute(
    data: st.DataObject, place: tuple[str, int], start: int, length: int
) -> None:
    """Everyone whose desk, holiday or change of hours meets a change of clocks that no example names."""
    zone, around_at = place
    hours, holidays = data.draw(rules(around_at))
    from_at = around_at + start * 60
    to_at = from_at + length * 60
    day_on = datetime.fromtimestamp(around_at, UTC).date().isoformat()
    built = build_calendar(zone, hours, holidays, day_on, day_on)
    assert built.open_s(from_at, to_at) == counted_open_s(zone, hours, holidays, from_at, to_at)


@settings(max_examples=150, deadline=None)
@given(st.data(), places(), st.lists(st.integers(-10 * 86_400, 10 * 86_400), min_size=3, max_size=3))
def test_laws_of_business_time(data: st.DataObject, place: tuple[str, int], offsets: list[int]) -> None:
    """Intervals of a ticket add up to its whole, never fall, and never exceed the calendar; dues keep their word."""
    zone, around_at = place
    hours, holidays = data.draw(rules(around_at))
    built = calendar(hours, holidays, zone, datetime.fromtimestamp(around_at, UTC).year)
    always = calendar(weekly(0, DAY_MIN, range(7)), (), zone, datetime.fromtimestamp(around_at, UTC).year)
    a, b, c = sorted(around_at + offset for offset in offsets)
    assert built.open_s(a, b) + built.open_s(b, c) == built.open_s(a, c)
    assert 0 <= built.open_s(a, b) <= built.open_s(a, c) <= c - a == always.open_s(a, c)
    assert built.open_s(c, a) == -built.open_s(a, c)
    assert built.is_open(a) == (built.open_s(a, a + 1) == 1)
    split = Schedules({"it": built}, "it")
    assert split.open_s_over([("it", a, b), ("it", b, None)], a, c) == built.open_s(a, c)
    spent_s = built.open_s(a, c)
    if spent_s:
        due_at = built.add_open_s(a, spent_s)
        assert due_at is not None
        assert due_at <= c
        assert built.open_s(a, due_at) == spent_s
        assert built.open_s(a, due_at - 1) == spent_s - 1
