"""The command line as a person or a script meets it: what it prints, where, and with which exit code."""

import csv
import io
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

import sync
from core import log
from core.daemon.place import load_place
from tests.daemon.place import CONFIG, DESK, say
from tests.tree import ROOT

FILES = 'type = "file"\npath = "out"\n'
SLACK = 'type = "slack"\ntoken = "file:token"\nchannel = "{channel}"\nbase_url = "{slack}"\n'


@dataclass(frozen=True)
class Done:
    """What a verb came to."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What --json printed."""
        return json.loads(self.out)


Cli = Callable[..., Done]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Runs the command in this process as the shell would."""

    def run(*arguments: str | Path, typed: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["sync.py", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        capsys.readouterr()
        try:
            sync.main()
            code = 0
        except SystemExit as end:
            code = int(str(end.code or 0))
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    yield run
    log.setup()


def written(folder: Path) -> Path:
    """A config with a desk of our own and a folder to report to."""
    (folder / "own").mkdir()
    (folder / "own" / "desk.py").write_text(DESK)
    say(folder, "2026-03-01T10:00:00Z")
    text = CONFIG.replace(SLACK, FILES).format(zone="Europe/Berlin", at="00:00")
    (folder / "config.toml").write_text(text)
    (folder / "config.toml").chmod(0o600)
    return folder / "config.toml"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A config and nothing else."""
    return written(tmp_path)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a place that was run once."""
    folder = tmp_path_factory.mktemp("pulled")
    command = [sys.executable, str(ROOT / "sync.py"), "run", "-q", "--config", str(written(folder))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def ready(pulled: Path, tmp_path: Path) -> Path:
    """The config of a place of one's own that was run once."""
    folder = tmp_path / "place"
    shutil.copytree(pulled, folder)
    return folder / "config.toml"


def verbs(group: click.Group = sync.cli, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every verb there is."""
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += verbs(command, (*before, name)) if isinstance(command, click.Group) else [(*before, name)]
    return found


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_explains_itself_and_takes_the_common_options(cli: Cli, verb: tuple[str, ...]) -> None:
    """Who knows the options of one verb knows those of all."""
    done = cli(*verb, "--help")
    assert done.code == 0
    assert all(option in done.out for option in ("--config", "--debug", "--quiet"))
    lines = [line.split("  ") for line in done.out.splitlines() if line.startswith("  -")]
    assert lines


def test_the_promised_verbs_exist() -> None:
    """Scripts and units call them by these names."""
    promised = "demo init check run daemon backfill status doctor report send export rebuild backup docs".split()
    pairs = [("kpi", "list"), ("kpi", "show"), ("kpi", "explain"), ("connectors", "list")]
    pairs += [("config", name) for name in ("validate", "show", "schema")]
    assert {*((name,) for name in promised), *pairs} <= set(verbs())


def test_help_is_quick() -> None:
    """Completion asks for it at every key; what makes it slow is importing what it does not need."""
    command = [sys.executable, "-X", "importtime", str(ROOT / "sync.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"httpx", "pydantic", "rich", "jinja2", "babel", "scipy", "vl_convert", "sqlite_utils"}


def test_init_without_questions_writes_a_config_that_loads(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What init writes must be what check accepts."""
    path = tmp_path / "new" / "mine.toml"
    given = ("--subdomain", "acme", "--email", "a@acme.example", "--time-zone", "Europe/Vienna", "--channel", "C1")
    done = cli("init", "--non-interactive", *given, "--queue-log", "/var/log/queue_log", "--config", path)
    assert done.code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    monkeypatch.setenv("ZENDESK_TOKEN", "zk-9f8e7d6c5b")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-abcdefgh")
    config = load_place(path).config
    assert [source.connector for source in config.sources] == ["zendesk", "asterisk"]
    assert (config.reporting.time_zone, config.destinations[0].channel) == ("Europe/Vienna", "C1")
    manifest = json.loads((path.parent / "slack-manifest.json").read_text())
    assert "chat:write" in manifest["oauth_config"]["scopes"]["bot"]
    assert len(manifest["display_information"]["name"]) <= 35
    assert cli("config", "validate", "--config", path).code == 0


def test_init_asks_four_questions(cli: Cli, tmp_path: Path) -> None:
    """A zone that nobody knows is asked for again, with the nearest one."""
    path = tmp_path / "config.toml"
    done = cli("init", "--config", path, typed="acme\na@acme.example\nEurope/Berlni\nEurope/Berlin\nC9\n\n")
    assert done.code == 0
    assert "Europe/Berlin" in done.out
    data = tomllib.loads(path.read_text())
    assert data["sources"][0]["subdomain"] == "acme"
    assert data["reporting"]["time_zone"] == "Europe/Berlin"
    assert data["destinations"][0]["channel"] == "C9"


def test_init_asks_why_the_first_goal_is_one(cli: Cli, tmp_path: Path) -> None:
    """A goal that nobody can say the reason of is a number to be gamed; a metric misspelt is asked for again."""
    path = tmp_path / "config.toml"
    typed = 'acme\na@acme.example\nEurope/Berlin\nC9\ncsta\ncsat\n0.85\nto be "heard"\n\nkinder than others\n'
    done = cli("init", "--config", path, typed=typed)
    assert done.code == 0
    assert "did you mean 'csat'" in done.out + done.err
    (goal,) = tomllib.loads(path.read_text())["goals"]
    assert (goal["metric"], goal["target"]) == ("csat", 0.85)
    assert (goal["customer_need"], goal["edge_need"]) == ('to be "heard"', "kinder than others")
    assert "company_need" not in goal


def test_init_keeps_an_existing_config(cli: Cli, fresh: Path) -> None:
    """An hour of settings is not written over by a habit of the fingers."""
    before = fresh.read_text()
    done = cli("init", "--non-interactive", "--config", fresh)
    assert (done.code, fresh.read_text()) == (2, before)
    assert "--force" in done.err
    assert cli("init", "--non-interactive", "--force", "--config", fresh).code == 0
    assert fresh.read_text() != before


def test_a_run_prints_results_and_logs_apart(cli: Cli, fresh: Path) -> None:
    """A script reads stdout; a person reads both."""
    done = cli("run", "--config", fresh)
    assert done.code == 0
    assert done.out.startswith("desk: ok, 1 rows")
    assert "event=page" in done.err
    assert "event=" not in done.out
    again = cli("run", "--once", "--quiet", "--json", "--config", fresh)
    assert again.err == ""
    assert again.data["exit_code"] == 0
    assert [(source["source"], source["outcome"]) for source in again.data["sources"]] == [("desk", "ok")]
    assert again.data["receipts"] == []


def test_a_source_that_is_down_has_its_own_exit_code(cli: Cli, ready: Path) -> None:
    """A timer that sees 5 tries again; one that sees 1 calls somebody."""
    say(ready.parent, "down")
    done = cli("run", "--config", ready)
    assert done.code == 5
    assert "nobody answers." in done.out
    text = ready.read_text()
    (ready.parent / "own" / "other.py").write_text(DESK.replace('"desk", DeskS', '"other", DeskS'))
    (ready.parent / "own" / "other.txt").write_text("2026-03-01T10:00:00Z")
    ready.write_text(
        text.replace("[[destinations]]", '[[sources]]\nname = "other"\nconnector = "other"\n\n[[destinations]]')
    )
    assert cli("run", "--config", ready).code == 3


def test_a_refused_key_has_its_own_exit_code(cli: Cli, ready: Path) -> None:
    """Systemd must not knock with a wrong key every thirty seconds."""
    desk = ready.parent / "own" / "desk.py"
    (ready.parent / "own" / "desk.py").write_text(
        desk.read_text()
        .replace('raise Unavailable("desk: nobody', 'raise AuthError("desk: nobody')
        .replace("import msgspec", "import msgspec\nfrom core.errors import AuthError")
    )
    say(ready.parent, "down")
    assert cli("run", "--config", ready).code == 4


def test_sending_before_anything_was_read_sends_nothing(cli: Cli, fresh: Path) -> None:
    """A first message that says nothing is the last one that is read."""
    done = cli("send", "--config", fresh)
    assert done.code == 6
    assert "First: sync.py run" in done.err
    assert not (fresh.parent / "out").exists()


@pytest.mark.parametrize(
    "arguments", [("status",), ("doctor",), ("report",), ("kpi", "list"), ("export", "tickets"), ("backup", "x.db")]
)
def test_reading_before_the_first_run_says_so(cli: Cli, fresh: Path, arguments: tuple[str, ...]) -> None:
    """No store yet is no error of the newcomer's."""
    done = cli(*arguments, "--config", fresh)
    assert done.code == 6
    assert "Make it with: sync.py run" in done.err
    assert "Traceback" not in done.err


def test_a_second_instance_is_refused(cli: Cli, ready: Path) -> None:
    """Two runs at once would send two messages."""
    import fcntl

    store = load_place(ready).store_path
    with Path(f"{store}.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = cli("run", "--config", ready)
    assert done.code == 7
    assert "another instance" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--source", "dsk"), "Did you mean 'desk'? Known: desk."),
        (("check", "dsk"), "Did you mean 'desk'? Known: desk, ops."),
        (("send", "--name", "dayly"), "Did you mean 'daily'? Known: daily."),
        (("report", "--name", "dayly"), "Did you mean 'daily'? Known: daily."),
        (("send", "--to", "opps"), "Did you mean 'ops'? Known: ops."),
        (("kpi", "show", "csta"), "did you mean 'csat'?"),
        (("kpi", "show", "csat", "--variant", "answred"), "Did you mean 'answered'?"),
        (("report", "--day", "yesterday"), "Write it as 2026-11-20."),
        (("backfill", "--from", "soon", "--yes"), "Write it as 2026-11-20."),
        (("export", "tickets", "--from", "2026-13-01"), "Write it as 2026-11-20."),
        (("kpi", "show", "csat", "--where", "team"), "Write it as KEY=NAME"),
        (("status", "--healthy", "--max-lag", "soon"), 'a duration such as "10m"'),
        (("frobnicate",), "No such command"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(
    cli: Cli, ready: Path, arguments: tuple[str, ...], said: str
) -> None:
    """The answer to a slip of the finger is the word that was meant."""
    place = () if arguments == ("frobnicate",) else ("--config", ready)
    done = cli(*arguments, *place)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_the_unexpected_is_one_line_and_with_debug_a_redacted_traceback(
    cli: Cli, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback in a forum must not carry the key to the help desk."""
    log.register_secret("zk-9f8e7d6c5b")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("while asking with zk-9f8e7d6c5b")

    monkeypatch.setattr("core.daemon.status.read_status", broken)
    plain, debug = cli("status", "--config", ready), cli("status", "--debug", "--config", ready)
    assert plain.code == debug.code == 1
    assert plain.err == "unexpected: ZeroDivisionError. Run the same with --debug and report what it prints.\n"
    assert "Traceback" in debug.err
    assert not [text for text in (plain.err, debug.err) if "9f8e7d6c5b" in text]


def test_status_tells_each_stream(cli: Cli, ready: Path) -> None:
    """The first look when a number seems wrong."""
    done = cli("status", "--config", ready)
    assert done.code == 0
    assert done.out.splitlines()[1].split()[:3] == ["desk", "tickets", "ok"]
    data = cli("status", "--json", "--config", ready).data
    assert data.keys() == {"streams", "rejected", "undelivered", "last_run_at", "last_report_on"}
    assert data["streams"][0].keys() == {
        "source", "stream", "status", "last_success_at", "data_to_at", "lag_s", "rows", "rejected", "next_run_at",
        "error", "note",
    }  # fmt: skip


def test_health_is_an_exit_code(cli: Cli, ready: Path) -> None:
    """A container's health check reads nothing but the code."""
    assert cli("status", "--healthy", "--config", ready).code == 0
    store = load_place(ready).store_path
    db = sqlite3.connect(store)
    db.execute("update stream_state set last_success_at = last_success_at - 10800")
    db.commit()
    db.close()
    done = cli("status", "--healthy", "--config", ready)
    assert done.code == 1
    assert done.out.startswith("desk: last went well 18")
    assert cli("status", "--healthy", "--max-lag", "4h", "--config", ready).code == 0


def test_doctor_is_one_page_and_its_worst_is_its_exit_code(cli: Cli, ready: Path) -> None:
    """Everything that could be wrong, and what to do about each."""
    assert cli("doctor", "--config", ready).code == 0
    load_place(ready).store_path.chmod(0o644)
    done = cli("doctor", "--config", ready)
    assert done.code == 3
    assert "BAD  the store is for its owner only: Run: chmod 600" in done.out
    data = cli("doctor", "--json", "--config", ready).data
    assert all(found.keys() == {"what", "ok", "advice"} for found in data)


def test_check_goes_from_the_config_to_the_destinations(cli: Cli, fresh: Path) -> None:
    """In the order in which a person mends: config, log-in, streams, clock, Slack."""
    done = cli("check", "--config", fresh)
    assert done.code == 0
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        "ok   config", "ok   desk", "ok   desk", "ok   ops",
    ]  # fmt: skip
    assert not (fresh.parent / "deskpulse.db").exists(), "a check changes nothing"
    say(fresh.parent, "down")
    done = cli("check", "--json", "--config", fresh)
    assert done.code == 3
    assert [found for found in done.data if not found["ok"]] == [
        {"of": "desk", "what": "read it", "ok": False, "advice": "desk: nobody answers."}
    ]


def test_kpi_list_and_show_have_stable_keys(cli: Cli, ready: Path) -> None:
    """A dashboard that reads them breaks when they move."""
    rows = cli("kpi", "list", "--json", "--config", ready).data
    assert len(rows) > 40
    assert rows[0].keys() >= {"id", "name", "unit", "direction", "counter", "status", "reason", "value", "n"}
    shown = cli("kpi", "show", "tickets_created", "--day", "2026-03-01", "--json", "--config", ready).data
    (answer,) = (each for name, each in shown["variants"].items() if name == shown["metric"]["headline"])
    assert (answer["value"], answer["n"]) == (1.0, 1)
    text = cli("kpi", "show", "tickets_created", "--day", "2026-03-01", "--days", "3", "--config", ready)
    assert text.code == 0
    assert "2026-02-27" in text.out


def test_kpi_explain_leads_from_the_number_to_the_ticket(cli: Cli, ready: Path) -> None:
    """Who doubts a number must be able to open the tickets that it is made of."""
    asked = ("kpi", "explain", "tickets_created", "--day", "2026-03-01", "--config", ready)
    found = cli(*asked, "--json").data
    assert (found["answer"]["value"], found["counted"], len(found["cases"])) == (1.0, 1, 1)
    assert found["cases"][0].keys() >= {"kind", "source", "id", "url", "at", "adds", "value", "label", "rows", "files"}
    assert found.keys() >= {"says", "formula", "reads", "left_out", "change", "published", "counters", "final_from_at"}
    text = cli(*asked)
    assert text.code == 0
    assert f"ticket {found['cases'][0]['id']}" in text.out
    missing = cli("kpi", "explain", "service_level", "--day", "2026-03-01", "--config", ready)
    assert "no source brings calls" in missing.out


def test_what_a_number_is_not_split_by_is_said(cli: Cli, ready: Path) -> None:
    """A misspelt dimension gave the whole number, as if it had no parts."""
    for verb in ("show", "explain"):
        near = cli("kpi", verb, "tickets_created", "--day", "2026-03-01", "--by", "chanel", "--config", ready)
        assert (near.code, "did you mean 'channel'?" in near.err) == (2, True)
        other = cli("kpi", verb, "backlog_open", "--day", "2026-03-01", "--by", "queue", "--config", ready)
        assert (other.code, "backlog_open is not split by 'queue'" in other.err) == (2, True)


@pytest.mark.parametrize("form", ["text", "html", "md", "json", "csv", "slack"])
def test_a_report_is_built_in_every_form_and_not_sent(cli: Cli, ready: Path, form: str, tmp_path: Path) -> None:
    """Looking at a report first is how trust begins."""
    before = sorted((ready.parent / "out").iterdir())
    done = cli("report", "--format", form, "--day", "2026-03-01", "--config", ready)
    assert done.code == 0
    assert done.out.strip()
    out = tmp_path / "my report"
    assert cli("report", "--format", form, "--day", "2026-03-01", "--out", out, "--config", ready).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted((ready.parent / "out").iterdir()) == before


def test_a_dry_run_shows_the_message_and_sends_nothing(cli: Cli, ready: Path) -> None:
    """The first try of every admin must not wake the whole channel."""
    shutil.rmtree(ready.parent / "out")
    done = cli("send", "--dry-run", "--config", ready)
    assert done.code == 0
    assert "Nothing was sent" in done.out
    assert "blocks of 50" in done.out
    assert not (ready.parent / "out").exists()


def test_what_was_sent_is_not_sent_again(cli: Cli, ready: Path) -> None:
    """Twice the same command is once the message."""
    first = cli("send", "--day", "2026-03-01", "--config", ready)
    assert first.out.splitlines()[0] == "ops: sent, 2 parts"
    second = cli("send", "--day", "2026-03-01", "--config", ready)
    assert second.out.splitlines()[0] == "ops: sent, 0 parts, 2 had arrived before"
    assert cli("send", "--resume", "--day", "2026-03-01", "--config", ready).code == 0


def test_an_export_begins_with_the_vendor_s_own_id(cli: Cli, ready: Path, tmp_path: Path) -> None:
    """Somebody joins it with an export of the help desk."""
    done = cli("export", "tickets", "--config", ready)
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert next(iter(row)) == "native_id"
    assert (row["native_id"], row["uid"], row["channel"]) == ("1", "desk:1", "email")
    (line,) = cli("export", "tickets", "--format", "jsonl", "--config", ready).out.splitlines()
    assert next(iter(json.loads(line))) == "native_id"
    out = tmp_path / "tickets.csv"
    written_to = cli("export", "tickets", "--out", out, "--config", ready)
    assert written_to.out == f"wrote 1 tickets to {out}\n"
    assert out.read_text() == done.out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert cli("export", "tickets", "--from", "2026-03-02", "--config", ready).out.count("desk:1") == 0
    assert cli("export", "tickets", "--from", "2026-03-01", "--to", "2026-03-01", "--config", ready).out.count("desk:1")
    assert cli("export", "calls", "--config", ready).code == 0


def test_an_export_is_neutral_in_a_spreadsheet(cli: Cli, ready: Path) -> None:
    """A ticket field of =HYPERLINK(…) must not become a link in somebody's spreadsheet (trust 47)."""
    store = load_place(ready).store_path
    db = sqlite3.connect(store)
    db.execute("""update tickets set form = '=HYPERLINK("http://x","y")'""")
    db.commit()
    db.close()
    (row,) = csv.DictReader(io.StringIO(cli("export", "tickets", "--config", ready).out))
    assert row["form"].startswith("'=")


def test_a_backup_restores(cli: Cli, ready: Path, tmp_path: Path) -> None:
    """A backup that was never restored is a hope."""
    target = tmp_path / "copy.db"
    before = cli("export", "tickets", "--config", ready).out
    assert cli("backup", target, "--config", ready).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    store = load_place(ready).store_path
    for leftover in store.parent.glob("deskpulse.db*"):
        leftover.unlink()
    shutil.copy(target, store)
    assert cli("export", "tickets", "--config", ready).out == before
    assert cli("run", "--config", ready).code == 0


def test_a_rebuild_says_what_it_did(cli: Cli, ready: Path) -> None:
    """It is typed after an update, and changes nothing that is right."""
    done = cli("rebuild", "--config", ready)
    assert done.code == 0
    assert "days counted again" in done.out
    assert cli("rebuild", "--from-raw", "--config", ready).code == 0


def test_a_backfill_plans_and_reads(cli: Cli, ready: Path) -> None:
    """How long it will take is said before it starts."""
    done = cli("backfill", "--from", "2025-12-01", "--to", "2025-12-31", "--yes", "--config", ready)
    assert done.code == 0
    assert done.out.startswith("desk: 1 window from")


def test_config_verbs(cli: Cli, ready: Path) -> None:
    """They are what an editor and a colleague are given."""
    assert cli("config", "validate", "--config", ready).out.endswith("is fine: 1 source, 1 report.\n")
    shown = json.loads(cli("config", "show", "--config", ready).out)
    assert shown["sources"][0]["every"] == 600
    schema = json.loads(cli("config", "schema", "--config", ready).out)
    known = [branch["if"]["properties"]["connector"]["const"] for branch in schema["$defs"]["Source"]["allOf"]]
    assert {"asterisk", "desk", "zendesk"} <= set(known)


def test_connectors_are_listed_without_a_config_too(cli: Cli, ready: Path, tmp_path: Path) -> None:
    """The list is what a newcomer reads before there is a config."""
    assert "zendesk  Zendesk" in cli("connectors", "list", "--config", tmp_path / "none.toml").out
    names = [one["name"] for one in cli("connectors", "list", "--json", "--config", ready).data]
    assert {"asterisk", "desk", "zendesk"} <= set(names)
