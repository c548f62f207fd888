"""Every way to spoil an archive is named."""

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import NothingThere
from archive.verify import verify
from tests.archive.site import Site

Spoil = Callable[[Path], object]


def lines(folder: Path, section: str) -> list[bytes]:
    """A section's lines."""
    return (folder / f"{section}.jsonl").read_bytes().splitlines(keepends=True)


def put(folder: Path, section: str, content: list[bytes]) -> None:
    """Write them back."""
    (folder / f"{section}.jsonl").write_bytes(b"".join(content))


def one(folder: Path, kind: str) -> Path:
    """The first file of a folder."""
    return next(path for path in sorted((folder / kind).rglob("*")) if path.is_file())


def edit(n: int) -> Spoil:
    """A word of one message; after the last line no other could tell."""

    def spoil(folder: Path) -> None:
        content = lines(folder, "messages")
        content[n] = content[n].replace(b"one tent", b"two tent")
        put(folder, "messages", content)

    return spoil


def edit_manifest(folder: Path) -> None:
    """A count."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["sections"][0]["records"] -= 1
    path.write_text(json.dumps(manifest))


def cut(folder: Path) -> None:
    """In the middle of a line."""
    put(folder, "events", [b"".join(lines(folder, "events"))[:-9]])


SPOILT: dict[str, tuple[Spoil, str, str]] = {
    "line edited": (edit(1), "changed", "messages.jsonl"),
    "last line edited": (edit(-1), "changed", "messages.jsonl"),
    "line removed": (
        lambda f: put(f, "messages", lines(f, "messages")[1:]), "changed", "messages.jsonl",
    ),
    "tail removed": (
        lambda f: put(f, "events", lines(f, "events")[:-2]), "truncated", "events.jsonl",
    ),
    "line cut": (cut, "truncated", "events.jsonl"),
    "lines repeated": (
        lambda f: put(f, "tickets", lines(f, "tickets") * 2), "changed", "tickets.jsonl",
    ),
    "section gone": (lambda f: (f / "contacts.jsonl").unlink(), "missing", "contacts.jsonl"),
    "section emptied": (lambda f: put(f, "contacts", []), "truncated", "contacts.jsonl"),
    "manifest gone": (lambda f: (f / "manifest.json").unlink(), "missing", "manifest.json"),
    "manifest count": (edit_manifest, "count", "messages.jsonl"),
    "manifest spoilt": (
        lambda f: (f / "manifest.json").write_text("{"), "unreadable", "manifest.json",
    ),
    "original gone": (lambda f: one(f, "originals").unlink(), "missing", "originals/"),
    "original edited": (
        lambda f: one(f, "originals").write_bytes(b"x" * 99), "changed", "originals/",
    ),
    "original cut": (
        lambda f: one(f, "originals").write_bytes(b"raw"), "truncated", "originals/",
    ),
    "attachment gone": (lambda f: one(f, "attachments").unlink(), "missing", "attachments/"),
    "attachment swapped": (
        lambda f: one(f, "attachments").write_bytes(b"photo 9"), "changed", "attachments/",
    ),
    "file added": (
        lambda f: (f / "originals" / "note.txt").write_text("hi"), "extra", "originals/note.txt",
    ),
    "link added": (lambda f: (f / "link").symlink_to("/etc/hostname"), "extra", "link"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
async def test_the_first_thing_wrong_is_named(site: Site, tmp_path: Path, name: str) -> None:
    spoil, kind, path = SPOILT[name]
    out = tmp_path / "archive"
    await site.export(out)
    assert verify(out).ok
    spoil(out)
    problem = verify(out).problem
    assert problem is not None
    assert (problem.kind, problem.path[: len(path)]) == (kind, path), problem


async def test_a_cut_tar_is_not_whole(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "whole.tar"
    await site.export(out)
    assert verify(out).ok
    content = out.read_bytes()
    with tarfile.open(out) as tar:
        last = tar.getmember("manifest.json")
    part = tmp_path / "part.tar"
    for size in range(512, last.offset_data + last.size, 4096):
        part.write_bytes(content[:size])
        assert not verify(part).ok, size


async def test_a_tar_made_of_the_directory_by_hand_verifies(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "archive"
    await site.export(out)
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as tar:
        for path in sorted(out.rglob("*")):
            if path.is_file():
                tar.add(path, arcname=path.relative_to(out).as_posix())
    assert verify(packed).ok
    shutil.rmtree(out)
    with pytest.raises(NothingThere):
        verify(out)
