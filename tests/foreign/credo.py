"""Credo: its holder gets a credential of our bank and presents it to our verifier; its issuer and verifier, our wallet.

    .venv/bin/python -m tests.foreign.credo [FOLDER]

FOLDER has the packages in its node_modules, or gets them. Everything else happens on loopback. Ends with 0 when every
line says "as expected".
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx

from keys.trust_list import TrustList, trust_list_document
from tests.foreign.credo_shop import TRAINING, Shop
from tests.foreign.openid4vci import bank, install_packages, said, told
from tests.ports import own_port

PACKAGES = ("@credo-ts/core@0.6.3", "@credo-ts/openid4vc@0.6.3")
PROGRAM = Path(__file__).with_name("credo_party.mjs")
OWN_KEY = "Status List JWT verification failed"
IAT = "iat is not as its type demands"
SCRIPTS = Path(sys.executable).parent
Document = dict[str, Any]


class Party:
    """The other program in one of its roles: reads one JSON document a line and answers each with one."""

    def __init__(self, modules: Path, role: str, given: Document) -> None:
        """Start it."""
        command = ["node", str(PROGRAM), str(modules), role, json.dumps(given)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.hear()
        if "ready" not in said:
            sys.exit(f"{role}: {said}")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it end."""
        self._process.kill()
        self._process.wait()

    def ask(self, **task: object) -> Document:
        """Give it a task and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(task)}\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> Document:
        """Return what it says next."""
        assert self._process.stdout is not None
        found: Document = json.loads(self._process.stdout.readline() or '{"failed": "it ended"}')
        return found


@dataclass(frozen=True)
class Place:
    """Where everything is: the packages, our bank's folder, an account there, and our verifier."""

    modules: Path
    folder: Path
    data: Path
    account: str
    verifier: str

    @property
    def trust(self) -> Path:
        """The bank's trust list."""
        return self.data / "trust.json"

    def request(self, wanted: Mapping[str, object], **more: object) -> Document:
        """Ask wallets."""
        body = {"dcql": {"credentials": [wanted]}, **more}
        answer = httpx.post(f"{self.verifier}/api/v1/presentations", json=body, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def state(self, made: Document) -> Document:
        """Return how far a presentation is."""
        return dict(httpx.get(f"{self.verifier}/api/v1/presentations/{made['id']}", timeout=60).json())


def main() -> int:
    """Run every exchange and say what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        modules = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else folder / "npm"
        install_packages(modules, PACKAGES)
        with bank(folder) as data, our_verifier(folder, data / "trust.json") as verifier:
            account = json.loads(said("accounts", "list", "--json", data=data))["accounts"][0]["id"]
            outcomes = [*their_wallet(Place(modules, folder, data, account, verifier))]
            outcomes += our_wallet(modules, folder)
    return 0 if all(outcomes) else 1


def their_wallet(where: Place) -> Iterator[bool]:
    """Let Credo's holder receive from our bank and present to our verifier; yield whether each ended as expected."""
    (issuer,) = TrustList.parse(where.trust.read_bytes()).issuers.values()
    roots = [*issuer.x509_roots, (where.folder / "verifier/request-root.pem").read_text()]
    options = ("--account", where.account, "--type", "vocational_training", "--flat", "--tx-code", "--json")
    with Party(where.modules, "holder", {"trusted": roots}) as credo:
        offer = json.loads(said("offer", *options, data=where.data))
        got = credo.ask(task="receive", **order(offer), tx_code=offer["tx_code"])
        yield told("their wallet as it comes, a status list of another key", OWN_KEY in got.get("failed", ""), got)
    keys = [key.jwk() for key in issuer.status_keys.values()]
    with Party(where.modules, "holder", {"trusted": roots, "status_keys": keys}) as credo:
        offer = json.loads(said("offer", *options, data=where.data))
        wrong = credo.ask(task="receive", **order(offer), tx_code=str(int(offer["tx_code"]) ^ 1).zfill(6))
        yield told("their wallet, a wrong transaction code", wrong.get("refused") == "invalid_grant", wrong)
        got = credo.ask(task="receive", **order(offer), tx_code=offer["tx_code"])
        yield told("their wallet, a flat credential", (got.get("copies"), got.get("token_type")) == (2, "DPoP"), got)
        again = credo.ask(task="receive", **order(offer), tx_code=offer["tx_code"])
        yield told("their wallet, the code again", again.get("refused") == "invalid_grant", again)
        for mode in ("direct_post", "direct_post.jwt"):
            for method in ("get", "post"):
                made = where.request(asked_for(issuer.id), response_mode=mode, request_uri_method=method)
                sent = credo.ask(task="present", link=made["qr_text"])
                view = where.state(made)
                good = sent.get("status") == 200 and (view["state"], view["verdict"]) == ("verified", "valid")
                yield told(f"their wallet presents, {mode}, {method}", good, [sent, view])


def our_wallet(modules: Path, folder: Path) -> Iterator[bool]:
    """Let `cb-wallet` receive from Credo's issuer and present to Credo's verifier."""
    port = own_port()
    shop = Shop.at(f"http://127.0.0.1:{port}")
    (folder / "credo-trust.json").write_text(json.dumps(trust_list_document(1, [shop.issuer])), "utf-8")
    (folder / "credo-root.pem").write_text(shop.root)
    wallet = partial(our_wallet_says, folder)
    wallet("init")
    query = {"credentials": [asked_for(shop.issuer.id)]}
    roots = ("--verifiers", str(folder / "credo-root.pem"), "--dev", "--yes")
    with Party(modules, "services", shop.given(port)) as credo:
        offer = credo.ask(task="offer")
        wrong = wallet("receive", offer["offer"], "--tx-code", f"{(int(offer['tx_code']) + 1) % 10_000:04}")
        yield told("our wallet, a wrong transaction code", wrong[0] == 5, wrong)
        precise = wallet("receive", offer["offer"], "--tx-code", offer["tx_code"])
        yield told("our wallet, their issuer as it comes, iat to the second", IAT in precise[2], precise)
        made = credo.ask(task="request", mode="direct_post", query=query)
        unmeant = wallet("present", "--request", made["link"], *roots)
        yield told("our wallet, their verifier as it comes, aud of its own", "another audience" in unmeant[2], unmeant)
        credo.ask(task="repair")
        offer = credo.ask(task="offer")
        got = wallet("receive", offer["offer"], "--tx-code", offer["tx_code"], "--copies", "3")
        yield told("our wallet, a flat credential", got[0] == 0 and json.loads(got[1])["copies"] == 3, got)
        for mode in ("direct_post", "direct_post.jwt"):
            made = credo.ask(task="request", mode=mode, query=query)
            sent = wallet("present", "--request", made["link"], *roots)
            found = credo.ask(task="outcome", id=made["id"])
            shown = (found.get("shown") or [{}])[0]
            good = (sent[0], found.get("state"), shown.get("title")) == (0, "ResponseVerified", shop.title)
            yield told(f"our wallet presents, {mode}", good and not shown.get("holder"), [made, sent, found])


def our_wallet_says(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `cb-wallet` for the holder whose things lie in a folder: exit code, what it printed, what it said beside."""
    home = {"WALLET_HOME": str(folder / "wallet"), "WALLET_TRUST": str(folder / "credo-trust.json")}
    environment = {**os.environ, **home, "WALLET_PASSPHRASE": "a passphrase of the tests", "LC_ALL": "C.UTF-8"}
    command = [str(SCRIPTS / "cb-wallet"), *arguments, "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    return ran.returncode, ran.stdout, ran.stderr


def asked_for(issuer: str) -> Document:
    """Return the query for a training that was completed, of an issuer."""
    return {
        "id": "training",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [f"{issuer}/vct/entry/vocational_training/1"]},
        "claims": [{"path": ["title"]}, {"path": ["completed"], "values": [True]}],
    }


def order(offer: Document) -> Document:
    """Return what a holder is told of an offer of flat credentials."""
    return {"offer": offer["offer_by_value"], "configuration": TRAINING, "copies": 2}


@contextmanager
def our_verifier(folder: Path, trust: Path) -> Iterator[str]:
    """Serve our verifier, which trusts the bank, and return where it is."""
    port = own_port()
    url = f"http://127.0.0.1:{port}"
    home = {"VERIFIER_CONFIG": str(folder / "verifier"), "VERIFIER_STATE": str(folder / "state")}
    own = {**home, "VERIFIER_URL": url, "VERIFIER_PASSPHRASE": "a passphrase of the tests"}
    command = [str(SCRIPTS / "cb-verifier"), "serve", "--dev", "--port", str(port), "--trust", str(trust)]
    with (
        (folder / "verifier.log").open("w") as log,
        subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log) as service,
    ):
        try:
            wait_for(f"{url}/healthz", service)
            yield url
        finally:
            service.terminate()


def wait_for(address: str, service: "subprocess.Popen[bytes]") -> None:
    """Wait until a service answers."""
    while service.poll() is None:
        try:
            httpx.get(address, timeout=60).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the verifier does not start")


if __name__ == "__main__":
    sys.exit(main())
