"""What `serve` needs so that people can sign in: database, key, own address, providers."""

import secrets
import time

from keys.gate.rate_limits import RateLimits
from keys.sign_in.cookies import Cookies
from keys.sign_in.passwords import Passwords
from keys.sign_in.throttle import SignInThrottle
from verifier.api.signed_in import Entrance
from verifier.cli.own_address import addresses_here, set_address
from verifier.errors import OptionError, StoreUnusable
from verifier.people.providers import relying_parties
from verifier.people.service_key import open_service_key
from verifier.people.sign_in_desk import Secrets, SignInDesk
from verifier.settings import Settings
from verifier.store.engine import STORE_FILE, open_store


def entrance_of_settings(
    settings: Settings, *, limits: RateLimits, host: str, port: int, development: bool = False
) -> Entrance | None:
    """Return how people get in, also while nobody was added yet: whoever is added later needs no restart.

    None where that cannot be: without folders, or, while nobody was added, without a known own address or a place for
    the database; the service then works for those who need no sign-in.

    Args:
        settings: of the program.
        limits: where tries are counted.
        host, port: where the service listens.
        development: whether OpenID providers may be on this machine.

    Raises:
        OptionError: people were added, and the service listens to others without knowing its address; or it is none.
        StoreUnusable, ProvidersFileError: what is there cannot be used.
    """
    if settings.state_folder is None or settings.config_folder is None:
        return None
    path = settings.state_folder / STORE_FILE
    is_in_use = path.exists()
    try:
        origins = _own_origins(settings.url, host, port)
        providers = relying_parties(settings.oidc, development=development)
        key = open_service_key(settings.config_folder, random_bytes=secrets.token_bytes)
        store = open_store(path)
    except (OptionError, StoreUnusable):
        if is_in_use or settings.url is not None:
            raise
        return None
    desk = SignInDesk(
        store,
        Secrets(key, secrets.token_bytes, Passwords(secrets.token_bytes)),
        throttle=SignInThrottle(limits, key=key),
        now=lambda: int(time.time()),
    )
    return Entrance(desk, Cookies("verifier", secure=origins[0].startswith("https:")), origins, providers)


def _own_origins(url: str | None, host: str, port: int) -> tuple[str, ...]:
    if url is not None:
        return (set_address(url).origin,)
    here = addresses_here(host, port)
    if not here:
        raise OptionError("expected VERIFIER_URL, because people sign in and others can reach the service", kind="url")
    return here
