"""Everything an imitation of a vendor, or the test of a connector, may import from Deskpulse beside `connectors`.

Nothing else of `core` is promised to stay."""

from core.sandbox.dice import Dice
from core.sandbox.faults import HOSTILE_TEXTS
from core.sandbox.imitation import Imitation, Vendor
from core.sandbox.suite.cases import CASES, Case, Verdict, judge
from core.sandbox.suite.run import trial
from core.sandbox.suite.trial import Trial
from core.sandbox.web import Reply, Request, Sandbox

__all__ = [
    "CASES", "HOSTILE_TEXTS", "Case", "Dice", "Imitation", "Reply", "Request", "Sandbox", "Trial", "Vendor", "Verdict",
    "judge", "trial",
]  # fmt: skip
