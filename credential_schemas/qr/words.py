"""Dictionary words in marked text: each stands for a longer piece, as one character of plane 15."""

from collections import defaultdict
from collections.abc import Mapping

from credential_schemas.qr.stream import FIRST_WORD

_SHORTEST = 2
_KEY = 8  # words are looked up by their first characters, shorter ones by all of theirs


class WordFinder:
    """Finds the longest word at each place of a text; words have at least two characters."""

    def __init__(self, words: Mapping[int, str]) -> None:
        by_key: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for number, word in words.items():
            by_key[word[:_KEY]].append((word, chr(FIRST_WORD + number)))
        self._by_key = {key: sorted(found, key=lambda pair: -len(pair[0])) for key, found in by_key.items()}
        self._starts = frozenset(word[:_SHORTEST] for word in words.values())

    def replace(self, text: str) -> str:
        """Replace words from left to right, the longest first; what is a word already stays."""
        out: list[str] = []
        at = copied = 0
        while at < len(text):
            found = self._longest_at(text, at) if text[at : at + _SHORTEST] in self._starts else None
            if found is None:
                at += 1
            else:
                word, character = found
                out += (text[copied:at], character)
                at = copied = at + len(word)
        out.append(text[copied:])
        return "".join(out)

    def _longest_at(self, text: str, at: int) -> tuple[str, str] | None:
        for length in range(_KEY, _SHORTEST - 1, -1):
            for pair in self._by_key.get(text[at : at + length], ()):
                if text.startswith(pair[0], at):
                    return pair
        return None
