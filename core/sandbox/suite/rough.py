"""Cases of rough weather: an account that changes while it is read, broken answers, hostile rows."""

from collections import Counter
from typing import Any

from core.clock import AHEAD_S
from core.pull.source import Progress
from core.sandbox.suite.compare import expect_same, expect_within, without_deleted
from core.sandbox.suite.trial import Failed, Trial, count, expect, server_of, told

MOST_PULLS, MOST_ROUNDS = 8, 10
# Each strikes every fortieth answer: ten in a hundred in all. The first ones come early, so that few requests suffice.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "retry_after": "2"},
    {"kind": "status", "status": 503},
    {"kind": "cut"},
    {"kind": "reset"},
)
EVERY = 40


def mutation(trial: Trial) -> None:
    """What changes between two pages is found in the end: the store is as if it had been read in one go."""
    main = trial.undisturbed.main
    moments = {main[0] + 1, main[len(main) // 2] + 1, main[-1] + 1} if main else {1}
    with trial.vendor() as vendor, trial.store() as db:
        spec, pages, began_at, moved_s = trial.spec(vendor), [0], vendor.now_at, [0]

        def meanwhile(_: Progress) -> None:
            pages[0] += 1
            # Rows from more than a day ahead of the pull's own clock are not believed.
            if pages[0] in moments and vendor.now_at + moved_s[0] < began_at + AHEAD_S:
                before_at = vendor.now_at
                vendor.change()
                moved_s[0] = vendor.now_at - before_at

        result = trial.pull(db, vendor, spec, meanwhile)
        expect(result.outcome == "ok", f"the pull that was overtaken is {told(result)}")
        expect(moved_s[0], "the imitation's change() does not move its clock, or no page came at all")
        expect(moved_s[0] < AHEAD_S, "the imitation's change() moves its clock by a day or more")
        vendor.change()
        for _ in range(MOST_PULLS):
            before = trial.dump(db)
            result = trial.pull(db, vendor, spec)
            expect(result.outcome == "ok", f"a pull after the changes is {told(result)}")
            if trial.dump(db) == before:
                break
        else:
            expect(holds=False, otherwise=f"the store is not at rest after {MOST_PULLS} pulls of a vendor at rest")
        final = trial.read(vendor, spec).rows
        found = trial.dump(db)
    changed = Counter(map(repr, final[trial.imitation.objects])) != Counter(
        map(repr, trial.undisturbed.rows[trial.imitation.objects])
    )
    expect(changed, f"the imitation's change() changes none of its {trial.imitation.objects}")
    expect_same(*without_deleted(found, final), "read while it changed")


def faults(trial: Trial) -> None:
    """429, 503, cut and reset answers, ten in a hundred and one of each at least, cost time and no row."""
    wanted = trial.undisturbed.rows
    with trial.vendor() as vendor:
        server = server_of(vendor)
        struck = [server.fail(every=EVERY, seen=EVERY - 2 - 2 * n, **how) for n, how in enumerate(FAULTS)]
        # Where a pull takes few requests, it takes several until each fault has had its turn.
        for _ in range(MOST_ROUNDS):
            with trial.store() as db:
                result = trial.pull(db, vendor)
                for _ in range(MOST_PULLS):
                    if result.outcome == "ok":
                        break
                    result = trial.pull(db, vendor)
                expect(result.outcome == "ok", f"after {MOST_PULLS} more pulls with faults it is {told(result)}")
                expect_same(trial.dump(db), wanted, "with one answer in ten spoilt")
            if all(fault.struck for fault in struck):
                return
    names = ", ".join(fault.kind for fault in struck if not fault.struck)
    raise Failed(f"no answer was struck by: {names}")


def hostile_rows(trial: Trial) -> None:
    """Rows that no sane vendor sends are set aside and counted; every good one is stored as ever."""
    wanted = trial.undisturbed.rows
    with trial.vendor() as vendor, trial.store() as db:
        vendor.spoil()
        result = trial.pull(db, vendor)
        expect(result.outcome == "ok", f"with hostile rows the pull is {told(result)}")
        aside = count(db, "rejected_rows")
        expect(aside, "none of the hostile rows was set aside")
        expect(result.rejected >= aside, f"{aside} rows are set aside, {result.rejected} are counted")
        expect_within(trial.dump(db), wanted, "with hostile rows among them")
