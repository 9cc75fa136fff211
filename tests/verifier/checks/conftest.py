"""A second version of the wording, for the tests of documents."""

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest

from credential_schemas.wording import published


@pytest.fixture
def next_wording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """Publish the next version of the wording, from now on the current one; answers its number."""
    original, following = published.version_file, published.CURRENT + 1
    document = json.loads(original(published.CURRENT)) | {"wording": following}
    document["phrases"]["end_mark"] = {"ko": "- 끝 -", "en": "- end -"}
    file = json.dumps(document).encode()

    def publish() -> int:
        monkeypatch.setitem(published.SHA256, following, hashlib.sha256(file).hexdigest())
        monkeypatch.setattr(published, "version_file", lambda number: file if number == following else original(number))
        monkeypatch.setattr(published, "CURRENT", following)
        return following

    yield publish
    published.load_wording.cache_clear()
