"""The same human over systems: customers who share a mail address or a phone number, and those whom the config names.

Only customers of a person with several ids have a row; everybody else is a person of their own.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from core.store.db import transaction
from core.store.dirty import mark

# A reception's number or a family's address says nothing of who calls.
MOST_SHARING = 5
# Beyond so many changed customers reading all identities at once is quicker than walking from each.
MANY = 5_000

SHARED = f"""
select i.kind || ':' || i.identity_hash, i.customer_uid
from customer_identities as i
join (
  select kind, identity_hash
  from customer_identities
  group by kind, identity_hash
  having count(*) between 2 and {MOST_SHARING}
) as s on s.kind = i.kind and s.identity_hash = i.identity_hash
"""
OF_CUSTOMER = f"""
select o.customer_uid
from customer_identities as i
join customer_identities as o on o.kind = i.kind and o.identity_hash = i.identity_hash
where i.customer_uid = ?
  and (
    select count(*)
    from customer_identities as n
    where n.kind = i.kind and n.identity_hash = i.identity_hash
  ) <= {MOST_SHARING}
"""
# An address that one customer too many has now parts those whom it joined before.
PARTED = """
select o.customer_uid
from customer_identities as i
join customer_identities as o on o.kind = i.kind and o.identity_hash = i.identity_hash
join people as p on p.customer_uid = o.customer_uid
where i.customer_uid = ?
"""


class Union:
    """Disjoint sets of uids; the least uid of a set stands for it."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def root(self, uid: str) -> str:
        """The uid that stands for the set."""
        found = uid
        while (above := self._up.get(found, found)) != found:
            found = above
        while uid != found:
            self._up[uid], uid = found, self._up.get(uid, uid)
        return found

    def join(self, one: str, other: str) -> None:
        """Makes one set of two."""
        low, high = sorted((self.root(one), self.root(other)))
        self._up[high] = low


def derive_people(db: sqlite3.Connection, aliases: Iterable[Sequence[str]] = (), *, full: bool = False) -> set[str]:
    """Joins customers anew where identities changed; answers, and marks the contacts of, those whose person changed.

    ``aliases``: uids that the config says are one human. ``full``: all anew, as at a change of the aliases."""
    same = [tuple(group) for group in aliases]
    with transaction(db):
        dirty = {row[0] for row in db.execute("select key from dirty_keys where kind = 'customer'")}
        if not dirty and not full:
            return set()
        if full or len(dirty) > MANY:
            before = dict(db.execute("select customer_uid, person_uid from people"))
            after = _joined(_everyone(db), same)
        else:
            members = _reached(db, dirty, same)
            before = {
                uid: row[0]
                for uid in members
                if (row := db.execute("select person_uid from people where customer_uid = ?", (uid,)).fetchone())
            }
            after = _joined(((uid, other) for uid in members for other in _sharing(db, uid)), same, only=members)
        changed = {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}
        db.executemany("delete from people where customer_uid = ?", [(uid,) for uid in sorted(changed)])
        db.executemany(
            "insert into people (customer_uid, person_uid) values (?, ?)",
            [(uid, after[uid]) for uid in sorted(changed) if uid in after],
        )
        for uid in changed:
            for kind, sql in (
                ("ticket", "select uid from tickets where requester_uid = ?"),
                ("call", "select uid from calls where customer_uid = ?"),
            ):
                mark(db, kind, [row[0] for row in db.execute(sql, (uid,))])
        db.execute("delete from dirty_keys where kind = 'customer'")
    return changed


def _everyone(db: sqlite3.Connection) -> Iterable[tuple[str, str]]:
    first: dict[str, str] = {}
    for identity, uid in db.execute(SHARED):
        yield first.setdefault(identity, uid), uid


def _sharing(db: sqlite3.Connection, uid: str) -> list[str]:
    return [row[0] for row in db.execute(OF_CUSTOMER, (uid,))]


def _reached(db: sqlite3.Connection, dirty: set[str], same: Sequence[Sequence[str]]) -> set[str]:
    """Customers whose person can differ now: all who are, or were, joined with a changed one, however indirectly."""
    beside = {uid: group for group in same for uid in group}
    members: set[str] = set()
    waiting = list(dirty)
    while waiting:
        uid = waiting.pop()
        if uid in members:
            continue
        members.add(uid)
        was = db.execute(
            "select o.customer_uid from people as p join people as o on o.person_uid = p.person_uid "
            "where p.customer_uid = ?",
            (uid,),
        )
        waiting += [row[0] for row in was]
        waiting += _sharing(db, uid)
        if uid in dirty:
            waiting += [row[0] for row in db.execute(PARTED, (uid,))]
        waiting += beside.get(uid, ())
    return members


def _joined(
    pairs: Iterable[tuple[str, str]], same: Sequence[Sequence[str]], only: set[str] | None = None
) -> dict[str, str]:
    sets, known = Union(), set()
    for one, other in pairs:
        sets.join(one, other)
        known |= {one, other}
    for group in same:
        if only is None or not only.isdisjoint(group):
            for uid in group[1:]:
                sets.join(group[0], uid)
            known |= set(group)
    people: dict[str, list[str]] = {}
    for uid in known:
        people.setdefault(sets.root(uid), []).append(uid)
    return {uid: person for person, uids in people.items() if len(uids) > 1 for uid in uids}
