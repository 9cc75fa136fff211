"""`POST /api/v1/exports`: what is presented as Open Badges and as a W3C credential, read by libraries of others."""

import json
import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from pyld import jsonld

from credential_schemas.entry_types import entry_types
from credential_schemas.presented_claims import PresentedEntry
from issuer.accounts.selection import Choice
from issuer.bank import KEY_HOLDER, new_keys
from issuer.bank.folder import BankFolder
from issuer.cli.main import main
from issuer.presented import badge_key as made_key
from issuer.presented.badge_key import KEYS_PATH, BadgeKeys
from issuer.presented.badges import ACHIEVEMENT_TYPES, BadgeFrame, badge_of, why_no_badge
from issuer.presented.exporting import subject_of
from keys.badge_key import BadgeKey
from keys.encoding import b64url_decode
from keys.errors import KeyFileError
from keys.key_files import read_plain_development_badge_key, write_plain_for_development
from tests.issuer.api_client import problem_of
from tests.issuer.conftest import START, URL
from tests.issuer.presented.conftest import Holder, Keep, badge_key, everything, without

EXPORTS = "/api/v1/exports"
EVERYTHING = Choice(everything=True)
Document = dict[str, Any]


def post(holder: Holder, presentation: str, format_: str = "open-badges", **query: str) -> httpx.Response:
    asked = "&".join(f"{name}={value}" for name, value in {"format": format_, **query}.items())
    body = presentation.encode("ascii")
    return holder.client.ask("POST", f"{EXPORTS}?{asked}", body, content_type="application/dc+sd-jwt")


def exported(
    holder: Holder, keep: Keep = everything, format_: str = "open-badges", *, choice: Choice = EVERYTHING, **query: str
) -> Document:
    answer = post(holder, holder.present(holder.credential(choice), keep, path=EXPORTS), format_, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def payload(token: str) -> Document:
    return dict(json.loads(b64url_decode(token.split(".")[1])))


def header(token: str) -> Document:
    return dict(json.loads(b64url_decode(token.split(".")[0])))


def badges(document: Document) -> list[Document]:
    return [payload(each["credential"]) for each in document["credentials"]]


def load_context(url: str, _options: object = None) -> Document:
    """The published contexts, from the files of a library; nothing is fetched."""
    name = {
        "https://www.w3.org/ns/credentials/v2": "credentials-v2.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "ob-v3p0-context-3.0.3.json",
    }[url]
    text = files("openbadgeslib.ob3.contexts").joinpath(name).read_text("utf-8")
    return {"contextUrl": None, "documentUrl": url, "document": json.loads(text)}


def terms(value: object) -> list[str]:
    """Every value of a document, without the context and the members of the JWT."""
    if isinstance(value, dict):
        return sorted(each for name, item in value.items() if name != "@context" for each in terms(item))
    if isinstance(value, list):
        return sorted(each for item in value for each in terms(item))
    return [str(value)]


def read_as_linked_data(document: Document) -> list[Document]:
    """Expand it by its contexts; a term that they do not define would be dropped."""
    plain = {name: value for name, value in document.items() if name not in ("iss", "jti", "sub", "nbf", "exp")}
    found = jsonld.expand(plain, {"documentLoader": load_context})
    again = jsonld.compact(found, plain["@context"], {"documentLoader": load_context})
    assert terms(again) == terms(plain)
    return list(found)


class Then(datetime):
    """The clock of a library, at the time of these tests."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # of the one use there
        return START


def test_another_library_accepts_every_badge(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jwt.api_jwt.datetime", Then)
    monkeypatch.setattr("openbadgeslib.ob3.verifier.datetime", Then)
    document = exported(holder, choice=Choice(types=("vocational_training",)))
    token = document["credentials"][0]["credential"]
    address = header(token)["kid"]
    assert header(token) == {"alg": "RS256", "kid": address, "typ": "JWT"}
    answer = holder.client.ask("GET", address.removeprefix(URL))
    assert answer.headers["content-type"] == "application/jwk+json"
    key = RSAKey.import_key(answer.json())
    assert key.is_private is False
    public = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    badge = OB3Verifier(public).verify(token, expected_recipient=subject_of(holder.key.public_key))
    assert badge.issuer.id == URL
    head, body, signature = token.split(".")
    with pytest.raises(OB3VerificationError):
        OB3Verifier(public).verify(f"{head}.{body}.{signature[:-4]}AAAA")


def test_badges_are_linked_data_of_open_badges_3(holder: Holder) -> None:
    for badge in badges(exported(holder)):
        (found,) = read_as_linked_data(badge)
        assert "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential" in found["@type"]
        subject = badge["credentialSubject"]
        assert (badge["iss"], badge["jti"], badge["sub"]) == (URL, badge["id"], subject["id"])
        assert badge["nbf"] == datetime.fromisoformat(badge["validFrom"]).timestamp()
        assert badge["exp"] == datetime.fromisoformat(badge["validUntil"]).timestamp()
        assert {"id", "type", "name", "criteria", "description"} <= subject["achievement"].keys()


def test_a_badge_is_made_of_each_achievement_and_the_others_are_named(holder: Holder) -> None:
    document = exported(holder)
    assert document["format"] == "open-badges"
    assert document["lost"] == ["holder", "certificate", "status", "selective_disclosure", "as_of"]
    assert {each["reason"] for each in document["skipped"]} <= {"not_an_achievement", "not_reached", "ended"}
    assert all(
        (each["type"] not in ACHIEVEMENT_TYPES) == (each["reason"] == "not_an_achievement")
        for each in document["skipped"]
    )
    assert len({badge["id"] for badge in badges(document)}) == len(document["credentials"])


def test_units_are_aligned_with_the_competency_standards(holder: Holder) -> None:
    found = [badge for badge in badges(exported(holder)) if "alignment" in badge["credentialSubject"]["achievement"]]
    assert found
    for badge in found:
        for each in badge["credentialSubject"]["achievement"]["alignment"]:
            assert each["targetFramework"].startswith("National Competency Standards")
            assert each["targetCode"][:10].isdecimal()
            assert each["targetType"] == "ext:NCSUnit"
            assert each["targetName"]


def test_nothing_of_the_holder_is_in_a_badge_and_nothing_that_was_withheld(holder: Holder) -> None:
    shown = json.dumps(badges(exported(holder)), ensure_ascii=False)
    with holder.bank.store.read() as transaction:
        record = transaction.accounts.person(
            transaction.accounts.account(holder.account).person_link  # type: ignore[union-attr,arg-type] # it is linked
        )
    assert record is not None
    assert record.name not in shown
    assert record.birth_date not in shown
    withheld = badges(exported(holder, without("certificate_number", "ncs_units")))
    assert not any("licenseNumber" in badge["credentialSubject"] for badge in withheld)
    assert not any(
        "alignment" in badge["credentialSubject"]["achievement"]
        for badge in withheld
        if badge["credentialSubject"]["achievement"]["achievementType"] != "Competency"
    )


@pytest.mark.parametrize("name", ["title", "issuing_body", "completed"])
def test_an_entry_that_does_not_show_what_it_is_becomes_no_badge(holder: Holder, name: str) -> None:
    credential = holder.credential(Choice(types=("vocational_training",)))
    answer = post(holder, holder.present(credential, without(name), path=EXPORTS))
    assert problem_of(answer) == (422, "presentation_refused")
    assert "nothing of what it shows can be a badge" in answer.json()["detail"]


ENTRY = PresentedEntry(
    type="language_test",
    category="achievements",
    title="TOEIC",
    title_en=None,
    issuing_body="hrdk",
    fields={"score_or_grade": "900", "test_date": "2026-01-05", "valid_until": "2026-12-01"},
    as_of=START.date(),
    idx=5,
)
TODAY = START.date()
FRAME = BadgeFrame(URL, "Bank", "did:jwk:x", TODAY, date(2026, 12, 20), "en", uuid.uuid4)


def objection(entry: PresentedEntry, *, day: date = TODAY) -> str | None:
    return why_no_badge(entry, certified=("score_or_grade", "test_date", "valid_until"), day=day)


def test_a_badge_ends_with_its_entry() -> None:
    assert objection(ENTRY) is None
    badge = badge_of(ENTRY, FRAME)
    assert (badge.valid_until, badge.left_out) == (date(2026, 12, 1), ())
    assert badge.document["validUntil"] == "2026-12-02T00:00:00+09:00"
    assert badge.document["awardedDate"] == "2026-01-05T00:00:00+09:00"
    subject = badge.document["credentialSubject"]
    assert subject["result"][0]["value"] == "900"  # type: ignore[index,call-overload] # an object
    read_as_linked_data(badge.document)


def test_an_entry_that_has_ended_or_hides_its_end_becomes_no_badge() -> None:
    assert objection(ENTRY, day=date(2026, 12, 2)) == "ended"
    fields = {name: value for name, value in ENTRY.fields.items() if name != "valid_until"}
    assert objection(replace(ENTRY, fields=fields)) == "not_shown"
    assert why_no_badge(replace(ENTRY, fields=fields), certified=tuple(fields), day=TODAY) is None


def test_what_was_not_reached_becomes_no_badge() -> None:
    failed = replace(ENTRY, type="school_course", category="educations", fields={"passed": False})
    assert why_no_badge(failed, certified=("passed",), day=TODAY) == "not_reached"


def test_an_export_ends_after_thirty_days(holder: Holder) -> None:
    end = START.date() + timedelta(days=30)
    for badge in badges(exported(holder)):
        assert badge["validUntil"] <= f"{end}T00:00:00+09:00"
    (credential,) = badges(exported(holder, format_="vcdm"))
    assert credential["validUntil"] == f"{end}T00:00:00+09:00"


def test_a_w3c_credential_is_signed_as_vc_jwt_and_is_linked_data(holder: Holder) -> None:
    document = exported(holder, format_="vcdm")
    ((one, *none),) = ([each["credential"] for each in document["credentials"]],)
    assert none == []
    keys = json.loads((holder.bank.folder.public / "jwks.json").read_text())["keys"]
    found = jws.deserialize_compact(one, ECKey.import_key(keys[0]), algorithms=["ES256"])
    kid = f"{URL}/jwks.json#{keys[0]['kid']}"
    assert found.headers() == {"typ": "vc+jwt", "alg": "ES256", "cty": "vc", "kid": kid}
    credential = payload(one)
    assert credential["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert not {"vc", "vp", "vct", "cnf", "nbf"} & credential.keys()
    assert credential["iss"] == credential["issuer"]["id"] == URL
    (expanded,) = read_as_linked_data(credential)
    assert "https://www.w3.org/2018/credentials#VerifiableCredential" in expanded["@type"]
    assert expanded[f"{'https://www.w3.org/2018/credentials#'}credentialSubject"]


def test_a_w3c_credential_has_exactly_what_was_shown(holder: Holder) -> None:
    def titles(disclosure: object) -> bool:
        path = disclosure.path  # type: ignore[attr-defined] # a disclosure
        return path[0] == "trainings" and (len(path) == 2 or path[2] == "title")

    (credential,) = badges(exported(holder, titles, "vcdm"))
    subject = credential["credentialSubject"]
    assert subject.keys() == {"id", "trainings"}
    assert {name for entry in subject["trainings"] for name in entry} == {"entry_type", "title", "as_of"}
    assert subject["id"] == subject_of(holder.key.public_key)
    (named,) = badges(exported(holder, without("number"), "vcdm", language="en"))
    assert named["credentialSubject"]["holder"].keys() >= {"name", "birth_date"}
    assert "number" not in named["credentialSubject"]["certificate"]
    assert named["issuer"]["name"] == holder.bank.profile.name["en"]


def test_a_presentation_without_entries_is_refused(holder: Holder) -> None:
    presentation = holder.present(holder.credential(), lambda each: each.path[0] == "holder", path=EXPORTS)
    assert "it shows no entry" in post(holder, presentation, "vcdm").json()["detail"]


def test_a_presentation_is_exported_once_and_the_trail_says_so(holder: Holder) -> None:
    presentation = holder.present(holder.credential(), path=EXPORTS)
    assert post(holder, presentation, "vcdm").status_code == 200
    assert problem_of(post(holder, presentation, "vcdm")) == (422, "presentation_refused")
    with holder.bank.store.read() as transaction:
        last = transaction.audit.about(holder.account, None)
    assert (KEY_HOLDER, "data_exported", "vcdm") in [(each.actor, each.action, each.detail) for each in last]


@pytest.mark.parametrize("format_", ["europass", ""])
def test_another_format_is_refused(holder: Holder, format_: str) -> None:
    presentation = holder.present(holder.credential(), path=EXPORTS)
    assert problem_of(post(holder, presentation, format_)) == (422, "parameter")


def test_a_presentation_for_printing_is_not_exported(holder: Holder) -> None:
    answer = post(holder, holder.present(holder.credential(), path="/api/v1/prints"))
    assert "E_KB_AUD" in answer.json()["detail"]


def test_only_keys_are_shown_under_their_address(holder: Holder) -> None:
    for name in ("..%2Fjwks.json", "A" * 16, "x"):
        assert holder.client.ask("GET", f"/{KEYS_PATH}/{name}").status_code == 404


@pytest.mark.parametrize("plain", [True, False])
def test_the_key_is_made_once_and_protected_as_every_key(
    holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    written: list[str] = []

    def write(path: Path, key: BadgeKey, passphrase: str = "none") -> None:
        written.append(passphrase)
        write_plain_for_development(path, key)

    def read(path: Path, passphrase: str) -> BadgeKey:
        written.append(passphrase)
        return read_plain_development_badge_key(path)

    monkeypatch.setattr(made_key, "create_badge_key", badge_key)
    monkeypatch.setattr(new_keys, "write_encrypted", write)
    monkeypatch.setattr(made_key, "read_badge_key", read)
    bank = holder.bank.acting_as("test")
    (tmp_path / "keys").mkdir()
    bank.folder = BankFolder(tmp_path)
    monkeypatch.setattr(bank, "secret_for_new_key", lambda use: f"of {use}")
    if not plain:
        plain_no_more = replace(bank.profile, keys={**bank.profile.keys, "status": "file:keys/status.pem"})
        monkeypatch.setattr(bank, "profile", plain_no_more)
    keys = BadgeKeys(bank)
    assert keys.open() is keys.open()
    assert keys.open().public_jwk() == BadgeKeys(bank).open().public_jwk()
    assert written == ([] if plain else ["of badges"] * 3)
    assert json.loads((tmp_path / "public" / KEYS_PATH / keys.open().key_id).read_text()) == badge_key().public_jwk()


@pytest.mark.parametrize("first", [True, False])
def test_of_two_that_make_the_key_the_first_one_counts(
    holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    def too_late(path: Path, _key: BadgeKey) -> None:
        if first:
            write_plain_for_development(path, badge_key())
        raise KeyFileError("expected no file")

    monkeypatch.setattr(made_key, "create_badge_key", badge_key)
    monkeypatch.setattr(new_keys, "write_plain_for_development", too_late)
    bank = holder.bank.acting_as("test")
    (tmp_path / "keys").mkdir()
    bank.folder = BankFolder(tmp_path)
    if first:
        assert BadgeKeys(bank).open().key_id == badge_key().key_id
    else:
        with pytest.raises(KeyFileError):
            BadgeKeys(bank).open()


def test_the_specifications_of_exports_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["specifications"]
    assert found["Open Badges"].startswith("3.0 Final")
    assert found["Verifiable Credentials Data Model"].startswith("2.0")


def test_every_kind_of_entry_is_an_achievement_or_is_none() -> None:
    none = {"business_registration", "employment_insurance_career", "military_duty"}
    assert entry_types().keys() - ACHIEVEMENT_TYPES.keys() == none
