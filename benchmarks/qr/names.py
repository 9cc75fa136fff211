"""The names of a dictionary, from the catalogue: alone, and together with what always stands beside them."""

from benchmarks.qr.phrases import PHRASES
from benchmarks.qr.samples import rows
from credential_schemas.qr.dictionary.build import LIKE_A_DIGEST

_SHORT_NAME = 4  # shorter names are left to their syllables


def name_groups() -> dict[str, tuple[list[str], float]]:
    """Return the names by group, and how much more often than a common one each of a group is to be expected."""
    groups = {
        "items": (_items(), 4.0),
        "fields": (_fields(), 4.0),
        "licences": (_licences(), 2.0),
        "units": (_units(), 1.0),
        "minor classes": (_minor_classes(), 1.0),
        "sub classes": (_sub_classes(), 1.0),
        "unit codes": ([row["code"] for row in rows("ncs_units")], 2.0),
        "phrases": (list(PHRASES), 4.0),
        "schools": ([row["name_ko"] for row in rows("institutions")], 2.0),
        "item names": ([row["name_ko"] for row in rows("qualification_items")], 1.0),
        "unit names": ([row["name_ko"] for row in rows("ncs_units")], 1.0),
        "class names": ([row["name_ko"] for row in rows("ncs_classification")], 0.5),
    }
    known: set[str] = set()
    once: dict[str, tuple[list[str], float]] = {}
    for group, (names, share) in groups.items():
        fresh = [name for name in dict.fromkeys(names) if name not in known and _is_worth_it(name, group)]
        known.update(fresh)
        once[group] = fresh, share
    return once


def _is_worth_it(name: str, group: str) -> bool:
    if LIKE_A_DIGEST.fullmatch(name):
        return False
    return len(name) >= _SHORT_NAME or (group == "phrases" and len(name) > 1)


def _items() -> list[str]:
    names = []
    for row in rows("qualification_items"):
        code = f'","item_code":"{row["item_code"]}' if row["item_code"] else ""
        body = f'","issuing_body":"{row["exam_body"]}'
        names.append(f'{row["name_ko"]}","title_en":"{row["name_en"]}{body}{code}","series":"{row["series"]}')
    return names


def _fields() -> list[str]:
    known = {(row["field_code"], row["field_ko"]) for row in rows("qualification_items") if row["field_code"]}
    return [f'","field":{{"code":"{code}","name":"{name}' for code, name in sorted(known)]


def _licences() -> list[str]:
    bodies = {row["name_ko"]: row["id"] for row in rows("issuing_bodies")}
    names = []
    for table in ("professional_qualifications", "certified_private_qualifications"):
        for row in rows(table):
            english = f'{row["name_ko"]}","title_en":"{row["name_en"]}'
            names += [
                f'{english}","issuing_body":"{bodies.get(row["body_ko"], row["body_ko"])}',
                english,
                row["name_ko"],
            ]
    return names


def _units() -> list[str]:
    return [f'{row["name_ko"]}","issuing_body":"hrdk","unit_code":"{row["code"]}' for row in rows("ncs_units")]


def _minor_classes() -> list[str]:
    """The three upper classes of a unit together, as an entry has them."""
    names = {row["code"]: row["name_ko"] for row in rows("ncs_classification")}
    together = []
    for row in rows("ncs_classification"):
        if row["rank"] == "minor":
            ranks = (("major", row["code"][:2]), ("middle", row["code"][:4]), ("minor", row["code"]))
            members = (f'"{rank}_class":{{"code":"{code}","name":"{names[code]}"}}' for rank, code in ranks)
            together.append(",".join(members))
    return together


def _sub_classes() -> list[str]:
    subs = (row for row in rows("ncs_classification") if row["rank"] == "sub")
    return [f',"sub_class":{{"code":"{row["code"]}","name":"{row["name_ko"]}"}}' for row in subs]
