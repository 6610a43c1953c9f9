"""What a stream is told of the stretch that it should read."""

from collections.abc import Iterator
from typing import Any

from connectors import Page, Stream, Window
from tests.pull.conftest import NOW, Fake, Row, normalise


def test_a_stream_is_told_the_moment_of_the_pull(fake: Fake) -> None:
    """Vendors that want the end of an interval named must not be told that of another clock, nor of a later page."""
    told: list[int] = []

    def fetch(_: Any, window: Window) -> Iterator[Page]:
        told.append(window.now_at)
        yield Page((), resume_at="a")

    fake.pull(Stream("tickets", fetch, Row, normalise))
    assert told == [NOW]
