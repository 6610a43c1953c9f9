"""The only door to numbers of single persons: who may read, what is written down of it, how it is said.

Off unless those whom it is about have agreed (metrics 8.6 guard 7); every reading is logged before anything is shown.
"""

import getpass
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from core.clock import add_days, day_of, iso
from core.config.load import Loaded
from core.daemon.place import load_place, reading, reporting_of
from core.daemon.reports import checked_day
from core.errors import ConfigError
from core.log import printable
from core.numbers.analyses.appraisal.board import Board, Card, Line, Verdict, boards
from core.numbers.analyses.appraisal.people import Person
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Unit
from core.numbers.metrics import METRICS
from core.numbers.reporting import Appraisal
from core.report.locale import language
from core.report.words import value_text
from core.store.db import open_store, setting, transaction
from core.store.private import pseudonym

LAW = (
    "A tool that can watch how single people work needs the consent of the works council in Germany (BetrVG 87(1) "
    "no. 6); recording and rating every step of work without a break is not allowed even then (BAG 25.04.2017, "
    "1 ABR 46/15)."
)
OFF = (
    "Numbers of single persons are off. They are switched on in [appraisal] with agent_metrics, agreed_by and "
    f"agreed_on. {LAW} docs/people.md says what is shown and what is not."
)

# How long it is known who read what; the log tells of persons too.
READS_KEPT_DAYS = 731
READER_LENGTH = 80

LEGEND = (
    "Each line: value (cases), verdict · what the team's rates make of the same cases · where chance alone may put it "
    "· the value for an even mix beside the team's, with its standard score."
)
# Why a line is not judged, for who has not read the docs.
UNJUDGED: Mapping[Verdict, str] = {
    "too few": "too few cases to judge",
    "too few people": "fewer than five to compare with",
    "guard too thin": "not judged: too few cases of what stands beside it",
    "apart": "not compared",
}


def agreement(appraisal: Appraisal) -> str:
    """What is to be known wherever numbers of persons are switched on: who agreed, and the law."""
    if appraisal.agent_metrics == "off":
        return OFF
    whose = {"self": "each person's own", "lead": "a team's, for its lead"}[appraisal.agent_metrics]
    return (
        f"Numbers of single persons are on ({appraisal.agent_metrics}: {whose}); agreed by {appraisal.agreed_by} on "
        f"{appraisal.agreed_on}. {LAW}"
    )


@dataclass(frozen=True)
class Read:
    """One line of the log of readings."""

    read_at: int
    reader: str
    subject: str
    from_on: str
    to_on: str


@dataclass(frozen=True)
class Shown:
    """What a reader gets: the boards of a team, or of one person with nobody else on it."""

    boards: tuple[Board, ...]
    appraisal: Appraisal
    language: str
    is_single: bool
    pseudonyms: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """The cards in plain words, names as the source tells them."""
        yield agreement(self.appraisal)
        yield "This reading has been logged."
        yield LEGEND
        for board in self.boards:
            yield ""
            yield f"{board.team or 'without a team'}, {board.period.from_on} to {board.period.to_on}"
            for card in board.cards:
                yield from self._card(card)
            if board.is_strong_only:
                yield "  More than half of these can be moved by will alone: this assessment is in effect strong-only."
            for metric_id, why in board.left_out.items():
                yield f"  left out: {METRICS[metric_id].names[self.language]} ({why})"
            if self.appraisal.may_praise and not self.is_single:
                yield from self._praise(board)

    def _card(self, card: Card) -> Iterator[str]:
        apart = {"": "", "new": " (new: not compared)", "returning": " (back after an absence: not compared)"}
        yield f"  {card.person.name}{apart[card.person.apart]}"
        if not card.lines:
            yield "    too little to see a person by: at least two metrics, one of them of quality"
        for line in card.lines:
            guard = card.line(line.counter) if line.counter else None
            yield f"    {self._line(line)}{f' · beside it {self._short(guard)}' if guard else ''}"
        if card.problem:
            yield f"    most clearly off: {METRICS[card.problem].names[self.language]}"

    def _short(self, line: Line) -> str:
        value = value_text(line.metric, line.value, language(self.language), line.variant)
        # A person's durations are told by their mean, which alone can be set beside a mix of cases.
        mean = ", mean" if line.metric.unit is Unit.SECONDS else ""
        verdict = UNJUDGED.get(line.verdict, line.verdict)
        return f"{line.metric.names[self.language]}{mean} {value} (n {line.n:,}), {verdict}"

    def _line(self, line: Line) -> str:
        def said(value: float | None) -> str:
            return value_text(line.metric, value, language(self.language), line.variant)

        pieces = [self._short(line)]
        if line.expected is not None and line.ratio is not None:
            pieces.append(f"these cases {said(line.expected)}, {line.ratio:.2f} times that")
        if line.low is not None and line.high is not None:
            pieces.append(f"chance {said(line.low)} to {said(line.high)}")
        if line.team_mean is not None and line.fair is not None and line.z is not None:
            pieces.append(f"fair {said(line.fair)}, team {said(line.team_mean)}, z {line.z:+.2f}")
        if line.rank is not None:
            pieces.append(f"rank {line.rank} of {line.of}")
        return " · ".join(pieces)

    def _praise(self, board: Board) -> Iterator[str]:
        """What may be said aloud of those who agree to it; there is no such list of what was worse (guard 8)."""
        for card in board.cards:
            if card.praise:
                names = ", ".join(METRICS[metric_id].names[self.language] for metric_id in card.praise)
                yield f"  may be said aloud, if {card.person.name} agrees: {names}"

    def data(self) -> dict[str, Any]:
        """For other programs: pseudonyms instead of names and log-ins."""
        return {
            "agreed": agreement(self.appraisal),
            "boards": [
                {
                    "team": board.team,
                    "from_on": board.period.from_on,
                    "to_on": board.period.to_on,
                    "left_out": dict(board.left_out),
                    "cards": [
                        {
                            "person": self.pseudonyms[card.person.uid],
                            "apart": card.person.apart,
                            "problem": card.problem,
                            "lines": [asdict(line) for line in card.lines],
                        }
                        for card in board.cards
                    ],
                }
                for board in self.boards
            ],
        }


def scorecards(
    config: Path,
    now_at: int,
    *,
    team: str | None,
    person: str | None,
    from_on: str | None,
    to_on: str | None,
    reader: str | None,
) -> Shown:
    """The cards that this config allows to be read, their reading logged first; ConfigError says what it does not."""
    loaded = load_place(config, with_secrets=False)
    reporting = reporting_of(loaded.config, now_at)
    appraisal = reporting.appraisal
    if appraisal.agent_metrics == "off":
        raise ConfigError(OFF)
    if appraisal.agent_metrics == "self" and person is None:
        raise ConfigError("[appraisal] allows one's own numbers only. Say whose: sync.py scorecard --person NAME")
    today_on = day_of(now_at, reporting.zone)
    if appraisal.agreed_on > today_on:
        raise ConfigError(f"[appraisal] is agreed from {appraisal.agreed_on} on; until then nothing is shown.")
    period = _period(appraisal, today_on, from_on, to_on)
    with reading(loaded) as db:
        found = boards(Inquiry(db, reporting, now_at), period, team_uid=_team_uid(db, team))
        key = setting(db, "hash_key") or ""
    if person is None and team is None and len(found) > 1:
        names = ", ".join(board.team for board in found if board.team)
        raise ConfigError(f"a lead reads one team. Say which: sync.py scorecard --team NAME; there are {names}.")
    subjects = [f"team:{board.team_uid or 'none'}" for board in found]
    if person is not None:
        found = [_alone(found, person)]
        subjects = [found[0].cards[0].person.uid]
    log_reading(loaded, now_at, reader_name(reader), subjects, period)
    people = [card.person for board in found for card in board.cards]
    return Shown(
        tuple(found), appraisal, loaded.config.reporting.language, person is not None,
        {each.uid: pseudonym(each.uid, key) for each in people},
    )  # fmt: skip


def _period(appraisal: Appraisal, today_on: str, from_on: str | None, to_on: str | None) -> Period:
    """All that is kept for this, up to yesterday, unless a shorter period is named (guard 7: 13 weeks at most)."""
    earliest_on = add_days(today_on, -7 * appraisal.retention_weeks)
    first_on = checked_day(from_on) if from_on else earliest_on
    last_on = checked_day(to_on) if to_on else add_days(today_on, -1)
    if first_on < earliest_on:
        raise ConfigError(
            f"--from {first_on} is too long ago: numbers of persons are told of the last {appraisal.retention_weeks} "
            f"weeks only, from {earliest_on} on."
        )
    # Who is new is new on the last day: from a day to come nobody would be.
    if last_on >= today_on:
        raise ConfigError(f"--to {last_on} is not over yet; the last whole day is {add_days(today_on, -1)}.")
    if first_on > last_on:
        raise ConfigError(f"--from {first_on} lies after the last day, {last_on}.")
    return Period(first_on, last_on, "rolling")


def _team_uid(db: sqlite3.Connection, team: str | None) -> str | None:
    if team is None:
        return None
    known = {str(row[1]): str(row[0]) for row in db.execute("select uid, name from teams order by uid desc")}
    known |= {uid: uid for uid in list(known.values())}
    if team not in known:
        near = get_close_matches(team, known, n=1)
        raise ConfigError(f"no team is called '{team}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    return known[team]


def _alone(found: Sequence[Board], person: str) -> Board:
    """The board of one person: their card, and of the others nothing but the team's mean in it."""
    meant = [(board, card) for board in found for card in board.cards if _is(card.person, person)]
    if not meant:
        raise ConfigError(f"there are no numbers of anybody called '{person}' in this period.")
    if len(meant) > 1:
        raise ConfigError(
            f"{len(meant)} people are called '{person}'. Say the id that the source has for the one meant."
        )
    ((board, card),) = meant
    return replace(board, cards=(card,))


def _is(person: Person, name: str) -> bool:
    return name == person.name or name in person.uids


def reader_name(named: str | None) -> str:
    """Who reads: the user of this machine, beside the name that they give, on one line of the log."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    said = " ".join(printable(named or "").split())[:READER_LENGTH]
    return f"{said} ({user})" if said else user


def log_reading(loaded: Loaded, now_at: int, reader: str, subjects: Sequence[str], period: Period) -> None:
    """Writes down who reads whose numbers; what cannot be written down is not shown. Old lines go after two years."""
    with closing(open_store(loaded.store_path)) as db, transaction(db):
        db.execute("delete from scorecard_reads where read_at < ?", (now_at - READS_KEPT_DAYS * 86_400,))
        db.executemany(
            "insert into scorecard_reads (read_at, reader, subject, from_on, to_on) values (?, ?, ?, ?, ?)",
            [(now_at, reader, subject, period.from_on, period.to_on) for subject in subjects],
        )


def readings(config: Path) -> list[Read]:
    """Who has read whose scorecard, the latest first."""
    loaded = load_place(config, with_secrets=False)
    with reading(loaded) as db:
        rows = db.execute(
            "select read_at, reader, subject, from_on, to_on from scorecard_reads order by read_at desc, id desc"
        )
        return [Read(*row) for row in rows]


def reading_line(read: Read) -> str:
    """A line of the log in words."""
    return f"{iso(read.read_at)}  {read.reader} read {read.subject}, {read.from_on} to {read.to_on}"
