"""The vocabulary of /api/v1: what single fields may hold."""

from typing import Annotated, Literal

from msgspec import Meta

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
# "" is the site's own type
TypeId = Annotated[str, Meta(max_length=64, pattern="^[A-Za-z0-9_-]*$")]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
FieldValue = (
    Annotated[str, Meta(max_length=20_000)]
    | Whole
    | float
    | bool
    | Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=1_000)]
)
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Body = Annotated[str, Meta(min_length=1, max_length=200_000)]
Tag = Annotated[str, Meta(min_length=1, max_length=64)]
# a button of a reply
Choice = Annotated[str, Meta(min_length=1, max_length=200)]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern="^[^@\\s]+@[^@\\s]+$")]
Password = Annotated[str, Meta(min_length=10, max_length=1_000)]
Limit = Annotated[int, Meta(ge=1, le=100)]

Status = Literal["new", "open", "waiting", "held", "solved", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]
Level = Literal["high", "medium", "low"]
Role = Id  # of a role: built-in ones are admin, supervisor, agent, light, compliance
Scope = Literal["tickets:read", "tickets:write", "admin"]
ViewName = Literal[
    "mine",
    "unassigned",
    "mentions",
    "waiting",
    "longest",
    "held",
    "snoozed",
    "open",
    "solved",
    "all",
]
Sort = Literal["activity", "waiting", "created"]
Trouble = Literal["", "failed", "uncertain"]
DraftMode = Literal["reply", "note"]
DeliveryState = Literal[
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "failed",
    "uncertain",
    "cancelled",
]
LinkKind = Literal[
    "related", "duplicate_of", "duplicated_by", "caused_by", "causes", "parent", "child"
]
