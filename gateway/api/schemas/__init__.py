"""What /api/v1 answers with, as Structs; what it is asked with stands in ``requests``.

Nothing is optional here: what is absent is null. Times are strings that ``gateway.api.views``
writes (ISO 8601, UTC, milliseconds).
"""

from gateway.api.schemas.inboxes import Capabilities as Capabilities
from gateway.api.schemas.inboxes import Channel as Channel
from gateway.api.schemas.inboxes import ChannelList as ChannelList
from gateway.api.schemas.inboxes import Inbox as Inbox
from gateway.api.schemas.inboxes import InboxHealth as InboxHealth
from gateway.api.schemas.inboxes import InboxList as InboxList
from gateway.api.schemas.inboxes import QuarantinedItem as QuarantinedItem
from gateway.api.schemas.inboxes import QuarantinePage as QuarantinePage
from gateway.api.schemas.inboxes import Replayed as Replayed
from gateway.api.schemas.inboxes import Setting as Setting
from gateway.api.schemas.messages import Act as Act
from gateway.api.schemas.messages import Author as Author
from gateway.api.schemas.messages import Delivery as Delivery
from gateway.api.schemas.messages import Draft as Draft
from gateway.api.schemas.messages import EarlierText as EarlierText
from gateway.api.schemas.messages import File as File
from gateway.api.schemas.messages import Message as Message
from gateway.api.schemas.messages import MessagePage as MessagePage
from gateway.api.schemas.messages import PhoneCall as PhoneCall
from gateway.api.schemas.messages import Reaction as Reaction
from gateway.api.schemas.messages import SenderTrust as SenderTrust
from gateway.api.schemas.messages import SignatureCheck as SignatureCheck
from gateway.api.schemas.messages import Upload as Upload
from gateway.api.schemas.people import Agent as Agent
from gateway.api.schemas.people import AgentList as AgentList
from gateway.api.schemas.people import AgentRef as AgentRef
from gateway.api.schemas.people import IssuedToken as IssuedToken
from gateway.api.schemas.people import Session as Session
from gateway.api.schemas.people import Site as Site
from gateway.api.schemas.people import Token as Token
from gateway.api.schemas.people import TokenList as TokenList
from gateway.api.schemas.problem import Problem as Problem
from gateway.api.schemas.tickets import ActOffer as ActOffer
from gateway.api.schemas.tickets import Actor as Actor
from gateway.api.schemas.tickets import AskedField as AskedField
from gateway.api.schemas.tickets import Change as Change
from gateway.api.schemas.tickets import CheckItem as CheckItem
from gateway.api.schemas.tickets import Contact as Contact
from gateway.api.schemas.tickets import ContactPoint as ContactPoint
from gateway.api.schemas.tickets import ContactRef as ContactRef
from gateway.api.schemas.tickets import Conversation as Conversation
from gateway.api.schemas.tickets import Event as Event
from gateway.api.schemas.tickets import EventPage as EventPage
from gateway.api.schemas.tickets import Snooze as Snooze
from gateway.api.schemas.tickets import Ticket as Ticket
from gateway.api.schemas.tickets import TicketLink as TicketLink
from gateway.api.schemas.tickets import TicketPage as TicketPage
from gateway.api.schemas.tickets import TicketRef as TicketRef
from gateway.api.schemas.tickets import TicketRow as TicketRow
from gateway.api.schemas.views import View as View
from gateway.api.schemas.views import ViewList as ViewList
