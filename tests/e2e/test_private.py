"""What must not be seen, followed or left open: secrets, foreign addresses, paths out of the folder, readable files."""

import stat
from pathlib import Path

import pytest

from core.sandbox.slack import BOT_TOKEN
from core.sandbox.zendesk import EMAIL, TOKEN
from tests.e2e.desk import Desk

WORDS = (
    ("run", "--debug", "--log-format", "json"),
    ("check", "--debug"),
    ("status",),
    ("send", "--resume", "--debug", "--day", "2026-11-19"),
)
AUTHORIZED = "Ym90QGx1bW8uZXhhbXBsZS90b2tlbjpzYW5kYm94LXRva2Vu"


def written(folder: Path) -> dict[str, bytes]:
    """Every file of the desk but the two that hold the keys."""
    keys = {"zendesk-token", "slack-token"}
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in keys}


def test_no_secret_is_written_anywhere(reporting_desk: Desk) -> None:
    """Trust 68: logs are pasted into tickets and stores are copied; with --debug too, and when everything fails."""
    assert reporting_desk.sync("run", "--debug").code == 0
    said = (reporting_desk.folder / "stdout").read_bytes() + (reporting_desk.folder / "stderr").read_bytes()
    assert b"event=page" in said
    for kind, more in (("status", {"status": 401}), ("html", {})):
        reporting_desk.zendesk.fail(kind, **more)
        reporting_desk.slack.fail(kind, **more)
        for words in WORDS:
            done = reporting_desk.sync(*words)
            said += done.out.encode() + done.err.encode()
        reporting_desk.zendesk.heal()
        reporting_desk.slack.heal()
    for words in (("doctor",), ("config", "show")):
        said += reporting_desk.sync(*words).out.encode()
    files = written(reporting_desk.folder) | {"what was printed": said}
    assert {"deskpulse.db", "daily-2026-11-20.html"} <= files.keys()
    for secret in (TOKEN, BOT_TOKEN, AUTHORIZED):
        assert not [name for name, content in files.items() if secret.encode() in content]


def test_customers_words_and_numbers_are_not_on_the_screen(desk: Desk) -> None:
    """No customer's mail, number or message is printed or stored in the clear."""
    assert desk.sync("run", "--debug").code == 0
    people = [person for person in desk.world.people if person.role == "end-user"]
    private = {text for person in people for text in (person.email, person.phone) if text}
    private |= {call.caller for call in desk.world.calls if call.caller and len(call.caller) > 6}
    assert len(private) > 50
    wal = desk.store.with_name("deskpulse.db-wal")
    store = desk.store.read_bytes() + (wal.read_bytes() if wal.exists() else b"")
    printed = (desk.folder / "stdout").read_bytes() + (desk.folder / "stderr").read_bytes()
    assert not [text for text in private if text.encode() in store or text.encode() in printed]


def test_all_that_is_written_is_for_its_owner_only(reporting_desk: Desk) -> None:
    """Trust 71: a store of customers on a shared machine."""
    folder = reporting_desk.folder
    reporting_desk.store.unlink()
    assert reporting_desk.sync("run", "-q").code == 0
    assert reporting_desk.sync("backup", str(folder / "copy.db")).code == 0
    assert reporting_desk.sync("export", "tickets", "--out", str(folder / "tickets.csv")).code == 0
    assert reporting_desk.sync("report", "--format", "html", "--out", str(folder / "out" / "report.html")).code == 0
    made = [folder / name for name in ("deskpulse.db", "copy.db", "tickets.csv", "out/report.html")]
    made += (folder / "reports").iterdir()
    assert len(made) > 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert stat.S_IMODE((folder / "reports").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://169.254.169.254", "https"),
        ("https://169.254.169.254", "169.254"),
        ("http://zendesk.example", "https"),
        ("ftp://127.0.0.1", "http"),
    ],
)
def test_an_address_that_gives_keys_away_is_refused(desk: Desk, url: str, said: str) -> None:
    """Trust 69: a cloud's metadata service, or a key in the clear."""
    desk.rewrite(desk.zendesk.url, url)
    done = desk.sync("run", "-q", "--source", "zd-main")
    assert done.code == 2
    assert said in done.err + done.out
    assert "Traceback" not in done.out + done.err
    assert not desk.zendesk.log


def test_a_report_cannot_be_named_out_of_its_folder(reporting_desk: Desk) -> None:
    """Trust 70: a name is not a path."""
    reporting_desk.rewrite('name = "daily"', 'name = "../../x"')
    done = reporting_desk.sync("run", "-q")
    strays = [path for parent in (reporting_desk.folder.parent, reporting_desk.folder.parent.parent)
              for path in parent.glob("x*")]  # fmt: skip
    assert not strays
    assert done.code in (0, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "config.toml"),
        ("[store\n", "config.toml:1"),
        ('[[sources]]\nname = "a"\nconnector = "zendesk"\nsubdomian = "x"\n', "subdomain"),
        ('[reporting]\ntime_zone = "Europe/Berlni"\n', "Europe/Berlin"),
    ],
)
def test_a_config_that_is_absent_or_broken_is_said_in_one_line(desk: Desk, text: str | None, said: str) -> None:
    """Trust 67: the first thing that a new user sees."""
    desk.config.unlink()
    if text is not None:
        desk.config.write_text(text, encoding="utf-8")
    for words in (("run", "-q"), ("status",), ("config", "validate")):
        done = desk.sync(*words)
        assert done.code == 2
        assert said in done.err
        assert "Traceback" not in done.out + done.err


def test_a_key_that_everybody_can_read_is_warned_of(desk: Desk) -> None:
    """Trust 67: it works, and it is said."""
    (desk.folder / "zendesk-token").chmod(0o644)
    assert "sources.zd-main.token: its file can be read by others" in desk.sync("config", "validate").out
    desk.rewrite('"file:zendesk-token"', f'"{TOKEN}"')
    validated = desk.sync("config", "validate")
    assert "warning" in validated.out
    assert TOKEN not in validated.out + validated.err
    assert EMAIL not in validated.err
