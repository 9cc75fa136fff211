"""Freezes what certificates say today as a version of the wording: `python -m tests.vectors.wording.freeze NUMBER`.

It writes the version's file and the golden texts beside this module, and prints the hash for `published.py`. A version
that a released certificate may name is never written again; the next one gets the next number, and `CURRENT` follows.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from credential_schemas.bodies import known_institutions, registered_bodies
from credential_schemas.wording.certificate import certificate_wording
from credential_schemas.wording.model import CertificateWording
from credential_schemas.wording.published import WordingVersion
from tests.vectors.wording.certificates import cases

FOLDER = Path(__file__).parent
VERSIONS = Path(str(files("credential_schemas") / "wording" / "versions"))


def version_of_today(number: int) -> str:
    """Return the file of a version with the words of today's data files."""
    package = files("credential_schemas")
    types = package / "types"
    documents = {
        file.name: json.loads(file.read_text("utf-8")) for file in types.iterdir() if file.name[-5:] == ".json"
    }
    document: dict[str, Any] = {
        "wording": number,
        "phrases": json.loads((package / "wording" / "phrases.json").read_text("utf-8")),
        "kinds": json.loads((package / "certificate_kinds.json").read_text("utf-8")),
        "labels": documents.pop("_certificate.json"),
        "types": dict(sorted(documents.items())),
        "bodies": {body: {"ko": names.ko, "en": names.en} for body, names in registered_bodies().items()},
        "institutions": {names.ko: names.en for names in known_institutions()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def golden_texts(version: WordingVersion) -> Iterator[tuple[str, str]]:
    """Yield the name of each sample certificate, and everything it says in that version, a line each."""
    for name, case in cases(version.types).items():
        wording = certificate_wording(
            case.claims,
            language=case.language,
            imprint=case.imprint,
            confirmation_code=case.confirmation_code,
            version=version,
        )
        yield name, text_of(wording)


def text_of(wording: CertificateWording) -> str:
    """Return all texts with their slugs, the page's furniture and the picture's description behind them."""
    lines = [f"{line.where}: {line.text}" for line in wording.lines()]
    furniture = {"specimen": wording.specimen, "page_number": wording.page_number(1, 2), "qr": wording.qr_alternative}
    return "\n".join([*lines, *(f"{where}: {text}" for where, text in furniture.items() if text is not None), ""])


def main(number: int) -> None:
    """Write the version's file and its golden texts."""
    text = version_of_today(number)
    (VERSIONS / f"v{number}.json").write_text(text, encoding="utf-8")
    for name, golden in golden_texts(WordingVersion(json.loads(text))):
        (FOLDER / f"v{number}-{name}.txt").write_text(golden, encoding="utf-8")
    print(f"{number}: {hashlib.sha256(text.encode()).hexdigest()}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
