"""The generated pages: written from declarations, never by hand; a test compares."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.config.sample import sample
from core.daemon.connectors import connectors_page
from core.numbers.differences import differences_page
from core.numbers.docs import metrics_page
from core.pull.discover import all_connectors
from core.store.tables.page import tables_page


def pages(root: Path) -> Mapping[Path, str]:
    """Every generated file of a checkout at ``root`` with its text."""
    connectors = all_connectors()[0]
    settings = {name: connector.settings for name, connector in connectors.items()}
    titles = {name: connector.title or name for name, connector in connectors.items()}
    return {
        root / "docs" / "metrics.md": metrics_page(),
        root / "docs" / "numbers-differ.md": differences_page(titles),
        root / "docs" / "connectors.md": connectors_page(root / "docs"),
        root / "docs" / "tables.md": tables_page(),
        root / "config.example.toml": sample(settings),
    }


def write_pages(root: Path) -> Iterator[Path]:
    """Writes the pages that changed."""
    for path, text in pages(root).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            yield path
