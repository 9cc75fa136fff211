"""What `serve` needs to ask wallets: its own address, and the key that signs requests."""

from datetime import datetime
from typing import Final

from keys.errors import UrlError
from keys.urls import parse_url
from verifier.api.asking import Asks
from verifier.errors import OptionError
from verifier.presentations.errors import RequestRefused
from verifier.presentations.request_key import Holder, KeyElsewhere, RequestSigner, open_request_signer
from verifier.presentations.request_object import Service
from verifier.settings import Settings

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def asks_of_settings(settings: Settings, *, host: str, port: int, development: bool, now: datetime) -> Asks | None:
    """Return how the service asks wallets; None where it does not: without an https address or a key for requests.

    In development the address may be on this machine, and without a passphrase requests are unsigned.

    Raises:
        OptionError: the address or the files of the key cannot be used.
    """
    url = settings.url
    if url is None and development and host in _LOOPBACK:
        url = f"http://127.0.0.1:{port}"
    if url is None:
        return None
    try:
        origin = parse_url(url.rstrip("/"), allow_loopback=True)
    except UrlError as error:
        raise OptionError(f"expected VERIFIER_URL to be an origin: {error.message}", kind="url") from error
    if origin.loopback and not development:
        return None
    signer = _signer(settings, origin.origin, now=now)
    if signer is None and not development:
        return None
    return Asks(Service(origin.origin, signer, development), settings.name)


def _signer(settings: Settings, url: str, *, now: datetime) -> RequestSigner | None:
    if settings.passphrase is None or settings.config_folder is None:
        return None
    try:
        holder, folder = Holder(url, settings.name), settings.config_folder
        uri = settings.request_key
        elsewhere = None if uri is None else KeyElsewhere(uri, settings.request_secret)
        return open_request_signer(folder, holder, passphrase=settings.passphrase, now=now, elsewhere=elsewhere)
    except RequestRefused as error:
        raise OptionError(str(error), kind="request_key") from error
