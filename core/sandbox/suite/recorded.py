"""The case of real answers: rows that vendors really sent, or a run against a real service, through the connector."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.clock import now
from core.pull.contract import Page
from core.pull.intake import Intake
from core.pull.loop import writer_of
from core.pull.source import context
from core.sandbox.suite.bank import bank_month
from core.sandbox.suite.trial import KEY, DoesNotApply, Failed, Trial, expect
from core.store.db import transaction

EVIDENCE = Path(__file__).with_name("evidence")
NOT_HERE = "the recorded answers are not beside the checkout"


class Evidence(msgspec.Struct):
    """What a run against the real service came to: the service, the day, and what was compared."""

    service: str
    run_on: str
    says: str


class Exchange(msgspec.Struct):
    """One recorded request with its answer."""

    body: dict[str, msgspec.Raw] | list[msgspec.Raw] | str | None = None
    url: str = ""


@dataclass(frozen=True)
class Rows:
    """Recorded rows of a stream. ``key``: where they stand in a recorded answer; empty for files of bare rows."""

    stream: str
    files: str
    key: str = ""


@dataclass(frozen=True)
class Files:
    """Real files that the connector reads by itself, with its settings (paths below the recordings)."""

    settings: Mapping[str, str]
    says: str


@dataclass(frozen=True)
class Sums:
    """Real files whose sums are worked out beside the connector: ``compare`` says what was equal, or fails."""

    compare: Callable[[Trial, Path], str]


RECORDINGS: Mapping[str, Sequence[Rows | Files | Sums]] = {
    "csv_folder": (Sums(bank_month),),
    "zendesk": (
        Rows("tickets", "zendesk/recordings/zenpy__TicketsIncrementalTest.test_get_values.jsonl", "tickets"),
        Rows("users", "zendesk/recordings/zenpy__UsersIncrementalTest.test_get_values.jsonl", "users"),
        Rows("groups", "zendesk/recordings/zenpy__TestGroupCreateUpdateDelete.test_pagination.jsonl", "groups"),
        Rows(
            "group_memberships",
            "zendesk/recordings/zenpy__TestGroupMemberships.test_values.jsonl",
            "group_memberships",
        ),
        Rows(
            "organizations",
            "zendesk/recordings/nodezendesk__organizations_test_list_all.jsonl",
            "organizations",
        ),
    ),
    "asterisk": (
        Files(
            {"path": "asterisk/queue_log", "cdr_path": "asterisk/cdr_Master.csv"},
            "the queue log and the call records of a real Asterisk 22",
        ),
    ),
    "freshdesk": (
        Rows("tickets", "freshdesk/recorded/tickets_include_stats_requester.json"),
        Rows("conversations", "freshdesk/recorded/conversations.json"),
        Rows("business_hours", "freshdesk/recorded/business_hours.json"),
        Rows("contacts", "freshdesk/python-freshdesk/v2/contacts.json"),
        Rows("companies", "freshdesk/python-freshdesk/v2/companies.json"),
        Rows("agents", "freshdesk/python-freshdesk/v2/agents.json"),
        Rows("groups", "freshdesk/python-freshdesk/v2/groups.json"),
        Rows("time_entries", "freshdesk/python-freshdesk/v2/time_entries.json"),
    ),
    "zendesk_talk": (
        Rows("calls", "zendesk_talk/calls.jsonl"),
        Rows("legs", "zendesk_talk/legs.jsonl"),
        Rows("agent_activity", "zendesk_talk/agents_activity.jsonl"),
    ),
}


def recorded_answers(trial: Trial) -> str:
    """Rows that the real vendor sent are read, and none is set aside."""
    shown = [line for line in (_evidence(trial.connector.name), _recorded(trial)) if line]
    if not shown:
        raise DoesNotApply("no recorded answer and no live service; our own imitation only")
    return "; ".join(shown)


def _evidence(name: str) -> str:
    path = EVIDENCE / f"{name}.json"
    if not path.exists():
        return ""
    found = msgspec.json.decode(path.read_bytes(), type=Evidence)
    return f"run against {found.service} on {found.run_on}: {found.says}"


def _recorded(trial: Trial) -> str:
    known = RECORDINGS.get(trial.connector.name, ())
    if not known:
        return ""
    if trial.recordings is None or not trial.recordings.is_dir():
        raise DoesNotApply(NOT_HERE)
    said: list[str] = []
    rows: Counter[str] = Counter()
    for one in known:
        match one:
            case Files():
                said.append(f"{one.says} ({_read_files(trial, one, trial.recordings):,} rows)")
            case Sums():
                said.append(one.compare(trial, trial.recordings))
            case Rows():
                rows[one.stream] += _read_rows(trial, one, trial.recordings)
    counts = ", ".join(f"{many:,} {stream.replace('_', ' ')}" for stream, many in rows.items())
    return "; ".join([*said, *([f"recorded rows of real accounts: {counts}"] if counts else [])])


def _read_rows(trial: Trial, rows: Rows, folder: Path) -> int:
    found = list(_rows(folder / rows.files, rows.key))
    expect(found, f"no recorded row in {rows.files}")
    stream = next((one for one in trial.connector.streams if one.name == rows.stream), None)
    if stream is None:
        raise Failed(f"there is no stream {rows.stream} for {rows.files}")
    with trial.vendor() as vendor, trial.store() as db:
        spec = trial.spec(vendor)
        key, now_at = bytes.fromhex(KEY), max(vendor.now_at, now())
        with trial.api(spec) as api:
            prepare = trial.connector.prepare
            lookups = dict(prepare(api)) if prepare is not None else {}
        ctx = context(spec, hash_key=key, fetched_at=now_at, lookups=lookups, warn=lambda kind, value: None)
        intake = Intake(db, spec, stream, writer_of(db, spec, trial.connector, key, now_at), ctx)
        with transaction(db):
            taken = intake.take(Page(found))
        reasons = [str(row[0]) for row in db.execute("select distinct reason from rejected_rows")]
    expect(not taken.rejected, f"{taken.rejected} of {len(found)} recorded {rows.stream} set aside: {reasons[:3]}")
    return len(found)


def _rows(path: Path, key: str) -> Iterator[msgspec.Raw]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.suffix == ".json":
        # Some lists were recorded one row at a time.
        found = msgspec.json.decode(text, type=list[msgspec.Raw] | dict[str, msgspec.Raw])
        yield from found if isinstance(found, list) else (msgspec.Raw(text),)
        return
    for line in text.splitlines():
        if not key:
            yield msgspec.Raw(line)
            continue
        body = msgspec.json.decode(line, type=Exchange).body
        if isinstance(body, dict) and key in body:
            yield from msgspec.json.decode(body[key], type=list[msgspec.Raw])


def _read_files(trial: Trial, files: Files, folder: Path) -> int:
    given = {key: str(folder / value) for key, value in files.settings.items()}
    with trial.vendor() as vendor, trial.store() as db:
        spec = trial.spec(vendor, **given, start="2020-01-01")
        result = trial.pull(db, vendor, spec, now_at=max(vendor.now_at, now()))
    expect(result.outcome == "ok", f"{files.says}: {result.outcome}")
    expect(not result.rejected, f"{files.says}: {result.rejected} of {result.rows} rows set aside")
    expect(result.rows, f"{files.says}: no row was read")
    return result.rows
