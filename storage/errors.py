"""What storage raises.

StorageError
├── JournalFull           the waiting list is full: answer 503 / 451, the provider retries
├── JournalUnavailable    the database did not take the write: answer 503 / 451
├── RecordRefused         this one record can never be stored: no retry will help
├── TransactionGaveUp     ten tries met a conflict or no primary
├── LeaseLost             somebody else owns it now: stop what needed it
├── BlobMissing           a blob that something refers to is not there
├── BlobTooLarge          more than the reader is ready to hold
├── SealBroken            sealed bytes were changed, or their key is gone from the ring
├── DirectoryInUse        another Parley owns this data directory
├── StoreStartFailed      an embedded store did not come up
└── MigrationFailed       a numbered migration stopped; it resumes at the next start
"""


class StorageError(Exception):
    """Anything storage says of itself."""


class JournalFull(StorageError):
    """More than 2,000 requests or 32 MB wait for the database."""


class JournalUnavailable(StorageError):
    """The database did not confirm the write; nothing may be acknowledged."""


class RecordRefused(StorageError):
    """The database refuses this record for what it is (too large, not encodable)."""


class TransactionGaveUp(StorageError):
    """``tries`` attempts all met a conflict or had no primary."""

    def __init__(self, tries: int) -> None:
        super().__init__(f"the transaction found no quiet moment in {tries} tries")


class LeaseLost(StorageError):
    """The lease went to another owner."""


class BlobMissing(StorageError):
    """No blob has this SHA-256."""


class BlobTooLarge(StorageError):
    """The blob is larger than the reader's ``max_bytes``."""


class SealBroken(StorageError):
    """Not sealed by a key of this ring, for this context, or changed since."""


class DirectoryInUse(StorageError):
    """The data directory is locked by another process."""


class StoreStartFailed(StorageError):
    """An embedded store did not answer in time."""


class MigrationFailed(StorageError):
    """A migration raised; the message names it."""
