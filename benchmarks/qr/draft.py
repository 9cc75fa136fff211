"""Drafts the vocabulary of a new dictionary from type files, catalogue and sample certificates of today.

Version 1 was drafted so and then frozen as `vocabulary_v1.txt`; a later catalogue or type needs a new version, never an
edit.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.qr.frames import frames
from benchmarks.qr.names import name_groups
from benchmarks.qr.samples import rows
from benchmarks.qr.training import Inventory, count_pairs, training_certificates
from benchmarks.qr.weights import code_lengths
from credential_schemas.qr.stream import END, FIRST_SYMBOL, GENERAL, OTHER

_MARKS = "".join(map(chr, range(0x17)))
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_LAST_TABLE = 255
_LEAST_SEEN = 40  # a symbol that stands less often in the samples shares the table of its kind
_SYLLABLE_WEIGHT, _ASCII_WEIGHT, _DIGIT_WEIGHT, _FRAME_WEIGHT, _NAME_WEIGHT = 6000, 12, 60, 1, 1


def draft_vocabulary() -> str:
    """Return the text of a vocabulary, as `credential_schemas.qr.dictionary.build` reads it."""
    groups = name_groups()
    inventory = Inventory.of(_characters(), [_with_marks(frame) for frame in frames()], groups)
    texts = list(training_certificates(inventory))
    seen = Counter(character for text in texts for character in text)
    own = {character for character, count in seen.most_common(_LAST_TABLE - 40) if count >= _LEAST_SEEN}

    def kind_of(symbol: int) -> str:
        return inventory.kind_of(symbol, own)

    pairs = count_pairs(inventory, texts, kind_of)
    tables = [_table(follow) for kind, follow in pairs.items() if kind != "start"]
    kinds = {kind: number for number, kind in enumerate((kind for kind in pairs if kind != "start"), start=1)}
    contexts = [kinds.get(kind_of(symbol), 0) for symbol in range(inventory.count)]
    general = code_lengths(_general_weights(inventory, pairs, tables))
    return "\n".join(
        (
            "# One symbol a line, characters in one; a mark is written {04}. Frozen: see build.py.",
            "[characters]",
            _without_marks("".join(inventory.characters)),
            "[frames]",
            *map(_without_marks, inventory.frames),
            "[names]",
            *inventory.names,
            "[contexts]",
            " ".join(map(str, contexts)),
            "[general]",
            " ".join(str(general.get(symbol, 0)) for symbol in range(inventory.count)),
            "[tables]",
            *(" ".join(f"{symbol}:{length}" for symbol, length in sorted(table.items())) for table in tables),
            "",
        )
    )


def _characters() -> str:
    """Marks, ASCII, the syllables of KS X 1001, and what else the names of the catalogue are written with."""
    syllables = (chr(code) for code in range(0xAC00, 0xD7A4))
    common = "".join(each for each in syllables if each.encode("euc_kr", "ignore"))
    others = sorted({character for name in _catalogue_names() for character in name} - set(_ASCII + common))
    return _MARKS + _ASCII + common + "".join(others)


def _catalogue_names() -> Iterator[str]:
    tables = ("institutions", "ncs_units", "qualification_items", "ncs_classification", "issuing_bodies")
    for table in (*tables, "certified_private_qualifications", "professional_qualifications"):
        yield from (row["name_ko"] for row in rows(table))


def _table(follow: Mapping[int, int]) -> dict[int, int]:
    """Return a table of what stands behind one kind of symbol more than once; the rest goes through GENERAL."""
    kept = {symbol: 10 * count for symbol, count in follow.items() if count > 1 and symbol != OTHER}
    rest = 10 * sum(count for symbol, count in follow.items() if symbol not in kept) + 3 * len(follow) + 10
    return code_lengths({**kept, GENERAL: rest} if kept else {END: 1, GENERAL: rest})


def _general_weights(
    inventory: Inventory, pairs: Mapping[str, Mapping[int, int]], tables: Iterable[Mapping[int, int]]
) -> dict[int, float]:
    syllables = Counter(character for name in _catalogue_names() for character in name)
    total = syllables.total()
    weights: dict[int, float] = {END: 1.0, OTHER: 4.0}
    for symbol in range(FIRST_SYMBOL, inventory.count):
        text = inventory.text_of(symbol)
        if symbol >= FIRST_SYMBOL + len(inventory.characters):
            weights[symbol] = _FRAME_WEIGHT if inventory.is_frame(symbol) else _NAME_WEIGHT * inventory.share_of(symbol)
        elif text in _ASCII:
            weights[symbol] = _DIGIT_WEIGHT if text.isdigit() else _ASCII_WEIGHT
        else:
            weights[symbol] = 0.3 + _SYLLABLE_WEIGHT * syllables[text] / total
    escaped: Counter[int] = Counter(dict(pairs["start"]))
    for follow, table in zip((pairs[kind] for kind in pairs if kind != "start"), tables, strict=True):
        escaped.update({symbol: count for symbol, count in follow.items() if symbol not in table})
    return {symbol: 100 * (weight + escaped[symbol]) for symbol, weight in weights.items()}


def _with_marks(frame: str) -> str:
    for mark in _MARKS:
        frame = frame.replace(f"{{{ord(mark):02X}}}", mark)
    return frame


def _without_marks(text: str) -> str:
    return "".join(f"{{{ord(each):02X}}}" if each in _MARKS else each for each in text)


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m benchmarks.qr.draft", description=__doc__)
    parser.add_argument("file", type=Path, help="the vocabulary is written here, one word or phrase a line")
    parser.parse_args().file.write_text(draft_vocabulary(), encoding="utf-8")
