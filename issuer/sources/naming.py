"""Names that a delivery leaves out or writes its own way, from the catalogue: items, classes, institutions."""

from dataclasses import dataclass

from credential_schemas.bodies import registered_bodies
from credential_schemas.catalogue import QualificationItem, english_name, ncs_class, qualification_item
from keys.encoding import JsonValue


@dataclass(frozen=True, slots=True)
class ItemNames:
    """What the catalogue adds to a qualification item; `fields` has `item_code`, `series` and `field` where known."""

    title_en: str | None
    fields: dict[str, JsonValue]
    warnings: tuple[str, ...]


def body_id(code: str) -> str:
    """Return the registered id of an institution that a source calls by a code such as `HRDK`, or the text itself."""
    lower = code.lower()
    return lower if lower in registered_bodies() else code


def coded(code: str | None, name: str | None) -> JsonValue:
    """Return code and name as the value of a `coded_name` field, or None unless both are there."""
    return {"code": code, "name": name} if code and name else None


def class_value(code: str, name: str | None = None) -> JsonValue:
    """Return an NCS class with its delivered name, or else the catalogue's; None when nobody names it."""
    known = ncs_class(code)
    return coded(code, name or (known.name_ko if known else None))


def item_names(name: str, grade: str | None = None) -> ItemNames:
    """Return what the catalogue knows of an item, asked by its name, then by its name with the grade."""
    item = qualification_item(name) or (qualification_item(f"{name} {grade}") if grade else None)
    if item is None:
        return ItemNames(english_name(name), {}, ("the qualification item is not in the catalogue",))
    return ItemNames(item.name_en, _item_fields(item), ())


def _item_fields(item: QualificationItem) -> dict[str, JsonValue]:
    found = {"item_code": item.code, "series": item.series, "field": coded(item.field_code, item.field_ko)}
    return {name: value for name, value in found.items() if value is not None}
