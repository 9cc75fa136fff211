"""A bank and a verifier with demo data on this machine, until Ctrl-C; the data lies in demo-output/run/."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "demo-output" / "run"
PROGRAMS = Path(sys.executable).parent
BANK, VERIFIER = "http://127.0.0.1:8000", "http://127.0.0.1:8081"
NAME = "haneul"
OFFICER = "narae"
STAFF = "damdang"
START_S = 60


def main() -> int:
    """Prepare the bank, start both services, and stop them together."""
    ArgumentParser(description=__doc__).parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    password = prepare_bank()
    services = [
        start("cb-issuer", "serve", "--port", "8000"),
        start("cb-verifier", "serve", "--port", "8081", "--trust", "bank/trust.json"),
    ]
    try:
        for url in (BANK, VERIFIER):
            wait_until_ready(url)
        print(f"Bank      {BANK}/   sign in as {NAME} with the password {password}: an account with entries")
        print(f"          {BANK}/sign-up   or make a name of your own, and pick a test person at the verification")
        print(f"          {BANK}/en/   the same in English")
        print(f"          {BANK}/operator   for staff: sign in as {STAFF}, same password")
        print(f"Verifier  {VERIFIER}/notices   for the committee: sign in as {OFFICER}, same password")
        print(f"          {VERIFIER}/   hand in {FOLDER}/certificate.pdf, or type its confirmation number")
        print("Ctrl-C stops both.")
        # Blocked only now: a child would inherit the block and could not be stopped.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        for service in services:
            service.terminate()
        for service in services:
            service.wait(timeout=10)
    return 0


def prepare_bank() -> str:
    """Make a development bank with the sample deliveries, an account and one certificate; answer who may sign in how.

    Returns:
        The password of all three sign-in names, the holder's, the staff's and the employer's, made for this run.
    """
    run("cb-issuer", "init", "--dev", "--url", BANK, "--verify-url", f"{VERIFIER}/v")
    deliveries = sorted((ROOT / "examples/deliveries").iterdir(), key=lambda file: (file.stem != "persons", file.name))
    for delivery in deliveries:
        run("cb-issuer", "import", delivery.stem, str(delivery))
    account = run("cb-issuer", "accounts", "open", "--person", "SYN-P-001", "--consent-all").strip()
    run("cb-issuer", "issue", "--account", account, "--all", "--out", "certificate.pdf")
    password = secrets.token_urlsafe(12)
    file = FOLDER / "password.txt"
    file.write_text(password)
    run("cb-issuer", "accounts", "sign-in", account, "--name", NAME, "--password-file", str(file))
    run("cb-issuer", "staff", "add", STAFF, "--role", "operator", "--role", "auditor", "--password-file", str(file))
    roles = ("--role", "officer", "--role", "reviewer", "--role", "administrator")
    run("cb-verifier", "users", "add", OFFICER, *roles, "--password-file", str(file))
    return password


def environment() -> dict[str, str]:
    """The services' environment: the demo's bank and nothing of the caller's verifier settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ISSUER_", "VERIFIER_"))}
    return kept | {
        "ISSUER_DATA": str(FOLDER / "bank"),
        "ISSUER_IDENTITY_STUB": str(ROOT / "examples/deliveries/persons.json"),
        "VERIFIER_CONFIG": str(FOLDER / "verifier-settings"),
        "VERIFIER_STATE": str(FOLDER / "verifier-state"),
    }


def run(program: str, *arguments: str) -> str:
    """Run one command that must succeed and return what it printed."""
    command = [str(PROGRAMS / program), *arguments]
    return subprocess.run(command, env=environment(), cwd=FOLDER, check=True, text=True, stdout=subprocess.PIPE).stdout


def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one service in the background; Ctrl-C reaches only this script, which then stops it."""
    command = [str(PROGRAMS / program), *arguments]
    return subprocess.Popen(command, env=environment(), cwd=FOLDER, start_new_session=True)


def wait_until_ready(url: str) -> None:
    """Wait until a service answers.

    Raises:
        TimeoutError: it did not within 20 s.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/healthz", timeout=1):
                return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(url)


if __name__ == "__main__":
    raise SystemExit(main())
