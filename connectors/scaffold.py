"""``parley channel new``: a folder that passes its own cases, to be changed into a real channel."""

from pathlib import Path
from string import Template

from connectors.errors import ManifestInvalid

TEMPLATES = Path(__file__).parent / "templates"
SCHEMA = "channel.schema.json"
DECLARATIVE = ("channel.toml", "fixtures/cases.toml", "README.md")
FILES = ("__init__.py", "manifest.toml", "connector.py", "README.md", "fixtures/cases.toml")


def scaffold_code(name: str, parent: Path) -> tuple[Path, ...]:
    """Write a channel called ``name`` below ``parent``; the files in the order to read them.

    Raises ManifestInvalid for a name that cannot be one, FileExistsError when it is taken.
    """
    return _scaffold(name, parent, TEMPLATES, FILES)


def scaffold_declarative(name: str, parent: Path) -> tuple[Path, ...]:
    """As ``scaffold_code``, without code; with a schema by which editors complete the file."""
    from connectors.declarative.schema import channel_schema

    paths = _scaffold(name, parent, TEMPLATES / "declarative", DECLARATIVE)
    (parent / name / SCHEMA).write_text(channel_schema())
    return paths


def _scaffold(name: str, parent: Path, templates: Path, files: tuple[str, ...]) -> tuple[Path, ...]:
    if not name.isidentifier() or name != name.lower():
        raise ManifestInvalid(f"channel name {name!r}: use lower case letters, digits and _")
    folder = parent / name
    folder.mkdir(parents=True)
    words = {"id": name, "name": name.replace("_", " ").capitalize(), "type": _camel(name)}
    return tuple(_write(folder / file, templates / f"{file}.txt", words) for file in files)


def _write(target: Path, template: Path, words: dict[str, str]) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(template.read_text()).substitute(words))
    return target


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
