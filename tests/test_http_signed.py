"""Requests that a vendor's own library built and signed, on their way through our door."""

import httpx
import pytest
import respx

from core.errors import AuthError, NotAllowed, Unavailable
from core.http import Api, Http
from tests.http_server import BASE, FakeTime, TicketPage, api

KEY_CODES = frozenset({"UnrecognizedClientException"})
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AK/x", "X-Amz-Date": "20261122T000000Z"}


def signed_api() -> Api:
    """An Api of a vendor whose error codes, not statuses, tell a wrong key."""
    return Api(Http(BASE, key_codes=KEY_CODES, setting="access_key"), name="pbx", timing=FakeTime().timing)


@respx.mock
def test_what_was_signed_is_sent_as_it_is() -> None:
    """A header or byte changed on the way is a signature that the vendor refuses."""
    route = respx.post(f"{BASE}/search").mock(return_value=httpx.Response(200, json={"tickets": []}))
    client = signed_api()
    client.send("POST", f"{BASE}/search", TicketPage, headers=SIGNED, content=b'{"a": 1}')
    request = route.calls.last.request
    assert (request.content, request.headers["Authorization"]) == (b'{"a": 1}', SIGNED["Authorization"])
    assert client.requests == 1


@respx.mock
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("UnrecognizedClientException", AuthError),
        ("UnrecognizedClientException:http://internal/", AuthError),
        ("AccessDeniedException", NotAllowed),
    ],
)
def test_a_403_is_told_apart_by_its_code(code: str, error: type[Exception]) -> None:
    """A missing permission would stop the whole source, or a wrong key would look like a missing plan."""
    respx.get(f"{BASE}/x").mock(return_value=httpx.Response(403, headers={"x-amzn-ErrorType": code}, json={}))
    with pytest.raises(error):
        signed_api().send("GET", f"{BASE}/x", TicketPage, headers=SIGNED)


@respx.mock
def test_another_server_is_never_asked() -> None:
    """A signed request to another host would hand it a signature it can replay."""
    with pytest.raises(Unavailable, match="only"):
        api().send("GET", "https://elsewhere.example/x", TicketPage, headers=SIGNED)
