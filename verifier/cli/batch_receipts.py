"""Options of `batch` about receipts, into the folder they go to and what they say."""

import argparse
import os
import time
from pathlib import Path

from verifier.batch.receipts import ReceiptFolder
from verifier.batch.work import ReceiptTerms
from verifier.errors import OptionError
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.signing_key import open_receipt_key
from verifier.settings import Settings


def batch_receipts(arguments: argparse.Namespace, settings: Settings, *, resumes: bool) -> ReceiptFolder | None:
    """Return where receipts go, None when there are to be none.

    Raises:
        OptionError: options that need --receipt stand without it.
        ReceiptWriteError: the folder has files in it already.
        ReceiptKeyError: the key for receipts cannot be opened.
    """
    if arguments.receipt is None:
        if arguments.receipt_with_content or arguments.keep is not None:
            raise OptionError(
                "expected --receipt with --receipt-with-content or --keep, found none", kind="receipt_alone"
            )
        return None
    folder: Path = arguments.receipt
    if any(folder.resolve().is_relative_to(Path(path).resolve()) for path in arguments.paths):
        raise OptionError("expected --receipt outside of what is checked, found it inside", kind="receipt_inside")
    keep = KeptMaterial(arguments.keep) if arguments.keep is not None else None
    signer = open_receipt_key(settings.config_folder, passphrase=settings.passphrase)
    receipts = ReceiptFolder(folder, signer, time.time, keep)
    receipts.check_place(resumes=resumes)
    return receipts


def receipt_terms(arguments: argparse.Namespace) -> ReceiptTerms | None:
    """Return what receipts say, None when there are to be none."""
    if arguments.receipt is None:
        return None
    return ReceiptTerms(Settings.from_environment(os.environ).name, with_content=arguments.receipt_with_content)
