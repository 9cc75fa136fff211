"""Names of institutions: by registered id (`catalogue/issuing_bodies.csv`) or by their Korean name.

What is printed follows the names of a wording version (`wording/published.py`), frozen from these; a report shows them
as they are today. An institution that is renamed gets a new row.
"""

from collections.abc import Mapping
from functools import cache

from credential_schemas.catalogue_rows import rows
from credential_schemas.entry_types import Names


def body_name(id_or_name: str) -> Names:
    """Return the Korean and English name of an institution.

    Args:
        id_or_name: a registered id (`hrdk`), or a name as it was delivered.

    Returns:
        The registered names; for a text that is neither an id nor a known Korean name, the text itself, literally.
    """
    return _by_id().get(id_or_name) or _by_name().get(id_or_name) or Names(id_or_name, None)


def registered_bodies() -> Mapping[str, Names]:
    """Return all registered institutions by id."""
    return _by_id()


def known_institutions() -> tuple[Names, ...]:
    """Return the names of every institution of the catalogue, registered or not, each Korean name once."""
    return tuple(_by_name().values())


@cache
def _by_id() -> Mapping[str, Names]:
    return {row["id"]: Names(row["name_ko"], row["name_en"]) for row in rows("issuing_bodies.csv")}


@cache
def _by_name() -> Mapping[str, Names]:
    institutions = {row["name_ko"]: Names(row["name_ko"], row["name_en"] or None) for row in rows("institutions.csv")}
    return institutions | {names.ko: names for names in _by_id().values()}
