"""A real OCSP responder with a place for lists, on loopback; its answers may be spoiled."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from keys.revocation_service import ANSWER, LIST, QUESTION
from tests.keys.pdf_seal.revoking import Responder, list_of


@dataclass
class Answering:
    """What the responder says, and how it is spoiled."""

    responder: Responder
    begin: datetime
    lifetime: timedelta = timedelta(days=2)
    revoked: list[x509.Certificate] = field(default_factory=list)
    nonce: bytes | None = b""
    """None: no nonce in answers; empty: that of the question; else this one."""
    refusal: ocsp.OCSPResponseStatus | None = None
    instead: bytes | None = None
    unknown: bool = False


class RevocationServer(ThreadingHTTPServer):
    """Answers questions at `/ocsp` and gives lists at `/list` for the certificates of one authority."""

    daemon_threads = True

    def __init__(self, answering: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = answering
        self.certificates: dict[int, x509.Certificate] = {}
        self.asked: list[str] = []
        self.status = 200
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def places(self) -> tuple[tuple[x509.ExtensionType, bool], ...]:
        """The extensions of a certificate that name this server."""
        answers, lists = (x509.UniformResourceIdentifier(f"{self.origin}/{each}") for each in ("ocsp", "list"))
        method = AuthorityInformationAccessOID.OCSP
        access = x509.AuthorityInformationAccess([x509.AccessDescription(method, answers)])
        points = x509.CRLDistributionPoints([x509.DistributionPoint([lists], None, None, None)])
        return (access, False), (points, False)

    def know(self, certificate: x509.Certificate) -> None:
        self.certificates[certificate.serial_number] = certificate

    def answer(self, body: bytes) -> bytes:
        told, question = self.answering, ocsp.load_der_ocsp_request(body)
        if told.instead is not None:
            return told.instead
        if told.refusal is not None:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(told.refusal).public_bytes(Encoding.DER)
        certificate = self.certificates[question.serial_number]
        gone = certificate in told.revoked
        status = ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD
        by = told.responder
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=by.authority.certificate,
            algorithm=question.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.UNKNOWN if told.unknown else status,
            this_update=told.begin,
            next_update=told.begin + told.lifetime,
            revocation_time=told.begin if gone and not told.unknown else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate or by.authority.certificate)
        if by.certificate is not None:
            builder = builder.certificates([by.certificate])
        if told.nonce is not None:
            own = question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
            builder = builder.add_extension(x509.OCSPNonce(told.nonce or own), critical=False)
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def list(self) -> bytes:
        told = self.answering
        return list_of(told.responder.authority, *told.revoked, begin=told.begin, end=told.begin + told.lifetime)

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RevocationServer

    def do_POST(self) -> None:
        assert (self.path, self.headers["Content-Type"]) == ("/ocsp", QUESTION)
        self._say(self.server.answer(self.rfile.read(int(self.headers["Content-Length"]))), ANSWER)

    def do_GET(self) -> None:
        assert self.path == "/list"
        self._say(self.server.list(), LIST)

    def _say(self, body: bytes, media_type: str) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives it
        """Say nothing."""
