"""Who calls the API: a program with a bearer token, or the holder's own browser with its session.

Rules enforced:
* a token opens one account, for its scopes, until its end; one that opens nothing is answered alike, whatever is wrong
  with it, and counted against the network that sent it;
* a session counts as every scope, and what changes something must come from a page of ours with the form token of the
  session in `X-CSRF-Token`; a request with an `Authorization` header is never taken for a session;
* each account has rates of its own, whoever asks for it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from issuer.bank import Bank
from issuer.tokens import TokenDoor
from keys.gate.answers import Refusal
from keys.gate.gate import CALLER, Visitors
from keys.gate.rate_limits import Rate

ISSUES: Final = Rate("issue", amount=30, seconds=3600)
"""How many certificates one account may get (S17)."""

QUESTIONS: Final = Rate("own-account", amount=600, seconds=60)
WRONG_TOKENS: Final = Rate("wrong-tokens", amount=30, seconds=60)
CSRF_HEADER: Final = "x-csrf-token"
_BEARER: Final = re.compile(r"[Bb]earer +([!-~]{1,200})")
_SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Session:
    """A holder's session as the API sees it; `allows_changes`: the request came from a page of ours with its token."""

    account_id: str
    actor: str
    allows_changes: bool


def issues_each_hour(amount: int) -> Rate:
    """Return the rate of certificates that an operator allows one account."""
    return Rate(ISSUES.name, amount=amount, seconds=ISSUES.seconds)


SessionReader = Callable[[Mapping[str, str]], Session | None]
"""Takes the headers of a request, names in lower case; answers whose session it carries."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose account is meant, and the bank with the caller as the one who acts."""

    account_id: str
    bank: Bank


@dataclass(frozen=True, slots=True)
class Callers:
    """Tells callers apart and counts what they do.

    Attributes:
        bank: whose API it is.
        tokens: what a bearer token opens.
        visitors: where rates are counted.
        session: finds a holder's session; None for a service without sign-in.
        issues: how many certificates an account may get in a time.
    """

    bank: Bank
    tokens: TokenDoor
    visitors: Visitors
    session: SessionReader | None = None
    issues: Rate = ISSUES

    async def admit(self, request: Request, scope: str) -> Caller:
        """Return who calls.

        Raises:
            Refusal: 401, nobody known; 403, somebody who may not do this; 429, too often.
        """
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
        if "authorization" in headers:
            caller = await self._with_token(headers["authorization"], request, scope)
        else:
            caller = await run_in_threadpool(self._with_session, headers, request)
        await self.visitors.count(QUESTIONS, f"account:{caller.account_id}")
        return caller

    async def count_issue(self, caller: Caller) -> None:
        """Count one certificate.

        Raises:
            Refusal: 429.
        """
        await self.visitors.count(self.issues, f"account:{caller.account_id}")

    async def _with_token(self, sent: str, request: Request, scope: str) -> Caller:
        found = _BEARER.fullmatch(sent)
        token = None if found is None else await run_in_threadpool(self.tokens.find, found[1])
        if token is None:
            await self.visitors.count(WRONG_TOKENS, str(request.scope[CALLER]))
            raise Refusal(401, "token_invalid", detail="expected the bearer token of an account, found another or none")
        if scope not in token.scopes.split():
            raise Refusal(403, "scope_missing", detail=f"expected a token with the scope {scope}")
        return Caller(token.account_id, self.bank.acting_as(f"token:{token.id}"))

    def _with_session(self, headers: Mapping[str, str], request: Request) -> Caller:
        session = None if self.session is None else self.session(headers)
        if session is None:
            raise Refusal(401, "sign_in_required", detail="expected a bearer token, or the session of a holder")
        if request.method not in _SAFE and not session.allows_changes:
            raise Refusal(403, "form_token_missing", detail="expected a request of our own page with X-CSRF-Token")
        return Caller(session.account_id, self.bank.acting_as(session.actor))
