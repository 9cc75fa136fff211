"""What `cb-wallet` says of an error, in Korean and English.

An error's English sentence stands where it is raised. `messages.json` has the Korean one by code, or code, dot and
kind; the English one stands behind it as the detail.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from credential_schemas.look.harmless import harmless
from credential_schemas.wording.model import Language
from wallet_cli.errors import WalletError


def error_sentence(error: WalletError, language: Language) -> str:
    """Return what went wrong and what to do; nothing in it acts on a terminal."""
    detail = harmless(str(error))
    if language == "en":
        return detail
    sentences = korean_sentences()
    return (sentences.get(f"{error.code}.{error.kind}") or sentences[error.code]).format_map({"detail": detail})


@cache
def korean_sentences() -> Mapping[str, str]:
    """Return the Korean sentences by code, or code, dot and kind."""
    return dict(json.loads(Path(__file__).with_name("messages.json").read_text("utf-8")))
