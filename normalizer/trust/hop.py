"""The client of an SMTP transaction."""

import msgspec

from normalizer.trust.domains import a_label


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """Who handed the mail to us, as SMTP knew them; ``mail_from`` "" is the null sender."""

    ip: str
    helo: str
    mail_from: str

    @property
    def domain(self) -> str:
        """The domain that vouches for the client (RFC 7208 section 2.4)."""
        return a_label(self.mail_from.rpartition("@")[2] or self.helo)
