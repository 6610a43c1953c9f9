"""The promises that `conftest.py` makes to every other test."""

import socket

import pytest

from tests.conftest import _is_loopback


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
