"""What an end point says beside a document: its refusals, its headers, and what is said to it in more headers."""

import pytest

from keys.errors import FetchError
from keys.fetch import Fetcher
from keys.limits import MAX_POST_BYTES
from tests.keys.test_fetch import JSON, Server, ask, fetcher, server

__all__ = ["fetcher", "server"]


def test_more_can_be_said_without_saying_it_everywhere(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    ask(fetcher.saying({"DPoP": "a.b.c"}).saying({"X-Other": "1"}), server, "/good")
    ask(fetcher, server, "/good")
    assert ask(fetcher, server, "/refusal").headers["content-type"] == "application/json"
    said, plain, _ = server.requests
    assert "DPoP: a.b.c\r\nX-Other: 1\r\n" in said
    assert "DPoP" not in plain


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/good", (200, b'{"a":1}')), ("/refusal", (400, b'{"error":"invalid_grant"}')), ("/nothing", (204, b""))],
)
def test_an_end_point_is_heard_also_when_it_refuses(
    fetcher: Fetcher, server: Server, path: str, expected: tuple[int, bytes]
) -> None:
    answered = ask(fetcher, server, path)
    assert (answered.status, answered.body) == expected


def test_a_refusal_may_be_json_or_a_problem_document_whatever_was_asked_for(fetcher: Fetcher, server: Server) -> None:
    address = f"http://localhost:{server.port}"
    for path in ("/refusal", "/problem"):
        assert fetcher.ask(address + path, b"{}", media_type=JSON, accept="a/b", max_bytes=64).body.startswith(b"{")
    for path in ("/good", "/html"):
        with pytest.raises(FetchError, match="another media type"):
            fetcher.ask(address + path, b"{}", media_type=JSON, accept="a/b", max_bytes=64)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/redirect", "redirect"),
        ("/fault", "status"),
        ("/html", "media_type"),
        ("/several-lists", "size"),
        ("/nonsense", "protocol"),
    ],
)
def test_an_end_point_that_answers_something_else_is_not_heard(
    fetcher: Fetcher, server: Server, path: str, kind: str
) -> None:
    with pytest.raises(FetchError) as refused:
        ask(fetcher, server, path)
    assert refused.value.kind == kind
    assert f"localhost:{server.port}" in refused.value.message


def test_a_question_above_the_limit_is_a_mistake_of_the_caller_here_too(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(ValueError, match="body of at most"):
        ask(fetcher, server, "/good", b" " * (MAX_POST_BYTES + 1))
