"""A new connector: a small one that works, copied under its own name, to be made into that of a vendor."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from core.pull.discover import places

TEMPLATE = Path(__file__).with_name("template")
MODEL = "acme"
FILES = ("acme.py", "acme_imitation.py", "test_acme.py", "acme.md", "acme.toml")
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class New:
    """What was written, and the block of the config that turns it on."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    config: str

    def lines(self) -> Iterator[str]:
        """What there is now and what comes next, in plain words."""
        yield from (f"wrote {path}" for path in self.files)
        yield ""
        yield f"In config.toml ({self.name}.toml holds the same):"
        yield ""
        yield from (f"    {line}" for line in self.config.splitlines())
        yield ""
        yield "It works already, against its imitation. Next:"
        yield f"1. sync.py connectors test {self.name} --folder {self.folder}"
        yield f"2. {self.name}_imitation.py: answer as the vendor's manual says, with its paging, limits and errors."
        yield f"3. {self.name}.py: settings, address, rows, words; test again after each change."
        yield f"4. sync.py check {self.name}, with a real key; then sync.py run --source {self.name}."
        yield "docs/write-a-connector.md goes through all of it."


def new_connector(name: str, folder: Path) -> New:
    """Writes connector, imitation, test, page and config block; ConfigError where one of them is there already."""
    _check(name, folder)
    config = _named((TEMPLATE / "acme.toml").read_text(encoding="utf-8"), name).replace("FOLDER", folder.as_posix())
    made = {}
    for file in FILES:
        text = _named((TEMPLATE / file).read_text(encoding="utf-8"), name)
        if file.endswith(".toml"):
            text = config
        if file.endswith(".md"):
            text = text.replace("CONFIG", f"```toml\n{config}```")
        made[folder / file.replace(MODEL, name)] = text
    if there := [path for path in made if path.exists()]:
        raise ConfigError(f"{there[0]} is there already; nothing was written. Choose another name, or move it away.")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return New(name, folder, tuple(made), config)


def _check(name: str, folder: Path) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ConfigError(f"'{name}' cannot be the name of a connector: small letters, digits and _, from a letter on.")
    if name.startswith("test_") or name.endswith("_imitation"):
        raise ConfigError(f"'{name}' would be taken for a test or an imitation; choose another name.")
    known = places(folder if folder.is_dir() else None)
    if name in known and known[name].origin != "folder":
        raise ConfigError(f"there is a connector '{name}' already ({known[name].where}); choose another name.")


def _named(text: str, name: str) -> str:
    """The text of the model with the new name in its place."""
    title = "".join(word.capitalize() for word in name.split("_"))
    return text.replace("ACME", name.upper()).replace("Acme", title).replace(MODEL, name)
