"""Connections of the network door: to addresses that were checked and nowhere else, and over at one moment."""

import ssl
import time
from collections.abc import Iterable, Sequence

import httpcore

from keys.addresses import Address


class Deadline:
    """One moment at which everything must be over."""

    def __init__(self, moment: float) -> None:
        self._moment = moment

    def left(self, at_most: float | None) -> float:
        """Return the seconds left, at most `at_most`; raise when there are none.

        Raises:
            ReadTimeout: none are left.
        """
        seconds = self._moment - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds if at_most is None else min(seconds, at_most)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever host is asked for, and never waits past the deadline."""

    def __init__(self, addresses: Sequence[Address], *, connect_s: float, deadline: Deadline) -> None:
        self._addresses = addresses
        self._connect_s = connect_s
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the checked addresses stand for it
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - ours are stricter
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection to one of the checked addresses, the first that answers.

        Raises:
            ConnectError, ConnectTimeout, ReadTimeout: none of them answered in time.
        """
        until = Deadline(time.monotonic() + self._deadline.left(self._connect_s))
        failure: httpcore.ConnectError | None = None
        for address in self._addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    str(address), port, until.left(None), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _TimedStream(stream, deadline=self._deadline)
        raise failure or httpcore.ConnectError


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, *, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secured, deadline=self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
