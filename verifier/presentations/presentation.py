"""One presentation: what was asked of a wallet, and how far it has come."""

import secrets
from collections.abc import Callable
from enum import StrEnum

from credential_schemas.openid4vp.transaction_data import TransactionData, write_posting_consent
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import Report
from keys.encoding import JsonValue, b64url_encode
from keys.jwe import EncryptionKey
from keys.values import dataclass, field
from verifier.presentations.limits import LIFE_S, SECRET_BYTES
from verifier.presentations.wish import Wish

RandomBytes = Callable[[int], bytes]


class State(StrEnum):
    """How far a presentation is; the last four are final unless `presented` is still being judged.

    `presented`: an answer came; it is being judged, or, once it is finished, something could not be learnt.
    `verified`: the query is fulfilled and every accepted presentation is valid.
    `refused`: the wallet declined, or what it sent does not do.
    """

    CREATED = "created"
    FETCHED = "fetched"
    PRESENTED = "presented"
    VERIFIED = "verified"
    REFUSED = "refused"
    EXPIRED = "expired"


WAITING = (State.CREATED, State.FETCHED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, once and for all.

    Attributes:
        id: under which whoever asked finds the presentation again; no wallet sees it.
        handle: under which a wallet fetches the request and answers it.
        nonce: what the holder's key signs; of this request alone.
        state: what comes back with the answer.
        owner: under which whoever asked is known; nobody else reads the result.
        wish: what is asked and how.
        consent: the transaction data, None for none.
        encryption: the key of this request, None where answers are not encrypted.
        expires_at: in seconds since 1970, as `created_at`.
    """

    id: str
    handle: str
    nonce: str = field(repr=False)
    state: str = field(repr=False)
    owner: str
    wish: Wish
    consent: TransactionData | None
    encryption: EncryptionKey | None
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One presentation of an answer: for which query, whether it counts towards it, and its Report.

    `report` is None where what was sent is no credential at all.
    """

    query_id: str
    accepted: bool
    report: Report | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a presentation ended. `reason` is a slug of `texts.json`, None for `verified`; `consented` is true once the
    holder authorised the consent that was asked for.
    """

    state: State
    at: int
    reason: str | None = None
    shown: tuple[Shown, ...] = ()
    consented: bool = False
    wallet_error: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What whoever asked may read at this moment.

    `ending` is None until there is one. While `code_wanted` it shows nothing of what was sent: the browser must
    come back first with the response code, so that nobody reads what another person's wallet was made to send.
    """

    asked: Asked
    state: State
    ending: Ending | None
    code_wanted: bool = False


def new_asked(wish: Wish, owner: str, *, now: int, random_bytes: RandomBytes = secrets.token_bytes) -> Asked:
    """Return a new request with secrets and keys of its own."""

    def secret() -> str:
        return b64url_encode(random_bytes(SECRET_BYTES))

    consent = None
    if wish.consent is not None:
        ids = [each.id for each in wish.query.credentials]
        consent = write_posting_consent(wish.consent, credential_ids=ids)
    return Asked(
        id=secret(),
        handle=secret(),
        nonce=secret(),
        state=secret(),
        owner=owner,
        wish=wish,
        consent=consent,
        encryption=EncryptionKey.create() if wish.response_mode.endswith(".jwt") else None,
        created_at=now,
        expires_at=now + LIFE_S,
    )


def view_json(view: View, sentence: Callable[[str], Sentence]) -> dict[str, JsonValue]:
    """Return what our API says of a presentation; `sentence` gives the sentence of a reason in both languages."""
    asked, ending = view.asked, view.ending
    shown = ending.shown if ending is not None else ()
    reports = [each.report.to_json() if each.report is not None else None for each in shown]
    reason = ending.reason if ending is not None else None
    presentations: list[JsonValue] = [
        {"query": each.query_id, "accepted": each.accepted, "report": report}
        for each, report in zip(shown, reports, strict=True)
    ]
    return {
        "id": asked.id,
        "state": view.state.value,
        "finished": ending is not None or view.state is State.EXPIRED,
        "created_at": asked.created_at,
        "expires_at": asked.expires_at,
        "finished_at": ending.at if ending is not None else None,
        "response_code_required": view.code_wanted,
        "reason": reason,
        "message": sentence(reason).to_json() if reason is not None else None,
        "wallet_error": ending.wallet_error if ending is not None else None,
        "consented": ending.consented if ending is not None else False,
        "verdict": _worst([report for report in reports if report is not None]),
        "report": reports[0] if len(reports) == 1 else None,
        "presentations": presentations,
    }


def _worst(reports: list[dict[str, JsonValue]]) -> str | None:
    found = {report["verdict"] for report in reports}
    return next((name for name in ("invalid", "indeterminate", "valid") if name in found), None)
