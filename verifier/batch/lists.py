"""Status lists of a batch: the parent gets each of them once, the workers have what they are given and no network.

Rules enforced:
* a list is asked for once in a batch, by the parent, however many certificates name it, and also when it cannot be had;
* a worker judges by exactly the answer the parent got; what it was not given it asks for, and checks nothing by guess.
"""

from collections.abc import Callable, Iterable
from typing import Self

from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusToken, status_key_finder, verify_status_token
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass
from verifier.errors import BatchRefused
from verifier.statuses.lookup import Freshness, StatusAnswer, StatusLookup, StatusSources

ListName = tuple[str, str]
"""The issuer's id and the URI of its list."""


class ListNeeded(Exception):
    """A certificate names a list that this worker was not given; `name` says which."""

    def __init__(self, name: ListName) -> None:
        super().__init__("a status list is needed")
        self.name = name


@dataclass(frozen=True, slots=True)
class KnownList:
    """What the parent learnt of a list, as workers and the journal get it.

    `text` is the token, empty when there is none; `reason` why it cannot be used, or None.
    """

    issuer_id: str
    uri: str
    reason: str | None
    detail: str
    obtained_at: int
    text: str

    @classmethod
    def of(cls, name: ListName, answer: StatusAnswer) -> Self:
        """Return the record of an answer."""
        reason = answer.reason.value if answer.reason is not None else None
        return cls(name[0], name[1], reason, answer.detail, answer.obtained_at, answer.text)

    @classmethod
    def from_json(cls, document: JsonValue) -> Self:
        """Read `to_json` back.

        Raises:
            BatchRefused: it is not such a record.
        """
        match document:
            case {
                "issuer": str(issuer_id),
                "uri": str(uri),
                "reason": str() | None as reason,
                "detail": str(detail),
                "obtained_at": int(obtained_at),
                "text": str(text),
            }:
                return cls(issuer_id, uri, reason, detail, obtained_at, text)
        raise BatchRefused("resume", "expected a status list in the journal, found something else")

    @property
    def name(self) -> ListName:
        """What it is asked for by."""
        return self.issuer_id, self.uri

    def to_json(self) -> dict[str, JsonValue]:
        """Return the record as the journal keeps it."""
        return {
            "issuer": self.issuer_id,
            "uri": self.uri,
            "reason": self.reason,
            "detail": self.detail,
            "obtained_at": self.obtained_at,
            "text": self.text,
        }

    def answer(self, trust: TrustList, *, now: int) -> StatusAnswer:
        """Return the answer again; its token is verified again, so a changed record cannot speak for an issuer.

        Raises:
            StatusListError: the token is not one of this issuer for this URI.
            BatchRefused: the issuer is not listed, or the reason is none.
        """
        issuer = trust.issuer(self.issuer_id)
        reasons = {reason.value: reason for reason in Reason}
        if issuer is None or (self.reason is not None and self.reason not in reasons):
            raise BatchRefused("resume", "expected a status list of a listed issuer, found another")
        token: StatusToken | None = None
        if self.text:
            token = verify_status_token(self.text, uri=self.uri, keys=status_key_finder(issuer, now=now), now=now)
        reason = reasons[self.reason] if self.reason is not None else None
        if token is None and reason is None:
            raise BatchRefused("resume", "expected a status list or why there is none, found neither")
        return StatusAnswer(token, reason, self.detail, obtained_at=self.obtained_at, text=self.text)


class ListsAtHand(StatusLookup):
    """What a worker knows of status lists: the answers it was given, and nothing beside them."""

    def __init__(self, *, max_age_s: int | None, tracks_replays: bool) -> None:
        super().__init__(StatusSources({}), freshness=Freshness(0, max_age_s))
        self._given: dict[ListName, StatusAnswer] = {}
        self._tracks_replays = tracks_replays

    @property
    def tracks_replays(self) -> bool:
        """Whether the parent would have noticed an older list than one already seen."""
        return self._tracks_replays

    def add(self, lists: Iterable[KnownList], trust: TrustList, *, now: int) -> None:
        """Take lists from the parent."""
        for known in lists:
            if known.name not in self._given:
                self._given[known.name] = known.answer(trust, now=now)

    def find(self, uri: str, *, issuer: TrustedIssuer, now: int) -> StatusAnswer:  # noqa: ARG002 - given for one time
        """Return the answer that was given.

        Raises:
            ListNeeded: none was.
        """
        name = (issuer.id, uri)
        if name not in self._given:
            raise ListNeeded(name)
        return self._given[name]


class ListDesk:
    """The parent's side: gets each list once, and remembers what it got.

    Args:
        lookup: where lists come from.
        trust: whose lists may be asked for.
        now: seconds since 1970.
        note: told of every list that is got, before a worker gets it.
    """

    def __init__(self, lookup: StatusLookup, trust: TrustList, *, now: int, note: Callable[[KnownList], None]) -> None:
        self._lookup = lookup
        self._trust = trust
        self._now = now
        self._note = note
        self._known: dict[ListName, KnownList] = {}

    @property
    def known(self) -> tuple[KnownList, ...]:
        """Every list so far, in the order in which they were needed."""
        return tuple(self._known.values())

    def restore(self, lists: Iterable[KnownList]) -> None:
        """Take up the lists that an interrupted run had got; they must still be what they claim.

        Raises:
            StatusListError: a token is not one of its issuer.
            BatchRefused: a record is damaged.
        """
        for known in lists:
            known.answer(self._trust, now=self._now)
            self._known[known.name] = known

    def get(self, name: ListName) -> None:
        """Get a list, unless it was asked for before."""
        issuer = self._trust.issuer(name[0])
        if issuer is None or name in self._known:
            return
        known = KnownList.of(name, self._lookup.find(name[1], issuer=issuer, now=self._now))
        self._known[name] = known
        self._note(known)
