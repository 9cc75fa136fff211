"""The payload: lossless for what we issue and for foreign tokens, and one error for everything else."""

import hashlib
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas.errors import QrPayloadError, QrPayloadTooLarge
from credential_schemas.qr import payload as subject
from credential_schemas.qr.dictionary import CURRENT, load_dictionary
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.limits import MAX_CREDENTIAL_CHARACTERS, MAX_INFLATED_BYTES
from credential_schemas.qr.payload import decode_qr_payload, encode_qr_payload, qr_text, split_qr_text
from keys.encoding import b64url_encode

MakerFactory = Callable[..., Any]
CODE = load_dictionary(CURRENT).code
FOREIGN = "eyJhbGciOiJFUzI1NiJ9.eyJ2Y3QiOiJ4In0.AAAA~WyJhIiwgImIiLCAiYyJd~"


def packed_with(first: int, credential: str, body: bytes) -> str:
    check = hashlib.sha256(credential.encode()).digest()[:4]
    return digits_from_bytes(bytes((first,)) + check + body)


def refusal_of(text: str) -> str:
    with pytest.raises(QrPayloadError) as caught:
        decode_qr_payload(text)
    return caught.value.kind


@pytest.mark.slow
def test_a_thousand_credentials_come_back_byte_for_byte(maker: MakerFactory, type_ids: tuple[str, ...]) -> None:
    for seed in range(1000):
        chosen = random.Random(seed).choices(type_ids, k=seed % 12 + 1)
        edition = "blind" if seed % 5 == 0 else "standard"
        made = maker(seed, known_names=seed % 3 > 0)
        credential = made.certificate(chosen, edition=edition, name_en=seed % 2 == 0)
        payload = encode_qr_payload(credential)
        assert decode_qr_payload(payload) == credential
        assert bytes_from_digits(payload)[0] == CURRENT


def test_every_entry_type_comes_back_byte_for_byte(maker: MakerFactory, type_ids: tuple[str, ...]) -> None:
    credential = maker(7).certificate(type_ids)
    payload = encode_qr_payload(credential)
    assert decode_qr_payload(payload) == credential


def test_a_blind_copy_with_withheld_digests_is_structured_too(maker: MakerFactory) -> None:
    credential = maker(3).certificate(["vocational_training"], edition="blind")
    payload = encode_qr_payload(credential)
    assert (decode_qr_payload(payload), bytes_from_digits(payload)[0]) == (credential, CURRENT)


def test_a_structured_payload_is_a_tenth_of_the_credential(maker: MakerFactory) -> None:
    credential = maker(1).certificate(["national_technical_qualification"] * 10)
    assert len(bytes_from_digits(encode_qr_payload(credential))) * 10 < len(credential)


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param("~", id="nothing but a tilde"),
        pytest.param("a.b.c~", id="no base64url"),
        pytest.param("!#$%&~}|{", id="any printable text"),
        pytest.param(FOREIGN.removesuffix("~") + "~e30.e30.AAAA", id="key binding"),
        pytest.param(FOREIGN, id="spaces in a disclosure, short signature"),
        pytest.param("e30.e30." + "A" * 86 + "~gIA~", id="a disclosure that is not UTF-8"),
        pytest.param("e30.IiI." + "A" * 86 + "~~", id="an empty disclosure"),
        pytest.param("e30.IgEi." + "A" * 86 + "~", id="a control character"),
        pytest.param("e30.e30." + "A" * 86 + "~" + "e30~" * 257, id="more disclosures than an SD-JWT may have"),
    ],
)
def test_a_foreign_token_falls_back_to_the_plain_format(foreign: str) -> None:
    payload = encode_qr_payload(foreign)
    assert (decode_qr_payload(payload), bytes_from_digits(payload)[0]) == (foreign, subject.PLAIN)


def test_a_token_that_structure_does_not_rebuild_falls_back_to_the_plain_format() -> None:
    # A disclosure that is no array looks as if its salt had been cut.
    token = "e30.e30." + "A" * 86 + "~e30~"
    payload = encode_qr_payload(token)
    assert (decode_qr_payload(payload), bytes_from_digits(payload)[0]) == (token, subject.PLAIN)


@pytest.mark.parametrize("text", ["", "no tilde", "line\n~", "한~", "space ~"])
def test_text_that_is_no_token_is_refused_by_the_encoder(text: str) -> None:
    with pytest.raises(QrPayloadError) as caught:
        encode_qr_payload(text)
    assert caught.value.kind == "credential"


def test_an_endless_credential_is_refused_by_the_encoder() -> None:
    with pytest.raises(QrPayloadTooLarge) as caught:
        encode_qr_payload("~" + "a" * MAX_CREDENTIAL_CHARACTERS)
    assert (caught.value.kind, caught.value.needed_modules) == ("too_large", None)


def noise(length: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return "".join(random.Random(2).choices(alphabet, k=length))


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param(noise(12_000) + "~", id="plain"),
        pytest.param(f"e30.{b64url_encode(noise(12_000).encode())}.{'A' * 86}~", id="structured"),
    ],
)
def test_a_credential_beyond_four_codes_is_refused_by_the_encoder(credential: str) -> None:
    with pytest.raises(QrPayloadTooLarge) as caught:
        encode_qr_payload(credential)
    assert caught.value.kind == "too_large"


def test_a_damaged_digit_is_noticed(maker: MakerFactory) -> None:
    payload = encode_qr_payload(maker(5).certificate(["military_duty"]))
    for place in range(20, len(payload), 7):
        damaged = payload[:place] + str((int(payload[place]) + 1) % 10) + payload[place + 1 :]
        assert refusal_of(damaged)


def test_a_wrong_check_value_is_refused() -> None:
    assert refusal_of(packed_with(0, "another", zlib.compress(b"a~", wbits=-15))) == "check"


def test_an_unknown_dictionary_is_refused() -> None:
    assert refusal_of(packed_with(9, "a~", b"\x00")) == "dictionary_unknown"


@pytest.mark.parametrize("first", [0x40, 0x7F])
def test_an_unknown_format_is_refused(first: int) -> None:
    assert refusal_of(packed_with(first, "a~", b"")) == "format_unknown"


def test_one_code_of_several_is_not_a_payload() -> None:
    assert refusal_of(packed_with(0x90, "a~", b"")) == "code_of_several"


def test_too_few_bytes_are_refused() -> None:
    assert refusal_of(digits_from_bytes(b"\x01abc")) == "structure"


def test_text_beyond_four_codes_is_refused() -> None:
    assert refusal_of("1" * 20_000) == "too_large"


def test_a_bomb_is_refused_at_the_limit() -> None:
    bomb = zlib.compress(b"a" * (MAX_INFLATED_BYTES + 1), 9, wbits=-15)
    assert refusal_of(packed_with(0, "a~", bomb)) == "too_large"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"\x07", "compression", id="a reserved block type"),
        pytest.param(zlib.compress(b"a~", wbits=-15)[:-1], "compression", id="a truncated stream"),
        pytest.param(zlib.compress(b"a~", wbits=-15) + b"x", "compression", id="bytes behind the stream"),
        pytest.param(zlib.compress(b"\xff~", wbits=-15), "structure", id="no ASCII"),
        pytest.param(zlib.compress(b"no tilde", wbits=-15), "structure", id="no token"),
    ],
)
def test_a_plain_body_in_disorder_is_refused(body: bytes, kind: str) -> None:
    assert refusal_of(packed_with(0, "a~", body)) == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"", "stream", id="nothing"),
        pytest.param(CODE.encode("ab"), "structure", id="one part only"),
        pytest.param(CODE.encode("{}\x00{}"), "structure", id="no signature"),
        pytest.param(CODE.encode("{}\x00{}") + bytes(65), "structure", id="a value that no mark asked for"),
    ],
)
def test_a_structured_body_in_disorder_is_refused(body: bytes, kind: str) -> None:
    assert refusal_of(packed_with(1, "a~", body)) == kind


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_no_text_raises_anything_but_the_payload_error(text: str) -> None:
    with pytest.raises(QrPayloadError):
        decode_qr_payload(text)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"\x01", b"\x00", b""]), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_the_payload_error(head: bytes, body: bytes) -> None:
    with pytest.raises(QrPayloadError):
        decode_qr_payload(digits_from_bytes(head + body) or "x")


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=40), st.binary(min_size=64, max_size=200))
def test_no_stream_raises_anything_but_the_payload_error(stream: bytes, values: bytes) -> None:
    with pytest.raises(QrPayloadError):
        decode_qr_payload(packed_with(1, "a~", stream + values))


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[!-~]{0,60}~[!-~]{0,60}", fullmatch=True))
def test_any_printable_token_comes_back(token: str) -> None:
    assert decode_qr_payload(encode_qr_payload(token)) == token


def test_the_text_of_a_code_splits_into_address_and_payload() -> None:
    assert split_qr_text(qr_text("https://verify.example/v", "123")) == ("HTTPS://VERIFY.EXAMPLE/v", "123")


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://verify.example.kr/v", "HTTPS://VERIFY.EXAMPLE.KR/v"),
        ("http://127.0.0.1:8080/Check?a=b", "HTTP://127.0.0.1:8080/Check?a=b"),
        ("https://verify.example", "HTTPS://VERIFY.EXAMPLE"),
        ("https://user@verify.example/v", "https://user@verify.example/v"),
        ("other:something", "other:something"),
    ],
)
def test_only_scheme_and_host_are_written_in_capitals(url: str, written: str) -> None:
    assert qr_text(url, "123") == f"{written}#123"


def test_a_bare_payload_has_no_address() -> None:
    assert split_qr_text(" 123\n") == (None, "123")


@pytest.mark.parametrize("url", ["", "https://verify.example/v#x", "https://검증.example/v"])
def test_an_address_that_cannot_carry_a_fragment_is_refused(url: str) -> None:
    with pytest.raises(QrPayloadError) as caught:
        qr_text(url, "1")
    assert caught.value.kind == "address"


def test_a_text_longer_than_any_code_is_refused() -> None:
    with pytest.raises(QrPayloadError) as caught:
        split_qr_text("1" * 4297)
    assert caught.value.kind == "too_large"


def test_each_limit_may_be_reached_and_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = encode_qr_payload(FOREIGN)
    deflater = zlib.compressobj(wbits=-15)
    plain = packed_with(0, FOREIGN, deflater.compress(FOREIGN.encode()) + deflater.flush())
    for limit, reached, read in (
        ("MAX_CREDENTIAL_CHARACTERS", len(FOREIGN), lambda: encode_qr_payload(FOREIGN)),
        ("MAX_PACKED_BYTES", len(bytes_from_digits(payload)), lambda: encode_qr_payload(FOREIGN)),
        ("MAX_INFLATED_BYTES", len(FOREIGN), lambda: decode_qr_payload(plain)),
        ("MAX_TEXT_CHARACTERS", len(payload), lambda: split_qr_text(payload)),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(subject, limit, reached)
            assert read()
            patched.setattr(subject, limit, reached - 1)
            with pytest.raises(QrPayloadError) as caught:
                read()
            assert caught.value.kind == "too_large"


def test_text_of_exactly_four_codes_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MAX_TEXT_CHARACTERS", 1)
    assert (refusal_of("1234") == "too_large", refusal_of("12345") == "too_large") == (False, True)


@pytest.mark.parametrize(("first", "kind"), [(0x7F, "format_unknown"), (0x80, "code_of_several")])
def test_first_byte_tells_a_code_of_several_from_an_unknown_format(first: int, kind: str) -> None:
    assert refusal_of(packed_with(first, FOREIGN, b"")) == kind
