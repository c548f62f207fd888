from pathlib import Path

import pytest

from storage.errors import SealBroken
from storage.keyring import KeyRing

OLD, NEW = b"o" * 32, b"n" * 32


def test_sealed_opens_again_only_in_its_context() -> None:
    ring = KeyRing([OLD])
    sealed = ring.seal(b"plain", context=b"a")
    assert b"plain" not in sealed
    assert ring.open(sealed, context=b"a") == b"plain"
    with pytest.raises(SealBroken):
        ring.open(sealed, context=b"b")


@pytest.mark.parametrize("position", [0, 1, 5, 20, -1])
def test_any_changed_byte_is_noticed(position: int) -> None:
    ring = KeyRing([OLD])
    sealed = bytearray(ring.seal(b"plain", context=b"a"))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), context=b"a")


@pytest.mark.parametrize("length", [0, 3, 16, 20])
def test_a_stump_is_refused(length: int) -> None:
    ring = KeyRing([OLD])
    with pytest.raises(SealBroken):
        ring.open(ring.seal(b"plain", context=b"")[:length], context=b"")


def test_rotation_opens_the_old_and_seals_with_the_new() -> None:
    sealed = KeyRing([OLD]).seal(b"plain", context=b"")
    both = KeyRing([NEW, OLD])
    assert both.open(sealed, context=b"") == b"plain"
    fresh = both.seal(b"plain", context=b"")
    assert KeyRing([NEW]).open(fresh, context=b"") == b"plain"
    with pytest.raises(SealBroken):
        KeyRing([NEW]).open(sealed, context=b"")


def test_signing_keys_differ_by_purpose_and_outlive_a_rotation() -> None:
    old, both = KeyRing([OLD]), KeyRing([NEW, OLD])
    assert old.derive("csrf") != old.derive("reply")
    assert both.derive("csrf") != old.derive("csrf")
    assert old.derive("csrf") in both.derive_all("csrf")
    assert both.derive_all("csrf")[0] == both.derive("csrf")


def test_a_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    sealed = KeyRing.load(path).seal(b"plain", context=b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path).open(sealed, context=b"") == b"plain"


def test_keys_of_another_length_are_refused() -> None:
    for keys in ([], [b"short"]):
        with pytest.raises(ValueError, match="32 bytes"):
            KeyRing(keys)
