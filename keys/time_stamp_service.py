"""Ask a time-stamping authority over HTTP (RFC 3161, 3.4): the client that `keys.pdf_seal.TimeStamping` takes.

Rules:

* what leaves this machine is a SHA-256 and a nonce of 64 random bits, through the caller's network door;
* the answer is one DER structure with the status granted (or granted with changes) and a token;
* the token answers this question: the same imprint, the same nonce. So no old answer can be played again.

Left to the caller: whose the token is, whether its signature verifies and whether its time is believed; sealing and
checking do that (`keys.pdf_seal`).
"""

from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from asn1crypto import cms, core, tsp

from keys.errors import FetchError, TimeStampError
from keys.values import dataclass

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
MAX_REPLY_BYTES: Final = 16 * 1024  # a token with its path, RSA of 4096 bits, is about 6 KiB
_NONCE_BYTES: Final = 8
_GRANTED: Final = ("granted", "granted_with_mods")


class TimeStampResponse(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """RFC 3161, 2.4.2; asn1crypto's own class knows no refusal, which has no token."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class Post(Protocol):
    """The one thing needed of the network door: `keys.fetch.Fetcher.post`."""

    def __call__(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        """Send a document and return the one that answers it; raises `FetchError`."""
        ...


@dataclass(frozen=True, slots=True)
class TimeStampService:
    """One time-stamping authority.

    Attributes:
        url: where it answers; its origin must be one that the network door knows.
        post: `Fetcher.post`.
        random_bytes: asked for a number of random bytes, such as `secrets.token_bytes`.
    """

    url: str
    post: Post
    random_bytes: Callable[[int], bytes]

    def time_stamp(self, imprint: bytes) -> bytes:
        """Return a token (DER of a ContentInfo, with certificates) for a SHA-256 imprint of 32 bytes.

        Raises:
            TimeStampError: `kind` says whether the authority cannot be reached, refuses, or answers something else.
        """
        nonce = int.from_bytes(self.random_bytes(_NONCE_BYTES), "big")
        question = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        try:
            answer = self.post(self.url, question.dump(), media_type=QUERY, accept=REPLY, max_bytes=MAX_REPLY_BYTES)
        except FetchError as error:
            raise TimeStampError(f"the time-stamping authority: {error.message}", kind="unreachable") from error
        return _token(answer, imprint=imprint, nonce=nonce)


def _token(answer: bytes, *, imprint: bytes, nonce: int) -> bytes:
    try:
        response = TimeStampResponse.load(answer, strict=True)
        status = response["status"]
        if status["status"].native not in _GRANTED:
            raise TimeStampError(f"the time-stamping authority refused: {_refusal(status)}", kind="refused")
        token = response["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        stated, echoed = info["message_imprint"], info["nonce"].native
        same = stated["hash_algorithm"]["algorithm"].native == "sha256" and stated["hashed_message"].native == imprint
        found = bytes(token.dump())
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        problem = "expected a time-stamp response in DER, found something else"
        raise TimeStampError(problem, kind="answer") from error
    if not same:
        raise TimeStampError("expected a time stamp of what was asked, found one of something else", kind="imprint")
    if echoed != nonce:
        raise TimeStampError("expected the nonce of this question in the time stamp, found another", kind="nonce")
    return found


def _refusal(status: tsp.PKIStatusInfo) -> str:
    """Name status and reasons by the words of RFC 3161; the authority's own text is a stranger's and not repeated."""
    reasons = status["fail_info"].native or ()
    return ", ".join([str(status["status"].native), *sorted(map(str, reasons))]).replace("_", " ")
