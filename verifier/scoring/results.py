"""Score every applicant of a posting, and say with each result what it rests on."""

from collections.abc import Mapping
from datetime import datetime

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.decisions import Decision, decisions_of
from credential_schemas.criteria.entries import Basis, ScoringEntry
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.scoring import score_applicant
from credential_schemas.report.facts import timestamp
from keys.encoding import JsonValue
from keys.trust_list import TrustList
from keys.values import dataclass, replace
from verifier.errors import ScoringFileError
from verifier.scoring.applicants import Applicant
from verifier.scoring.criteria_files import Posting
from verifier.scoring.evidence import Evidence
from verifier.scoring.later import LaterStages

SELF_DECLARED: Basis = "self-declared"


@dataclass(frozen=True, slots=True)
class Result:
    """One applicant's result with everything a committee needs to see before it signs.

    `applicant` is empty for an applicant's own self-check, which has neither evidence nor decisions. `later` is what
    the later stages of the selection came to, where a committee holds them; it stands beside the score, never in it.
    """

    applicant: str
    score: Score
    posting: Posting
    entries: tuple[ScoringEntry, ...]
    evidence: tuple[Evidence, ...] = ()
    decisions: tuple[Decision, ...] = ()
    later: LaterStages | None = None

    @property
    def signed_evidence(self) -> bool:
        """Whether every check comes from a signed receipt; nothing at all is not signed."""
        return _signed(self.evidence)

    @property
    def settled(self) -> bool:
        """Whether nothing is open: a verified result that is complete, all evidence counted."""
        counted = all(each.not_counted(self.applicant) is None for each in self.evidence)
        return self.score.basis == "verified" and self.score.status != "incomplete" and counted

    def to_json(self) -> dict[str, JsonValue]:
        """Return the result as docs/scoring.md describes it."""
        found = self.score.to_json()
        return found if self.later is None else {**found, "later_stages": self.later.to_json()}


@dataclass(frozen=True, slots=True)
class Panel:
    """What people decided, by applicant, and when the scoring runs."""

    adjudications: Mapping[str, tuple[Decision, ...]]
    ratings: Mapping[str, tuple[Decision, ...]]
    now: datetime

    def about(self, applicant: str) -> tuple[Decision, ...]:
        """Return the decisions about one applicant."""
        return (*self.adjudications.get(applicant, ()), *self.ratings.get(applicant, ()))


def score_one(applicant: Applicant, posting: Posting, *, trust: TrustList, panel: Panel) -> Result:
    """Score one applicant by verified evidence.

    Raises:
        ScoringFileError: a decision about an entry that the applicant did not hand in.
        ScoringEvidenceRefused: evidence that cannot be read.
    """
    entries, decisions = applicant.entries(trust), panel.about(applicant.number)
    known = {entry.id for entry in entries}
    for decision in decisions:
        if decision.kind == "adjudications" and decision.about not in known:
            raise ScoringFileError(f"{decision.place}: expected an entry that the applicant handed in, found another")
    score = score_applicant(
        posting.policy, posting.notice, entries, decisions=decisions_of(decisions), basis="verified"
    )
    about: dict[str, JsonValue] = {
        "applicant": applicant.number,
        "scored_at": timestamp(panel.now),
        **posting.to_json(),
        "evidence_signed": _signed(applicant.evidence),
        "evidence": [each.to_json(applicant.number) for each in applicant.evidence],
        "decisions": [each.to_json() for each in decisions],
        "entries": _named(entries),
    }
    flags = tuple(dict.fromkeys((*score.flags, *applicant.flags())))
    return Result(
        applicant=applicant.number,
        score=replace(score, about=about, flags=flags),
        posting=posting,
        entries=entries,
        evidence=applicant.evidence,
        decisions=decisions,
    )


def score_own_words(
    entries: tuple[ScoringEntry, ...], posting: Posting, *, assumed: Decisions, now: datetime
) -> Result:
    """Score what an applicant says; the result is marked as such, and has neither evidence nor decisions of people.

    Raises:
        ScoringFileError: an assumption about an entry that is not among the entries.
    """
    unknown = set(assumed.adjudications) - {entry.id for entry in entries}
    if unknown:
        raise ScoringFileError("adjudications: expected only entries of the applicant, found another")
    try:
        score = score_applicant(posting.policy, posting.notice, entries, decisions=assumed, basis=SELF_DECLARED)
    except ScoringInputError as error:
        raise ScoringFileError(error.detail) from error
    about: dict[str, JsonValue] = {
        "applicant": None,
        "scored_at": timestamp(now),
        **posting.to_json(),
        "evidence_signed": False,
        "evidence": [],
        "decisions": [],
        "entries": _named(entries),
    }
    return Result("", replace(score, about=about), posting, entries)


def _signed(evidence: tuple[Evidence, ...]) -> bool:
    return bool(evidence) and all(each.source == "receipt" for each in evidence)


def _named(entries: tuple[ScoringEntry, ...]) -> dict[str, JsonValue]:
    return {entry.id: {"type": entry.type, "title": entry.title} for entry in sorted(entries, key=lambda e: e.id)}
