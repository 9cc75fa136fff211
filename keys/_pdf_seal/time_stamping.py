"""Getting a time stamp while sealing: the client that the caller injects, and a first look at what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from keys._pdf_seal.reasons import SealRefused
from keys._pdf_seal.time_stamp import read_time_stamp
from keys.errors import SealError


class TimestampClient(Protocol):
    """Asks a time-stamping authority; network, nonce and the authority's refusals are its business."""

    def time_stamp(self, imprint: bytes) -> bytes:
        """Return an RFC 3161 token (DER of a ContentInfo, with certificates) for a SHA-256 imprint of 32 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class TimeStamping:
    """Where time stamps come from, and the roots (PEM) of the authorities whose stamps a verifier will accept."""

    client: TimestampClient
    roots: tuple[str, ...]


def stamper(time_stamping: TimeStamping | None) -> Callable[[bytes], bytes] | None:
    """Return what asks for a token and refuses (`SealError`) one that is not of the form we accept; None for none."""
    if time_stamping is None:
        return None

    def stamp(imprint: bytes) -> bytes:
        token = time_stamping.client.time_stamp(imprint)
        try:
            read_time_stamp(token)
        except SealRefused as refusal:
            raise SealError(f"the time stamp cannot be used: {refusal.detail}") from refusal
        return token

    return stamp
