"""What a batch came to: counts for each verdict, reason and match, the lists it rests on, and what turned up twice.

Source: docs/formats/batch.md
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from keys.encoding import JsonValue
from verifier.batch.duplicates import Duplicate, DuplicateFinder
from verifier.batch.facts import ERROR, LineFacts
from verifier.batch.lists import KnownList
from verifier.exit_codes import ExitCode, worst

SUMMARY_VERSION = 1
_VERDICTS = ("valid", "invalid", "indeterminate", ERROR)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for the whole batch: time and rules, and what was left out of it."""

    verified_at: str
    simulated: bool
    profile: str
    trust_version: str
    hidden: int = 0
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a batch; every count is of files."""

    circumstances: Circumstances
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int]
    errors: Mapping[str, int]
    matches: Mapping[str, int]
    duplicates: tuple[Duplicate, ...]
    lists: tuple[KnownList, ...]
    exit_code: ExitCode

    def to_json(self) -> dict[str, JsonValue]:
        """Return the summary as docs/formats/batch.md describes it."""
        facts = self.circumstances
        lists: list[JsonValue] = [
            {"issuer": known.issuer_id, "uri": known.uri, "reason": known.reason} for known in self.lists
        ]
        return {
            "batch": SUMMARY_VERSION,
            "files": sum(self.verdicts.values()),
            "verdicts": {**self.verdicts},
            "reasons": {**self.reasons},
            "errors": {**self.errors},
            "matches": {**self.matches},
            "duplicates": [duplicate.to_json() for duplicate in self.duplicates],
            "status_lists": lists,
            "hidden_files": facts.hidden,
            "ignored_columns": [*facts.ignored_columns],
            "verified_at": facts.verified_at,
            "simulated": facts.simulated,
            "profile": facts.profile,
            "trust_version": facts.trust_version,
            "exit_code": int(self.exit_code),
        }


@dataclass
class SummaryMaker:
    """Takes what every line counts for, once."""

    _verdicts: Counter[str] = field(default_factory=Counter)
    _reasons: Counter[str] = field(default_factory=Counter)
    _errors: Counter[str] = field(default_factory=Counter)
    _matches: Counter[str] = field(default_factory=Counter)
    _codes: set[ExitCode] = field(default_factory=set)
    _duplicates: DuplicateFinder = field(default_factory=DuplicateFinder)

    def take(self, facts: LineFacts) -> None:
        """Take one line of the results."""
        self._codes.add(facts.exit_code)
        self._verdicts[facts.verdict] += 1
        for reason in facts.reasons:
            self._reasons[reason] += 1
        if facts.error is not None:
            self._errors[facts.error] += 1
        if facts.match is not None:
            self._matches[facts.match] += 1
        self._duplicates.take(facts.sightings)

    def summary(self, circumstances: Circumstances, lists: tuple[KnownList, ...]) -> Summary:
        """Return the summary of all lines seen."""
        return Summary(
            circumstances,
            verdicts={verdict: self._verdicts[verdict] for verdict in _VERDICTS},
            reasons=_sorted(self._reasons),
            errors=_sorted(self._errors),
            matches=_sorted(self._matches),
            duplicates=self._duplicates.found(),
            lists=lists,
            exit_code=worst(self._codes),
        )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first, then by name."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
