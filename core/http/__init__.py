"""The one door out, for vendors and for deliveries: origin, deadline, size, retry, budget, redaction."""

from core.http.answer import mend
from core.http.api import Api
from core.http.budget import Budget
from core.http.oauth import ClientCredentials
from core.http.retry import Patience
from core.http.service import Http

__all__ = ["Api", "Budget", "ClientCredentials", "Http", "Patience", "mend"]
