"""A presentation for a verifier without a protocol: the holder names what leaves, the verifier gave a name and a nonce.

Rules enforced:
* nothing leaves that was not named, and something must be named;
* it is bound to the verifier's name and nonce by the holder's key; a paper copy has no such key and is refused;
* the nonce has at least 128 bits, as in the protocol: with a short one an old presentation could be shown again;
* a copy that this verifier has seen comes first, then one that nobody has.
"""

from collections.abc import Iterator, Sequence

from credential_schemas.dcql.choosing import disclosures_for
from credential_schemas.openid4vp.names import NONCE
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.values import dataclass
from wallet_cli.errors import ItemNotFound, NothingToPresent, RequestRefused
from wallet_cli.presenting.choosing import Leaving, claims_of, copy_for_each_item, leaving_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.paths import check_paths, read_path

_MAX_AUDIENCE = 2048


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder wants to present: to whom (`audience`, `nonce`), of which item (the start of its id; None where
    there is one only), and the paths of what leaves.
    """

    audience: str
    nonce: str
    item: str | None
    paths: tuple[str, ...]


def propose_by_hand(wish: Wish, held: Sequence[Held], *, now: int) -> Leaving:
    """Choose the copy and cut it to what the holder named.

    Args:
        wish: what to present.
        held: every copy that may be presented.
        now: seconds since 1970; what has expired is not presented.

    Raises:
        RequestRefused: the verifier's name (kind `request`) or nonce (kind `nonce`) is not one.
        ItemNotFound: no such item, or no such path.
        NothingToPresent: nothing was named, or the credential is a bearer copy.
    """
    audience = wish.audience
    if not 0 < len(audience) <= _MAX_AUDIENCE or not audience.isascii() or not audience.isprintable():
        msg = "Expected the verifier's name or address as printable ASCII."
        raise RequestRefused(msg, kind="request")
    if not NONCE.fullmatch(wish.nonce):
        msg = "Expected a nonce of at least 128 bits (22 letters, digits, '-' or '_'), as the verifier gave it."
        raise RequestRefused(msg, kind="nonce")
    if not wish.paths:
        raise NothingToPresent("Name what is to leave with --entry or --field; 'cb-wallet select ID' lists it.")
    copy = one_item(copy_for_each_item(held, audience, now=now), wish.item)
    if copy.holder is None:
        raise NothingToPresent("A paper copy has no key of its holder, so it cannot be presented; send its PDF.")
    paths = [read_path(each) for each in wish.paths]
    check_paths(claims_of(copy.sd_jwt), paths)
    parsed, disclosures = parse_sd_jwt(copy.sd_jwt), unverified_disclosures(copy.sd_jwt)
    return leaving_of("", copy, keep_disclosures(copy.sd_jwt, disclosures_for(parsed, disclosures, paths)))


def bound(leaving: Leaving, wish: Wish, *, now: int) -> str:
    """Sign what was proposed for the verifier and its nonce.

    Raises:
        NothingToPresent: the copy has no key.
    """
    holder = leaving.held.holder
    if holder is None:  # never proposed
        raise NothingToPresent("A presentation needs the key of its holder.")
    return bind_to_verifier(leaving.sd_jwt, audience=wish.audience, nonce=wish.nonce, issued_at=now, holder=holder)


def warnings_by_hand(leaving: Leaving, audience: str) -> Iterator[str]:
    """Yield what the holder should think about first (slugs of `texts.json`)."""
    paths = [path for path, _ in leaving.shown]
    if any(path.startswith("holder.") for path in paths):
        yield "own_identity"
    if "certificate.number" in paths:
        yield "own_number"
    if leaving.held.seen_by - {audience}:
        yield "linkable"


def one_item(held: Sequence[Held], item: str | None) -> Held:
    """Return the copy of the one credential whose id begins so.

    Raises:
        ItemNotFound: none does, or several do.
    """
    found = [each for each in held if each.item.startswith(item or "")]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} credentials" if found else "none that is valid"
    raise ItemNotFound(f"Expected one credential, found {what}. 'cb-wallet list' shows their ids (--item).")
