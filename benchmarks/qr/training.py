"""What follows what in sample certificates, once they are marked text."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.qr.samples import CertificateMaker
from credential_schemas.entry_types import entry_types
from credential_schemas.qr.stream import END, FIRST_SYMBOL, FIRST_WORD, OTHER
from credential_schemas.qr.structure import take_apart
from credential_schemas.qr.words import WordFinder

_FIRST_SEED = 1_000_000  # measurements and tests use seeds below
_ROUNDS = 12
_LARGE = 10


@dataclass(frozen=True, slots=True)
class Inventory:
    """The symbols of a dictionary to be: characters, frames, names with the group of each and its share."""

    characters: Sequence[str]
    frames: Sequence[str]
    names: Sequence[str]
    groups: Sequence[str]
    shares: Mapping[str, float]

    @classmethod
    def of(
        cls, characters: str, frames: Sequence[str], groups: Mapping[str, tuple[Sequence[str], float]]
    ) -> "Inventory":
        """Put the parts together; a word stands once."""
        known = set(frames)
        pairs = [(name, group) for group, (names, _) in groups.items() for name in names if name not in known]
        names, group_of = [name for name, _ in pairs], [group for _, group in pairs]
        return cls(characters, frames, names, group_of, {group: share for group, (_, share) in groups.items()})

    @property
    def count(self) -> int:
        """Return how many symbols there are."""
        return FIRST_SYMBOL + len(self.characters) + len(self.frames) + len(self.names)

    @property
    def first_name(self) -> int:
        """Return the first symbol of a name."""
        return FIRST_SYMBOL + len(self.characters) + len(self.frames)

    def is_frame(self, symbol: int) -> bool:
        """Tell a frame from a name."""
        return symbol < self.first_name

    def share_of(self, symbol: int) -> float:
        """Return how often a name is to be expected."""
        return self.shares[self.groups[symbol - self.first_name]]

    def text_of(self, symbol: int) -> str:
        """Return the text of a symbol."""
        place = symbol - FIRST_SYMBOL
        for part in (self.characters, self.frames, self.names):
            if place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError(symbol)

    def finder(self, *, frames: bool) -> WordFinder:
        """Return the finder of frames or of names."""
        start = FIRST_SYMBOL + len(self.characters) if frames else self.first_name
        return WordFinder(dict(enumerate(self.frames if frames else self.names, start=start)))

    def kind_of(self, symbol: int, own: set[str]) -> str:
        """Return which symbols share a table with this one."""
        character = chr(FIRST_WORD + symbol)
        if symbol < FIRST_SYMBOL:
            return "other"
        if symbol >= FIRST_SYMBOL + len(self.characters):
            if character in own:
                return f"word {symbol}"
            return "frame" if self.is_frame(symbol) else f"names: {self.groups[symbol - self.first_name]}"
        return _kind_of_character(self.characters[symbol - FIRST_SYMBOL])


def training_certificates(inventory: Inventory) -> Iterator[str]:
    """Yield the marked texts of certificates with one entry and with several, known names and others."""
    names, frames = inventory.finder(frames=False), inventory.finder(frames=True)
    for token in _tokens():
        taken = take_apart(token, replace_names=names.replace)
        if taken is not None:
            yield frames.replace(taken.marked)


def count_pairs(inventory: Inventory, texts: Sequence[str], kind_of: Callable[[int], str]) -> dict[str, Counter[int]]:
    """Count, for each kind of symbol, which symbol stands behind it; `start` is the kind before the first."""
    symbols = {character: FIRST_SYMBOL + place for place, character in enumerate(inventory.characters)}
    pairs: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for text in texts:
        kind = "start"
        for character in text:
            symbol = ord(character) - FIRST_WORD if ord(character) >= FIRST_WORD else symbols.get(character, OTHER)
            pairs[kind][symbol] += 1
            kind = kind_of(symbol)
        pairs[kind][END] += 1
    return dict(pairs)


def _tokens() -> Iterator[str]:
    types = [type_id for type_id, entry_type in entry_types().items() if not entry_type.source_only]
    for seed in range(_FIRST_SEED, _FIRST_SEED + _ROUNDS):
        draw = random.Random(seed)
        for type_id in types:
            for known in (True, True, False):
                maker = CertificateMaker(draw.randrange(_FIRST_SEED, 10**9), known_names=known, varied=True)
                yield maker.certificate([type_id], name_en=draw.random() < 0.7)
        for type_id in types:
            yield _maker(draw).certificate([type_id] * draw.randint(2, _LARGE), name_en=draw.random() < 0.7)
        for _ in range(len(types)):
            chosen = draw.choices(types, k=draw.randint(2, _LARGE))
            edition = "blind" if draw.random() < 0.2 else "standard"
            yield _maker(draw).certificate(chosen, edition=edition, name_en=draw.random() < 0.7)


def _maker(draw: random.Random) -> CertificateMaker:
    return CertificateMaker(draw.randrange(_FIRST_SEED, 10**9), known_names=draw.random() < 0.75, varied=True)


def _kind_of_character(character: str) -> str:
    if "가" <= character <= "힣":
        return "syllable"
    if character < " ":
        return f"mark {ord(character)}"
    for kind, test in (("digit", str.isdigit), ("capital", str.isupper), ("letter", str.islower)):
        if character.isascii() and test(character):
            return kind
    return {" ": "space", '"': "quote"}.get(character, "sign")
