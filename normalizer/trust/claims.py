"""What a signature is held against."""

from datetime import datetime

import msgspec


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Who is said to have signed (lower case), and when that is to be judged."""

    author: str
    at: datetime
