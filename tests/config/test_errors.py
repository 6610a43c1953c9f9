"""Everything that is wrong with a config file is said at once, each with its line and the nearest right word."""

import os
from pathlib import Path

import pytest

from core.config.load import load_config
from core.errors import ConfigError
from core.pull.discover import places
from tests.config.files import ENVIRON, GOOD, load, settings_for, told, written


def test_a_good_file_loads(tmp_path: Path) -> None:
    """The file that the first page of the manual shows."""
    loaded = load(tmp_path)
    assert loaded.warnings == ()
    assert loaded.config.sources[0].every == 600
    assert loaded.settings["zd-main"].token.get_secret_value() == ENVIRON["ZENDESK_TOKEN"]
    assert loaded.store_path == tmp_path / "deskpulse.db"


WRONG = [
    ('time_zone = "Europe/Berlin"', 'time_zon = "Europe/Berlin"',
     'config.toml:2  reporting.time_zon: there is no such key. Did you mean "time_zone"?'),
    ("[reporting]", "[reportin]", 'config.toml:1  reportin: there is no such key. Did you mean "reporting"?'),
    ("[[reports]]", "[[report]]", 'config.toml:18  report: there is no such key. Did you mean "reports"?'),
    ("[[reports]]", "[reports]", "config.toml:18  reports: should be written [[reports]], in two brackets."),
    ('every = "10m"', 'evry = "10m"',
     'config.toml:10  sources.zd-main.evry: there is no such key. Did you mean "every"?'),
    ('email = "b', 'emial = "b', 'config.toml:8  sources.zd-main.emial: there is no such key. Did you mean "email"?'),
    ('subdomain = "m', 'subdomian = "m',
     'config.toml:7  sources.zd-main.subdomian: there is no such key. Did you mean "subdomain"?'),
    ('connector = "zendesk"', 'conector = "zendesk"',
     'config.toml:6  sources.zd-main.conector: there is no such key. Did you mean "connector"?'),
    ('name = "zd-main"', 'nmae = "zd-main"',
     'config.toml:5  sources.1.nmae: there is no such key. Did you mean "name"?'),
    ('connector = "zendesk"', 'connector = "zendsk"',
     "config.toml:6  sources.zd-main.connector: no connector is called 'zendsk'. Did you mean 'zendesk'? "
     f"Known: {', '.join(sorted(places()))}."),
    ('subdomain = "mycompany"\n', "", "config.toml:4  sources.zd-main.subdomain: is missing. Add it."),
    ('channel = "C', 'chanel = "C',
     'config.toml:16  destinations.ops.chanel: there is no such key. Did you mean "channel"?'),
    ('type = "slack"', 'type = "slakc"',
     "config.toml:14  destinations.ops.type: there is no type 'slakc'. Did you mean \"slack\"?"),
    ("{ team =", "{ taem =",
     "config.toml:21  reports.daily.where.taem: should be 'team', 'queue', 'brand', 'source', 'channel' or "
     "'priority'. Did you mean \"team\"?"),
    ('to = ["ops"]', 'to = ["opps"]',
     "config.toml:20  reports.daily.to: there is no destination 'opps'. Did you mean \"ops\"?"),
    ('to = ["ops"]', 'to = "ops"', 'config.toml:20  reports.daily.to: should be a list such as ["a", "b"].'),
    ('to = ["ops"]', 'at = "8:00"', 'config.toml:20  reports.daily.at: should be a time of day such as "08:00".'),
    ('to = ["ops"]', 'kind = "dayly"',
     "config.toml:20  reports.daily.kind: should be 'daily', 'weekly' or 'monthly'. Did you mean \"daily\"?"),
    ('to = ["ops"]', 'metrics = ["csta"]',
     "config.toml:20  reports.daily.metrics: no metric is called 'csta'; did you mean 'csat'?"),
    ('subdomain = "m', 'subdomain = "https://m',
     "config.toml:7  sources.zd-main.subdomain: has not the right form: The part before .zendesk.com in your Zendesk "
     "address."),
    ('to = ["ops"]', 'metrics = "startr"',
     "config.toml:20  reports.daily.metrics: should be 'starter', 'core' or 'full', or should be a list such as "
     '["a", "b"]. Did you mean "starter"?'),
    ('every = "10m"', 'every = "10x"',
     'config.toml:10  sources.zd-main.every: should be a duration such as "10m", "2h" or "90s".'),
    ('every = "10m"', "every = true",
     'config.toml:10  sources.zd-main.every: should be a duration such as "10m", "2h" or "90s".'),
    ('every = "10m"', "every = 0", "config.toml:10  sources.zd-main.every: should be greater than or equal to 1."),
    ('every = "10m"', 'start = "last year"',
     'config.toml:10  sources.zd-main.start: should be a date such as "2026-01-01".'),
    ('every = "10m"', "rate_share = 2",
     "config.toml:10  sources.zd-main.rate_share: should be less than or equal to 1."),
    ('every = "10m"', 'base_url = "http://zd.example"',
     "config.toml:10  sources.zd-main.base_url: should start with https:// (http:// only for 127.0.0.1 or localhost)."),
    ("Europe/Berlin", "Europe/Berlni",
     'config.toml:2  reporting.time_zone: should be a time zone such as "Europe/Berlin". '
     'Did you mean "Europe/Berlin"?'),
    ("env:ZENDESK_TOKEN", "env:ZENDESK_TOKN",
     'config.toml:9  sources.zd-main.token: the environment has no ZENDESK_TOKN. Set it, or use "file:…".'),
    ("env:ZENDESK_TOKEN", "cred:zendesk",
     "config.toml:9  sources.zd-main.token: no CREDENTIALS_DIRECTORY here: systemd sets it where the unit has "
     "LoadCredential=."),
    ("env:SLACK_BOT_TOKEN", "env:NOT_THERE",
     'config.toml:15  destinations.ops.token: the environment has no NOT_THERE. Set it, or use "file:…".'),
    ('time_zone = "Europe/Berlin"', 'schedule = "night"',
     "config.toml:2  reporting.schedule: there is no schedule 'night'. Known here: none."),
    ('time_zone = "Europe/Berlin"', 'acw_cap = "x"',
     'config.toml:2  reporting.acw_cap: should be a duration such as "10m", "2h" or "90s".'),
    ('time_zone = "Europe/Berlin"', 'language = "fr"',
     "config.toml:2  reporting.language: should be 'en', 'de' or 'zh'."),
    ('time_zone = "Europe/Berlin"', "test_numbers = 5",
     'config.toml:2  reporting.test_numbers: should be a list such as ["a", "b"].'),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """A mistake that takes an evening to find ends with a key that is never set again."""
    assert right in GOOD
    assert told(tmp_path, GOOD.replace(right, wrong, 1))[:1] == [said]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """One error a try is ten tries."""
    text = GOOD
    for right, wrong in (
        ("Europe/Berlin", "Mars/Olympus"),
        ('subdomain = "m', 'subdomian = "m'),
        ("env:ZENDESK_TOKEN", "env:GONE"),
        ("env:SLACK_BOT_TOKEN", "env:AWAY"),
        ('to = ["ops"]', 'to = ["nobody"]'),
    ):
        text = text.replace(right, wrong)
    text += '\n[[goals]]\nmetric = "csta"\ntarget = "80 %"\n'
    lines = told(tmp_path, text)
    assert [line.split()[0] for line in lines] == [
        "config.toml:2", "config.toml:7", "config.toml:9", "config.toml:15", "config.toml:20", "config.toml:24",
        "config.toml:25",
    ]  # fmt: skip


def test_a_goal_is_guarded_by_one_of_its_metrics_counters(tmp_path: Path) -> None:
    """A counter that nothing sets against the metric would guard nothing."""
    right = '\n[[goals]]\nmetric = "frt"\ntarget = 1800\ncounter = "csat"\n'
    assert load(tmp_path, GOOD + right).config.goals[0].counter == "csat"
    (line,) = told(tmp_path, GOOD + right.replace("csat", "abandon_rate"))
    assert line.startswith("config.toml:26  goals.frt.counter: there is no counter-metric of frt 'abandon_rate'.")


def test_names_are_given_once(tmp_path: Path) -> None:
    """Two sources of one name would write over each other's tickets."""
    again = '\n[[sources]]\nname = "zd-main"\nconnector = "asterisk"\npath = "queue_log"\n'
    assert told(tmp_path, GOOD + again) == [
        "config.toml:24  sources.zd-main.name: there are two sources of this name. Rename one."
    ]


def test_a_table_below_a_report_is_found_at_its_own_line(tmp_path: Path) -> None:
    """Both ways of writing a table lead to the right line."""
    text = GOOD.replace('where = { team = "Hotline" }\n', '\n[reports.where]\nteam = "Hotline"\nquueue = "DE"\n')
    (line,) = told(tmp_path, text)
    assert line.startswith("config.toml:24  reports.daily.where.quueue: should be")


def test_hours_and_holidays_are_checked(tmp_path: Path) -> None:
    """A weekday that nobody knows would leave the hotline closed all Monday."""
    schedule = '\n[[schedules]]\nname = "hotline"\nhours = { mno = "08:00-18:00", tue = "8-18" }\nholidays = "DE-XX"\n'
    lines = told(tmp_path, GOOD + schedule)
    assert [line.split(": ", 1)[0] for line in lines] == [
        "config.toml:25  schedules.hotline.hours.mno",
        "config.toml:25  schedules.hotline.hours.tue",
        "config.toml:26  schedules.hotline.holidays",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reporting\n", "config.toml:1  Expected ']' at the end of a table declaration. Nothing was read."),
        ('a = "x\n', "config.toml:1  Illegal character '\\n'. Nothing was read."),
        ("[a]\nb = 1\nb = 2\n", "config.toml:3  Cannot overwrite a value. Nothing was read."),
        ("[a]\n\n[a]\n", "config.toml:3  Cannot declare ('a',) twice. Nothing was read."),
        ("a = " + "[" * 20_000, "config.toml: brackets within brackets without end. Nothing was read."),
        ('a = """x\n', 'config.toml:2  Expected \'"""\'. Nothing was read.'),
    ],
)
def test_broken_toml_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """A missing bracket is the commonest mistake of all."""
    (line,) = told(tmp_path, text)
    assert line.split("  ")[0] == said.split("  ", maxsplit=1)[0]
    assert "Nothing was read" in line


def test_a_file_of_windows_loads(tmp_path: Path) -> None:
    """Notepad writes a byte order mark and carriage returns."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_config(path, settings_for, environ=ENVIRON).config.reports[0].name == "daily"


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    """An umlaut in Latin-1 is no reason for a traceback."""
    path = tmp_path / "config.toml"
    path.write_bytes('title = "Köln"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="Save it as UTF-8"):
        load_config(path, settings_for)


def test_an_absent_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The first thing that a newcomer types is run."""
    with pytest.raises(ConfigError, match=r"there is no .*config\.toml\. Make one with: sync\.py init"):
        load_config(tmp_path / "config.toml", settings_for)


def test_a_folder_in_its_place_says_so(tmp_path: Path) -> None:
    """Docker makes a folder where a mounted file is missing."""
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match="Is a directory"):
        load_config(tmp_path / "config.toml", settings_for)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_literal_secret_in_a_file_for_all_is_warned_of(tmp_path: Path) -> None:
    """Everybody with an account on the machine could read the tickets."""
    text = GOOD.replace("env:ZENDESK_TOKEN", "zk-9f8e7d6c5b")
    shut, wide = load(tmp_path, text).warnings, load(tmp_path, text, mode=0o644).warnings
    assert shut == ('config.toml:9  sources.zd-main.token: stands in the file. Better: "env:…" or "file:…"',)
    assert wide == (*shut, "config.toml can be read by others and holds a secret. Run: chmod 600 config.toml")
    assert load(tmp_path, mode=0o644).warnings == ()


def test_a_secret_file_for_all_is_warned_of(tmp_path: Path) -> None:
    """The secret moved out of the config and stayed open."""
    secret = tmp_path / "token"
    secret.write_text("zk-from-a-file\n")
    text = GOOD.replace("env:ZENDESK_TOKEN", "file:token")
    secret.chmod(0o644)
    assert load(tmp_path, text).warnings == (
        "config.toml:9  sources.zd-main.token: its file can be read by others. Run: chmod 600 on it",
    )
    secret.chmod(0o600)
    loaded = load(tmp_path, text)
    assert loaded.warnings == ()
    assert loaded.settings["zd-main"].token.get_secret_value() == "zk-from-a-file"


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"\xff\xfe", "is not UTF-8 text"), (None, "cannot")])
def test_a_secret_file_that_is_of_no_use_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The name of the file helps; its content is nobody's business."""
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    (line,) = told(tmp_path, GOOD.replace("env:ZENDESK_TOKEN", "file:token"))
    assert said in line
    assert str(tmp_path / "token") in line


def test_a_path_starts_at_the_config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service starts in another folder than the admin who tried it."""
    monkeypatch.chdir("/")
    text = GOOD + '\n[[sources]]\nname = "pbx"\nconnector = "asterisk"\npath = "logs/queue_log"\n'
    assert load(tmp_path, text).settings["pbx"].path == tmp_path / "logs" / "queue_log"


def test_verbs_that_log_in_nowhere_need_no_secret(tmp_path: Path) -> None:
    """Looking at yesterday's numbers must work from a shell without the tokens."""
    path = written(tmp_path, GOOD)
    assert load_config(path, settings_for, with_secrets=False, environ={}).config.sources


SECRETS = ("zk-9f8e7d6c5b", "xoxb-1-abcdefgh")


def test_no_secret_is_in_a_repr(tmp_path: Path) -> None:
    """A repr ends in a log or a bug report sooner or later."""
    for text in (GOOD, GOOD.replace("env:ZENDESK_TOKEN", SECRETS[0]).replace("env:SLACK_BOT_TOKEN", SECRETS[1])):
        loaded = load(tmp_path, text)
        for shown in (repr(loaded), str(loaded), repr(loaded.config), repr(loaded.settings), repr(loaded.warnings)):
            assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    "right", ['subdomain = "mycompany"', 'email = "bot@mycompany.example"', 'channel = "C0123456789"']
)
def test_no_secret_is_in_an_error(tmp_path: Path, right: str) -> None:
    """The error that a newcomer posts in a forum."""
    text = GOOD.replace("env:ZENDESK_TOKEN", SECRETS[0]).replace("env:SLACK_BOT_TOKEN", SECRETS[1])
    for wrong in (
        "",
        right.partition("=")[0] + "= []\n",
        right.replace("=", "x ="),
        f'{right}\nextra = "{SECRETS[0]}"',
    ):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path, text.replace(right, wrong))
        assert not [secret for secret in SECRETS if secret in caught.value.message]
