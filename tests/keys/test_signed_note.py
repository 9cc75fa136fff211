"""Signed notes, checkpoints and proofs: published examples, and everything that is not in their one form."""

import base64
from dataclasses import replace

import pytest

from keys.checkpoint import MAX_SIZE, Checkpoint, decode_number, sign_checkpoint, verify_checkpoint
from keys.encoding import b64url_decode
from keys.errors import JwkError, LogProofError, NoteError
from keys.limits import MAX_LOG_PATH, MAX_LOG_PROOF_EXTRA_BYTES, MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES
from keys.log_proof import LogProof
from keys.merkle import EMPTY_ROOT, inclusion_path, leaf_hash, node_hash
from keys.note_keys import NotePublicKey, create_note_key
from keys.signed_note import sign_note, verify_note

# The example of Go's package golang.org/x/mod/sumdb/note.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PUBLISHED_NOTE = (
    f"{PUBLISHED_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
KEY, OTHER = create_note_key(), create_note_key()
ORIGIN = "bank.example/log"
NOTE = sign_note("text\n", name=ORIGIN, key=KEY)
ROOT = node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
CHECKPOINT = Checkpoint(ORIGIN, 2, ROOT)
SIGNED = sign_checkpoint(CHECKPOINT, key=KEY)
PROOF = LogProof(0, (leaf_hash(b"b"),), SIGNED, b"extra")


def verified(note: bytes, *, name: str = ORIGIN) -> str:
    return verify_note(note, name=name, key=KEY.public_key())


def refusal(note: bytes) -> tuple[str, str]:
    with pytest.raises(NoteError) as refused:
        verified(note)
    return refused.value.kind, refused.value.message


def test_published_note_verifies_with_the_published_key() -> None:
    key = NotePublicKey(base64.b64decode(PUBLISHED_KEY.split("+", 2)[2])[1:])
    assert key.verifier_key("PeterNeumann") == PUBLISHED_KEY
    assert verify_note(PUBLISHED_NOTE, name="PeterNeumann", key=key) == PUBLISHED_TEXT


def test_note_with_lines_of_witnesses_still_verifies() -> None:
    witness = sign_note("text\n", name="witness.example", key=OTHER).split(b"\n\n")[1]
    assert verified(NOTE + witness) == "text\n"


def test_text_may_hold_empty_lines() -> None:
    assert verified(sign_note("one\n\ntwo\n", name=ORIGIN, key=KEY)) == "one\n\ntwo\n"


def test_note_of_another_key_or_name_is_of_no_known_key() -> None:
    assert refusal(sign_note("text\n", name=ORIGIN, key=OTHER))[0] == "unknown_key"
    assert refusal(sign_note("text\n", name="other.example", key=KEY))[0] == "unknown_key"


def test_changed_text_is_refused_for_its_signature() -> None:
    assert refusal(NOTE.replace(b"text", b"test")) == (
        "signature",
        "the signature does not belong to this text and key",
    )


def test_one_wrong_signature_of_the_known_key_refuses_the_note() -> None:
    wrong = sign_note("other\n", name=ORIGIN, key=KEY).split(b"\n\n")[1]
    assert refusal(NOTE + wrong)[0] == "signature"


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        pytest.param(b"", "a newline at the end", id="empty"),
        pytest.param(NOTE[:-1], "a newline at the end", id="cut"),
        pytest.param(b"\xff\n", "UTF-8", id="not UTF-8"),
        pytest.param(NOTE.replace(b"text", b"te\tt"), "no control characters", id="tab"),
        pytest.param(NOTE.replace(b"\n", b"\r\n"), "no control characters", id="CRLF"),
        pytest.param(b"text\n", "an empty line", id="no signature"),
        pytest.param(b"text\n\n", "a line with a dash", id="nothing below"),
        pytest.param(b"a" * MAX_NOTE_BYTES + NOTE, "at most", id="too large"),
        pytest.param(NOTE + NOTE.split(b"\n\n")[1] * MAX_NOTE_SIGNATURES, "signatures", id="too many lines"),
        pytest.param(NOTE.replace("— ".encode(), b"- "), "a line with a dash", id="hyphen for the dash"),
        pytest.param(NOTE.replace(b"bank.", b"ba+k."), "a line with a dash", id="plus sign in the name"),
        pytest.param(NOTE.replace(b"bank.", "ba\u00a0k.".encode()), "a line with a dash", id="space in the name"),
        pytest.param(NOTE.replace(b" bank.example/log", b" "), "a line with a dash", id="no name"),
        pytest.param(NOTE[:-2] + b"\n", "base64 in canonical form", id="padding lost"),
        pytest.param(NOTE + "— a AAAAAA==\n".encode(), "a key id and a signature", id="only a key id"),
        pytest.param(NOTE + "— a AAAAAAB=\n".encode(), "base64 in canonical form", id="stray bits"),
        pytest.param(NOTE + "— a AAA*\n".encode(), "base64 in canonical form", id="foreign sign"),
    ],
)
def test_note_in_another_form_is_refused(note: bytes, expected: str) -> None:
    kind, message = refusal(note)
    assert kind == "format"
    assert expected in message


def test_largest_note_and_the_most_signatures_are_read() -> None:
    longest = "a" * (MAX_NOTE_BYTES - len(NOTE) + len("text")) + "\n"
    note = sign_note(longest, name=ORIGIN, key=KEY)
    assert len(note) == MAX_NOTE_BYTES
    assert verified(note) == longest
    assert verified(NOTE + NOTE.split(b"\n\n")[1] * (MAX_NOTE_SIGNATURES - 1)) == "text\n"


@pytest.mark.parametrize(("text", "name"), [("no newline", ORIGIN), ("a\n", "a b"), ("a\n", "a+b"), ("a\n", "")])
def test_nothing_is_signed_that_nobody_could_read(text: str, name: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, name=name, key=KEY)


def test_checkpoint_says_what_was_signed() -> None:
    assert verify_checkpoint(SIGNED, origin=ORIGIN, key=KEY.public_key()) == CHECKPOINT
    assert CHECKPOINT.text().startswith(f"{ORIGIN}\n2\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n2\n",
        f"other.example\n2\n{CHECKPOINT.text().splitlines()[2]}\n",
        f"{CHECKPOINT.text()}extension\n",
        CHECKPOINT.text().replace("\n", " ") + "\n",
        f"{ORIGIN}\n02\n{CHECKPOINT.text().splitlines()[2]}\n",
        f"{ORIGIN}\n-2\n{CHECKPOINT.text().splitlines()[2]}\n",
        f"{ORIGIN}\n2\nAAAA\n",
        f"{ORIGIN}\n2\n!\n",
    ],
)
def test_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError) as refused:
        verify_checkpoint(sign_note(text, name=ORIGIN, key=KEY), origin=ORIGIN, key=KEY.public_key())
    assert refused.value.kind == "format"


@pytest.mark.parametrize("text", ["", "01", "+1", " 1", "1_0", "１", "9" * 20, str(MAX_SIZE + 1)])
def test_number_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="decimal digits"):
        decode_number(text)


def test_largest_number_is_read() -> None:
    assert decode_number(str(MAX_SIZE)) == MAX_SIZE


def test_proof_is_read_as_it_was_written_and_proves_its_entry() -> None:
    read = LogProof.decode(PROOF.encode())
    assert read == PROOF
    assert read.verify(b"a", origin=ORIGIN, key=KEY.public_key()) == CHECKPOINT


def test_proof_without_extra_data_and_path_is_read() -> None:
    alone = LogProof(0, (), sign_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(b"a")), key=KEY))
    assert LogProof.decode(alone.encode()) == alone
    assert alone.verify(b"a", origin=ORIGIN, key=KEY.public_key()).size == 1


def test_longest_path_and_the_most_extra_data_are_read() -> None:
    largest = replace(PROOF, path=(ROOT,) * MAX_LOG_PATH, extra=b"x" * MAX_LOG_PROOF_EXTRA_BYTES)
    assert LogProof.decode(largest.encode()) == largest


def test_proof_has_the_form_of_the_standard() -> None:
    lines = PROOF.encode().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 0"]
    assert lines[4:6] == ["", ORIGIN]


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param(replace(PROOF, index=1), id="another place"),
        pytest.param(replace(PROOF, index=2), id="a place outside"),
        pytest.param(replace(PROOF, path=()), id="no path"),
        pytest.param(replace(PROOF, path=(*PROOF.path, ROOT)), id="a hash too many"),
        pytest.param(replace(PROOF, path=(leaf_hash(b"c"),)), id="another path"),
        pytest.param(
            replace(PROOF, checkpoint=sign_checkpoint(Checkpoint(ORIGIN, 2, EMPTY_ROOT), key=KEY)), id="another root"
        ),
        pytest.param(
            replace(PROOF, checkpoint=sign_checkpoint(Checkpoint(ORIGIN, 5, ROOT), key=KEY)), id="another size"
        ),
    ],
)
def test_proof_that_does_not_lead_to_the_checkpoint_is_refused(proof: LogProof) -> None:
    with pytest.raises(LogProofError, match="does not lead"):
        LogProof.decode(proof.encode()).verify(b"a", origin=ORIGIN, key=KEY.public_key())


def test_proof_of_another_entry_is_refused() -> None:
    with pytest.raises(LogProofError, match="does not lead"):
        PROOF.verify(b"b", origin=ORIGIN, key=KEY.public_key())


def test_proof_under_the_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(NoteError) as refused:
        PROOF.verify(b"a", origin=ORIGIN, key=OTHER.public_key())
    assert refused.value.kind == "unknown_key"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", id="another version"),
        pytest.param(b"c2sp.org/tlog-proof@v1\n", id="header alone"),
        pytest.param(b"c2sp.org/tlog-proof@v1\n\nx\n", id="no index"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nextra AAAA\n\nx\n", id="extra data alone"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nINDEX 0\n\nx\n", id="another word"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n", id="a short hash"),
        pytest.param(replace(PROOF, path=(ROOT,) * (MAX_LOG_PATH + 1)).encode(), id="too long a path"),
        pytest.param(replace(PROOF, extra=b"x" * (MAX_LOG_PROOF_EXTRA_BYTES + 1)).encode(), id="too much extra data"),
    ],
)
def test_text_that_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(LogProofError):
        LogProof.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        PROOF.encode().replace(b"index 0", b"index 00"),
        PROOF.encode().replace(b"extra ZXh0cmE=", b"extra ZXh0cmF="),
        PROOF.encode().replace(b"index 0\n", b"index 0\n*\n"),
        PROOF.encode()[:-1],
        PROOF.encode().replace(b"\n", b"\r\n"),
    ],
)
def test_proof_in_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError) as refused:
        LogProof.decode(data)
    assert refused.value.kind == "format"


def test_key_is_read_from_its_jwk_as_it_was_written() -> None:
    key = KEY.public_key()
    assert NotePublicKey.from_jwk({**key.jwk()}) == key
    assert NotePublicKey.from_jwk({**key.jwk(), "alg": "EdDSA"}) == key
    assert NotePublicKey.from_jwk({name: key.jwk()[name] for name in ("kty", "crv", "x", "kid")}) == key
    assert repr(KEY) == f"NotePrivateKey(kid={key.short_name()!r})"
    assert len(inclusion_path(0, 1, node=lambda _level, _index: b"")) == 0


def test_published_key_has_its_published_name() -> None:
    """The key and the thumbprint of RFC 8037 appendix A.3."""
    text = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = NotePublicKey(b64url_decode(text))
    members = {"kty": "OKP", "crv": "Ed25519", "x": text, "kid": key.short_name(), "alg": "Ed25519", "use": "sig"}
    assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".startswith(key.short_name())
    assert len(key.short_name()) == 16
    assert key.jwk() == members


def test_every_new_key_is_another_one() -> None:
    made = create_note_key()
    assert made.public_key() != KEY.public_key()
    assert made.public_key().verify(made.sign(b"text"), b"text")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"d": "x"}, "private member"),
        ({"kty": "EC"}, "kty OKP"),
        ({"crv": "X25519"}, "crv Ed25519"),
        ({"alg": "ES256"}, "another use"),
        ({"use": "enc"}, "another use"),
        ({"x": 5}, "canonical base64url"),
        ({"x": "AA=="}, "canonical base64url"),
        ({"x": "AAAA"}, "32 bytes"),
        ({"kid": "another"}, "kid to be the beginning"),
    ],
)
def test_jwk_of_another_kind_is_refused(changes: dict[str, str | int], message: str) -> None:
    with pytest.raises(JwkError, match=message):
        NotePublicKey.from_jwk({**KEY.public_key().jwk(), **changes})
