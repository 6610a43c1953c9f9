"""Amazon Connect: calls with their transfers, queues, agents, their states and Connect's own daily figures.

Contacts come through the API (boto3 builds and signs the requests), or from folders of contact record and agent event
files as Firehose delivers them.
"""

from connectors import (
    Agent,
    AgentEvent,
    AgentState,
    Assembly,
    Call,
    CallEvent,
    CallLeg,
    Connector,
    Queue,
    Schedule,
    SourceMetric,
    Stream,
)
from connectors.amazon_connect.calls import assemble_call
from connectors.amazon_connect.check import check
from connectors.amazon_connect.contacts import fetch_contacts, tallies
from connectors.amazon_connect.figures import MetricRow, fetch_figures, normalise_figures
from connectors.amazon_connect.presence import (
    TAIL_S,
    AgentEventRow,
    UserRow,
    assemble_presence,
    fetch_agent_events,
    fetch_agent_status,
    normalise_agent_event,
)
from connectors.amazon_connect.presence import normalise_user as normalise_standing
from connectors.amazon_connect.records import ContactRow, normalise_contact
from connectors.amazon_connect.service import PER_MINUTE, QueueRow, Service, http
from connectors.amazon_connect.settings import AmazonConnectSettings
from connectors.amazon_connect.setup import (
    HoursRow,
    UserSummary,
    fetch_hours,
    fetch_queues,
    fetch_users,
    normalise_hours,
    normalise_queue,
    normalise_user,
)

PRESENCE = (Assembly(AgentEvent, assemble_presence, makes=(AgentState,), tail_s=TAIL_S),)

connector = Connector(
    name="amazon_connect",
    title="Amazon Connect",
    settings=AmazonConnectSettings,
    http=http,
    client=Service,
    streams=(
        Stream(
            "queues", fetch_queues, QueueRow, normalise_queue, mode="snapshot", optional=True,
            scope="connect:SearchQueues", owns=(Queue,), feeds="queues with their hours of operation",
        ),
        Stream(
            "users", fetch_users, UserSummary, normalise_user, mode="snapshot", optional=True,
            scope="connect:ListUsers", owns=(Agent,), feeds="agents",
        ),
        Stream(
            "hours", fetch_hours, HoursRow, normalise_hours, mode="snapshot", optional=True,
            scope="connect:SearchHoursOfOperations", owns=(Schedule,), feeds="opening hours and holidays",
        ),
        Stream(
            "contacts", fetch_contacts, ContactRow, normalise_contact,
            assemblies=(Assembly(CallEvent, assemble_call, makes=(Call, CallLeg)),),
            scope="connect:SearchContacts and connect:DescribeContact", owns=(Call, CallLeg, CallEvent),
            feeds="calls, queue visits, transfers, callers", windowed=True,
        ),
        Stream(
            "agent_events", fetch_agent_events, AgentEventRow, normalise_agent_event, assemblies=PRESENCE,
            owns=(AgentEvent, AgentState), feeds="agent states, exact (from files)",
        ),
        Stream(
            "agent_status", fetch_agent_status, UserRow, normalise_standing, mode="sample", assemblies=PRESENCE,
            optional=True, scope="connect:GetCurrentUserData", owns=(AgentEvent, AgentState),
            feeds="agent states as seen at each pull",
        ),
        Stream(
            "day_figures", fetch_figures, MetricRow, normalise_figures, lookback=3 * 86_400, optional=True,
            scope="connect:GetMetricDataV2", owns=(SourceMetric,), feeds="Connect's own figures of each day and queue",
            windowed=True,
        ),
    ),
    check=check,
    requests_per_minute=PER_MINUTE,
    requests_per_1000=1200,
    tallies=tallies,
)  # fmt: skip
