"""The door out where a vendor refuses wrong keys with a status of its own, or good ones now and then."""

import httpx
import pytest
import respx
from pydantic import SecretStr

from core.errors import AuthError, NotAllowed
from core.http import Http
from tests.http_server import BASE, FakeTime, TicketPage, answers, api, ok


@respx.mock
def test_a_vendor_s_own_status_for_a_wrong_key_ends_the_source() -> None:
    """Aircall says 403 to a wrong key: taken for a missing permission, streams would be skipped and nobody told why."""
    answers(*[httpx.Response(403, json={"message": "Forbidden"})] * 2)
    told = Http(BASE, basic=("id", SecretStr("tok-1")), setting="api_token", refusals=frozenset({401, 403}))
    with pytest.raises(AuthError, match="`api_token` of zd-main"):
        api(http=told).get("/tickets", TicketPage)
    with pytest.raises(NotAllowed):
        api().get("/tickets", TicketPage)


@respx.mock
def test_a_refusal_that_is_a_hiccup_is_looked_at_twice() -> None:
    """Twilio's edge says 401 to good keys now and then: a night's pull must not end in a message to renew the key."""
    flaky = Http(BASE, basic=("AC1", SecretStr("tok-1")), setting="auth_token", doubts_refusal=True)
    route = answers(httpx.Response(401), ok(), ok(), httpx.Response(401), httpx.Response(401))
    client = api(time := FakeTime(), http=flaky)
    client.get("/tickets", TicketPage)
    assert time.at == pytest.approx(2.0)
    client.get("/tickets", TicketPage)
    for _ in range(2):
        with pytest.raises(AuthError, match="`auth_token` of zd-main"):
            client.get("/tickets", TicketPage)
    assert route.call_count == 5
