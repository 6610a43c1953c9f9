"""Surveys that belong to no ticket and no call that is known: relationship NPS, staff surveys, answers kept by another
tool that name tickets of a help desk which is not read (or not yet)."""

import sqlite3
from collections.abc import Sequence

from core.clock import DAY_S
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, as_json, replace, stored
from core.numbers.facts.rows import SURVEY_COLUMNS, SurveyRow
from core.numbers.facts.status import Row
from core.numbers.facts.surveys import Offer, survey_rows
from core.store.dirty import mark

# The other rows of survey_facts are made with their ticket or call.
ALONE = "and ticket_uid is null and call_uid is null"
ALONE_F = ALONE.replace("and ", "and f.")
OF_NOTHING_KNOWN = """
not exists (select 1 from tickets t where t.uid = s.ticket_uid)
and (s.ticket_uid is not null or not exists (select 1 from calls o where o.uid = s.call_uid))
"""


def derive_lone_surveys(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Brings the facts of these surveys to what their rows say; who answered for whom is the row's own word."""
    _let_go(db, keys, ledger)
    keys = _with_siblings(db, keys)
    before = stored(db, "survey_facts", "survey_uid", keys, ALONE_F)
    made: dict[str, list[Row]] = {key: [] for key in keys}
    rows = db.execute(
        f"select {SURVEY_COLUMNS}, c.customer_type, c.language from json_each(?) k cross join surveys s "
        "on s.uid = k.value left join customers c on c.uid = s.customer_uid "
        f"where {OF_NOTHING_KNOWN} and s.deleted_at is null order by s.uid",
        (as_json(keys),),
    )
    frozen_s = ground.reporting.survey_frozen_days * DAY_S
    dims: dict[str, Row] = {}
    together: dict[str, list[SurveyRow]] = {}
    for *told, customer_type, language in rows:
        row = SurveyRow(*told)
        named = row.ticket_uid or row.uid
        dims.setdefault(named, (row.source, None, row.team_uid, None, None, None, customer_type, language, None))
        together.setdefault(named, []).append(row._replace(ticket_uid=None, call_uid=None))
    for named, surveys in together.items():
        for fact in survey_rows(dims[named], surveys, frozen_s, _said, ground.day_on, is_dropped=_never):
            made[str(fact[0])] = [fact]
    replace(db, ledger, "survey_facts", "survey_uid", before, made.items(), where=ALONE)


def no_longer_alone(db: sqlite3.Connection, keys: Sequence[str], ledger: Ledger) -> None:
    """Takes away the facts of surveys whose ticket or call was not known so far, and makes them now."""
    found = [row for rows in stored(db, "survey_facts", "survey_uid", keys, ALONE_F).values() for row in rows]
    ledger.note("survey_facts", found)
    db.executemany("delete from survey_facts where survey_uid = ?", [(row[0],) for row in found])


def _with_siblings(db: sqlite3.Connection, keys: Sequence[str]) -> list[str]:
    """These surveys and those that name the same tickets: an offer and its answer are counted once."""
    found = db.execute(
        "select o.uid from json_each(?) k cross join surveys s on s.uid = k.value "
        "cross join surveys o on o.ticket_uid = s.ticket_uid "
        "where not exists (select 1 from tickets t where t.uid = s.ticket_uid)",
        (as_json(keys),),
    )
    return list(dict.fromkeys([*keys, *(row[0] for row in found)]))


def _let_go(db: sqlite3.Connection, keys: Sequence[str], ledger: Ledger) -> None:
    """Takes surveys away from the ticket or call that they no longer name; that one is derived again."""
    names = ", ".join(f"f.{name}" for name in TABLES["survey_facts"].names)
    moved = [
        tuple(row)
        for row in db.execute(
            f"select {names} from json_each(?) k cross join survey_facts f on f.survey_uid = k.value "
            "left join surveys s on s.uid = f.survey_uid "
            "where (f.ticket_uid, f.call_uid) is not (s.ticket_uid, s.call_uid) "
            "and coalesce(f.ticket_uid, f.call_uid) is not null",
            (as_json(keys),),
        )
    ]
    ledger.note("survey_facts", moved)
    for row in moved:
        of = dict(zip(TABLES["survey_facts"].names, row, strict=True))
        mark(db, "ticket", [str(of["ticket_uid"])] if of["ticket_uid"] else ())
        mark(db, "call", [str(of["call_uid"])] if of["call_uid"] else ())
        db.execute("delete from survey_facts where survey_uid = ?", (of["survey_uid"],))


def _said(row: SurveyRow, _: Offer) -> str | None:
    return row.agent_uid


def _never(_: SurveyRow) -> bool:
    return False
