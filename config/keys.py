"""The secret keys of this installation: from the settings, or made at the first start."""

import base64
import binascii
import os
import secrets
import tomllib
from pathlib import Path

from config.settings import Settings, SettingsInvalid

FILE = "keys.toml"
SIZE = 32


def load_keys(settings: Settings) -> tuple[bytes, ...]:
    """Newest first, 32 bytes each. Makes ``data_dir/keys.toml`` (0600) when there are none."""
    if settings.secret_keys:
        return tuple(_decoded(key, "PARLEY_SECRET_KEYS") for key in settings.secret_keys)
    path = settings.data / FILE
    if not path.exists():
        _create(path)
    try:
        kept = tomllib.loads(path.read_text(encoding="ascii"))["keys"]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsInvalid(
            "secret_keys", f"{path} cannot be read: restore it from a backup; without its keys "
            "sealed data stays closed"
        ) from error  # fmt: skip
    return tuple(_decoded(key, str(path)) for key in kept)


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise SettingsInvalid(
            "secret_keys",
            f"{where}: each key is {SIZE} random bytes in base64; `openssl rand -base64 32`",
        )
    return key


def _create(path: Path) -> None:
    """Atomically, so that of two first starts one wins and both read the winner's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = base64.b64encode(secrets.token_bytes(SIZE)).decode("ascii")
    text = (
        f'# Secret keys, newest first. Lose them and sealed data stays closed.\nkeys = ["{key}"]\n'
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
