"""A small signed world: one issuer with real keys, trust list, status list, a frozen clock, a network from memory.

Change one thing in it, then look.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Holder,
    StatusReference,
    in_category_order,
    to_payload,
)
from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.qr.symbols import choose_symbols
from credential_schemas.report.model import Content, Report
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from credential_schemas.status_list import StatusToken
from credential_schemas.status_list_issue import StatusBitmap, build_status_token
from credential_schemas.wording.certificate import Imprint, certificate_wording
from issuer.certificate.drawing import DrawRequest, draw_certificate
from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.errors import FetchError
from keys.key_files import FileSigner, create_key
from keys.pdf_seal import Sealer, apply_seal
from keys.trust_list import TrustedIssuer, TrustList
from tests.verifier.report_schema import REPORT_SCHEMA
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader
from verifier.policies.profile import Profile
from verifier.statuses.lookup import Fetch, Freshness, StatusLookup, StatusSources
from verifier.statuses.state import StateFolder

ISSUER = "https://bank.example"
VCT = f"{ISSUER}/vct/competency-certificate/1"
STATUS_URI = f"{ISSUER}/status/1"
VERIFY_URL = "https://verify.bank.example/v"
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NAMES = {"ko": "직무능력은행", "en": "Competency Bank"}
AUDIENCE, NONCE = "x509_hash:abc", "n-0S6_WzA2Mj-4kk"


JsonObject = dict[str, JsonValue]


@dataclass
class Keys:
    """The keys of the world, made once for a run of the tests."""

    credential: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    status: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    holder: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    stranger: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    root_pem: str = ""
    sealer: Sealer | None = None

    def __post_init__(self) -> None:
        self.root_pem, self.sealer = make_sealer()


def make_sealer() -> tuple[str, Sealer]:
    """Return the root (PEM) of a sealing authority, and a sealer under it."""
    names = SubjectNames("직무능력은행", "Competency Bank", "Seal")
    start = NOW - timedelta(days=30)
    root = create_root(names, key=create_key(), not_before=start, years=5)
    signer = FileSigner(create_key())
    leaf = create_leaf(
        LeafKind.SEAL,
        root,
        subject=names,
        public_key=signer.key.public_key(),
        validity=Validity(start, start + timedelta(days=365)),
    )
    return root.certificate_pem, Sealer(signer, leaf)


def entry(title: str = "정보처리기사", *, idx: int = 11, valid_until: str | None = None) -> CertificateEntry:
    """Return a national technical qualification."""
    fields: JsonObject = {"item_code": "1320", "series": "기사", "acquired_date": "2024-06-18"}
    if valid_until is not None:
        fields["valid_until"] = valid_until
    return CertificateEntry(
        type="national_technical_qualification",
        category="qualifications",
        title=title,
        title_en="Engineer Information Processing",
        issuing_body="hrdk",
        fields=fields,
        as_of=date(2026, 11, 20),
        idx=idx,
    )


def training(*, idx: int = 12) -> CertificateEntry:
    """Return a vocational training."""
    fields: JsonObject = {
        "course_id": "AIG20240000412345",
        "session": 1,
        "sector": "public",
        "start_date": "2024-03-04",
        "end_date": "2024-08-30",
        "hours": 960,
        "completed": True,
        "completion_certificate": True,
    }
    return CertificateEntry(
        type="vocational_training",
        category="trainings",
        title="자바 웹 개발자 과정",
        title_en=None,
        issuing_body="한빛직업전문학교",
        fields=fields,
        as_of=date(2026, 11, 20),
        idx=idx,
    )


def claims(*entries: CertificateEntry, edition: str = "standard") -> CertificateClaims:
    """Return the claims of a certificate with two entries, or with those given."""
    return CertificateClaims(
        issuer=ISSUER,
        vct=VCT,
        issued_on=date(2026, 11, 21),
        valid_until=date(2027, 2, 18),
        number="2026-0001-0001",
        kind="competency",
        edition="blind" if edition == "blind" else "standard",
        purpose="job",
        recipient=None,
        applicant_no=None,
        holder=Holder("홍길동", "HONG GILDONG", date(1995, 3, 2)),
        entries=tuple(in_category_order(entries or (entry(), training()))),
        status=StatusReference(STATUS_URI, 7),
    )


@dataclass
class World:
    """What a test may change: trust, statuses, rules and network; everything is valid to begin with."""

    keys: Keys
    reader: EvidenceReader
    folder: Path
    trust: JsonObject = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    status_issued_at: int = int(NOW.timestamp()) - 3600
    ttl_s: int | None = 43200
    network: Callable[[str], bytes] | None = None
    requested: list[str] = field(default_factory=list)
    profile: Profile = field(default_factory=Profile)
    now: datetime = NOW
    simulated: bool = False
    remembers: bool = True

    def __post_init__(self) -> None:
        self.trust = {"trust": 1, "version": 3, "issuers": [self.issuer_document()]}

    def issuer_document(self) -> JsonObject:
        """Return the issuer as a trust list describes it."""
        return {
            "id": ISSUER,
            "name": {**NAMES},
            "types": [{"vct": VCT}],
            "jwks": {"keys": [{**self.keys.credential.public_jwk()}]},
            "status_jwks": {"keys": [{**self.keys.status.public_jwk()}]},
            "seal_roots": [self.keys.root_pem],
            "origins": [ISSUER],
            "verify_urls": [VERIFY_URL],
        }

    @property
    def issuer(self) -> JsonObject:
        """The one issuer of the trust list, to be changed in place."""
        issuers = self.trust["issuers"]
        assert isinstance(issuers, list)
        first = issuers[0]
        assert isinstance(first, dict)
        return first

    def token(
        self, given: CertificateClaims | None = None, *, signer: FileSigner | None = None, **more: JsonValue
    ) -> str:
        """Return a signed credential; `more` are claims to add or replace before signing."""
        payload, paths = to_payload(given or claims())
        random_bytes = random.Random(1).randbytes
        blind = given is not None and given.edition == "blind"
        token = build_sd_jwt(
            {**payload, **more},
            disclose=Disclosable(frozenset(paths)),
            signer=signer or self.keys.credential,
            random_bytes=random_bytes,
        )
        if blind:
            parts = token.split("~")
            return "~".join([parts[0], *parts[4:]])
        return token

    def signed(self, payload: JsonObject, header: JsonObject | None = None, *, tail: str = "~") -> str:
        """Return a token with any payload and header, properly signed by the issuer's key (unless the header lies)."""
        key = self.keys.credential
        full: JsonObject = {"typ": "dc+sd-jwt", "alg": "ES256", "kid": key.key_id, **(header or {})}
        signing_input = f"{b64url_encode(encode_json(full))}.{b64url_encode(encode_json(payload))}"
        return f"{signing_input}.{b64url_encode(key.sign(signing_input.encode()))}{tail}"

    def status_token(self, *, signer: FileSigner | None = None, uri: str = STATUS_URI, size: int = 1024) -> str:
        """Return the status list as it would be published now."""
        bitmap = StatusBitmap(size=size)
        for index, value in self.statuses.items():
            bitmap.set(index, value)
        expires = self.status_issued_at + 7 * 86400
        token = StatusToken(uri, bitmap.freeze(), self.status_issued_at, expires, self.ttl_s)
        return build_status_token(token, signer=signer or self.keys.status)

    def fetch(self) -> Fetch:
        """Return the network: it answers the status list from memory, notes each request, refuses everything else."""

        def fetch(issuer: TrustedIssuer, uri: str) -> bytes:
            self.requested.append(uri)
            if self.network is not None:
                return self.network(uri)
            if uri != STATUS_URI or issuer.id != ISSUER:
                raise FetchError("expected a listed origin", kind="origin")
            return self.status_token().encode()

        return fetch

    def state(self) -> StateFolder | None:
        """Return the memory of the verifier."""
        return StateFolder(self.folder / "state") if self.remembers else None

    def rules(
        self,
        *,
        offline: bool = False,
        prefetched: Mapping[str, Path] | None = None,
        max_age_s: int | None = None,
        **more: object,
    ) -> Rules:
        """Return the rules of a check."""
        sources = StatusSources(prefetched or {}, None if offline else self.fetch(), self.state())
        freshness = Freshness(self.profile.status_grace_s, max_age_s)
        rules = Rules(
            trust=TrustList.parse(json.dumps(self.trust).encode()),
            statuses=StatusLookup(sources, freshness=freshness),
            profile=self.profile,
            nonces=self.state(),
            plain_copies=PlainCopies(),  # not that of the process, which other tests have used
        )
        return replace(rules, **more)  # type: ignore[arg-type]  # the names and types of Rules, checked when it runs

    def check(self, data: bytes | str, rules: Rules | None = None, *, is_code_text: bool = False) -> Report:
        """Verify something handed in."""
        raw = data if isinstance(data, bytes) else data.encode()
        submission = Submission("evidence", raw, is_code_text)
        moment = Moment(self.now, self.simulated)
        report = verify(submission, rules=rules or self.rules(), moment=moment, reader=self.reader)
        REPORT_SCHEMA.validate(report.to_json())  # every Report of this world is one that the schema describes
        return report

    def pdf(self, token: str | None = None, given: CertificateClaims | None = None, **how: object) -> bytes:
        """Return a drawn certificate, without seal; `how` may set printed claims, language, codes and more."""
        token = token or self.token(given)
        return draw(token, given or claims(), **how)  # type: ignore[arg-type]  # the names and types of draw, checked when it runs

    def sealed(self, token: str | None = None, given: CertificateClaims | None = None, **how: object) -> bytes:
        """Return a drawn certificate with the issuer's seal."""
        return self.seal(self.pdf(token, given, **how))

    def seal(self, pdf: bytes) -> bytes:
        """Seal a drawn file."""
        assert self.keys.sealer is not None
        return apply_seal(pdf, sealer=self.keys.sealer, signed_at=NOW - timedelta(hours=1))

    def asked(self) -> KeyBindingPolicy:
        """Return what a presentation must answer."""
        return KeyBindingPolicy(AUDIENCE, NONCE)


def draw(
    token: str,
    printed: CertificateClaims,
    *,
    language: str = "ko",
    code_of: str | None = None,
    specimen: bool = True,
    legal_basis: str | None = None,
    log_proof: bytes | None = None,
) -> bytes:
    """Draw a certificate that attaches one credential, prints given claims, and shows the code of a credential."""
    imprint = Imprint(
        issuer_name={"ko": NAMES["ko"], "en": NAMES["en"]},
        verify_host="verify.bank.example",
        legal_basis=legal_basis,
        specimen=specimen,
    )
    wording = certificate_wording(
        printed,
        language="en" if language == "en" else "ko",
        imprint=imprint,
        confirmation_code="ABCDE-FGHJK-MNPQR-STVWX",
    )
    plan = choose_symbols(VERIFY_URL, encode_qr_payload(code_of or token))
    request = DrawRequest(
        wording=wording,
        credential=token,
        qr_texts=plan.texts,
        symbol_plan=plan,
        created_at=NOW,
        document_id="urn:uuid:00000000-0000-4000-8000-000000000001",
        log_proof=log_proof,
    )
    return draw_certificate(request)


def content(report: Report) -> Content:
    """Return what a report shows of the credential; there must be some."""
    assert report.content is not None
    return report.content
