"""The search for codes stops when its time is up."""

from collections.abc import Iterator

import pytest
from PIL import Image

from verifier.evidence import code_reading


def test_nothing_more_is_tried_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def pictures() -> Iterator[Image.Image]:
        for number in range(3):
            taken.append(number)
            yield Image.new("L", (40, 40), 255)

    monkeypatch.setattr(code_reading, "CODE_READING_S", -1.0)
    found = code_reading.codes_of_pictures(pictures())
    assert taken == [0]
    assert not found.complete
