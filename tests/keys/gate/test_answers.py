"""How a refusal looks to whoever is refused: its headers and its document, member by member."""

import json

import pytest

from keys.gate.answers import Refusal, busy, problem_bytes, problem_document, title_of, too_many


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (400, {"connection": "close"}),
        (401, {"www-authenticate": "Bearer"}),
        (403, {}),
        (413, {}),
        (431, {"connection": "close"}),
        (503, {}),
    ],
)
def test_a_refusal_has_the_headers_of_its_status_and_no_others(status: int, headers: dict[str, str]) -> None:
    assert Refusal(status, "slug", detail="expected another thing").headers() == headers


def test_whoever_asks_too_often_is_told_when_to_come_again() -> None:
    assert too_many(7).headers() == {"retry-after": "7"}
    assert busy().headers() == {"retry-after": "2"}
    assert (too_many(7).status, too_many(7).code) == (429, "too_many_requests")
    assert (busy().status, busy().code) == (503, "busy")


def test_a_refusal_is_written_down_by_its_slug_alone() -> None:
    assert str(Refusal(403, "token_scope", detail="expected a token that is good for this address")) == "token_scope"


def test_a_problem_document_has_the_members_of_the_standard_and_two_of_ours() -> None:
    document = problem_document(413, code="too_large", detail="expected less", request_id="ab12")
    assert document == {
        "type": "about:blank",
        "title": "Content too large",
        "status": 413,
        "detail": "expected less",
        "code": "too_large",
        "request_id": "ab12",
    }


def test_a_status_that_nobody_named_is_an_error() -> None:
    assert (title_of(404), title_of(418)) == ("Not found", "Error")


def test_korean_stays_readable_in_a_problem_document() -> None:
    written = problem_bytes({"detail": "번호를 찾지 못했습니다"})
    assert "번호를 찾지 못했습니다" in written.decode()
    assert json.loads(written) == {"detail": "번호를 찾지 못했습니다"}
