"""Whose word on a mail's sender counts on this site, from its settings."""

from config.settings import Settings, SettingsInvalid
from normalizer.trust.anchors import Anchors, networks, relay_names
from normalizer.trust.keys import Keys, load_mail_keys


def anchors(settings: Settings) -> Anchors:
    """Raises SettingsInvalid."""
    try:
        own = networks(settings.mail_relays)
    except ValueError as error:
        raise SettingsInvalid("mail_relays", f"PARLEY_MAIL_RELAYS: {error}") from error
    return Anchors(
        relays=relay_names(settings.mail_authserv), networks=own, keys=_mail_keys(settings)
    )


def _mail_keys(settings: Settings) -> Keys:
    try:
        return load_mail_keys(settings.mail_smime_ca, settings.mail_openpgp_keys)
    except (OSError, ValueError) as error:
        name = "PARLEY_MAIL_SMIME_CA or PARLEY_MAIL_OPENPGP_KEYS"
        raise SettingsInvalid("mail_openpgp_keys", f"{name} cannot be read: {error}") from error
