"""The config file: its models, its errors with file and line, its secrets, its sample."""

from core.config.load import load_config
from core.config.models import (
    Config,
    Destination,
    Goal,
    Person,
    QueueRule,
    ReportRule,
    ScheduleRule,
    Source,
    seconds,
)

__all__ = [
    "Config",
    "Destination",
    "Goal",
    "Person",
    "QueueRule",
    "ReportRule",
    "ScheduleRule",
    "Source",
    "load_config",
    "seconds",
]
