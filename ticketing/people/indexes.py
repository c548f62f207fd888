"""The indexes of people. Contacts are written when somebody is new, conversations with each
message: the latter have one, by which a person's timeline is found.
"""

from storage.migrations import Index, ensure_indexes
from ticketing.people.lists.store import INDEXES as LIST_INDEXES
from ticketing.people.merging.store import INDEXES as MERGE_INDEXES

PEOPLE_INDEXES: tuple[Index, ...] = (
    Index(collection="contacts", name="by_change", keys=(("updated_at", 1),)),
    Index(
        collection="contacts",
        name="by_organisation",
        keys=(("organisation_id", 1), ("updated_at", 1)),
        partial={"organisation_id": {"$gte": ""}},
    ),
    Index(collection="conversations", name="by_contact", keys=(("contact_id", 1),)),
    Index(collection="contact_notes", name="by_contact", keys=(("contact_id", 1), ("at", 1))),
    Index(
        collection="organisations",
        name="by_domain",
        keys=(("domains", 1),),
        unique=True,
        partial={"domains": {"$gte": ""}},
    ),
    Index(collection="organisations", name="by_change", keys=(("updated_at", 1),)),
)
PEOPLE_MIGRATIONS = (
    ensure_indexes(250, "people_indexes", PEOPLE_INDEXES),
    ensure_indexes(251, "contact_merge_indexes", MERGE_INDEXES),
    ensure_indexes(252, "contact_list_indexes", LIST_INDEXES),
)
