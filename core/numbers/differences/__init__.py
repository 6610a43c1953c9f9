"""Why our numbers are not the vendor's: the rules at work, and by vendor the figures that they touch (metrics R18)."""

from core.numbers.differences.differs import Differs
from core.numbers.differences.page import differences_page
from core.numbers.differences.rules import RULES, Rule
from core.numbers.differences.vendors import UNPUBLISHED, VENDORS

__all__ = ["RULES", "UNPUBLISHED", "VENDORS", "Differs", "Rule", "differences_page"]
