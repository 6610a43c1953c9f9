"""Everything a connector may import from Deskpulse; nothing else is promised to stay."""

from core.clock import utc
from core.errors import BadRow, Gone, NotAllowed, Refused, Stuck, Unavailable
from core.model import (
    ActorKind,
    Agent,
    AgentEvent,
    AgentRole,
    AgentState,
    AgentTeam,
    AuthorKind,
    Call,
    CallEvent,
    CallLeg,
    Channel,
    Customer,
    CustomerIdentity,
    Message,
    Organization,
    Queue,
    Record,
    Role,
    Schedule,
    SlaEvent,
    SlaInstance,
    SlaPolicy,
    SourceMetric,
    StateCategory,
    StatusCategory,
    Survey,
    Team,
    Ticket,
    TicketEvent,
    TicketEventKind,
)
from core.pull.contract import (
    Api,
    Assembly,
    Connector,
    Context,
    Finding,
    Http,
    Page,
    Personal,
    Settings,
    Stream,
    Window,
)

__all__ = [
    "ActorKind", "Agent", "AgentEvent", "AgentRole", "AgentState", "AgentTeam", "Api", "Assembly", "AuthorKind",
    "BadRow", "Call", "CallEvent", "CallLeg", "Channel", "Connector", "Context", "Customer", "CustomerIdentity",
    "Finding", "Gone", "Http", "Message", "NotAllowed", "Organization", "Page", "Personal", "Queue", "Record",
    "Refused", "Role",
    "Schedule", "Settings", "SlaEvent", "SlaInstance", "SlaPolicy", "SourceMetric", "StateCategory", "StatusCategory",
    "Stream", "Stuck", "Survey", "Team", "Ticket", "TicketEvent", "TicketEventKind", "Unavailable", "Window", "utc",
]  # fmt: skip
