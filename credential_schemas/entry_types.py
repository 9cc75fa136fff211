"""The registry of entry types: one data file per type in `types/`, read once.

To add a type, copy and change a file of `types/`; `types/_certificate.json` labels what stands around the entries."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import FieldKind, QuickTest, check_value, entry_tests
from keys.encoding import JsonValue, decode_json_object
from keys.values import dataclass
from keys.values import field as derived

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable  # the package loads what reads archives, which nobody needs here

MAX_TYPE_FILE_BYTES: Final = 64 * 1024
_FOLDER: Final = Path(__file__).with_name("types")
_LABELS_FILE: Final = "_certificate.json"
_TEXTS: Final = ("id", "category", "ko", "en", "short_ko", "short_en")
PersonalDataClass = Literal["none", "linkable", "personal", "sensitive", "forbidden"]
BlindRule = Literal["show", "hide", "ask"]


@dataclass(frozen=True, slots=True)
class Names:
    """A name in Korean and, where one is known, in English."""

    ko: str
    en: str | None

    def in_language(self, language: Literal["ko", "en"]) -> str:
        """Return the name in the language, or the Korean original; never a guess."""
        return self.en if language == "en" and self.en else self.ko


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry type, as its type file describes it.

    `required` fields belong to every entry; `if_known` marks those that a source may lack. `pii` is the personal-data
    class (`forbidden`: must never be stored), `blind` says what a blind edition does with it. `values` has the words of
    an enum, and of a boolean whose words say more than yes and no; they are understood without the label.
    """

    name: str
    ko: str
    en: str
    kind: FieldKind
    required: bool
    if_known: bool
    pii: PersonalDataClass
    blind: BlindRule
    values: Mapping[str, Names]

    @property
    def fixed(self) -> bool:
        """Return whether the holder cannot hide the field: required, no personal data, and harmless in blind hiring."""
        return self.required and self.pii == "none" and self.blind == "show"

    @property
    def label(self) -> Names:
        """The field's label."""
        return Names(self.ko, self.en)

    def check(self, value: JsonValue, *, path: str) -> None:
        """Check that a value is of this field's kind.

        Raises:
            EntryTypeError: with the path; `kind` says what is wrong.
        """
        check_value(value, kind=self.kind, values=self.values, path=path)


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Which fields fill the columns of the certificate's table: one day or a period, amounts, NCS code, NCS level."""

    when: tuple[str, ...]
    amount: tuple[str, ...]
    ncs: str | None
    level: str | None

    @property
    def names(self) -> frozenset[str]:
        """All field names used by a column."""
        return frozenset((*self.when, *self.amount, *filter(None, (self.ncs, self.level))))


@dataclass(frozen=True, slots=True)
class Period:
    """Two fields of days that are written as one period."""

    label: Names
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class EntryType:
    """One entry type.

    `credential_type` is the type's name inside a credential; it differs from `id` when a source delivers something that
    is legally the same as another type. `title_field` and `title_en_field` name the fields that become the entry's
    `title` and `title_en` and are not repeated there; without a title field the entry is called by its type.
    `fields` has every field in file order, forbidden ones included. `own_fields` are those that an entry object in a
    credential may have: neither forbidden ones nor those that feed the title. `forbidden_fields` are the names of those
    that must be dropped on arrival, `member_tests` short tests (`quick_test`) for the members of an entry, in order.
    """

    id: str
    credential_type: str
    category: str
    phase: int
    names: Names
    short_names: Names
    title_field: str | None
    title_en_field: str | None
    issuing_body_blind: Literal["show", "hide"]
    table: TableColumns
    periods: tuple[Period, ...]
    fields: tuple[Field, ...]
    own_fields: tuple[Field, ...] = derived(init=False, repr=False, compare=False)
    forbidden_fields: frozenset[str] = derived(init=False, repr=False, compare=False)
    member_tests: tuple[tuple[str, QuickTest], ...] = derived(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        titles = (self.title_field, self.title_en_field)
        own = tuple(each for each in self.fields if each.pii != "forbidden" and each.name not in titles)
        object.__setattr__(self, "own_fields", own)
        object.__setattr__(self, "forbidden_fields", frozenset(f.name for f in self.fields if f.pii == "forbidden"))
        object.__setattr__(self, "member_tests", entry_tests((each.name, each.kind, each.values) for each in own))

    @property
    def source_only(self) -> bool:
        """Return whether entries of this type appear in credentials under another type's name."""
        return self.credential_type != self.id

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def title_of(self, fields: Mapping[str, JsonValue]) -> tuple[str, str | None]:
        """Return title and English title of an entry from all its fields; a type without a title field names itself."""
        if self.title_field is None:
            return self.names.ko, self.names.en
        english = fields.get(self.title_en_field) if self.title_en_field else None
        return str(fields[self.title_field]), None if english is None else str(english)


@dataclass(frozen=True, slots=True)
class CertificateLabels:
    """Labels of what stands around the entries; `categories` is in the order in which a certificate lists them."""

    certificate: Mapping[str, Field]
    holder: Mapping[str, Field]
    entry: Mapping[str, Field]
    categories: Mapping[str, Names]
    category_names: tuple[str, ...] = derived(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "category_names", tuple(self.categories))


class EntryTypes(Mapping[str, EntryType]):
    """The entry types by id, in the order of their ids."""

    def __init__(self, types: Iterable[EntryType]) -> None:
        self._types = {entry_type.id: entry_type for entry_type in sorted(types, key=lambda each: each.id)}

    def __getitem__(self, type_id: str) -> EntryType:
        return self._types[type_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def in_credentials(self, name: str) -> EntryType | None:
        """Return the type that a credential calls by this name, or None."""
        found = self._types.get(name) or self.get(name)
        return None if found is None or found.source_only else found

    @classmethod
    def load(cls, files: "Iterable[Traversable]") -> "EntryTypes":
        """Read type files (paths or package resources); files whose name begins with `_` are no types.

        Raises:
            EntryTypeError: kind `type_file`; a file does not describe an entry type. `field` is the file's name.
        """
        return cls.read({file.name: _document(file) for file in files if not file.name.startswith("_")})

    @classmethod
    def read(cls, documents: Mapping[str, dict[str, JsonValue]]) -> "EntryTypes":
        """Read decoded type files by name; errors as `load`."""
        by_id = {document.get("id"): document for document in documents.values()}
        types = []
        for file_name, document in documents.items():
            like = document.get("fields_like")
            source = by_id.get(like) if like is not None else document
            if source is None or f"{document.get('id')}.json" != file_name:
                raise _refused(file_name, "expected an id equal to the file's name, and a known type in fields_like")
            types.append(_entry_type(document, fields=source.get("fields"), file_name=file_name))
        loaded = cls(types)
        for entry_type in types:
            if loaded.in_credentials(entry_type.credential_type) is None:
                raise _refused(f"{entry_type.id}.json", "expected a credential_type that is itself a type")
        return loaded


class _FolderTypes(EntryTypes):
    """The types of a folder; the file of a type is read when the type is first asked for, with those it mentions."""

    def __init__(self, folder: Path) -> None:
        super().__init__(())
        files = sorted(folder.iterdir())
        self._files = {file.stem: file for file in files if file.suffix == ".json" and not file.name.startswith("_")}

    def __getitem__(self, type_id: str) -> EntryType:
        return self._types.get(type_id) or self._types.setdefault(type_id, self._read(type_id))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def _read(self, type_id: str) -> EntryType:
        document = _document(self._files[type_id])
        mentioned = {type_id, document.get("fields_like"), document.get("credential_type")}
        return EntryTypes.load(file for name, file in self._files.items() if name in mentioned)[type_id]


@cache
def entry_types() -> EntryTypes:
    """Return the registry of the types in `credential_schemas/types/`."""
    return _FolderTypes(_FOLDER)


@cache
def certificate_labels() -> CertificateLabels:
    """Return the labels of certificate, holder, common entry members and categories."""
    return read_labels(_document(_FOLDER / _LABELS_FILE))


def read_labels(document: Mapping[str, JsonValue]) -> CertificateLabels:
    """Read the decoded file of the labels.

    Raises:
        EntryTypeError: kind `type_file`; it does not describe fields.
    """
    groups = {
        group: _fields(document.get(group), file_name=_LABELS_FILE) for group in ("certificate", "holder", "entry")
    }
    by_name = {group: {field.name: field for field in fields} for group, fields in groups.items()}
    categories = cast("list[dict[str, str]]", document["categories"])
    return CertificateLabels(
        by_name["certificate"],
        by_name["holder"],
        by_name["entry"],
        {category["id"]: Names(category["ko"], category["en"]) for category in categories},
    )


def categories() -> tuple[str, ...]:
    """Return the claim names of the entry arrays, in the order in which a certificate lists them."""
    return certificate_labels().category_names


def _document(file: "Traversable") -> dict[str, JsonValue]:
    return decode_json_object(file.read_bytes(), max_bytes=MAX_TYPE_FILE_BYTES)


def _refused(file_name: str, detail: str) -> EntryTypeError:
    return EntryTypeError(file_name, detail, kind="type_file")


def _entry_type(document: Mapping[str, JsonValue], *, fields: JsonValue, file_name: str) -> EntryType:
    parsed = _fields(fields, file_name=file_name)
    table = document.get("table")
    if not isinstance(table, dict):
        raise _refused(file_name, "expected a table object")
    text = {name: _text(document.get(name), name, file_name) for name in _TEXTS}
    phase, body_rule = document.get("phase"), document.get("issuing_body_blind")
    if text["category"] not in categories() or not isinstance(phase, int) or body_rule not in ("show", "hide"):
        raise _refused(file_name, "expected a known category, a phase number and issuing_body_blind show or hide")
    entry_type = EntryType(
        id=text["id"],
        credential_type=_text(document.get("credential_type", text["id"]), "credential_type", file_name),
        category=text["category"],
        phase=phase,
        names=Names(text["ko"], text["en"]),
        short_names=Names(text["short_ko"], text["short_en"]),
        title_field=_optional_text(document.get("title"), "title", file_name),
        title_en_field=_optional_text(document.get("title_en"), "title_en", file_name),
        issuing_body_blind=cast("Literal['show', 'hide']", body_rule),
        table=TableColumns(
            when=_texts(table.get("when"), "table.when", file_name),
            amount=_texts(table.get("amount"), "table.amount", file_name),
            ncs=_optional_text(table.get("ncs"), "table.ncs", file_name),
            level=_optional_text(table.get("level"), "table.level", file_name),
        ),
        periods=_periods(document.get("periods", []), file_name),
        fields=parsed,
    )
    _check_references(entry_type, file_name)
    return entry_type


def _check_references(entry_type: EntryType, file_name: str) -> None:
    """Every name that a type file mentions is one of its fields, and no field takes the name of a common member."""
    own = {field.name for field in entry_type.own_fields}
    feeds = set(filter(None, (entry_type.title_field, entry_type.title_en_field)))
    everything = {field.name for field in entry_type.fields} - entry_type.forbidden_fields
    if not entry_type.table.names <= own or not feeds <= everything:
        raise _refused(file_name, "expected title and table to name fields of this file that are not forbidden")
    days = {field.name for field in entry_type.own_fields if field.kind is FieldKind.DATE} - entry_type.table.names
    if not {name for period in entry_type.periods for name in (period.first, period.last)} <= days:
        raise _refused(file_name, "expected periods to name days of this file that are in no column")
    if own & set(certificate_labels().entry):
        raise _refused(file_name, "expected field names other than those every entry has (type, title, idx, ...)")


def _periods(periods: JsonValue, file_name: str) -> tuple[Period, ...]:
    if not isinstance(periods, list):
        raise _refused(file_name, "expected a list of periods")
    parsed: list[Period] = []
    for period in periods:
        label = _names(period, "periods", file_name)
        days = _texts(period.get("days") if isinstance(period, dict) else None, "periods.days", file_name)
        if len(days) != 2:  # first and last
            raise _refused(file_name, "expected the first and the last day of each period")
        parsed.append(Period(label, *days))
    return tuple(parsed)


def _fields(fields: JsonValue, *, file_name: str) -> tuple[Field, ...]:
    if not isinstance(fields, list) or not fields:
        raise _refused(file_name, "expected a list of fields")
    parsed = tuple(_field(field, file_name) for field in fields)
    if len({field.name for field in parsed}) != len(parsed):
        raise _refused(file_name, "expected each field name once")
    return parsed


def _field(line: JsonValue, file_name: str) -> Field:
    if not isinstance(line, dict):
        raise _refused(file_name, "expected each field to be an object")
    name = _text(line.get("name"), "name", file_name)
    kind, required, pii, blind = (line.get(member) for member in ("kind", "required", "pii", "blind"))
    if kind not in list(FieldKind) or not (isinstance(required, bool) or required == "if_known"):
        raise _refused(file_name, f"expected a known kind, and required true, false or if_known, in field {name}")
    if pii not in get_args(PersonalDataClass) or blind not in get_args(BlindRule):
        raise _refused(file_name, f"expected a known pii class and blind rule in field {name}")
    values = line.get("values", {})
    if not isinstance(values, dict) or not _may_have(FieldKind(kind), values):
        raise _refused(file_name, f"expected values for an enum, or true and false for a boolean, in field {name}")
    return Field(
        name=name,
        ko=_text(line.get("ko"), f"{name}.ko", file_name),
        en=_text(line.get("en"), f"{name}.en", file_name),
        kind=FieldKind(kind),
        required=required is not False,
        if_known=required == "if_known",
        pii=cast("PersonalDataClass", pii),
        blind=cast("BlindRule", blind),
        values={value: _names(names, f"{name}.values", file_name) for value, names in values.items()},
    )


def _may_have(kind: FieldKind, values: Mapping[str, JsonValue]) -> bool:
    """Return whether a field of the kind may have these values."""
    if kind is FieldKind.BOOLEAN:
        return not values or set(values) == {"true", "false"}
    return bool(values) == (kind is FieldKind.ENUM)


def _names(value: JsonValue, member: str, file_name: str) -> Names:
    if not isinstance(value, dict):
        raise _refused(file_name, f"expected ko and en in {member}")
    return Names(_text(value.get("ko"), member, file_name), _text(value.get("en"), member, file_name))


def _text(value: JsonValue, member: str, file_name: str) -> str:
    if not isinstance(value, str) or not value:
        raise _refused(file_name, f"expected a text in {member}")
    return value


def _optional_text(value: JsonValue, member: str, file_name: str) -> str | None:
    return None if value is None else _text(value, member, file_name)


def _texts(value: JsonValue, member: str, file_name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _refused(file_name, f"expected a list in {member}")
    return tuple(_text(item, member, file_name) for item in value)
