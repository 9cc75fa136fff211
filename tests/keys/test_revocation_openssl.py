"""OpenSSL answers our questions: a responder that is not ours, over a real connection to this machine."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from keys.errors import RevocationError
from keys.fetch import Fetcher
from keys.revocation_service import RevocationService, places_named
from tests.keys.pdf_seal.revocation_server import Answering, RevocationServer
from tests.keys.pdf_seal.revoking import Responder
from tests.keys.pdf_seal.sealing import Authority, SoftwareSigner, Usage

ROOT = Authority("Root of openssl")
NOW = datetime.now(UTC)


class OpenSsl(RevocationServer):
    """A responder whose answers openssl makes; `line` is the certificate's in its index."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Answering(Responder(ROOT, ROOT.key), NOW))
        self.folder, self.options = folder, ["-nmin", "60"]
        (folder / "root.pem").write_text(ROOT.pem())
        secret = ROOT.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "root.key").write_bytes(secret)

    def write_index(self, certificate: x509.Certificate, *, state: str) -> None:
        def moment(when: datetime) -> str:
            return when.strftime("%y%m%d%H%M%SZ")

        since = moment(NOW - timedelta(hours=1)) if state == "R" else ""
        number = f"{certificate.serial_number:X}"
        number = number.zfill(len(number) + len(number) % 2)
        line = (state, moment(certificate.not_valid_after_utc), since, number, "unknown", "/CN=Leaf")
        (self.folder / "index.txt").write_text("\t".join(line) + "\n")

    def answer(self, body: bytes) -> bytes:
        (self.folder / "question.der").write_bytes(body)
        files = {"-index": "index.txt", "-CA": "root.pem", "-rsigner": "root.pem", "-rkey": "root.key"}
        words = [word for pair in files.items() for word in pair]
        command = ["openssl", "ocsp", *words, "-reqin", "question.der", "-respout", "answer.der", *self.options]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer.der").read_bytes()


@pytest.fixture
def responder(tmp_path: Path) -> Iterator[OpenSsl]:
    running = OpenSsl(tmp_path)
    yield running
    running.stop()


def leaf(responder: OpenSsl) -> x509.Certificate:
    name, key = x509.Name.from_rfc4514_string("CN=Leaf"), SoftwareSigner().key.public_key()
    return ROOT.certify(key, name, usage=Usage(extensions=responder.places))


def ask(responder: OpenSsl, certificate: x509.Certificate) -> tuple[bool, bytes]:
    service = RevocationService(Fetcher([responder.origin], allow_loopback=True), lambda count: bytes(range(count)))
    own, root = (each.public_bytes(Encoding.DER) for each in (certificate, ROOT.certificate))
    (url,) = places_named(own).responders
    found = service.ask(url, own, root, at=datetime.now(UTC))  # openssl takes no other
    return found.revoked, found.proof


@pytest.mark.parametrize(("state", "revoked"), [("V", False), ("R", True)], ids=["in force", "revoked"])
def test_openssl_tells_whether_a_certificate_is_revoked(responder: OpenSsl, state: str, *, revoked: bool) -> None:
    certificate = leaf(responder)
    responder.write_index(certificate, state=state)
    told, made = ask(responder, certificate)
    assert told is revoked
    echoed = ocsp.load_der_ocsp_response(made).extensions.get_extension_for_class(x509.OCSPNonce)
    assert echoed.value.nonce == bytes(range(32))


def test_openssl_does_not_know_the_certificate_of_another_index(responder: OpenSsl) -> None:
    responder.write_index(leaf(responder), state="V")
    with pytest.raises(RevocationError) as refused:
        ask(responder, leaf(responder))
    assert refused.value.kind == "unknown"


@pytest.mark.parametrize("options", [["-ndays", "1", "-resp_no_certs"], []], ids=["a day", "no end"])
def test_an_answer_of_openssl_must_say_until_when_it_counts(responder: OpenSsl, options: list[str]) -> None:
    certificate = leaf(responder)
    responder.write_index(certificate, state="V")
    responder.options = options
    if options:
        assert ask(responder, certificate)[0] is False
        return
    with pytest.raises(RevocationError) as refused:
        ask(responder, certificate)
    assert refused.value.kind == "time"
