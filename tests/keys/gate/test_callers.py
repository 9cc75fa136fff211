"""Under what a request is counted: the network it comes from, believed headers, known tokens."""

import hashlib
import ipaddress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keys.errors import GateError
from keys.gate.callers import KnownToken, KnownTokens, network_of
from keys.limits import MAX_TOKEN_CHARACTERS, MAX_TOKEN_FILE_BYTES

TOKEN = b"a-token-of-the-load-test"
LONG = b"a" * (MAX_TOKEN_CHARACTERS + 1)


def forwarded(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value.encode("latin-1")) for value in values]


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_connection_is_counted_by_its_network(peer: str | None, network: str) -> None:
    assert network_of(peer, [], trusted_proxies=0) == network


def test_a_header_is_not_believed_unless_the_operator_says_so() -> None:
    assert network_of("203.0.113.7", forwarded("198.51.100.1"), trusted_proxies=0) == "203.0.113.7"


@pytest.mark.parametrize(
    ("values", "proxies", "network"),
    [
        (["198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6", "198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1, 10.0.0.2"], 2, "198.51.100.1"),
        (["2001:db8::1"], 1, "2001:db8::/64"),
        (["198.51.100.1"], 2, "10.0.0.1"),
        (["198.51.100.1:443"], 1, "10.0.0.1"),
        (["<script>"], 1, "10.0.0.1"),
        ([""], 1, "10.0.0.1"),
        ([], 1, "10.0.0.1"),
    ],
)
def test_behind_proxies_only_what_they_wrote_is_believed(values: list[str], proxies: int, network: str) -> None:
    assert network_of("10.0.0.1", forwarded(*values), trusted_proxies=proxies) == network


@given(
    st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4}){2,4}", fullmatch=True)
    | st.from_regex(r"[0-9a-fx.: %\x00\xb2]{0,24}", fullmatch=True)
    | st.ip_addresses(v=4).map(str)
)
@example("010.0.0.1")
@example("1.2.3")
@example("0x7f.0.0.1")
@example(" 1.2.3.4")
@example("1.2.3.4\n")
@example("1.2.3.\xb2")
def test_what_is_an_ipv4_address_is_the_same_as_for_pythons_own_library(text: str) -> None:
    """One that were read in two ways would be counted as two callers."""
    try:
        address = str(ipaddress.IPv4Address(text))
    except ValueError:
        address = None
    counted = network_of(text, [], trusted_proxies=0)
    assert address in (None, text)
    assert counted == address if address is not None else "." not in counted or ":" in text


ZEROS = "0" * 64


@pytest.fixture
def tokens(tmp_path: Path) -> KnownTokens:
    file = tmp_path / "tokens"
    file.write_text(f"{hashlib.sha256(TOKEN).hexdigest()} load-test\n{hashlib.sha256(LONG).hexdigest()} long\n")
    return KnownTokens.read(file)


@pytest.mark.parametrize("value", [b"Bearer " + TOKEN, b"bearer  " + TOKEN])
def test_a_known_token_has_a_name(tokens: KnownTokens, value: bytes) -> None:
    assert tokens.token_of([(b"authorization", value)]) == KnownToken("load-test")


def test_a_token_may_be_as_long_as_the_limit() -> None:
    longest = b"a" * MAX_TOKEN_CHARACTERS
    tokens = KnownTokens({hashlib.sha256(longest).hexdigest(): "load-test"})
    assert tokens.token_of([(b"authorization", b"Bearer " + longest)]) == KnownToken("load-test")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"authorization", b"Basic " + TOKEN)],
        [(b"authorization", b"Bearer another")],
        [(b"authorization", b"Bearer " + TOKEN + b"\xff")],
        [(b"authorization", b"Bearer " + LONG)],
        [(b"authorization", b"Bearer " + TOKEN), (b"authorization", b"Bearer other")],
    ],
)
def test_no_or_another_token_has_none(tokens: KnownTokens, headers: list[tuple[bytes, bytes]]) -> None:
    assert tokens.token_of(headers) is None


@pytest.mark.parametrize(
    "line",
    ["a-token load-test", ZEROS, f"{ZEROS} three small words", f"{'A' * 64} name", f"{ZEROS} name Jobs", ""],
)
def test_a_list_with_another_line_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{'0' * 64} good\n{line}\n")
    with pytest.raises(GateError, match="tokens, line 2: expected the SHA-256"):
        KnownTokens.read(file)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "tokens"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(GateError, match="expected a readable list of tokens"):
        KnownTokens.read(file)


def test_a_list_that_is_too_long_is_refused_and_not_cut(tmp_path: Path) -> None:
    lines = "".join(f"{number:064x} {'n' * 62}\n" for number in range(MAX_TOKEN_FILE_BYTES // 128))
    file = tmp_path / "tokens"
    file.write_text(lines)
    assert file.stat().st_size == MAX_TOKEN_FILE_BYTES
    assert len(KnownTokens.read(file).listing()) == MAX_TOKEN_FILE_BYTES // 128
    with file.open("a") as more:
        more.write(f"{'f' * 64} last\n")
    with pytest.raises(GateError, match="expected a list of tokens of at most 65536 bytes in tokens"):
        KnownTokens.read(file)


def test_known_tokens_come_sorted_by_name_with_their_scopes() -> None:
    tokens = KnownTokens({"a" * 64: "zeta", "b" * 64: "alpha"}, {"a" * 64: frozenset({"checks"})})
    assert tokens.listing() == (KnownToken("alpha"), KnownToken("zeta", frozenset({"checks"})))


def test_a_line_may_name_every_scope_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{'0' * 64} ats jobs,checks\n")
    (token,) = KnownTokens.read(file, scopes=("checks", "jobs")).listing()
    assert token.scopes == frozenset({"checks", "jobs"})


def test_a_line_may_narrow_its_token_to_scopes_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{'0' * 64} ats jobs,checks\n{'1' * 64} other\n")
    listed = KnownTokens.read(file, scopes=("checks", "jobs", "numbers")).listing()
    assert listed == (KnownToken("ats", frozenset({"jobs", "checks"})), KnownToken("other"))


@pytest.mark.parametrize(("scopes", "known"), [((), "none"), (("jobs", "checks"), "checks, jobs")])
def test_a_scope_that_the_service_does_not_know_is_refused(tmp_path: Path, scopes: tuple[str, ...], known: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{'0' * 64} ats jobs,check\n")
    with pytest.raises(GateError, match=rf"tokens, line 1: expected scopes of this service \({known}\)"):
        KnownTokens.read(file, scopes=scopes)


@pytest.mark.parametrize(
    ("scopes", "address", "good"),
    [(None, "checks", True), (("checks",), None, True), (("checks",), "checks", True), (("checks",), "jobs", False)],
)
def test_a_token_is_good_where_its_scopes_reach(
    scopes: tuple[str, ...] | None, address: str | None, good: bool
) -> None:
    token = KnownToken("ats", None if scopes is None else frozenset(scopes))
    assert token.reaches(address) is good
