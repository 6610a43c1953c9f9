"""Asterisk: calls, queues, agents and their states from the queue log; calls outside queues from call records.

Both are text files of one line an event or record, with rotated and gzipped siblings beside them, or database tables.
"""

from connectors import Agent, AgentState, Assembly, Call, CallEvent, CallLeg, Connector, Stream
from connectors import AgentEvent as AgentEventRecord
from connectors.asterisk.calls import RESTART, assemble_call
from connectors.asterisk.cdr import CdrRow, fetch_cdr, normalise_cdr
from connectors.asterisk.check import check
from connectors.asterisk.lines import normalise_line
from connectors.asterisk.presence import TAIL_S, assemble_presence
from connectors.asterisk.realtime import fetch_log
from connectors.asterisk.settings import AsteriskSettings

CALLS = Assembly(CallEvent, assemble_call, makes=(Call, CallLeg), broadcast=RESTART)

connector = Connector(
    name="asterisk",
    title="Asterisk",
    settings=AsteriskSettings,
    streams=(
        Stream(
            "queue_log",
            fetch_log,
            bytes,
            normalise_line,
            assemblies=(
                CALLS,
                Assembly(AgentEventRecord, assemble_presence, makes=(AgentState,), broadcast=RESTART, tail_s=TAIL_S),
            ),
            owns=(Call, CallLeg, CallEvent, AgentEventRecord, AgentState, Agent),
            feeds="calls, queue visits, agents, agent states",
        ),
        Stream(
            "cdr",
            fetch_cdr,
            CdrRow,
            normalise_cdr,
            assemblies=(CALLS,),
            feeds="calls outside queues",
        ),
    ),
    check=check,
    requests_per_1000=0,
)
