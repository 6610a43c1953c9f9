"""What can go wrong, named for the reader's next step.

A message says where, what, and what now; it never holds a secret or a customer's words.
"""


class DeskpulseError(Exception):
    """Everything we raise on purpose; its text is fit to be shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(DeskpulseError):
    """Edit the config file; nothing was fetched."""


class AuthError(DeskpulseError):
    """Renew the key; this source or destination stops, the others go on."""


class Unavailable(DeskpulseError):
    """Nothing to do: tried again at the next run, or from `retry_at` (UTC epoch seconds) where the vendor named it."""

    def __init__(self, message: str, retry_at: int | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class ShapeError(Unavailable):
    """The answers kept a form that we cannot read."""


class Stuck(Unavailable):
    """A cursor does not move, or pages stay empty, for longer than can be right."""


class Stopped(Unavailable):
    """We were asked to stop; what was complete is kept and the next run goes on from there."""


class Refused(DeskpulseError):
    """The request was understood and declined (400, 403, 404, 410, 422, ...); repeating it unchanged cannot help."""

    def __init__(self, message: str, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code  # the vendor's own word for it, such as 'InvalidCursor'; empty where it gave none


class NotAllowed(Refused):
    """Plan or role does not include this (403): skip the stream and say so."""


class Gone(Refused):
    """There is no such thing, or no longer (404, 410)."""


class Unclear(DeskpulseError):
    """Something was sent and nobody can say whether it arrived; look before sending again."""


class BadRow(DeskpulseError):
    """One row was set aside; the run goes on."""
