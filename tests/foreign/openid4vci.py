"""Our bank and a wallet that is not ours: npm `@openid4vc/openid4vci` receives, and what it got is checked.

With a pre-authorized code, and with an authorization code: the holder's decision is then made here, in the holder's
stead, between the two halves of the wallet's program.

    .venv/bin/python -m tests.foreign.openid4vci [FOLDER]

FOLDER has the package in its node_modules, or gets it. Everything else happens on loopback. Ends with 0 when every
line says "as expected".
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from issuer.accounts.account import show_account
from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import open_bank
from issuer.cli.main import main as issuer_main
from issuer.openid4vci.approving import approve, deny, question_of
from issuer.openid4vci.authorization import find_request
from issuer.work_places import WorkPlaces
from keys.gate.gate import Visitors
from keys.gate.server import server_of
from keys.jwk import PublicKey
from keys.trust_list import TrustList
from wallet_cli.held import check_issued

PACKAGE, VERSION = "@openid4vc/openid4vci", "0.4.6"
PROGRAM = Path(__file__).with_name("openid4vci_wallet.mjs")
CODE_PROGRAM = Path(__file__).with_name("openid4vci_code_wallet.mjs")
CLIENT, BACK = "cb-wallet", "http://127.0.0.1:4711/callback"
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"


def main() -> int:
    """Run every exchange and say what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        modules = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else folder / "npm"
        install(modules)
        with bank(folder) as data:
            account = json.loads(said("accounts", "list", "--json", data=data))["accounts"][0]["id"]
            failed = [line for line in exchanges(modules, data, account) if not line]
    return 1 if failed else 0


def exchanges(modules: Path, data: Path, account: str) -> Iterator[bool]:
    """Yield of each exchange whether it ended as expected."""
    trust = TrustList.parse((data / "trust.json").read_bytes())
    for form, copies, options in (
        ("certificate", 1, ["--all"]),
        ("certificate", 5, ["--all"]),
        ("flat", 5, ["--type", "vocational_training", "--flat"]),
    ):
        offer = offered(data, account, *options)
        got = receive(modules, offer, copies=copies)
        yield told(f"{form}, copies: {copies}", good(got, offer["configurations"][0], trust, copies=copies), got)
        again = receive(modules, {**offer, "offer": offer["offer_by_value"]}, copies=1)
        yield told(f"{form}, the code again", again.get("refused") == "invalid_grant", again)
    offer = offered(data, account, "--all")
    wrong = receive(modules, {**offer, "tx_code": "x"}, copies=1)
    yield told("a wrong transaction code", wrong.get("refused") == "invalid_grant", wrong)
    for form, copies, options in (
        ("certificate", 3, ["--all"]),
        ("flat", 2, ["--type", "vocational_training", "--flat"]),
    ):
        offer = json.loads(said("offer", "--account", account, *options, "--sign-in", "--json", data=data))
        got = ask_holder(modules, data, offer, copies=copies, allows=True)
        right = good(got, offer["configurations"][0], trust, copies=copies) and got["same"]
        bound = (got.get("type"), got.get("refresh")) == ("DPoP", "string")
        yield told(f"{form}, copies: {copies}, allowed by the holder", right and bound, got)
    offer = json.loads(said("offer", "--account", account, "--all", "--sign-in", "--json", data=data))
    got = ask_holder(modules, data, offer, copies=1, allows=False)
    yield told("denied by the holder", got.get("refused") == "access_denied", got)


def offered(data: Path, account: str, *options: str) -> dict[str, Any]:
    """Make an offer with a transaction code."""
    return dict(json.loads(said("offer", "--account", account, *options, "--tx-code", "--json", data=data)))


def good(got: dict[str, Any], configuration: str, trust: TrustList, *, copies: int) -> bool:
    """Check every credential as its holder."""
    (issuer,) = trust.issuers.values()
    kind = configuration.removeprefix("entry-")
    path = "vct/competency-certificate/1" if kind == configuration else f"vct/entry/{kind}/1"
    for text, jwk in zip(got.get("credentials", ()), got.get("keys", ()), strict=True):
        key = PublicKey.from_jwk(jwk)
        check_issued(text, vct=f"{issuer.id}/{path}", key=key, trust=trust, now=int(time.time()))
    return len(got.get("credentials", ())) == copies


def told(what: str, outcome: bool, got: object) -> bool:
    """Print one line."""
    print(f"{what}: {'as expected' if outcome else got}")
    return outcome


def receive(modules: Path, offer: dict[str, Any], *, copies: int) -> dict[str, Any]:
    """Let the other wallet receive."""
    asked = {**offer, "configuration": offer["configurations"][0], "copies": copies}
    command = ["node", str(PROGRAM), str(modules), json.dumps(asked)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(ran.stdout))


def ask_holder(modules: Path, data: Path, offer: dict[str, Any], *, copies: int, allows: bool) -> dict[str, Any]:
    """Let the other wallet ask the holder, who allows the first entry of each credential, or nothing."""
    names = {"configuration": offer["configurations"][0], "client_id": CLIENT, "redirect_uri": BACK}
    command = ["node", str(CODE_PROGRAM), str(modules), json.dumps({**offer, **names, "copies": copies})]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as wallet:
        assert wallet.stdin is not None
        assert wallet.stdout is not None
        page = wallet.stdout.readline().strip()
        if page.startswith("{"):
            return dict(json.loads(page))
        wallet.stdin.write(f"{decided(data, page, allows=allows)}\n")
        wallet.stdin.flush()
        return dict(json.loads(wallet.stdout.readline()))


def decided(data: Path, page: str, *, allows: bool) -> str:
    """Decide in the holder's stead; return where the browser goes."""
    asked, now = dict(parse_qsl(urlsplit(page).query)), datetime.now(UTC)
    opened = open_bank(data, passphrase=None)
    try:
        request = find_request(opened, asked["client_id"], asked["request_uri"], now=now)
        assert request is not None
        if not allows:
            return deny(opened, request)
        with opened.store.read() as transaction:
            (account,) = transaction.accounts.accounts()
            holder = show_account(opened, transaction, account.id)
        question = question_of(opened, request, holder, now=now)
        chosen = {name: [each[0].entry.id] for name, each in question.wanted.items()}
        return approve(opened, question, chosen, language="ko", now=now)
    finally:
        opened.close()


def install(folder: Path) -> None:
    """Install the package, if it is not there."""
    install_packages(folder, [f"{PACKAGE}@{VERSION}"])


def install_packages(folder: Path, packages: Sequence[str]) -> None:
    """Install packages by name and version, if the first is not there."""
    name = packages[0].rpartition("@")[0]
    if (folder / "node_modules" / name).is_dir():
        return
    if shutil.which("npm") is None:
        sys.exit("Node.js and npm are needed")
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text("{}", "utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *packages]
    subprocess.run(command, cwd=folder, check=True)


def said(*arguments: str, data: Path) -> str:
    """Run `cb-issuer` and return what it printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        assert issuer_main([*arguments, "--data", str(data)]) == 0
    return printed.getvalue()


@contextmanager
def bank(folder: Path) -> Iterator[Path]:
    """Make a bank with one account and serve it."""
    data = folder / "bank"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        said("init", "--dev", "--url", f"http://127.0.0.1:{listening.getsockname()[1]}", data=data)
        for source in ("persons", "hrdnet_training", "qnet_qualifications"):
            (file,) = DELIVERIES.glob(f"{source}.*")
            said("import", source, str(file), data=data)
        said("accounts", "open", "--person", "SYN-P-001", "--consent-all", data=data)
        opened, visitors = open_bank(data, passphrase=None), Visitors()
        wallets = WalletDesk(opened, WorkPlaces(), visitors, lambda: datetime.now(UTC))
        work = ServiceWork(refresh=lambda: None, problems=list)
        server = server_of(
            create_app(opened.folder, opened.profile, work, desk=Desk(visitors=visitors, wallets=wallets))
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield data
        finally:
            server.should_exit = True
            thread.join()
            opened.close()


if __name__ == "__main__":
    sys.exit(main())
