"""More headers in what the door asks: said by who wants them, and by nobody else."""

from keys.fetch import Fetcher
from tests.keys.test_fetch import Server, ask, fetcher, server

__all__ = ["fetcher", "server"]


def test_more_can_be_said_without_saying_it_everywhere(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    ask(fetcher.saying({"DPoP": "a.b.c"}).saying({"X-Other": "1"}), server, "/good")
    ask(fetcher, server, "/good")
    assert ask(fetcher, server, "/refusal").headers["content-type"] == "application/json"
    said, plain, _ = server.requests
    assert "DPoP: a.b.c\r\nX-Other: 1\r\n" in said
    assert "DPoP" not in plain
