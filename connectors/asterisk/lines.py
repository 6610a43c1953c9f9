"""One log line becomes events: of its call, of its agent, or of the whole server."""

import re
from collections.abc import Iterator

from connectors import AgentEvent, BadRow, CallEvent, Context, Customer, CustomerIdentity, Queue, Record
from connectors.asterisk.calls import RESTART
from connectors.asterisk.local import epoch_in, local_moment

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
    "ATTENDEDTRANSFER", "TRANSFER", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP", "OUTCALL",
}  # fmt: skip
TRANSFERS = {"BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER"}
# Whom they were passed on to can be anybody's number; what stands in these is used by nobody and can be one too.
DIALLED = re.compile(r"\+?\d{6,}")
UNTOLD = {"AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "OUTCALL"}
# Events that tell nothing a number is made of, and lines that sites write themselves with QueueLog().
NO_EVENT = {"CONFIGRELOAD", "PENALTY", "RINGINUSE", "DID", "INFO", "CALLSTATUS", "REMOVED", "STARTHOLD", "STOPHOLD"}


def normalise_line(row: bytes, ctx: Context) -> Iterator[Record]:
    """Records of one line. Phone numbers are kept as keyed hashes only."""
    seq, at, (call, queue, agent, event, *data) = split_line(row, ctx)
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
    if event == "ENTERQUEUE":
        if queue_id:
            yield Queue(id=queue_id, name=queue_id)
        if len(data) > 1 and (caller := _caller(data[1], ctx)):
            yield Customer(id=caller)
            yield CustomerIdentity(customer_id=caller, kind="phone", value=data[1])
            data = ["", caller, *data[2:3]]
        else:
            data = ["", "", *data[2:3]]
    else:
        data = _without_numbers(event, data, ctx)
    if agent_id and event in OF_THE_AGENT:
        about = "|".join([call_id or "", *data])
        yield AgentEvent(agent_id=agent_id, happened_at=at, seq=seq, event=event, queue_id=queue_id, data=about)
    if call_id and event in OF_THE_CALL:
        yield CallEvent(
            call_id=call_id, happened_at=at, seq=seq, event=event, queue_id=queue_id, agent_id=agent_id,
            data="|".join(data),
        )  # fmt: skip


def _without_numbers(event: str, data: list[str], ctx: Context) -> list[str]:
    if event in TRANSFERS:
        to, figures = data[:-3], data[-3:]
        return [*(DIALLED.sub(lambda found: _hashed(found[0], ctx), word) for word in to), *figures]
    if event == "WITHDRAW":
        return data[:3]
    return [] if event in UNTOLD else data


def _caller(number: str, ctx: Context) -> str | None:
    """The customer id of a caller known by number only; None for a withheld one."""
    digits = sum(character.isdigit() for character in number)
    if digits < 3:
        return None
    return _hashed(number, ctx) or None


def _hashed(number: str, ctx: Context) -> str:
    hashed = ctx.pseudonym("phone", number)
    return f"phone-{hashed[:24]}" if hashed else ""


def split_line(row: bytes, ctx: Context) -> tuple[int, int, list[str]]:
    """(order inside the second, epoch seconds, the fields after it) of a row; BadRow if it is no log line.

    A row of the realtime table tells its moment as local text."""
    text = row.decode("utf-8", errors="replace")
    seq, at, *fields = text.split("|")
    is_epoch = at.isascii() and at.isdigit() and len(at) <= 11
    zone = None if ctx.settings.queue_log_utc else ctx.zone
    moment = int(at) if is_epoch else local_moment(at, zone, epoch_in(fields[0]) if fields else None)
    if moment is None:
        raise BadRow("the line does not begin with epoch seconds")
    if len(fields) < 4:
        raise BadRow(f"the line has {len(fields) + 1} fields; 5 are the least")
    return int(seq), moment, fields
