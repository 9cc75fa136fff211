"""Realistic certificates from a seeded generator: every entry type, with catalogue names or invented ones."""

import csv
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from importlib.resources import files

import pytest

from credential_schemas.entry_types import EntryType, Field, entry_types
from credential_schemas.field_kinds import FieldKind
from keys.encoding import JsonValue, b64url_encode

URL = "https://verify.example.kr/v"
ISSUER = "https://bank.example.kr"
_SYLLABLES = (
    "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초구누두루무부수우주추그느드르므"
)

_BODIES = {
    "vocational_training": "keis",
    "polytechnic_record": "kopo",
    "employment_insurance_career": "comwel",
    "lifelong_learning": "nile",
    "military_duty": "rok_army",
    "military_qualification": "rok_army",
    "business_registration": "nts",
    "university_ncs_course": "hrdk",
    "ncs_competency_unit": "hrdk",
}
_ENDINGS = ("학원", "직업전문학교", "대학교", "과", " 실무", " 과정", "(주)", "교육원", "기술", " 관리")
_RECIPIENTS = ("한국교통안전공단", "(가상)가람데이터(주)", "예시상사")
_OFTEN_KNOWN = ("field", "competent_ministry", "ncs_code", "employer_industry", "duty", "hours")
_MINISTRIES = ("과학기술정보통신부", "국토교통부", "산업통상자원부", "고용노동부", "환경부", "농림축산식품부")


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("credential_schemas") / "catalogue" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


class CertificateMaker:
    """Makes compact SD-JWTs of the paper copy's shape; the signature is random bytes, which pack the same."""

    def __init__(self, seed: int, *, known_names: bool = True) -> None:
        self._random = random.Random(seed)
        self._known_names = known_names
        self._items = _rows("qualification_items")
        self._units = _rows("ncs_units")
        self._classes = [row for row in _rows("ncs_classification") if row["rank"] == "sub"]
        self._schools = _rows("institutions")
        self._collected = self._day()

    def certificate(self, types: Sequence[str], *, edition: str = "standard", name_en: bool = True) -> str:
        """Return a compact SD-JWT with one entry of each type in `types`."""
        holder: list[JsonValue] = [["name", self._hangul(3)], ["birth_date", self._day()]]
        if name_en:
            holder.insert(1, ["name_en", "HONG Gildong"])
        by_category: dict[str, list[JsonValue]] = {}
        for type_id in types:
            entry_type = entry_types()[type_id]
            by_category.setdefault(entry_type.category, []).append(self.entry(entry_type))
        disclosed = [self._disclosure(*pair) for pair in holder if isinstance(pair, list)]
        payload = self._payload(edition)
        digests: list[JsonValue] = [*sorted(_digest(each) for each in disclosed)]
        payload["holder"] = {"_sd": digests}
        if edition == "blind":
            disclosed = []
        for category, entries in by_category.items():
            texts = [self._disclosure(entry) for entry in entries]
            payload[category] = [{"...": _digest(text)} for text in texts]
            disclosed += texts
        payload["_sd_alg"] = "sha-256"
        header = {"typ": "dc+sd-jwt", "alg": "ES256", "kid": b64url_encode(self._random.randbytes(12))}
        jwt = f"{_part(header)}.{_part(payload)}.{b64url_encode(self._random.randbytes(64))}"
        return "~".join((jwt, *disclosed, ""))

    def entry(self, entry_type: EntryType) -> dict[str, JsonValue]:
        """Return one entry object with the fields that a holder usually shows."""
        item = self._random.choice(self._items)
        values: dict[str, JsonValue] = {"type": entry_type.credential_type, "title": self._title(entry_type, item)}
        if entry_type.title_en_field and self._known_names:
            values["title_en"] = item["name_en"]
        values["issuing_body"] = _BODIES.get(entry_type.id) or item["exam_body"]
        for field in entry_type.own_fields:
            if field.pii in ("none", "linkable") and (field.required or field.name in _OFTEN_KNOWN):
                value = self._value(field, item)
                if value is not None:
                    values[field.name] = value
        values["as_of"] = self._collected if self._random.random() < 0.7 else self._day()
        values["idx"] = self._random.randrange(2**20)
        return values

    def _payload(self, edition: str) -> dict[str, JsonValue]:
        midnight = 20_000 * 86400 - 32400 + 86400 * self._random.randrange(1000)
        certificate: dict[str, JsonValue] = {
            "number": f"CB-2026-{self._random.randrange(10**8):08}",
            "kind": "competency",
        }
        certificate |= {"edition": edition, "purpose": "job", "recipient": self._random.choice(_RECIPIENTS)}
        status: JsonValue = {"idx": self._random.randrange(2**20), "uri": f"{ISSUER}/status/1"}
        head: dict[str, JsonValue] = {"iss": ISSUER, "vct": f"{ISSUER}/vct/competency-certificate/1"}
        head |= {"iat": midnight, "exp": midnight + 90 * 86400, "status": {"status_list": status}}
        return head | {"certificate": certificate}

    def _title(self, entry_type: EntryType, item: dict[str, str]) -> str:
        if entry_type.title_field is None:
            return entry_type.names.ko
        if not self._known_names:
            return self._name(8)
        if entry_type.category == "qualifications":
            return item["name_ko"]
        return self._random.choice(self._units)["name_ko"]

    def _value(self, field: Field, item: dict[str, str]) -> JsonValue:
        by_name = {"item_code": item["item_code"] or None, "series": item["series"], "exam_body": item["exam_body"]}
        by_name["certificate_number"] = f"{self._random.randrange(10**11):011}{self._random.choice('ABCDEFGHJK')}"
        by_name["competent_ministry"] = self._random.choice(_MINISTRIES)
        if field.name == "field" and not item["field_code"]:
            return None
        if field.name in by_name:
            return by_name[field.name]
        makers: dict[FieldKind, Callable[[], JsonValue]] = {
            FieldKind.DATE: self._day,
            FieldKind.BOOLEAN: lambda: True,
            FieldKind.ENUM: lambda: self._random.choice(list(field.values)),
            FieldKind.TERM: lambda: f"{self._random.randint(2015, 2026)}-{self._random.randint(1, 2)}",
            FieldKind.COURSE_ID: lambda: f"AIG{self._random.randint(2018, 2026)}{self._random.randrange(10**10):010}",
            FieldKind.PROVIDER_ID: lambda: f"5000{self._random.randrange(10**8):08}",
            FieldKind.BUSINESS_NUMBER: lambda: f"{self._random.randrange(10**10):010}",
            FieldKind.NCS_UNIT: self._unit,
            FieldKind.NCS_UNITS: lambda: [self._unit()],
            FieldKind.NCS_CODE: lambda: self._random.choice(self._classes)["code"],
            FieldKind.CODED_NAME: lambda: {"code": item["field_code"] or "20", "name": item["field_ko"] or "정보통신"},
            FieldKind.HOURS: lambda: self._random.randint(2, 100) * 8,
            FieldKind.CREDITS: lambda: 3,
            FieldKind.ENTRY_IDX: lambda: self._random.randrange(2**20),
        }
        number = lambda: self._random.randint(1, 8)  # noqa: E731 - a default beside the table
        fallback = self._text if field.kind in (FieldKind.TEXT, FieldKind.BODY) else number
        return makers.get(field.kind, fallback)()

    def _unit(self) -> str:
        if self._known_names:
            return self._random.choice(self._units)["code"]
        return f"{self._random.randrange(10**10):010}_{self._random.randint(10, 26)}v{self._random.randint(1, 5)}"

    def _text(self) -> str:
        return self._random.choice(self._schools)["name_ko"] if self._known_names else self._name(6)

    def _hangul(self, count: int) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=count))

    def _name(self, count: int) -> str:
        return f"(가상){self._hangul(count)}{self._random.choice(_ENDINGS)}"

    def _day(self) -> str:
        return (date(2005, 1, 1) + timedelta(days=self._random.randrange(7900))).isoformat()

    def _disclosure(self, *parts: JsonValue) -> str:
        return _part([b64url_encode(self._random.randbytes(16)), *parts])


def _part(value: JsonValue | dict[str, str]) -> str:
    return b64url_encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _digest(disclosure: str) -> str:
    return b64url_encode(hashlib.sha256(disclosure.encode()).digest())


MakerFactory = Callable[..., CertificateMaker]


@pytest.fixture(scope="session")
def maker() -> MakerFactory:
    """The class that makes certificates: `maker(seed, known_names=True)`."""
    return CertificateMaker


@pytest.fixture(scope="session")
def type_ids() -> tuple[str, ...]:
    """Every entry type that a credential can carry."""
    return tuple(type_id for type_id, entry_type in entry_types().items() if not entry_type.source_only)
