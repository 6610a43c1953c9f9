"""How each kind of ticket begins before it takes the turns of all."""

from core.sandbox import account, names
from core.sandbox.desk import DAY, HOUR, Desk
from core.sandbox.dice import Dice
from core.sandbox.script import Script
from core.sandbox.truth import Call, Comment, Person
from core.sandbox.turns import after_solve, handle, onward, reply


def mail(desk: Desk, dice: Dice, script: Script) -> None:
    """A message in writing, acknowledged at once by a trigger."""
    at = script.created_at
    if script.via in ("email", "web") and script.kind != "onbehalf":
        body = "Wir haben Ihre Nachricht erhalten und melden uns. / We have received your request."
        said = script.say(-1, body, rule=account.RULE_ACK)
        script.rule(at + dice.between(1, 5), account.RULE_ACK, [said])
    handle(desk, dice, script, at)


def junk(desk: Desk, dice: Dice, script: Script) -> None:
    """Spam and mistakes: tagged, then deleted by someone; a few are brought back."""
    at = script.created_at
    if script.kind == "spam":
        script.rule(at + 4, account.RULE_SPAM, script.tag("spam", rule=account.RULE_SPAM))
    agent = desk.agent(dice, script, at)
    gone_at = desk.delay(dice, script, at, 90 * 60)
    script.write(gone_at, agent, "web", script.change("status", "deleted"))
    if script.kind == "deleted" and dice.chance(0.2):
        back_at = gone_at + dice.between(600, 5 * HOUR)
        script.kind = "recovered"
        script.write(back_at, agent, "web", script.change("status", "open"))
        reply(dice, script, desk.delay(dice, script, back_at, HOUR), agent, first=True)
        onward(desk, dice, script)


def duplicate(desk: Desk, dice: Dice, target: Script, person: Person) -> None:
    """The same customer writes again at once; an agent merges the second ticket into the first."""
    at = target.created_at + dice.between(120, 3 * HOUR)
    source = desk.open(dice, at, "merged", person, f"Noch einmal: {target.now['subject']}")
    agent = target.assignee or desk.agent(dice, target, at)
    merged_at = desk.delay(dice, source, at, 20 * 60)
    source.merged_into = target
    note = "This request was closed and merged into another request."
    source.write(
        merged_at,
        agent,
        "system",
        [
            source.say(agent, note, public=False),
            *source.change("status", "closed"),
            *source.tag("closed_by_merge"),
        ],
        "merge",
        target,
    )
    said = target.say(agent, "Another request was closed and merged into this request.", public=False)
    target.insert(merged_at, agent, "system", [said], "merge", source)


def chat(desk: Desk, dice: Dice, script: Script, *, contained: bool) -> None:
    """A conversation that begins with the bot and may end there."""
    at, bot = script.created_at, account.BOT
    at = script.write(at + 3, bot, "answer_bot", [script.say(bot, "Hi, ich bin der Deskbot.", by_bot=True)])
    at = script.write(
        at + dice.between(20, 90),
        script.requester,
        "native_messaging",
        [script.say(script.requester, dice.pick(names.REPLIED).format(order="LU-104711"))],
    )
    at = script.write(at + 4, bot, "answer_bot", [script.say(bot, "Dieser Artikel kann helfen.", by_bot=True)])
    if contained:
        script.write(
            at + dice.between(60, 240),
            bot,
            "answer_bot",
            [
                *script.tag("bot_solved"),
                *script.change("status", "solved"),
            ],
        )
        close_at = script.last_at + 4 * DAY
        script.rule(close_at, account.RULE_CLOSE, script.change("status", "closed", account.RULE_CLOSE))
        return
    at = script.write(
        at + dice.between(20, 120),
        bot,
        "answer_bot",
        [*script.tag("bot_handoff"), *script.change("status", "open")],
    )
    agent = desk.agent(dice, script, at)
    reply_at = desk.delay(dice, script, at, 85, 0.7)
    script.write(
        reply_at,
        agent,
        "native_messaging",
        [
            script.say(agent, dice.pick(names.ANSWERED)),
            *script.change("assignee_id", agent),
        ],
    )
    for _ in range(dice.between(1, 4)):
        at = script.write(
            script.last_at + dice.between(20, 150),
            script.requester,
            "native_messaging",
            [script.say(script.requester, dice.pick(names.REPLIED).format(order="LU-104711"))],
        )
        script.write(
            at + dice.between(20, 140), agent, "native_messaging", [script.say(agent, dice.pick(names.ANSWERED))]
        )
    script.write(script.last_at + dice.between(20, 300), agent, "native_messaging", script.change("status", "solved"))
    after_solve(desk, dice, script)


def outbound(desk: Desk, dice: Dice, script: Script) -> None:
    """An agent writes first."""
    agent = script.submitter
    script.open_with(script.say(agent, "Guten Tag, wir melden uns zu Ihrer Bestellung."))
    events = script.change("assignee_id", agent) + script.change("status", "pending") + script.tag("proactive")
    script.write(script.created_at + 2, agent, "web", events)
    onward(desk, dice, script)


def phone(desk: Desk, dice: Dice, script: Script, call: Call | None) -> None:
    """The agent on the phone writes down what was said; two in three are solved with the call."""
    leg = call.legs[-1] if call else None
    agent = account.AGENT_IDS.get(leg.agent, script.submitter) if leg else script.submitter
    script.submitter = agent
    script.open_with(script.say(agent, "Anruf: Kunde fragt telefonisch.", public=False), agent)
    events = script.change("assignee_id", agent)
    if call and dice.chance(0.7):
        events += script.change(account.FIELD_CALL, call.id)
    solved = dice.chance(0.66)
    events += script.change("status", "solved" if solved else "open")
    script.write(script.created_at + dice.between(30, 400), agent, "web", events)
    if solved:
        after_solve(desk, dice, script)
    else:
        reply(dice, script, desk.delay(dice, script, script.last_at, 3 * HOUR), agent, first=True)
        onward(desk, dice, script)


def voicemail(desk: Desk, dice: Dice, script: Script, call: Call | None) -> None:
    """A recording becomes a ticket; somebody calls back."""
    recording = Comment(script.requester, True, "Voicemail", voice_s=dice.between(12, 80))
    script.open_with(recording)
    if call:
        script.now[account.FIELD_CALL] = call.id
    back_at = desk.delay(dice, script, script.created_at, 55 * 60)
    agent = desk.agent(dice, script, back_at)
    spoken = Comment(agent, False, "Rückruf", voice_s=dice.between(60, 400), outbound=True)
    script.write(
        back_at,
        agent,
        "voice",
        [
            spoken,
            *script.change("assignee_id", agent),
            *script.change("status", "open"),
        ],
        "outbound",
    )
    script.write(back_at + spoken.voice_s + 120, agent, "web", script.change("status", "solved"))
    after_solve(desk, dice, script)
