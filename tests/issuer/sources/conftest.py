"""The sample deliveries, and a way to change one place of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from issuer.sources.model import RejectedRow, SourceRecord
from issuer.sources.registry import SOURCES

DELIVERIES = Path(__file__).resolve().parents[3] / "examples" / "deliveries"
Parsed = tuple[list[SourceRecord], list[RejectedRow]]
Parse = Callable[..., Parsed]


def sample(source: str) -> str:
    """Return the text of a source's sample delivery."""
    (path,) = DELIVERIES.glob(f"{source}.*")
    return path.read_text("utf-8")


def parsed(source: str, text: str) -> Parsed:
    """Parse a delivery and tell records from rejected rows."""
    rows = list(SOURCES[source].parse(text.encode()))
    return (
        [row for row in rows if isinstance(row, SourceRecord)],
        [row for row in rows if isinstance(row, RejectedRow)],
    )


@pytest.fixture
def parse() -> Parse:
    """Parse the sample of a source, after replacing the first occurrence of one text by another."""

    def parse_sample(source: str, old: str = "", new: str = "") -> Parsed:
        text = sample(source)
        assert old in text
        return parsed(source, text.replace(old, new, 1))

    return parse_sample


@pytest.fixture
def parse_text() -> Parse:
    """Parse a text as a delivery of a source."""
    return parsed
