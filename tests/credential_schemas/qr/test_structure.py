"""Taking a credential apart: what becomes a mark, what stays text, and refusals of what does not fit together."""

import base64
import hashlib
from datetime import date

import pytest

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.structure import put_together, take_apart

SIGNATURE = bytes(64)


def days(year: int, month: int, day: int) -> bytes:
    return (date(year, month, day) - date(1900, 1, 1)).days.to_bytes(2)


def part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def digest(disclosure: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()


def token(payload: str, *disclosures: str, header: str = "{}") -> str:
    jwt = f"{part(header)}.{part(payload)}.{base64.urlsafe_b64encode(SIGNATURE).rstrip(b'=').decode()}"
    return "~".join((jwt, *disclosures, ""))


def salted(rest: str) -> str:
    return part(f'["{"A" * 22}",{rest}]')


def apart(text: str) -> tuple[str, bytes]:
    taken = take_apart(text, replace_names=str)
    assert taken is not None
    assert put_together(taken.marked, taken.values) == text
    return taken.marked, taken.values[64:]


def refusal_of(marked: str, values: bytes = SIGNATURE) -> str:
    with pytest.raises(QrPayloadError) as caught:
        put_together(marked, values)
    return caught.value.kind


@pytest.mark.parametrize(
    ("text", "marked", "values"),
    [
        ('{"d":"2024-02-29"}', '{"d":"\x04"}', days(2024, 2, 29)),
        ('{"d":"2024-02-30"}', '{"d":"2024-02-30"}', b""),
        ('{"d":"1899-12-31"}', '{"d":"1899-12-31"}', b""),
        ('{"d":"1900-01-01"}', '{"d":"\x04"}', bytes(2)),
        ('{"d":"2079-06-06"}', '{"d":"\x04"}', b"\xff\xff"),
        ('{"d":"2079-06-07"}', '{"d":"2079-06-07"}', b""),
        ('{"a":"2024-02-29","b":"2024-02-29"}', '{"a":"\x04","b":"\x05"}', days(2024, 2, 29)),
        ('{"t":1795273200}', '{"t":\x09}', ((1795273200 + 32400) // 86400).to_bytes(2)),
        ('{"t":1795273201}', '{"t":\x11}', (1795273201).to_bytes(5)),
        ('{"t":5662191600}', '{"t":\x09}', b"\xff\xff"),
        ('{"t":5662278000}', '{"t":\x11}', (5662278000).to_bytes(5)),
        ('{"t":0863967600}', '{"t":\x11}', (863967600).to_bytes(5)),
        ('{"t":0195273200}', '{"t":\x11}', (195273200).to_bytes(5)),
        ('{"n":123456789012345}', '{"n":\x155}', (12345678901234).to_bytes(6)),
        ('{"n":123}', '{"n":123}', b""),
        ('{"r":"' + "A" * 42 + 'B"}', '{"r":"' + "A" * 42 + 'B"}', b""),
        ('{"r":"' + "A" * 43 + '"}', '{"r":"\x03"}', bytes(32)),
    ],
)
def test_values_leave_the_text(text: str, marked: str, values: bytes) -> None:
    assert apart(token(text)) == ("{}\x00" + marked, values)


def test_a_short_kid_leaves_the_header() -> None:
    assert apart(token("{}", header='{"kid":"' + "A" * 16 + '"}')) == ('{"kid":"\x0a"}\x00{}', bytes(12))


def test_the_issuer_is_marked_where_the_payload_repeats_it_after_a_quotation_mark() -> None:
    marked, values = apart(token('{"a":"x.y","iss":"x.y","b":"x.y/1","c":"at x.y"}'))
    assert (marked, values) == ('{}\x00{"a":"x.y","iss":"x.y","b":"\x16/1","c":"at x.y"}', b"")


def test_the_issuer_is_marked_sixteen_times_at_most() -> None:
    marked, _ = apart(token('{"iss":"x","b":[' + '"x",' * 17 + "1]}"))
    assert marked == '{}\x00{"iss":"x","b":[' + '"\x16",' * 16 + '"x",1]}'


def test_a_date_is_remembered_until_four_others_came() -> None:
    days = [f"2024-01-0{number}" for number in (1, 2, 3, 4, 1, 5, 6, 2)]
    marked, _ = apart(token(str(days).replace("'", '"')))
    assert marked == '{}\x00["\x04", "\x04", "\x04", "\x04", "\x08", "\x04", "\x04", "\x04"]'


def test_digests_are_marked_in_the_order_of_the_disclosures_or_by_number() -> None:
    first, second = salted('"a",1'), salted("2")
    marked, values = apart(token(f'["{digest(second)}","{digest(first)}"]', first, second))
    assert (marked, values) == ('{}\x00["\x02!","\x01"]\x00"a",1\x002', bytes(32))


def test_the_first_and_the_last_number_of_a_digest_are_read() -> None:
    disclosures = [salted(str(number)) for number in range(95)]
    marked, values = apart(token(f'["{digest(disclosures[94])}"]', *disclosures))
    assert (marked[:9], len(values)) == ('{}\x00["\x02~"]', 95 * 16)
    assert put_together('{}\x00["\x02 "]\x001', SIGNATURE + bytes(16)) == token(
        f'["{digest(salted("1"))}"]', salted("1")
    )


def test_a_credential_may_have_as_many_disclosures_as_the_limit() -> None:
    disclosures = [salted(str(number)) for number in range(256)]
    assert len(apart(token("{}", *disclosures))[1]) == 256 * 16
    assert take_apart(token("{}", *disclosures, salted("256")), replace_names=str) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(token("{}") + "a.b.c", id="a key binding"),
        pytest.param(token("{}", ""), id="an empty disclosure"),
        pytest.param(token(""), id="an empty payload"),
        pytest.param(token("{}")[:-3] + "~", id="a short signature"),
        pytest.param(token("{}").replace(".", "-", 1), id="two parts"),
        pytest.param(token("\x01"), id="a control character"),
        pytest.param(token("{}", "%"), id="a disclosure that is no base64url"),
    ],
)
def test_what_is_no_credential_of_this_form_is_not_taken_apart(other: str) -> None:
    assert take_apart(other, replace_names=str) is None


def test_a_digest_that_stands_twice_is_marked_once() -> None:
    only = salted("1")
    marked, values = apart(token(f'["{digest(only)}","{digest(only)}"]', only))
    assert marked == '{}\x00["\x01","\x03"]\x001'
    assert values[16:] == hashlib.sha256(only.encode()).digest()


def test_a_digest_beyond_the_numbered_ones_is_stored() -> None:
    disclosures = [salted(str(number)) for number in range(96)]
    marked, values = apart(token(f'["{digest(disclosures[95])}"]', *disclosures))
    assert marked.startswith('{}\x00["\x03"]\x000')
    assert values[96 * 16 :] == hashlib.sha256(disclosures[95].encode()).digest()


@pytest.mark.parametrize("whole", ['["short","a",1]', '["' + "A" * 22 + '",[1]]', '["' + "A" * 21 + 'B",1]'])
def test_a_disclosure_with_another_beginning_is_kept_whole(whole: str) -> None:
    assert apart(token("{}", part(whole))) == ("{}\x00{}\x00" + whole, b"")


@pytest.mark.parametrize(
    ("marked", "values"),
    [
        pytest.param("{}", SIGNATURE, id="no payload"),
        pytest.param("{}\x00{}" + "\x001" * 257, SIGNATURE + bytes(257 * 16), id="too many disclosures"),
        pytest.param("{}\x00{}", SIGNATURE[1:], id="a short signature"),
        pytest.param("{}\x00{}", SIGNATURE + b"x", id="a value without a mark"),
        pytest.param("{}\x00\x04", SIGNATURE + b"x", id="half a value"),
        pytest.param("{}\x00\x05", SIGNATURE, id="a recent date before any"),
        pytest.param("\x0a\x00{}", SIGNATURE + bytes(11), id="a kid without its bytes"),
        pytest.param("{}\x00\x17", SIGNATURE, id="a mark that is none"),
        pytest.param('{}\x00{"iss":""}\x16', SIGNATURE, id="an issuer that no place names"),
        pytest.param('{}\x00{"iss":"a"}' + "\x16" * 17, SIGNATURE, id="an issuer marked too often"),
        pytest.param('{}\x00{"iss":"' + "a" * 256 + '"}\x16', SIGNATURE, id="an issuer too long to repeat"),
        pytest.param('\x16\x00{"iss":"a"}', SIGNATURE, id="an issuer in the header"),
        pytest.param("{}\x00\x0b", SIGNATURE + b"\xff\xff", id="a number with a digit too many"),
        pytest.param("{}\x00", SIGNATURE, id="an empty payload"),
        pytest.param("\x01\x00{}", SIGNATURE, id="a digest in the header"),
        pytest.param("{}\x00\x01", SIGNATURE, id="a digest of no disclosure"),
        pytest.param("{}\x00\x02\x20\x02\x20\x001", SIGNATURE + bytes(16), id="a disclosure named twice"),
        pytest.param("{}\x00\x02", SIGNATURE, id="a digest without its number"),
        pytest.param("{}\x00\x02\x7f" + "\x001" * 96, SIGNATURE + bytes(96 * 16), id="a numbered digest beyond 94"),
        pytest.param("{}\x00\x02\x1f\x001", SIGNATURE + bytes(16), id="a number before 0"),
        pytest.param("{}\x00{}\x00\x01", SIGNATURE + bytes(16), id="a digest in a disclosure"),
    ],
)
def test_parts_that_do_not_fit_are_refused(marked: str, values: bytes) -> None:
    assert refusal_of(marked, values) == "structure"
