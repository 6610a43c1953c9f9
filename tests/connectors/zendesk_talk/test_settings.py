"""The account's key in its two forms, and the limit of Talk's own exports."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.zendesk_talk.rows import EXPORT
from connectors.zendesk_talk.settings import ZendeskTalkSettings, http

PAIR = {"subdomain": "demo", "email": "bot@demo.example", "token": "t"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subdomain": "demo"}, "needs email and token, or oauth_token"),
        ({"subdomain": "demo", "token": "t"}, "needs email and token, or oauth_token"),
        ({**PAIR, "oauth_token": "o"}, "keep one"),
        ({**PAIR, "subdomain": "demo.zendesk.com/"}, "subdomain"),
        ({**PAIR, "away_means": "fishing"}, "away_means"),
    ],
)
def test_one_key_and_known_words(given: dict[str, Any], said: str) -> None:
    """A wrong entry is said before anything is asked."""
    with pytest.raises(ValidationError, match=said):
        ZendeskTalkSettings(**given)


def test_the_key_goes_as_zendesk_wants_it() -> None:
    """The same credentials as for Zendesk Support: mail and token, or a bearer token."""
    basic = http(ZendeskTalkSettings(**PAIR)).basic
    assert basic is not None
    assert (basic[0], basic[1].get_secret_value()) == ("bot@demo.example/token", "t")
    service = http(ZendeskTalkSettings(subdomain="demo", oauth_token="o"))
    assert (service.bearer is not None, service.setting) == (True, "oauth_token")


def test_exports_keep_to_ten_a_minute() -> None:
    """The eleventh would be refused, for every integration of the account."""
    ((prefix, limit),) = http(ZendeskTalkSettings(**PAIR)).limits.items()
    assert (f"{EXPORT}/legs.json".startswith(prefix), limit) == (True, 10)
