"""What archive raises; a bad archive is a verdict, not an exception.

ArchiveError
├── OutputExists       something is there already: nothing is overwritten
├── NothingThere       there is no archive at the path
└── RangeInvalid       the range ends before it begins
"""


class ArchiveError(Exception):
    """Anything archive says of a command."""


class OutputExists(ArchiveError):
    """The output path is taken."""


class NothingThere(ArchiveError):
    """Neither a directory nor a tar file."""


class RangeInvalid(ArchiveError):
    """``until`` is not after ``since``."""
