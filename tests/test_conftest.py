"""The promises that `conftest.py` makes to every other test."""

import socket
from typing import TYPE_CHECKING

import pytest

from tests.conftest import _is_loopback

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("vendor.example", 443), ("2001:db8::1", 443, 0, 0)])
def test_reaching_another_machine_fails_the_test(address: tuple[str, int]) -> None:
    """A developer whose test quietly calls a vendor would learn of it from the vendor."""
    with socket.socket() as ours, pytest.raises(pytest.fail.Exception, match="stay on this machine"):
        ours.connect(address)


def test_looking_up_another_machine_fails_the_test() -> None:
    """A name server sees which vendor a developer's machine talks to."""
    with pytest.raises(pytest.fail.Exception, match=r"vendor\.example"):
        socket.getaddrinfo("vendor.example", 443)


def test_this_machine_can_be_reached() -> None:
    """The imitation vendors run on loopback, in both address families."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
    assert _is_loopback(("::1", 80, 0, 0))
    assert _is_loopback("/run/a.sock")


@pytest.mark.browser
def test_a_page_is_drawn_and_reaches_no_other_machine(page: "Page") -> None:
    """A report that loads a font from elsewhere tells that elsewhere who reads it, and when."""
    page.set_content("<p id=a>8 of 10</p>")
    assert page.inner_text("#a") == "8 of 10"
    assert page.evaluate("fetch('https://vendor.example/').then(() => 'reached', () => 'refused')") == "refused"
