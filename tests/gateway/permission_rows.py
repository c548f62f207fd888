"""What each operation is about and which permission it needs: one row per operation.

A new operation gets a row here; ``test_permission_walk`` then asks it for what is hidden, and asks
it without its permission.
"""

from typing import Any, Literal

import msgspec

from ticketing.permissions import Action

# ticket, message, contact, organisation, asset, inbox: the {id} of the path is one's, and what is
# hidden is not found. list: the answer holds what is visible and nothing else. site: the same for
# everybody who may ask. mine: the caller's own. public: needs nobody.
About = Literal[
    "ticket",
    "message",
    "contact",
    "organisation",
    "asset",
    "inbox",
    "list",
    "site",
    "mine",
    "public",
]


class Row(msgspec.Struct, frozen=True):
    """``needs``: who lacks this permission is refused (403). ``body``: one that would do; names in
    angle brackets are ids of what the path's ticket has. ``query`` likewise.
    """

    about: About
    needs: Action | None = "read"
    body: dict[str, Any] | None = None
    query: str = ""


TEXTS = {"name": "Hello", "texts": {"en": "Hello"}}
NAMED = {"name": {"en": "X"}}

ROWS: dict[str, Row] = {
    "login": Row("public", None),
    "openapi": Row("public", None),
    "getSession": Row("mine", None),
    "logout": Row("mine", None),
    "listTokens": Row("mine", None),
    "createToken": Row("mine", None),
    "deleteToken": Row("mine", None),
    "getPreferences": Row("mine", None),
    "savePreferences": Row("mine", None),
    "upload": Row("mine", None),
    "live": Row("list"),
    "listAgents": Row("site"),
    "listTeams": Row("site"),
    "listChannels": Row("site"),
    "listContactAttributes": Row("site"),
    "getCatalogue": Row("site"),
    "listCanned": Row("site"),
    "createCanned": Row("site", None, {**TEXTS, "scope": "personal"}),
    "changeCanned": Row("site", None, {**TEXTS, "version": 1}),
    "deleteCanned": Row("site", None),
    "listInboxes": Row("list"),
    "getInboxTraffic": Row("inbox"),
    "createAgent": Row("site", "administer", {
        "email": "x@halden.example", "name": "X", "role": "agent", "password": "long enough"}),
    "changeAgent": Row("site", "administer", {}),
    "createInbox": Row("site", "administer", {"channel": "webchat", "name": "X"}),
    "changeInbox": Row("site", "administer", {}),
    "getInboxTexts": Row("site", "administer"),
    "checkInbox": Row("site", "administer"),
    "listQuarantine": Row("site", "administer"),
    "replayQuarantine": Row("site", "administer", {"ids": ["x"]}),
    "listRoles": Row("site", "administer"),
    "createRole": Row("site", "administer", {"name": "X", "permissions": []}),
    "changeRole": Row("site", "administer", {}),
    "deleteRole": Row("site", "administer"),
    "createTeam": Row("site", "administer", {"name": "X"}),
    "changeTeam": Row("site", "administer", {}),
    "deleteTeam": Row("site", "administer"),
    "listSuppressions": Row("site", "administer"),
    "addSuppression": Row("site", "administer", {"address": "x@halden.example"}),
    "liftSuppression": Row("site", None),
    "defineContactAttribute": Row("site", "administer"),
    "putType": Row("site", "configure"),
    "deleteType": Row("site", "configure"),
    "putField": Row("site", "configure"),
    "deleteField": Row("site", "configure"),
    "putForm": Row("site", "configure"),
    "deleteForm": Row("site", "configure"),
    "putCategory": Row("site", "configure"),
    "deleteCategory": Row("site", "configure"),
    "putTicketTemplate": Row("site", "configure"),
    "deleteTicketTemplate": Row("site", "configure"),
    "putPriorities": Row("site", "configure"),
    "listViews": Row("list"),
    "listTickets": Row("list", query="?view=all"),
    "search": Row("list", query="?q=hush"),
    "listAudit": Row("list", "audit.read"),
    "getAuditHead": Row("site", "audit.read"),
    "exportAudit": Row("site", "audit.read"),
    "createTicket": Row("site", "start", {
        "inbox_id": "<inbox_id>", "recipient": "x@halden.example", "subject": "x", "text": "x"}),
    "getTicket": Row("ticket"),
    "changeTicket": Row("ticket", "change", {"tags": ["x"]}),
    "markRead": Row("ticket"),
    "listMessages": Row("ticket"),
    "listEvents": Row("ticket"),
    "revealField": Row("ticket", "read", {"field": "fields.x"}),
    "joinTicket": Row("ticket", "join", {"target_id": "<visible_id>"}),
    "previewMerge": Row("ticket", "read", {"target_id": "<visible_id>"}),
    "mergeTicket": Row("ticket", "join", {"target_id": "<visible_id>"}),
    "previewSplit": Row("ticket", "read", {"message_ids": ["<message_id>"]}),
    "splitTicket": Row("ticket", "join", {"message_ids": ["<message_id>"]}),
    "listMerges": Row("ticket"),
    "undoMerge": Row("site", "join"),
    "listLinks": Row("ticket"),
    "addLink": Row("ticket", "change", {"kind": "related", "target_id": "<visible_id>"}),
    "removeLink": Row("ticket", "change"),
    "getReplyTexts": Row("ticket", query="?conversation_id=<conversation_id>"),
    "reply": Row("ticket", "reply", {"conversation_id": "<conversation_id>", "text": "x"}),
    "addNote": Row("ticket", "note", {"text": "x"}),
    "getDraft": Row("ticket"),
    "saveDraft": Row("ticket", "read", {"text": "x", "rev": 0}),
    "deleteDraft": Row("ticket"),
    "fillCanned": Row("ticket", query="?conversation_id=<conversation_id>"),
    "follow": Row("ticket"),
    "unfollow": Row("ticket"),
    "snooze": Row("ticket", "change", {"until": "2099-01-01T00:00:00Z"}),
    "wake": Row("ticket", "change"),
    "addItem": Row("ticket", "change", {"text": "x"}),
    "changeItem": Row("ticket", "change", {"done": True}),
    "removeItem": Row("ticket", "change"),
    "getMessageHtml": Row("message"),
    "getFile": Row("message"),
    "getThumbnail": Row("message"),
    "undo": Row("message", "reply"),
    "retry": Row("message", "reply"),
    "resolve": Row("message", "reply", {"state": "sent"}),
    "changeSchedule": Row("message", "reply", {}),
    "cancelSchedule": Row("message", "reply"),
    "listContacts": Row("list"),
    "createContact": Row("site", "people", {"name": "X"}),
    "getContact": Row("contact"),
    "changeContact": Row("contact", "people", {"name": "X"}),
    "addPoint": Row("contact", "people", {"family": "mailto", "address": "x@halden.example"}),
    "markPoint": Row("contact", "people", {"key": "mailto:x@halden.example", "verified": True}),
    "removePoint": Row("contact", "people", query="?key=mailto:x@halden.example"),
    "blockContact": Row("contact", "people", {"blocked": True}),
    "noteConsent": Row("contact", "people", {"purpose": "news", "granted": True}),
    "listContactNotes": Row("contact"),
    "addContactNote": Row("contact", "people", {"text": "x"}),
    "removeContactNote": Row("contact", "people"),
    "contactHistory": Row("contact"),
    "contactTimeline": Row("contact"),
    "listOrganisations": Row("list"),
    "createOrganisation": Row("site", "people", {"name": "X"}),
    "getOrganisation": Row("organisation"),
    "changeOrganisation": Row("organisation", "people", {"name": "X"}),
    "removeOrganisation": Row("organisation", "people"),
    "listAssets": Row("list"),
    "createAsset": Row("site", "people", {"type": "tent", "name": "X"}),
    "getAsset": Row("asset"),
    "changeAsset": Row("asset", "people", {"name": "X"}),
    "deleteAsset": Row("asset", "people"),
    "listAssetTickets": Row("asset"),
    "assetHistory": Row("asset"),
    "listTicketAssets": Row("ticket"),
    "beginBulk": Row("mine", "bulk"),
    "listBulk": Row("mine"),
    "getBulk": Row("mine"),
    "getBulkReport": Row("mine"),
    "cancelBulk": Row("mine", None),
    "getChannelGuide": Row("site", "administer"),
    "contactDuplicates": Row("contact"),
    "previewContactMerge": Row("contact", "read", {"source_id": "<visible_contact>"}),
    "mergeContacts": Row("contact", "people", {"source_id": "<visible_contact>"}),
    "listContactMerges": Row("contact"),
    "undoContactMerge": Row("site", "people"),
    "listViewFields": Row("site"),
    "createView": Row("mine", None),
    "changeView": Row("mine", None),
    "deleteView": Row("mine", None),
    "getUpload": Row("mine", None),
    "listTemplates": Row("inbox"),
}  # fmt: skip
