"""What is written within one turn of the event loop goes out in one piece: one system call, one packet.

uvicorn writes the head of an answer and its body apart; sending twice costs as much as all that the gate does.
"""

import asyncio
from typing import Final

_MAX_HELD_BYTES: Final = 64 * 1024
_INFORMED: Final = b"HTTP/1.1 1"  # RFC 9110 section 15.2: "100 Continue" has a head, and is no answer
_END: Final = b"\r\n"


class JoinedWrites(asyncio.Transport):
    """Stands before the transport of a connection for whoever writes, closes or goes on reading.

    At most 64 KiB and what was written last are held, and never longer than to the next turn of the loop.
    """

    _size = 0  # of what is held, in bytes
    _lines = b""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Stand before a transport."""
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: list[bytes | bytearray | memoryview] = []

    def add_lines(self, lines: bytes) -> None:
        """Put header lines, each with its end, into the next head of an answer; none for not doing it after all."""
        self._lines = lines

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write with whatever else is written in this turn."""
        if not data:
            return
        if self._lines and data[: len(_INFORMED)] != _INFORMED:
            data, self._lines = bytes(data).removesuffix(_END) + self._lines + _END, b""
        if not self._held:
            self._loop.call_soon(self.send_held)
        self._held.append(data)
        self._size += len(data)
        if self._size > _MAX_HELD_BYTES:
            self.send_held()

    def send_held(self) -> None:
        """Send what is held now, for there will be no more; nothing when the connection has ended."""
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def close(self) -> None:
        """Write what is held, and close when all of it is sent."""
        self.send_held()
        self._transport.close()

    def abort(self) -> None:
        """Close at once; what is held is lost."""
        self._held.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Return whether the connection is being closed."""
        return self._transport.is_closing()

    def resume_reading(self) -> None:
        """Go on reading after a pause."""
        self._transport.resume_reading()
