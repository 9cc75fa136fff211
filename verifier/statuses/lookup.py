"""Find the status list a verified credential names: pre-fetched, fetched from the issuer's own origins, or remembered.

Rules enforced:
* only lists of a trusted issuer are looked for, only after its credential was proved, and `fetch` reaches only origins
  the trust list names for that issuer;
* a list is verified with that issuer's status keys, distrusted ones left out, before its bits are read; older than
  one already seen is refused;
* a list counts while it is fresh: `min(ttl, 12 h)` plus the profile's grace after it was obtained, before its `exp`;
  a caller's own limit on its age replaces the first of these;
* whatever fails, the answer has a reason and no list; it is never "not revoked".

Source: draft-ietf-oauth-status-list-20 section 8.3; SECURITY S9
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from credential_schemas.errors import StatusListError
from credential_schemas.limits import MAX_STATUS_CACHE_S, MAX_STATUS_GRACE_S, MAX_STATUS_TOKEN_BYTES
from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusToken, verify_status_token
from keys.errors import FetchError
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer
from verifier.statuses.state import SeenList, StateFolder

Fetch = Callable[[TrustedIssuer, str], bytes]
"""Fetches a URI from the origins of an issuer, or raises `FetchError`."""

MAX_AGE_LIMIT_S = MAX_STATUS_CACHE_S + MAX_STATUS_GRACE_S  # S9: nothing older is ever accepted

_REASON_OF_KIND = {"older_than_seen": Reason.STATUS_ROLLED_BACK, "expired": Reason.STATUS_STALE}
_TELLING = (Reason.STATUS_ROLLED_BACK, Reason.STATUS_STALE, Reason.STATUS_INVALID, Reason.STATUS_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a list may be: `grace_s` beyond its normal life; if given, at most `max_age_s` since it was signed."""

    grace_s: int = 0
    max_age_s: int | None = None

    def accepts(self, token: StatusToken, *, obtained_at: int, now: int) -> bool:
        """Say whether a verified list is still good enough."""
        if self.max_age_s is not None:
            return token.age_s(now) <= min(self.max_age_s, MAX_AGE_LIMIT_S)
        return token.usable_at(now, obtained_at=obtained_at, grace_s=self.grace_s)


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """A usable list and when it was obtained, or why there is none; a stale list is given with its reason."""

    token: StatusToken | None
    reason: Reason | None
    detail: str = ""
    obtained_at: int = 0


@dataclass(frozen=True, slots=True)
class StatusSources:
    """Where lists may come from; every source may be absent.

    Args:
        prefetched: token files by URI.
        fetch: the network, or None when nothing may be fetched.
        state: what is remembered between runs, or None.
    """

    prefetched: Mapping[str, Path]
    fetch: Fetch | None = None
    state: StateFolder | None = None


class StatusLookup:
    """Answers for status lists, each fetched once while its answer is younger than `reuse_s`."""

    def __init__(self, sources: StatusSources, *, freshness: Freshness, reuse_s: int = MAX_STATUS_CACHE_S) -> None:
        self._sources = sources
        self._freshness = freshness
        self._reuse_s = reuse_s
        self._answers: dict[tuple[str, str], tuple[int, StatusAnswer]] = {}

    @property
    def tracks_replays(self) -> bool:
        """Whether an older list than one already seen would be noticed in a later run."""
        return self._sources.state is not None

    def find(self, uri: str, *, issuer: TrustedIssuer, now: int) -> StatusAnswer:
        """Return the list at a URI, or why there is none, at `now` (seconds since 1970)."""
        known = self._answers.get((issuer.id, uri))
        if known is not None and 0 <= now - known[0] < self._reuse_s and self._still_good(known[1], now):
            return known[1]
        answer = self._look(uri, issuer, now)
        self._answers[issuer.id, uri] = (now, answer)
        return answer

    def _still_good(self, answer: StatusAnswer, now: int) -> bool:
        if answer.token is None or answer.reason is not None:
            return False
        return self._freshness.accepts(answer.token, obtained_at=answer.obtained_at, now=now)

    def _look(self, uri: str, issuer: TrustedIssuer, now: int) -> StatusAnswer:
        refused: list[StatusAnswer] = []
        for source in (self._prefetched, self._fetched, self._remembered):
            answer = source(uri, issuer, now)
            if answer is not None and answer.reason is None:
                return answer
            if answer is not None:
                refused.append(answer)
        if not refused:
            return StatusAnswer(None, Reason.STATUS_UNAVAILABLE, "expected a source for this status list, found none")
        return min(refused, key=lambda answer: _TELLING.index(answer.reason or Reason.STATUS_UNAVAILABLE))

    def _prefetched(self, uri: str, issuer: TrustedIssuer, now: int) -> StatusAnswer | None:
        file = self._sources.prefetched.get(uri)
        if file is None:
            return None
        try:
            with file.open("rb") as opened:
                data = opened.read(MAX_STATUS_TOKEN_BYTES + 2)  # a line end is no part of the token
        except OSError:
            return StatusAnswer(
                None, Reason.STATUS_UNAVAILABLE, "expected the file named in the status map, found none"
            )
        return self._judge(data, uri, issuer=issuer, now=now, obtained_at=None)

    def _fetched(self, uri: str, issuer: TrustedIssuer, now: int) -> StatusAnswer | None:
        if self._sources.fetch is None:
            return None
        try:
            data = self._sources.fetch(issuer, uri)
        except FetchError as error:
            return StatusAnswer(None, Reason.STATUS_UNAVAILABLE, f"{error.kind}: {error.message}")
        return self._judge(data, uri, issuer=issuer, now=now, obtained_at=now)

    def _remembered(self, uri: str, issuer: TrustedIssuer, now: int) -> StatusAnswer | None:
        state = self._sources.state
        seen = state.seen(uri) if state is not None else None
        token = state.stored_token(uri, max_bytes=MAX_STATUS_TOKEN_BYTES) if state is not None else None
        if seen is None or token is None:
            return None
        return self._judge(token.encode(), uri, issuer=issuer, now=now, obtained_at=seen.fetched_at)

    def _judge(
        self, data: bytes, uri: str, *, issuer: TrustedIssuer, now: int, obtained_at: int | None
    ) -> StatusAnswer:
        state = self._sources.state
        seen = state.seen(uri) if state is not None else None
        text = data.strip().decode("ascii", "replace")
        try:
            token = verify_status_token(
                text, uri=uri, keys=_believed(issuer, now), now=now, newest_seen=seen.iat if seen is not None else None
            )
        except StatusListError as error:
            return StatusAnswer(None, _REASON_OF_KIND.get(error.kind, Reason.STATUS_INVALID), str(error))
        issued_at = int(token.issued_at)
        obtained = issued_at if obtained_at is None else obtained_at
        known_as_well = seen is not None and seen.iat == issued_at and seen.fetched_at >= obtained
        if state is not None and not known_as_well:
            state.remember(uri, SeenList(issued_at, obtained), text)
        if not self._freshness.accepts(token, obtained_at=obtained, now=now):
            return StatusAnswer(token, Reason.STATUS_STALE, f"the list is {token.age_s(now)} s old")
        return StatusAnswer(token, None, obtained_at=obtained)


def _believed(issuer: TrustedIssuer, now: int) -> Mapping[str, PublicKey]:
    """The status keys of an issuer without distrusted ones: who holds such a key can date a list at will."""
    since = {kid: issuer.distrusted_since(kid) for kid in issuer.status_keys}
    return {kid: key for kid, key in issuer.status_keys.items() if (start := since[kid]) is None or now < start}
