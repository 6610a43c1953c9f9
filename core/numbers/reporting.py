"""What the config says about how things are counted, as plain data: built by the config, read by numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from core.numbers.calendars import HolidayRow, HoursRow


@dataclass(frozen=True)
class QueueRule:
    """What the config says of a telephone queue; None leaves it to the source, then to the defaults of ``Reporting``.

    ``schedule`` is the uid of a vendor's schedule or the name of one in the config."""

    sl_threshold_s: int | None = None
    short_abandon_s: int | None = None
    schedule: str | None = None
    is_test: bool | None = None


@dataclass(frozen=True)
class ScheduleRule:
    """Opening hours written down in the config; its name there is its uid."""

    time_zone: str
    hours: tuple[HoursRow, ...]
    holidays: tuple[HolidayRow, ...] = ()


@dataclass(frozen=True)
class Reporting:
    """The rules of counting that an admin can set; durations in seconds.

    ``zone`` cuts the days (metrics R5). ``queues`` are known by name, ``test_numbers`` by the line's native id.
    ``default_schedule_uid`` serves tickets and queues that name none; without it the vendor's default does, or the
    only schedule there is. ``history_from_on`` is the first local day of which every source was read in full; older
    days hold only what was still open then. ``aliases`` are groups of uids, each of one human over systems.
    """

    zone: ZoneInfo
    default_schedule_uid: str | None = None
    schedules: Mapping[str, ScheduleRule] = field(default_factory=dict)
    queues: Mapping[str, QueueRule] = field(default_factory=dict)
    team_schedules: Mapping[str, str] = field(default_factory=dict)
    test_numbers: frozenset[str] = frozenset()
    sl_threshold_s: int = 20
    short_abandon_s: int = 5
    acw_cap_s: int = 1_800
    redial_s: int = 60
    fcr_window_days: int = 7
    survey_frozen_days: int = 30
    routing_s: int = 300
    state_cap_s: int = 57_600
    presence_s: int = 7_200
    history_from_on: str | None = None
    aliases: tuple[tuple[str, ...], ...] = ()
