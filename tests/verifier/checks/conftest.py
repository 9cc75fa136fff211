"""A second version of the wording, for the tests of documents."""

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest

from credential_schemas.wording import published


@pytest.fixture
def second_wording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Publish a second version of the wording, from now on the current one."""
    original = published.version_file
    document = json.loads(original(1)) | {"wording": 2}
    document["phrases"]["end_mark"] = {"ko": "- 끝 -", "en": "- end -"}
    file = json.dumps(document).encode()

    def publish() -> None:
        monkeypatch.setitem(published.SHA256, 2, hashlib.sha256(file).hexdigest())
        monkeypatch.setattr(published, "version_file", lambda number: file if number == 2 else original(number))
        monkeypatch.setattr(published, "CURRENT", 2)

    yield publish
    published.load_wording.cache_clear()
