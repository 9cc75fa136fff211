"""Properties of the printed code's codecs: what is packed comes back byte for byte, what is spoiled is refused."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.dictionary import CURRENT, load_dictionary
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import join_codes, split_into_codes
from credential_schemas.qr.marks import ValueReader, mark_values, restore_values
from credential_schemas.qr.payload import decode_qr_payload, encode_qr_payload, qr_text
from credential_schemas.qr.structure import put_together, take_apart
from keys.encoding import JsonValue, b64url_encode, encode_json
from tests.credential_schemas.sd_jwt.conftest import digest
from tests.strategies import OBJECTS, spoiled

PAYLOADS = st.binary(min_size=2, max_size=200).filter(lambda data: data[0] < 0x80).map(digits_from_bytes)
DATES = st.dates().map(lambda day: f'"{day.isoformat()}"')
RUNS = st.from_regex(r"[0-9]{1,20}", fullmatch=True)
MIDNIGHTS = st.integers(0, 70_000).map(lambda day: f'"iat":{day * 86400 - 32400},')
RAW = st.binary(min_size=32, max_size=32).map(lambda data: f'"{b64url_encode(data)}"')
KIDS = st.binary(min_size=12, max_size=12).map(lambda data: f'"kid":"{b64url_encode(data)}"')
WORDS = st.text("가나다abc,:{} \"'2026-", max_size=6)
MARKABLE = st.lists(DATES | RUNS | MIDNIGHTS | RAW | KIDS | WORDS, max_size=8).map("".join)


@given(st.data(), st.binary(min_size=1, max_size=80))
def test_spoiled_digits_are_refused_or_stand_for_other_bytes(data: st.DataObject, value: bytes) -> None:
    text = data.draw(spoiled(digits_from_bytes(value), alphabet="0123456789 -٣"))
    try:
        read = bytes_from_digits(text)
    except QrPayloadError:
        return
    assert read != value
    assert digits_from_bytes(read) == text


@given(MARKABLE)
def test_marked_values_come_back(text: str) -> None:
    marked, values = mark_values(text, digest_mark=lambda _found: None)
    reader = ValueReader(values)
    assert restore_values(marked, reader) == text
    reader.finish()


@given(st.text(st.characters(max_codepoint=0x7F)), st.binary(max_size=40))
def test_any_marks_and_values_are_refused_or_restored_without_marks(marked: str, values: bytes) -> None:
    try:
        text = restore_values(marked, ValueReader(values))
    except QrPayloadError:
        return
    assert re.fullmatch("[^\x03-\x15\x17-\x1f]*", text)


@given(st.binary(min_size=1, max_size=60))
def test_any_stream_is_refused_or_says_the_same_when_written_again(data: bytes) -> None:
    code = load_dictionary(CURRENT).code
    try:
        text, used = code.decode(data)
    except QrPayloadError as refusal:
        kind = refusal.kind
    else:
        assert code.decode(code.encode(text))[0] == text
        assert 0 < used <= len(data)
        kind = "stream"
    assert kind == "stream"


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """Draw a compact SD-JWT without key binding; nobody has signed it."""
    disclosures = [
        b64url_encode(encode_json([b64url_encode(draw(st.binary(min_size=16, max_size=16))), *name, draw(OBJECTS)]))
        for name in draw(st.lists(st.sampled_from([(), ("name",)]), max_size=4))
    ]
    issuer = draw(st.sampled_from(["https://bank.example", "", "x"]))
    claims: dict[str, JsonValue] = {
        "iss": issuer,
        "vct": f"{issuer}/vct/1",
        **draw(OBJECTS),
        "_sd": [*map(digest, disclosures)],
    }
    header = encode_json({"kid": b64url_encode(draw(st.binary(min_size=12, max_size=12))), "alg": "ES256"})
    signature = b64url_encode(draw(st.binary(min_size=64, max_size=64)))
    return "~".join([f"{b64url_encode(header)}.{b64url_encode(encode_json({**claims}))}.{signature}", *disclosures, ""])


@given(tokens())
def test_token_taken_apart_is_put_together_to_the_same_text(token: str) -> None:
    taken = take_apart(token, replace_names=str)
    if taken is not None:
        assert put_together(taken.marked, taken.values) == token


@settings(max_examples=50)
@given(st.data(), tokens())
def test_packed_token_comes_back_and_a_spoiled_payload_never_is_another_token(data: st.DataObject, token: str) -> None:
    payload = encode_qr_payload(token)
    assert decode_qr_payload(payload) == token
    spoilt = data.draw(spoiled(bytes_from_digits(payload)))
    try:
        assert decode_qr_payload(digits_from_bytes(spoilt) or "x") == token
    except QrPayloadError:
        return


@given(st.data(), PAYLOADS, st.integers(1, 4))
def test_codes_join_to_their_payload_whatever_their_order(data: st.DataObject, payload: str, codes: int) -> None:
    try:
        texts = [qr_text("https://verify.example/v", part) for part in split_into_codes(payload, codes=codes)]
    except QrPayloadError:
        assert len(bytes_from_digits(payload)) <= 9  # too few bytes for so many codes
        return
    assert join_codes(data.draw(st.permutations(texts))) == payload


@given(st.data(), PAYLOADS.filter(lambda payload: len(payload) > 24), st.integers(2, 4))
def test_spoiled_code_of_several_is_refused(data: st.DataObject, payload: str, codes: int) -> None:
    texts = [*split_into_codes(payload, codes=codes)]
    place = data.draw(st.integers(0, codes - 1))
    texts[place] = data.draw(spoiled(texts[place], alphabet="0123456789"))
    try:
        joined = join_codes(texts)
    except QrPayloadError:
        return
    assert joined == payload
