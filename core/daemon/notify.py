"""Tells systemd how the service fares (sd_notify): READY, WATCHDOG, STOPPING; nothing where nobody listens."""

import os
import socket


def notify(state: str) -> None:
    """Sends one line such as ``READY=1`` to the socket that the service manager names."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.connect(address)
            line.sendall(state.encode())
        except OSError:
            # A service manager that went away must not stop the numbers.
            os.environ.pop("NOTIFY_SOCKET", None)
