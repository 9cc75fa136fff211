"""The order of results by their total. It decides nothing: no line is drawn, nobody passes or fails by it."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from keys.values import dataclass
from verifier.scoring.results import SELF_DECLARED, Result


@dataclass(frozen=True, slots=True)
class Placed:
    """One scored applicant; `tied` when somebody else has the same total, and then the same rank."""

    rank: int
    tied: bool
    result: Result


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scored applicants by total; those without a total stand apart, in the order of their numbers."""

    placed: tuple[Placed, ...]
    exempt: tuple[Result, ...]
    incomplete: tuple[Result, ...]


def rank(results: Iterable[Result]) -> Ranking:
    """Rank results of one posting; equal totals share a rank, and the next one is passed over (1, 2, 2, 4).

    Raises:
        ValueError: a self-declared result, or results of two postings; neither may ever stand beside the others.
    """
    everything = sorted(results, key=lambda result: result.applicant)
    if any(result.score.basis == SELF_DECLARED for result in everything):
        raise ValueError("expected verified results only, found a self-declared one")
    if len({(each.posting.file.sha256, each.posting.notice_sha256) for each in everything}) > 1:
        raise ValueError("expected results of one posting, found two")
    scored = [(result.score.total, result) for result in everything if result.score.total is not None]
    scored.sort(key=lambda pair: -pair[0])
    sharing = Counter(total for total, _ in scored)
    first: dict[Fraction, int] = {}
    for place, (total, _) in enumerate(scored, start=1):
        first.setdefault(total, place)
    return Ranking(
        tuple(Placed(first[total], sharing[total] > 1, result) for total, result in scored),
        tuple(result for result in everything if result.score.status == "exempt"),
        tuple(result for result in everything if result.score.status == "incomplete"),
    )
