"""What changing the status of many certificates would do, said before anything is done.

A revocation is final: what is revoked already is counted and left alone, whatever is asked. A rehearsal has a code that
stands for exactly these certificates in these states; whoever begins the job gives it with the number of changes.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.status_list import StatusList
from credential_schemas.status_list_issue import StatusBitmap, encode_status_list
from issuer.bank import Bank
from issuer.errors import ReasonUnknown
from issuer.issued.status_changes import AFTER, REASONS, Action, published_values
from issuer.operating.finding import Filter, find_certificates
from issuer.store.status_jobs import CertificateState
from issuer.store.transaction import Transaction

CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
FINAL: Final = "final"
SAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class ManyOrder:
    """What to do, with which certificates, and why: `reason` is a slug, `words` what the person says."""

    action: Action
    wanted: Filter
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ListSize:
    """How many bytes the compressed content of a status list has, and would have."""

    list_no: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would happen.

    Attributes:
        order: as it was given.
        changing: the certificates whose status would change, in the order of their numbers.
        unchanged: how many have the status already.
        final: how many are revoked, and stay so.
        holders: accounts of the changing ones; they see it on their pages.
        lists: every status list that would be published anew.
        code: stands for exactly this.
    """

    order: ManyOrder
    changing: Sequence[CertificateState]
    unchanged: int
    final: int
    holders: Sequence[str]
    lists: Sequence[ListSize]
    code: str

    @property
    def samples(self) -> Sequence[CertificateState]:
        """Ten of the changing ones, spread evenly over all of them."""
        count = len(self.changing)
        places = sorted({number * count // SAMPLES for number in range(SAMPLES)}) if count else []
        return [self.changing[place] for place in places]


def rehearse(bank: Bank, order: ManyOrder) -> Rehearsed:
    """Say what an order would do; nothing is changed or recorded.

    Raises:
        ReasonUnknown: the slug is not on the list.
        InvalidOption, CertificateNotFound, AccountNotFound, SourceRecordNotFound, KeyNotFound, KeyAmbiguous,
            KeyUseFixed: as `find_certificates`.
    """
    if order.reason not in REASONS:
        raise ReasonUnknown(reason=order.reason, known=", ".join(REASONS))
    by_outcome: dict[str, list[CertificateState]] = {CHANGED: [], UNCHANGED: [], FINAL: []}
    for each in find_certificates(bank, order.wanted):
        by_outcome[outcome_of(each, order.action)].append(each)
    changing = by_outcome[CHANGED]
    with bank.store.read() as transaction:
        lists = _sizes(transaction, changing, AFTER[order.action])
    return Rehearsed(
        order=order,
        changing=changing,
        unchanged=len(by_outcome[UNCHANGED]),
        final=len(by_outcome[FINAL]),
        holders=sorted(Counter(each.account_id for each in changing)),
        lists=lists,
        code=_code(order.action, changing),
    )


def outcome_of(certificate: CertificateState, action: Action) -> str:
    """Return what an action would come to: changed, unchanged, or final for one that is revoked for good."""
    if certificate.status == AFTER[action]:
        return UNCHANGED
    return FINAL if certificate.status == "revoked" else CHANGED


def _sizes(transaction: Transaction, changing: Collection[CertificateState], after: str) -> list[ListSize]:
    states = transaction.status_jobs.with_copies([each.number for each in changing])
    sizes = []
    for list_no, values in sorted(published_values(transaction, states, after).items()):
        before = transaction.status_lists.state(list_no).status_list
        bitmap = StatusBitmap.of(before)
        for idx, value in values:
            bitmap.set(idx, value)
        sizes.append(ListSize(list_no, _size(before), _size(bitmap.freeze())))
    return sizes


def _size(status_list: StatusList) -> int:
    return len(encode_status_list(status_list))


def _code(action: Action, changing: Sequence[CertificateState]) -> str:
    content = "\n".join([action, *(f"{each.number} {each.status}" for each in changing)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]
