"""What a check costs: the command from nothing, in times of `python -c pass`; a warm reader, in milliseconds.

The commands run in turn, one round calls each once, and a ratio is the median of those of the rounds: a busy machine
weighs on all alike; beside it stands the ratio of the least processor times. Processor time is that of the command with
all its children. The peers: a script that verifies the same credential with `sd-jwt` (signature and digests, no status,
no trust list), and `sigstore --version`, its start alone, because a check of its own needs what the network gives; one
that is not installed is left out. Writes benchmarks/results/verifier_start_up.json and prints it.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pypdfium2
from pypdf import PdfReader

from benchmarks.peers.machine import machine
from credential_schemas.pdf_container import read_container
from tests.verifier.world import NOW, STATUS_URI, Keys, World
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment
from verifier.evidence.gathering import Submission
from verifier.evidence.pool import ReaderPool
from verifier.evidence.reader import EvidenceReader

RESULT = Path(__file__).resolve().parent / "results" / "verifier_start_up.json"
LIBRARIES = ("cryptography", "pillow", "pyhanko", "pypdf", "pypdfium2", "sd-jwt", "zxing-cpp")
ROUNDS = 15
WARM_ROUNDS = 40
BASE = "python -c pass"
SD_JWT = """
import json, pathlib
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier
key = JWK(**json.loads(pathlib.Path("key.json").read_text()))
print(SDJWTVerifier(pathlib.Path("credential.sdjwt").read_text(), lambda *_: key).get_verified_payload())
"""
PROGRAM = "from {}.cli.main import main; raise SystemExit(main())"


def evidence_in(folder: Path) -> World:
    """Write a credential, its sealed PDF, a picture of it, and what a check needs."""
    with EvidenceReader() as reader:
        world = World(Keys(), reader, folder)
    sealed = world.sealed()
    page = pypdfium2.PdfDocument(sealed)[0].render(scale=200 / 72).to_pil()
    page.save(folder / "page.png")
    page.save(folder / "page.jpg", quality=80)
    (folder / "certificate.pdf").write_bytes(sealed)
    (folder / "unsealed.pdf").write_bytes(world.pdf())
    (folder / "credential.sdjwt").write_text(world.token())
    (folder / "key.json").write_text(json.dumps(dict(world.keys.credential.public_jwk())))
    (folder / "trust.json").write_text(json.dumps(world.trust))
    (folder / "list.jwt").write_text(world.status_token())
    (folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    return world


def commands() -> dict[str, list[str]]:
    """Return what is started, the base first."""
    verifier = [sys.executable, "-c", PROGRAM.format("verifier")]
    options = ["--trust", "trust.json", "--status-map", "map.json", "--offline", "--now", NOW.isoformat()]
    files = ("credential.sdjwt", "certificate.pdf", "page.png", "page.jpg")
    sigstore = shutil.which("sigstore")
    return {
        BASE: [sys.executable, "-c", "pass"],
        **({"sigstore --version": [sigstore, "--version"]} if sigstore else {}),
        **({"sd-jwt script": [sys.executable, "-c", SD_JWT]} if find_spec("sd_jwt") else {}),
        "cb-verifier --help": [*verifier, "--help"],
        "cb-verifier --version": [*verifier, "--version"],
        "cb-issuer --version": [sys.executable, "-c", PROGRAM.format("issuer"), "--version"],
        "cb-wallet --version": [sys.executable, "-c", PROGRAM.format("wallet_cli"), "--version"],
        **{f"cb-verifier check {name}": [*verifier, "check", *options, name] for name in files},
    }


def cold(folder: Path) -> dict[str, dict[str, float]]:
    """Return wall and processor time of each command, in times of the base."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands()}
    for _ in range(ROUNDS + 1):  # the first round fills the caches and does not count
        for name, command in commands().items():
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
            wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            times[name].append((wall, used))
    return {
        name: {
            key: round(statistics.median(a[part] / b[part] for a, b in zip(taken[1:], times[BASE][1:], strict=True)), 2)
            for part, key in enumerate(("wall", "processor"))
        }
        | {"least processor": round(min(each[1] for each in taken[1:]) / min(each[1] for each in times[BASE][1:]), 2)}
        for name, taken in times.items()
    }


def warm(folder: Path, world: World) -> dict[str, float]:
    """Return the median milliseconds of one piece of evidence with a warm pool."""
    pdf, png, jpg = ((folder / name).read_bytes() for name in ("certificate.pdf", "page.png", "page.jpg"))

    def document(reader: EvidenceReader) -> object:
        return reader.read_pdf(pdf), reader.check_seal(pdf, roots=(world.keys.root_pem,), now=world.now)

    works: dict[str, Callable[[EvidenceReader], object]] = {
        "sealed PDF, read and judged": document,
        "PNG": lambda reader: reader.read_picture(png),
        "JPEG": lambda reader: reader.read_picture(jpg),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    with ReaderPool(wall_s=60) as pool:
        pool.warm()
        for _ in range(WARM_ROUNDS):
            for name, work in works.items():
                started = time.perf_counter()
                with pool.reader() as reader:
                    work(reader)
                taken[name].append(1000 * (time.perf_counter() - started))
    return {name: round(statistics.median(each), 1) for name, each in taken.items()}


def attachment(folder: Path, world: World) -> dict[str, dict[str, float]]:
    """Return the milliseconds of processor time, in this process: a PDF's attachment taken out and verified."""
    pdf, token, rules = (folder / "unsealed.pdf").read_bytes(), world.token(), world.rules()

    def verified(credential: str) -> None:
        given = Submission("credential.sdjwt", credential.encode())
        verdict = verify(given, rules=rules, moment=Moment(NOW, simulated=True), reader=world.reader).verdict
        if verdict != "valid":
            raise SystemExit(f"expected valid, found {verdict}")

    works: dict[str, Callable[[], object]] = {
        "verified alone": lambda: verified(token),
        "read and verified": lambda: verified(read_container(pdf).credential),
        "read": lambda: read_container(pdf),
        "read by pypdf, not looked at": lambda: PdfReader(BytesIO(pdf)).attachments["credential.sdjwt"],
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(WARM_ROUNDS * 5):
        for name, work in works.items():
            started = time.process_time()
            work()
            taken[name].append(1000 * (time.process_time() - started))
    taken["beyond the verification"] = [
        both - alone for both, alone in zip(taken["read and verified"], taken["verified alone"], strict=True)
    ]
    return {
        name: {
            "least": round(min(each), 3),
            "lower quartile": round(statistics.quantiles(each)[0], 3),
            "median": round(statistics.median(each), 3),
        }
        for name, each in taken.items()
    }


def main() -> None:
    """Measure, write and print."""
    ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = evidence_in(folder)
        result = {
            "machine": machine(LIBRARIES),
            "load": os.getloadavg(),
            f"times {BASE}": cold(folder),
            "warm, ms": warm(folder, world),
            "attachment of an unsealed PDF, ms of processor time": attachment(folder, world),
        }
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    RESULT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
