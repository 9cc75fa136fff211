"""Lines that are written once say the same as h11 would; whatever is not plainly a header goes through h11."""

import pytest

from keys.gate.answers import HEADERS
from keys.gate.head_lines import Header, parted, with_headers_of_the_house

ID = "0123456789abcdef"
TYPE = (b"content-type", b"application/json")
LENGTH = (b"content-length", b"2")
COOKIE = (b"set-cookie", b"verifier-session=x; HttpOnly")


def lines_of(written: bytes) -> list[Header]:
    assert written.endswith(b"\r\n")
    pairs = (line.split(b": ", 1) for line in written.removesuffix(b"\r\n").split(b"\r\n"))
    return [(name, value) for name, value in pairs]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [TYPE, LENGTH],
        [LENGTH, (b"cache-control", b"public, max-age=60"), COOKIE],
        [(b"content-security-policy", b"default-src 'self'; img-src data:"), (b"location", b"/en/")],
        [(b"cache-control", b"private"), (b"cache-control", b"no-store")],
    ],
)
def test_answer_has_the_same_headers_on_either_way(headers: list[Header]) -> None:
    found = parted(headers, ID)
    assert found is not None
    written, others = found
    assert sorted(lines_of(written) + others) == sorted(with_headers_of_the_house(headers, ID))


def test_what_frames_an_answer_or_belongs_to_somebody_is_left_to_h11() -> None:
    framing = [LENGTH, (b"transfer-encoding", b"chunked"), (b"connection", b"close"), COOKIE, (b"location", b"/")]
    found = parted([TYPE, *framing], ID)
    assert found is not None
    assert found[1] == framing


def test_own_headers_go_before_those_of_the_house() -> None:
    found = parted([(b"cache-control", b"public")], ID)
    assert found is not None
    said = dict(lines_of(found[0]))
    assert said == {name.encode(): value.encode() for name, value in HEADERS.items()} | {
        b"cache-control": b"public",
        b"x-request-id": ID.encode(),
    }


@pytest.mark.parametrize(
    "value", [b"a\r\nset-cookie: x=1", b"a\nb", b"a\x00", b"", b" a", b"a ", b"a\tb", "한".encode(), b"a\x7f"]
)
def test_value_that_is_not_plain_is_never_written(value: bytes) -> None:
    assert parted([(b"content-type", value)], ID) is None


def test_request_id_of_the_application_is_left_to_h11() -> None:
    own = [(b"x-request-id", b"own")]
    assert parted(own, ID) is None
    assert (b"x-request-id", ID.encode()) not in with_headers_of_the_house(own, ID)
