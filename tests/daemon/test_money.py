"""Money in the answers of the reading verbs."""

from pathlib import Path
from typing import Any

import pytest

from core.daemon.explain import explain_metric
from core.daemon.questions import list_metrics, show_metric
from core.numbers.parts import fold
from core.store.db import open_store
from tests.numbers.analyses.test_cost_bridge import NOVEMBER_AT, handled
from tests.numbers.rows import BERLIN, insert
from tests.report.desk import base

CONFIG = """
[reporting]
time_zone = "Europe/Berlin"
language = "de"

[store]
path = "desk.db"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """September with 200 contacts for 4,000 francs, by a cost file in francs."""
    db = open_store(tmp_path / "desk.db")
    cost = {"category": "labour", "amount_minor": 400_000, "channel": "email"}
    insert(
        db,
        {"cost_facts": [{"day_on": "2026-09-01", **cost}], "handled_facts": list(handled("2026-09-03", 200, "email"))},
    )
    base(db, "costs", uid="c", native_id="c", source="files", month="2026-09", currency="CHF", **cost)
    fold(db, BERLIN, NOVEMBER_AT)
    db.close()
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


SEPTEMBER: dict[str, Any] = {
    "day": None,
    "from_on": "2026-09-01",
    "to_on": "2026-09-30",
    "variant": None,
    "by": None,
    "where": {},
}


def test_money_is_told_with_its_currency(place: Path) -> None:
    """A head of service in Basel reads "20,00", takes it for euros and compares it with the wrong desk."""
    shown = show_metric(place, NOVEMBER_AT, "cost_per_contact", days=0, **SEPTEMBER)
    assert shown.currency == "CHF"
    assert "* standard           20,00\xa0CHF (n 200)" in list(shown.lines())
    explained = explain_metric(place, NOVEMBER_AT, "cost_per_contact", limit=0, **SEPTEMBER)
    assert explained.data()["currency"] == "CHF"
    assert "  value     20,00\xa0CHF (n 200)" in list(explained.lines())


def test_only_money_has_a_currency(place: Path) -> None:
    """A script that reads ``currency`` of a share would print 75 francs of satisfaction."""
    currencies = {line.id: line.currency for line in list_metrics(place, NOVEMBER_AT)}
    assert (currencies["cost_per_contact"], currencies["csat"]) == ("CHF", None)
    assert list_metrics(place.with_name("none.toml"), NOVEMBER_AT)[0].currency is None


def test_the_list_tells_of_any_day(place: Path) -> None:
    """The store of a demonstration, or of a restored backup, has nothing to say about yesterday."""
    handled_on = {
        day: next(line for line in list_metrics(place, NOVEMBER_AT, day) if line.id == "contacts_handled").value
        for day in ("2026-09-03", "2026-09-04")
    }
    assert handled_on == {"2026-09-03": 200, "2026-09-04": 0}
