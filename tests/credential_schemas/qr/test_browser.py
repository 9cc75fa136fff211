"""The browser implementation answers as the Python one: the published vectors and seeded random inputs, in Chromium.

One page under a strict Content-Security-Policy decodes every case and sends its answers back; the answers of the Python
implementation to the same cases are compared here.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr import payload as format_of_payload
from credential_schemas.qr.dictionary import SHA256, load_dictionary
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import join_codes, split_into_codes
from credential_schemas.qr.payload import decode_qr_payload, encode_qr_payload, qr_text
from credential_schemas.qr.stream import FIRST_SYMBOL, FIRST_WORD
from credential_schemas.qr.structure import put_together
from tests.calculator import CHROMIUM, Calculator, Case
from tests.credential_schemas.qr.conftest import URL, MakerFactory

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "qr" / "payload-v1.json").read_text("utf-8"))
BROWSER = files("credential_schemas") / "qr" / "browser"
MODULES = {entry.name: entry.read_text("utf-8") for entry in BROWSER.iterdir() if entry.name.endswith(".js")}
CODE = load_dictionary(1).code
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'"
SCRIPT = """
import { QrPayloadError, decodeQrPayload, joinCodes, openDictionary } from "/qr/qr_payload.js";

const dictionary = await openDictionary(await (await fetch("/dictionary")).arrayBuffer());
const perform = {
  decode: (text) => decodeQrPayload(text, [dictionary]),
  join: joinCodes,
  dictionary: async (bytes) => (await openDictionary(Uint8Array.from(bytes))).number,
  undictionaried: (text) => decodeQrPayload(text, []),
};
const answers = [];
for (const { task, input } of await (await fetch("/cases")).json()) {
  try {
    answers.push({ value: await perform[task](input) });
  } catch (error) {
    if (!(error instanceof QrPayloadError)) throw error;
    answers.push({ kind: error.kind, missing: error.missing });
  }
}
await fetch("/answers", { method: "POST", body: JSON.stringify(answers) });
"""


@dataclass(frozen=True, slots=True)
class Browser:
    """One Chromium for all cases."""

    calculator: Calculator

    def answer(self, cases: list[Case]) -> list[Case]:
        """Return what the browser implementation answers to each case."""
        return self.calculator.run(SCRIPT, {"/cases": cases})


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the browser reader of the QR payload is not tried")
    dictionary = (files("credential_schemas") / "qr" / "dictionary" / "v1.bin").read_bytes()
    served = {f"/qr/{name}": ("text/javascript", text.encode()) for name, text in MODULES.items()}
    served["/dictionary"] = ("application/octet-stream", dictionary)
    calculator = Calculator(tmp_path_factory.mktemp("chromium"), served, policy=POLICY)
    try:
        yield Browser(calculator)
    finally:
        calculator.close()


def answer_of_python(case: Case) -> Case:
    perform = {"decode": decode_qr_payload, "join": join_codes}[case["task"]]
    try:
        return {"value": perform(case["input"])}
    except QrPayloadError as error:
        return {"kind": error.kind, "missing": list(error.missing)}


def decoding(texts: Iterator[str]) -> list[Case]:
    return [{"task": "decode", "input": text} for text in texts]


def assert_same_answers(browser: Browser, cases: list[Case]) -> list[Case]:
    answers = browser.answer(cases)
    expected = [answer_of_python(case) for case in cases]
    different = [each for each in zip(cases, expected, answers, strict=True) if each[1] != each[2]]
    assert different == []
    return expected


def sealed(marked: str, values: bytes) -> str:
    """Return a structured payload of marked text, with the check value that fits where a credential comes out."""
    stream = CODE.encode(marked)
    try:
        check = format_of_payload._check_value(put_together(CODE.decode(stream)[0], values))
    except QrPayloadError:
        check = bytes(4)
    return digits_from_bytes(b"\x01" + check + stream + values)


def test_the_browser_pins_the_published_dictionaries() -> None:
    assert dict(re.findall(r'\["([0-9a-f]{64})", ([0-9]+)\]', MODULES["dictionary.js"])) == {
        digest: str(number) for number, digest in SHA256.items()
    }


def test_the_browser_reader_loads_nothing_and_runs_no_text_as_code() -> None:
    forbidden = re.compile(r"\b(fetch|eval|Function|XMLHttpRequest|WebSocket|import|innerHTML|localStorage)\b\(?")
    calls = {
        name: forbidden.findall(re.sub(r"/\*\*.*?\*/|//.*", "", text, flags=re.S)) for name, text in MODULES.items()
    }
    assert {word for words in calls.values() for word in words} == {"import"}
    imported = [found for text in MODULES.values() for found in re.findall(r'\bfrom "(.*?)"', text)]
    assert {name.removeprefix("./") for name in imported} <= set(MODULES)


def test_no_module_of_the_browser_is_longer_than_a_python_module_may_be() -> None:
    assert {name: len(text.splitlines()) for name, text in MODULES.items() if len(text.splitlines()) > 400} == {}


@pytest.mark.slow
def test_the_browser_answers_the_published_vectors(browser: Browser) -> None:
    whole, damaged, several = VECTORS["whole"], VECTORS["damaged"], VECTORS["several_codes"]
    cases = decoding(case["payload"] for case in (*whole, *damaged))
    cases += [{"task": "join", "input": case["texts"]} for case in several]
    refusals = [{"kind": case["kind"], "missing": []} for case in damaged]
    joined = [
        {"value": case["payload"]} if "payload" in case else {"kind": case["kind"], "missing": case.get("missing", [])}
        for case in several
    ]
    assert browser.answer(cases) == [*({"value": case["credential"]} for case in whole), *refusals, *joined]


@pytest.mark.slow
def test_the_browser_refuses_a_dictionary_that_is_not_the_published_one(browser: Browser) -> None:
    file = bytearray((files("credential_schemas") / "qr" / "dictionary" / "v1.bin").read_bytes())
    file[-1] ^= 1
    answers = browser.answer(
        [
            {"task": "dictionary", "input": list(file)},
            {"task": "dictionary", "input": []},
            {"task": "undictionaried", "input": VECTORS["whole"][0]["payload"]},
        ]
    )
    assert answers == [{"kind": "dictionary_unknown", "missing": []}] * 3


@pytest.mark.slow
def test_certificates_of_every_kind_decode_alike(
    browser: Browser, maker: MakerFactory, type_ids: tuple[str, ...]
) -> None:
    draw = random.Random(31)
    certificates = (
        maker(seed, known_names=seed % 2 == 0).certificate(
            draw.choices(type_ids, k=draw.randint(1, 12)), edition=draw.choice(("standard", "blind"))
        )
        for seed in range(30)
    )
    expected = assert_same_answers(browser, decoding(map(encode_qr_payload, certificates)))
    assert all("value" in answer for answer in expected)


@pytest.mark.slow
def test_random_damage_gets_the_same_answer(browser: Browser, maker: MakerFactory, type_ids: tuple[str, ...]) -> None:
    payloads = [case["payload"] for case in (*VECTORS["whole"], *VECTORS["damaged"])]
    expected = assert_same_answers(browser, decoding(damaged_payloads(payloads, random.Random(32), count=600)))
    kinds = {answer.get("kind") for answer in expected}
    assert {"check", "compression", "digits", "format_unknown", "dictionary_unknown", "stream", "structure"} <= kinds


def damaged_payloads(payloads: list[str], draw: random.Random, *, count: int) -> Iterator[str]:
    for _ in range(count):
        payload = draw.choice(payloads)
        kind = draw.choice((0, 1, 2, 2, 2, 3))
        place = draw.randrange(len(payload))
        if kind == 0:
            yield payload[:place] + draw.choice(["", "0", "9", "a", "#", " ", "٣", "😀", "\n"]) + payload[place + 1 :]
        elif kind == 1:
            yield payload[: draw.randrange(len(payload))]
        elif kind == 2:
            yield digits_from_bytes(damaged_bytes(bytearray(bytes_from_digits_or_head(payload)), draw))
        else:
            yield payload + payload[:place]


def bytes_from_digits_or_head(payload: str) -> bytes:
    try:
        return bytes_from_digits(payload)
    except QrPayloadError:
        return bytes((1, 0, 0, 0, 0, 0x80))


def damaged_bytes(data: bytearray, draw: random.Random) -> bytes:
    if draw.random() < 0.2:
        data[draw.randrange(min(8, len(data)))] = draw.randrange(256)
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(data))
        data[place : place + draw.randint(0, 2)] = draw.randbytes(draw.randint(0, 2))
    return bytes(data) or b"\0"


@pytest.mark.slow
def test_random_marked_texts_get_the_same_answer(browser: Browser) -> None:
    draw = random.Random(33)
    texts = (sealed(*random_marked(draw)) for _ in range(1500))
    expected = assert_same_answers(browser, decoding(texts))
    assert sum("value" in answer for answer in expected) > 150
    assert "structure" in {answer.get("kind") for answer in expected}


@pytest.mark.slow
def test_random_bits_get_the_same_answer(browser: Browser) -> None:
    draw = random.Random(35)
    bodies = (draw.randbytes(draw.randint(0, 12)) for _ in range(600))
    # Behind OTHER stand the bits of a code point: any of them, not only what our writer would write.
    others = (CODE.encode("é")[:2] + draw.randbytes(4) for _ in range(600))
    texts = (digits_from_bytes(b"\x01" + bytes(4) + body) for body in (*bodies, *others))
    expected = assert_same_answers(browser, decoding(texts))
    assert {"stream", "structure"} <= {answer.get("kind") for answer in expected}


VALUE_BYTES = {0x03: 32, 0x04: 2, 0x09: 2, 0x0A: 12} | dict(
    zip(range(0x0B, 0x16), (2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6), strict=True)
)


def random_marked(draw: random.Random) -> tuple[str, bytes]:
    """Return marked text that is often right, and about as many values as it asks for."""
    disclosures = draw.randint(0, 4)
    marked, values = "", bytearray(draw.randbytes(64 + 16 * disclosures))
    for part in range(2 + disclosures):
        marked += "\x00" if part else ""
        for _ in range(draw.randint(1, 6)):
            piece = random_piece(draw, of_payload=part == 1)
            marked += piece
            count = bytes_wanted(piece)
            zeros = draw.choice((0, min(1, count)))  # a number with a zero in front often has few enough digits
            values += bytes(zeros) + draw.randbytes(count - zeros)
    if draw.random() < 0.1:
        del values[-1]
    return marked, bytes(values)


def bytes_wanted(piece: str) -> int:
    return sum(VALUE_BYTES.get(ord(character), 0) for character in CODE.decode(CODE.encode(piece))[0])


def random_piece(draw: random.Random, *, of_payload: bool) -> str:
    kind = draw.randrange(6)
    if kind == 0:
        dates = "".join(map(chr, (0x04, 0x04, *draw.choices(range(0x04, 0x09), k=3))))
        return draw.choice(("\x03", "\x04", "\x09", "\x0a", chr(draw.randrange(0x0B, 0x16)), dates))
    if kind == 1 and of_payload:
        return draw.choice(
            ("\x01", "\x02 ", "\x02!", '\x02"', "\x02", "\x02\x7f", "\x02\U0001f600", '"iss":"$&\uac00"\x16', "\x16")
        )
    if kind == 2:
        return chr(FIRST_WORD + FIRST_SYMBOL + draw.randrange(len(CODE.texts)))
    if kind == 3:
        return draw.choice(("é", "漢", "\ufeff", "😀", "\uf8ff", "\u00a0", "뷁", "힣", "가", "\ue000", "\x7f"))
    return draw.choice(("a", "$'", "[1]", '["', "\\u0041", "{}", '"'))


@pytest.mark.slow
def test_the_limits_hold_at_the_same_character(browser: Browser) -> None:
    longest = max(range(len(CODE.texts)), key=lambda place: len(CODE.texts[place]))
    word, size = chr(FIRST_WORD + FIRST_SYMBOL + longest), len(CODE.texts[longest])
    emoji = "h\x00" + "😀" * 900  # one character each, two of UTF-16
    streams = []
    for start in ("h\x00", emoji):
        repeats, rest = divmod(65536 - len(start), size)
        streams += [start + word * repeats + "a" * count for count in (rest, rest + 1, rest + 2)]
    streams += ["\x00".join(("h", "p", *["d"] * count)) for count in (255, 256, 257)]
    texts = [sealed(stream, bytes(64)) for stream in streams[:6]]
    texts += [sealed(stream, bytes(64 + 16 * 256)) for stream in streams[6:]]
    texts += [encode_qr_payload("~" * size) for size in (1, 65535, 65536)]
    for size in (1, 65535, 65536, 65537):
        deflated = format_of_payload._deflate(b"~" * size)
        head = b"\0" + format_of_payload._check_value("~" * size)
        texts += [digits_from_bytes(head + deflated + tail) for tail in (b"", b"\0", b"\xff" * 9)]
        texts += [digits_from_bytes(head + deflated[:-1]), digits_from_bytes(head + deflated[:-3] + b"\xff" * 12)]
    texts += ["0" * length for length in (4 * 4296, 4 * 4296 + 1)] + ["😀" * 9000, "😀" * 17185, ""]
    expected = assert_same_answers(browser, decoding(iter(texts)))
    assert {"too_large", "compression", "structure", "digits"} <= {answer.get("kind") for answer in expected}


@pytest.mark.slow
def test_parts_and_marks_at_their_edges_get_the_same_answer(browser: Browser) -> None:
    streams = ["h\x00p", "\x00p", "h\x00", "h", "", "h\x01\x00p\x00d", "h\x00p\x00[\x16]", "h\x00p\x0a"]
    streams += ['h\x00"iss":"x"' + "\x16" * count for count in (1, 16, 17)]
    streams += ['h\x00"iss":"' + "a" * size + '"\x16' for size in (0, 1, 255, 256)]
    streams += ['h\x00"iss":"' + "😀" * size + '"\x16' for size in (128, 255, 256)]
    texts = [sealed(stream, bytes(64)) for stream in streams]
    texts += [sealed(f"h\x00p{mark}\x00d\x00e", bytes(96)) for mark in ("\x01\x01\x01", "\x02!\x01", "\x02!\x02!")]
    texts += [sealed(f"h\x00p\x02{mark}" + "\x00d" * 96, bytes(64 + 16 * 96)) for mark in ("~", "\x7f", "\x1a")]
    texts += [sealed(f"h\x00p\x00{empty}", bytes(64 + 16)) for empty in ("", "[]")]
    texts += [digits_from_bytes(bytes((1, 0, 0, 0, 0, *rest))) for rest in ((), (0,), (0xFF,) * 9)]
    expected = assert_same_answers(browser, decoding(iter(texts)))
    assert sum("value" in answer for answer in expected) == 10
    assert {answer.get("kind") for answer in expected} == {None, "structure", "stream"}


@pytest.mark.slow
def test_codes_join_alike_in_any_order_and_company(browser: Browser) -> None:
    draw = random.Random(34)
    payloads = [case["payload"] for case in VECTORS["whole"]]
    cases: list[Case] = [{"task": "join", "input": texts} for texts in ([], [""], ["#"], ["0" * 4297])]
    cases += [{"task": "join", "input": [f"{space}{payloads[0]}{space}"]} for space in " \t\n\x1c\x85\xa0\ufeff\u3000"]
    cases += [{"task": "join", "input": [digits_from_bytes(bytes((0x90, 1, 2, 3, 4, n))) for n in range(65)]}]
    heads = (bytes((first, 1, 2, 3, 4)) for first in (0x80, 0x90, 0x91, 0x92, 0xB3, 0xC0))
    cases += [{"task": "join", "input": [digits_from_bytes(head + share)]} for head in heads for share in (b"", b"x")]
    first, second = split_into_codes(payloads[0], codes=2)
    for others in ([second, digits_from_bytes(bytes_from_digits(first) + b"x")], [second, payloads[0]], [payloads[1]]):
        cases.append({"task": "join", "input": [first, *others]})
    for _ in range(300):
        codes = [*split_into_codes(draw.choice(payloads), codes=draw.randint(1, 4))]
        if draw.random() < 0.3:
            codes += split_into_codes(draw.choice(payloads), codes=draw.randint(1, 4))
        if draw.random() < 0.3:
            place = draw.randrange(len(codes))
            codes[place] = digits_from_bytes(damaged_bytes(bytearray(bytes_from_digits(codes[place])), draw))
        texts = draw.sample(codes, k=draw.randint(1, len(codes)))
        cases.append({"task": "join", "input": [qr_text(URL, text) if draw.random() < 0.5 else text for text in texts]})
    expected = assert_same_answers(browser, cases)
    assert sum("value" in answer for answer in expected) > 50
    refused = {answer.get("kind") for answer in expected}
    assert {"codes", "codes_missing", "codes_mixed", "codes_damaged", "digits", "too_large"} <= refused
