"""The operator's own `security.txt` (RFC 9116): whom to tell about a weakness of a service.

Rules enforced:
* one `Expires`, a time with its offset; at least one `Contact`, a URI, `https` if it is one of the web; at most one
  `Preferred-Languages`; every address of the web is `https` (sections 2.3, 2.4, 2.5);
* UTF-8 text of lines `Name: value`, comments and empty lines (section 4), bare or as signed text (section 2.3);
* nothing is shown once `Expires` has passed (section 2.5.5).

Left to the operator: that the signature is right, and that somebody reads what comes.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from keys.errors import GateError
from keys.limits import MAX_SECURITY_TXT_BYTES
from keys.values import dataclass

SECURITY_TXT_PATH: Final = "/.well-known/security.txt"
SECURITY_TXT_MEDIA_TYPE: Final = "text/plain; charset=utf-8"
_SIGNED: Final = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:\S[^\n]*\n)*\n(.*)\n-----BEGIN PGP SIGNATURE-----\n.*", re.DOTALL
)
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*(\S.*)")
_CONTACT: Final = re.compile(r"(?:mailto:|tel:|https://)[^\s]+")
_WEB_ADDRESSES: Final = ("acknowledgments", "canonical", "encryption", "hiring", "policy")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """One file as it is shown, and until when."""

    content: bytes
    expires: datetime

    @classmethod
    def read(cls, path: Path) -> "SecurityTxt":
        """Read the file; one that has expired is read, too, and not shown.

        Raises:
            GateError: it cannot be read, is longer than 16 KiB, or is not what RFC 9116 says; the message says what.
        """
        try:
            with path.open("rb") as file:
                content = file.read(MAX_SECURITY_TXT_BYTES + 1)
            text = content.decode("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError):
            raise GateError(f"expected a readable security.txt in UTF-8, found none in {path.name}") from None
        if len(content) > MAX_SECURITY_TXT_BYTES:
            raise GateError(f"expected a security.txt of at most {MAX_SECURITY_TXT_BYTES} bytes in {path.name}")
        signed = _SIGNED.fullmatch(text)
        return cls(content, _expires(_fields(signed[1] if signed else text, path.name), path.name))

    def shown(self, now: datetime) -> bytes | None:
        """Return what is shown at a time, None once it has expired."""
        return self.content if now < self.expires else None


def _fields(text: str, name: str) -> dict[str, list[str]]:
    """Return the values of every field by its name in lower case."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() == "" or line.startswith("#"):
            continue
        field = _FIELD.fullmatch(line)
        if field is None:
            raise GateError(f"{name}, line {number}: expected a name, a colon and a value, or a comment")
        found.setdefault(field[1].lower(), []).append(field[2].rstrip())
    contacts = found.get("contact", [])
    if not contacts or not all(_CONTACT.fullmatch(each) for each in contacts):
        raise GateError(f"{name}: expected at least one Contact, each with mailto:, tel: or https://")
    if len(found.get("preferred-languages", [])) > 1:
        raise GateError(f"{name}: expected at most one Preferred-Languages")
    plain = [each for field in _WEB_ADDRESSES for each in found.get(field, []) if each.lower().startswith("http:")]
    if plain:
        raise GateError(f"{name}: expected addresses of the web with https, found http")
    return found


def _expires(fields: dict[str, list[str]], name: str) -> datetime:
    told = fields.get("expires", [])
    if len(told) == 1 and _TIME.fullmatch(told[0]):
        try:
            return datetime.fromisoformat(told[0].upper())
        except ValueError:
            pass
    raise GateError(f"{name}: expected one Expires, such as 2027-06-30T00:00:00Z")
