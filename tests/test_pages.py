"""The generated pages say what the declarations say."""

from pathlib import Path

from core.daemon.pages import pages

ROOT = Path(__file__).parents[1]


def test_the_pages_are_as_the_declarations_have_them() -> None:
    """A page that lags behind sends an admin to a key or column that is not there."""
    stale = [str(path.relative_to(ROOT)) for path, text in pages(ROOT).items() if path.read_text("utf-8") != text]
    assert not stale, "run: make docs"
