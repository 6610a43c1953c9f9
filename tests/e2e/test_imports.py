"""The files of every department, from the samples that we ship to the numbers that the command line shows."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner

import core.clock
from sync import cli

Command: TypeAlias = Callable[..., str]

SAMPLES = Path(__file__).parents[2] / "examples" / "imports"
NOW = 1_799_107_200  # 2027-01-05 00:00 UTC
FROM, TO = "2026-07-01", "2027-01-04"
CONFIG = """
[reporting]
time_zone = "Europe/Berlin"

[[sources]]
name = "files"
connector = "csv_folder"
path = "imports"
"""

# Metric, variant, value, n: worked out by hand from the lines of the samples.
WORKED_OUT: tuple[tuple[str, str, float | None, float | None], ...] = (
    # csat.csv and surveys.csv tell of the same two offers: t-1 satisfied, t-2 not.
    ("csat", "satisfied", 1 / 2, 2),
    # 10 and 9 promote, 7 is passive, 3 detracts; k-4 did not answer.
    ("nps", "standard", 100 * (2 - 1) / 4, 4),
    ("nps", "promoters", 2 / 4, 4),
    # t-1 gave 7; t-2 gave 5 in one file and two minutes later 3 in the other.
    ("ces", "mean", (7 + 3) / 2, 2),
    ("esat", "standard", 1 / 2, 2),
    # q-1: 10 of 10, as the second item did not apply; q-2: none of 20, for its critical failure.
    ("qa_score", "points", 10 / 30, 2),
    ("qa_score", "passed", 1 / 2, 2),
    ("qa_score", "random", 10 / 10, 1),
    # One about waiting, one about goods; handled were the calls c-1 and c-4. Tickets in files have no replies.
    ("contacts_handled", "standard", 2, None),
    ("complaint_rate", "standard", 1 / 2, 2),
    ("complaint_rate", "product", 1 / 2, 2),
    # 30 by the bot and 350 in the menu, beside the two that were handled.
    ("self_service_rate", "standard", 380 / 382, 382),
    ("kb_helpful_rate", "standard", 40 / 46, 46),
    ("success_rate", "standard", (31 + 28) / (95 + 88), 183),
    ("training_hours", "total", 6 + 1.5, None),
    ("training_pass_rate", "standard", 1 / 2, 2),
    # 31 days of August, 30 of September; the second post is open.
    ("time_to_fill", "standard", 61, 1),
    # Li Na began on 1 October and was there on 30 December.
    ("hire_retention_90d", "standard", 1, 1),
    ("calls_offered", "standard", 3, None),
    ("abandon_rate", "standard", 1 / 3, 3),
    ("average_speed_of_answer", "standard", (12 + 31) / 2, 2),
)


@pytest.fixture(scope="module")
def deskpulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The command line beside a folder of samples that was pulled once; gives what it printed."""
    place = tmp_path_factory.mktemp("department")
    shutil.copytree(SAMPLES, place / "imports")
    (place / "config.toml").write_text(CONFIG, encoding="utf-8")

    def run(*words: str) -> str:
        answer = CliRunner().invoke(cli, [*words, "--config", str(place / "config.toml"), "--quiet"])
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.clock, "now", lambda: NOW)
        run("run")
        yield run


@pytest.mark.parametrize("metric", list(dict.fromkeys(row[0] for row in WORKED_OUT)))
def test_a_file_of_a_department_gives_its_number(deskpulse: Command, metric: str) -> None:
    """What somebody types into a sheet in the evening stands in the morning's report, and is right."""
    found = json.loads(deskpulse("kpi", "show", metric, "--from", FROM, "--to", TO, "--json"))["variants"]
    for _, variant, value, n in (row for row in WORKED_OUT if row[0] == metric):
        assert found[variant]["value"] == pytest.approx(value), variant
        assert n is None or found[variant]["n"] == n, variant


def test_a_variant_is_shown_in_its_own_unit(deskpulse: Command) -> None:
    """Two promoters of four are no score of +1."""
    found = deskpulse("kpi", "show", "nps", "--from", FROM, "--to", TO)
    assert "standard           +25 (n 4" in found
    assert "promoters          50.0\u202f% (n 4" in found


def test_every_call_of_the_list_is_exported(deskpulse: Command) -> None:
    """Who doubts a number goes back to the lines that it was made of."""
    calls = list(csv.DictReader(io.StringIO(deskpulse("export", "calls"))))
    assert [(call["native_id"], call["talk_s"]) for call in calls] == [
        ("c-1", "200"), ("c-2", ""), ("c-3", "95"), ("c-4", "245"),
    ]  # fmt: skip
