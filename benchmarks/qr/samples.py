"""Sample certificates from a seeded generator: every entry type with its usual fields, known or invented names.

A dictionary is drafted from some of them, sizes are measured on others, and tests use them. Persons, companies and
records are invented; the signature is random bytes, which pack like a real one.
"""

import csv
import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from credential_schemas.entry_types import EntryType, Field, entry_types
from credential_schemas.field_kinds import FieldKind
from keys.encoding import JsonValue, b64url_encode

ISSUER = "https://bank.example.kr"
_SYLLABLES = (
    "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초구누두루무부수우주추그느드르므"
)
_ROMAN = ("GIL", "DONG", "MIN", "SEO", "JI", "HYUN", "YOUNG", "SOO", "HEE", "JUN", "WOO", "JIN", "A", "EUN", "KYUNG")
_FAMILIES = ("KIM", "LEE", "PARK", "CHOI", "JUNG", "KANG", "CHO", "YOON", "JANG", "LIM", "HONG", "SHIN", "Hwang")
_BODIES = {
    "vocational_training": "keis",
    "overseas_programme": "hrdk",
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
_RECIPIENTS = ("한국교통안전공단", "한국산업인력공단", "(가상)가람데이터(주)", "예시상사", "가나전자 주식회사")
_USUAL = (
    *("field", "competent_ministry", "ncs_code", "employer_industry", "duty", "hours", "grade", "host_name", "session"),
    "certificate_number",
)
_MINISTRIES = ("과학기술정보통신부", "국토교통부", "산업통상자원부", "고용노동부", "환경부", "농림축산식품부")
_INDUSTRIES = ("정보통신업", "제조업", "건설업", "자동차 수리업", "전문서비스업", "도매 및 소매업", "운수업")
_DEPARTMENTS = ("산업경영과", "컴퓨터공학과", "기계시스템과", "전기과", "건축학과", "전자공학과", "경영학과")
_CHOICES: Mapping[str, Sequence[str]] = {
    "programme": ("2년제학위", "전문기술과정", "하이테크과정"),
    "campus": ("서울정수캠퍼스", "인천캠퍼스", "대구캠퍼스", "창원캠퍼스", "(가상)제1캠퍼스"),
    "department": _DEPARTMENTS,
    "employer_industry": _INDUSTRIES,
    "business_type": _INDUSTRIES,
    "degree": ("공학사", "경영학사", "이학석사", "전문학사"),
    "country": ("일본", "독일", "호주", "베트남", "미국"),
    "test": ("토익", "토익스피킹", "텝스", "오픽"),
    "score_or_grade": ("905", "850", "IH", "IM2", "Intermediate High"),
    "contest": ("전국기능경기대회", "국제기능올림픽", "지방기능경기대회"),
    "prize": ("금상", "은상", "동상", "장려상"),
    "exam": ("국가직 7급 공개경쟁채용시험", "변리사 시험", "지방직 9급 공개경쟁임용시험"),
    "stage": ("제1차", "제2차", "최종"),
    "grade": ("1급", "2급", "3급", "단일등급"),
    "competent_ministry": _MINISTRIES,
}
_UNIT_FIELDS = ("course_name", "duty_name", "programme_name")
_SCHOOL_FIELDS = ("provider_name", "training_institution", "institution_name", "host_name", "provider")
_COMPANY_FIELDS = ("employer_name", "trade_name")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return a table of the catalogue."""
    text = (files("credential_schemas") / "catalogue" / f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


class CertificateMaker:
    """Makes compact SD-JWTs of the paper copy's shape; `varied` also differs in issuer, purpose and what is absent."""

    def __init__(self, seed: int, *, known_names: bool = True, varied: bool = False) -> None:
        self._random = random.Random(seed)
        self._known_names = known_names
        self._varied = varied
        self._items = rows("qualification_items")
        self._units = rows("ncs_units")
        self._days: list[str] = []
        self._collected = self._day()
        self._issuer = f"https://{self._host()}" if varied else ISSUER

    def certificate(self, types: Sequence[str], *, edition: str = "standard", name_en: bool = True) -> str:
        """Return a compact SD-JWT with one entry of each type in `types`."""
        holder: list[list[JsonValue]] = [["name", self._hangul(3)], ["birth_date", self._day()]]
        if name_en:
            holder.insert(1, ["name_en", self._romanised()])
        by_category: dict[str, list[JsonValue]] = {}
        for type_id in types:
            entry_type = entry_types()[type_id]
            by_category.setdefault(entry_type.category, []).append(self.entry(entry_type))
        disclosed = [self._disclosure(*pair) for pair in holder]
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
        item, unit = self._random.choice(self._items), self._random.choice(self._units)
        values: dict[str, JsonValue] = {"type": entry_type.credential_type, **self._titles(entry_type, item, unit)}
        for field in entry_type.own_fields:
            if field.pii in ("none", "linkable") and (field.required or field.name in _USUAL):
                value = self._value(field, item, unit)
                if value is not None and not (self._varied and not field.required and self._random.random() < 0.3):
                    values[field.name] = value
        values["as_of"] = self._collected if self._random.random() < 0.7 else self._day()
        values["idx"] = self._random.randrange(2**20)
        return values

    def _payload(self, edition: str) -> dict[str, JsonValue]:
        midnight = 20_000 * 86400 - 32400 + 86400 * self._random.randrange(1000)
        certificate: dict[str, JsonValue] = {
            "number": f"CB-2026-{self._random.randrange(10**8):08}",
            "kind": self._random.choice(("competency", "education")) if self._varied else "competency",
            "edition": edition,
            "purpose": self._random.choice(("job", "job", "hr", "self", "승진 심사")) if self._varied else "job",
        }
        if not self._varied or self._random.random() < 0.7:
            certificate["recipient"] = self._recipient()
        if edition == "blind":
            certificate["applicant_no"] = f"2026-{self._random.randrange(10**5):05}"
        status: JsonValue = {"idx": self._random.randrange(2**20), "uri": f"{self._issuer}/status/1"}
        head: dict[str, JsonValue] = {"iss": self._issuer, "vct": f"{self._issuer}/vct/competency-certificate/1"}
        head |= {"iat": midnight, "exp": midnight + 90 * 86400, "status": {"status_list": status}}
        return head | {"certificate": certificate}

    def _titles(self, entry_type: EntryType, item: dict[str, str], unit: dict[str, str]) -> dict[str, JsonValue]:
        """Return title, its English and the issuing body, which belong together where a catalogue knows them."""
        body = _BODIES.get(entry_type.id, item["exam_body"])
        if entry_type.title_field is None:
            return {"title": entry_type.names.ko, "title_en": entry_type.names.en, "issuing_body": body}
        if not self._known_names:
            return {"title": self._name(8), "issuing_body": body}
        if entry_type.id in ("professional_qualification", "certified_private_qualification"):
            found = self._random.choice(rows(f"{entry_type.id}s"))
            return {"title": found["name_ko"], "title_en": found["name_en"], "issuing_body": found["body_ko"]}
        if entry_type.category == "achievements":
            return {"title": self._random.choice(_CHOICES[entry_type.title_field]), "issuing_body": "hrdk"}
        if entry_type.title_en_field is not None:
            return {"title": item["name_ko"], "title_en": item["name_en"], "issuing_body": body}
        return {"title": unit["name_ko"], "issuing_body": body}

    def _value(self, field: Field, item: dict[str, str], unit: dict[str, str]) -> JsonValue:
        by_name: dict[str, JsonValue] = {
            "item_code": item["item_code"] or None,
            "series": item["series"],
            "exam_body": item["exam_body"],
            "unit_code": unit["code"] if self._known_names else self._unit(),
            "unit_level": int(unit["level"]) if unit["level"] else None,
            "certificate_number": f"{self._random.randrange(10**11):011}{self._random.choice('ABCDEFGHJK')}",
        }
        if field.name == "field" and field.kind is FieldKind.CODED_NAME:
            return {"code": item["field_code"], "name": item["field_ko"]} if item["field_code"] else None
        if field.name in by_name:
            return by_name[field.name]
        if field.kind is FieldKind.CODED_NAME:
            return _class_of(unit["sub_class_code"], field.name)
        makers: dict[FieldKind, Callable[[], JsonValue]] = {
            FieldKind.DATE: self._day,
            FieldKind.BOOLEAN: lambda: True,
            FieldKind.ENUM: lambda: self._random.choice(list(field.values)),
            FieldKind.TERM: lambda: f"{self._random.randint(2015, 2026)}-{self._random.randint(1, 2)}",
            FieldKind.COURSE_ID: lambda: f"AIG{self._random.randint(2018, 2026)}{self._random.randrange(10**10):010}",
            FieldKind.PROVIDER_ID: lambda: f"5000{self._random.randrange(10**8):08}",
            FieldKind.BUSINESS_NUMBER: lambda: f"{self._random.randrange(10**10):010}",
            FieldKind.NCS_UNITS: lambda: [self._unit()],
            FieldKind.NCS_CODE: lambda: self._random.choice(_sub_classes())["code"],
            FieldKind.HOURS: lambda: self._random.randint(2, 100) * 8,
            FieldKind.CREDITS: lambda: self._random.choice((3, 3, 2)),
            FieldKind.ENTRY_IDX: lambda: self._random.randrange(2**20),
        }
        number = lambda: self._random.randint(1, 8)  # noqa: E731 - a default beside the table
        text = lambda: self._text(field.name)  # noqa: E731 - the same
        fallback: Callable[[], JsonValue] = text if field.kind in (FieldKind.TEXT, FieldKind.BODY) else number
        return makers.get(field.kind, fallback)()

    def _text(self, name: str) -> str:
        if name in ("course_code", "course_id", "recognition_id"):
            start = {"course_code": "ME", "course_id": "NILE-", "recognition_id": "NCSC-2025-"}[name]
            return f"{start}{self._random.randrange(10**4):04}"
        if not self._known_names:
            return self._name(6)
        if name in _UNIT_FIELDS:
            return self._random.choice(self._units)["name_ko"] + self._random.choice((" 실무", " 과정", ""))
        if name in _SCHOOL_FIELDS:
            return self._random.choice(rows("institutions"))["name_ko"]
        if name in _COMPANY_FIELDS:
            return f"(가상){self._hangul(2)}{self._random.choice(('정비', '산업', '데이터(주)', '건설(주)', '공방'))}"
        return self._random.choice(_CHOICES[name]) if name in _CHOICES else self._sub_class_name()

    def _sub_class_name(self) -> str:
        return self._random.choice(_sub_classes())["name_ko"]

    def _unit(self) -> str:
        if self._known_names:
            return self._random.choice(self._units)["code"]
        return f"{self._random.randrange(10**10):010}_{self._random.randint(10, 26)}v{self._random.randint(1, 5)}"

    def _recipient(self) -> str:
        if self._varied and self._random.random() < 0.6:
            return self._name(self._random.randint(2, 6))
        return self._random.choice(_RECIPIENTS)

    def _host(self) -> str:
        name = "".join(self._random.choices("abcdefghijklmnoprstuvwy", k=self._random.randint(3, 9)))
        return name + self._random.choice((".or.kr", ".go.kr", ".example", ".kr", ".example.kr"))

    def _romanised(self) -> str:
        given = "".join(self._random.choices(_ROMAN, k=2))
        return f"{self._random.choice(_FAMILIES)} {given if self._random.random() < 0.5 else given.capitalize()}"

    def _hangul(self, count: int) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=count))

    def _name(self, count: int) -> str:
        return f"(가상){self._hangul(count)}{self._random.choice(_ENDINGS)}"

    def _day(self) -> str:
        if self._varied and self._days and self._random.random() < 0.15:
            return self._random.choice(self._days)
        self._days.append(self._new_day())
        return self._days[-1]

    def _new_day(self) -> str:
        return (date(2005, 1, 1) + timedelta(days=self._random.randrange(7900))).isoformat()

    def _disclosure(self, *parts: JsonValue) -> str:
        return _part([b64url_encode(self._random.randbytes(16)), *parts])


@cache
def _sub_classes() -> tuple[dict[str, str], ...]:
    return tuple(row for row in rows("ncs_classification") if row["rank"] == "sub")


@cache
def _class_names() -> dict[str, str]:
    return {row["code"]: row["name_ko"] for row in rows("ncs_classification")}


def _class_of(code: str, field_name: str) -> JsonValue:
    """Return the class of a unit that a field such as `minor_class` names."""
    length = 2 * (("major_class", "middle_class", "minor_class", "sub_class").index(field_name) + 1)
    name = _class_names().get(code[:length])
    return None if name is None else {"code": code[:length], "name": name}


def _part(value: JsonValue | dict[str, str]) -> str:
    return b64url_encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _digest(disclosure: str) -> str:
    return b64url_encode(hashlib.sha256(disclosure.encode()).digest())
