"""The holder's choice: which disclosures of a credential go to a verifier.

Nothing is verified here: the holder verified the credential when it was received (`verify`). What does not fit together
(a disclosure that belongs nowhere, a digest twice) is refused all the same.

Source: RFC 9901 section 7.2
"""

from collections.abc import Callable, Collection, Sequence

from credential_schemas.errors import SdJwtBuildError
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, Disclosure, Path, process_disclosures
from credential_schemas.sd_jwt.parse import ParsedSdJwt, parse_sd_jwt


def unverified_disclosures(sd_jwt: str) -> tuple[Disclosure, ...]:
    """The disclosures of a compact SD-JWT with their paths, parents before children; the signature is not checked.

    Raises:
        SdJwtRefused: the token or its disclosures are not in order (steps 0 to 19).
    """
    return _unverified_disclosures(parse_sd_jwt(sd_jwt))


def keep_disclosures(sd_jwt: str, keep: Callable[[Disclosure], bool]) -> str:
    """Leave out every disclosure that `keep` does not want, but keep those in which a kept one lies.

    Args:
        sd_jwt: compact SD-JWT without key binding.
        keep: asked once for each disclosure; see `at_or_below` for a choice by paths.

    Returns:
        The compact SD-JWT with the kept disclosures in their received order and the closing `~`.

    Raises:
        SdJwtRefused: the token or its disclosures are not in order.
        SdJwtBuildError: the token carries a key-binding JWT, which a change would break.
    """
    parsed = parse_without_key_binding(sd_jwt)
    disclosures = _unverified_disclosures(parsed)
    parents = {disclosure.text: disclosure.parent for disclosure in disclosures}
    kept: set[str] = set()
    for disclosure in disclosures:
        text: str | None = disclosure.text if keep(disclosure) else None
        while text is not None and text not in kept:
            kept.add(text)
            text = parents[text]
    issuer_jwt = parsed.presented.partition("~")[0]
    return "~".join([issuer_jwt, *(text for text in parsed.disclosures if text in kept), ""])


def at_or_below(paths: Collection[Path]) -> Callable[[Disclosure], bool]:
    """A choice for `keep_disclosures`: what lies at one of `paths` (in the signed claims), or inside it."""

    def keep(disclosure: Disclosure) -> bool:
        return any(disclosure.path[: len(path)] == path for path in paths)

    return keep


def add_disclosures(sd_jwt: str, texts: Sequence[str]) -> str:
    """Put withheld disclosures (base64url texts, for example of a reveal file) back into a compact SD-JWT.

    Raises:
        SdJwtRefused: one of them is not of this credential, or is there already.
        SdJwtBuildError: the token carries a key-binding JWT, which a change would break.
    """
    revealed = parse_without_key_binding(sd_jwt).presented + "".join(f"{text}~" for text in texts)
    unverified_disclosures(revealed)
    return revealed


def parse_without_key_binding(sd_jwt: str) -> ParsedSdJwt:
    """Take an SD-JWT apart that must not carry a key-binding JWT yet.

    Raises:
        SdJwtRefused: it is not an SD-JWT.
        SdJwtBuildError: it carries a key-binding JWT.
    """
    parsed = parse_sd_jwt(sd_jwt)
    if parsed.key_binding is not None:
        raise SdJwtBuildError("expected an SD-JWT not bound to a verifier yet, found a key-binding JWT")
    return parsed


def _unverified_disclosures(parsed: ParsedSdJwt) -> tuple[Disclosure, ...]:
    processed = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY)
    if processed.faults:
        raise processed.faults[0]
    return processed.disclosures
