"""Our verifier and a wallet that is not ours, our wallet and a verifier that is not ours: npm `@openid4vc/openid4vp`.

    .venv/bin/python -m tests.foreign.openid4vp [FOLDER]

FOLDER has the package in its node_modules, or gets it. Everything else happens on loopback. Ends with 0 when every
line says "as expected".
"""

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx

from credential_schemas.sd_jwt.policy import KeyBindingPolicy, VerificationPolicy
from credential_schemas.sd_jwt.select import at_or_below, keep_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from keys.certificates import LeafKind, SubjectNames, Validity, certificate_hosts, create_leaf, create_root
from keys.encoding import b64url_encode
from keys.gate.server import server_of
from keys.key_files import FileSigner, create_key, write_plain_for_development
from keys.trust_list import TrustList, find_credential_key
from tests.verifier.checks.test_forms import wallet_token
from tests.verifier.presentations.counter import TITLE
from tests.verifier.world import Keys, World, claims
from verifier.api.asking import Asks
from verifier.app import Offers, create_app
from verifier.evidence.reader import EvidenceReader
from verifier.presentations.request_key import RequestSigner
from verifier.presentations.request_object import Service
from wallet_cli.cli.main import main as wallet_main

PACKAGE, VERSION = "@openid4vc/openid4vp", "0.4.6"
PROGRAM = Path(__file__).with_name("openid4vp_party.mjs")
NONCE, STATE = "n-0S6_WzA2Mj-4kkAxZ81aQ", "af0ifjsldkj-state-of-this-request"
Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Everything an exchange needs: the issuer's world, a credential with its key, where the service listens."""

    modules: Path
    folder: Path
    world: World
    credential: str
    signer: RequestSigner
    root: str
    url: str


def main() -> int:
    """Run every exchange and say what came of it."""
    with tempfile.TemporaryDirectory() as name, EvidenceReader() as reader:
        folder = Path(name)
        modules = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else folder / "npm"
        install(modules)
        with place(modules, folder, reader) as where:
            outcomes = [*their_wallet(where), *our_wallet(where)]
    return 0 if all(outcomes) else 1


def their_wallet(where: Place) -> Iterator[bool]:
    """Let the other wallet answer our verifier; yield of each exchange whether it ended as expected."""
    key = private_jwk(where.world.keys.holder)
    shown = keep_disclosures(where.credential, at_or_below([("qualifications", 0, "title")]))
    for mode in ("direct_post", "direct_post.jwt"):
        for method in ("get", "post"):
            yield their_answer(where, mode, method)
    made = ask(where, consent={"posting": "2026-031", "title": "T"})
    got = party(where, "wallet", {"link": made["qr_text"], "shown": shown, "key": key})
    yield told("their wallet, a consent", state(where, made)["consented"] is True, got)
    made = ask(where, client_id_prefix="redirect_uri", response_mode="direct_post")
    got = party(where, "wallet", {"link": made["qr_text"], "shown": shown, "key": key})
    yield told("their wallet, unsigned", state(where, made)["state"] == "verified", got)
    made = ask(where)
    got = party(where, "wallet", {"link": made["qr_text"], "shown": shown, "key": key, "audience": "x509_hash:other"})
    yield told(
        "their wallet, another audience", (got.get("status"), state(where, made)["state"]) == (400, "refused"), got
    )


def their_answer(where: Place, mode: str, method: str) -> bool:
    """Let the other wallet answer one request of our verifier."""
    shown = keep_disclosures(where.credential, at_or_below([("qualifications", 0, "title")]))
    made = ask(where, response_mode=mode, request_uri_method=method)
    key = private_jwk(where.world.keys.holder)
    got = party(where, "wallet", {"link": made["qr_text"], "shown": shown, "key": key})
    view = state(where, made)
    good = got.get("status") == 200 and (view["state"], view["verdict"]) == ("verified", "valid")
    return told(f"their wallet, {mode}, {method}", good and got.get("version") == 100, [got, view["state"]])


def our_wallet(where: Place) -> Iterator[bool]:
    """Let our wallet answer the other verifier; yield of each way whether it ended as expected."""
    for mode in ("direct_post", "direct_post.jwt"):
        yield our_answer(where, mode)


def our_answer(where: Place, mode: str) -> bool:
    """Let our wallet answer one request of the other verifier."""
    (where.folder / "credential.sdjwt").write_text(where.credential)
    write_plain_for_development(where.folder / "holder.pem", where.world.keys.holder.key)
    (where.folder / "verifiers.pem").write_text(where.root)
    encryption = private_jwk(FileSigner(create_key())) | {"use": "enc", "alg": "ECDH-ES", "kid": "e"}
    wanted = {
        "x5c": [*where.signer.x5c],
        "key": private_jwk(signer_key(where.signer)),
        "encryption_key": encryption,
        "response_mode": mode,
        "nonce": NONCE,
        "state": STATE,
        "dcql": {"credentials": [TITLE]},
        "aud": "https://self-issued.me/v2",
    }
    command = ["node", str(PROGRAM), str(where.modules), "verifier", json.dumps(wanted)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        link = json.loads(process.stdout.readline())
        code = present(where, link.get("link", ""))
        if code != 0:
            process.kill()
            return told(f"our wallet, {mode}", outcome=False, got=[link, code])
        got = json.loads(process.stdout.readline())
    return told(f"our wallet, {mode}", proved(where, got, encrypted=mode.endswith(".jwt")), [link, got])


def proved(where: Place, got: Document, *, encrypted: bool) -> bool:
    """Check the presentation that the other verifier received, as a verifier."""
    (text,) = got["dcql"]["licence"]
    trust = TrustList.parse(json.dumps(where.world.trust).encode())
    binding = KeyBindingPolicy(f"x509_hash:{where.signer.hash}", NONCE)
    found = verify_sd_jwt_vc(
        text,
        policy=VerificationPolicy(trust.types, key_binding=binding),
        keys=lambda header, payload: find_credential_key(trust, payload.get("iss"), kid=header.get("kid")),
        now=int(datetime.now(UTC).timestamp()),
    )
    listed = found.payload["qualifications"]
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    shows_only_that = [set(each) for each in entries] == [{"type", "as_of", "idx", "title"}]
    return found.key_bound and shows_only_that and got["encrypted"] is encrypted and got["nonce"] == NONCE


def present(where: Place, link: str) -> int:
    """Let `cb-wallet present` answer, without asking."""
    key = f"dev-file:{where.folder / 'holder.pem'}"
    with redirect_stdout(StringIO()):
        files = ["--credential", str(where.folder / "credential.sdjwt"), "--key", key]
        known = ["--verifiers", str(where.folder / "verifiers.pem"), "--dev", "--yes"]
        return wallet_main(["present", "--request", link, *files, *known])


def told(what: str, outcome: bool, got: object) -> bool:
    """Print one line."""
    print(f"{what}: {'as expected' if outcome else got}")
    return outcome


def party(where: Place, role: str, wanted: Document) -> Document:
    """Let the other program do something and return what it says."""
    command = ["node", str(PROGRAM), str(where.modules), role, json.dumps(wanted)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    found: Document = json.loads(ran.stdout or json.dumps({"failed": ran.stderr[-600:]}))
    return found


def ask(where: Place, **more: object) -> Document:
    """Make a request of ours."""
    body = {"dcql": {"credentials": [TITLE]}, **more}
    answer = httpx.post(f"{where.url}/api/v1/presentations", json=body, timeout=300)
    answer.raise_for_status()
    made: Document = answer.json()
    return made


def state(where: Place, made: Document) -> Document:
    """Return how far a presentation is."""
    found: Document = httpx.get(f"{where.url}/api/v1/presentations/{made['id']}", timeout=300).json()
    return found


def private_jwk(signer: FileSigner) -> Document:
    """Return a private key of the tests as a JWK, for the other program."""
    number = signer.key.cryptography_key().private_numbers().private_value
    jwk = signer.public_jwk()
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")} | {"d": b64url_encode(number.to_bytes(32, "big"))}


def signer_key(signer: RequestSigner) -> FileSigner:
    """Return the signer in memory."""
    assert isinstance(signer.signer, FileSigner)
    return signer.signer


@contextmanager
def place(modules: Path, folder: Path, reader: EvidenceReader) -> Iterator[Place]:
    """Serve a verifier that trusts one issuer, by the clock of this machine."""
    now = datetime.now(UTC)
    world = World(Keys(), reader, folder, status_issued_at=int(now.timestamp()) - 60, now=now)
    today = (now + timedelta(hours=9)).date()
    given = replace(claims(), issued_on=today, valid_until=today + timedelta(days=60))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        signer, root = signer_of(url, now)
        offers = Offers(asks=Asks(Service(url, signer, development=True), "KOTSA"))
        server = server_of(create_app(world.rules(), offers=offers))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Place(modules, folder, world, wallet_token(world, given), signer, root, url)
        finally:
            server.should_exit = True
            thread.join()


def signer_of(url: str, now: datetime) -> tuple[RequestSigner, str]:
    """Return what signs requests, and its root."""
    names = SubjectNames("한국교통안전공단", "KOTSA", "Requests")
    start = now - timedelta(days=1)
    root = create_root(replace(names, common_name="Requests root"), key=create_key(), not_before=start, years=1)
    signer, validity = FileSigner(create_key()), Validity(start, start + timedelta(days=90))
    subject = replace(names, issuer_url=url)
    leaf = create_leaf(LeafKind.REQUEST, root, subject=subject, public_key=signer.public_key, validity=validity)
    return RequestSigner(signer, (leaf,), certificate_hosts(leaf)), root.certificate_pem


def install(folder: Path) -> None:
    """Install the package, if it is not there."""
    if (folder / "node_modules" / PACKAGE).is_dir():
        return
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text("{}", "utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"{PACKAGE}@{VERSION}"]
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
