"""The door out: what each status and each form of an answer means."""

from typing import Any

import httpx
import msgspec
import pytest
import respx

from core.errors import Gone, NotAllowed, Refused, ShapeError, Unavailable
from core.http import Http
from tests.http_server import BASE, KEY, TicketPage, answers, api, ok


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 501, 502, 503, 504, 520, 524])
@respx.mock
def test_a_passing_fault_goes_unnoticed(status: int) -> None:
    """Vendors fail for a second many times a day; nobody wants to read about it."""
    answers(httpx.Response(status), httpx.Response(status, text="<html>"), ok())
    client = api()
    assert client.get("/tickets", TicketPage).tickets
    assert client.requests == 3


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError]
)
@respx.mock
def test_a_broken_connection_is_tried_again(error: type[httpx.TransportError]) -> None:
    """A reset in the night must not leave a hole in the morning's report."""
    answers(error, error, ok())
    assert api().get("/tickets", TicketPage).tickets


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (402, Refused), (403, NotAllowed), (404, Gone), (405, Refused), (410, Gone), (422, Refused)],
)
@respx.mock
def test_a_refusal_is_not_asked_twice(status: int, kind: type[Refused]) -> None:
    """The same question gets the same answer and costs the account's rate limit."""
    route = answers(httpx.Response(status, json={"error": "InvalidValue", "description": "start_time too recent"}))
    with pytest.raises(kind, match=f"demo.zendesk.com/api/v2/tickets.*{status}: InvalidValue; start_time") as caught:
        api().get("/tickets", TicketPage)
    assert (type(caught.value), caught.value.status, caught.value.code) == (kind, status, "InvalidValue")
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "RecordNotFound", "description": "Not found"}, "RecordNotFound; Not found"),
        ({"error": {"title": "Forbidden", "message": "You do not have access"}}, "Forbidden; You do not have access"),
        ({"code": 20003, "message": "Authenticate", "status": 401}, "20003; Authenticate"),
        ({"description": "Validation failed", "errors": [{"field": "email", "code": "invalid_value", "m": "j@d"}]},
         "Validation failed; email: invalid_value"),
        ({"error": "RecordInvalid", "details": {"email": [{"description": "jane@doe.example taken", "error": "Dup"}]}},
         "RecordInvalid; email: Dup"),
        ({"ok": False, "error": "channel_not_found"}, "channel_not_found"),
        ("invalid_payload", "invalid_payload"),
    ],
)  # fmt: skip
@respx.mock
def test_the_vendor_s_own_reason_is_told(body: Any, said: str) -> None:
    """`error` is sometimes a string and sometimes an object; a traceback over it would hide the reason."""
    answers(httpx.Response(422, text=body) if isinstance(body, str) else httpx.Response(422, json=body))
    with pytest.raises(Refused) as caught:
        api().get("/tickets", TicketPage)
    assert str(caught.value).endswith(f"(422: {said}).")


@pytest.mark.parametrize(
    "body",
    [
        {"description": "The user 'Jane Doe' wrote: help"},
        {"description": "jane@doe.example is taken"},
        {"message": "Phone 0301234567 is not valid", "details": {"my name is Jane": [{"error": "x y"}]}},
        ["Jane"],
        "Jane Doe, 5 Elm Street",
        {"error": None, "errors": "Jane", "details": 5},
    ],
)
@respx.mock
def test_a_customer_s_words_are_not_told(body: Any) -> None:
    """An error is shown on screens and in channels that the customer's data must not reach."""
    answers(httpx.Response(422, text=body) if isinstance(body, str) else httpx.Response(422, json=body))
    with pytest.raises(Refused) as caught:
        api().get("/tickets", TicketPage)
    assert not {"Jane", "jane", "0301234567", "Elm"} & set(str(caught.value).replace("'", " ").split())
    assert "jane" not in str(caught.value).lower()


@pytest.mark.parametrize(
    "target", ["https://evil.example/x", "http://demo.zendesk.com/x", "/login", "file:///etc/passwd"]
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@respx.mock
def test_a_redirect_is_refused(status: int, target: str) -> None:
    """The client library would carry X-Api-Key along to another host."""
    route = respx.route().mock(return_value=httpx.Response(status, headers={"Location": target}))
    with pytest.raises(Unavailable, match="redirect") as caught:
        api(http=Http(BASE, headers={"X-Api-Key": KEY})).get("/tickets", TicketPage)
    assert "zk-9f8e7d6c5b" not in str(caught.value)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b'"x"', b"<!doctype html><title>Down for maintenance", b'{"tickets":[{"id":1},{"i',
        b'{"tickets": null}', b'{"tickets": 5}', b"\xff\xfe", b"[" * 100_000, b'{"error":"RateLimited"}',
        b'{"tickets":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
@respx.mock
def test_an_answer_of_another_form_is_tried_again_then_told(body: bytes) -> None:
    """A maintenance page with status 200 is no reason to believe that there are no tickets."""
    route = answers(*[httpx.Response(200, content=body)] * 8)
    with pytest.raises(ShapeError, match=r"/api/v2/tickets: .*(JSON|form|empty)"):
        api().get("/tickets", TicketPage)
    assert route.call_count == 4


@respx.mock
def test_an_error_body_with_status_200_is_named() -> None:
    """Some gateways answer 200 to everything."""
    answers(*[httpx.Response(200, json={"error": "RateLimited"})] * 8)
    with pytest.raises(ShapeError, match="RateLimited"):
        api().get("/tickets", TicketPage)


@respx.mock
def test_a_cut_answer_that_comes_whole_the_second_time_is_unnoticed() -> None:
    """Close-delimited JSON can end anywhere with status 200; no httpx error says so."""
    answers(httpx.Response(200, content=b'{"tickets":[{"id"'), ok())
    assert api().get("/tickets", TicketPage).tickets


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (b'\xef\xbb\xbf{"tickets":[{"id":1}]}', {"id": 1}),
        (b'{"tickets":[{"id":1,"wait":NaN}]}', {"id": 1, "wait": None}),
        (b'{"tickets":[{"id":1,"wait":-Infinity}]}', {"id": 1, "wait": None}),
    ],
)
@respx.mock
def test_stray_marks_are_mended(body: bytes, row: dict[str, Any]) -> None:
    """A BOM or a NaN in one ticket would otherwise cost the whole page, at every run."""
    answers(httpx.Response(200, content=body))
    page = api().get("/tickets", TicketPage)
    assert [msgspec.json.decode(one) for one in page.tickets] == [row]


@respx.mock
def test_bad_utf8_in_a_needed_field_is_mended() -> None:
    """One broken byte in a name must not stop a source."""
    answers(httpx.Response(200, content=b'{"tickets":[],"next_page":"a\xffb\\ud800"}'))
    assert api().get("/tickets", TicketPage).next_page == "a\ufffdb?"


@pytest.mark.parametrize("status", [204, 304, 300])
@respx.mock
def test_an_empty_success_is_not_an_empty_list(status: int) -> None:
    """304 to a request that asked for no such thing is a fault of something in between."""
    answers(*[httpx.Response(status)] * 8)
    with pytest.raises(Unavailable):
        api().get("/tickets", TicketPage)


@respx.mock
def test_raw_bytes_are_given_as_they_are() -> None:
    """Uploads and webhooks answer in words, not in JSON."""
    answers(httpx.Response(200, content=b"ok"), httpx.Response(204))
    client = api()
    assert client.post("/x", content=b"abc") == b"ok"
    assert client.post("/x", content=b"abc") == b""
