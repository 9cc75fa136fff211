"""A server in a thread on loopback, and requests to it byte by byte."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from keys.gate.gate import App
from keys.gate.server import Patience, listen, server_of

GENEROUS_S = 30.0
"""How long a test waits for something that is due at once; only a hanging server makes it wait so long."""


@contextmanager
def serving(app: App, patience: Patience | None = None) -> Iterator[int]:
    """Serve an application; answers the port."""
    listening = listen("127.0.0.1", 0)
    server = server_of(app, patience=patience)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(GENEROUS_S)
    assert not thread.is_alive()


def connect(port: int) -> socket.socket:
    """Open a connection that gives up when the server hangs."""
    return socket.create_connection(("127.0.0.1", port), timeout=GENEROUS_S)


def rest_of(connection: socket.socket) -> bytes:
    """Read until the server closes; a reset counts as a close."""
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(1 << 20):
            received += data
    return bytes(received)


def answer_of(connection: socket.socket) -> bytes:
    """Read one answer with a Content-Length, and leave the connection open."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65_536)
        assert data, f"closed after {received!r}"
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def ask(port: int, request: bytes) -> bytes:
    """Send bytes and read what comes until the server closes the connection."""
    with connect(port) as connection:
        connection.sendall(request)
        return rest_of(connection)
