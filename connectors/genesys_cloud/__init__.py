"""Genesys Cloud: calls with their queues and agents, agents' states, and Genesys Cloud's own figures of its queues.

History comes by jobs as far as the data lake is complete, the rest by queries that later jobs confirm. Durations are
milliseconds at the vendor's and become seconds, rounded down, once. Chats, mails and messages are not read.
"""

from connectors import (
    Agent,
    AgentState,
    Call,
    CallLeg,
    Connector,
    Customer,
    CustomerIdentity,
    Line,
    Queue,
    SourceMetric,
    Stream,
    Survey,
)
from connectors.genesys_cloud import calls, conversations, days, directory, presence
from connectors.genesys_cloud.check import check
from connectors.genesys_cloud.rows import ConversationRow
from connectors.genesys_cloud.settings import REQUESTS_PER_MINUTE, GenesysCloudSettings, http

connector = Connector(
    name="genesys_cloud",
    title="Genesys Cloud",
    settings=GenesysCloudSettings,
    http=http,
    check=check,
    tallies=days.tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=200,
    streams=(
        Stream(
            "queues",
            directory.fetch_queues,
            directory.QueueRow,
            directory.normalise_queue,
            "snapshot",
            scope="permission Routing > Queue > View",
            owns=(Queue,),
            feeds="queues with their service-level goals",
            optional=True,
            is_bounded=False,
        ),
        Stream(
            "users",
            directory.fetch_users,
            directory.UserRow,
            directory.normalise_user,
            "snapshot",
            scope="permission Directory > User > View",
            owns=(Agent,),
            feeds="agents",
            optional=True,
            is_bounded=False,
        ),
        Stream(
            "conversations",
            conversations.fetch_conversations,
            ConversationRow,
            calls.normalise_conversation,
            scope="permission Analytics > Conversation Detail > View",
            owns=(Call, CallLeg, AgentState, Customer, CustomerIdentity, Line, Survey, SourceMetric),
            feeds="calls, queue visits, what agents did with them, promoter scores",
            windowed=True,
        ),
        Stream(
            "user_status",
            presence.fetch_status,
            presence.UserStatusRow,
            presence.normalise_status,
            scope="permission Analytics > User Detail > View",
            owns=(AgentState,),
            feeds="agents' states",
            lookback=presence.LOOKBACK_S,
            optional=True,
            windowed=True,
        ),
        Stream(
            "queue_days",
            days.fetch_days,
            days.QueueSpan,
            days.normalise_days,
            scope="permission Analytics > Conversation Aggregate > View",
            owns=(SourceMetric,),
            feeds="Genesys Cloud's own figures of each queue and day, to compare",
            lookback=days.LOOKBACK_S,
            optional=True,
            windowed=True,
        ),
    ),
)
