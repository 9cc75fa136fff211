"""Witnesses of the log: who they are, asking them to cosign a checkpoint, and publishing what they signed.

A witness is somebody else, who remembers the newest checkpoint seen and signs a later one only when it is shown that
the log was continued. Which witnesses there are stands in `witnesses.json`. The newest cosigned checkpoint is published
as `checkpoint.witnessed` beside `checkpoint`; if nothing was logged since, `checkpoint` carries the cosignatures, too.

Source: C2SP tlog-witness, version 1
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from credential_schemas.log_entry import log_origin
from issuer.bank import Bank
from issuer.bank.key_ring import published_issuer
from issuer.errors import FileUnreadable, InvalidOption
from issuer.log.errors import LogMissing, WitnessRefused
from issuer.log.files import WITNESSED, changing_log_files, publish_cosigned, publish_log
from issuer.outputs import PRIVATE, write_whole
from issuer.store.log import LogState
from keys.checkpoint import Checkpoint, verify_checkpoint
from keys.cosignature import WitnessKey, check_different, cosigned_by, with_cosignatures
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, FetchError, NoteError, UrlError
from keys.fetch import Fetcher, Network
from keys.limits import MAX_NOTE_BYTES
from keys.merkle import Node, consistency_path, tree_root
from keys.note_keys import NotePublicKey
from keys.signed_note import encode_base64
from keys.urls import parse_url

_FILE: Final = "witnesses.json"
_MAX_BYTES: Final = 64 * 1024
_MOST: Final = 32
_OK: Final = 200
_CONFLICT: Final = 409
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its key, and below which address it is asked; None for one whose cosignatures come as files.

    `in_proofs`: it is asked for every certificate, too, so that the certificate's own proof carries its cosignature.
    """

    key: WitnessKey
    url: str | None
    in_proofs: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: a checkpoint, who cosigned it and when (Unix seconds), and why the others did not."""

    size: int
    checkpoint: bytes
    cosigned: dict[str, int]
    refused: dict[str, str]


def read_witnesses(bank: Bank) -> tuple[Witness, ...]:
    """Return the witnesses of a bank's log.

    Raises:
        FileUnreadable: the file that names them cannot be read.
    """
    path = bank.folder.path / _FILE
    try:
        members = decode_json_object(path.read_bytes(), max_bytes=_MAX_BYTES)
        (found,) = members.values()
        read = tuple(Witness(WitnessKey.from_text(key), **rest) for key, rest in found.items())  # type: ignore[arg-type, union-attr] # a wrong form is a TypeError
        check_different(each.key for each in read)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=_FILE) from error
    except (DecodingError, NoteError, TypeError, ValueError, AttributeError) as error:
        raise FileUnreadable("it does not name witnesses", file=_FILE) from error
    return read


def add_witness(bank: Bank, key: str, *, url: str | None, in_proofs: bool) -> Witness:
    """Name a witness, or say something else of one that is named.

    Raises:
        LogMissing: there is nothing to witness.
        InvalidOption: no key of a witness, an address that is not asked, or two witnesses in one.
        StorageFull, StorageUnusable: nothing changed.
    """
    if not bank.has_log:
        raise LogMissing
    try:
        witness = Witness(WitnessKey.from_text(key), url, in_proofs=in_proofs)
        if url is not None:
            parse_url(url, allow_loopback=bank.profile.development)
    except (NoteError, UrlError) as error:
        raise InvalidOption(error.message, option="witness") from error
    if in_proofs and url is None:
        problem = "a witness without an address cannot be asked for each certificate"
        raise InvalidOption(problem, option="--in-proofs")
    with changing_log_files(bank.folder):
        known = [each for each in read_witnesses(bank) if each.key != witness.key]
        try:
            check_different(each.key for each in (*known, witness))
        except NoteError as error:
            raise InvalidOption(error.message, option="witness") from error
        if len(known) >= _MOST:
            problem = f"expected at most {_MOST} witnesses"
            raise InvalidOption(problem, option="witness")
        _write(bank, (*known, witness))
    return witness


def remove_witness(bank: Bank, name: str) -> None:
    """Forget a witness; what it signed stays published.

    Raises:
        InvalidOption: there is none of this name.
        StorageFull, StorageUnusable: nothing changed.
    """
    with changing_log_files(bank.folder):
        known = read_witnesses(bank)
        left = [each for each in known if each.key.name != name]
        if len(left) == len(known):
            problem = "there is no witness of this name"
            raise InvalidOption(problem, option=name)
        _write(bank, left)


def ask_witnesses(bank: Bank, *, network: Network | None = None) -> Asked:
    """Ask every witness with an address to cosign the newest checkpoint, and publish what came.

    Raises:
        LogMissing: there is no log, or nothing in it yet.
        FileUnreadable, StorageFull, StorageUnusable: nothing was published.
    """
    asked = _ask(bank, [each for each in read_witnesses(bank) if each.url is not None], network=network)
    if asked.cosigned:
        _publish(bank, asked.size, asked.checkpoint)
    return asked


def take_cosigned(bank: Bank, note: bytes) -> Asked:
    """Publish a checkpoint of this log that witnesses have cosigned elsewhere.

    Raises:
        LogMissing: there is no log.
        WitnessRefused: it is not one of this log as it is, or no witness that is named cosigned it.
        StorageFull, StorageUnusable: nothing was published.
    """
    key = _log_key(bank)
    try:
        checkpoint = verify_checkpoint(note, origin=log_origin(bank.profile.issuer), key=key)
    except NoteError as error:
        raise WitnessRefused(error.message) from error
    if not _is_ours(bank, checkpoint):
        raise WitnessRefused("it is of another tree than the log of this bank")
    found = cosigned_by(note, _keys(bank))
    if not found:
        raise WitnessRefused("no witness of this bank has cosigned it")
    _publish(bank, checkpoint.size, note)
    return Asked(checkpoint.size, note, found, {})


def witnessed_checkpoint(bank: Bank, *, index: int) -> tuple[int, bytes] | None:
    """Return size and text of the newest cosigned checkpoint if it speaks of an entry, else None."""
    try:
        note = (bank.folder.log / WITNESSED).read_bytes()
        checkpoint = verify_checkpoint(note, origin=log_origin(bank.profile.issuer), key=_log_key(bank))
    except (OSError, NoteError, LogMissing):
        return None
    return (checkpoint.size, note) if index < checkpoint.size and _is_ours(bank, checkpoint) else None


def keep_witnessed(bank: Bank, *, network: Network | None = None) -> Asked | None:
    """Ask the witnesses if the newest checkpoint has not been cosigned by all that have an address; None when not due.

    Raises:
        FileUnreadable, StorageFull, StorageUnusable: nothing was published.
    """
    asked = {each.key.name for each in read_witnesses(bank) if each.url is not None}
    if not asked or not bank.has_log:
        return None
    with bank.store.read() as transaction:
        size = transaction.log.state().size
    found = witnessed_checkpoint(bank, index=size - 1) if size else None
    if not size or (found is not None and asked <= cosigned_by(found[1], _keys(bank)).keys()):
        return None
    return ask_witnesses(bank, network=network)


def cosigned_now(bank: Bank, *, index: int, network: Network | None = None) -> tuple[int, bytes] | None:
    """Ask the witnesses of proofs about the newest checkpoint; None when there are none, or none of them signed.

    What is missing is not an error: the certificate is issued all the same, and whoever demands witnesses says so.
    """
    asked = [each for each in read_witnesses(bank) if each.in_proofs]
    if not asked:
        return None
    found = _ask(bank, asked, network=network)
    if not found.cosigned or found.size <= index:
        return None
    _publish(bank, found.size, found.checkpoint)
    return found.size, found.checkpoint


def _ask(bank: Bank, witnesses: Iterable[Witness], *, network: Network | None) -> Asked:
    if not bank.has_log:
        raise LogMissing
    with bank.store.read() as transaction:
        state = transaction.log.state()
    if state.checkpoint is None or not state.size:
        raise LogMissing
    note, refused = state.checkpoint, dict[str, str]()
    for witness in witnesses:
        try:
            note = _cosigned(bank, state, note, witness, network=network)
        except (FetchError, UrlError, WitnessRefused) as error:
            refused[witness.key.name] = str(error)
    return Asked(state.size, note, cosigned_by(note, _keys(bank)), refused)


def _cosigned(bank: Bank, state: LogState, note: bytes, witness: Witness, *, network: Network | None) -> bytes:
    """Ask one witness; one that remembers another size than we think says which, and is asked once more."""
    target = parse_url(f"{str(witness.url).rstrip('/')}/add-checkpoint", allow_loopback=bank.profile.development)
    door = Fetcher([target.origin], allow_loopback=bank.profile.development, network=network)
    old = _seen(bank, witness)
    for _ in range(2):
        question = _question(bank, old, state)
        answer = door.ask(target.text, question, media_type="text/plain", accept="text/plain", max_bytes=MAX_NOTE_BYTES)
        if answer.status == _OK:
            found = with_cosignatures(note, answer.body, witness=witness.key)
            if found is None:
                raise WitnessRefused("its answer is no cosignature of this checkpoint with its key")
            return found
        told = _SIZE.fullmatch(answer.body) if answer.status == _CONFLICT else None
        if told is None:
            raise WitnessRefused(f"it answered with status {answer.status}")
        old = int(told[1])
        if old > state.size:
            raise WitnessRefused(f"it has seen {old} entries, and there are {state.size}")
    raise WitnessRefused("it does not say the same twice about what it has seen")


def _question(bank: Bank, old: int, state: LogState) -> bytes:
    path: list[bytes] = []
    if 0 < old < state.size:

        def path_between(node: Node) -> list[bytes]:
            return consistency_path(old, state.size, node=node)

        with bank.store.read() as transaction:
            path = transaction.log.compute(path_between)
    proof = "".join(f"{encode_base64(each)}\n" for each in path)
    return f"old {old}\n{proof}\n".encode() + (state.checkpoint or b"")


def _seen(bank: Bank, witness: Witness) -> int:
    """The size that a witness cosigned last, as far as is known here; it says so if it is another."""
    found = witnessed_checkpoint(bank, index=0)
    return found[0] if found is not None and cosigned_by(found[1], [witness.key]) else 0


def _publish(bank: Bank, size: int, note: bytes) -> None:
    """Publish a cosigned checkpoint, after the files that it speaks of, unless a later one is there."""
    publish_log(bank)

    def is_newest() -> bool:
        newest = witnessed_checkpoint(bank, index=0)
        return newest is None or newest[0] <= size

    publish_cosigned(bank, note, is_newest=is_newest)


def _is_ours(bank: Bank, checkpoint: Checkpoint) -> bool:
    """Return whether the log has this root at this size."""
    with bank.store.read() as transaction:
        if checkpoint.size > transaction.log.state().size:
            return False
        return transaction.log.compute(lambda node: tree_root(checkpoint.size, node)) == checkpoint.root


def _keys(bank: Bank) -> list[WitnessKey]:
    return [each.key for each in read_witnesses(bank)]


def _log_key(bank: Bank) -> NotePublicKey:
    """The log's public key as it is published; the private one is not opened for it."""
    issuer = published_issuer(bank)
    if issuer is None or issuer.log_key is None:
        raise LogMissing
    return issuer.log_key


def _write(bank: Bank, witnesses: Iterable[Witness]) -> None:
    named: dict[str, JsonValue] = {
        each.key.text(): {"url": each.url, "in_proofs": each.in_proofs} for each in witnesses
    }
    write_whole(bank.folder.path / _FILE, encode_json({"witnesses": named}), mode=PRIVATE)
