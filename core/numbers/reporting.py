"""What the config says about how things are counted, as plain data: built by the config, read by numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
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
class Planning:
    """What staffing is planned for (metrics 8.8): seconds and shares.

    ``sl_target`` of calls within each queue's threshold; ``shrinkage`` is None to be measured, ``patience_s`` too;
    ``promise_s`` is within what time written contacts are promised an answer; ``proficiency_days`` and
    ``fill_days`` stand in where no records tell how long hiring and learning take."""

    sl_target: float = 0.8
    shrinkage: float | None = None
    patience_s: int | None = None
    promise_s: int = 86_400
    max_occupancy: float = 0.85
    fill_days: int | None = None
    proficiency_days: int | None = None


@dataclass(frozen=True)
class Appraisal:
    """Whether numbers of persons may be asked for, and by whom (metrics 8.6 guard 7); off unless somebody agreed."""

    agent_metrics: Literal["off", "self", "lead"] = "off"
    agreed_by: str = ""
    agreed_on: str = ""
    retention_weeks: int = 13
    may_praise: bool = False


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
    planning: Planning = Planning()
    appraisal: Appraisal = Appraisal()
