"""One log line becomes events: of its call, of its agent, or of the whole server."""

from collections.abc import Iterator

from connectors import Agent, AgentEvent, CallEvent, Context, Customer, CustomerIdentity, Queue, Record
from connectors.asterisk.calls import RESTART
from connectors.asterisk.files import split_line

NOBODY = {"", "NONE"}
NO_CALL = {"", "NONE", "REALTIME", "MANAGER", "CLI"}
OF_THE_CALL = {
    "ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER",
    "ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY", "WITHDRAW", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP",
    "SYSCOMPAT", "OUTCALL",
}  # fmt: skip
OF_THE_AGENT = {
    "AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "ADDMEMBER", "REMOVEMEMBER", "PAUSE",
    "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER",
    "ATTENDEDTRANSFER", "TRANSFER", "RINGNOANSWER", "AGENTDUMP", "OUTCALL",
}  # fmt: skip
# Events that tell nothing a number is made of, and lines that sites write themselves with QueueLog().
NO_EVENT = {"CONFIGRELOAD", "PENALTY", "RINGINUSE", "DID", "INFO", "CALLSTATUS", "REMOVED", "STARTHOLD", "STOPHOLD"}


def normalise_line(row: bytes, ctx: Context) -> Iterator[Record]:
    """Records of one line. Phone numbers are kept as keyed hashes only."""
    seq, at, (call, queue, agent, event, *data) = split_line(row)
    queue_id = None if queue in NOBODY else queue
    agent_id = None if agent in NOBODY else agent
    call_id = None if call in NO_CALL else call
    if event == RESTART:
        yield CallEvent(call_id=RESTART, happened_at=at, seq=seq, event=RESTART)
        yield AgentEvent(agent_id=RESTART, happened_at=at, seq=seq, event=RESTART)
        return
    if event not in OF_THE_CALL and event not in OF_THE_AGENT:
        if event not in NO_EVENT:
            ctx.warn("event", event)
        if call_id and event:
            yield CallEvent(call_id=call_id, happened_at=at, seq=seq, event=event, queue_id=queue_id)
        return
    if event == "ENTERQUEUE" and queue_id:
        yield Queue(id=queue_id, name=queue_id)
        if len(data) > 1 and (caller := _caller(data[1], ctx)):
            yield Customer(id=caller)
            yield CustomerIdentity(customer_id=caller, kind="phone", value=data[1])
            data = ["", caller, *data[2:3]]
        else:
            data = ["", "", *data[2:3]]
    if agent_id and event in OF_THE_AGENT:
        yield Agent(id=agent_id, name=agent_id)
        about = "|".join([call_id or "", *data])
        yield AgentEvent(agent_id=agent_id, happened_at=at, seq=seq, event=event, queue_id=queue_id, data=about)
    if call_id and event in OF_THE_CALL:
        yield CallEvent(
            call_id=call_id, happened_at=at, seq=seq, event=event, queue_id=queue_id, agent_id=agent_id,
            data="|".join(data),
        )  # fmt: skip


def _caller(number: str, ctx: Context) -> str | None:
    """The customer id of a caller known by number only; None for a withheld one."""
    digits = sum(character.isdigit() for character in number)
    if digits < 3:
        return None
    hashed = ctx.pseudonym("phone", number)
    return f"phone-{hashed[:24]}" if hashed else None
