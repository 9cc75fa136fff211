"""The frames of a dictionary: the pieces of JSON between the values that differ, for every type and its fields."""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import permutations, product
from typing import Any

from benchmarks.qr.phrases import HOT_FRAMES
from benchmarks.qr.samples import rows

_HOLE = "\n"  # a value that no frame can know
_DATES = ("{04}", "{05}", "{06}", "{07}")
_INDEXES = ("{0D}", "{0C}", _HOLE)  # six digits, five
_FEW_VALUES = 3
_SHORTEST_FRAME = 4
_HOLDER_CLAIMS = 3
_BODIES = {
    "national_technical_qualification": "hrdk",
    "course_based_qualification": "hrdk",
    "work_learning_qualification": "hrdk",
    "university_ncs_course": "hrdk",
    "ncs_competency_unit": "hrdk",
    "vocational_training": "keis",
    "polytechnic_record": "kopo",
    "employment_insurance_career": "comwel",
    "lifelong_learning": "nile",
    "military_duty": "rok_army",
    "military_qualification": "rok_army",
    "business_registration": "nts",
}
_ALWAYS = (True, "if_known")
_OFTEN = ("title_en", "field", "session", "hours", "ncs_code", "ncs_units", "duty", "employer_industry")
_CATEGORIES = (
    *("qualifications", "trainings", "educations", "careers"),
    *("military", "businesses", "units", "achievements"),
)
_VALUES = {
    "boolean": ("true",),
    "integer": (_HOLE,),
    "hours": (_HOLE,),
    "credits": (_HOLE, "3"),
    "level": (_HOLE,),
    "decimal": (_HOLE,),
    "percent": (_HOLE,),
    "entry_idx": (_HOLE,),
    "status_idx": _INDEXES,
    "ncs_units": (f'["{_HOLE}"]',),
    "coded_name": (f'{{"code":"{_HOLE}","name":"{_HOLE}"}}',),
    "course_id": ('"AIG{15}"',),
    "provider_id": ('"{13}"',),
    "ncs_code": ('"{0F}"',),
    "business_number": ('"{11}"',),
    "term": ('"{0B}-1"', '"{0B}-2"'),
}


def frames() -> list[str]:
    """Return the frames, marks written `{04}`, the longest pieces of a type first."""
    bodies = (f'","issuing_body":"{row["id"]}' for row in rows("issuing_bodies"))
    drafted = dict.fromkeys((*HOT_FRAMES, *_payload_frames(), *_entry_frames(), *bodies))
    return [frame for frame in drafted if len(frame) >= _SHORTEST_FRAME]


def _entry_frames() -> Iterator[str]:
    for entry_type in _types().values():
        for fields in _shown_fields(entry_type):
            start = f'{{00}}{{"type":"{entry_type["id"]}"'
            members = [tuple(f',"{field["name"]}":{value}' for value in _values_of(field)) for field in fields]
            yield from _pieces(start, members)


def _pieces(start: str, members: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the pieces of an object's text between holes, in all the shapes of its members."""
    yield from _pieces_from(start, members)
    for index, shapes in enumerate(members):
        for shape in shapes:
            _, *middle, last = shape.split(_HOLE) if _HOLE in shape else ("", "")
            yield from middle
            if last or _HOLE in shape:
                yield from _pieces_from(last, members[index + 1 :])


def _pieces_from(text: str, members: list[tuple[str, ...]]) -> Iterator[str]:
    if not members:
        yield text + "}"
        return
    for shape in members[0]:
        before, hole, _ = shape.partition(_HOLE)
        if hole:
            yield text + before
        else:
            yield from _pieces_from(text + before, members[1:])


def _values_of(field: Mapping[str, Any]) -> tuple[str, ...]:
    name, kind = field["name"], field.get("kind")
    if "shapes" in field:
        return tuple(field["shapes"])
    if kind == "date":
        return tuple(f'"{mark}"' for mark in _DATES) if name == "as_of" else (f'"{_DATES[0]}"', f'"{_HOLE}"')
    if name == "certificate_number":
        return (f'"{{12}}{_HOLE}"', f'"{_HOLE}"')
    if name == "exam_body":
        return ('"hrdk"', f'"{_HOLE}"')
    if kind == "enum" and len(field["values"]) <= _FEW_VALUES:
        return tuple(f'"{value}"' for value in field["values"])
    return _VALUES.get(str(kind), (f'"{_HOLE}"',))


def _shown_fields(entry_type: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    own = [
        field
        for field in entry_type["fields"]
        if field["pii"] in ("none", "linkable") and field["name"] not in (entry_type["title"], entry_type["title_en"])
    ]
    hole = f'"{_HOLE}"'
    body = _BODIES.get(str(entry_type["id"]))
    common = [
        {"name": "title", "required": True, "shapes": [hole if entry_type["title"] else f'"{entry_type["ko"]}"']},
        {"name": "title_en", "required": False, "shapes": [hole if entry_type["title"] else f'"{entry_type["en"]}"']},
        {"name": "issuing_body", "required": True, "shapes": [f'"{body}"', hole] if body else [hole]},
    ]
    last: list[dict[str, Any]] = [{"name": "as_of", "kind": "date", "required": True}]
    last += [{"name": "idx", "kind": "status_idx", "required": True}]
    fields = [*common, *own, *last]
    optional = [field["name"] for field in fields if field["name"] in _OFTEN and field["required"] is not True]
    optional += [field["name"] for field in fields if field["required"] == "if_known"]
    for absent in ((), *((name,) for name in optional), tuple(optional)):
        for linkable in (True, False):
            yield [
                field
                for field in fields
                if field["name"] not in absent
                and (field["required"] in _ALWAYS or field["name"] in optional or field["name"] == "competent_ministry")
                and (linkable or field.get("pii") != "linkable")
            ]


def _payload_frames() -> Iterator[str]:
    yield '{"typ":"dc+sd-jwt","alg":"ES256","kid":"{03}"}{00}{"iss":"https://'
    middle = '/vct/competency-certificate/1","iat":{09},"exp":{09},"status":{"status_list":{"idx":'
    yield from (f'","vct":"{{16}}{middle}{index},"uri":"{{16}}/status/' for index in ("{0C}", "{0E}"))
    yield from (
        '","vct":"',
        '","vct":"{16}',
        middle,
        f'","vct":"{{16}}{middle}',
        ',"uri":"{16}/status/',
        ',"uri":"https://',
    )
    yield '"}},"certificate":{"number":"'
    for kind, edition in product(("competency", "education"), ("standard", "blind")):
        rest = f'{{0B}}-{{0F}}","kind":"{kind}","edition":"{edition}","purpose":"'
        yield from (rest, f"CB-{rest}")
    yield '1"}},"certificate":{"number":"CB-{0B}-{0F}","kind":"competency","edition":"standard","purpose":"'
    yield '1"}},"certificate":{"number":"{0B}-{0F}","kind":"competency","edition":"standard","purpose":"'
    yield from ('","recipient":"', ',"recipient":"', '","applicant_no":"', '"}}')
    for count in (3, 2):
        for order in permutations(range(count)):
            holder = f'"}},"holder":{{"_sd":["{_digest_marks(order)}"]}},"'
            yield holder
            for category in _CATEGORIES[:4] if count == _HOLDER_CLAIMS else ():
                listed = f'{holder}{category}":[{{"...":"{{01}}"}}'
                yield from (listed, f'{listed}],"_sd_alg":"sha-256"}}{{00}}"name","')
    yield '"},"holder":{"_sd":["{03}","{03}","{03}"]},"'
    yield '"},"holder":{"_sd":["{03}","{03}"]},"'
    for category in _CATEGORIES:
        yield f'{category}":[{{"...":"{{01}}"}}'
        yield f'],"{category}":[{{"...":"{{01}}"}}'
    for count in (1, 2, 4, 8):
        yield ',{"...":"{01}"}' * count
    yield '],"_sd_alg":"sha-256"}'
    yield '],"_sd_alg":"sha-256"}{00}"name","'
    yield '"{00}"name_en","'
    yield '"{00}"birth_date","{04}"'
    for entry_type in (each for each in _types().values() if each["title"]):
        yield f'"{{00}}"birth_date","{{04}}"{{00}}{{"type":"{entry_type["id"]}","title":"'


def _digest_marks(order: tuple[int, ...]) -> str:
    left, marks = sorted(order), []
    for number in order:
        marks.append("{01}" if number == left[0] else "{02}" + chr(0x20 + number))
        left.remove(number)
    return '","'.join(marks)


def _types() -> dict[str, dict[str, Any]]:
    folder = files("credential_schemas") / "types"
    named = {path.name: json.loads(path.read_text("utf-8")) for path in folder.iterdir() if _is_type_file(path.name)}
    types = {entry_type["id"]: entry_type for name, entry_type in sorted(named.items())}
    for entry_type in types.values():
        entry_type.setdefault("fields", types.get(entry_type.get("fields_like", ""), {}).get("fields", []))
    return types


def _is_type_file(name: str) -> bool:
    return name.endswith(".json") and not name.startswith("_")
