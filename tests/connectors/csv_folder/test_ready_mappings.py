"""Each ready mapping reads its sample file without a word of config."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.csv_folder.kinds import KINDS
from tests.connectors.csv_folder.conftest import Folder

SAMPLES = Path(__file__).parents[3] / "examples" / "imports"

# Table, columns and rows, as worked out by hand from the sample; times are Berlin's, an hour before UTC.
EXPECTED: dict[str, tuple[str, str, list[tuple[Any, ...]]]] = {
    "calls": ("calls", "native_id, arrived_at, direction, outcome, total_wait_s, talk_s, hold_s, precision", [
        ("c-1", 1_794_816_010, "inbound", "answered", 12, 200, 20, "import"),
        ("c-2", 1_794_816_240, "inbound", "abandoned", None, None, None, "import"),
        ("c-3", 1_794_816_600, "outbound", "answered", None, 95, None, "import"),
        ("c-4", 1_794_817_800, "inbound", "answered", 31, 245, None, "import"),
    ]),
    "tickets": ("tickets", "native_id, created_at, status, status_category, channel, priority, assignee_uid, tags", [
        ("t-1", 1_794_812_400, "solved", "solved", "email", "high", "files:Ada Agent", '["delivery","late"]'),
        ("t-2", 1_794_816_900, "waiting for customer", "pending", "web", "normal", "files:Li Na", None),
    ]),
    "surveys": ("surveys", "kind, scale, score_raw, score_norm, is_satisfied, nps_class, rated_at is null", [
        ("ces", "7", "5", 4 / 6, 0, None, 0),
        ("csat", "5", None, None, None, None, 1),
        ("csat", "5", "5", 1.0, 1, None, 0),
        ("fcr", "good_bad", "yes", 1.0, 1, None, 0),
        ("nps", "0-10", "9", 0.9, 1, "promoter", 0),
    ]),
    "csat": ("surveys", "kind, ticket_uid, score_norm, is_satisfied", [
        ("csat", "files:t-1", 0.75, 1), ("csat", "files:t-2", 0.25, 0),
    ]),
    "nps": ("surveys", "kind, customer_uid, nps_class", [
        ("nps", "files:k-1", "promoter"), ("nps", "files:k-2", "passive"), ("nps", "files:k-3", "detractor"),
        ("nps", "files:k-4", None),
    ]),
    "ces": ("surveys", "kind, scale, score_norm, is_satisfied", [("ces", "7", 1 / 3, 0), ("ces", "7", 1.0, 1)]),
    "fcr": ("surveys", "kind, ticket_uid, is_satisfied", [("fcr", "files:t-1", 1), ("fcr", "files:t-2", 0)]),
    "esat": ("surveys", "kind, native_id, team_uid, is_satisfied", [
        ("esat", "esat-e-1", "files:Support", 1), ("esat", "esat-e-2", "files:Support", 0),
    ]),
    "costs": ("costs", "category, month, amount_minor, currency, team_uid", [
        ("labour", "2026-10", 3_000_000, "EUR", "files:Support"),
        ("premises", "2026-10", 100_000, "EUR", "files:Support"),
        ("telephony", "2026-10", 500_050, "EUR", None),
        ("ticket_system", "2026-10", 200_000, "EUR", None),
    ]),
    "shifts": ("shifts", "agent_uid, day_on, planned_start_at, planned_s, activity, kind", [
        ("files:Ada Agent", "2026-11-16", 1_794_812_400, 28_800, "contacts", "scheduled"),
        ("files:Li Na", "2026-11-16", 1_794_819_600, 14_400, "contacts", "scheduled"),
    ]),
    "absences": ("absences", "agent_uid, day_on, lost_s, reason, is_planned", [
        ("files:Ada Agent", "2026-11-17", 28_800, "sick", 0), ("files:Li Na", "2026-11-18", 5_400, "late", 0),
    ]),
    "attendance": ("attendance", "agent_uid, day_on, worked_s", [
        ("files:Ada Agent", "2026-11-16", 29_700), ("files:Li Na", "2026-11-16", 14_400),
    ]),
    "qa_reviews": ("qa_reviews", "native_id, contact_kind, contact_uid, sample, points, is_critical_fail, passed", [
        ("q-1", "call", "files:c-1", "random", 36.0, 0, 1), ("q-2", "ticket", "files:t-2", "targeted", 20.0, 1, 0),
    ]),
    "qa_items": ("qa_items", "review_uid, item, points, possible, weight, is_na, is_error, is_critical", [
        ("files:q-1", "cross-sell", None, 10.0, 1.0, 1, 0, 0), ("files:q-1", "greeting", 10.0, 10.0, 1.0, 0, 0, 0),
        ("files:q-2", "answer", 0.0, 20.0, 2.0, 0, 1, 1),
    ]),
    "complaints": ("complaints", "native_id, about, justified, ticket_uid, customer_uid is null", [
        ("b-1", "wait", 1, "files:t-2", 0), ("b-2", "product", 0, None, 1),
    ]),
    "hiring": ("hiring", "native_id, opened_on, start_on, agent_uid, stage", [
        ("h-1", "2026-08-01", "2026-10-01", "files:Li Na", "started"), ("h-2", "2026-11-01", None, None, "open"),
    ]),
    "trainings": ("trainings", "agent_uid, topic, held_on, spent_s, passed", [
        ("files:Ada Agent", "new tariff", "2026-11-09", 5_400, 0),
        ("files:Li Na", "complaints", "2026-10-12", 21_600, 1),
    ]),
    "forecasts": ("forecasts", "interval_start_at, interval_s, series, horizon_days, value, made_at", [
        (1_794_816_000, 1800, "calls Hotline", 7, 42.5, 1_794_200_400),
        (1_794_817_800, 1800, "calls Hotline", 7, 47.0, 1_794_200_400),
    ]),
    "projects": ("projects", "native_id, name, kind, start_on, end_on, target_count, seats", [
        ("Spring offer", "Spring offer", "outbound", "2026-11-02", "2026-11-30", 2000, 4),
    ]),
    "project_days": ("project_days", "day_on, project_uid, attempts, success, seat_s, heads", [
        ("2026-11-16", "files:Spring offer", 180, 31, 109_800, 4.0),
        ("2026-11-17", "files:Spring offer", 175, 28, 108_000, 3.5),
    ]),
    "self_service": ("self_service_days", "kind, item, sessions, completions, helpful", [
        ("bot", "", 75, 30, None), ("faq", "opening hours", 320, None, 40),
        ("notice", "delay of deliveries", 1200, None, None),
    ]),
    "ivr": ("self_service_days", "item, kind, sessions, completions", [
        ("", "ivr", 900, None), ("balance", "ivr", 410, 350),
    ]),
    "customer_base": ("customer_base", "segment, active_customers, orders", [
        ("business", 1200, 340), ("private", 12_000, 2100),
    ]),
    "calendar_events": ("calendar_events", "kind, title, from_at, to_at, metric, expected_direction, done_on", [
        ("improvement", "Shorter menu", 1_793_660_400, None, "ivr_time", "down", "2026-11-18"),
        ("launch", "New shop", 1_794_265_200, None, None, None, None),
        ("outage", "Telephone down", 1_794_474_300, 1_794_477_000, None, None, None),
    ]),
    "agents": ("agents", "name, role, hired_on, left_on, leave_reason, contracted_s_per_week, cost_minor_per_hour", [
        ("Ada Agent", "agent", "2024-03-01", None, None, 144_000, 3150),
        ("Li Na", "agent", "2026-10-01", None, None, 72_000, 2900),
        ("Sam Gone", "lead", "2023-01-01", "2026-09-30", "voluntary", 144_000, 3800),
    ]),
    "teams": ("teams", "name, tier, kind", [("Back office", 2, "back_office"), ("Support", 1, "support")]),
    "queues": ("queues", "uid, name, team_uid, channel, sl_threshold_s", [
        ("files:Hotline", "Hotline", "files:Support", "phone", 20),
    ]),
    "contact_reasons": ("contact_reasons", "name, parent_uid, reason_class, is_faq_candidate", [
        ("Delivery", None, "problem", 1), ("Delivery late", "files:Delivery", "complaint_service", 0),
    ]),
    "time_entries": ("time_entries", "ticket_uid, agent_uid, spent_s, billable", [
        ("files:t-1", "files:Ada Agent", 1500, 0),
    ]),
    "lines": ("lines", "name, queue_uid, is_toll_free", [("Hotline Berlin", "files:Hotline", 0)]),
    "regions": ("regions", "region, name, lat, lon, weight", [
        ("DE-BE", "Berlin", 52.52, 13.4, 0.6), ("DE-HH", "Hamburg", 53.55, 9.99, 0.4),
    ]),
    "weather_days": ("weather_days", "region, day_on, temp_min, temp_max, rain_mm, weather_class", [
        ("DE-BE", "2026-11-16", 2.1, 7.4, 3.2, "rain"),
    ]),
    "public_days": ("public_days", "region, day_on, kind, name", [("DE-BE", "2026-12-25", "holiday", "Christmas Day")]),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_sample_is_read_as_it_stands(folder: Folder, kind: str) -> None:
    """Who drops the file of a department into the folder should not have to learn a mapping first."""
    shutil.copy(SAMPLES / f"{kind}.csv", folder.path)
    result = folder.pull()
    assert (result.outcome, folder.aside()) == ("ok", [])
    table, columns, rows = EXPECTED[kind]
    assert folder.rows(table, columns, order="1, 2, 3") == rows


def test_all_samples_together_are_read_and_read_again(folder: Folder) -> None:
    """A folder holds files of all departments; reading it twice must not double anybody's hours."""
    for path in SAMPLES.glob("*.csv"):
        shutil.copy(path, folder.path)
    first = folder.pull()
    assert (first.outcome, folder.aside()) == ("ok", [])
    for path in folder.path.iterdir():
        folder.write(path.name, path.read_bytes(), age_s=1)
    again = folder.pull()
    assert sum(stream.news for stream in again.streams) == 0


def test_no_number_or_address_of_a_customer_is_kept(folder: Folder) -> None:
    """Customers' numbers and addresses become keyed hashes, under which calls and tickets find one person."""
    for name in ("calls.csv", "tickets.csv", "complaints.csv"):
        shutil.copy(SAMPLES / name, folder.path)
    folder.pull(raw="redacted")
    said = "\n".join(folder.db.iterdump())
    assert not [text for text in ("5550101", "5550102", "customer.example") if text in said]
    # Two callers, one of them twice, and one withheld; two writers of tickets, one of whom complained.
    query = "select kind, count(*) from customer_identities group by kind order by kind"
    assert [tuple(row) for row in folder.db.execute(query)] == [("email", 2), ("phone", 2)]
