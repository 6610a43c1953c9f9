"""The door out where a token has to be asked for first, and where a vendor has more than one server."""

import io
import logging
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest
import respx
from pydantic import SecretStr

from core import log
from core.errors import AuthError, Unavailable
from core.http import Api, ClientCredentials, Http
from tests.http_server import FakeTime

LOGIN = "https://login.vendor.example"
API = "https://api.vendor.example/api/v2"
SECRET = "cs-5e884898da"


class Answer(msgspec.Struct):
    state: str = ""


def http() -> Http:
    oauth = ClientCredentials(token_url=f"{LOGIN}/oauth/token", client_id="client-1", client_secret=SecretStr(SECRET))
    return Http(API, oauth=oauth, besides=(LOGIN,), setting="client_secret")


def door(time: FakeTime, base_url: str | None = None, given: Http | None = None) -> Api:
    return Api(given or http(), name="gc", base_url=base_url, timing=time.timing)


def token(name: str, lasts: int = 86_400) -> httpx.Response:
    return httpx.Response(200, json={"access_token": name, "token_type": "bearer", "expires_in": lasts})


@respx.mock
def test_a_token_is_asked_for_once_and_used_until_its_end() -> None:
    """A token a request would use up the vendor's limit of log-ins; an ended one would fail a night's pull."""
    login = respx.post(f"{LOGIN}/oauth/token").mock(side_effect=[token("t-one"), token("t-two")])
    route = respx.get(f"{API}/users").mock(return_value=httpx.Response(200, json={}))
    api = door(time := FakeTime())
    api.get("/users", Answer)
    api.get("/users", Answer)
    time.at += 86_400
    api.get("/users", Answer)
    assert [call.request.headers["authorization"] for call in route.calls] == ["Bearer t-one"] * 2 + ["Bearer t-two"]
    asked = login.calls[0].request
    assert asked.headers["authorization"].startswith("Basic ")
    assert parse_qs(asked.content.decode()) == {"grant_type": ["client_credentials"]}


@pytest.mark.parametrize(
    ("told", "lasts_s"), [("3600", 3540), (3600, 3540), (90, 45), (None, 1740), (0, 1740), (-5, 1740), ("soon", 1740)]
)
@respx.mock
def test_a_token_lives_as_long_as_can_be_read(told: object, lasts_s: int) -> None:
    """Some services tell seconds as a text; a word that nobody understands must not mean a log-in for each request."""
    answer = {"access_token": "t-one", "expires_in": told}
    login = respx.post(f"{LOGIN}/oauth/token").mock(return_value=httpx.Response(200, json=answer))
    respx.get(f"{API}/users").mock(return_value=httpx.Response(200, json={}))
    api = door(time := FakeTime())
    api.get("/users", Answer)
    time.at += lasts_s - 1
    api.get("/users", Answer)
    assert login.call_count == 1
    time.at += 1
    api.get("/users", Answer)
    assert login.call_count == 2


@respx.mock
def test_a_token_refused_in_mid_pull_is_renewed_once() -> None:
    """An admin who resets tokens must not lose the night; one who removed the client must be told."""
    respx.post(f"{LOGIN}/oauth/token").mock(side_effect=[token("t-one"), token("t-two"), token("t-three")])
    answers = [httpx.Response(401), httpx.Response(200, json={}), httpx.Response(401), httpx.Response(401)]
    route = respx.get(f"{API}/users").mock(side_effect=answers)
    api = door(FakeTime())
    api.get("/users", Answer)
    with pytest.raises(AuthError, match="`client_secret` of gc"):
        api.get("/users", Answer)
    assert route.call_count == 4


@pytest.mark.parametrize("status", [400, 401, 403])
@respx.mock
def test_a_wrong_client_is_a_refused_key(status: int) -> None:
    """Token endpoints say 400 or 401; either way somebody has to mend the key, and waiting does not help."""
    body = {"error": "invalid_client", "description": "client not found"}
    respx.post(f"{LOGIN}/oauth/token").mock(return_value=httpx.Response(status, json=body))
    api = door(FakeTime())
    for _ in range(2):
        with pytest.raises(AuthError, match=r"login\.vendor\.example refused the key.*`client_secret`"):
            api.get("/users", Answer)
    assert len(respx.calls) == 1


@respx.mock
def test_no_token_and_no_secret_is_ever_shown() -> None:
    """Logs and errors are copied into tickets and chats."""
    out = io.StringIO()
    log.setup(level=log.DEBUG, stream=out)
    respx.post(f"{LOGIN}/oauth/token").mock(return_value=token("t-very-secret-9"))
    respx.get(f"{API}/users").mock(side_effect=lambda request: httpx.Response(503, text=str(request.headers)))
    with pytest.raises(Unavailable) as caught:
        door(FakeTime()).get("/users", Answer)
    for handler in [one for one in logging.getLogger().handlers if one.get_name() == "deskpulse"]:
        logging.getLogger().removeHandler(handler)
    for text in (out.getvalue(), str(caught.value), repr(http()), repr(http().oauth)):
        assert "t-very-secret-9" not in text
        assert SECRET not in text


@respx.mock
def test_the_token_goes_to_declared_servers_only() -> None:
    """A link in an answer must not carry the account's token to whoever wrote it."""
    respx.post(f"{LOGIN}/oauth/token").mock(return_value=token("t-one"))
    other = respx.get("https://second.vendor.example/v1/x?page=2").mock(return_value=httpx.Response(200, json={}))
    stranger = respx.get(host="evil.example").mock(return_value=httpx.Response(200, json={}))
    given = Http(API, oauth=http().oauth, besides=(LOGIN, "https://second.vendor.example"))
    api = door(FakeTime(), given=given)
    api.get("https://second.vendor.example/v1/x?page=2", Answer)
    with pytest.raises(Unavailable, match="only api"):
        api.get("https://evil.example/v1/x", Answer)
    assert other.call_count == 1
    assert not stranger.called


@respx.mock
def test_base_url_stands_for_all_servers() -> None:
    """The sandbox, or a company's gateway, must never be walked around."""
    login = respx.post("http://127.0.0.1:8700/gate/oauth/token").mock(return_value=token("t-one"))
    route = respx.get("http://127.0.0.1:8700/gate/api/v2/users").mock(return_value=httpx.Response(200, json={}))
    door(FakeTime(), base_url="http://127.0.0.1:8700/gate").get("/users", Answer)
    assert login.called
    assert route.called


@respx.mock
def test_what_a_vendor_prepares_is_waited_for_with_an_end() -> None:
    """A job that never ends must not hold up the other sources, and asking without pause uses up the limit."""
    respx.post(f"{LOGIN}/oauth/token").mock(return_value=token("t-one"))
    states = [httpx.Response(200, json={"state": state}) for state in ("QUEUED", "PENDING", "FULFILLED")]
    route = respx.get(f"{API}/jobs/1").mock(side_effect=states)
    api = door(time := FakeTime())
    assert api.poll("/jobs/1", Answer, lambda answer: answer.state == "FULFILLED").state == "FULFILLED"
    assert route.call_count == 3
    assert sum(time.slept) == pytest.approx(2.5)

    respx.get(f"{API}/jobs/2").mock(return_value=httpx.Response(200, json={"state": "PENDING"}))
    with pytest.raises(Unavailable, match="not ready after"):
        api.poll("/jobs/2", Answer, lambda answer: answer.state == "FULFILLED")
    assert sum(time.slept) < 620
