"""Asterisk: calls, queues, agents and their states from ``queue_log`` files.

The log is a text file of one event a line, with epoch seconds; rotated and gzipped siblings are found beside it.
"""

from connectors import Agent, AgentState, Assembly, Call, CallEvent, CallLeg, Connector, Stream
from connectors import AgentEvent as AgentEventRecord
from connectors.asterisk.calls import RESTART, assemble_call
from connectors.asterisk.check import check
from connectors.asterisk.files import fetch_queue_log
from connectors.asterisk.lines import normalise_line
from connectors.asterisk.presence import TAIL_S, assemble_presence
from connectors.asterisk.settings import AsteriskSettings

connector = Connector(
    name="asterisk",
    title="Asterisk",
    settings=AsteriskSettings,
    streams=(
        Stream(
            "queue_log",
            fetch_queue_log,
            bytes,
            normalise_line,
            assemblies=(
                Assembly(CallEvent, assemble_call, makes=(Call, CallLeg), broadcast=RESTART),
                Assembly(AgentEventRecord, assemble_presence, makes=(AgentState,), broadcast=RESTART, tail_s=TAIL_S),
            ),
            owns=(Call, CallLeg, CallEvent, AgentEventRecord, AgentState, Agent),
            feeds="calls, queue visits, agents, agent states",
        ),
    ),
    check=check,
    requests_per_1000=0,
)
