"""The cookies of a sign-in: `__Host-` names over https, plain ones only for http to this machine.

Rules enforced: `Secure`, `HttpOnly`, `SameSite=Lax`, path `/`, no domain; a name that comes twice has no value, because
nobody knows who wrote which. Over http to loopback a browser keeps no `__Host-` cookie, and all ports of a machine
share one jar: there the name begins with that of the service.

Source: RFC 6265bis
"""

import re
from typing import Final, Literal

from keys.limits import MAX_COOKIE_HEADER_CHARACTERS
from keys.values import dataclass

Cookie = Literal["session", "device", "signing-in", "issued", "staff-session", "staff-device", "staff-signing-in"]
"""`session`: who is signed in; `device`: a browser that was (keys.sign_in.throttle); `signing-in`: on the way.

With `staff-` the same for a service whose staff sign in beside its visitors; one browser may carry both.
`issued`: what opens the answer about the certificate that was issued last, which the bank keeps locked.
"""

_VALUE: Final = re.compile(r"[A-Za-z0-9._~-]{1,4096}")


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one service.

    Args:
        service: a short name of lower-case letters, such as `verifier`.
        secure: whether the service is reached by https; False only for http to this machine.
    """

    service: str
    secure: bool = True

    def name(self, cookie: Cookie) -> str:
        """Return the name by which the browser keeps it."""
        return f"__Host-{cookie}" if self.secure else f"{self.service}-{cookie}"

    def setting(self, cookie: Cookie, value: str, *, max_age_s: int | None = None) -> str:
        """Return the value of a `Set-Cookie` header.

        Args:
            cookie: which one.
            value: letters, digits and `._~-` only.
            max_age_s: how long the browser keeps it; None until it is closed.

        Raises:
            ValueError: the value has another form: a mistake of the program.
        """
        if not _VALUE.fullmatch(value):
            raise ValueError("expected a value of a cookie that needs no quoting")
        age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
        secure = "; Secure" if self.secure else ""
        return f"{self.name(cookie)}={value}; Path=/{age}{secure}; HttpOnly; SameSite=Lax"

    def ending(self, cookie: Cookie) -> str:
        """Return the value of a `Set-Cookie` header that removes it."""
        return self.setting(cookie, "-", max_age_s=0)

    def read(self, header: str | None, cookie: Cookie) -> str | None:
        """Return the value of a cookie from a `Cookie` header; None where it is not there once in a plain form."""
        if header is None or len(header) > MAX_COOKIE_HEADER_CHARACTERS:
            return None
        pairs = [pair.strip().partition("=") for pair in header.split(";")]
        values = [value for name, _, value in pairs if name == self.name(cookie)]
        return values[0] if len(values) == 1 and _VALUE.fullmatch(values[0]) else None
