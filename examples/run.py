"""A bank and a verifier with demo data on this machine, until Ctrl-C; the data lies in demo-output/run/."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
NAME = "haneul"
OFFICER = "narae"
STAFF = "damdang"
START_S = 60
STOP_S = 30


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything is: the folder of the data, and the ports of both services."""

    folder: Path
    bank_port: int
    verifier_port: int

    @property
    def bank(self) -> str:
        """The bank's address."""
        return f"http://127.0.0.1:{self.bank_port}"

    @property
    def verifier(self) -> str:
        """The verifier's address."""
        return f"http://127.0.0.1:{self.verifier_port}"

    def environment(self) -> dict[str, str]:
        """The services' environment: the demo's bank and nothing of the caller's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ISSUER_", "VERIFIER_"))}
        return kept | {
            "ISSUER_DATA": str(self.folder / "bank"),
            "ISSUER_POSTINGS": str(self.folder / "postings"),
            "ISSUER_IDENTITY_STUB": str(ROOT / "examples/deliveries/persons.json"),
            "VERIFIER_CONFIG": str(self.folder / "verifier-settings"),
            "VERIFIER_STATE": str(self.folder / "verifier-state"),
        }

    def run(self, program: str, *arguments: str) -> str:
        """Run one command that must succeed and return what it printed."""
        command = [str(PROGRAMS / program), *arguments]
        done = subprocess.run(
            command, env=self.environment(), cwd=self.folder, check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one service in the background; Ctrl-C reaches only this script, which then stops it."""
        command = [str(PROGRAMS / program), *arguments]
        return subprocess.Popen(command, env=self.environment(), cwd=self.folder, start_new_session=True)


def main() -> int:
    """Prepare the bank, start both services, and stop them together."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "demo-output" / "run", help="made anew at each start")
    parser.add_argument("--bank-port", type=int, default=8000, help="on loopback (8000)")
    parser.add_argument("--verifier-port", type=int, default=8081, help="on loopback (8081)")
    arguments = parser.parse_args()
    demo = Demo(arguments.folder.resolve(), arguments.bank_port, arguments.verifier_port)
    shutil.rmtree(demo.folder, ignore_errors=True)
    demo.folder.mkdir(parents=True)
    password = prepare_bank(demo)
    services = [
        demo.start("cb-issuer", "serve", "--port", str(demo.bank_port)),
        demo.start("cb-verifier", "serve", "--port", str(demo.verifier_port), "--trust", "bank/trust.json"),
    ]
    try:
        for url in (demo.bank, demo.verifier):
            wait_until_ready(url)
        # Blocked only now: a child would inherit the block and could not be stopped.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        say_where(demo, password)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        for service in services:
            service.terminate()
        for service in services:
            service.wait(timeout=STOP_S)
    return 0


def say_where(demo: Demo, password: str) -> None:
    """Print where to click, and who signs in there."""
    print(f"Bank      {demo.bank}/   sign in as {NAME} with the password {password}: an account with entries")
    print(f"          {demo.bank}/sign-up   or make a name of your own, and pick a test person at the verification")
    print(f"          {demo.bank}/en/   the same in English")
    print(f"          {demo.bank}/operator   for staff: sign in as {STAFF}, same password")
    print(f"Verifier  {demo.verifier}/notices   for the committee: sign in as {OFFICER}, same password")
    print(f"          {demo.verifier}/   hand in {demo.folder}/certificate.pdf, or type its confirmation number")
    print("Ctrl-C stops both.", flush=True)


def prepare_bank(demo: Demo) -> str:
    """Make a development bank with the sample deliveries, an account and one certificate; answer who may sign in how.

    Returns:
        The password of all three sign-in names, the holder's, the staff's and the employer's, made for this run.
    """
    posting = demo.folder / "postings/ts-2026-01"
    posting.mkdir(parents=True)
    shutil.copy(ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml", posting / "policy.yaml")
    shutil.copy(ROOT / "examples/scoring/notice.json", posting / "notice.json")
    demo.run("cb-issuer", "init", "--dev", "--url", demo.bank, "--verify-url", f"{demo.verifier}/v")
    deliveries = sorted((ROOT / "examples/deliveries").iterdir(), key=lambda file: (file.stem != "persons", file.name))
    for delivery in deliveries:
        demo.run("cb-issuer", "import", delivery.stem, str(delivery))
    account = demo.run("cb-issuer", "accounts", "open", "--person", "SYN-P-001", "--consent-all").strip()
    demo.run("cb-issuer", "issue", "--account", account, "--all", "--out", "certificate.pdf")
    password = secrets.token_urlsafe(12)
    file = demo.folder / "password.txt"
    file.write_text(password)
    secret = ("--password-file", str(file))
    demo.run("cb-issuer", "accounts", "sign-in", account, "--name", NAME, *secret)
    demo.run("cb-issuer", "staff", "add", STAFF, "--role", "operator", "--role", "auditor", *secret)
    roles = ("--role", "officer", "--role", "reviewer", "--role", "administrator")
    demo.run("cb-verifier", "users", "add", OFFICER, *roles, *secret)
    return password


def wait_until_ready(url: str) -> None:
    """Wait until a service answers.

    Raises:
        TimeoutError: it did not within a minute.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/healthz", timeout=1):
                return
        except OSError:  # nobody listens yet, or it has not begun to answer
            time.sleep(0.1)
    raise TimeoutError(url)


if __name__ == "__main__":
    raise SystemExit(main())
