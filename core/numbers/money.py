"""In which currency money is told."""

import sqlite3

# What a cost file says without a rate is in the report's currency; of calls the last ones tell.
CURRENCIES = """
select currency from costs where rate_to_report is null and deleted_at is null
union
select charge_currency from (select charge_minor, charge_currency from call_facts order by arrived_on desc limit 1000)
where charge_minor is not null and charge_currency is not null
limit 2
"""


def currency_of(db: sqlite3.Connection) -> str | None:
    """The ISO code of the one currency in which all money is; None where there are several, or no money."""
    found = [str(row[0]) for row in db.execute(CURRENCIES)]
    return found[0] if len(found) == 1 else None
