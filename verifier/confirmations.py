"""Typed confirmation numbers: asks the issuer that the trust list names, and hands on what it gave to be verified.

Rules enforced:
* a mistyped number is told by its check character, before anything is sent;
* only the `confirmation_url` of a listed issuer is asked, over the network door; which one is the caller's choice, or
  the only one there is;
* the number travels in the body of the request, never in an address;
* where an issuer gave this verifier a token, it is sent to that issuer's address and to no other, so that the issuer
  counts this verifier by itself and not with its neighbours;
* the answer is a bare credential, hostile until verified, and only a credential of the issuer that was asked counts.

What is learnt of a number that leads to no credential is no verdict about anybody's paper; see `verifier.errors`.
"""

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credential_schemas.limits import MAX_SD_JWT_BYTES
from keys.encoding import encode_json
from keys.errors import ConfirmationCodeError, FetchError
from keys.trust_list import TrustedIssuer, TrustList
from keys.urls import parse_url
from keys.values import dataclass, replace
from verifier.errors import (
    IssuerChoice,
    IssuerUnreachable,
    NumberUnknown,
    OptionError,
    TooManyLookups,
    UnreadableEvidence,
)
from verifier.evidence.gathering import Submission
from verifier.evidence.kinds import Form, form_of_text, text_of

NAME_OF_NUMBER: Final = "confirmation number"
_CREDENTIAL_MEDIA_TYPE: Final = "application/dc+sd-jwt"
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_LINE_FORM: Final = r"(https?://[!-~]{1,500}) ([!-~]{20,512})"
_MAX_TOKEN_FILE_BYTES: Final = 64 * 1024

Ask = Callable[[TrustedIssuer, str], bytes]
"""Sends a number, in its printed form, to an issuer; answers the body, or raises FetchError."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an issuer gave for a number, and the trust list that it is to be verified with: that issuer alone."""

    submission: Submission
    trust: TrustList


def look_up_number(typed: str, *, trust: TrustList, issuer_id: str | None, ask: Ask) -> Found:
    """Ask an issuer for the credential of a typed number.

    Args:
        typed: as somebody typed it.
        trust: the whole trust list.
        issuer_id: which issuer of it to ask; None when there is only one that can be asked.
        ask: the network.

    Raises:
        UnreadableEvidence: `number_mistyped`.
        IssuerChoice: no such issuer can be asked, or several can.
        NumberUnknown, TooManyLookups, IssuerUnreachable: as their names say.
    """
    from keys.confirmation_code import normalise_code  # brings a key derivation that no other check needs

    try:
        number = normalise_code(typed)
    except ConfirmationCodeError:
        raise UnreadableEvidence("number_mistyped") from None
    issuer = _chosen(trust, issuer_id)
    answer = _asked(ask, issuer, number)
    submission = Submission(f"{NAME_OF_NUMBER}, {issuer.id}", answer, asked_issuer=issuer.id)
    return Found(submission, replace(trust, issuers={issuer.id: issuer}))


def ask_listed_issuer(tokens: Mapping[str, str] = MappingProxyType({})) -> Ask:
    """Return the network: it reaches the confirmation address of the issuer and nothing else.

    Args:
        tokens: by the id of the issuer that gave each of them.
    """

    def ask(issuer: TrustedIssuer, number: str) -> bytes:
        from keys.fetch import Fetcher  # the HTTP code is only loaded when a number is looked up

        url = issuer.confirmation_url or ""
        origin = parse_url(url, allow_loopback=issuer.development).origin
        door = Fetcher([origin], allow_loopback=issuer.development, bearer=tokens.get(issuer.id))
        return door.post(
            url,
            encode_json({"code": number}),
            media_type="application/json",
            accept=_CREDENTIAL_MEDIA_TYPE,
            max_bytes=MAX_SD_JWT_BYTES,
        )

    return ask


def read_issuer_tokens(path: Path | None) -> Mapping[str, str]:
    """Read the tokens that issuers gave this verifier: a line each, the issuer's id, a space, the token.

    Raises:
        OptionError: the file cannot be read, others may read it, or a line has another form; a token is never repeated.
    """
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = file.read(_MAX_TOKEN_FILE_BYTES + 1).decode("ascii")
    except (OSError, UnicodeDecodeError):
        raise OptionError(
            f"expected a readable list of the issuers' tokens, found none in {path.name}", kind="tokens_file"
        ) from None
    if len(text) > _MAX_TOKEN_FILE_BYTES:  # its last token would be cut short
        most = _MAX_TOKEN_FILE_BYTES >> 10
        raise OptionError(f"expected at most {most} KiB of tokens, found more in {path.name}", kind="tokens_file")
    if mode & 0o077:
        raise OptionError(
            f"expected {path.name} to be for its owner alone (mode 0600), found {mode:04o}", kind="tokens_mode"
        )
    tokens = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = re.fullmatch(_LINE_FORM, line)
        if found is None:
            raise OptionError(
                f"{path.name}, line {number}: expected the id of an issuer, a space and its token", kind="tokens_line"
            )
        tokens[found[1]] = found[2]
    return tokens


def _chosen(trust: TrustList, issuer_id: str | None) -> TrustedIssuer:
    able = {issuer.id: issuer for issuer in trust.issuers.values() if issuer.confirmation_url is not None}
    if issuer_id is not None and issuer_id in able:
        return able[issuer_id]
    if issuer_id is not None or not able:
        raise IssuerChoice("expected an issuer of the trust list that answers confirmation numbers, found none", able)
    if len(able) > 1:
        raise IssuerChoice("expected the issuer to ask, found several; name one", able)
    return next(iter(able.values()))


def _asked(ask: Ask, issuer: TrustedIssuer, number: str) -> bytes:
    try:
        answer = ask(issuer, number)
    except FetchError as error:
        if error.status == _NOT_FOUND:
            raise NumberUnknown("the issuer has no certificate of this number") from None
        if error.status == _TOO_MANY:
            raise TooManyLookups("the issuer was asked too often") from None
        raise IssuerUnreachable(error.message) from None
    try:
        form = form_of_text(text_of(answer))
    except UnreadableEvidence:
        form = None
    if form is not Form.SD_JWT:
        raise IssuerUnreachable("expected a credential from the issuer, found something else")
    return answer
