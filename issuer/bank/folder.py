"""A bank on disk: where its files lie, and what its profile says."""

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from issuer.bank.key_records import KeyRecord, decode_records, encode_records
from issuer.errors import FileUnreadable
from issuer.seal_policy import SealPolicy
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, JwkError

KeyUse = Literal["root", "credential", "status", "seal", "bundle", "log", "badges"]
KEY_USES: Final[tuple[KeyUse, ...]] = ("root", "credential", "status", "seal", "bundle")
"""The uses of the ES256 keys; the key of the log is of another kind, and opened by `Bank.log_key`."""
CERTIFIED_USES: Final[tuple[KeyUse, ...]] = ("root", "credential", "status", "seal")
CERTIFICATE_VCT_PATH: Final = "vct/competency-certificate/1"

_PROFILE_FORMAT: Final = 1
_MAX_PROFILE_BYTES: Final = 64 * 1024
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a bank is, as its `bank.json` says.

    `issuer` is the URL that stands in credentials as `iss`, without a slash at the end. `verify_url` is the page that a
    printed code leads to. `keys` names the key that signs, of each use, by a URI; a relative file lies in the data
    directory. `specimen` marks every page as a specimen, `development` permits plain key files and loopback addresses.
    `sealing` says how certificates are sealed, `key_records` what is remembered of keys.
    """

    issuer: str
    name: dict[str, str]
    number_prefix: str
    verify_url: str
    legal_basis: str | None
    specimen: bool
    development: bool
    max_valid_days: int
    keys: dict[str, str]
    sealing: SealPolicy = field(default_factory=SealPolicy)
    key_records: tuple[KeyRecord, ...] = ()

    @property
    def vct(self) -> str:
        """The credential type of the paper certificate."""
        return f"{self.issuer}/{CERTIFICATE_VCT_PATH}"

    @property
    def verify_host(self) -> str:
        """The host of the check page as it is printed."""
        return urlsplit(self.verify_url).netloc

    def status_uri(self, list_no: int) -> str:
        """The URI of a status list."""
        return f"{self.issuer}/status/{list_no}"

    def encode(self) -> bytes:
        """Write the profile as the content of `bank.json`."""
        members: dict[str, JsonValue] = {"bank": _PROFILE_FORMAT, **asdict(self)}
        del members["key_records"]
        members["sealing"] = self.sealing.encode()
        if self.key_records:  # a program that does not know them would publish too few keys; it refuses the member
            members["key_records"] = encode_records(self.key_records)
        return encode_json(members)

    @classmethod
    def decode(cls, data: bytes) -> "Profile":
        """Read the content of `bank.json`.

        Raises:
            DecodingError: it is not JSON.
            TypeError, ValueError, JwkError: it has other members.
        """
        members = decode_json_object(data, max_bytes=_MAX_PROFILE_BYTES)
        if members.pop("bank", None) != _PROFILE_FORMAT:
            msg = "expected format 1"
            raise TypeError(msg)
        records = decode_records(members.pop("key_records", []))
        members["sealing"] = SealPolicy.decode(members.get("sealing", {}))  # type: ignore[assignment] # from JSON to a type
        return cls(**members, key_records=records)  # type: ignore[arg-type] # our own file; a wrong member is a TypeError


class BankFolder:
    """Where the files of a bank lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.profile = path / "bank.json"
        self.database = path / "bank.db"
        self.trust_list = path / "trust.json"
        self.public = path / "public"
        self.log = self.public / "log"
        self.audit_head = self.public / "audit-head"
        self.keys = path / "keys"
        self.certificates = path / "certificates"
        self.secrets = path / "secrets"
        self.revocation = path / "revocation"
        self.fetched_revocation = self.revocation / "fetched"
        self.pulled = path / "pulled"
        self.taken_back = path / "taken-back.jsonl"
        self.tsa_roots = self.certificates / "tsa-roots.pem"
        self.tsa_certificates = self.certificates / "tsa-certificates.pem"

    def key(self, use: KeyUse) -> Path:
        """The file of a key."""
        return self.keys / f"{use}.pem"

    def certificate(self, use: KeyUse) -> Path:
        """The file of a key's certificate."""
        return self.certificates / f"{use}.pem"

    def status_list(self, list_no: int) -> Path:
        """The file of a published status list token."""
        return self.public / "status" / str(list_no)


def read_profile(folder: BankFolder) -> Profile:
    """Read `bank.json`.

    Raises:
        FileUnreadable: it is missing or damaged.
    """
    try:
        return Profile.decode(read_file(folder.profile))
    except (DecodingError, TypeError, ValueError, JwkError) as error:
        raise FileUnreadable("it is not a profile of a bank", file=folder.profile.name) from error


def read_certificate(path: Path) -> str:
    """Return the certificate in a file, PEM.

    Raises:
        FileUnreadable: it is missing, or holds something else than text in ASCII.
    """
    try:
        return read_file(path).decode("ascii")
    except UnicodeDecodeError as error:
        raise FileUnreadable("it is not a certificate in PEM", file=path.name) from error


def certificates_in(text: str) -> tuple[str, ...]:
    """Return the certificates of a PEM text, one each, without what stands between them."""
    return tuple(f"{each}\n" for each in _CERTIFICATE.findall(text))


def read_file(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        FileUnreadable: it is missing, or the system does not give it.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=path.name) from error
