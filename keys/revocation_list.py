"""Our own certificate revocation list: what other validators ask for when a seal is to be judged years later.

A complete list (RFC 5280, 5.1) of the authority that signs our leaves, by any `Signer`, so that its key may stay in a
token. Left to the caller: which certificates are revoked, how long a list counts, where it is published.
"""

from collections.abc import Mapping
from datetime import datetime

from asn1crypto import algos, core, crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.certificates import Validity, certificate_key
from keys.errors import CertificateError
from keys.jwk import PublicKey, raw_to_der
from keys.pem import load_certificate
from keys.signer import Signer


def create_revocation_list(
    authority_pem: str, *, signer: Signer, validity: Validity, revoked: Mapping[int, datetime]
) -> bytes:
    """Make a revocation list.

    Args:
        authority_pem: the root's certificate.
        signer: the root's key.
        validity: from when on the list counts, and when the next one is there at the latest.
        revoked: serial numbers, and since when each is revoked; with time zone.

    Returns:
        DER.

    Raises:
        CertificateError: the key is not the authority's.
    """
    own, certified = PublicKey.from_jwk({**signer.public_jwk()}), certificate_key(authority_pem)
    if not own.is_same_as(certified):
        raise CertificateError("expected the private key of the root certificate, found another key")
    authority = asn1_x509.Certificate.load(load_certificate(authority_pem).public_bytes(Encoding.DER))
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    begin = validity.not_before
    content = crl.TbsCertList(
        {
            "version": "v2",
            "signature": algorithm,
            "issuer": authority.subject,
            "this_update": _time(begin),
            "next_update": _time(validity.not_after),
            "crl_extensions": [
                {
                    "extn_id": "authority_key_identifier",
                    "extn_value": asn1_x509.AuthorityKeyIdentifier({"key_identifier": authority.key_identifier}),
                },
                # RFC 5280, 5.2.3: rises with every list; the time does.
                {"extn_id": "crl_number", "extn_value": core.Integer(int(begin.timestamp()))},
            ],
        }
    )
    if revoked:  # an empty list must be absent
        content["revoked_certificates"] = [
            {"user_certificate": number, "revocation_date": _time(since)} for number, since in revoked.items()
        ]
    signature = raw_to_der(signer.sign(content.dump()))
    signed = {"tbs_cert_list": content, "signature_algorithm": algorithm, "signature": signature}
    return bytes(crl.CertificateList(signed).dump())


def list_validity(revocation_list: bytes) -> Validity:
    """Return from when to when a revocation list (DER) counts; whose it is, and whether it verifies, is not asked.

    Raises:
        CertificateError: not a revocation list, or one without end.
    """
    try:
        found = x509.load_der_x509_crl(revocation_list)
    except ValueError as error:
        raise CertificateError("expected a certificate revocation list in DER, found something else") from error
    if found.next_update_utc is None:
        raise CertificateError("expected a certificate revocation list that says until when it counts")
    return Validity(found.last_update_utc, found.next_update_utc)


def _time(moment: datetime) -> asn1_x509.Time:
    """RFC 5280, 5.1.2.4: UTCTime until 2049."""
    return asn1_x509.Time({"utc_time": core.UTCTime(moment)})
