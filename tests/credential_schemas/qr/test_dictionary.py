"""The published dictionary: pinned, rebuilt to the same bytes, and usable by a browser without a library."""

import hashlib
import zlib
from importlib.resources import files

import pytest

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr import dictionary
from credential_schemas.qr.dictionary import SHA256, load_dictionary
from credential_schemas.qr.dictionary.build import MAX_PRESET_BYTES, build_dictionary
from credential_schemas.qr.dictionary.draft import draft_vocabulary

FOLDER = files("credential_schemas.qr.dictionary")


def vocabulary(frames: str = "frame", names: str = "name", preset: str = "preset") -> str:
    return f"# comment\n[frames]\n{frames}\n[names]\n{names}\n[preset]\n{preset}\n"


def test_version_one_is_built_from_its_vocabulary_to_the_published_bytes() -> None:
    built = build_dictionary((FOLDER / "vocabulary_v1.txt").read_text("utf-8"))
    assert built == (FOLDER / "v1.bin").read_bytes()
    assert hashlib.sha256(built).hexdigest() == SHA256[1]


def test_a_changed_file_is_not_the_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dictionary.SHA256, 1, "0" * 64)
    load_dictionary.cache_clear()
    with pytest.raises(QrPayloadError) as caught:
        load_dictionary(1)
    load_dictionary.cache_clear()
    assert caught.value.kind == "dictionary_unknown"


def test_a_number_without_a_dictionary_is_refused() -> None:
    with pytest.raises(QrPayloadError) as caught:
        load_dictionary(2)
    assert caught.value.kind == "dictionary_unknown"


def test_a_stored_block_with_the_preset_makes_any_inflater_read_a_stream() -> None:
    preset = load_dictionary(1).preset
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=preset)
    stream = compressor.compress(b"some text" + preset[:40]) + compressor.flush()
    size = len(preset).to_bytes(2, "little")
    stored = b"\x00" + size + bytes(0xFF - byte for byte in size) + preset
    assert zlib.decompress(stored + stream, wbits=-15)[len(preset) :] == b"some text" + preset[:40]


def test_a_vocabulary_for_the_next_version_can_be_drafted_from_today() -> None:
    drafted = build_dictionary(draft_vocabulary())
    assert len(dictionary.read_dictionary(drafted).words) > 3000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[names]\n", "parts"),
        (vocabulary(frames="same\nsame"), "once"),
        (vocabulary(frames="same", names="same"), "once"),
        (vocabulary(names="a\n\nb"), "empty"),
        (vocabulary(names="\n".join(f"w{number}" for number in range(5000))), "at most"),
        (vocabulary(names="x" * 256), "words of at most"),
        (vocabulary(preset="x" * (MAX_PRESET_BYTES + 1)), "preset dictionary"),
    ],
)
def test_a_vocabulary_in_disorder_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        build_dictionary(text)
