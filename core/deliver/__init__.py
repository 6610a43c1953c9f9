"""The way out: destinations, and the outbox that never posts twice."""

from core.deliver.outbox import Delivery, Part, Receipt, deliver
from core.deliver.targets import Target, open_target

__all__ = ["Delivery", "Part", "Receipt", "Target", "deliver", "open_target"]
