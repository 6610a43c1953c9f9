"""Zendesk Talk: calls, their legs, agents' presence and telephone numbers of a Zendesk account.

Calls and legs come from exports by the moment of their last change, up to a thousand a request. Talk belongs to the
account of Zendesk Support: with the same ``account`` in the config a call finds its ticket and its customer, and both
share one rate limit.
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
    Line,
    SourceMetric,
    Stream,
)
from connectors.zendesk_talk import calls, lists, presence, rows
from connectors.zendesk_talk.account import check
from connectors.zendesk_talk.settings import REQUESTS_PER_MINUTE, ZendeskTalkSettings, http

# A change comes with a second of its own; what Talk shows late lies within this.
AGAIN_S = 3600
PERMISSION = "admin, or a role that may manage Talk"
CALLS = Assembly(CallEvent, calls.assemble_call, makes=(Call, CallLeg))

connector = Connector(
    name="zendesk_talk",
    title="Zendesk Talk",
    settings=ZendeskTalkSettings,
    http=http,
    prepare=lists.prepare,
    check=check,
    tallies=lists.tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=4,
    streams=(
        Stream(
            "phone_numbers",
            lists.fetch_numbers,
            lists.NumberRow,
            lists.normalise_number,
            "snapshot",
            optional=True,
            scope=PERMISSION,
            owns=(Line,),
            is_bounded=False,
        ),
        Stream(
            "agent_activity",
            presence.fetch_activity,
            presence.ActivityRow,
            presence.normalise_activity,
            "sample",
            assemblies=(Assembly(AgentEvent, presence.assemble_presence, makes=(AgentState,), tail_s=presence.TAIL_S),),
            optional=True,
            scope=PERMISSION,
            owns=(AgentEvent, AgentState, Agent),
            feeds="agents' states, as seen at each pull",
        ),
        Stream(
            "account_overview",
            lists.fetch_overview,
            lists.OverviewRow,
            lists.normalise_overview,
            "sample",
            optional=True,
            scope=PERMISSION,
            feeds="Talk's own totals of the day",
        ),
        Stream(
            "calls",
            rows.fetch_calls,
            rows.CallRow,
            rows.normalise_call,
            lookback=AGAIN_S,
            windowed=True,
            assemblies=(CALLS,),
            optional=True,
            scope=PERMISSION,
            owns=(Call, CallEvent, SourceMetric),
            feeds="calls with their queue, wait, outcome, ticket and customer",
        ),
        Stream(
            "legs",
            rows.fetch_legs,
            rows.LegRow,
            rows.normalise_leg,
            lookback=AGAIN_S,
            windowed=True,
            assemblies=(CALLS,),
            optional=True,
            scope=PERMISSION,
            owns=(CallLeg,),
            feeds="agents' part in each call: rings, talk, hold, after-call work, transfers",
        ),
    ),
)
