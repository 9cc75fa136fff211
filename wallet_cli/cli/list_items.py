"""`cb-wallet list`: the kept certificates, one line each."""

import argparse
import json

from credential_schemas.presented_claims import Form, PresentedClaims
from credential_schemas.wording.model import Language
from keys.trust_list import TrustList
from keys.values import dataclass
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.messages import error_sentence
from wallet_cli.errors import WalletError
from wallet_cli.exit_codes import ExitCode, exit_code_of
from wallet_cli.held import check_held
from wallet_cli.store import KeptCertificate

SUMMARY = "list the kept certificates"
EXAMPLE = "cb-wallet list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options: none."""


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Print every kept certificate; one that no longer passes the holder's checks says so in its line."""
    trust = context.trust_list()
    worst = ExitCode.DONE
    for kept in context.keeper().items():
        line = _line(kept, trust=trust, now=context.unix_now())
        if isinstance(line.found, WalletError):
            refused = exit_code_of(line.found)
            worst = ExitCode.INVALID if ExitCode.INVALID in (worst, refused) else refused
        print(line.json() if arguments.json else line.text(context.language), file=context.out)
    return worst


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line of the list says: what a certificate says, or why it is not believed."""

    kept: KeptCertificate
    found: PresentedClaims | WalletError

    def json(self) -> str:
        claims = None if isinstance(self.found, WalletError) else self.found
        members = {
            "id": self.kept.id,
            "form": claims.form.value if claims else None,
            "number": claims.number if claims else None,
            "title": _title(claims) if claims else None,
            "entries": len(claims.entries) if claims else None,
            "valid_until": claims.valid_until.isoformat() if claims else None,
            "copies": self.kept.copies,
            "unused": self.kept.unused,
            "renewable": self.kept.renewable,
            "problem": str(self.found) if claims is None else None,
        }
        return json.dumps(members, ensure_ascii=False)

    def text(self, language: Language) -> str:
        claims = self.found
        if isinstance(claims, WalletError):
            return f"{self.kept.id}  {error_sentence(claims, language)}"
        count, copies = len(claims.entries), ""
        name = claims.number or _title(claims)
        if language == "ko":
            if self.kept.copies:
                copies = f", 사본 {self.kept.copies}개 중 {self.kept.unused}개 남음"
            return f"{self.kept.id}  {name}  {count}건, {claims.valid_until}까지{copies}"
        if self.kept.copies:
            copies = f", {self.kept.unused} of {self.kept.copies} copies unused"
        many = "entry" if count == 1 else "entries"
        return f"{self.kept.id}  {name}  {count} {many}, until {claims.valid_until}{copies}"


def _title(claims: PresentedClaims) -> str | None:
    """Return the title of a credential that is one entry."""
    return claims.entries[0].title if claims.form is Form.FLAT else None


def _line(kept: KeptCertificate, *, trust: TrustList, now: int) -> _Line:
    try:
        return _Line(kept, check_held(kept.sd_jwt, trust=trust, now=now))
    except WalletError as error:
        return _Line(kept, error)
