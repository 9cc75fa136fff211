"""The fuzz targets without a fuzzer: every seed, seeded mutations of every seed, and that the targets would notice."""

import random
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from credential_schemas.qr.digits import digits_from_bytes
from credential_schemas.sd_jwt.key_binding import KeyBindingFindings
from keys import encoding
from keys.errors import DecodingError
from tests.fuzz.targets import CORPUS, TARGETS, corpus

SEEDS = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.parent != CORPUS)
ROUNDS = {"pdf_container": 40, "qr_text": 40}


def seed(target: str, name: str) -> bytes:
    return (CORPUS / target / name).read_bytes()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few places changed, left out, doubled or exchanged."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 1, 4, 32)))
        match chance.randrange(4):
            case 0:
                changed[at:end] = bytes(chance.choice((0, 32, 34, 48, 65, 126, 255)) for _ in range(at, end))
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end]
            case _:
                changed[at:end] = changed[at:end][::-1]
    return bytes(changed)


def test_every_target_has_seeds() -> None:
    assert {path.parent.name for path in SEEDS} == set(TARGETS)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_seed_keeps_every_promise(path: Path) -> None:
    assert TARGETS[path.parent.name](path.read_bytes()) in (True, False)


@pytest.mark.parametrize("target", TARGETS)
def test_target_accepts_some_seeds_and_refuses_others(target: str) -> None:
    answers = {TARGETS[target](path.read_bytes()) for path in SEEDS if path.parent.name == target}
    answers.add(TARGETS[target](b"\x03"))
    assert answers == {True, False}


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_mutations_of_a_seed_keep_every_promise(path: Path) -> None:
    chance = random.Random(f"{path.parent.name}/{path.name}")
    data = path.read_bytes()
    for _ in range(ROUNDS.get(path.parent.name, 150)):
        assert TARGETS[path.parent.name](mutated(data, chance)) in (True, False)


def test_the_corpus_brings_no_private_key() -> None:
    found = [path.name for path in CORPUS.rglob("*") if path.is_file() and b'"d"' in path.read_bytes()]
    assert found == []
    assert all("d" not in key.jwk() for key in corpus().issuer.keys.values())


def altered(token: bytes, old: bytes, new: bytes) -> bytes:
    """Return a token of the corpus with another payload under the old signature."""
    header, payload, rest = token.split(b".", 2)
    plain = encoding.b64url_decode(payload.decode())
    assert old in plain
    return b".".join((header, encoding.b64url_encode(plain.replace(old, new)).encode(), rest))


def renumbered(token: bytes) -> bytes:
    """Return a credential of the corpus with another certificate number under the old signature."""
    return altered(token, b"2026-0001-0001", b"2026-0001-0002")


def always(answer: object) -> Callable[..., object]:
    return lambda *_given, **_named: answer


def strict_but_for_line_ends(text: str) -> bytes:
    return encoding.b64url_decode(text.replace("\n", ""))


def unchecked_url(text: str, **_named: bool) -> SimpleNamespace:
    return SimpleNamespace(text=text)


_BOMB = b"\x01" + zlib.compress(bytes(5 * 1024 * 1024))
_WRONG_CHECK = digits_from_bytes(b"\x00wron" + zlib.compress(b"a~", wbits=-15)).encode()
UNPROTECTED: dict[str, tuple[str, bytes, str, object]] = {
    "any signature of a credential is believed": (
        "sd_jwt",
        renumbered(seed("sd_jwt", "whole")),
        "keys.jwk.PublicKey.verify",
        always(True),
    ),
    "any signature of a token is believed": (
        "jws",
        renumbered(seed("jws", "credential")),
        "keys.jwk.PublicKey.verify",
        always(True),
    ),
    "any signature of a list is believed": (
        "status_token",
        altered(seed("status_token", "token"), b"43200", b"43201"),
        "keys.jwk.PublicKey.verify",
        always(True),
    ),
    "a disclosure of nothing is overlooked": (
        "sd_jwt",
        seed("sd_jwt", "fewer") + b"WyJhIiwxXQ~",
        "credential_schemas.sd_jwt.disclosures._Walk.check_all_used",
        always(None),
    ),
    "a control claim may be disclosed": (
        "sd_jwt",
        seed("sd_jwt", "signed-control"),
        "credential_schemas.sd_jwt.disclosures._Walk._check_not_control",
        always(None),
    ),
    "an end that has passed is accepted": (
        "sd_jwt",
        seed("sd_jwt", "expired"),
        "credential_schemas.sd_jwt.verify._time_refusals",
        always([]),
    ),
    "any key binding is believed": (
        "sd_jwt",
        seed("sd_jwt", "bound")[:-90] + b"A.A",
        "credential_schemas.sd_jwt.verify.examine_key_binding",
        always(KeyBindingFindings(holds=True)),
    ),
    "line ends in base64url are skipped": (
        "jws",
        b"e30.e30\n.AAAA",
        "keys.jws.b64url_decode",
        strict_but_for_line_ends,
    ),
    "a lone surrogate is read": ("json", b'"\\ud800"', "keys.encoding._check_surrogates", always(None)),
    "a list inflates without end": (
        "status_list",
        _BOMB,
        "credential_schemas.status_list.MAX_STATUS_LIST_BYTES",
        2**40,
    ),
    "the check value of a payload is not compared": (
        "qr_text",
        _WRONG_CHECK,
        "credential_schemas.qr.payload._check_value",
        always(b"wron"),
    ),
    "an attachment is there twice": (
        "pdf_container",
        seed("pdf_container", "twice"),
        "credential_schemas._pdf_container.parsing._Examination.add",
        always(None),
    ),
    "any address is trusted": (
        "trust_list",
        seed("trust_list", "small").replace(b'"id":"https', b'"id":"http'),
        "keys.trust_list.parse_url",
        unchecked_url,
    ),
}


@pytest.mark.parametrize(("target", "data", "place", "instead"), UNPROTECTED.values(), ids=UNPROTECTED)
def test_target_notices_when(
    monkeypatch: pytest.MonkeyPatch, target: str, data: bytes, place: str, *, instead: object
) -> None:
    assert TARGETS[target](data) is False
    monkeypatch.setattr(place, instead)
    with pytest.raises((AssertionError, DecodingError)):
        TARGETS[target](data)
