"""What of a credential its issuer gets to see for a blind paper copy.

Rules enforced:
* what a blind edition never shows does not leave; what an employer may ask for leaves only where the holder names it;
* name and birth date go to the issuer, because its signature covers them; the copy withholds them.

Source: docs/wallet.md; the blind rules of the entry types (`credential_schemas.entry_types`)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from credential_schemas.dcql.choosing import disclosures_for
from credential_schemas.dcql.model import FoundPath
from credential_schemas.entry_types import categories, entry_types
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.encoding import JsonValue
from wallet_cli.errors import NothingToPresent
from wallet_cli.presenting.choosing import Leaving, claims_of, leaving_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.paths import check_paths, path_text, read_path

Entry = Mapping[str, JsonValue]
_APPLICANT: Final = ("certificate", "applicant_no")


def for_blind_paper(copy: Held, named: Sequence[str], *, applicant_no: str | None = None) -> Leaving:
    """Cut a copy to what a blind paper copy of it needs.

    Args:
        copy: that is shown.
        named: entries and fields as the holder typed them; all entries, where nothing is named.
        applicant_no: of the application that the copy is for; the credential's own number is then left out.

    Raises:
        ItemNotFound: a path names nothing in it.
        NothingToPresent: a path names what a blind copy never shows, or no entry is left.
    """
    claims = claims_of(copy.sd_jwt)
    wanted = [read_path(each) for each in named]
    check_paths(claims, wanted)
    paths = [path for place, entry in _entries(claims) for path in _shown(place, entry, wanted)]
    if not paths:
        raise NothingToPresent("A blind copy needs at least one entry; 'cb-wallet select ID' lists them.")
    for group in ("holder", "certificate"):
        members = claims.get(group, {})
        paths += [(group, name) for name in members] if isinstance(members, dict) else []
    if applicant_no is not None:
        paths = [path for path in paths if path != _APPLICANT]
    parsed, disclosures = parse_sd_jwt(copy.sd_jwt), unverified_disclosures(copy.sd_jwt)
    return leaving_of("", copy, keep_disclosures(copy.sd_jwt, disclosures_for(parsed, disclosures, paths)))


def _entries(claims: Mapping[str, JsonValue]) -> Iterator[tuple[FoundPath, Entry]]:
    """Yield the entries of a credential, each with its place; a flat credential is one entry itself."""
    if "type" in claims and "certificate" not in claims:
        yield (), claims
    for category in categories():
        listed = claims.get(category, [])
        for position, entry in enumerate(listed if isinstance(listed, list) else []):
            yield (category, position), cast("Entry", entry)


def _shown(place: FoundPath, entry: Entry, wanted: Sequence[FoundPath]) -> Iterator[FoundPath]:
    rules = _rules(entry)
    for name in entry:
        path = (*place, name)
        rule = rules.get(name)
        by_name = any(each[: len(path)] == path for each in wanted)
        if rule == "hide" and by_name:
            raise NothingToPresent(f"Nothing was presented: a blind copy never shows {path_text(path)}.")
        with_entry = not wanted or any(each == path[: len(each)] for each in wanted)
        if by_name or (with_entry and rule == "show"):
            yield path


def _rules(entry: Entry) -> dict[str, str]:
    """Return what a blind edition does with the members of an entry; `show`, `ask` or `hide`."""
    entry_type = entry_types().in_credentials(str(entry.get("type")))
    if entry_type is None:
        raise NothingToPresent("Nothing was presented: the credential has an entry of a kind that is unknown here.")
    own = {field.name: str(field.blind) for field in entry_type.own_fields}
    always = dict.fromkeys(("type", "title", "title_en", "as_of", "idx"), "show")
    return {**always, **own, "issuing_body": entry_type.issuing_body_blind}
