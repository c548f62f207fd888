"""The table of /api/v1: router, checks at the edge and OpenAPI document come from it."""

from gateway.api.operation import Operation
from gateway.api.operations.assets import ASSETS
from gateway.api.operations.audit import AUDIT
from gateway.api.operations.bulk import BULK
from gateway.api.operations.contact_lists import CONTACT_LISTS
from gateway.api.operations.contact_merges import CONTACT_MERGES
from gateway.api.operations.contacts import CONTACTS
from gateway.api.operations.directory import DIRECTORY
from gateway.api.operations.guides import GUIDES
from gateway.api.operations.links import LINKS
from gateway.api.operations.mail_out import MAIL_OUT
from gateway.api.operations.merging import MERGING
from gateway.api.operations.messages import MESSAGES
from gateway.api.operations.meta import META
from gateway.api.operations.organisations import ORGANISATIONS
from gateway.api.operations.roles import ROLES
from gateway.api.operations.search import SEARCH
from gateway.api.operations.session import SESSION
from gateway.api.operations.staffing import STAFFING
from gateway.api.operations.templates import TEMPLATES
from gateway.api.operations.tickets import TICKETS
from gateway.api.operations.traffic import TRAFFIC
from gateway.api.operations.types import TYPES
from gateway.api.operations.views import VIEWS
from gateway.api.operations.work import WORK

OPERATIONS: tuple[Operation, ...] = (
    *SESSION,
    *DIRECTORY,
    *ROLES,
    *TICKETS,
    *MERGING,
    *LINKS,
    *TYPES,
    *ASSETS,
    *VIEWS,
    *SEARCH,
    *MESSAGES,
    *MAIL_OUT,
    *WORK,
    *BULK,
    *AUDIT,
    *CONTACTS,
    *CONTACT_MERGES,
    *CONTACT_LISTS,
    *ORGANISATIONS,
    *STAFFING,
    *TRAFFIC,
    *TEMPLATES,
    *GUIDES,
    *META,
)
