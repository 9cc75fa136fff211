"""`cb-wallet list`: the kept certificates, one line each."""

import argparse
import json
from dataclasses import dataclass

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.wording.model import Language
from keys.trust_list import TrustList
from wallet_cli.cli.context import CommandContext
from wallet_cli.errors import WalletError
from wallet_cli.exit_codes import ExitCode, exit_code_of
from wallet_cli.receiving import check_received
from wallet_cli.store import KeptCertificate

SUMMARY = "list the kept certificates"
EXAMPLE = "cb-wallet list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options: none."""


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Print every kept certificate; one that no longer passes the holder's checks says so in its line."""
    trust = context.trust_list()
    worst = ExitCode.DONE
    for kept in context.store.items():
        line = _line(kept, trust=trust, now=context.unix_now())
        if line.refusal is not None:
            refused = exit_code_of(line.refusal)
            worst = ExitCode.INVALID if ExitCode.INVALID in (worst, refused) else refused
        print(line.json() if arguments.json else line.text(context.language), file=context.out)
    return worst


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line of the list says."""

    id: str
    claims: CertificateClaims | None
    refusal: WalletError | None

    def json(self) -> str:
        claims = self.claims
        members = {
            "id": self.id,
            "number": claims.number if claims else None,
            "entries": len(claims.entries) if claims else None,
            "valid_until": claims.valid_until.isoformat() if claims else None,
            "problem": str(self.refusal) if self.refusal else None,
        }
        return json.dumps(members, ensure_ascii=False)

    def text(self, language: Language) -> str:
        claims = self.claims
        if claims is None:
            return f"{self.id}  {self.refusal}"
        count = len(claims.entries)
        if language == "ko":
            return f"{self.id}  {claims.number}  {count}건, {claims.valid_until}까지"
        return f"{self.id}  {claims.number}  {count} {'entry' if count == 1 else 'entries'}, until {claims.valid_until}"


def _line(kept: KeptCertificate, *, trust: TrustList, now: int) -> _Line:
    try:
        return _Line(kept.id, check_received(kept.sd_jwt, trust=trust, now=now), None)
    except WalletError as error:
        return _Line(kept.id, None, error)
