"""Twilio: calls of its Voice API, and TaskRouter's log of tasks, reservations and workers as the truth about queues.

Neither tells when a row changed. Calls are read by the UTC days on which they began, the last two again at each pull
(a price comes late); events are final, and kept by Twilio for 30 days
(https://www.twilio.com/docs/taskrouter/api/event).
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
    Customer,
    CustomerIdentity,
    Line,
    Queue,
    SourceMetric,
    Stream,
)
from connectors.twilio import calls, events, figures, people, presence
from connectors.twilio.account import check, prepare, tallies
from connectors.twilio.contact import assemble_call
from connectors.twilio.settings import REQUESTS_PER_MINUTE, TwilioSettings, client, http

DAY_S = 86_400
CALLS = Assembly(CallEvent, assemble_call, makes=(Call, CallLeg))
SCOPE = "read access to TaskRouter"

connector = Connector(
    name="twilio",
    title="Twilio",
    settings=TwilioSettings,
    http=http,
    client=client,
    prepare=prepare,
    check=check,
    tallies=tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=70,
    streams=(
        Stream(
            "workers",
            people.fetch_workers,
            people.WorkerRow,
            people.normalise_worker,
            "snapshot",
            optional=True,
            scope=SCOPE,
            owns=(Agent,),
            feeds="agents",
            is_bounded=False,
        ),
        Stream(
            "task_queues",
            people.fetch_queues,
            people.QueueRow,
            people.normalise_queue,
            "snapshot",
            optional=True,
            scope=SCOPE,
            owns=(Queue,),
            feeds="queues",
            is_bounded=False,
        ),
        Stream(
            "numbers",
            people.fetch_numbers,
            people.NumberRow,
            people.normalise_number,
            "snapshot",
            optional=True,
            owns=(Line,),
            feeds="lines",
            is_bounded=False,
        ),
        Stream(
            "events",
            events.fetch_events,
            events.EventRow,
            events.normalise_event,
            lookback=3600,
            assemblies=(
                CALLS,
                Assembly(AgentEvent, presence.assemble_presence, makes=(AgentState,), tail_s=presence.TAIL_S),
            ),
            optional=True,
            scope=SCOPE,
            owns=(CallEvent, CallLeg, AgentEvent, AgentState),
            feeds="queue visits, waits, rings, wrap-up, agent states",
            windowed=True,
        ),
        Stream(
            "calls",
            calls.fetch_calls,
            calls.CallRow,
            calls.normalise_call,
            lookback=2 * DAY_S,
            assemblies=(CALLS,),
            owns=(Call, CallEvent, Customer, CustomerIdentity, SourceMetric),
            feeds="calls, callers, talk, price",
            windowed=True,
        ),
        Stream(
            "queue_days",
            figures.fetch_days,
            figures.DayRow,
            figures.normalise_day,
            optional=True,
            scope=SCOPE,
            owns=(SourceMetric,),
            feeds="TaskRouter's own figures of each queue and day, for comparison",
            windowed=True,
        ),
    ),
)
