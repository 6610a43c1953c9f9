"""What each vendor publishes, what it means there and here."""

from collections.abc import Mapping

from core.numbers.differences.desks import CSV_FOLDER, FRESHDESK, REQUEST_TRACKER, ZENDESK
from core.numbers.differences.differs import Differs
from core.numbers.differences.telephones import (
    AIRCALL,
    AMAZON_CONNECT,
    ASTERISK,
    FRESHCALLER,
    GENESYS_CLOUD,
    TWILIO,
    ZENDESK_TALK,
)

VENDORS: Mapping[str, tuple[Differs, ...]] = {
    "zendesk": ZENDESK,
    "zendesk_talk": ZENDESK_TALK,
    "freshdesk": FRESHDESK,
    "freshcaller": FRESHCALLER,
    "aircall": AIRCALL,
    "twilio": TWILIO,
    "amazon_connect": AMAZON_CONNECT,
    "genesys_cloud": GENESYS_CLOUD,
    "asterisk": ASTERISK,
    "request_tracker": REQUEST_TRACKER,
    "csv_folder": CSV_FOLDER,
}
# Connectors that bring no figure of contacts with which ours could be compared.
UNPUBLISHED: Mapping[str, str] = {"weather": "no contacts come from there"}
