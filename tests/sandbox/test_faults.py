"""Each kind of trouble that can be ordered happens, as often as ordered and to whom."""

import gzip
import time
from typing import Any

import httpx
import pytest

from core.sandbox.web import bomb
from core.sandbox.zendesk import ZendeskSandbox

TICKETS = "/incremental/tickets/cursor.json?start_time=0&per_page=50"
EVENTS = "/incremental/ticket_events.json?start_time=0&per_page=50"


def test_every_third_request_fails_and_says_when_to_come_back(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """Retries are tried against a known pattern."""
    zendesk.fail("status", status=429, every=3, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    answers = [client.get("/groups") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert answers[2].headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    zendesk.heal()
    assert client.get("/groups").status_code == 200


def test_a_key_can_run_out_and_a_stream_be_closed(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """401 after k requests stops a source, 403 on one stream does not."""
    zendesk.fail("status", status=403, path="/slas/")
    zendesk.fail("status", status=401, after=2)
    assert [client.get("/slas/policies").status_code, client.get("/groups").status_code] == [403, 200]
    assert [client.get("/groups").status_code for _ in range(2)] == [200, 401]


@pytest.mark.parametrize("kind", ["reset", "cut_off", "lost"])
def test_a_connection_can_break(zendesk: ZendeskSandbox, client: httpx.Client, kind: str) -> None:
    """Half an answer must never be taken for a whole one."""
    zendesk.fail(kind, times=1)
    with pytest.raises(httpx.TransportError):
        client.get(TICKETS)
    assert client.get(TICKETS).status_code == 200


@pytest.mark.parametrize("kind", ["cut", "html", "empty", "latin1", "deep"])
def test_a_good_status_can_bring_a_bad_body(zendesk: ZendeskSandbox, client: httpx.Client, kind: str) -> None:
    """The status alone says nothing."""
    zendesk.fail(kind, times=1)
    answer = client.get(TICKETS, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    with pytest.raises((ValueError, RecursionError)):
        answer.json()


@pytest.mark.parametrize(("kind", "body"), [("null", None), ("list", [1, 2, 3])])
def test_good_json_of_another_shape(zendesk: ZendeskSandbox, client: httpx.Client, kind: str, body: Any) -> None:
    """Shape is to be checked before a page counts as read."""
    zendesk.fail(kind)
    assert client.get(TICKETS).json() == body


def test_a_body_can_drip(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """A read time-out never strikes as long as a byte comes now and then."""
    zendesk.fail("slow", seconds=0.2)
    began = time.monotonic()
    with client.stream("GET", "/groups") as answer:
        assert len(next(answer.iter_raw(1))) == 1
    assert time.monotonic() - began < 2


def test_a_cursor_can_come_again(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """A loop guard is tried by a cursor that doesn't move."""
    first = client.get(TICKETS).json()
    zendesk.fail("same_cursor", times=1)
    second = client.get(first["after_url"]).json()
    assert second["after_cursor"] == first["after_cursor"]
    assert second["end_of_stream"] is False


def test_a_page_can_come_twice(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """The same rows under a new cursor must give the same store."""
    zendesk.fail("twice", times=1)
    first = client.get(TICKETS).json()
    second = client.get(first["after_url"]).json()
    assert first["tickets"] == second["tickets"]
    assert first["after_cursor"] != second["after_cursor"]


def test_a_time_export_can_be_stuck(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """A second with more rows than a page has never let go of a reader."""
    zendesk.fail("stuck")
    page = client.get(EVENTS).json()
    assert (page["end_time"], page["end_of_stream"]) == (0, False)
    assert client.get(page["next_page"]).json()["ticket_events"] == page["ticket_events"]


def test_the_next_page_can_be_elsewhere(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """Credentials must not follow a link to another host."""
    zendesk.fail("foreign_next", times=1)
    assert "127.0.0.2" in client.get(TICKETS).json()["after_url"]
    zendesk.fail("redirect", location="http://127.0.0.2:9/", times=1)
    answer = client.get(TICKETS, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.2:9/")


def test_paging_can_be_missing_or_endless(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """No word of more is not the same as the end."""
    zendesk.fail("missing_paging", times=1)
    assert set(client.get(TICKETS).json()) == {"tickets"}
    zendesk.fail("empty_forever")
    page = client.get(TICKETS).json()
    assert (page["tickets"], page["end_of_stream"]) == ([], False)


def test_hostile_rows_stand_between_good_ones(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """One bad row costs itself alone."""
    good = client.get(TICKETS).json()["tickets"]
    zendesk.fail("hostile", times=1)
    rows = client.get(TICKETS).json()["tickets"]
    assert [row for row in rows if row in good] == good
    assert len(rows) > len(good) + 10


def test_the_bomb_is_small_on_the_wire() -> None:
    """A cap on the bytes received doesn't help; the decoded size must be capped."""
    packed = bomb()
    assert len(packed) < 400_000
    with gzip.GzipFile(fileobj=__import__("io").BytesIO(packed)) as file:
        assert file.read(20).startswith(b'{"tickets": [')


def test_another_process_can_order_faults_and_read_the_log(zendesk: ZendeskSandbox, client: httpx.Client) -> None:
    """Tests of whole runs sit in another process than the imitation."""
    order = {"faults": [{"kind": "status", "status": 500, "times": 1}], "advance": -3_600}
    said = httpx.post(f"{zendesk.url}/__control", json=order, trust_env=False).json()
    assert said["now_at"] == zendesk.world.until - 3_600
    assert [client.get("/groups").status_code for _ in range(2)] == [500, 200]
    log = httpx.get(f"{zendesk.url}/__log", trust_env=False).json()
    assert [(row["path"], row["status"], row["fault"]) for row in log] == [
        ("/api/v2/groups", 500, "status"),
        ("/api/v2/groups", 200, ""),
    ]
    assert "sandbox-token" not in str(log)
