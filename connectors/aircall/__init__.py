"""Aircall: calls, users, teams, numbers, and what users are doing as far as looking now and then tells it.

Calls are read by the moment they began, in stretches of fewer than 10,000, fifty a request; the last day is read again
at each pull, as nothing tells which calls changed. Aircall gives six months of calls
(https://developer.aircall.io/api-references/#calls).
"""

from connectors import (
    Agent,
    AgentEvent,
    AgentState,
    AgentTeam,
    Assembly,
    Call,
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
from connectors.aircall import calls, people, presence
from connectors.aircall.account import check, tallies
from connectors.aircall.settings import REQUESTS_PER_MINUTE, AircallSettings, http
from connectors.aircall.stretches import fetch_calls

DAY_S = 86_400

connector = Connector(
    name="aircall",
    title="Aircall",
    settings=AircallSettings,
    http=http,
    check=check,
    tallies=tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=20,
    streams=(
        Stream(
            "users",
            people.fetch_users,
            people.UserRow,
            people.normalise_user,
            "snapshot",
            owns=(Agent,),
            feeds="agents",
            is_bounded=False,
        ),
        Stream(
            "teams",
            people.fetch_teams,
            people.TeamRow,
            people.normalise_team,
            "snapshot",
            owns=(Team, AgentTeam),
            feeds="teams and who is in them",
            is_bounded=False,
        ),
        Stream(
            "numbers",
            people.fetch_numbers,
            people.NumberRow,
            people.normalise_number,
            "snapshot",
            owns=(Line, Queue),
            feeds="lines, each with the queue behind it",
            is_bounded=False,
        ),
        Stream(
            "calls",
            fetch_calls,
            calls.CallRow,
            calls.normalise_call,
            lookback=DAY_S,
            owns=(Call, CallLeg, Customer, CustomerIdentity, SourceMetric),
            feeds="calls, waits, talk, callers",
            windowed=True,
        ),
        Stream(
            "availabilities",
            presence.fetch_availabilities,
            presence.SeenRow,
            presence.normalise_seen,
            "sample",
            assemblies=(Assembly(AgentEvent, presence.assemble_presence, makes=(AgentState,), tail_s=presence.TAIL_S),),
            optional=True,
            owns=(AgentEvent, AgentState),
            feeds="agent states, as seen at each pull",
            is_bounded=False,
        ),
    ),
)
