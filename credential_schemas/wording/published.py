"""The published versions of the wording: every word that a certificate of that version prints, frozen and pinned.

A certificate names its version (`creator_tool`), and its page is compared with that version for ever: a phrase, label
or name that changes later is a new version. A file has phrases, kinds of certificates, labels, entry types and names of
institutions, as the data files of the repository said when it was frozen; what it does not know, it does not say.

What a version does with its data is code, shared by all versions; `tests/vectors/wording/` pins the texts that result.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.certificate_kinds import CertificateKind, read_kinds
from credential_schemas.entry_types import CertificateLabels, EntryTypes, Names, read_labels
from credential_schemas.errors import EntryTypeError, WordingUnknown
from credential_schemas.wording.model import Language

CURRENT: Final = 1
SHA256: Final = {1: "e635089b12da47e6d7f0e2d0b34fdf799294d2aee467332d9330598bcea589f9"}


class WordingVersion:
    """The words of one version; what few readers need is taken out of its document when it is first asked for."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401 - our own file, just decoded, pinned by its hash
        self._document = document
        self.number: int = document["wording"]
        self.phrases: Mapping[str, Mapping[Language, str]] = document["phrases"]

    @cached_property
    def kinds(self) -> Mapping[str, CertificateKind]:
        """The kinds of certificates by id."""
        return read_kinds(self._document["kinds"])

    @cached_property
    def labels(self) -> CertificateLabels:
        """The labels of what stands around the entries."""
        return read_labels(self._document["labels"])

    @cached_property
    def types(self) -> EntryTypes:
        """The entry types."""
        return EntryTypes.read(self._document["types"])

    @cached_property
    def bodies(self) -> Mapping[str, Names]:
        """Institutions by registered id."""
        return {body: Names(**names) for body, names in self._document["bodies"].items()}

    @cached_property
    def institutions(self) -> Mapping[str, Names]:
        """Institutions by Korean name."""
        return {name: Names(name, english) for name, english in self._document["institutions"].items()}

    def phrase(self, key: str, language: Language, **values: str) -> str:
        """Return a phrase with its places filled; `singular|plural` is decided by the value `n`."""
        text = self.phrases[key][language]
        if "|" in text:
            singular, plural = text.split("|")
            text = singular if values["n"] == "1" else plural
        return text.format_map(values)

    def body_name(self, id_or_name: str) -> Names:
        """Return the names of an institution; a text that this version does not know is its own name, literally."""
        return self.bodies.get(id_or_name) or self.institutions.get(id_or_name) or Names(id_or_name, None)


@cache
def load_wording(number: int) -> WordingVersion:
    """Return a published version.

    Raises:
        WordingUnknown: no version has this number, or its file is not the published one.
    """
    if number not in SHA256:
        raise WordingUnknown(f"expected a wording version of {sorted(SHA256)}, found {number}")
    data = version_file(number)
    if hashlib.sha256(data).hexdigest() != SHA256[number]:
        raise WordingUnknown(f"wording version {number} is not the published file")
    return WordingVersion(json.loads(data))  # of our own making to the last byte, so without the strict decoder


def current_wording() -> WordingVersion:
    """Return the version in which certificates are printed today."""
    return load_wording(CURRENT)


def wording_for(claims: CertificateClaims, number: int) -> WordingVersion:
    """Return the version that a certificate names, when it has words for everything in its claims.

    Raises:
        WordingUnknown: the version is not published, or was made before a type, field or value of these claims.
    """
    version = load_wording(number)
    if claims.kind not in version.kinds:
        raise WordingUnknown(f"wording version {number} has no words for this kind of certificate")
    for entry in claims.entries:
        entry_type = version.types.in_credentials(entry.type)
        own = {} if entry_type is None else {field.name: field for field in entry_type.own_fields}
        try:
            sayable = entry_type is not None and all(name in own for name in entry.fields)
            for name, value in entry.fields.items() if sayable else ():
                own[name].check(value, path=name)
        except EntryTypeError as error:
            raise WordingUnknown(f"wording version {number} has no words for a value of {entry.type}") from error
        if not sayable:
            raise WordingUnknown(f"wording version {number} has no words for a field of {entry.type}")
    return version


def version_file(number: int) -> bytes:
    """Return the file of a version, not checked."""
    return Path(__file__).with_name("versions").joinpath(f"v{number}.json").read_bytes()
