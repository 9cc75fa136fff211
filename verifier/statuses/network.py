"""The network for status lists: one fetcher for each issuer, bound to the origins the trust list names for it."""

from credential_schemas.limits import MAX_STATUS_TOKEN_BYTES
from keys.trust_list import TrustedIssuer
from verifier.statuses.lookup import Fetch
from verifier.statuses.published import MAX_LISTING_BYTES, FetchDocument

STATUS_LIST_MEDIA_TYPE = "application/statuslist+jwt"


def fetch_from_listed_origins() -> Fetch:
    """Return a fetch that reaches the origins of an issuer and nothing else; HTTP code is loaded when first needed."""

    def fetch(issuer: TrustedIssuer, uri: str) -> bytes:
        from keys.fetch import Fetcher

        fetcher = Fetcher(issuer.origins, allow_loopback=issuer.development)
        return fetcher.get(uri, accept=STATUS_LIST_MEDIA_TYPE, max_bytes=MAX_STATUS_TOKEN_BYTES)

    return fetch


def fetch_listings_from_listed_origins() -> FetchDocument:
    """Return the same for the document in which an issuer says which lists there are."""

    def fetch(issuer: TrustedIssuer, uri: str) -> bytes:
        from keys.fetch import Fetcher

        fetcher = Fetcher(issuer.origins, allow_loopback=issuer.development)
        return fetcher.get(uri, accept="application/json", max_bytes=MAX_LISTING_BYTES)

    return fetch
