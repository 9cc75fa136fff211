"""Find the status list a verified credential names: pre-fetched, fetched, out of a trust bundle, or remembered.

Rules enforced:
* only lists of a trusted issuer are looked for, only after its credential was proved, and `fetch` reaches only origins
  the trust list names for that issuer;
* a list is verified with that issuer's status keys, distrusted ones left out, before its bits are read; older than
  one already seen is refused;
* a list counts while it is fresh: `min(ttl, 12 h)` plus the profile's grace after it was obtained, before its `exp`;
  a caller's own limit on its age replaces the first of these; a list from a bundle was obtained when that was made;
* whatever fails, the answer has a reason and no list; it is never "not revoked";
* an issuer is asked for a list by one thread at a time; a service leaves it alone for a while after it failed, so that
  nobody can make this verifier press it, or wait for it with all its threads.

Source: draft-ietf-oauth-status-list-20 section 8.3; S9 of docs/security.md
"""

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from credential_schemas.errors import StatusListError
from credential_schemas.limits import CLOCK_SKEW_S, MAX_STATUS_CACHE_S, MAX_STATUS_GRACE_S, MAX_STATUS_TOKEN_BYTES
from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusToken, status_key_finder, verify_status_token
from keys.errors import FetchError, UrlError
from keys.trust_list import TrustedIssuer
from keys.urls import parse_url
from keys.values import dataclass, field
from verifier.errors import WouldWait
from verifier.statuses.published import PublishedLists
from verifier.statuses.state import SeenList, StateFolder

Fetch = Callable[[TrustedIssuer, str], bytes]
"""Fetches a URI from the origins of an issuer, or raises `FetchError`."""

Bundled = Callable[[TrustedIssuer], "BundledLists | None"]
"""Gives the status lists of an issuer's trust bundle, or None when there is none."""

MAX_AGE_LIMIT_S = MAX_STATUS_CACHE_S + MAX_STATUS_GRACE_S  # S9: nothing older is ever accepted

_REASON_OF_KIND = {"older_than_seen": Reason.STATUS_ROLLED_BACK, "expired": Reason.STATUS_STALE}
_TELLING = (Reason.STATUS_ROLLED_BACK, Reason.STATUS_STALE, Reason.STATUS_INVALID, Reason.STATUS_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a list may be: `grace_s` beyond its normal life; if given, at most `max_age_s` since it was signed."""

    grace_s: int = 0
    max_age_s: int | None = None

    def accepts(self, token: StatusToken, *, obtained_at: int, now: int) -> bool:
        """Return whether a verified list is still good enough."""
        if self.max_age_s is not None:
            return token.age_s(now) <= min(self.max_age_s, MAX_AGE_LIMIT_S)
        return token.usable_at(now, obtained_at=obtained_at, grace_s=self.grace_s)


@dataclass(frozen=True, slots=True)
class BundledLists:
    """The status list tokens of a trust bundle by URI; when it was made and how long it counts, seconds since 1970."""

    tokens: Mapping[str, str]
    made_at: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """A usable list and when it was obtained, or why there is none; a stale list is given with its reason.

    `text` is the list's token as it was read, so that a receipt can name its digest.
    """

    token: StatusToken | None
    reason: Reason | None
    detail: str = ""
    obtained_at: int = 0
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StatusSources:
    """Where lists may come from; every source may be absent.

    Args:
        prefetched: token files by URI.
        fetch: the network, or None when nothing may be fetched.
        state: what is remembered between runs, or None.
        bundled: the lists of trust bundles, or None.
        published: which lists issuers say that there are, or None where nobody is asked.
    """

    prefetched: Mapping[str, Path]
    fetch: Fetch | None = None
    state: StateFolder | None = None
    bundled: Bundled | None = None
    published: PublishedLists | None = None

    def bundled_of(self, issuer: TrustedIssuer) -> BundledLists:
        """Return the bundled lists of an issuer; none where there is no bundle."""
        lists = self.bundled(issuer) if self.bundled is not None else None
        return lists or BundledLists({}, 0, 0)


_Source = Callable[[str, TrustedIssuer, int], StatusAnswer | None]


class StatusLookup:
    """Answers for status lists; for any threads.

    Args:
        sources: where lists may come from.
        freshness: how old they may be.
        reuse_s: for how many seconds a list is given again without a look for a newer one.
        retry_s: for how many seconds a failure is given again; 0: every look tries again.
    """

    def __init__(
        self, sources: StatusSources, *, freshness: Freshness, reuse_s: int = MAX_STATUS_CACHE_S, retry_s: int = 0
    ) -> None:
        self._sources = sources
        self._freshness = freshness
        self._reuse_s = reuse_s
        self._retry_s = retry_s
        self._answers: dict[tuple[str, str], tuple[int, StatusAnswer]] = {}
        self._looking: dict[tuple[str, str], threading.Lock] = {}
        self._may_wait = True

    def without_waiting(self) -> "StatusLookup":
        """Return this lookup, with the same answers, for callers that must not wait: `find` has an answer or raises."""
        twin = copy.copy(self)
        twin._may_wait = False  # noqa: SLF001 - a twin of the same class
        return twin

    @property
    def max_age_s(self) -> int | None:
        """The caller's own limit on the age of a list, in seconds since it was signed."""
        return self._freshness.max_age_s

    @property
    def tracks_replays(self) -> bool:
        """Whether an older list than one already seen would be noticed in a later run."""
        return self._sources.state is not None

    def uris_at_hand(self, issuer: TrustedIssuer) -> frozenset[str]:
        """Return the lists of an issuer that are bundled, stand in the status map, or were verified in this run."""
        mapped = {uri for uri in self._sources.prefetched if _origin_of(uri) in issuer.origins}
        answers = [(issuer_id, uri) for (issuer_id, uri), (_, answer) in list(self._answers.items()) if answer.token]
        found = {uri for issuer_id, uri in answers if issuer_id == issuer.id}
        return frozenset(mapped | found | self._sources.bundled_of(issuer).tokens.keys())

    def knows(self, uri: str, *, issuer: TrustedIssuer) -> bool:
        """Return whether the list is at hand, or was verified in an earlier run."""
        state = self._sources.state
        seen_before = state is not None and state.seen(uri) is not None and _origin_of(uri) in issuer.origins
        return seen_before or uri in self.uris_at_hand(issuer)

    def find_at_hand(self, uri: str, *, issuer: TrustedIssuer, now: int) -> StatusAnswer:
        """Return a list as `find` does, without the network."""
        known = self._answers.get((issuer.id, uri))
        if known is not None and self._still_good(known[1], now):
            return known[1]
        return self._look((self._prefetched, self._bundled, self._remembered), uri, issuer=issuer, now=now)

    def find(self, uri: str, *, issuer: TrustedIssuer, now: int) -> StatusAnswer:
        """Return the list at a URI, or why there is none, at `now` (seconds since 1970).

        Raises:
            WouldWait: only of `without_waiting`.
        """
        key = issuer.id, uri
        if not self._may_wait:
            at_hand = self._answers.get(key)
            if at_hand is None or not self._counts(at_hand[1], age_s=now - at_hand[0], now=now):
                raise WouldWait("expected the list at hand, found that it must be looked for")
            return at_hand[1]
        with self._looking.setdefault(key, threading.Lock()):
            known = self._answers.get(key)
            if known is not None and self._counts(known[1], age_s=now - known[0], now=now):
                return known[1]
            sources = (self._prefetched, self._fetched, self._bundled, self._remembered)
            answer = self._look(sources, uri, issuer=issuer, now=now)
            self._answers[key] = (now, answer)
            return answer

    def is_published(self, uri: str, *, issuer: TrustedIssuer, now: int) -> bool:
        """Return whether the issuer itself says that this is a list of its; at most one request in a minute."""
        published = self._sources.published
        if published is None or _origin_of(uri) not in issuer.origins:
            return False
        return uri in published.of(issuer, now=now)

    def _counts(self, answer: StatusAnswer, *, age_s: int, now: int) -> bool:
        """Return whether an answer given some seconds ago is given again."""
        if answer.reason is not None:
            return 0 <= age_s < self._retry_s
        return 0 <= age_s < self._reuse_s and self._still_good(answer, now)

    def _still_good(self, answer: StatusAnswer, now: int) -> bool:
        if answer.token is None or answer.reason is not None:
            return False
        return self._freshness.accepts(answer.token, obtained_at=answer.obtained_at, now=now)

    def _look(self, sources: Sequence[_Source], uri: str, *, issuer: TrustedIssuer, now: int) -> StatusAnswer:
        refused: list[StatusAnswer] = []
        for source in sources:
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
        from keys.watching import stage  # a check that fetches nothing needs it not

        try:
            with stage("verify.status"):
                data = self._sources.fetch(issuer, uri)
        except FetchError as error:
            return StatusAnswer(None, Reason.STATUS_UNAVAILABLE, f"{error.kind}: {error.message}")
        return self._judge(data, uri, issuer=issuer, now=now, obtained_at=now)

    def _bundled(self, uri: str, issuer: TrustedIssuer, now: int) -> StatusAnswer | None:
        lists = self._sources.bundled_of(issuer)
        token = lists.tokens.get(uri)
        if token is None:
            return None
        if now >= lists.valid_until + CLOCK_SKEW_S:
            return StatusAnswer(None, Reason.STATUS_STALE, "the trust bundle has expired")
        return self._judge(token.encode(), uri, issuer=issuer, now=now, obtained_at=lists.made_at)

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
                text,
                uri=uri,
                keys=status_key_finder(issuer, now=now),
                now=now,
                newest_seen=seen.iat if seen is not None else None,
            )
        except StatusListError as error:
            return StatusAnswer(None, _REASON_OF_KIND.get(error.kind, Reason.STATUS_INVALID), str(error))
        issued_at = int(token.issued_at)
        obtained = issued_at if obtained_at is None else obtained_at
        known_as_well = seen is not None and seen.iat == issued_at and seen.fetched_at >= obtained
        if state is not None and not known_as_well:
            state.remember(uri, SeenList(issued_at, obtained), text)
        if not self._freshness.accepts(token, obtained_at=obtained, now=now):
            stale = f"the list is {token.age_s(now)} s old"
            return StatusAnswer(token, Reason.STATUS_STALE, stale, obtained_at=obtained, text=text)
        return StatusAnswer(token, None, obtained_at=obtained, text=text)


def _origin_of(uri: str) -> str | None:
    try:
        return parse_url(uri, allow_loopback=True).origin
    except UrlError:
        return None
