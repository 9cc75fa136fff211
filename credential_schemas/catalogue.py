"""Look up reference data: NCS classes and units, qualification items, and English names.

The tables in `catalogue/` are facts for filling and checking entries, complete only in part (`catalogue/README.md`): a
code that is not found is a reason for a warning, never for refusing an entry. A table is read when first asked for.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from credential_schemas.catalogue_rows import rows
from keys.values import dataclass

_MIDDLE_DOT: Final = "\u00b7"
_OTHER_DOTS: Final = str.maketrans(dict.fromkeys("\u22c5\u318d\u30fb\uff65", _MIDDLE_DOT))
_CLASS_DIGITS: Final = (2, 4, 6, 8)


@dataclass(frozen=True, slots=True)
class NcsClass:
    """A class of the NCS classification; `rank` is `major`, `middle`, `minor` or `sub`."""

    code: str
    rank: str
    name_ko: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class NcsUnit:
    """A competency unit; the whole code with its version is the key. `level` is 1 to 8 where known."""

    code: str
    name_ko: str
    level: int | None


@dataclass(frozen=True, slots=True)
class QualificationItem:
    """An item of the national technical qualifications; `code` is None for items without a published code."""

    code: str | None
    name_ko: str
    name_en: str | None
    series: str | None
    field_code: str | None
    field_ko: str | None
    exam_body: str


def folded(name: str) -> str:
    """Return a name for comparing: NFC, one kind of middle dot, no spaces."""
    return "".join(unicodedata.normalize("NFC", name).translate(_OTHER_DOTS).split())


def ncs_class(code: str) -> NcsClass | None:
    """Return the class with this code of 2, 4, 6 or 8 digits."""
    return _classes().get(code)


def ncs_classes_of(code: str) -> tuple[NcsClass, ...]:
    """Return the known classes of a class or unit code, from major to sub."""
    found = (ncs_class(code[:digits]) for digits in _CLASS_DIGITS if digits <= len(code))
    return tuple(each for each in found if each is not None)


def ncs_unit(code: str) -> NcsUnit | None:
    """Return the unit with this code, version included."""
    return _units().get(code)


def ncs_units_within(code: str) -> tuple[NcsUnit, ...]:
    """Return the known units of a class, or the unit with this code in all its versions, by code."""
    return tuple(unit for name, unit in sorted(_units().items()) if name.startswith(code))


def qualification_item(code_or_name: str) -> QualificationItem | None:
    """Return the item with this code (`1320`) or Korean name, compared folded."""
    by_code, by_name = _items()
    return by_code.get(code_or_name) or by_name.get(folded(code_or_name))


def english_name(name_ko: str) -> str | None:
    """Return the English name of a qualification (technical, professional, private) or language test, if known."""
    return _english_names().get(folded(name_ko))


@cache
def _classes() -> Mapping[str, NcsClass]:
    return {
        row["code"]: NcsClass(row["code"], row["rank"], row["name_ko"], row["name_en"] or None)
        for row in rows("ncs_classification.csv")
    }


@cache
def _units() -> Mapping[str, NcsUnit]:
    return {
        row["code"]: NcsUnit(row["code"], row["name_ko"], int(row["level"]) if row["level"] else None)
        for row in rows("ncs_units.csv")
    }


@cache
def _items() -> tuple[Mapping[str, QualificationItem], Mapping[str, QualificationItem]]:
    items = [_item(row) for row in rows("qualification_items.csv")]
    by_code = {item.code: item for item in items if item.code is not None}
    return by_code, {folded(item.name_ko): item for item in items}


def _item(row: Mapping[str, str]) -> QualificationItem:
    return QualificationItem(
        code=row["item_code"] or None,
        name_ko=row["name_ko"],
        name_en=row["name_en"] or None,
        series=row["series"] or None,
        field_code=row["field_code"] or None,
        field_ko=row["field_ko"] or None,
        exam_body=row["exam_body"],
    )


@cache
def _english_names() -> Mapping[str, str]:
    files = (
        "language_tests.csv",
        "certified_private_qualifications.csv",
        "professional_qualifications.csv",
        "qualification_items.csv",
    )
    return {folded(row["name_ko"]): row["name_en"] for file in files for row in rows(file) if row["name_en"]}
