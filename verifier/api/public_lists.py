"""`GET /bundle.json` and `GET /status?uri=`: what this verifier believes, for its own pages, which may ask nobody else.

Rules enforced:
* only issuers of the trust list, and only status lists that this verifier was given, has verified for a proved
  certificate, or that the issuer itself says it publishes; whole lists, so that no request names a certificate;
* `/bundle.json` causes no request to anybody; `/status` asks an issuer at most as often as a check does;
* no list that has become too old is given as if it were fresh.

Source: docs/formats/trust-bundle.md
"""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response

from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue, encode_json
from keys.gate.answers import problem_answers
from keys.trust_list import TrustedIssuer, trust_list_document
from keys.values import dataclass
from verifier.api.problems import problem
from verifier.checks.rules import Rules
from verifier.statuses.network import STATUS_LIST_MEDIA_TYPE

BUNDLE_PATH: Final = "/bundle.json"
STATUS_PATH: Final = "/status"
OBTAINED_AT: Final = "X-Status-Obtained-At"
_FORMAT: Final = 1
_REUSE_S: Final = 10
_LIST_MAX_AGE_S: Final = 60
_RETRY_S: Final = 60


@dataclass(frozen=True, slots=True)
class FoundList:
    """The token of a status list, and when it was obtained (seconds since 1970)."""

    token: str
    obtained_at: int


class PublicLists:
    """The trust list and status lists of one set of rules, as they may be shown to everybody."""

    def __init__(self, rules: Rules, *, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._now = now
        self._lock = threading.Lock()
        self._made: tuple[int, bytes] | None = None

    def use(self, rules: Rules) -> None:
        """Show other rules from now on."""
        with self._lock:
            self._rules, self._made = rules, None

    def bundle(self) -> bytes:
        """Return the document of `/bundle.json`, made anew at most each 10 seconds."""
        now = self._seconds()
        with self._lock:
            if self._made is None or not 0 <= now - self._made[0] < _REUSE_S:
                self._made = now, self._bundle(now)
            return self._made[1]

    def issuer_of(self, uri: str) -> TrustedIssuer | None:
        """Return the trusted issuer whose list a URI names, None when this verifier does not know the list."""
        issuers = self._rules.trust.issuers.values()
        return next((each for each in issuers if self._rules.statuses.knows(uri, issuer=each)), None)

    def status(self, uri: str) -> FoundList | Reason | None:
        """Return a list, the reason why it cannot be had now, or None when it is nobody's here."""
        issuer = self.issuer_of(uri) or self._publisher_of(uri)
        if issuer is None:
            return None
        answer = self._rules.statuses.find(uri, issuer=issuer, now=self._seconds())
        return answer.reason or FoundList(answer.text, answer.obtained_at)

    def _publisher_of(self, uri: str) -> TrustedIssuer | None:
        """Return the issuer that says that it publishes this list."""
        now, statuses = self._seconds(), self._rules.statuses
        issuers = self._rules.trust.issuers.values()
        return next((each for each in issuers if statuses.is_published(uri, issuer=each, now=now)), None)

    def _seconds(self) -> int:
        return int(self._now().timestamp())

    def _bundle(self, now: int) -> bytes:
        trust, statuses = self._rules.trust, self._rules.statuses
        lists: dict[str, JsonValue] = {}
        for issuer in trust.issuers.values():
            for uri in sorted(statuses.uris_at_hand(issuer)):
                answer = statuses.find_at_hand(uri, issuer=issuer, now=now)
                if answer.reason is None:
                    lists[uri] = {"token": answer.text, "obtained_at": answer.obtained_at}
        document: JsonValue = {
            "bundle": _FORMAT,
            "trust_list": trust_list_document(trust.version, trust.issuers.values()),
            "status_lists": lists,
        }
        return encode_json(document)


def public_lists_router(lists: PublicLists) -> APIRouter:
    """Return the two addresses."""
    router = APIRouter()

    @router.get(
        BUNDLE_PATH,
        summary="What this verifier believes",
        responses={
            200: {"description": "Trust list and status lists at hand"},
            304: {"description": "Unchanged"},
            **problem_answers(422, 429),
        },
    )
    def show_bundle(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        """Give the trust list in use and the status lists at hand."""
        return _tagged(lists.bundle(), "application/json", none_match=if_none_match, cache="no-cache")

    @router.get(
        STATUS_PATH,
        summary="One whole status list",
        responses={
            200: {"description": "The signed list", "content": {STATUS_LIST_MEDIA_TYPE: {}}},
            304: {"description": "Unchanged"},
            **problem_answers(404, 422, 429, 503),
        },
    )
    def show_status(
        request: Request,
        uri: str = "",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Give one whole status list."""
        found = lists.status(uri)
        if found is None:
            return problem(request, 404, code="status_list_unknown", detail="expected a status list known here")
        if isinstance(found, Reason):
            refused = problem(request, 503, code=found.value, detail="expected a usable status list, found none")
            refused.headers["Retry-After"] = str(_RETRY_S)
            return refused
        cache = f"public, max-age={_LIST_MAX_AGE_S}"
        answer = _tagged(found.token.encode("ascii"), STATUS_LIST_MEDIA_TYPE, none_match=if_none_match, cache=cache)
        answer.headers[OBTAINED_AT] = str(found.obtained_at)
        return answer

    return router


def _tagged(body: bytes, media_type: str, *, none_match: str | None, cache: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if none_match is not None and tag in none_match:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
