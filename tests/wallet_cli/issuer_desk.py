"""The bank to which a wallet presents its own credentials, in memory; an answer can be changed or lost on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field

from issuer.openid4vci.handles import new_nonce
from keys.encoding import encode_json
from keys.errors import FetchError
from keys.fetch import Answer
from tests.issuer.conftest import URL
from tests.issuer.presented.conftest import Holder


@dataclass
class DeskDoor:
    """Asks the bank as `keys.fetch.Fetcher` would."""

    holder: Holder
    asked: list[str] = field(default_factory=list)
    change: Callable[[Answer], Answer] | None = None
    lost: bool = False

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        assert url.startswith(f"{URL}/")
        path = url.removeprefix(URL)
        self.asked.append(path)
        if path == "/openid4vci/nonce":
            nonce = new_nonce(self.holder.bank, now_s=int(self.holder.now.timestamp()))
            return self.changed(Answer(200, encode_json({"c_nonce": nonce})), path)
        if self.lost:
            raise FetchError("did not answer in time", kind="timeout")
        response = self.holder.client.ask("POST", path, content, content_type=media_type, accept=accept)
        assert len(response.content) <= max_bytes
        return self.changed(Answer(response.status_code, response.content), path)

    def changed(self, answer: Answer, path: str) -> Answer:
        return answer if self.change is None else self.change(answer)
