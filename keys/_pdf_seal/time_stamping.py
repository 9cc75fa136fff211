"""Getting a time stamp while sealing: the client that the caller injects, and a first look at what it answers."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from keys._pdf_seal.reasons import SealRefused
from keys._pdf_seal.time_stamp import TimeStamp, read_time_stamp
from keys.errors import SealError
from keys.values import dataclass


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
    """Return a function that asks for a token, and refuses (`SealError`) one in a form we do not accept."""
    return None if time_stamping is None else partial(_token, time_stamping)


def ask_for_stamp(time_stamping: TimeStamping, imprint: bytes) -> TimeStamp:
    """Ask for a stamp to learn who makes stamps; raises `SealError` for one that is not of the form we accept."""
    return _accepted(time_stamping.client.time_stamp(imprint))


def _token(time_stamping: TimeStamping, imprint: bytes) -> bytes:
    token = time_stamping.client.time_stamp(imprint)
    _accepted(token)
    return token


def _accepted(token: bytes) -> TimeStamp:
    try:
        return read_time_stamp(token)
    except SealRefused as refusal:
        raise SealError(f"the time stamp cannot be used: {refusal.detail}") from refusal
