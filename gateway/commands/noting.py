"""What is taken out by the command line is written down first, as what goes out by the API is."""

import getpass

import msgspec

from storage.events import Actor
from storage.ids import utc_now
from storage.mongo import Mongo
from ticketing import facts
from ticketing.audit.model import Subject
from ticketing.audit.recording import Recorder, fact
from ticketing.audit.store import AuditStore
from ticketing.permissions import Viewer


async def note_export(
    mongo: Mongo, kind: str, asked: msgspec.Struct, viewer: Viewer | None = None
) -> None:
    """In the audit, before the first byte is out. ``viewer``: with whose eyes it looks; without
    one it is whoever is logged in on the machine.
    """
    actor = (
        facts.of_viewer(viewer) if viewer else Actor(kind="system", id="", name=_who(), via="cli")
    )
    subject = Subject(kind="export", id=kind)
    noted = fact(f"{kind}.exported", subject, actor, utc_now(), after=asked)
    await Recorder(AuditStore(mongo))([noted])


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""
