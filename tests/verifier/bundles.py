"""Trust bundles of the small signed world: made like the issuer's, one thing changed where a test wants it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from credential_schemas.trust_bundle_issue import BundleContent, build_trust_bundle
from keys.encoding import JsonValue, encode_json
from keys.key_files import FileSigner, create_key
from tests.verifier.world import ISSUER, STATUS_URI, VCT, World
from verifier.checks.rules import Rules
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.state import StateFolder
from verifier.trust_in_use import TrustContext, TrustInUse, trust_in_use

DAY_S = 86_400


@dataclass
class BundleDesk:
    """Makes bundles of one world; its trust list names the desk's key from the start.

    Attributes:
        at: when bundles are made, seconds since 1970.
        version: of the trust list in the next bundle.
    """

    world: World
    signer: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    at: int = 0
    version: int = 4
    days: int = 7

    def __post_init__(self) -> None:
        self.at = self.at or int(self.world.now.timestamp())
        self.pin(self.signer)

    def pin(self, *signers: FileSigner) -> None:
        """Let the issuer's trust list name these bundle keys."""
        self.world.issuer["bundle_jwks"] = {"keys": [{**signer.public_jwk()} for signer in signers]}

    def token(self, signer: FileSigner | None = None, *, lists: Mapping[str, str] | None = None) -> str:
        """Return a bundle; the list inside names the key that signs, or the bundle could not be built."""
        trust: dict[str, JsonValue] = {"trust": 1, "version": self.version, "issuers": self.world.trust["issuers"]}
        content = BundleContent(
            issuer_id=str(self.world.issuer["id"]),
            trust_document=trust,
            status_tokens=lists if lists is not None else {STATUS_URI: self.world.status_token()},
            type_metadata={VCT: encode_json({"vct": VCT})},
            made_at=self.at,
            valid_until=self.at + self.days * DAY_S,
        )
        return build_trust_bundle(content, signer=signer or self.signer)

    def file(self, token: str | None = None, name: str = "bank.bundle") -> Path:
        """Write a bundle to a file, with a line end behind it."""
        path = self.world.folder / name
        path.write_text((token or self.token()) + "\n")
        return path

    def list_file(self, name: str = "trust.json") -> Path:
        """Write the plain trust list to a file."""
        path = self.world.folder / name
        path.write_text(json.dumps(self.world.trust, ensure_ascii=False))
        return path

    def state(self) -> StateFolder:
        """Return the memory of the verifier."""
        return StateFolder(self.world.folder / "state")

    def used(self, path: Path, *, installed: Path | None = None, now: int | None = None) -> TrustInUse:
        """Read a list or bundle as a run at some time would."""
        state = self.state() if self.world.remembers else None
        return trust_in_use(path, TrustContext(installed, state, self.at if now is None else now))

    def offline_rules(self, path: Path, *, installed: Path | None = None) -> Rules:
        """Return the rules of a check without a network, at the world's time."""
        now = int(self.world.now.timestamp())
        used = self.used(path, installed=installed, now=now)
        sources = StatusSources({}, None, self.world.state(), bundled=used.bundled)
        freshness = Freshness(self.world.profile.status_grace_s)
        statuses = StatusLookup(sources, freshness=freshness)
        return Rules(used.trust, statuses, profile=self.world.profile, nonces=self.world.state())


__all__ = ["DAY_S", "ISSUER", "BundleDesk"]
