"""Changing how a bank seals: the policy in `bank.json`, the roots of time stamps, the trust list that names them."""

from dataclasses import dataclass, replace
from datetime import datetime

from issuer.bank import Bank
from issuer.bank.folder import certificates_in
from issuer.bank.key_ring import changing_keys
from issuer.errors import InvalidOption
from issuer.outputs import PRIVATE, PendingFiles
from issuer.publishing import publish_all
from issuer.seal_policy import MAX_REVOCATION_ORIGINS, SealLevel, SealPolicy, WhenUnreachable
from keys.certificates import valid_until
from keys.errors import CertificateError, UrlError
from keys.urls import parse_origin, parse_url


@dataclass(frozen=True, slots=True)
class SealChange:
    """What is to change; None and nothing leave it as it is.

    `tsa_roots` (PEM texts) come to those known; `revocation_origins` take the place of those known, and none of them
    says that nobody is asked any more.
    """

    level: SealLevel | None = None
    tsa_url: str | None = None
    when_unreachable: WhenUnreachable | None = None
    tsa_roots: tuple[str, ...] = ()
    revocation_origins: tuple[str, ...] | None = None


def change_sealing(bank: Bank, change: SealChange, *, now: datetime) -> SealPolicy:
    """Change policy and roots, and publish the trust list that names the roots.

    Roots are never taken away: certificates that were stamped below them still need them.

    Raises:
        InvalidOption: a URL or certificate that cannot be used, or a time stamp without URL or root.
        StorageFull, StorageUnusable, PassphraseMissing, KeysError: as `publish_all`.
    """
    _check_url(change.tsa_url, development=bank.profile.development)
    policy = SealPolicy(
        level=change.level or bank.profile.sealing.level,
        tsa_url=change.tsa_url or bank.profile.sealing.tsa_url,
        when_unreachable=change.when_unreachable or bank.profile.sealing.when_unreachable,
        revocation_origins=_origins(bank, change.revocation_origins),
    )
    new = [root for text in change.tsa_roots for root in _roots_in(text, now=now)]
    roots = list(dict.fromkeys([*bank.tsa_roots, *new]))
    if policy.level != "B-B" and (policy.tsa_url is None or not roots):
        raise InvalidOption(
            "expected --tsa-url and --tsa-root for a time-stamped seal", option=f"--level {policy.level}"
        )
    for use in ("credential", "status"):  # what publishing needs is opened before anything is written
        bank.signer(use)
    with changing_keys(bank):
        profile = replace(bank.profile, sealing=policy)
        with PendingFiles() as files:
            files.add(bank.folder.tsa_roots, "".join(roots).encode("ascii"))
            files.add(bank.folder.profile, profile.encode(), mode=PRIVATE)
            files.publish()
        bank.profile = profile
        publish_all(bank, now=now)
    return policy


def _check_url(url: str | None, *, development: bool) -> None:
    if url is None:
        return
    try:
        parse_url(url, allow_loopback=development)
    except UrlError as error:
        raise InvalidOption(error.message, option="--tsa-url") from error


def _origins(bank: Bank, named: tuple[str, ...] | None) -> tuple[str, ...]:
    if named is None:
        return bank.profile.sealing.revocation_origins
    try:
        origins = [parse_origin(each, allow_loopback=bank.profile.development) for each in named]
    except UrlError as error:
        raise InvalidOption(error.message, option="--revocation-origin") from error
    if len(origins) > MAX_REVOCATION_ORIGINS:
        raise InvalidOption(f"expected at most {MAX_REVOCATION_ORIGINS} origins", option="--revocation-origin")
    return tuple(dict.fromkeys(origins))


def _roots_in(text: str, *, now: datetime) -> tuple[str, ...]:
    roots = certificates_in(text)
    try:
        ended = not roots or min(map(valid_until, roots)) < now
    except CertificateError as error:
        raise InvalidOption(error.message, option="--tsa-root") from error
    if ended:
        raise InvalidOption("expected certificates in PEM that are still valid", option="--tsa-root")
    return roots
