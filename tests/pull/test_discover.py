"""Which connectors there are, and what happens when one of them is no good."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.pull import discover

GOOD = """
from connectors import Connector, Settings

class None_(Settings):
    pass

connector = Connector(name="{name}", settings=None_, streams=())
"""


def drop(folder: Path, name: str, text: str | None = None) -> Path:
    path = folder / f"{name}.py"
    path.write_text(GOOD.format(name=name) if text is None else text, encoding="utf-8")
    return path


def test_the_builtin_ones_are_there() -> None:
    """Who installs Deskpulse for Zendesk expects to find it."""
    assert {"asterisk", "zendesk"} <= set(discover.places())


def test_a_dropped_in_file_is_found_by_its_name(tmp_path: Path) -> None:
    """An admin adds a vendor without touching the installation."""
    drop(tmp_path, "acme")
    assert discover.find_connector("acme", tmp_path).name == "acme"
    folder = tmp_path / "zeta"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .inner import connector", encoding="utf-8")
    (folder / "inner.py").write_text(GOOD.format(name="zeta"), encoding="utf-8")
    assert discover.find_connector("zeta", tmp_path).name == "zeta"


def test_two_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    """Which of two 'zendesk' read the data must never be a question."""
    path = drop(tmp_path, "zendesk")
    with pytest.raises(ConfigError) as caught:
        discover.find_connector("zendesk", tmp_path)
    assert str(path) in caught.value.message
    assert "built-in" in caught.value.message


def test_a_plugin_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody publishes a connector as a package."""
    drop(tmp_path, "acme_plugin_module", GOOD.format(name="acme"))
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("acme", "acme_plugin_module:connector", discover.GROUP)
    monkeypatch.setattr(discover, "entry_points", lambda **_: [entry])
    assert discover.find_connector("acme").name == "acme"
    assert discover.places()["acme"].origin == "plugin"


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """One letter too many, and the reader should see it at once."""
    drop(tmp_path, "acme")
    said = r"no connector is called 'zendsk'\. Did you mean 'zendesk'\? Known: acme, "
    with pytest.raises(ConfigError, match=said):
        discover.find_connector("zendsk", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("import nothing_of_this_name", "cannot be loaded: ModuleNotFoundError", id="missing module"),
        pytest.param("def (", "cannot be loaded: SyntaxError", id="syntax"),
        pytest.param("raise SystemExit(1)", "cannot be loaded: SystemExit", id="exits"),
        pytest.param("x = 1", "has no value `connector", id="no connector"),
        pytest.param(GOOD.format(name="other"), "calls itself 'other'", id="another name"),
    ],
)
def test_a_broken_one_is_contained_and_named(tmp_path: Path, text: str, said: str) -> None:
    """One bad file must not hide the good ones."""
    path = drop(tmp_path, "broken", text)
    drop(tmp_path, "acme")
    with pytest.raises(ConfigError) as caught:
        discover.find_connector("broken", tmp_path)
    assert said in caught.value.message
    assert str(path) in caught.value.message
    good, bad = discover.all_connectors(tmp_path)
    assert "acme" in good
    assert "broken" in bad


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A typing error in the setting must not look like a missing connector."""
    with pytest.raises(ConfigError, match=r"connectors\.folder"):
        discover.places(tmp_path / "nowhere")
