"""The latest answer of each customer in a window of days: who answers often has one voice (metrics §6, nps)."""

import sqlite3

from core.clock import add_days
from core.numbers.metric import Latest, parts_of
from core.numbers.reading import Totals
from core.numbers.sql import column_of, expressions, member, unpacked
from core.numbers.where import Slice


def latest_totals(
    db: sqlite3.Connection, formula: Latest, last_on: str, slice_: Slice, by: str = ""
) -> dict[str, Totals]:
    """Totals of the parts for each member of ``by``, over the answers that count on a day."""
    parts = tuple(dict.fromkeys(parts_of(formula)))
    figures = ", ".join(expression for part in parts for expression in expressions(part))
    sql, given = _answers(formula, last_on, slice_, by)
    return {
        row[0]: {part.id: (num, n) for part, num, n in unpacked(parts, tuple(row)[1:]) if n}
        for row in db.execute(f"select member_of, {figures} from ({sql}) where place = 1 group by member_of", given)
    }


def latest_uids(db: sqlite3.Connection, formula: Latest, last_on: str, slice_: Slice) -> frozenset[str]:
    """The surveys whose answers count on a day."""
    sql, given = _answers(formula, last_on, slice_, "")
    return frozenset(row[0] for row in db.execute(f"select survey_uid from ({sql}) where place = 1", given))


def first_on(formula: Latest, last_on: str) -> str:
    """The first day of the window that ends on a day."""
    return add_days(last_on, 1 - formula.days)


def _answers(formula: Latest, last_on: str, slice_: Slice, by: str) -> tuple[str, tuple[str, ...]]:
    """Every answer of the window with its place among those of its customer, the latest first."""
    whole = formula.balance.whole
    member_of = member(column_of(whole.fact, by) or by) if by else "''"
    conditions = [f"{whole.on} between ? and ?", whole.where, *slice_.filters(whole.fact)]
    sql = (
        f"select f.*, {member_of} as member_of, row_number() over ("
        f"partition by coalesce(p.person_uid, f.customer_uid, f.survey_uid), {member_of} "
        f"order by {whole.on} desc, f.rated_at desc, f.survey_uid desc) as place "
        f"from {whole.fact} f left join people p on p.customer_uid = f.customer_uid "
        f"where {' and '.join(conditions)}"
    )
    return sql, (first_on(formula, last_on), last_on, *slice_.values())
