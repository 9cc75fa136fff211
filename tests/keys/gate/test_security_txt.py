"""Whom to tell about a weakness: what RFC 9116 permits is shown as it is, anything else stops the service's start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys.errors import GateError
from keys.gate.security_txt import SecurityTxt
from keys.limits import MAX_SECURITY_TXT_BYTES

CONTACT = "Contact: mailto:security@bank.example\n"
EXPIRES = "Expires: 2027-06-30T00:00:00Z\n"
END = datetime(2027, 6, 30, tzinfo=UTC)
SIGNED = f"""-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

{CONTACT}{EXPIRES}-----BEGIN PGP SIGNATURE-----

iHUEARYKAB0WIQ
-----END PGP SIGNATURE-----
"""
MANY = "\n".join(
    [
        "# 취약점은 여기로 알려 주십시오",
        "contact: https://bank.example/security",
        "Contact: tel:+82-2-0000-0000",
        "",
        "EXPIRES:2027-06-30T09:00:00+09:00",
        "Preferred-Languages: ko, en",
        "Encryption: https://bank.example/key.asc",
        "Canonical: https://bank.example/.well-known/security.txt",
        "Newer-Field: whatever",
    ]
)


def read(folder: Path, text: str | bytes) -> SecurityTxt:
    path = folder / "security.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return SecurityTxt.read(path)


@pytest.mark.parametrize(
    "text",
    [CONTACT + EXPIRES, (CONTACT + EXPIRES).replace("\n", "\r\n"), MANY, SIGNED],
    ids=["plain", "lines of Windows", "many fields", "signed"],
)
def test_what_the_standard_permits_is_shown_byte_for_byte_until_it_expires(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.expires == END
    assert found.shown(END - timedelta(seconds=1)) == text.encode()
    assert found.shown(END) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "at least one Contact"),
        (EXPIRES, "at least one Contact"),
        ("Contact: security@bank.example\n" + EXPIRES, "mailto:, tel: or https://"),
        ("Contact: http://bank.example/\n" + EXPIRES, "mailto:, tel: or https://"),
        (CONTACT, "one Expires"),
        (CONTACT + EXPIRES + EXPIRES, "one Expires"),
        (CONTACT + "Expires: 2027-06-30\n", "one Expires"),
        (CONTACT + "Expires: 2027-06-30T00:00:00\n", "one Expires"),
        (CONTACT + "Expires: 2027-02-30T00:00:00Z\n", "one Expires"),
        (CONTACT + EXPIRES + "Preferred-Languages: ko\nPreferred-Languages: en\n", "at most one Preferred-Languages"),
        (CONTACT + EXPIRES + "Policy: HTTP://bank.example/policy\n", "with https, found http"),
        (CONTACT + EXPIRES + "who knows\n", "line 3: expected a name, a colon and a value"),
        (CONTACT + EXPIRES + "Policy:\n", "line 3: expected a name, a colon and a value"),
        (SIGNED.replace("-----BEGIN PGP SIGNATURE-----", ""), "line 1: expected a name"),
        (CONTACT.encode() + b"# \xff\n", "readable security.txt in UTF-8"),
        ("#" * (MAX_SECURITY_TXT_BYTES + 1), f"at most {MAX_SECURITY_TXT_BYTES} bytes"),
    ],
)
def test_what_the_standard_does_not_permit_is_refused_with_the_reason(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    with pytest.raises(GateError, match=told):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_refused_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(GateError) as refused:
        SecurityTxt.read(tmp_path / "none.txt")
    assert str(refused.value) == "expected a readable security.txt in UTF-8, found none in none.txt"
