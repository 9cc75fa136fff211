"""A wallet that asks its holder: pushed requests, PKCE, proofs of a key; and the decision without a browser."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from issuer.accounts.account import OpenAccount, show_account
from issuer.accounts.selection import Choice
from issuer.openid4vci.approving import Question, approve, question_of
from issuer.openid4vci.authorization import find_request
from issuer.openid4vci.offers import OfferWish, make_offer
from keys.encoding import b64url_encode, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.conftest import FORM, TRAINING, Document, Office, TestWallet, offer_document

CLIENT, BACK = "cb-wallet", "http://127.0.0.1:4711/callback"
CERTIFICATE = "competency-certificate"
PAR, TOKEN, CREDENTIAL = (f"/openid4vci/{name}" for name in ("par", "token", "credential"))
VERIFIER = "v" * 43


def challenge_of(verifier: str) -> str:
    return b64url_encode(hashlib.sha256(verifier.encode()).digest())


def state_offer(office: Office, choice: Choice = TRAINING, *, flat: bool = False) -> Document:
    """An offer that the holder must sign in for."""
    made = make_offer(office.bank, OfferWish(office.request(choice), flat, sign_in=True), now=office.now)
    return offer_document(made)


@dataclass
class CodeWallet(TestWallet):
    """`key` proves who asks; `nonce_of` is what the bank said last to put into the next proof."""

    __test__ = False
    key: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    dpop_nonce: str | None = None
    refresh_token: str = ""

    def dpop(
        self, path: str, *, claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None
    ) -> str:
        """A proof for a POST; a member given as None is left out."""
        jwk = {name: self.key.public_jwk()[name] for name in ("kty", "crv", "x", "y")}
        ath = None if self.token is None else b64url_encode(hashlib.sha256(self.token.encode()).digest())
        said = {
            "htm": "POST",
            "htu": URL + path,
            "iat": int(self.office.now.timestamp()),
            "jti": secrets.token_hex(8),
            "nonce": self.dpop_nonce,
            "ath": ath,
            **(claims or {}),
        }
        head = {"typ": "dpop+jwt", "jwk": jwk, **(header or {})}
        kept = [{name: value for name, value in each.items() if value is not None} for each in (head, said)]
        return sign_compact(kept[0], encode_json(kept[1]), signer=self.key)

    def proved(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Ask with a proof, once more when the bank wants a nonce in it."""
        if self.token is not None:
            headers = {"authorization": f"DPoP {self.token}", **headers}
        answer = self.office.client.ask("POST", path, body, dpop=self.dpop(path), **headers)
        told = answer.headers.get("dpop-nonce")
        if told is not None and told != self.dpop_nonce:
            self.dpop_nonce = str(told)
            if answer.status_code in (400, 401) and answer.json()["error"] == "use_dpop_nonce":
                return self.office.client.ask("POST", path, body, dpop=self.dpop(path), **headers)
        return answer

    def form(self, path: str, parameters: Mapping[str, str | None], *, proved: bool = True) -> httpx.Response:
        body = urlencode({name: value for name, value in parameters.items() if value is not None}).encode()
        self.token = None
        if proved:
            return self.proved(path, body, content_type=FORM)
        return self.office.client.ask("POST", path, body, content_type=FORM)

    def push(self, **changed: str | None) -> httpx.Response:
        return self.form(PAR, self._wanted(changed), proved=False)

    def push_proved(self, **changed: str | None) -> httpx.Response:
        """Push with a proof of the key."""
        return self.form(PAR, self._wanted(changed))

    def _wanted(self, changed: Mapping[str, str | None]) -> dict[str, str | None]:
        usual = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "state": "s-1",
            "scope": CERTIFICATE,
        }
        return {**usual, **changed}

    def question(self, pushed: httpx.Response) -> tuple[Question, OpenAccount]:
        """What the holder is asked."""
        bank, now = self.office.bank, self.office.now
        request = find_request(bank, CLIENT, pushed.json()["request_uri"], now=now)
        assert request is not None
        with bank.store.read() as transaction:
            opened = show_account(bank, transaction, self.office.account)
        return question_of(bank, request, opened, now=now), opened

    def allowed(self, pushed: httpx.Response) -> dict[str, str]:
        """What the browser brings back after the holder allowed the first entry of each configuration."""
        question, _ = self.question(pushed)
        chosen = {name: [each[0].entry.id] for name, each in question.wanted.items() if each}
        address = approve(self.office.bank, question, chosen, language="ko", now=self.office.now)
        assert address.startswith(BACK)
        return dict(parse_qsl(urlsplit(address).query))

    def code(self, **changed: str | None) -> str:
        return self.allowed(self.push(**changed))["code"]

    def exchange(self, code: str, *, proved: bool = True, **changed: str | None) -> httpx.Response:
        usual = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
            "code": code,
        }
        return self._kept(self.form(TOKEN, {**usual, **changed}, proved=proved))

    def renew(self, token: str, **changed: str | None) -> httpx.Response:
        usual = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT}
        return self._kept(self.form(TOKEN, {**usual, **changed}))

    def credential(self, configuration: str = CERTIFICATE, *, copies: int = 1, **more: object) -> httpx.Response:
        """Ask with fresh keys."""
        proofs = {"jwt": [self.proof(self.c_nonce()) for _ in range(copies)]}
        return self.proved(CREDENTIAL, {"credential_configuration_id": configuration, "proofs": proofs, **more})

    def c_nonce(self) -> str:
        return str(self.office.client.ask("POST", "/openid4vci/nonce").json()["c_nonce"])

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.token, self.refresh_token = answer.json()["access_token"], answer.json().get("refresh_token", "")
        return answer
