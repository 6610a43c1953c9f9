"""The turns that most tickets take: reply, pending, hold, transfer, solution, survey, reopening, closing."""

from core.sandbox import account, names
from core.sandbox.desk import DAY, HOUR, Desk, waking
from core.sandbox.dice import Dice
from core.sandbox.hours import local_date
from core.sandbox.script import Script
from core.sandbox.truth import Comment, Event, Quiet, Rated, SurveyOffered

NEXT_PRIORITY = {
    "low": ("normal",),
    "normal": ("high", "low"),
    "high": ("urgent", "normal"),
    "urgent": ("high",),
}


def handle(desk: Desk, dice: Dice, script: Script, at: int) -> None:
    """From the queue to the first human reply and on to the end."""
    reply_at = desk.first_reply_at(dice, script, at)
    if dice.chance(0.10):
        moved_at = at + int((reply_at - at) * 0.4)
        moved_at = moved_at if desk.hours.is_open(moved_at) else reply_at - 60
        transfer(desk, dice, script, moved_at)
        reply_at = desk.delay(dice, script, moved_at, 45 * 60)
    agent = desk.agent(dice, script, reply_at)
    taken_at = reply_at - min(dice.between(90, 900), max(1, (reply_at - script.last_at) // 2))
    if dice.chance(0.7):
        events = script.change("assignee_id", agent) + script.change("status", "open")
        script.write(taken_at, agent, "web", events)
        if dice.chance(0.15):
            script.write(taken_at + 30, agent, "web", [script.say(agent, dice.pick(names.NOTES), public=False)])
    if dice.chance(0.07):
        other = dice.pick(NEXT_PRIORITY[str(script.now["priority"])])
        script.write(taken_at + 45, agent, "web", script.change("priority", other))
    reply(dice, script, reply_at, agent, first=True)
    onward(desk, dice, script)


def transfer(desk: Desk, dice: Dice, script: Script, at: int) -> None:
    """Someone sees that it belongs to another group; at times a person had it in hand."""
    mover = desk.agent(dice, script, at)
    if dice.chance(0.4):
        script.write(at - 60, mover, "web", script.change("assignee_id", mover) + script.change("status", "open"))
    here = account.GROUP_NAMES[int(str(script.now["group_id"]))]
    other = dice.pick([group for group in account.GROUPS if group != here])
    events = script.change("group_id", account.GROUPS[other]) + script.change("assignee_id", None)
    script.write(at, mover, "web", [script.say(mover, dice.pick(names.NOTES), public=False), *events])


def reply(dice: Dice, script: Script, at: int, agent: int, *, first: bool = False) -> None:
    """An answer, and the status it leaves the ticket in."""
    events: list[Event] = [script.say(agent, dice.pick(names.ANSWERED))]
    events += script.change("assignee_id", agent)
    status = dice.weighted({"solved": 46.0 if first else 60.0, "pending": 36.0, "hold": 10.0, "open": 8.0})
    events += script.change("status", status)
    if status == "hold" and dice.chance(0.5):
        events += script.change("custom_status_id", account.WAREHOUSE_STATUS)
    reason = str(script.now["_reason"])
    if (script.now[account.FIELD_REASON] is None and dice.chance(0.8)) or dice.chance(0.06):
        wrong = script.now[account.FIELD_REASON] is not None
        events += script.change(account.FIELD_REASON, dice.weighted(names.REASON_WEIGHT) if wrong else reason)
    script.write(at, agent, "web", events)
    if dice.chance(0.02):
        script.write(
            at + 40,
            account.LIGHT_AGENTS[0],
            "web",
            [script.say(account.LIGHT_AGENTS[0], "FYI from the product team.", public=False)],
        )


def onward(desk: Desk, dice: Dice, script: Script) -> None:
    """Back and forth until solved, then survey, reopening and closing."""
    for _ in range(7):
        if script.status == "solved":
            break
        next_turn(desk, dice, script)
    if script.status != "solved":
        agent = script.assignee or desk.agent(dice, script, script.last_at)
        at = desk.delay(dice, script, script.last_at, 2 * HOUR)
        script.write(
            at, agent, "web", [script.say(agent, dice.pick(names.ANSWERED)), *script.change("status", "solved")]
        )
    after_solve(desk, dice, script)


def next_turn(desk: Desk, dice: Dice, script: Script) -> None:
    """What happens to a ticket that is not solved yet."""
    at = script.last_at
    agent = script.assignee or desk.agent(dice, script, at)
    match script.status:
        case "pending" if dice.chance(0.72):
            back_at = waking(dice, at + round(dice.lognormal(13 * HOUR, 1.1)))
            if back_at > at + 5 * DAY:
                script.rule(at + 5 * DAY, account.RULE_BUMP, script.change("status", "solved", account.RULE_BUMP))
                return
            body = dice.pick(names.REPLIED).format(order="LU-104711")
            events = [script.say(script.requester, body), *script.change("status", "open")]
            script.write(back_at, script.requester, "email", events)
            reply(dice, script, desk.delay(dice, script, back_at, 110 * 60), agent)
        case "pending":
            script.rule(at + 5 * DAY, account.RULE_BUMP, script.change("status", "solved", account.RULE_BUMP))
        case "hold":
            note_at = desk.delay(dice, script, at, 13 * HOUR)
            office = dice.pick(desk.staff["Back office"])
            script.write(
                note_at,
                office,
                "web",
                [
                    script.say(office, dice.pick(names.NOTES), public=False),
                    *script.change("status", "open"),
                ],
            )
            reply(dice, script, desk.delay(dice, script, note_at, 50 * 60), agent)
        case _:
            if dice.chance(0.1):
                transfer(desk, dice, script, desk.delay(dice, script, at, HOUR))
                agent = desk.agent(dice, script, script.last_at)
            reply(dice, script, desk.delay(dice, script, script.last_at, 5 * HOUR), agent)


def after_solve(desk: Desk, dice: Dice, script: Script) -> None:
    """What comes after a solution: thanks, doubts, a survey, closing, at times a new ticket."""
    solved_at, again = script.last_at, dice.random()
    # The share of solved tickets that come back falls as the desk improves.
    back = 0.085 - 0.025 * desk.story.progress(local_date(solved_at))
    if again < back:
        at = waking(dice, solved_at + round(dice.lognormal(9 * HOUR, 0.9)))
        if at < solved_at + 3 * DAY:
            reopen(desk, dice, script, at, thanks=again < back * 0.35)
            solved_at = script.last_at
    if script.assignee and dice.chance(0.94):
        survey(desk, dice, script, solved_at + DAY)
    close_at = max(script.last_at, solved_at + 4 * DAY) + 600
    script.rule(close_at, account.RULE_CLOSE, script.change("status", "closed", account.RULE_CLOSE))
    if dice.chance(0.012):
        moved = desk.customers.organizations[script.created_at % len(desk.customers.organizations)].id
        script.quiet.append(Quiet(close_at + dice.between(1, 20) * DAY, "organization_id", moved))
    script.quiet.append(Quiet(close_at + 120 * DAY, "archived", True))
    if script.kind == "mail" and dice.chance(0.015):
        follow_up(desk, dice, script, close_at)


def reopen(desk: Desk, dice: Dice, script: Script, at: int, *, thanks: bool) -> None:
    """The customer writes again after the solution; thanks are solved again by an automation."""
    words = names.THANKS if thanks else names.REPLIED
    body = dice.pick(words).format(order="LU-104711")
    script.write(
        at,
        script.requester,
        "email",
        [
            script.say(script.requester, body),
            *script.change("status", "open"),
        ],
    )
    if thanks:
        script.rule(
            at + dice.between(15, 50), account.RULE_RESOLVE, script.change("status", "solved", account.RULE_RESOLVE)
        )
        return
    agent = script.assignee or desk.agent(dice, script, at)
    reply_at = desk.delay(dice, script, at, 80 * 60)
    script.write(
        reply_at, agent, "web", [script.say(agent, dice.pick(names.ANSWERED)), *script.change("status", "solved")]
    )


def survey(desk: Desk, dice: Dice, script: Script, at: int) -> None:
    """The survey a day later, mostly met with silence."""
    credited = script.assignee
    script.rule(
        at,
        account.RULE_SURVEY,
        [
            *script.change("satisfaction_score", "offered", account.RULE_SURVEY),
            SurveyOffered(credited),
        ],
    )
    progress = desk.story.progress(local_date(at))
    if not dice.chance(0.205 + 0.03 * progress):
        return
    rated_at = waking(dice, at + round(dice.lognormal(5 * HOUR, 1.3)))
    replies = sum(isinstance(event, Comment) for audit in script.drafts for event in audit.events)
    chance_good = 0.895 + 0.05 * progress - 0.01 * max(0, replies - 5)
    if desk.story.surge(local_date(at)) > 1.15:
        chance_good -= 0.09
    score = "good" if dice.chance(chance_good) else "bad"
    rate(dice, script, rated_at, score, credited)
    if score == "bad" and dice.chance(0.06):
        rate(dice, script, rated_at + dice.between(1, 30) * HOUR, "good", credited)


def rate(dice: Dice, script: Script, at: int, score: str, credited: int | None) -> None:
    """An answer to the survey."""
    words = names.GOOD if score == "good" else names.BAD
    comment = dice.pick(words) if dice.chance(0.28 if score == "good" else 0.6) else ""
    script.write(
        at,
        script.requester,
        "web",
        [
            *script.change("satisfaction_score", score),
            Rated(score, comment, credited),
        ],
    )


def follow_up(desk: Desk, dice: Dice, parent: Script, close_at: int) -> None:
    """The customer writes after closing, which makes a ticket of its own."""
    at = waking(dice, close_at + round(dice.lognormal(2 * DAY, 0.8)))
    person = desk.person(parent.requester)
    child = desk.open(dice, at, "followup", person, f"Re: {parent.now['subject']}")
    child.followup_of = parent
    handle(desk, dice, child, at)
