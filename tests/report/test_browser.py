"""The page in a real browser: both themes, a phone, paper; no script, no request, no complaint, readable letters."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from core.report.html import render_html
from tests.report.mock import daily

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
AA = 4.5

# Every piece of text with its colour and the first opaque colour behind it (WCAG 2.2, 1.4.3).
CONTRASTS = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((c) => c / 255)
      .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const isDrawn = node.namespaceURI.endsWith('svg');
    if (isDrawn && style.stroke !== 'none') continue;
    const pair = [light(channels(isDrawn ? style.fill : style.color)), light(behind(node))].sort((a, b) => b - a);
    found.push([(pair[0] + 0.05) / (pair[1] + 0.05), walker.currentNode.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "daily.html"
    path.write_text(render_html(daily(), "en"), encoding="utf-8")
    return path


class Seen:
    """An open page, with what it asked for and complained about."""

    def __init__(self, page: "Page", file: Path) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective))"
        )
        page.goto(file.as_uri())

    def run(self, script: str) -> Any:
        return self.page.evaluate(script)


@pytest.fixture(params=[("light", 1100), ("dark", 1100), ("light", 390), ("dark", 390)], ids=str)
def seen(request: pytest.FixtureRequest, browser: "Browser", file: Path) -> Iterator[Seen]:
    scheme: Literal["light", "dark"]
    scheme, width = request.param
    context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 844})
    yield Seen(context.new_page(), file)
    context.close()


def test_it_asks_for_nothing_and_complains_of_nothing(seen: Seen, file: Path) -> None:
    """A report must open from an archive, years later, without a network."""
    assert seen.requests == [file.as_uri()]
    assert seen.complaints == []


def test_it_does_not_scroll_sideways(seen: Seen) -> None:
    """On a phone a page that scrolls sideways is a page that nobody reads."""
    assert seen.run("document.documentElement.scrollWidth <= window.innerWidth")
    over = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    assert seen.run(over) <= 2


def test_a_number_in_a_table_is_not_broken_over_lines(seen: Seen) -> None:
    """100 % that reads 100. and 0 % below it is another number."""
    lines = seen.run(
        "[...document.querySelectorAll('table:not(.words) td')].filter((td) => td.firstChild).map((td) => "
        "{ const run = document.createRange(); run.selectNodeContents(td.firstChild); "
        "return run.getClientRects().length; })"
    )
    assert len(lines) > 20
    assert max(lines) == 1


def test_every_chart_is_drawn(seen: Seen) -> None:
    """An empty frame is worse than no chart."""
    sizes = seen.run(
        "[...document.querySelectorAll('figure')].map((f) => [...f.querySelectorAll('svg')]"
        ".map((s) => s.getBoundingClientRect()).filter((b) => b.width > 250 && b.height > 90).length)"
    )
    assert sizes == [1] * 6
    painted = seen.run(
        "[...document.querySelectorAll('figure svg path')].map((p) => getComputedStyle(p).stroke + "
        "getComputedStyle(p).fill).filter((c) => /rgb\\(/.test(c)).length"
    )
    assert painted > 20


def test_letters_stand_out_from_what_is_behind_them(seen: Seen) -> None:
    """4.5 to 1 is what people with poor eyes, or a phone in the sun, need."""
    contrasts = seen.run(CONTRASTS)
    assert len(contrasts) > 100
    faint = [(round(ratio, 2), text) for ratio, text in contrasts if ratio < AA]
    assert not faint


def test_dark_and_light_differ(browser: "Browser", file: Path) -> None:
    """One file serves both; a white page at night is a complaint."""
    colours = []
    for scheme in ("light", "dark"):
        context = browser.new_context(offline=True, color_scheme=scheme)
        page = Seen(context.new_page(), file)
        line = "getComputedStyle(document.querySelector('figure svg path[stroke]')).stroke"
        colours.append((page.run("getComputedStyle(document.body).backgroundColor"), page.run(line)))
        context.close()
    assert colours[0][0] != colours[1][0]


def test_it_prints(page: "Page", file: Path) -> None:
    """Somebody will pin it to the wall: white paper, the wide charts, at most six pages."""
    page.emulate_media(color_scheme="dark")
    page.goto(file.as_uri())
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 20_000 < len(printed) < 1_000_000
    assert printed.count(b"/Type /Page\n") <= 6
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown = "[...document.querySelectorAll('figure .wide')].every((e) => e.getBoundingClientRect().width > 0)"
    assert page.evaluate(shown)


def test_the_structure_can_be_heard(page: "Page", file: Path) -> None:
    """A screen reader walks by headings, tables by their heads, and pictures by what they show."""
    page.goto(file.as_uri())
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    heads = "[...document.querySelectorAll('table')].every((t) => t.caption && t.querySelector('thead th[scope=col]'))"
    assert page.evaluate(heads)
    pictures = (
        "[...document.querySelectorAll('[role=img]')].every((e) => (e.getAttribute('aria-label') || '').length > 3)"
    )
    assert page.evaluate(pictures)
    hidden = "[...document.querySelectorAll('svg.spark')].every((e) => e.getAttribute('aria-hidden') === 'true')"
    assert page.evaluate(hidden)
