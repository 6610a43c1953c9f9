"""The instance over real HTTP: log-in, permissions, limits, what is asked how often, and Connect's own figures."""

import builtins
import sqlite3
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import ConfigError, Context, SourceMetric, Window
from connectors.amazon_connect import service
from connectors.amazon_connect.check import check
from connectors.amazon_connect.contacts import tallies
from connectors.amazon_connect.figures import MetricRow, normalise_figures
from connectors.amazon_connect.service import Service, http
from connectors.amazon_connect.settings import AmazonConnectSettings
from connectors.amazon_connect.setup import HoursRow, normalise_hours
from core.http import Api, Http
from core.sandbox.vendors.amazon_connect import AmazonConnectSandbox
from core.sandbox.vendors.amazon_connect.signature import KEY_ID, SECRET
from tests.connectors.amazon_connect.conftest import AT, instant, pull, spec


def described(vendor: AmazonConnectSandbox) -> list[str]:
    return [one.path.rpartition("/")[2] for one in vendor.requests("/contacts/")]


def test_a_contact_is_described_once_and_again_for_its_after_call_work(
    db: sqlite3.Connection, vendor: AmazonConnectSandbox
) -> None:
    """Described at each listing, requests would double with each pull; never again, after-call work would be lost."""
    source = spec(**vendor.settings())
    pull(db, source, vendor.now_at)
    asked = described(vendor)
    assert len(asked) == len(set(asked))
    acw = "select acw_s from calls where native_id = 'z000001'"
    assert db.execute(acw).fetchone()[0] is None
    vendor.log.clear()
    pull(db, source, vendor.now_at)
    assert described(vendor) == []
    vendor.now_at += 900
    vendor.log.clear()
    pull(db, source, vendor.now_at)
    assert "z000001" in described(vendor)
    assert db.execute(acw).fetchone()[0] == 260
    vendor.log.clear()
    vendor.now_at += 20_000
    pull(db, source, vendor.now_at)
    assert "z000001" not in described(vendor)


@pytest.mark.parametrize(
    "wrong",
    [{"access_key_id": "AKIANOBODY"}, {"secret_access_key": "x" * 40}],
    ids=["key", "secret"],
)
def test_a_wrong_key_stops_the_source(
    wrong: dict[str, str], db: sqlite3.Connection, vendor: AmazonConnectSandbox
) -> None:
    """AWS refuses with 403, as it does for a missing permission; a stream skipped would hide the dead key."""
    result = pull(db, spec(**{**vendor.settings(), **wrong}), vendor.now_at)
    assert result.outcome == "auth"
    assert "`access_key_id` and `secret_access_key`" in (result.error.message if result.error else "")
    assert len(vendor.log) == 1


def test_a_missing_permission_names_the_action(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """The admin has to know what to put into the policy; the other streams go on."""
    vendor.denied = {"GetMetricDataV2", "ListUsers"}
    result = pull(db, spec(**vendor.settings()), vendor.now_at)
    told = {one.stream: one for one in result.streams}
    assert (told["day_figures"].status, told["users"].status, told["contacts"].status) == ("skipped", "skipped", "ok")
    error = told["day_figures"].error
    assert error is not None
    assert "connect:GetMetricDataV2" in error.message


def test_check_says_which_permission_is_missing(vendor: AmazonConnectSandbox) -> None:
    """Found at set-up it costs a minute, found in a report a day."""
    vendor.denied = {"ListUsers"}
    source = spec(**vendor.settings())
    with Api(
        http(AmazonConnectSettings.model_validate(source.settings)) or Http(""), name="ac", base_url=source.base_url
    ) as api:
        findings = list(check(Service(AmazonConnectSettings.model_validate(source.settings), api, source.zone)))
    wrong = [one for one in findings if not one.ok]
    assert ["connect:ListUsers" in one.advice for one in wrong] == [True]
    assert len(findings) == 3


def test_throttling_is_waited_for(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """A 429 is no reason to miss a day."""
    vendor.throttled = 3
    result = pull(db, spec(**vendor.settings()), vendor.now_at)
    assert result.outcome == "ok"
    assert result.requests == len(vendor.log)


def test_without_boto3_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback of an import tells an admin nothing."""
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("boto"):
            raise ModuleNotFoundError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    settings = AmazonConnectSettings(instance_id="i", region="eu-central-1")
    with (
        Api(Http("https://connect.eu-central-1.amazonaws.com"), name="ac") as api,
        pytest.raises(ConfigError, match=r"pip install 'deskpulse\[amazon\]'"),
    ):
        Service(settings, api, ZoneInfo("UTC")).ask("list_users", MetricRow, InstanceId="i")


def test_nothing_but_the_one_door_sends(vendor: AmazonConnectSandbox, db: sqlite3.Connection) -> None:
    """A second way out would be unpaced, uncounted and unguarded."""
    result = pull(db, spec(**vendor.settings()), vendor.now_at)
    assert result.requests == len(vendor.log) > 0


def test_null_is_not_nought(context: Callable[..., Context]) -> None:
    """Trap 25: a day without answered calls has no average wait; as 0 it would be the best day of the year."""
    row = {
        "Dimensions": {"QUEUE": "q-1"}, "MetricInterval": {"StartTime": instant(0), "Interval": "DAY"},
        "Collections": [
            {"Metric": {"Name": "SERVICE_LEVEL"}, "Value": None},
            {"Metric": {"Name": "CONTACTS_ABANDONED"}, "Value": 0},
            {"Metric": {"Name": "AVG_QUEUE_ANSWER_TIME"}, "Value": None},
            {"Metric": {"Name": "CONTACTS_HANDLED"}, "Value": 3.0}, {"Metric": {"Name": "BRAND_NEW"}, "Value": 1},
        ],
    }  # fmt: skip
    made = list(normalise_figures(msgspec.convert(row, MetricRow), context()))
    figures = {one.name: one.value for one in made if isinstance(one, SourceMetric)}
    assert figures == {"service_level": None, "abandoned": 0, "answered": 3, "wait_s": None}
    assert {one.entity_id for one in made if isinstance(one, SourceMetric)} == {"2026-11-01|q-1"}


def test_own_figures_are_shares_and_sums(context: Callable[..., Context]) -> None:
    """A percent beside a share, or an average beside a sum, compares nothing."""
    values = {"SERVICE_LEVEL": 82.5, "AVG_QUEUE_ANSWER_TIME": 12.5, "CONTACTS_HANDLED": 8, "SUM_HOLD_TIME": 60}
    row = {
        "Dimensions": {"QUEUE": "q"}, "MetricInterval": {"StartTime": AT},
        "Collections": [{"Metric": {"Name": name}, "Value": value} for name, value in values.items()],
    }  # fmt: skip
    made = list(normalise_figures(msgspec.convert(row, MetricRow), context()))
    figures = {one.name: (one.value, one.unit) for one in made if isinstance(one, SourceMetric)}
    assert figures == {
        "service_level": (0.825, "share"), "answered": (8, "count"), "wait_s": (100, "s"), "hold_s": (60, "s"),
    }  # fmt: skip


def test_own_figures_equal_ours(db: sqlite3.Connection, vendor: AmazonConnectSandbox) -> None:
    """What reconcile compares must be of the same day and queue."""
    vendor.now_at += 86_400
    pull(db, spec(**vendor.settings()), vendor.now_at)
    theirs = "select sum(value) from source_metrics where name = ?"
    ours = (
        "select count(*) from call_legs l join calls c on c.uid = l.call_uid where l.outcome = ? and l.kind = 'queue'"
    )
    ours += " and c.direction = 'inbound'"
    for name, outcome in (("answered", "answered"), ("abandoned", "abandoned")):
        assert db.execute(theirs, (name,)).fetchone()[0] == db.execute(ours, (outcome,)).fetchone()[0]


def test_what_connect_no_longer_keeps_is_not_counted(vendor: AmazonConnectSandbox) -> None:
    """A store of three years beside a vendor of two would seem to have a year too much."""
    source = spec(**vendor.settings())
    settings = AmazonConnectSettings.model_validate(source.settings)
    with Api(http(settings) or Http(""), name="ac", base_url=source.base_url) as api:
        window = Window(since=vendor.now_at - 1_000 * 86_400, until=vendor.now_at)
        found = list(tallies(Service(settings, api, source.zone), window))
    assert found[0].from_at == vendor.now_at - 729 * 86_400
    assert found[-1].to_at == vendor.now_at
    assert sum(one.count for one in found) > 0


def test_hours_over_midnight_and_closed_days(context: Callable[..., Context]) -> None:
    """A night shift cut at midnight would be closed half the night; Christmas open would be a day of breaches."""
    row = {
        "HoursOfOperationId": "h", "Name": "Night", "TimeZone": "Europe/Berlin",
        "Config": [
            {"Day": "SUNDAY", "StartTime": {"Hours": 20, "Minutes": 30}, "EndTime": {"Hours": 4, "Minutes": 0}},
            {"Day": "MONDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 0, "Minutes": 0}},
        ],
        "Overrides": [
            {"Name": "Eve", "EffectiveFrom": "2026-12-24", "EffectiveTill": "2026-12-24", "OverrideType": "STANDARD",
             "Config": [{"Day": "THURSDAY", "StartTime": {"Hours": 8}, "EndTime": {"Hours": 12}}]},
            {"Name": "Christmas", "EffectiveFrom": "2026-12-25", "EffectiveTill": "2026-12-26", "Config": []},
        ],
    }  # fmt: skip
    (schedule,) = normalise_hours(msgspec.convert(row, HoursRow), context())
    assert schedule.hours == ((0, 0, 240), (0, 0, 1440), (6, 1230, 1440))  # type: ignore[attr-defined]
    assert schedule.holidays == (  # type: ignore[attr-defined]
        ("2026-12-24", "Eve", 480, 720),
        ("2026-12-25", "Christmas", None, None),
        ("2026-12-26", "Christmas", None, None),
    )


@pytest.mark.parametrize(
    "given",
    [{}, {"instance_id": "i"}, {"region": "eu-central-1"}, {"instance_id": "i", "region": "evil.example/"}],
)
def test_half_a_setup_is_refused(given: dict[str, str]) -> None:
    """A region is put into the address; a slash in it would be another address."""
    with pytest.raises(ValueError, match="validation error"):
        AmazonConnectSettings(**given)


def test_a_key_without_its_secret_is_refused() -> None:
    """Half a key would silently fall back to the machine's role."""
    with pytest.raises(ValueError, match="go together"):
        AmazonConnectSettings(instance_id="i", region="eu-central-1", access_key_id="AK")


def test_without_keys_the_machines_own_are_taken_or_missed(
    db: sqlite3.Connection, vendor: AmazonConnectSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role is the better credential; where there is none, the message says so before anything is sent."""
    given = {key: value for key, value in vendor.settings().items() if "key" not in key}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setattr(service, "_session", service._session.__wrapped__)
    result = pull(db, spec(**given), vendor.now_at)
    assert (result.outcome, len(vendor.log)) == ("auth", 0)
    assert "give this machine a role" in (result.error.message if result.error else "")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert pull(db, spec(**given), vendor.now_at).outcome == "ok"
