"""A small witness of logs, after C2SP tlog-witness: it remembers one log and signs what continues it.

It shares the trees and the notes with the project, but not what is tested here: signing and the protocol are its own.
"""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys.checkpoint import verify_checkpoint
from keys.errors import NoteError
from keys.merkle import EMPTY_ROOT, proves_consistency
from keys.note_keys import NotePublicKey

AT = 1_790_000_000


class Witness:
    """What a witness knows; `answer` may be set to say something else instead."""

    def __init__(self, name: str = "witness.example") -> None:
        self.name = name
        self._key = Ed25519PrivateKey.generate()
        self.seen = (0, EMPTY_ROOT)
        self.log_key: NotePublicKey | None = None
        self.asked: list[bytes] = []
        self.answers: list[tuple[int, str, bytes]] = []
        self.url = ""

    @property
    def key(self) -> str:
        """The verifier key as text."""
        raw = b"\x04" + self._key.public_key().public_bytes_raw()
        return f"{self.name}+{self._id().hex()}+{base64.b64encode(raw).decode()}"

    def cosign(self, note: bytes, at: int = AT) -> bytes:
        """The signature line for a checkpoint, whatever it says."""
        text = note.partition(b"\n\n")[0] + b"\n"
        signature = self._key.sign(b"cosignature/v1\ntime %d\n%b" % (at, text))
        encoded = base64.b64encode(self._id() + at.to_bytes(8, "big") + signature).decode()
        return f"— {self.name} {encoded}\n".encode()

    def judge(self, body: bytes) -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to add-checkpoint."""
        self.asked.append(body)
        if self.answers:
            return self.answers.pop(0)
        above, _, note = body.partition(b"\n\n")
        old, *proof = above.decode().split("\n")
        try:
            assert self.log_key is not None
            origin = note.partition(b"\n")[0].decode()
            checkpoint = verify_checkpoint(note, origin=origin, key=self.log_key)
        except NoteError:
            return 403, "text/plain", b"unknown key\n"
        if old != f"old {self.seen[0]}":
            return 409, "text/x.tlog.size", f"{self.seen[0]}\n".encode()
        now = (checkpoint.size, checkpoint.root)
        if not proves_consistency(self.seen, now, path=[base64.b64decode(each) for each in proof]):
            return 422, "text/plain", b"not a continuation\n"
        self.seen = now
        return 200, "text/plain; charset=utf-8", self.cosign(note)

    def _id(self) -> bytes:
        raw = self._key.public_key().public_bytes_raw()
        return hashlib.sha256(self.name.encode() + b"\n\x04" + raw).digest()[:4]


@contextmanager
def serving(witness: Witness) -> Iterator[Witness]:
    """Let a witness answer on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, media_type, answer = witness.judge(body) if self.path == "/w/add-checkpoint" else (404, "a/b", b"")
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    witness.url = f"http://127.0.0.1:{server.server_port}/w"
    try:
        yield witness
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
