"""Moments that Asterisk writes as local text, and the hour in autumn that comes twice."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# A channel's unique id is "[system name-]epoch.number": its epoch seconds are those of the channel's making.
UNIQUE_ID = re.compile(r"(?:^|-)(\d{9,11})\.\d+$")
FORM = "%Y-%m-%d %H:%M:%S"
# The epoch is taken as the channel is made, the text a moment later.
SLACK_S = 2


def epoch_in(unique_id: str) -> int | None:
    """The moment at which the channel of this id was made; None for an id of another form."""
    found = UNIQUE_ID.search(unique_id)
    return int(found[1]) if found else None


def local_moment(text: str, zone: ZoneInfo | None, made_at: int | None) -> int | None:
    """Epoch seconds of ``YYYY-MM-DD HH:MM:SS`` in a zone (None: UTC); None for other text.

    Of the two moments that one text means when the clocks go back it is the first that is not before ``made_at``, the
    making of the call's channel; where nothing tells when that was, the earlier one.
    """
    try:
        naive = datetime.strptime(text[:19], FORM)  # noqa: DTZ007
    except ValueError:
        return None
    if zone is None:
        return int(naive.replace(tzinfo=UTC).timestamp())
    first, second = (int(naive.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    # In spring fold tells two readings of a text that no clock showed; the first is the one that goes on.
    is_twice = second > first
    return second if is_twice and made_at is not None and first < made_at - SLACK_S else first


def before(text: str, seconds: int) -> str:
    """A text of that form so many seconds earlier; an unreadable one as it is."""
    try:
        return (datetime.strptime(text[:19], FORM) - timedelta(seconds=seconds)).strftime(FORM)  # noqa: DTZ007
    except ValueError:
        return text


def shown(at: int) -> str:
    """A moment in UTC as such a text."""
    return datetime.fromtimestamp(at, UTC).strftime(FORM)
