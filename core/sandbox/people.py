"""Who works at the desk and who writes or calls."""

from core.sandbox import account
from core.sandbox.dice import Dice
from core.sandbox.hours import local_at
from core.sandbox.names import AGENTS, BRANCH, COMPANY, FIRST, LAST
from core.sandbox.story import Story
from core.sandbox.truth import Organization, Person

DAY = 86_400
SWITCHBOARD = "+493055501000"
"""One company's central number, kept by more of its people than one person can be."""

ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "Ö": "Oe", "ø": "o", "'": None, " ": "."})


def mail_name(name: str) -> str:
    """The part of a mail address that a person of this name would have."""
    plain = name.translate(ASCII).lower()
    return "".join(letter for letter in plain if letter.isascii())


def make_staff(story: Story) -> list[Person]:
    """The people and machines that answer, with the history of the two whose role changed."""
    hired_at = local_at(story.start_on) - 500 * DAY
    demoted_at, promoted_at = local_at(story.demoted_on, 18 * 60), local_at(story.promoted_on, 9 * 60)

    def person(number: int, name: str, role: str, from_at: int = hired_at, **more: object) -> Person:
        fields = {"id": number, "name": name, "email": f"{mail_name(name)}@lumo.example", "phone": None}
        return Person(**fields, role=role, created_at=hired_at, from_at=from_at, **more)  # type: ignore[arg-type]

    staff = [
        person(account.ADMIN, "Deskpulse Reader", "admin"),
        person(account.BOT, "Deskbot", "agent", tags=("bot",)),
        person(account.LIGHT_AGENTS[0], "Gregor Stahl", "agent", custom_role_id=account.LIGHT_AGENT_ROLE),
        person(account.LIGHT_AGENTS[1], "Maya Lindqvist", "agent", custom_role_id=account.LIGHT_AGENT_ROLE),
        person(account.DEMOTED, account.DEMOTED_NAME, "agent", group_ids=(account.GROUPS["Tech"],)),
        person(account.DEMOTED, account.DEMOTED_NAME, "end-user", demoted_at),
        person(account.PROMOTED, account.PROMOTED_NAME, "end-user"),
        person(account.PROMOTED, account.PROMOTED_NAME, "agent", promoted_at, group_ids=(account.GROUPS["Billing"],)),
    ]
    for name, groups in AGENTS:
        numbers = tuple(account.GROUPS[group] for group in groups)
        staff.append(person(account.AGENT_IDS[name], name, "agent", group_ids=numbers))
    return staff


class Customers:
    """The customers so far, in the order in which they first appeared."""

    def __init__(self, seed: int, story: Story, scale: float) -> None:
        self.dice = Dice(seed, "customers")
        self.start_at = local_at(story.start_on)
        self.people: list[Person] = []
        self.recent: list[int] = []
        self.organizations = [self._organization(number) for number in range(max(6, round(110 * min(scale, 1.0))))]
        self.known = max(80, round(2_800 * scale))
        """Customers from before the story; only they are known by their number when they call."""
        for number in range(self.known):
            self.add(self.start_at - 700 * DAY + number * 700 * DAY // self.known)

    def _organization(self, number: int) -> Organization:
        dice = self.dice
        name = f"{dice.pick(COMPANY)} {dice.pick(BRANCH)}"
        created_at = self.start_at - dice.between(30, 700) * DAY
        return Organization(4_100_000 + number, name, f"org{number}.example", created_at, created_at + DAY)

    def add(self, at: int) -> int:
        """A new customer who first shows up at `at`; returns the place in `people`."""
        dice, number = self.dice, len(self.people)
        name = f"{dice.pick(FIRST)} {dice.pick(LAST)}"
        organization = dice.pick(self.organizations) if dice.chance(0.28) else None
        domain = organization.domain if organization else dice.pick(("post.example", "mail.example", "inbox.example"))
        phone = f"+49{dice.pick(('30', '40', '89', '171', '160'))}{dice.between(2_000_000, 9_999_999)}"
        if organization is self.organizations[0]:
            phone = SWITCHBOARD
        elif number and dice.chance(0.015):
            phone = dice.pick(self.people).phone or phone
        self.people.append(
            Person(
                id=account.CUSTOMER_BASE + number,
                name=name,
                email=f"{mail_name(name)}{number}@{domain}" if dice.chance(0.96) else None,
                phone=phone if dice.chance(0.66) else None,
                role="end-user",
                created_at=at,
                from_at=at,
                organization_id=organization.id if organization else None,
                tags=("vip",) if dice.chance(0.07) else (),
                language="de" if dice.chance(0.68) else "en",
            )
        )
        return number

    def someone(self, dice: Dice, at: int, fresh: float) -> Person:
        """Who writes or calls now: at times somebody new, at times somebody who did so lately."""
        if dice.chance(fresh):
            number = self.add(at)
        elif self.recent and dice.chance(0.20):
            number = dice.pick(self.recent)
        else:
            number = int(dice.random() * len(self.people))
        self.recent.append(number)
        if len(self.recent) > 400:
            del self.recent[:100]
        return self.people[number]
