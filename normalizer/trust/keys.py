"""Keys that an operator believes: authorities for S/MIME, people's keys for OpenPGP."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from normalizer.mail.addresses import parse_addresses

if TYPE_CHECKING:
    from openpgp.composed import SignedPublicKey


@dataclass(frozen=True)
class PersonKey:
    """One OpenPGP key, whom it speaks for, and until when (epoch seconds; None: no end)."""

    key: "SignedPublicKey"
    addresses: frozenset[str]
    issuers: frozenset[str]
    until: int | None


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Nothing is verified by what is not here."""

    authorities: tuple[x509.Certificate, ...] = ()
    people: tuple[PersonKey, ...] = ()


NO_KEYS = Keys()


def load_mail_keys(authorities_file: str, people_file: str) -> Keys:
    """PEM certificates; armoured OpenPGP keys. "" is none. Raises OSError or ValueError."""
    authorities: list[x509.Certificate] = []
    if authorities_file:
        authorities = x509.load_pem_x509_certificates(Path(authorities_file).read_bytes())
    people = people_keys(Path(people_file).read_text("utf-8")) if people_file else ()
    return Keys(authorities=tuple(authorities), people=people)


def people_keys(armoured: str) -> tuple[PersonKey, ...]:
    """Every key of an armoured ring that its own signatures hold together and nobody revoked."""
    from openpgp.composed import SignedPublicKey

    blocks = armoured.split("-----BEGIN PGP PUBLIC KEY BLOCK-----")[1:]
    found: list[PersonKey] = []
    for block in blocks:
        many, _ = SignedPublicKey.from_armor_many(f"-----BEGIN PGP PUBLIC KEY BLOCK-----{block}")
        for key in many:
            key.verify_bindings()
            if not key.details.revocation_signatures:
                found.append(_person(key))
    return tuple(found)


def _person(key: "SignedPublicKey") -> PersonKey:
    named = [address for user in key.user_ids for address in parse_addresses(user.encode())]
    return PersonKey(
        key=key,
        addresses=frozenset(one.address.lower() for one in named if one.address),
        issuers=frozenset(_issuers(key)),
        until=_until(key),
    )


def _issuers(key: "SignedPublicKey") -> Iterator[str]:
    """Key ids and fingerprints whose signatures count: the key's own, and its signing subkeys'."""
    yield from (key.key_id.lower(), key.fingerprint.lower())
    for sub in key.public_subkeys:
        kinds = {one.typ() for one in sub.signatures}
        if "subkey-revocation" not in kinds and any(one.key_flags().sign for one in sub.signatures):
            yield from (sub.key.key_id.lower(), sub.key.fingerprint.lower())


def _until(key: "SignedPublicKey") -> int | None:
    """By its newest self-signature (RFC 9580 section 5.2.3.13)."""
    details = key.details
    own = [one for user in details.users for one in user.signatures] + details.direct_signatures
    newest = max(own, key=lambda one: one.created() or 0, default=None)
    lasts = newest.key_expiration_time() if newest else None
    return key.created_at + lasts if lasts else None
