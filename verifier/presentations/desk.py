"""The desk of presentations: makes requests, gives them to wallets, takes one answer each, and tells whoever asked.

Rules enforced:
* a request lives five minutes and is answered once; of two answers at the same time one is taken, the other refused;
* what cannot be read as an answer to this request changes nothing; what can, ends it, whatever comes out;
* an unknown, a used and an expired request are refused alike;
* the result is read by whoever asked only, and where the wallet is on the same device only after the holder's browser
  came back with the response code, which is of no use to anybody else;
* tokens are forgotten when they are judged; Reports ten minutes later. Everything lies in memory, within limits.

Source: OpenID4VP 1.0 sections 5.10, 8.2 and 14 (session fixation, replay)
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from credential_schemas.openid4vp.names import MAX_WALLET_NONCE_CHARACTERS, REDIRECT_URI
from keys.encoding import b64url_encode
from verifier.presentations.errors import PresentationUnknown, TooManyPresentations, WalletRefused
from verifier.presentations.judging import Examine, judge
from verifier.presentations.limits import KEPT_S, MAX_OPEN, MAX_OPEN_OF_ONE, SECRET_BYTES
from verifier.presentations.presentation import WAITING, Asked, Ending, RandomBytes, State, View, new_asked
from verifier.presentations.request_object import Service, check_prefix, client_id, request_object
from verifier.presentations.wallet_answer import form_of, read_wallet_answer
from verifier.presentations.wish import Wish

_GONE: Final = "expected a request that waits for an answer, found none"
OWN_RETURN_PATH: Final = "/requests/return"


@dataclass(slots=True)
class _Case:
    """A presentation under way; changed under the lock of the desk only."""

    asked: Asked
    state: State = State.CREATED
    ending: Ending | None = None
    code: str | None = field(default=None, repr=False)
    code_seen: bool = False


class PresentationDesk:
    """Presentations of one service; safe to share between threads.

    Args:
        service: where this service is reached and what signs.
        examine: the verification.
        now: the clock.
        random_bytes: for secrets.
    """

    def __init__(
        self,
        service: Service,
        *,
        examine: Examine,
        now: Callable[[], datetime],
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        self.service = service
        self._examine = examine
        self._clock = now
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._by_id: dict[str, _Case] = {}
        self._by_handle: dict[str, _Case] = {}

    def create(self, wish: Wish, owner: str) -> Asked:
        """Make a request.

        Raises:
            RequestRefused: this service cannot name itself in the wanted way.
            TooManyPresentations: too many are open, of this caller or of all.
        """
        check_prefix(wish.prefix, self.service)
        asked = new_asked(wish, owner, now=self._now(), random_bytes=self._random_bytes)
        with self._lock:
            self._forget_old()
            own = sum(case.asked.owner == owner for case in self._by_id.values())
            if len(self._by_id) >= MAX_OPEN or own >= MAX_OPEN_OF_ONE:
                raise TooManyPresentations("expected fewer open requests; try again when some have ended")
            case = _Case(asked)
            self._by_id[asked.id] = self._by_handle[asked.handle] = case
        return asked

    def view(self, presentation_id: str, owner: str, *, code: str | None = None) -> View:
        """Return how far a presentation is, for whoever asked; `code` is what the holder's browser brought back.

        Raises:
            PresentationUnknown: no such presentation, or another's.
        """
        with self._lock:
            self._forget_old()
            case = self._by_id.get(presentation_id)
            if case is None or case.asked.owner != owner:
                raise PresentationUnknown("expected a presentation, found none")
            if code is not None and case.code is not None and hmac.compare_digest(code.encode(), case.code.encode()):
                case.code_seen = True
            wanted, ending = case.asked.wish.return_url is not None and not case.code_seen, case.ending
            if wanted and ending is not None:
                ending = replace(ending, shown=())
            return View(case.asked, self._state(case), ending, code_wanted=wanted)

    def came_back(self, code: str, owner: str) -> View:
        """Return the presentation of whoever asked to which a browser came back with its response code.

        Raises:
            PresentationUnknown: the code is that of no presentation of this owner.
        """
        with self._lock:
            cases = [case for case in self._by_id.values() if case.asked.owner == owner and case.code is not None]
        for case in cases:
            if hmac.compare_digest(code.encode(), (case.code or "").encode()):
                return self.view(case.asked.id, owner, code=code)
        raise PresentationUnknown("expected a presentation, found none")

    def fetch(self, handle: str, fields: Mapping[str, str] | None = None) -> str:
        """Return the signed request for a wallet, as often as it asks while nobody has answered.

        Args:
            handle: from the address.
            fields: of the form, where the wallet posted one.

        Raises:
            WalletRefused: there is no such request now, or `wallet_nonce` is too long.
        """
        wallet_nonce = None if fields is None else fields.get("wallet_nonce")
        if wallet_nonce is not None and len(wallet_nonce) > MAX_WALLET_NONCE_CHARACTERS:
            raise WalletRefused(f"wallet_nonce: expected at most {MAX_WALLET_NONCE_CHARACTERS} characters")
        now = self._now()
        with self._lock:
            case = self._waiting(handle)
            if case.asked.wish.prefix == REDIRECT_URI:
                raise WalletRefused(_GONE)
            case.state = State.FETCHED
        return request_object(case.asked, self.service, now=now, wallet_nonce=wallet_nonce)

    def take(self, handle: str, body: bytes, *, media_type: str) -> str | None:
        """Take the answer of a wallet and judge it.

        Returns:
            Where the holder's browser goes next, None for nowhere; for a wallet's own error too.

        Raises:
            WalletRefused: it is no answer to a request that waits, or its presentations do not do.
        """
        fields = form_of(body, media_type)
        with self._lock:
            asked = self._waiting(handle).asked
        answer = read_wallet_answer(fields, asked)
        with self._lock:
            case = self._waiting(handle)  # another answer may have come meanwhile
            before, case.state = case.state, State.PRESENTED
        ending: Ending | None = None
        try:
            if answer.error is not None:
                ending = Ending(State.REFUSED, self._now(), "wallet_declined", wallet_error=answer.error)
            else:
                audience = client_id(asked, self.service)
                ending = judge(answer.presentations, asked, audience=audience, examine=self._examine, now=self._now())
        finally:
            with self._lock:
                case.state = before if ending is None else ending.state  # a fault of ours concludes nothing
                case.ending = ending
                if ending is not None and asked.wish.return_url is not None:
                    case.code = b64url_encode(self._random_bytes(SECRET_BYTES))
        if ending.state is State.REFUSED and answer.error is None:
            raise WalletRefused(f"expected presentations that fulfil the request: {ending.reason}")
        return None if case.code is None else _with_code(asked.wish.return_url or "", case.code)

    def cancel(self, presentation_id: str, owner: str) -> None:
        """Withdraw a request; whatever is there of it is forgotten.

        Raises:
            PresentationUnknown: as for `view`.
        """
        self.view(presentation_id, owner)
        with self._lock:
            case = self._by_id.pop(presentation_id, None)
            if case is not None:
                self._by_handle.pop(case.asked.handle, None)

    def with_return(self, wish: Wish) -> Wish:
        """Return a wish for a wallet on the same device, whose browser comes back to the pages of this service."""
        return replace(wish, return_url=f"{self.service.url}{OWN_RETURN_PATH}")

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _waiting(self, handle: str) -> _Case:
        case = self._by_handle.get(handle)
        if case is None or self._state(case) not in WAITING:
            raise WalletRefused(_GONE)
        return case

    def _state(self, case: _Case) -> State:
        expired = case.state in WAITING and self._now() >= case.asked.expires_at
        return State.EXPIRED if expired else case.state

    def _forget_old(self) -> None:
        now = self._now()
        for case in [*self._by_id.values()]:
            ended = case.ending.at if case.ending is not None else case.asked.expires_at
            if now >= ended + KEPT_S:
                del self._by_id[case.asked.id]
                del self._by_handle[case.asked.handle]


def _with_code(url: str, code: str) -> str:
    """Return the address to go on to: ours reads the code as a query, others find it in the fragment (section 8.2)."""
    mark = "?" if url.endswith(OWN_RETURN_PATH) else "#"
    return f"{url}{mark}{urlencode({'response_code': code})}"
