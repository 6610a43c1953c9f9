"""Whether what is judged pulls one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.numbers.analyses.appraisal.board import APPRAISED
from core.numbers.analyses.conflict import is_strong_only, strong_share

NAMES = ("aht", "tickets_solved", "csat", "qa_score", "service_level")


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        ((("aht", 1), ("tickets_solved", 1), ("csat", 1)), 2 / 3),
        ((("aht", 1), ("csat", 1)), 0.5),
        ((("aht", 1), ("tickets_solved", 1), ("csat", 3)), 0.4),
        ((("service_level", 1), ("csat", 1)), 0.0),
        ((("csat", 0),), None),
        ((), None),
    ],
)
def test_strong_metrics_are_weighed(weights: tuple[tuple[str, float], ...], share: float | None) -> None:
    """Three goals of which two are on speed judge speed, whatever the third says; its weight may mend that."""
    assert strong_share(weights) == (None if share is None else pytest.approx(share))
    assert is_strong_only(weights) == (share is not None and share > 0.5)


def test_scorecards_judge_as_much_quality_as_speed() -> None:
    """Where all is known, a person's card leans neither way (metrics 8.6)."""
    assert not is_strong_only((name, 1.0) for name in APPRAISED)


def test_a_misspelt_metric_is_named() -> None:
    """A weight on nothing would make the rest look balanced."""
    with pytest.raises(ConfigError, match="csat"):
        strong_share([("csta", 1.0)])


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10), min_size=1), st.floats(0.01, 100))
def test_only_proportions_of_weights_matter(weights: dict[str, float], times: float) -> None:
    """Weights of 1 and 2, or of 50 and 100: the same assessment."""
    scaled = {name: weight * times for name, weight in weights.items()}
    assert strong_share(scaled.items()) == pytest.approx(strong_share(weights.items()))
