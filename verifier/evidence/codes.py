"""What codes say, gathered one by one: whole certificates, and the parts of a certificate that needed several codes."""

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.framing import join_codes
from credential_schemas.qr.payload import decode_qr_payload, split_qr_text
from verifier.errors import UnreadableEvidence
from verifier.evidence.limits import MAX_CODES

_NOT_OURS = frozenset({"digits", "format_unknown"})


class CodeSet:
    """Texts of codes in any order, each counted once; decoded as they come."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._addresses: list[str] = []
        self._parts: list[str] = []
        self._whole: list[str] = []
        self._joined: str | None = None
        self._missing: tuple[int, ...] = ()
        self._problem: str | None = None

    def add(self, text: str) -> None:
        """Take the text of one code, with or without the address in front of its payload."""
        if text in self._seen or len(self._seen) >= MAX_CODES:
            return
        self._seen.add(text)
        address: str | None = None
        try:
            address, payload = split_qr_text(text)
            credential = decode_qr_payload(payload)
        except QrPayloadError as error:
            if error.kind == "code_of_several":
                self._note(address)
                self._parts.append(text)
                self._join()
            else:
                self._problem = "other_code" if error.kind in _NOT_OURS else "code_damaged"
        else:
            self._note(address)
            if credential not in self._whole:
                self._whole.append(credential)

    @property
    def complete(self) -> bool:
        """Whether a whole certificate is there."""
        return bool(self.credentials)

    @property
    def credentials(self) -> tuple[str, ...]:
        """Every different credential the codes carry."""
        joined = () if self._joined is None or self._joined in self._whole else (self._joined,)
        return (*self._whole, *joined)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every different address that stands before a payload of ours: where a telephone would go."""
        return tuple(self._addresses)

    @property
    def problem(self) -> str | None:
        """Why there is no credential, as a kind of `UnreadableEvidence`; None when there is one."""
        if self.complete:
            return None
        if self._missing:
            return "codes_missing"
        return self._problem or "no_code"

    def only(self) -> str:
        """Return the one credential the codes carry.

        Raises:
            UnreadableEvidence: there is none (`no_code`, `other_code`, `code_damaged`, `codes_missing`), or there are
                several (`several_certificates`).
        """
        if self.problem == "codes_missing":
            have = len(self._parts)
            raise UnreadableEvidence("codes_missing", have=have, total=have + len(self._missing))
        if self.problem is not None:
            raise UnreadableEvidence(self.problem)
        if len(self.credentials) > 1:
            raise UnreadableEvidence("several_certificates")
        return self.credentials[0]

    def _note(self, address: str | None) -> None:
        if address is not None and address not in self._addresses:
            self._addresses.append(address)

    def _join(self) -> None:
        try:
            self._joined, self._missing = decode_qr_payload(join_codes(self._parts)), ()
        except QrPayloadError as error:
            self._joined, self._missing = None, error.missing
            if not error.missing:
                self._problem = "several_certificates" if error.kind == "codes_mixed" else "code_damaged"
