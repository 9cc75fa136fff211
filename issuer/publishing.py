"""The files the bank shows to everybody: keys, type metadata, trust list and status lists.

They are static files under `public/`, each replaced in one step, so that any web server or CDN may serve them. A status
list is published by whoever changed it, at once, and again when it is a day old.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from credential_schemas.entry_types import entry_types
from credential_schemas.status_list import StatusToken
from credential_schemas.status_list_issue import build_status_token
from credential_schemas.type_metadata import flat_type_metadata, flat_vct, type_metadata
from issuer.bank import Bank
from issuer.bank.folder import CERTIFICATE_VCT_PATH
from issuer.bank.key_ring import distrusted_keys, own_keys
from issuer.log.files import publish_log
from issuer.outputs import storage_errors, write_whole
from issuer.sources.registry import SOURCES
from keys.encoding import JsonValue, encode_json
from keys.trust_list import TrustedIssuer, TrustedType, TrustList, trust_list_document
from keys.urls import parse_url
from keys.watching import stage

STATUS_TTL_S: Final = 43_200
STATUS_LIFETIME: Final = timedelta(days=7)
STATUS_REFRESH: Final = timedelta(days=1)
JWKS: Final = "jwks.json"
JWT_VC_ISSUER: Final = "jwt-vc-issuer"
STATUS_AGGREGATION: Final = "status-lists"
TRUST_LIST: Final = "trust.json"
CONFIRMATIONS_PATH: Final = "/api/v1/confirmations"


def publish_all(bank: Bank, *, now: datetime) -> None:
    """Write every public document anew.

    Raises:
        StorageFull, StorageUnusable: a file could not be written; those before it are new, the others as they were.
    """
    publish_documents(bank)
    publish_log(bank)
    with bank.store.read() as transaction:
        lists = transaction.status_lists.numbers()
    for list_no in lists:
        _publish_status_list(bank, list_no, now=now)


def publish_documents(bank: Bank) -> None:
    """Write everything anew that does not change with certificates: trust list, keys, metadata.

    The trust list of the data directory comes first: it counts the versions, and what was cut off goes on from it.

    Raises:
        StorageFull, StorageUnusable: as `publish_all`.
    """
    documents = _documents(bank)
    write_whole(bank.folder.trust_list, documents[TRUST_LIST])
    for name, content in documents.items():
        path = bank.folder.public / name
        with storage_errors(name):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)


def publish_due(bank: Bank, *, now: datetime) -> tuple[int, ...]:
    """Publish the status lists that changed or are a day old; answer their numbers.

    Raises:
        PassphraseMissing, KeysError: the status key cannot be opened.
        StorageFull, StorageUnusable: a list stays due and is published by the next command.
    """
    before = int((now - STATUS_REFRESH).timestamp())
    with bank.store.read() as transaction:
        due = transaction.status_lists.due(published_before=before)
        known = transaction.status_lists.numbers() if due else []
    for list_no in due:
        with stage("status.publish"):
            _publish_status_list(bank, list_no, now=now)
    if due:
        write_whole(bank.folder.public / STATUS_AGGREGATION, _aggregation(bank, known))
    return tuple(due)


def _publish_status_list(bank: Bank, list_no: int, *, now: datetime) -> None:
    signer = bank.signer("status")
    path = bank.folder.status_list(list_no)
    with storage_errors(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
    # The list's row is the lock between programs: `iat` rises, and the newest list is the one that stays.
    with bank.store.write() as transaction:
        state = transaction.status_lists.state_to_change(list_no)
        issued_at = max(int(now.timestamp()), state.last_iat + 1)
        token = StatusToken(
            uri=bank.profile.status_uri(list_no),
            status_list=state.status_list,
            issued_at=issued_at,
            expires_at=issued_at + int(STATUS_LIFETIME.total_seconds()),
            ttl_s=STATUS_TTL_S,
        )
        write_whole(path, build_status_token(token, signer=signer).encode("ascii"))
        transaction.status_lists.record_publication(list_no, iat=issued_at)


def _documents(bank: Bank) -> Mapping[str, bytes]:
    with bank.store.read() as transaction:
        lists = transaction.status_lists.numbers()
    keys: JsonValue = {"keys": [dict(key.jwk()) for key in own_keys(bank, "credential").values()]}
    return {
        JWKS: encode_json(keys),
        JWT_VC_ISSUER: encode_json({"issuer": bank.profile.issuer, "jwks": keys}),
        CERTIFICATE_VCT_PATH: type_metadata(bank.profile.issuer),
        **{flat_type_path(name): flat_type_metadata(bank.profile.issuer, name) for name in certified_types()},
        STATUS_AGGREGATION: _aggregation(bank, lists),
        TRUST_LIST: _trust_list(bank),
    }


def flat_type_path(name: str) -> str:
    """Return where, below the issuer's URL, the metadata of credentials lie that are one entry of a type."""
    return flat_vct("", name).lstrip("/")


def _aggregation(bank: Bank, lists: list[int]) -> bytes:
    return encode_json({"status_lists": [bank.profile.status_uri(list_no) for list_no in lists]})


def _trust_list(bank: Bank) -> bytes:
    profile, root = bank.profile, bank.certificate("root")
    issuer = TrustedIssuer(
        id=profile.issuer,
        name=profile.name,
        types=(
            TrustedType(profile.vct, certified_types()),
            *(TrustedType(flat_vct(profile.issuer, name), frozenset({name})) for name in sorted(certified_types())),
        ),
        keys=own_keys(bank, "credential"),
        status_keys=own_keys(bank, "status"),
        x509_roots=(root,),
        seal_roots=(root,),
        tsa_roots=bank.tsa_roots,
        distrusted=distrusted_keys(bank),
        origins=(parse_url(profile.issuer, allow_loopback=profile.development).origin,),
        verify_urls=(profile.verify_url,),
        legal_lines=() if profile.legal_basis is None else (profile.legal_basis,),
        confirmation_url=profile.issuer + CONFIRMATIONS_PATH,
        development=profile.development,
        log_key=bank.log_key().public_key() if bank.has_log else None,
        bundle_keys=own_keys(bank, "bundle") if bank.has_bundle_key else {},
    )
    with storage_errors(TRUST_LIST):
        published = bank.folder.trust_list.read_bytes() if bank.folder.trust_list.exists() else b""
    # Verifiers take a changed list only with a higher version, and refuse two lists of one version.
    version = TrustList.parse(published).version if published else 0
    unchanged = encode_json(trust_list_document(version, [issuer]))
    return unchanged if unchanged == published else encode_json(trust_list_document(version + 1, [issuer]))


@cache
def certified_types() -> frozenset[str]:
    """Return the entry types, as credentials call them, that the bank's sources deliver."""
    registry = entry_types()
    delivered = {type_id for source in SOURCES.values() for type_id in source.entry_types}
    return frozenset(registry[type_id].credential_type for type_id in delivered)
