"""Webhooks: whom the administrator wants to be told that a job has finished, and with which secret.

A job tells at most one address: that of the token it was handed in with. No request names an address, so nobody can
make this service knock at a door of their choice.

Source: Standard Webhooks 1.0.0; docs/verifier-api.md
"""

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from keys.errors import UrlError, WebhookSecretError
from keys.gate.callers import TOKEN_PREFIX
from keys.urls import parse_url
from keys.values import dataclass, replace
from keys.webhook_signature import WebhookSecret
from verifier.errors import OptionError

MEDIA_TYPE: Final = "application/json"
_LINE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63}) (\S{1,2048}) (\S{1,200})")
_MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to send messages about the jobs of one token, and the secrets that sign them, the older one first."""

    url: str
    secrets: tuple[WebhookSecret, ...]


Deliver = Callable[[Webhook, bytes, Mapping[str, str]], int]
"""Sends a body with headers to the address of a webhook; answers the status, or raises FetchError."""


def read_webhooks(path: Path | None, *, development: bool) -> Mapping[str, Webhook]:
    """Read the file of webhooks: a line each, the name of a token, an address, a secret.

    A second line of the same name and address adds a secret, so that it can be changed without a gap.

    Args:
        path: the file, for its owner alone; None for none.
        development: whether addresses of this machine are allowed.

    Returns:
        The webhooks by caller, as the gate names callers with a token.

    Raises:
        OptionError: the file cannot be read, others may read it, or a line is wrong; no secret is repeated.
    """
    if path is None:
        return {}
    found: dict[str, Webhook] = {}
    for number, line in enumerate(_private_lines(path), start=1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise OptionError(f"{path.name}, line {number}: expected the name of a token, an address and a secret")
        try:
            url = parse_url(parts[2], allow_loopback=development).text
            secret = WebhookSecret.parse(parts[3])
        except (UrlError, WebhookSecretError) as error:
            raise OptionError(f"{path.name}, line {number}: {error.message}") from None
        caller = TOKEN_PREFIX + parts[1]
        known = found.get(caller, Webhook(url, ()))
        if known.url != url:
            raise OptionError(f"{path.name}, line {number}: expected one address for each token, found another")
        found[caller] = replace(known, secrets=(*known.secrets, secret))
    return found


def deliver_over_network(*, development: bool) -> Deliver:
    """Return the network: it reaches the address of a webhook and nothing else; no redirect is followed."""

    def deliver(webhook: Webhook, body: bytes, headers: Mapping[str, str]) -> int:
        from keys.fetch import Fetcher  # HTTP code is only loaded when there is a message

        origin = parse_url(webhook.url, allow_loopback=development).origin
        door = Fetcher([origin], allow_loopback=development)
        return door.deliver(webhook.url, body, media_type=MEDIA_TYPE, headers=headers)

    return deliver


def _private_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            data = file.read(_MAX_FILE_BYTES + 1)
            text = data.decode("ascii")
    except (OSError, UnicodeDecodeError):
        raise OptionError(f"expected a readable list of webhooks, found none in {path.name}") from None
    if mode & 0o077:
        raise OptionError(f"expected {path.name} to be for its owner alone (mode 0600), found {mode:04o}")
    if len(data) > _MAX_FILE_BYTES:
        raise OptionError(f"expected at most {_MAX_FILE_BYTES} bytes in {path.name}, found more")
    return text.splitlines()
