"""Every table of the store, declared once as data: DDL, upserts and docs are read from here."""

from core.store.tables.base import BASE, base_table
from core.store.tables.facts import FACTS
from core.store.tables.running import RUNNING
from core.store.tables.shape import Column, Index, Table

TABLES: tuple[Table, ...] = (*BASE, *FACTS, *RUNNING)

__all__ = ["BASE", "FACTS", "RUNNING", "TABLES", "Column", "Index", "Table", "base_table"]
