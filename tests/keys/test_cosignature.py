"""Cosignatures of checkpoints: whose word counts, and what is no cosignature."""

import base64

import pytest

from keys.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from keys.cosignature import WitnessKey, check_different, cosigned_by, with_cosignatures
from keys.errors import NoteError
from keys.limits import MAX_NOTE_SIGNATURES
from keys.note_keys import create_note_key
from tests.log_witness import AT, Witness

LOG = create_note_key()
NOTE = sign_checkpoint(Checkpoint("bank.example/log", 2, bytes(32)), key=LOG)
ONE, TWO = Witness("one.example"), Witness("two.example")
KEYS = [WitnessKey.from_text(each.key) for each in (ONE, TWO)]


def test_cosignatures_are_counted_by_witness_with_their_newest_time() -> None:
    note = NOTE + ONE.cosign(NOTE) + TWO.cosign(NOTE, 5) + ONE.cosign(NOTE, AT + 1)
    assert cosigned_by(note, KEYS) == {"one.example": AT + 1, "two.example": 5}
    assert cosigned_by(NOTE, KEYS) == {}
    assert verify_checkpoint(note, origin="bank.example/log", key=LOG.public_key()).size == 2


def test_a_cosignature_of_somebody_else_or_of_something_else_is_none() -> None:
    other = sign_checkpoint(Checkpoint("bank.example/log", 3, bytes(32)), key=LOG)
    stranger = Witness("one.example")
    for line in (
        ONE.cosign(other),
        stranger.cosign(NOTE),
        ONE.cosign(NOTE, 0),
        ONE.cosign(NOTE, 2**63),
        ONE.cosign(NOTE).replace(b"one.example", b"two.example"),
        LOG_LINE.replace(b"bank.example/log", b"one.example"),
        moved(ONE.cosign(NOTE), by=1),
    ):
        assert cosigned_by(NOTE + line, KEYS) == {}, line


LOG_LINE = NOTE.partition(b"\n\n")[2]


def moved(line: bytes, *, by: int) -> bytes:
    """The same signature with another time in front of it."""
    mark, name, encoded = line.split(b" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[11] = (raw[11] + by) % 256
    return b" ".join((mark, name, base64.b64encode(raw) + b"\n"))


def test_what_is_no_note_has_no_cosignatures() -> None:
    with pytest.raises(NoteError, match="expected a text"):
        cosigned_by(b"text\n", KEYS)


def test_an_answer_adds_one_line_and_replaces_an_earlier_one() -> None:
    noise = TWO.cosign(NOTE) + ONE.cosign(NOTE, 7) + ONE.cosign(NOTE, 8)
    once = with_cosignatures(NOTE, noise, witness=KEYS[0])
    assert once == NOTE + ONE.cosign(NOTE, 7)
    assert with_cosignatures(once, ONE.cosign(NOTE, 9), witness=KEYS[0]) == NOTE + ONE.cosign(NOTE, 9)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        "— one.example\n".encode(),
        b"\n\n" + ONE.cosign(NOTE),
        ONE.cosign(NOTE)[:-1],
        TWO.cosign(NOTE),
        ONE.cosign(b"other\n\n"),
        ONE.cosign(NOTE) * (MAX_NOTE_SIGNATURES + 1),
    ],
)
def test_an_answer_without_a_cosignature_of_the_witness_adds_nothing(answer: bytes) -> None:
    assert with_cosignatures(NOTE, answer, witness=KEYS[0]) is None


def test_a_note_that_has_no_room_for_a_line_gets_none_that_could_not_be_read() -> None:
    assert with_cosignatures(b"no note", ONE.cosign(NOTE), witness=KEYS[0]) is None


def test_the_key_of_a_witness_is_written_as_it_is_read() -> None:
    assert [each.text() for each in KEYS] == [ONE.key, TWO.key]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one.example",
        ONE.key.replace("one", "two"),
        ONE.key.replace("one.example", "one example"),
        ONE.key.replace("one.example", ""),
        ONE.key.replace("one.example", "one\u200b"),
        ONE.key[:-4],
        ONE.key + "\n",
        ONE.key.replace("+", "++", 1),
        LOG.public_key().verifier_key("bank.example/log"),
        ONE.key.replace("one.example", "x" * 600),
        "one.example+00000000+" + base64.b64encode(b"\x06" + bytes(32)).decode(),
        "one.example+00000000+" + base64.b64encode(b"\x04" + bytes(32)).decode(),
    ],
    ids=[
        "nothing",
        "a name alone",
        "another name",
        "a name with a space",
        "no name",
        "an invisible letter",
        "cut off",
        "a line end",
        "an empty part",
        "the key of a log",
        "a long name",
        "another kind",
        "another digest",
    ],
)
def test_what_is_no_key_of_a_witness_is_refused(text: str) -> None:
    with pytest.raises(NoteError) as caught:
        WitnessKey.from_text(text)
    assert caught.value.kind == "format"


def test_a_long_name_is_refused_even_with_its_own_id() -> None:
    with pytest.raises(NoteError, match="id of a witness key"):
        WitnessKey.from_text(Witness("x" * 600).key)


def test_one_key_cannot_be_two_witnesses() -> None:
    check_different(KEYS)
    same_key = WitnessKey("three.example", KEYS[0].key)
    same_name = WitnessKey("one.example", KEYS[1].key)
    for other in (same_key, same_name, KEYS[0]):
        with pytest.raises(NoteError, match="each witness once"):
            check_different([KEYS[0], other])
