"""Settings, log-in, lookups and what ``check`` says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from connectors import Gone, NotAllowed, Refused
from connectors.zendesk import connector
from connectors.zendesk.account import TRIED, check, prepare
from connectors.zendesk.settings import ZendeskSettings, http

NO_SCOPE = NotAllowed("not allowed (403: Missing the following required scopes: read).", 403, "Forbidden")
NO_PLAN = NotAllowed("not allowed for this key or plan (403).", 403, "Forbidden")
NOTHING = Gone("there is no such thing (404).", 404)


def test_a_token_is_sent_as_the_user_it_belongs_to() -> None:
    """Zendesk takes an API token only behind '<mail>/token'."""
    given = http(ZendeskSettings(subdomain="demo", email="a@b.example", token="t"))
    assert given.base_url == "https://demo.zendesk.com/api/v2"
    assert given.basic is not None
    assert given.basic[0] == "a@b.example/token"
    assert given.limits["/incremental/"] == 10
    assert "example" not in repr(given)


def test_an_oauth_token_needs_no_mail() -> None:
    """Password and token log-in are being withdrawn for some accounts."""
    given = http(ZendeskSettings(subdomain="demo", oauth_token="o"))
    assert given.basic is None
    assert given.bearer is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"email": "a@b.example"},
        {"token": "t"},
        {"email": "a@b.example", "token": "t", "oauth_token": "o"},
        {"email": "a@b.example", "token": "t", "subdomain": "https://demo.zendesk.com"},
    ],
)
def test_settings_that_cannot_log_in_are_refused(wrong: dict[str, str]) -> None:
    """Better before the first request than after it."""
    with pytest.raises(ValidationError):
        ZendeskSettings(**{"subdomain": "demo", **wrong})


def test_every_setting_is_described() -> None:
    """The example config is written from these sentences."""
    assert all(field.description for field in ZendeskSettings.model_fields.values())


def test_lookups_that_the_plan_lacks_are_empty(api: Callable[..., Any]) -> None:
    """Custom roles and statuses belong to larger plans; their absence must not stop a pull."""
    fields = {"ticket_fields": [{"id": 1, "type": "tagger"}, {"id": "odd"}], "next_page": None}
    found = prepare(api(NO_PLAN, NOTHING, fields, NO_PLAN))
    assert {name: value for name, value in found.items() if value} == {"ticket_fields": {"1": "tagger"}}
    assert json.loads(json.dumps(found)) == found


def test_check_tells_an_agent_from_an_admin(api: Callable[..., Any]) -> None:
    """Exports are for admins; the page to click is named."""
    me = {"user": {"id": 1, "role": "agent", "iana_time_zone": "Europe/Berlin"}}
    found = list(check(api(me, *[{} for _ in TRIED])))
    role = next(one for one in found if one.what.startswith("role"))
    assert not role.ok
    assert "Administrator" in role.advice
    assert all(one.ok for one in found if one is not role)


def test_check_knows_an_anonymous_answer(api: Callable[..., Any]) -> None:
    """Zendesk answers 200 with an 'Anonymous user' to a wrong key."""
    found = list(check(api({"user": {"name": "Anonymous user"}})))
    assert [one.ok for one in found] == [False]


def test_recorded_anonymous_user(recorded: Callable[..., Any], api: Callable[..., Any]) -> None:
    """What a real account said to a wrong token."""
    (exchange,) = recorded("nodezendesk__authentication_test_incorrect_token.jsonl")
    assert [one.ok for one in check(api(exchange["body"]))] == [False]


def test_check_separates_a_missing_scope_from_a_missing_plan(api: Callable[..., Any]) -> None:
    """The one is mended with a click, the other is nobody's fault."""
    me = {"user": {"id": 1, "role": "admin"}}
    refusals = {
        "tickets": NO_SCOPE,
        "SLA policies": NO_PLAN,
        "survey responses": NOTHING,
        "groups": Refused("no.", 400),
    }
    answers: list[Any] = [refusals.get(what, {}) for what, _, _, _ in TRIED]
    found = {one.what: one for one in check(api(me, *answers))}
    assert (found["tickets"].ok, found["groups"].ok) == (False, False)
    assert "scope 'read'" in found["tickets"].advice
    assert found["SLA policies"].ok
    assert "plan" in found["SLA policies"].advice
    assert found["survey responses"].ok


def test_streams_are_named_once_and_own_their_rows() -> None:
    """Two streams that own one table would write over each other."""
    names = [stream.name for stream in connector.streams]
    owned = [kind for stream in connector.streams for kind in stream.owns]
    assert len(set(names)) == len(names)
    assert len(set(owned)) == len(owned)
