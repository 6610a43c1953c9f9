"""One telephone number however it is written."""

import pytest

from core.store.private import phone


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("+49 160 9586001", "DE", "+491609586001"),
        ("0049 160 9586001", "DE", "+491609586001"),
        ("0160 9586001", "DE", "+491609586001"),
        ("491609586001", "DE", "+491609586001"),
        ("030 55501000", "DE", "+493055501000"),
        ("447911123456", "GB", "+447911123456"),
        ("4155550123", "US", "+14155550123"),
        ("3331234567", "IT", "+393331234567"),
        ("anonymous", "DE", ""),
        ("201", "DE", ""),
    ],
)
def test_one_number_is_one_customer(written: str, country: str, meant: str) -> None:
    """A switch that leaves out the plus would make a second customer of everybody who also writes."""
    assert phone(written, country) == meant
