"""`cb-wallet show ID`: everything one kept certificate says."""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from keys.values import replace
from wallet_cli.cli.context import CommandContext
from wallet_cli.errors import CodeTooLarge, ItemNotFound
from wallet_cli.exit_codes import ExitCode
from wallet_cli.held import check_held, whole_certificate
from wallet_cli.printing import entry_rows, wording_lines
from wallet_cli.store import KeptCertificate, write_new

SUMMARY = "show what one kept certificate says"
EXAMPLE = "cb-wallet show 3fa9c1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("id", metavar="ID", help="id from 'cb-wallet list', or enough of its start")
    parser.add_argument("--qr", action="store_true", help="show the QR code, to be scanned from this screen")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write the PDF it came as; never overwritten")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Print the certificate in the words of the printed page, as its QR code, or as JSON."""
    kept = context.keeper().item(arguments.id)
    trust = context.trust_list()
    presented = check_held(kept.sd_jwt, trust=trust, now=context.unix_now())
    if arguments.pdf is not None:
        _write_pdf(kept, arguments.pdf)
    claims = whole_certificate(presented)
    if claims is None:
        rows = entry_rows(presented, context.language)
        plain = (f"{label}: {value}" for label, value in rows)
        lines: Iterable[str] = _row_lines(kept, rows) if arguments.json else plain
    else:
        lines = _certificate_lines(arguments, context, kept, claims)
    for line in lines:
        print(line, file=context.out)
    return ExitCode.DONE


def _certificate_lines(
    arguments: argparse.Namespace, context: CommandContext, kept: KeptCertificate, claims: CertificateClaims
) -> Iterable[str]:
    issuer = context.trust_list().issuers[claims.issuer]
    verify_url = issuer.verify_urls[0] if issuer.verify_urls else f"{issuer.id}/v"
    if arguments.qr:
        return _code_lines(kept.sd_jwt, verify_url=verify_url)
    names: dict[Language, str] = {"ko": issuer.name["ko"], "en": issuer.name["en"]}
    imprint = Imprint(issuer_name=names, verify_host=urlsplit(verify_url).netloc)
    wording = certificate_wording(claims, language=context.language, imprint=imprint, confirmation_code=None)
    if kept.copies:
        wording = replace(wording, notes=())  # the notes are those of paper, which anybody may carry
    return _json_lines(kept, wording) if arguments.json else wording_lines(wording)


def _write_pdf(kept: KeptCertificate, target: Path) -> None:
    """Write the PDF that a certificate came as."""
    content = kept.pdf_bytes()
    if content is None:
        raise ItemNotFound("Expected a certificate that was kept with its PDF, found one without.")
    write_new(target, content)


def _row_lines(kept: KeptCertificate, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [{"where": label, "text": value} for label, value in rows]
    yield json.dumps({"id": kept.id, "pdf": None, "lines": lines}, ensure_ascii=False)


def _code_lines(sd_jwt: str, *, verify_url: str) -> Iterator[str]:
    # Imported here: only this option draws a code.
    from credential_schemas.errors import QrPayloadTooLarge
    from credential_schemas.qr.payload import encode_qr_payload
    from credential_schemas.qr.symbols import choose_symbols
    from wallet_cli.terminal_qr import terminal_codes

    try:
        plan = choose_symbols(verify_url, encode_qr_payload(sd_jwt))
    except QrPayloadTooLarge as error:
        msg = "The certificate is too large for QR codes on a screen. Send the PDF file instead."
        raise CodeTooLarge(msg) from error
    return terminal_codes(plan)


def _json_lines(kept: KeptCertificate, wording: CertificateWording) -> Iterator[str]:
    lines = [{"where": line.where, "text": line.text} for line in wording.lines()]
    document = {"id": kept.id, "pdf": str(kept.pdf) if kept.pdf else None, "lines": lines}
    yield json.dumps(document, ensure_ascii=False)
