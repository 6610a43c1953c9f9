"""What the desk remembers from day to day, and how long people take."""

from core.sandbox import account, names
from core.sandbox.dice import Dice
from core.sandbox.hours import Hours, local_date
from core.sandbox.people import Customers
from core.sandbox.script import Script
from core.sandbox.story import Story
from core.sandbox.truth import Event, Person

HOUR, DAY = 3_600, 86_400
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

    def open(self, dice: Dice, at: int, kind: str, person: Person, subject: str = "") -> Script:
        """A new ticket with its first message, as the triggers leave it."""
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

    def agent(self, dice: Dice, script: Script, at: int) -> int:
        """Somebody of the group that holds the ticket, as it was staffed then."""
        group = account.GROUP_NAMES[int(str(script.now["group_id"]))]
        day_on = local_date(at)
        if group == "Tech" and day_on < self.story.demoted_on and dice.chance(0.12):
            return account.DEMOTED
        if group == "Billing" and day_on >= self.story.promoted_on and dice.chance(0.12):
            return account.PROMOTED
        return dice.pick(self.staff[group])

    def delay(self, dice: Dice, script: Script, at: int, median_s: float, spread: float = 1.0) -> int:
        """When something comes that takes about `median_s` open seconds, longer in a surge."""
        wait = dice.lognormal(median_s * SLOWER_BY_PRIORITY[str(script.now["priority"])], spread)
        wait *= 1.0 + 1.4 * (self.story.surge(local_date(at)) - 1.0)
        return self.hours.after(at, round(min(wait, 90 * HOUR)))

    def first_reply_at(self, dice: Dice, script: Script, at: int) -> int:
        """When a person first answers; faster since the team began to work on it."""
        median_min = 44.0 - 26.0 * self.story.progress(local_date(at))
        if script.now["group_id"] == account.GROUPS["Billing"] and local_date(at) >= self.story.planted.policy_on:
            median_min *= self.story.planted.policy
        late = 14.0 if dice.chance(0.05) else 1.0
        return self.delay(dice, script, at, median_min * 60 * late, 1.05)

    def person(self, number: int) -> Person:
        """The customer of a number."""
        return self.customers.people[number - account.CUSTOMER_BASE]


def waking(dice: Dice, at: int) -> int:
    """The moment itself, or a later one when customers would be asleep (about 23:00 to 06:00 in Berlin)."""
    return at + dice.between(6, 9) * HOUR if (at // HOUR + 1) % 24 < 6 else at
