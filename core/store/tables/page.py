"""The tables as a page for people who query the store themselves."""

from core.store.tables import BASE, FACTS, RUNNING
from core.store.tables.shape import Table

GROUPS = (
    ("Base rows", "What connectors brought, normalised. One stream owns a row; deleted rows keep a tombstone.", BASE),
    ("Derived", "Intervals, facts and parts: dropped and derived again by `rebuild`, byte for byte.", FACTS),
    ("Running", "Cursors, kept and rejected rows, what was published and sent.", RUNNING),
)


def tables_page() -> str:
    """Markdown: each table with its key and columns, as declared."""
    lines = [
        "# Tables",
        "",
        "Generated from the declarations by `sync.py docs`. Moments (`_at`) are UTC epoch seconds, days (`_on`) are",
        "local dates in the report time zone, durations (`_s`) are seconds, flags are 0, 1 or NULL for unknown. Ids of",
        "vendors are `uid` = `<account>:<native id>`. Open the file read-only while the daemon runs.",
    ]
    for title, says, tables in GROUPS:
        lines += ["", f"## {title}", "", says]
        for table in sorted(tables, key=lambda one: one.name):
            lines += _table(table)
    return "\n".join(lines) + "\n"


def _table(table: Table) -> list[str]:
    columns = ", ".join(
        f"`{column.name}` {column.type.lower()}{'!' if column.required else ''}" for column in table.columns
    )
    return ["", f"### {table.name}", "", table.says, "", f"Key: {', '.join(table.key)}.", "", columns]
