"""Cases of plain reading: refused keys, the same rows twice, pages, a killed process, impossible places, no end."""

import re
from collections.abc import Callable
from dataclasses import replace

from core.pull.contract import Tally, Window
from core.pull.source import Progress
from core.sandbox.suite.compare import expect_same
from core.sandbox.suite.trial import (
    NAME,
    DoesNotApply,
    Failed,
    Killed,
    Trial,
    expect,
    listening,
    server_of,
    stream_of,
    told,
)
from core.sandbox.web import Reply, Request
from core.store.db import transaction
from core.store.state import keep_state, stream_state
from core.store.tables import BASE

MOST_REFUSED = 6
YEAR_2999 = 32_472_144_000
# A list that goes round is asked for this much more often than a sound one before it is called endless.
ENDLESS = 60
MOST_OVERSTATED = 5
SECRET_KEY = re.compile(r"(?i)token|secret|password|api_?key|access_?key")


def bad_credential(trial: Trial) -> None:
    """A refused key stops the source at once, names its setting, and is not shown."""
    with trial.vendor() as vendor, trial.store() as db:
        if not trial.imitation.wrong:
            keys = [key for key in vendor.settings() if SECRET_KEY.search(key)]
            expect(not keys, f"the imitation takes {', '.join(keys)} and names no wrong settings to be refused")
            raise DoesNotApply("the source has no log-in")
        with listening() as said:
            result = trial.pull(db, vendor, trial.spec(vendor, **trial.imitation.wrong))
        expect(result.outcome == "auth", f"the outcome is {told(result)}; 'auth' is expected")
        message = result.error.message if result.error else ""
        keys = list(trial.imitation.wrong)
        expect(any(f"`{key}`" in message for key in keys), f"the message names none of {', '.join(keys)}: {message}")
        shown = [key for key, value in trial.imitation.wrong.items() if str(value) in message + said.getvalue()]
        shown = [key for key in shown if SECRET_KEY.search(key)]
        expect(not shown, f"the message or the log shows the value of {', '.join(shown)}")
        asked = len(server_of(vendor).log)
        expect(asked <= MOST_REFUSED, f"{asked} requests with a refused key; {MOST_REFUSED} are the most")


def two_reads(trial: Trial) -> None:
    """A second pull changes no row, and an empty store reads the same rows."""
    main = trial.imitation.objects
    expect(main not in trial.imitation.watched, f"{main} are what is counted; they cannot depend on when we looked")
    with trial.vendor() as vendor, trial.store() as db:
        first = trial.pull(db, vendor)
        expect(first.outcome == "ok", told(first))
        before = trial.dump(db)
        expect(any(before.values()), "the first pull brought no row at all")
        again = trial.pull(db, vendor)
        expect(again.outcome == "ok", f"the second pull is not ok: {told(again)}")
        expect_same(trial.dump(db), before, "after a second pull")
    expect_same(trial.undisturbed.rows, before, "in an empty store, of the imitation started anew")


def more_than_one_page(trial: Trial) -> None:
    """The main list comes in more than one page, and ends."""
    found = trial.undisturbed
    brought = len(found.main)
    total = found.steps[-1].objects if found.steps else 0
    expect(brought > 1, f"{total} {trial.imitation.objects} came in {brought} page; more than one is asked for")


def kill_and_resume(trial: Trial) -> None:
    """Killed after a committed page, the next pull comes to the same rows."""
    pages = len(trial.undisturbed.steps)
    with trial.vendor() as vendor:
        for last in spread(pages, trial.kills):
            place = trial.place()
            with trial.store(place) as db:
                try:
                    trial.pull(db, vendor, watch=_killer(last))
                except Killed:
                    expect(not db.in_transaction, f"killed after page {last}, a transaction was left open")
            with trial.store(place) as db:
                result = trial.pull(db, vendor)
                expect(result.outcome == "ok", f"killed after page {last} of {pages}, the next pull is {told(result)}")
                expect_same(trial.dump(db), trial.undisturbed.rows, f"killed after page {last} of {pages}")


def _killer(last: int) -> Callable[[Progress], None]:
    seen = [0]

    def watch(_: Progress) -> None:
        seen[0] += 1
        if seen[0] == last:
            raise Killed

    return watch


def spread(many: int, most: int) -> list[int]:
    """At most so many of the numbers 1..many, the first and the last among them."""
    if many <= most:
        return list(range(1, many + 1))
    return sorted({1 + round(n * (many - 1) / (most - 1)) for n in range(most)})


def future_state(trial: Trial) -> None:
    """A stored place in the year 2999 is said and not believed: the source is read from its start."""
    streams = [one for one in trial.connector.streams if one.mode == "incremental" and not one.once]
    if not streams:
        raise DoesNotApply("no stream keeps a place")
    with trial.vendor() as vendor, trial.store() as db:
        for stream in streams:
            state = replace(stream_state(db, NAME, stream.name), data_to_at=YEAR_2999, status="ok", is_complete=True)
            with transaction(db):
                keep_state(db, state)
        result = trial.pull(db, vendor)
        expect(result.outcome == "ok", told(result))
        expect_same(trial.dump(db), trial.undisturbed.rows, "read from a place in the year 2999")
    for stream in streams:
        one = stream_of(result, stream.name)
        silent = one.status == "ok" and "2999" not in one.note
        expect(not silent, f"{stream.name} does not say that its place lay in the future: {one.note or 'no note'}")


def loop_guard(trial: Trial) -> None:
    """A vendor that answers every question with its first answer again is left, not asked for ever."""
    with trial.vendor() as vendor, trial.store() as db:
        server = server_of(vendor)
        usual = max(1, trial.undisturbed.result.requests)
        most = ENDLESS * usual + ENDLESS
        first: dict[tuple[str, str], Reply] = {}
        honest = server.handle

        def repeating(request: Request) -> Reply:
            if len(server.log) > most:
                return Reply(401)
            reply = honest(request)
            return first.setdefault((request.method, request.path), reply) if reply.status < 300 else reply

        server.handle = repeating  # type: ignore[method-assign]
        trial.pull(db, vendor)
        expect(len(server.log) <= most, f"{most} requests and no end, where {usual} are usual")


def own_counts(trial: Trial) -> None:
    """What the vendor itself counts is in the store."""
    if trial.connector.tallies is None:
        raise DoesNotApply("the vendor offers no counts")
    with trial.vendor() as vendor, trial.store() as db:
        spec = trial.spec(vendor)
        result = trial.pull(db, vendor, spec)
        expect(result.outcome == "ok", told(result))
        with trial.api(spec) as api:
            tallies = list(trial.connector.tallies(api, Window(since=spec.start_at)))
        expect(tallies, "no count was given")
        wrong = []
        for tally in tallies:
            sql, bounds = _counting(tally)
            if (found := int(db.execute(sql, bounds).fetchone()[0])) != tally.count:
                wrong.append(f"{tally.what}: {tally.count} at the vendor's, {found} in {tally.table}")
        expect(not wrong, "; ".join(wrong))


def _counting(tally: Tally) -> tuple[str, list[int]]:
    (table,) = (one for one in BASE if one.name == tally.table)
    expect(tally.column in table.names, f"{tally.what}: {table.name} has no column {tally.column}")
    wheres = ["deleted_at is null"] if "deleted_at" in table.names else []
    bounds = [(f"{tally.column} >= ?", tally.from_at), (f"{tally.column} < ?", tally.to_at)]
    given = [(where, at) for where, at in bounds if at is not None]
    where = " and ".join([*wheres, *(text for text, _ in given)]) or "true"
    return f"select count(*) from {table.name} where {where}", [at for _, at in given]


def check_speaks(trial: Trial) -> None:
    """``check`` finds a sound account sound, and says what to do about the rest."""
    if trial.connector.check is None:
        raise Failed("the connector has no check")
    with trial.vendor() as vendor, trial.api(trial.spec(vendor)) as api:
        findings = list(trial.connector.check(api))
    expect(findings, "check found nothing, not even a log-in")
    dumb = [one.what for one in findings if not one.ok and not one.advice]
    expect(not dumb, f"check says no way out of: {'; '.join(dumb)}")
    expect(any(one.ok for one in findings), f"check finds nothing right: {'; '.join(one.what for one in findings)}")


def stated_requests(trial: Trial) -> str:
    """A first read of 1,000 objects takes no more requests than the connector states, and not far fewer."""
    measured, stated = trial.requests_per_1000, trial.connector.requests_per_1000
    if measured is None:
        raise DoesNotApply("the source is no HTTP service")
    expect(stated is not None, f"requests_per_1000 is not stated; {measured:g} were measured")
    assert stated is not None
    expect(measured <= stated, f"{measured:g} requests per 1,000 were measured, {stated:g} are stated")
    expect(stated <= MOST_OVERSTATED * measured + 10, f"{stated:g} requests are stated, {measured:g} were measured")
    return f"{measured:g} per 1,000 measured, {stated:g} stated"
