"""Ports of this machine for programs that must be told theirs before they start, because an address has it in it.

A port that is chosen, let go and named later may meanwhile be given to anybody who asks for one. Here a connection of
our own stays on it: the kernel then chooses it for nobody, and a server, which sets SO_REUSEADDR, may listen there.
"""

import atexit
import socket
from contextlib import ExitStack

_HELD = ExitStack()
atexit.register(_HELD.close)


def own_port() -> int:
    """Return a port of 127.0.0.1 that is ours until these tests end, and where nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        _HELD.enter_context(socket.create_connection(("127.0.0.1", port)))
        _HELD.enter_context(server.accept()[0])
    return port
