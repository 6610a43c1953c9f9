"""All cases of the contract, and the verdict on each."""

from collections.abc import Callable
from dataclasses import dataclass

from core.pull.grades import RECORDED, Outcome
from core.sandbox.suite import discretion, reading, recorded, rough, sources
from core.sandbox.suite.trial import DoesNotApply, Failed, Trial


@dataclass(frozen=True)
class Case:
    """One thing the contract asks; ``run`` raises Failed or DoesNotApply, or returns what was shown.

    ``is_slow``: takes seconds; not for every test run."""

    name: str
    run: Callable[[Trial], str | None]
    is_slow: bool = False

    @property
    def says(self) -> str:
        """What holds, in a sentence."""
        return (self.run.__doc__ or "").strip()


@dataclass(frozen=True)
class Verdict:
    """What came of a case; ``asks`` is what it asks for."""

    case: str
    outcome: Outcome
    why: str = ""
    asks: str = ""


CASES = (
    Case("bad credential", reading.bad_credential),
    Case("check", reading.check_speaks),
    Case("two reads equal", reading.two_reads),
    Case("more than one page", reading.more_than_one_page),
    Case("kill and resume", reading.kill_and_resume),
    Case("future state", reading.future_state),
    Case("mutation while paging", rough.mutation),
    Case("faults", rough.faults),
    Case("endless lists", reading.loop_guard),
    Case("hostile rows", rough.hostile_rows),
    Case("secrets", discretion.secrets),
    Case("time zones", discretion.time_zones),
    Case("described settings", discretion.described_settings),
    Case("promised imports", sources.promised_imports),
    Case("own counts", reading.own_counts),
    Case("stated requests", reading.stated_requests, is_slow=True),
    Case(RECORDED, recorded.recorded_answers),
)


def judge(case: Case, trial: Trial) -> Verdict:
    """The verdict of one case; whatever else the connector raises is a failure of it."""
    try:
        shown = case.run(trial)
    except DoesNotApply as reason:
        return Verdict(case.name, "does not apply", str(reason), case.says)
    except Failed as reason:
        return Verdict(case.name, "failed", str(reason), case.says)
    # A connector may come from anybody and fail in any way; the other cases are still to be told.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return Verdict(case.name, "failed", f"{type(error).__name__} was raised: {error}", case.says)
    return Verdict(case.name, "passed", shown or "", case.says)
