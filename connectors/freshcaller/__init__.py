"""Freshcaller (Freshdesk Contact Center): calls with their participants and figures, users and teams.

Calls can be asked for by the moment of their creation only, and become visible late: the last day is read again at each
pull, with each call's figures. Freshcaller allows an app 50 requests a minute.
"""

from connectors import (
    Agent,
    AgentEvent,
    AgentState,
    AgentTeam,
    Assembly,
    Call,
    CallEvent,
    CallLeg,
    Connector,
    Customer,
    CustomerIdentity,
    Line,
    Queue,
    SourceMetric,
    Stream,
    Team,
)
from connectors.freshcaller import calls, lists, paging, presence, rows
from connectors.freshcaller.account import check
from connectors.freshcaller.settings import REQUESTS_PER_MINUTE, FreshcallerSettings, http

# Longer than any call lasts, is wrapped up, or stays invisible (half an hour is usual).
AGAIN_S = 86_400

connector = Connector(
    name="freshcaller",
    title="Freshcaller",
    settings=FreshcallerSettings,
    http=http,
    check=check,
    tallies=lists.tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=3,
    refers_elsewhere=True,
    streams=(
        Stream(
            "users",
            lists.fetch_users,
            lists.UserRow,
            lists.normalise_user,
            "snapshot",
            scope="an account admin's key",
            owns=(Agent,),
            is_bounded=False,
        ),
        Stream(
            "teams",
            lists.fetch_teams,
            lists.TeamRow,
            lists.normalise_team,
            "snapshot",
            optional=True,
            scope="an account admin's key",
            owns=(Team, AgentTeam),
            is_bounded=False,
        ),
        Stream(
            "user_status",
            lists.fetch_users,
            presence.StatusRow,
            presence.normalise_status,
            "sample",
            assemblies=(Assembly(AgentEvent, presence.assemble_presence, makes=(AgentState,), tail_s=presence.TAIL_S),),
            scope="an account admin's key",
            owns=(AgentEvent, AgentState),
            feeds="agents' states, as seen at each pull",
        ),
        Stream(
            "calls",
            paging.by_creation,
            rows.CallRow,
            rows.normalise_call,
            lookback=AGAIN_S,
            windowed=True,
            assemblies=(Assembly(CallEvent, calls.assemble_call, makes=(Call, CallLeg)),),
            scope="an account admin's key",
            owns=(Call, CallLeg, CallEvent, Queue, Line, Customer, CustomerIdentity, SourceMetric),
            feeds="calls with queues, waits, agents, transfers, callers by hashed number",
        ),
    ),
)
