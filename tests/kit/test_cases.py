"""Each case of the contract finds the fault that it is there for, in a connector that is sound but for that fault."""

from collections.abc import Callable

import pytest

from core.sandbox.suite.cases import Verdict
from tests.kit.conftest import NAME, Edit

VerdictOf = Callable[..., Verdict]

PAGES = "        yield Page(answer.tickets, resume_at=after)\n"
LOOP = (
    '        answer = api.get("/tickets", TicketPage, params=asked)\n        after, more = answer.next, answer.more\n'
) + PAGES
AT_ONCE = (
    '        answer = api.get("/tickets", TicketPage, params=asked)\n'
    "        after, more = answer.next, answer.more\n"
    "        read = [*(read if 'read' in locals() else []), answer]\n"
    "    for answer in read:\n"
) + PAGES

FAULTS: list[tuple[str, tuple[Edit, ...], str]] = [
    ("bad credential", (("bearer=settings.token)", 'bearer=settings.token, setting="key")'),), "names none of token"),
    ("check", (("    check=check,\n", ""),), "has no check"),
    (
        "two reads equal",
        (("import msgspec\n", "from itertools import count\n\nimport msgspec\n\nCOUNT = count()\n"),
         ("number=str(row.id)", "number=str(next(COUNT))")),
        "tickets: 40 rows",
    ),
    ("kill and resume", ((LOOP, AT_ONCE),), "killed after page"),
    ("mutation while paging", (('feeds="tickets', 'once=True, feeds="tickets'),), "still alive in the store"),
    ("endless lists", ((LOOP, AT_ONCE),), "and no end"),
    (
        "hostile rows",
        (("tickets: list[msgspec.Raw]", "tickets: list[dict[str, object]]"),
         ("Page(answer.tickets,", "Page([msgspec.json.encode(one) for one in answer.tickets],")),
        "with hostile rows the pull is",
    ),
    ("secrets", (("number=str(row.id)", "number=row.requester_mail"),), "a personal text is seen in table tickets"),
    (
        "time zones",
        (("import msgspec\n", "from datetime import datetime\n\nimport msgspec\n"),
         ("created_at=utc(row.created_at)", "created_at=int(datetime.fromisoformat(row.created_at[:19]).timestamp())")),
        "created_at is",
    ),
    ("described settings", (("in your address.", "in your address"),), "no whole sentence"),
    (
        "described settings",
        (("    token: SecretStr", "    token: str"), ("bearer=settings.token", "bearer=SecretStr(settings.token)")),
        "token holds a secret",
    ),
    ("promised imports", (("import msgspec\n", "import time\n\nimport msgspec\n"),), "imports time"),
    ("promised imports", (("import msgspec\n", "import msgspec\nfrom core.store import db\n"),), "core.store.db"),
    ("own counts", (('answer.total, "tickets"', 'answer.total + 1, "tickets"'),), "41 at the vendor's, 40 in tickets"),
    ("stated requests", (("requests_per_1000=15", "requests_per_1000=2"),), "2 are stated"),
    ("stated requests", (("requests_per_1000=15", "requests_per_1000=500"),), "500 requests are stated"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "edits", "said"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_is_found_and_said(verdict_of: VerdictOf, case: str, edits: tuple[Edit, ...], said: str) -> None:
    """A suite that passes everything would make every grade a lie."""
    verdict = verdict_of(case, *edits)
    assert verdict.outcome == "failed"
    assert said in verdict.why


def test_a_place_in_the_future_that_is_believed_is_found(
    verdict_of: VerdictOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door looks after places; the case must notice if it ever does not."""
    monkeypatch.setattr("core.pull.place.AHEAD_S", 10**12)
    assert verdict_of("future state").outcome == "failed"


def test_answers_that_are_not_asked_for_again_are_found(verdict_of: VerdictOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door asks again; the case must notice if it ever does not."""
    monkeypatch.setattr("core.http.api._may_repeat", lambda error, *, once: False)
    monkeypatch.setattr("core.sandbox.suite.rough.MOST_PULLS", 0)
    assert verdict_of("faults").outcome == "failed"


def test_an_imitation_of_one_page_is_not_enough(verdict_of: VerdictOf) -> None:
    """Whoever never saw a second page has proven nothing of paging."""
    verdict = verdict_of("more than one page", ('"small": 10', '"small": 1000'), file=f"{NAME}_imitation.py")
    assert "came in 1 page" in verdict.why


def test_a_key_without_a_wrong_one_is_not_enough(verdict_of: VerdictOf) -> None:
    """The case would otherwise be skipped in silence."""
    edit = ('    wrong={"token": "somebody-elses-key"},\n', "")
    assert "names no wrong settings" in verdict_of("bad credential", edit, file=f"{NAME}_imitation.py").why


def test_whatever_else_is_raised_is_a_failure_of_the_case(verdict_of: VerdictOf) -> None:
    """One case that breaks must not hide the others."""
    verdict = verdict_of("check", ("    try:\n        answer", "    raise SystemExit(3)\n    try:\n        answer"))
    assert (verdict.outcome, verdict.why) == ("failed", "SystemExit was raised: 3")
