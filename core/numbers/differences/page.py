"""The page on why a number differs from the vendor's, read from the declarations."""

from collections.abc import Iterator, Mapping

from core.numbers.differences.differs import Differs
from core.numbers.differences.rules import RULES
from core.numbers.differences.vendors import UNPUBLISHED, VENDORS
from core.numbers.reconcile.pairs import SAYS, Cause

INTRO = """# Why a number differs from the vendor's

This page is written by `sync.py docs` from the declarations in `core/numbers/differences/`; edit those, not this page.

`reconcile` shows for your own tickets and calls how often each of these rules is at work ([operate](operate.md)).
`kpi show ID` prints every variant side by side, `kpi explain ID --day D` which tickets and calls a number is made of,
what was left out of it, and why. Handle time is per contact here; "resolution rate" is of created tickets solved, not
first contact resolution: glossaries differ, compare definitions first ([metrics.md](metrics.md)).
"""


def differences_page(titles: Mapping[str, str]) -> str:
    """The whole page as Markdown; ``titles`` are what people call the connectors."""
    lines = [INTRO, "## By vendor\n"]
    for vendor, several in VENDORS.items():
        lines += _vendor(titles.get(vendor, vendor), several)
    lines += [f"Of {titles.get(name, name)} there is none to compare: {why}.\n" for name, why in UNPUBLISHED.items()]
    lines += ["## The rules\n", "In the words of `reconcile`, with what is done here and why.\n"]
    for cause in RULES:
        lines += _rule(cause)
    return "\n".join(lines).rstrip() + "\n"


def _vendor(title: str, several: tuple[Differs, ...]) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| figure | there | here | metrics | rules |"
    yield "| --- | --- | --- | --- | --- |"
    for one in several:
        rules = ", ".join(f"[{cause}](#{cause})" for cause in one.rules)
        yield f"| {one.figure} | {one.theirs} | {one.ours} | {_codes(one.metrics)} | {rules} |"
    yield ""


def _rule(cause: Cause) -> Iterator[str]:
    rule = RULES[cause]
    yield f"### {cause}\n"
    yield f"{rule.title}.\n" if rule.title.casefold() == SAYS[cause] else f"{rule.title}: {SAYS[cause]}.\n"
    touched = f" Touches {_codes(rule.metrics)}." if rule.metrics else ""
    yield f"{rule.ours}{touched}{f' {rule.do}' if rule.do else ''}\n"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
