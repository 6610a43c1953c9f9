"""What customers write in a day and what becomes of it: one function a kind of story."""

from datetime import date

from core.sandbox import account, names
from core.sandbox.dice import Dice
from core.sandbox.hours import Hours, local_date
from core.sandbox.people import Customers
from core.sandbox.script import Script
from core.sandbox.story import CHAT_BY_HOUR, MAIL_BY_HOUR, WEEKDAY, Story
from core.sandbox.truth import Call, Comment, Event, Person, Quiet, Rated, SurveyOffered

HOUR, DAY = 3_600, 86_400
KINDS = {"mail": 46.0, "web": 17.0, "chat": 13.0, "bot": 12.0, "api": 4.0, "outbound": 3.0, "spam": 2.6, "deleted": 0.6}
VIA = {
    "mail": ("email", None),
    "web": ("web", None),
    "chat": ("native_messaging", None),
    "bot": ("native_messaging", None),
    "api": ("api", None),
    "outbound": ("web", None),
    "spam": ("email", None),
    "deleted": ("web", None),
    "phone": ("web", None),
    "onbehalf": ("web", None),
    "voicemail": ("voice", "voicemail"),
    "followup": ("email", "follow_up"),
    "merged": ("email", None),
}
SLOWER_BY_PRIORITY = {"urgent": 0.5, "high": 0.7, "normal": 1.0, "low": 1.6}


class Desk:
    """The desk's memory from day to day: number ranges, customers, and who is away."""

    def __init__(self, seed: int, story: Story, scale: float, hours: Hours, customers: Customers) -> None:
        self.seed, self.story, self.scale, self.hours, self.customers = seed, story, scale, hours, customers
        self.scripts: list[Script] = []
        self.staff = {
            group: [account.AGENT_IDS[name] for name, groups in names.AGENTS if group in groups]
            for group in account.GROUPS
        }

    def day(self, day_on: date, midnight: int, calls: list[Call]) -> None:
        """All tickets that come into being on one local day."""
        dice = Dice(self.seed, "tickets", day_on)
        level = 57.0 * self.scale * WEEKDAY[day_on.weekday()] * self.story.surge(day_on)
        if self.story.is_closed(day_on):
            level *= 0.35
        seeds: list[tuple[int, int, str, Call | None]] = []
        for number in range(dice.poisson(level)):
            kind = dice.weighted(KINDS)
            by_hour = CHAT_BY_HOUR if kind in ("chat", "bot") else MAIL_BY_HOUR
            hour = dice.weighted(dict(enumerate(by_hour))) if kind != "outbound" else dice.between(9, 16)
            seeds.append((midnight + hour * HOUR + dice.between(0, HOUR - 1), number, kind, None))
        for number, call in enumerate(calls):
            last = call.legs[-1]
            if last.outcome == "answered" and dice.chance(0.085):
                seeds.append((last.answered_at + dice.between(20, 700), 10_000 + number, "phone", call))
            elif last.outcome == "timeout" and dice.chance(0.75):
                seeds.append((last.ended_at + dice.between(25, 90), 10_000 + number, "voicemail", call))
        for at, _, kind, caller in sorted(seeds, key=lambda seed: seed[:2]):
            self._one(dice, at, "onbehalf" if kind == "web" and dice.chance(0.06) else kind, caller)

    def _one(self, dice: Dice, at: int, kind: str, call: Call | None) -> None:
        person = self._who(dice, at, kind, call)
        script = self._open(dice, at, kind, person)
        if call:
            script.call_id = call.id
        match kind:
            case "spam" | "deleted":
                self._junk(dice, script)
            case "chat" | "bot":
                self._chat(dice, script, contained=kind == "bot")
            case "outbound":
                self._outbound(dice, script)
            case "phone":
                self._phone(dice, script, call)
            case "voicemail":
                self._voicemail(dice, script, call)
            case _:
                self._mail(dice, script)
        if kind == "mail" and dice.chance(0.035):
            self._duplicate(dice, script, person)

    def _who(self, dice: Dice, at: int, kind: str, call: Call | None) -> Person:
        if call and call.customer_id is not None:
            return self.customers.people[call.customer_id - account.CUSTOMER_BASE]
        return self.customers.someone(dice, at, 1.0 if kind == "spam" else 0.11)

    def _open(self, dice: Dice, at: int, kind: str, person: Person, subject: str = "") -> Script:
        via, rel = VIA[kind]
        group = dice.pick(("Tech", "Billing"))
        submitter = dice.pick(self.staff[group]) if kind in ("outbound", "onbehalf", "phone") else person.id
        script = Script(kind, via, rel, at, person.id, submitter)
        self.scripts.append(script)
        surging = self.story.surge(local_date(at)) > 1.1
        reason = dice.weighted(names.REASON_WEIGHT | ({"setup": 34.0} if surging else {}))
        product = dice.weighted(names.PRODUCTS | ({"lumo_two": 60.0} if surging else {}))
        script.brand = account.BRANDS["Lumo Pro" if person.organization_id else "Lumo"]
        order = f"LU-{dice.between(100_000, 999_999)}" if dice.chance(0.4) else None
        subject = subject or dice.pick(names.REASONS[reason])
        known = kind not in ("mail", "spam", "deleted") or dice.chance(0.8)
        events: list[Event] = [
            script.create("status", "new"),
            script.create("custom_status_id", account.STATUS_IDS["new"]),
            script.create("subject", subject),
            script.create("type", "incident" if reason in ("defect", "setup") else "question"),
            script.create("priority", None),
            script.create("requester_id", person.id),
            script.create("organization_id", person.organization_id),
            script.create("tags", (reason, *person.tags, person.language)),
            script.create("group_id", None),
            script.create("assignee_id", None),
            script.create(account.FIELD_REASON, reason if known else None),
            script.create(account.FIELD_PRODUCT, product),
            script.create(account.FIELD_ORDER, order),
            script.create(account.FIELD_VALUE, round(dice.lognormal(90, 0.8), 2) if order else None),
            script.create(account.FIELD_ESCALATED, False),
            script.create("satisfaction_score", "unoffered"),
        ]
        script.now["_reason"] = reason
        if kind not in ("outbound", "phone", "voicemail"):
            body = dice.pick(names.ASKED).format(subject=subject, order=order or "-")
            events.insert(0, script.say(person.id, body))
        events += self._route(dice, script, reason, "vip" in person.tags)
        script.write(at, script.submitter, via, events, rel)
        return script

    def _route(self, dice: Dice, script: Script, reason: str, vip: bool) -> list[Event]:
        group = "VIP" if vip else names.REASON_GROUP[reason]
        if dice.chance(0.07):
            group = dice.pick(("Tech", "Billing"))
        priority = dice.weighted({"urgent": 3.0, "high": 14.0, "normal": 70.0, "low": 13.0})
        if vip and priority in ("normal", "low"):
            priority = "high"
        events = script.change("group_id", account.GROUPS[group], account.RULE_ROUTE)
        events += script.change("priority", priority, account.RULE_PRIORITY)
        schedule = account.SCHEDULE_VIP if vip else account.SCHEDULE_SUPPORT
        return events + script.schedule_by(schedule, account.RULE_SCHEDULE)

    def _agent(self, dice: Dice, script: Script, at: int) -> int:
        group = account.GROUP_NAMES[int(str(script.now["group_id"]))]
        day_on = local_date(at)
        if group == "Tech" and day_on < self.story.demoted_on and dice.chance(0.12):
            return account.DEMOTED
        if group == "Billing" and day_on >= self.story.promoted_on and dice.chance(0.12):
            return account.PROMOTED
        return dice.pick(self.staff[group])

    def _delay(self, dice: Dice, script: Script, at: int, median_s: float, spread: float = 1.0) -> int:
        wait = dice.lognormal(median_s * SLOWER_BY_PRIORITY[str(script.now["priority"])], spread)
        wait *= 1.0 + 1.4 * (self.story.surge(local_date(at)) - 1.0)
        return self.hours.after(at, round(min(wait, 90 * HOUR)))

    def _first_reply_at(self, dice: Dice, script: Script, at: int) -> int:
        median_min = 44.0 - 26.0 * self.story.progress(local_date(at))
        late = 14.0 if dice.chance(0.05) else 1.0
        return self._delay(dice, script, at, median_min * 60 * late, 1.05)

    def _mail(self, dice: Dice, script: Script) -> None:
        at = script.created_at
        if script.via in ("email", "web") and script.kind != "onbehalf":
            body = "Wir haben Ihre Nachricht erhalten und melden uns. / We have received your request."
            said = script.say(-1, body, rule=account.RULE_ACK)
            script.rule(at + dice.between(1, 5), account.RULE_ACK, [said])
        self._handle(dice, script, at)

    def _handle(self, dice: Dice, script: Script, at: int) -> None:
        """From the queue to the first human reply and on to the end."""
        reply_at = self._first_reply_at(dice, script, at)
        if dice.chance(0.10):
            moved_at = at + int((reply_at - at) * 0.4)
            moved_at = moved_at if self.hours.is_open(moved_at) else reply_at - 60
            self._transfer(dice, script, moved_at)
            reply_at = self._delay(dice, script, moved_at, 45 * 60)
        agent = self._agent(dice, script, reply_at)
        taken_at = reply_at - min(dice.between(90, 900), max(1, (reply_at - script.last_at) // 2))
        if dice.chance(0.7):
            events = script.change("assignee_id", agent) + script.change("status", "open")
            script.write(taken_at, agent, "web", events)
            if dice.chance(0.15):
                script.write(taken_at + 30, agent, "web", [script.say(agent, dice.pick(names.NOTES), public=False)])
        if dice.chance(0.05):
            raised = {"low": "normal", "normal": "high", "high": "urgent", "urgent": "high"}[
                str(script.now["priority"])
            ]
            script.write(taken_at + 45, agent, "web", script.change("priority", raised))
        self._reply(dice, script, reply_at, agent, first=True)
        self._onward(dice, script)

    def _transfer(self, dice: Dice, script: Script, at: int) -> None:
        """Someone sees that it belongs to another group; at times a person had it in hand."""
        mover = self._agent(dice, script, at)
        if dice.chance(0.4):
            script.write(at - 60, mover, "web", script.change("assignee_id", mover) + script.change("status", "open"))
        here = account.GROUP_NAMES[int(str(script.now["group_id"]))]
        other = dice.pick([group for group in account.GROUPS if group != here])
        events = script.change("group_id", account.GROUPS[other]) + script.change("assignee_id", None)
        script.write(at, mover, "web", [script.say(mover, dice.pick(names.NOTES), public=False), *events])

    def _reply(self, dice: Dice, script: Script, at: int, agent: int, *, first: bool = False) -> None:
        events: list[Event] = [script.say(agent, dice.pick(names.ANSWERED))]
        events += script.change("assignee_id", agent)
        status = dice.weighted({"solved": 46.0 if first else 60.0, "pending": 36.0, "hold": 10.0, "open": 8.0})
        events += script.change("status", status)
        if status == "hold" and dice.chance(0.5):
            events += script.change("custom_status_id", account.WAREHOUSE_STATUS)
        reason = str(script.now["_reason"])
        if script.now[account.FIELD_REASON] is None or dice.chance(0.06):
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

    def _onward(self, dice: Dice, script: Script) -> None:
        """Back and forth until solved, then survey, reopening and closing."""
        for _ in range(7):
            if script.status == "solved":
                break
            self._next_turn(dice, script)
        if script.status != "solved":
            agent = script.assignee or self._agent(dice, script, script.last_at)
            at = self._delay(dice, script, script.last_at, 2 * HOUR)
            script.write(
                at, agent, "web", [script.say(agent, dice.pick(names.ANSWERED)), *script.change("status", "solved")]
            )
        self._after_solve(dice, script)

    def _next_turn(self, dice: Dice, script: Script) -> None:
        at = script.last_at
        agent = script.assignee or self._agent(dice, script, at)
        match script.status:
            case "pending" if dice.chance(0.72):
                back_at = waking(dice, at + round(dice.lognormal(13 * HOUR, 1.1)))
                if back_at > at + 5 * DAY:
                    script.rule(at + 5 * DAY, account.RULE_BUMP, script.change("status", "solved", account.RULE_BUMP))
                    return
                body = dice.pick(names.REPLIED).format(order="LU-104711")
                events = [script.say(script.requester, body), *script.change("status", "open")]
                script.write(back_at, script.requester, "email", events)
                self._reply(dice, script, self._delay(dice, script, back_at, 110 * 60), agent)
            case "pending":
                script.rule(at + 5 * DAY, account.RULE_BUMP, script.change("status", "solved", account.RULE_BUMP))
            case "hold":
                note_at = self._delay(dice, script, at, 13 * HOUR)
                office = dice.pick(self.staff["Back office"])
                script.write(
                    note_at,
                    office,
                    "web",
                    [
                        script.say(office, dice.pick(names.NOTES), public=False),
                        *script.change("status", "open"),
                    ],
                )
                self._reply(dice, script, self._delay(dice, script, note_at, 50 * 60), agent)
            case _:
                if dice.chance(0.1):
                    self._transfer(dice, script, self._delay(dice, script, at, HOUR))
                    agent = self._agent(dice, script, script.last_at)
                self._reply(dice, script, self._delay(dice, script, script.last_at, 5 * HOUR), agent)

    def _after_solve(self, dice: Dice, script: Script) -> None:
        solved_at, again = script.last_at, dice.random()
        # The share of solved tickets that come back falls as the desk improves.
        back = 0.085 - 0.025 * self.story.progress(local_date(solved_at))
        if again < back:
            at = waking(dice, solved_at + round(dice.lognormal(9 * HOUR, 0.9)))
            if at < solved_at + 3 * DAY:
                self._reopen(dice, script, at, thanks=again < back * 0.35)
                solved_at = script.last_at
        if script.assignee and dice.chance(0.94):
            self._survey(dice, script, solved_at + DAY)
        close_at = max(script.last_at, solved_at + 4 * DAY) + 600
        script.rule(close_at, account.RULE_CLOSE, script.change("status", "closed", account.RULE_CLOSE))
        if dice.chance(0.012):
            moved = self.customers.organizations[script.created_at % len(self.customers.organizations)].id
            script.quiet.append(Quiet(close_at + dice.between(1, 20) * DAY, "organization_id", moved))
        script.quiet.append(Quiet(close_at + 120 * DAY, "archived", True))
        if script.kind == "mail" and dice.chance(0.015):
            self._follow_up(dice, script, close_at)

    def _reopen(self, dice: Dice, script: Script, at: int, *, thanks: bool) -> None:
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
        agent = script.assignee or self._agent(dice, script, at)
        reply_at = self._delay(dice, script, at, 80 * 60)
        script.write(
            reply_at, agent, "web", [script.say(agent, dice.pick(names.ANSWERED)), *script.change("status", "solved")]
        )

    def _survey(self, dice: Dice, script: Script, at: int) -> None:
        credited = script.assignee
        script.rule(
            at,
            account.RULE_SURVEY,
            [
                *script.change("satisfaction_score", "offered", account.RULE_SURVEY),
                SurveyOffered(credited),
            ],
        )
        progress = self.story.progress(local_date(at))
        if not dice.chance(0.205 + 0.03 * progress):
            return
        rated_at = waking(dice, at + round(dice.lognormal(5 * HOUR, 1.3)))
        replies = sum(isinstance(event, Comment) for audit in script.drafts for event in audit.events)
        chance_good = 0.895 + 0.05 * progress - 0.01 * max(0, replies - 5)
        if self.story.surge(local_date(at)) > 1.15:
            chance_good -= 0.09
        score = "good" if dice.chance(chance_good) else "bad"
        self._rate(dice, script, rated_at, score, credited)
        if score == "bad" and dice.chance(0.06):
            self._rate(dice, script, rated_at + dice.between(1, 30) * HOUR, "good", credited)

    def _rate(self, dice: Dice, script: Script, at: int, score: str, credited: int | None) -> None:
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

    def _follow_up(self, dice: Dice, parent: Script, close_at: int) -> None:
        at = waking(dice, close_at + round(dice.lognormal(2 * DAY, 0.8)))
        person = self._person(parent.requester)
        child = self._open(dice, at, "followup", person, f"Re: {parent.now['subject']}")
        child.followup_of = parent
        self._handle(dice, child, at)

    def _person(self, number: int) -> Person:
        return self.customers.people[number - account.CUSTOMER_BASE]

    def _junk(self, dice: Dice, script: Script) -> None:
        """Spam and mistakes: tagged, then deleted by someone; a few are brought back."""
        at = script.created_at
        if script.kind == "spam":
            script.rule(at + 4, account.RULE_SPAM, script.tag("spam", rule=account.RULE_SPAM))
        agent = self._agent(dice, script, at)
        gone_at = self._delay(dice, script, at, 90 * 60)
        script.write(gone_at, agent, "web", script.change("status", "deleted"))
        if script.kind == "deleted" and dice.chance(0.2):
            back_at = gone_at + dice.between(600, 5 * HOUR)
            script.kind = "recovered"
            script.write(back_at, agent, "web", script.change("status", "open"))
            self._reply(dice, script, self._delay(dice, script, back_at, HOUR), agent, first=True)
            self._onward(dice, script)

    def _duplicate(self, dice: Dice, target: Script, person: Person) -> None:
        """The same customer writes again at once; an agent merges the second ticket into the first."""
        at = target.created_at + dice.between(120, 3 * HOUR)
        source = self._open(dice, at, "merged", person, f"Noch einmal: {target.now['subject']}")
        agent = target.assignee or self._agent(dice, target, at)
        merged_at = self._delay(dice, source, at, 20 * 60)
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

    def _chat(self, dice: Dice, script: Script, *, contained: bool) -> None:
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
        agent = self._agent(dice, script, at)
        reply_at = self._delay(dice, script, at, 85, 0.7)
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
        script.write(
            script.last_at + dice.between(20, 300), agent, "native_messaging", script.change("status", "solved")
        )
        self._after_solve(dice, script)

    def _outbound(self, dice: Dice, script: Script) -> None:
        agent = script.submitter
        script.open_with(script.say(agent, "Guten Tag, wir melden uns zu Ihrer Bestellung."))
        events = script.change("assignee_id", agent) + script.change("status", "pending") + script.tag("proactive")
        script.write(script.created_at + 2, agent, "web", events)
        self._onward(dice, script)

    def _phone(self, dice: Dice, script: Script, call: Call | None) -> None:
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
            self._after_solve(dice, script)
        else:
            self._reply(dice, script, self._delay(dice, script, script.last_at, 3 * HOUR), agent, first=True)
            self._onward(dice, script)

    def _voicemail(self, dice: Dice, script: Script, call: Call | None) -> None:
        """A recording becomes a ticket; somebody calls back."""
        recording = Comment(script.requester, True, "Voicemail", voice_s=dice.between(12, 80))
        script.open_with(recording)
        if call:
            script.now[account.FIELD_CALL] = call.id
        back_at = self._delay(dice, script, script.created_at, 55 * 60)
        agent = self._agent(dice, script, back_at)
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
        self._after_solve(dice, script)


def waking(dice: Dice, at: int) -> int:
    """The moment itself, or a later one when customers would be asleep (about 23:00 to 06:00 in Berlin)."""
    return at + dice.between(6, 9) * HOUR if (at // HOUR + 1) % 24 < 6 else at
