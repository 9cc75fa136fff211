"""What `serve` needs to ask wallets: its own address, and the key that signs requests."""

from datetime import datetime

from verifier.api.asking import Asks
from verifier.cli.own_address import addresses_here, set_address
from verifier.errors import OptionError
from verifier.presentations.errors import RequestRefused
from verifier.presentations.request_key import Holder, KeyElsewhere, RequestSigner, open_request_signer
from verifier.presentations.request_object import Service
from verifier.settings import Settings


def asks_of_settings(settings: Settings, *, host: str, port: int, development: bool, now: datetime) -> Asks | None:
    """Return how the service asks wallets; None where it does not: without an https address or a key for requests.

    In development the address may be on this machine, and without a passphrase requests are unsigned.

    Raises:
        OptionError: the address or the files of the key cannot be used.
    """
    here = addresses_here(host, port) if development else ()
    url = settings.url or next(iter(here), None)
    if url is None:
        return None
    own = set_address(url)
    if own.loopback and not development:
        return None
    signer = _signer(settings, own.origin, now=now)
    if signer is None and not development:
        return None
    return Asks(Service(own.origin, signer, development), settings.name)


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
