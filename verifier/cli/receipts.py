"""Receipts of `check`: where they go, the key that signs them, and the lists that are kept beside them."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from credential_schemas.report.messages import Language
from credential_schemas.version import VERSION
from keys.values import dataclass
from verifier.checks.assembling import Verification
from verifier.checks.rules import Rules
from verifier.errors import OptionError, ReceiptWriteError
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.making import ReceiptMaker
from verifier.receipt.record import Circumstances, Recorded
from verifier.receipt.signing_key import open_receipt_key
from verifier.settings import Settings
from verifier.whole_files import write_new

_TOKEN, _PAGE = ".jws", ".pdf"


@dataclass(frozen=True, slots=True)
class ReceiptWriter:
    """Writes the receipts of one run.

    Args:
        out: a file that ends with .jws or .pdf, or a folder that gets both for each report id.
        maker: signs and draws.
        with_content: put everything that was disclosed inside.
        keep: where the lists of the check are kept, with the bytes of the trust list, or None.
    """

    out: Path
    maker: ReceiptMaker
    with_content: bool
    keep: KeptMaterial | None
    trust: bytes

    def write(self, verification: Verification) -> tuple[Path, ...]:
        """Write the receipt of one check and return the files.

        Raises:
            ReceiptWriteError: a file is there already or cannot be written.
        """
        recorded = self.maker.record(verification, with_content=self.with_content)
        if self.keep is not None:
            self.keep.keep(self.trust)
            for text in recorded.list_texts.values():
                self.keep.keep(text.encode("ascii"))
        if self.out.suffix == _TOKEN:
            return (_write_new(self.out, self.maker.as_token(recorded).token.encode("ascii")),)
        if self.out.suffix == _PAGE:
            return (_write_new(self.out, self.maker.as_page(recorded).pdf or b""),)
        return self._write_both(recorded)

    def _write_both(self, recorded: Recorded) -> tuple[Path, ...]:
        """Both forms of one receipt, named after the report and not after a person's file."""
        receipt = self.maker.as_page(recorded)
        name = f"receipt-{recorded.report.id}"
        token = _write_new(self.out / (name + _TOKEN), receipt.token.encode("ascii"))
        return token, _write_new(self.out / (name + _PAGE), receipt.pdf or b"")


def receipt_writer(
    arguments: argparse.Namespace, settings: Settings, *, rules: Rules, trust: bytes, language: Language
) -> ReceiptWriter | None:
    """Return what writes the receipts that the options ask for; None where they ask for none.

    Args:
        arguments: the options.
        settings: where the key for receipts is, and the name of the verifier.
        rules: of the check; they name the trust list by its digest.
        trust: the bytes of that trust list, exactly those that were read for the check.
        language: of the page.

    Raises:
        OptionError: the options do not fit together.
        ReceiptWriteError: the file is there already.
        ReceiptKeyError: the key for receipts cannot be opened.
    """
    if arguments.receipt is None:
        if arguments.receipt_with_content or arguments.keep is not None:
            raise OptionError(
                "expected --receipt with --receipt-with-content or --keep, found none", kind="receipt_alone"
            )
        return None
    out: Path = arguments.receipt
    inputs = len(arguments.files) + bool(arguments.text) + bool(arguments.code)
    try:
        _check_place(out, inputs)
    except OSError as error:
        raise ReceiptWriteError(f"expected to write {out.name}, found: {error.strerror}") from error
    signer = open_receipt_key(settings.config_folder, passphrase=settings.passphrase)
    circumstances = Circumstances(rules, settings.name, VERSION, datetime.now(UTC))
    return ReceiptWriter(
        out=out,
        maker=ReceiptMaker(signer, circumstances, language),
        with_content=arguments.receipt_with_content,
        keep=KeptMaterial(arguments.keep) if arguments.keep is not None else None,
        trust=trust,
    )


def _check_place(out: Path, inputs: int) -> None:
    if out.suffix in (_TOKEN, _PAGE) and not out.is_dir():
        if inputs > 1:
            raise OptionError(
                "expected --receipt to be a folder for several inputs, found a file", kind="receipt_folder"
            )
        if out.exists():
            raise ReceiptWriteError(f"expected no file at {out.name}; a receipt is never overwritten", kind="exists")
    elif out.suffix and not out.is_dir():
        raise OptionError("expected --receipt to end with .jws or .pdf, or to be a folder", kind="receipt_place")


def _write_new(path: Path, data: bytes) -> Path:
    """Write for the owner's eyes, in a folder that is made where there is none, and never over another file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReceiptWriteError(f"expected to write in {path.parent.name}, found: {error.strerror}") from error
    try:
        write_new(path, data)
    except FileExistsError as error:
        raise ReceiptWriteError(
            f"expected no file at {path.name}; a receipt is never overwritten", kind="exists"
        ) from error
    except OSError as error:
        raise ReceiptWriteError(f"expected to write {path.name}, found: {error.strerror}") from error
    return path
