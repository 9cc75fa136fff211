"""What Credo's issuer and verifier work with: names, one key with its certificate, and a training to certify."""

import base64
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from credential_schemas.certificate_claims import CertificateClaims, StatusReference
from credential_schemas.status_list import StatusToken
from credential_schemas.status_list_issue import StatusBitmap, build_status_token
from credential_schemas.wallet_claims import WalletBinding, flat_credential
from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.key_files import FileSigner, create_key
from keys.pem_form import certificate_der
from keys.private_jwk import private_jwk
from keys.trust_list import TrustedIssuer, TrustedType
from tests.verifier.world import claims, training

TRAINING: Final = "entry-vocational_training"
DAY_S: Final = 86_400
Document = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """What Credo's issuer and verifier work with: names, a key with its certificate, and what to issue."""

    issuer: TrustedIssuer
    root: str
    certificate: str
    signer: FileSigner
    claims: CertificateClaims

    @classmethod
    def at(cls, url: str) -> "Shop":
        """Make everything for an address."""
        now, name = datetime.now(UTC), f"{url}/issuing/credo"
        names = SubjectNames("크레도", "Credo", "Credo")
        start = now - timedelta(days=1)
        authority = create_root(replace(names, common_name="Credo root"), key=create_key(), not_before=start, years=1)
        signer, validity = FileSigner(create_key()), Validity(start, start + timedelta(days=90))
        subject = replace(names, issuer_url=name)
        leaf = create_leaf(
            LeafKind.CREDENTIAL, authority, subject=subject, public_key=signer.public_key, validity=validity
        )
        issuer = TrustedIssuer(
            id=name,
            name={"ko": "크레도", "en": "Credo"},
            types=(TrustedType(f"{name}/vct/entry/vocational_training/1", frozenset({"vocational_training"})),),
            keys={},
            status_keys={},
            x509_roots=(authority.certificate_pem,),
            origins=(url,),
            development=True,
        )
        today = (now + timedelta(hours=9)).date()
        given = replace(claims(training()), issuer=name, issued_on=today, valid_until=today + timedelta(days=60))
        given = replace(given, status=StatusReference(f"{url}/status", 5))
        return cls(
            issuer, authority.certificate_pem, base64.b64encode(certificate_der(leaf)).decode("ascii"), signer, given
        )

    @property
    def title(self) -> str:
        """What the credential is about."""
        return self.claims.entries[0].title

    def given(self, port: int) -> Document:
        """Return what the other program needs."""
        (listed,) = self.issuer.types
        binding = WalletBinding(dict.fromkeys(("kty", "crv", "x", "y"), ""), listed.vct, "sha256-")
        payload = flat_credential(self.claims, binding)
        unwanted = ("iss", "cnf", "vct#integrity")  # Credo writes the first two; nobody serves type metadata here
        kept = {name: value for name, value in payload.claims.items() if name not in unwanted}
        configuration = {
            "format": "dc+sd-jwt",
            "vct": listed.vct,
            "scope": TRAINING,
            "credential_signing_alg_values_supported": ["ES256"],
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        }
        return {
            "port": port,
            "root": self.root,
            "certificate": self.certificate,
            "key": private_jwk(self.signer.key),
            "configurations": {TRAINING: configuration},
            "claims": kept,
            "issued_at": payload.claims["iat"],
            "hidden": [path[0] for path in payload.disclose.paths if len(path) == 1],
            "status_list": self.status_list(),
        }

    def status_list(self) -> str:
        """Return a list by which the credential is valid, signed by the key of the credential."""
        issued_at = int(time.time()) - 60
        token = StatusToken(
            self.claims.status.uri, StatusBitmap(size=1024).freeze(), issued_at, issued_at + DAY_S, DAY_S // 2
        )
        return build_status_token(token, signer=self.signer)
