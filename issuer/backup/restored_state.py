"""What a restored bank takes over of what happened after the backup: its log, its published statuses, what ended.

The log goes on where the published one stopped, never where the backup did: missing entries are taken from the
published files, which the signed checkpoint proves to be the continuation of the backup's. They open nothing, because
their salts are lost. A published status that is worse than the backup's holds. What the list of taken-back things has
after the backup is taken back again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from credential_schemas.errors import CredentialError
from credential_schemas.log_entry import log_origin
from credential_schemas.status_list import StatusList, verify_status_token
from issuer.backup.errors import SinceUnreadable
from issuer.bank import Bank
from issuer.bank.key_ring import published_issuer
from issuer.holders.closing import erase_account
from issuer.issued.entry_states import INVALID, VALID, VALUE_NAMES, planned_changes, update_copies
from issuer.issued.status_changes import NOT_DELIVERED, StatusChange, set_certificate_status
from issuer.log.appending import logged_at
from issuer.log.files import TILE_WIDTH, tile_path
from issuer.outputs import write_whole
from issuer.store.certificates import StatusEvent
from issuer.store.log import LogState, StoredLogEntry, lost_number
from issuer.store.transaction import Transaction
from issuer.taken_back import TakenBack
from keys.checkpoint import verify_checkpoint
from keys.encoding import decode_json_object, encode_json
from keys.errors import KeysError, NoteError, TrustListError
from keys.jws import parse_compact
from keys.merkle import Node, inclusion_path, tree_root
from keys.trust_list import TrustedIssuer, TrustList, trust_list_document

REASON: Final = "restored"
_LENGTH_BYTES: Final = 2
_ENTRY_BYTES: Final = 41
_ENDED: Final = ("revoked", "suspended")
_MAX_TOKEN: Final = 2 * 1024 * 1024


def take_published_log(bank: Bank, transaction: Transaction, log: Path) -> int:
    """Let the log go on where the published one stopped; answer how many entries came from there.

    Raises:
        SinceUnreadable: it is not the continuation of this log; the transaction must not be committed.
    """
    issuer, origin = _issuer(bank), log_origin(bank.profile.issuer)
    if issuer.log_key is None:
        return 0
    try:
        note = (log / "checkpoint").read_bytes()
        published = verify_checkpoint(note, origin=origin, key=issuer.log_key)
    except (OSError, NoteError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise SinceUnreadable(problem, file=str(log / "checkpoint")) from error
    state = transaction.log.state(to_append=True)
    newest = state.logged_at
    for index, entry in _published_entries(log, state.size, published.size):
        newest = max(newest, _append(transaction, index, entry))
    size = max(state.size, published.size)
    if size > state.size:
        transaction.log.set_state(LogState(size, newest, note))
    if transaction.log.compute(lambda node: tree_root(published.size, node)) != published.root:
        raise SinceUnreadable("the published log does not begin with that of the backup", file=str(log))
    return size - state.size


def _append(transaction: Transaction, index: int, entry: bytes) -> int:
    """Add an entry whose salt is lost; answer when it was logged."""

    def path_of_last(node: Node) -> list[bytes]:
        return inclusion_path(index, index + 1, node=node)

    stored = StoredLogEntry(index, entry, b"", b"", lost_number(index))
    transaction.log.append(stored, transaction.log.compute(path_of_last))
    return logged_at(stored.entry)


def _published_entries(log: Path, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    for tile in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)):
        first = tile * TILE_WIDTH
        names = tile_path("entries", tile, width=min(TILE_WIDTH, end - first)), tile_path("entries", tile)
        path = next((log / name for name in names if (log / name).is_file()), log / names[0])
        try:
            bundle = path.read_bytes()
        except OSError as error:
            raise SinceUnreadable(error.strerror or "unknown reason", file=str(path)) from error
        for index in range(max(begin, first), min(end, first + TILE_WIDTH)):
            place = (index - first) * (_LENGTH_BYTES + _ENTRY_BYTES)
            length, entry = bundle[place : place + _LENGTH_BYTES], bundle[place + _LENGTH_BYTES :][:_ENTRY_BYTES]
            if int.from_bytes(length, "big") != _ENTRY_BYTES or len(entry) != _ENTRY_BYTES:
                raise SinceUnreadable("it is not a bundle of entries", file=str(path))
            yield index, entry


def raise_trust_version(bank: Bank, published: Path) -> None:
    """Let the next trust list have a higher version than the published one, because verifiers take no other.

    Raises:
        SinceUnreadable: the published one is no trust list.
    """
    try:
        newest = TrustList.parse(published.read_bytes()).version
    except (OSError, TrustListError) as error:
        problem = getattr(error, "strerror", None) or "it is not a trust list"
        raise SinceUnreadable(problem, file=str(published)) from error
    own = TrustList.parse(bank.folder.trust_list.read_bytes())
    if newest > own.version:
        document = trust_list_document(newest + 1, list(own.issuers.values()))
        write_whole(bank.folder.trust_list, encode_json(document))


def take_published_statuses(bank: Bank, transaction: Transaction, folder: Path, *, at: str) -> int:
    """Let every published status hold that is worse than the backup's; answer how many.

    Lists that were opened after the backup are taken over whole, so that they stay published.

    Raises:
        SinceUnreadable: a published list is not one of this bank; the transaction must not be committed.
    """
    known, taken = transaction.status_lists.numbers(), 0
    found = [int(path.name) for path in folder.glob("[0-9]*") if path.name.isascii() and path.name.isdecimal()]
    for list_no in sorted({*known, *found}):
        path = folder / str(list_no)
        published = _published_list(bank, path, bank.profile.status_uri(list_no))
        if list_no not in known:
            transaction.status_lists.add_list(list_no, published)
            continue
        own = transaction.status_lists.state_to_change(list_no).status_list
        if (published.bits, len(published.data)) != (own.bits, len(own.data)):
            raise SinceUnreadable("it has another size than the list of the backup", file=str(path))
        values = _worse(published, own)
        if values:
            transaction.status_lists.set_values(list_no, values.items())
            _record_values(transaction, list_no, values, at=at)
            taken += len(values)
    return taken


def _published_list(bank: Bank, path: Path, uri: str) -> StatusList:
    try:
        token = path.read_bytes().decode("ascii")
        # Also one that has expired says what was; so it is checked at the time that it names itself.
        payload = decode_json_object(parse_compact(token, max_bytes=_MAX_TOKEN).payload, max_bytes=_MAX_TOKEN)
        issued_at = payload.get("iat")
        now = issued_at if isinstance(issued_at, int) else 0
        return verify_status_token(token, uri=uri, keys=_issuer(bank).status_keys, now=now).status_list
    except OSError as error:
        raise SinceUnreadable(error.strerror or "unknown reason", file=str(path)) from error
    except (KeysError, CredentialError, UnicodeDecodeError) as error:
        raise SinceUnreadable("it is not a status list of this bank", file=str(path)) from error


def _worse(published: StatusList, own: StatusList) -> dict[int, int]:
    """Return the values of the published list that are worse than ours: any but valid for valid, invalid for any."""
    each_byte = 8 // own.bits
    places = (place for place, byte in enumerate(published.data) if byte and byte != own.data[place])
    indexes = (index for place in places for index in range(place * each_byte, (place + 1) * each_byte))
    values = ((index, published.value(index), own.value(index)) for index in indexes)
    return {
        index: value
        for index, value, known in values
        if value != known and (value == INVALID or (known == VALID and value != VALID))
    }


def _record_values(transaction: Transaction, list_no: int, values: dict[int, int], *, at: str) -> None:
    certificates, entries = transaction.certificates.at_indexes(list_no, values)
    for each in certificates:
        after = VALUE_NAMES[values[each.idx]]
        if after in _ENDED:  # a flat credential whose entry was corrected is in force itself
            transaction.certificates.set_status(each.number, after)
            transaction.certificates.record_event(StatusEvent(each.number, None, each.status, after, REASON, at))
    for carried in entries:
        value = values[carried.idx]
        transaction.certificates.set_entry_status(carried, value)
        names = VALUE_NAMES[carried.status], VALUE_NAMES[value]
        transaction.certificates.record_event(StatusEvent(carried.number, carried.position, *names, REASON, at))


def take_back_again(transaction: Transaction, taken_back: Iterable[TakenBack], *, at: str) -> int:
    """Take back what was taken back after the backup; answer how many of them this bank knows.

    What was made after the backup is not there, so there is nothing to take back of it.
    """
    return sum(_take_back(transaction, each, at=at) for each in taken_back)


def _take_back(transaction: Transaction, one: TakenBack, *, at: str) -> bool:
    detail = one.detail or ""
    if one.action == "certificate_status_changed":
        return _change_certificate(transaction, one.subject or "", detail, at=at)
    if one.action == "entry_status_changed":
        return _change_entry(transaction, one.subject or "", detail, at=at)
    if one.action == "token_revoked":
        known = transaction.tokens.token(one.subject or "") is not None
        transaction.tokens.revoke(one.subject or "", at=one.at)
        return known
    if one.action == "link_closed":
        known = detail in {each.id for each in transaction.links.of(one.subject or "")}
        transaction.links.close(detail, at=one.at)
        return known
    account = transaction.accounts.account(one.account or "")
    if account is None or account.closed_at is not None:
        return False
    if one.action == "account_closed":
        erase_account(transaction, account, at=one.at)
        return True
    found = [each for each in transaction.accounts.all_consents(account.id) if str(each.id) == detail]
    for consent in found:
        transaction.accounts.withdraw_consent(consent, at=one.at)
    return bool(found)


def _change_certificate(transaction: Transaction, number: str, detail: str, *, at: str) -> bool:
    known = transaction.certificates.certificate_to_change(number)
    after = "revoked" if detail == NOT_DELIVERED else detail.partition(" ")[0]
    if known is None or known.status in ("revoked", after) or after not in ("valid", *_ENDED):
        return False
    set_certificate_status(transaction, StatusChange(number, None, known.status, after), reason=REASON, at=at)
    return True


def _change_entry(transaction: Transaction, entry_id: str, detail: str, *, at: str) -> bool:
    after = detail.partition(" ")[0]
    found = transaction.entries.entries_to_change([entry_id])
    if not found or found[0].bank_status in ("revoked", after) or after not in ("valid", *_ENDED):
        return False
    changed = replace(found[0], bank_status=after)
    planned = planned_changes(transaction, [changed])
    transaction.entries.replace(changed)
    update_copies(transaction, planned, reason=REASON, at=at)
    return True


def _issuer(bank: Bank) -> TrustedIssuer:
    issuer = published_issuer(bank)
    if issuer is None:
        raise SinceUnreadable("it does not name this bank", file=bank.folder.trust_list.name)
    return issuer
