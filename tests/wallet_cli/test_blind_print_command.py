"""`cb-wallet print --blind`: a copy that names nobody and the file that reveals its holder, both checked and kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.select import add_disclosures
from issuer.accounts.account import show_account
from issuer.accounts.selection import Choice
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.fetch import Answer
from keys.trust_list import TrustList
from tests.issuer.conftest import START, URL
from tests.issuer.presented.conftest import Holder, cheap_codes, holder, opened
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_desk import DeskDoor
from tests.wallet_cli.test_print_command import door, item, vault, wallet
from wallet_cli.errors import CertificateRefused, NothingToPresent
from wallet_cli.presenting.blind_paper import for_blind_paper
from wallet_cli.presenting.choosing import Leaving, claims_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.printed import BlindCopy, check_blind

__all__ = ["cheap_codes", "door", "holder", "item", "opened", "vault", "wallet"]
Said = pytest.CaptureFixture[str]
COURSES = Choice(types=("university_ncs_course", "employment_insurance_career"))


def blind(folder: Path, *more: str) -> list[str]:
    return ["--blind", "--reveal", str(folder / "reveal.json"), "--out", str(folder / "c.pdf"), "--yes", *more]


def test_a_blind_copy_and_its_reveal_file_are_kept(wallet: Wallet, item: str, tmp_path: Path, capsys: Said) -> None:
    assert wallet("print", item, *blind(tmp_path, "--applicant-no", "A&B 7", "--lang", "en")) == 0
    said = capsys.readouterr().out
    assert "go to the issuer only" in said
    assert f"{tmp_path / 'reveal.json'}; send it only after the decision" in said
    credential = read_container((tmp_path / "c.pdf").read_bytes()).credential
    claims = claims_of(credential)
    assert claims["certificate"]["edition"] == "blind"  # type: ignore[index,call-overload] # a certificate
    assert claims["certificate"]["applicant_no"] == "A&B 7"  # type: ignore[index,call-overload] # a certificate
    assert claims.get("holder", {}) == {}
    assert "provider_name" not in claims["trainings"][0]  # type: ignore[index,operator] # one training
    reveal = json.loads((tmp_path / "reveal.json").read_bytes())
    named = claims_of(add_disclosures(credential, reveal["disclosures"]))["holder"]
    assert named["name"] == "김표본"  # type: ignore[index,call-overload] # a holder
    for name in ("c.pdf", "reveal.json"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_program_sees_what_would_leave_and_where_everything_went(
    wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path, capsys: Said
) -> None:
    assert wallet("print", item, *(each for each in blind(tmp_path) if each != "--yes"), "--json") == 0
    preview = json.loads(capsys.readouterr().out)
    assert (door.asked, preview["out"], preview["warnings"]) == ([], None, ["blind_paper"])
    assert wallet("print", item, *blind(tmp_path, "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["leaving"] == preview["leaving"]
    assert document["audience"] == f"{URL}/api/v1/prints/blind"
    assert (document["out"], document["reveal"]) == (str(tmp_path / "c.pdf"), str(tmp_path / "reveal.json"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "c.pdf", "--blind"], "Expected --blind and --reveal together"),
        (["--out", "c.pdf", "--reveal", "r.json"], "Expected --blind and --reveal together"),
        (["--out", "c.pdf", "--applicant-no", "7"], "only with them"),
        (["--out", "c.pdf", "--blind", "--reveal", "c.pdf"], "name the same"),
        (["--out", "c.pdf", "--blind", "--reveal", "/"], "is not overwritten"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_presented(
    wallet: Wallet, door: DeskDoor, item: str, capsys: Said, options: list[str], said: str
) -> None:
    assert wallet("print", item, "--yes", *options) == 2
    assert said in capsys.readouterr().err
    assert door.asked == []


def test_without_a_yes_nothing_is_presented(wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path) -> None:
    assert wallet("print", item, *(each for each in blind(tmp_path) if each != "--yes")) == 2
    assert door.asked == []


def test_where_the_copy_cannot_be_written_its_reveal_file_does_not_stay(
    wallet: Wallet, item: str, tmp_path: Path
) -> None:
    options = ["--blind", "--reveal", tmp_path / "reveal.json", "--out", tmp_path / "no" / "c.pdf"]
    assert wallet("print", item, *options, "--yes") != 0
    assert not (tmp_path / "reveal.json").exists()


def leaving(holder: Holder, *named: str) -> list[str]:
    credential = holder.credential(COURSES)
    cut = for_blind_paper(Held("a", "a", credential, holder.key), named)
    return [path for path, _ in cut.shown]


def test_what_a_blind_copy_never_shows_does_not_leave(holder: Holder) -> None:
    paths = leaving(holder)
    assert "educations[0].course_code" in paths
    names = {path.rpartition(".")[2] for path in paths if path.startswith(("educations", "careers"))}
    assert not names & {"institution_name", "workplace_management_number", "term", "employer_name"}
    assert not any(path.startswith("educations") and path.endswith("issuing_body") for path in paths)
    assert {"holder.name", "holder.birth_date", "certificate.purpose"} <= set(paths)


def test_what_an_employer_may_ask_for_leaves_where_it_is_named(holder: Holder) -> None:
    assert "careers[0].employer_name" in leaving(holder, "careers[0].employer_name", "careers[0].issuing_body")
    assert "careers[0].employer_name" not in leaving(holder, "careers[0]")
    assert not any(path.startswith("educations") for path in leaving(holder, "careers[0]"))
    assert "careers[0].employer_name" in leaving(holder, "careers[0]", "careers[0].employer_name")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (("educations[0].institution_name",), "never shows educations[0].institution_name"),
        (("educations[0].issuing_body",), "never shows educations[0].issuing_body"),
        (("holder.name",), "at least one entry"),
    ],
)
def test_what_no_blind_copy_can_be_made_of_is_told_by_name(holder: Holder, named: tuple[str, ...], said: str) -> None:
    with pytest.raises(NothingToPresent) as refused:
        leaving(holder, *named)
    assert said in str(refused.value)


def test_a_flat_credential_is_cut_in_the_same_way(holder: Holder) -> None:
    (entry, *_) = holder_entries(holder)
    credential = holder.credential(Choice(entries=(entry,)), flat="university_ncs_course")
    paths = [path for path, _ in for_blind_paper(Held("a", "a", credential, holder.key), ()).shown]
    assert {"course_code", "holder.name"} <= set(paths)
    assert not {"institution_name", "issuing_body", "term"} & set(paths)


def holder_entries(holder: Holder) -> list[str]:
    with holder.bank.store.read() as transaction:
        entries = show_account(holder.bank, transaction, holder.account).entries
    return [each.id for each in entries if each.type == "university_ncs_course"]


def test_the_number_of_another_application_does_not_leave(holder: Holder) -> None:
    credential = holder.credential(COURSES)
    kept = Held("a", "a", credential, holder.key)
    paths = [path for path, _ in for_blind_paper(kept, (), applicant_no="7").shown]
    assert "certificate.applicant_no" not in paths


def changed(**members: JsonValue) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        document = json.loads(answer.body)
        if answer.status != 200 or "pdf" not in document:
            return answer
        return Answer(200, encode_json({**document, **members}))

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(pdf=None), "expected a sealed certificate"),
        (changed(pdf="JVBERi0xLjcK"), "expected a sealed certificate"),
        (changed(pdf="%%"), "expected a sealed certificate"),
        (changed(reveal=None), "does not reveal its holder"),
        (changed(reveal={"disclosures": []}), "does not reveal its holder"),
        (changed(reveal={"disclosures": ["AAAA"]}), "does not reveal its holder"),
        (changed(reveal={"disclosures": [1]}), "expected a sealed certificate"),
    ],
)
def test_an_answer_that_is_not_in_order_is_not_kept(
    wallet: Wallet,
    door: DeskDoor,
    item: str,
    tmp_path: Path,
    capsys: Said,
    change: Callable[[Answer], Answer],
    said: str,
) -> None:
    door.change = change
    assert wallet("print", item, *blind(tmp_path)) == 1
    assert said in capsys.readouterr().err
    assert [*tmp_path.glob("*.pdf"), *tmp_path.glob("reveal*")] == []


@dataclass(frozen=True)
class Asked:
    """What was presented for a blind copy, and what the bank answered."""

    holder: Holder
    leaving: Leaving

    def answer(self, **query: str) -> bytes:
        path = "/api/v1/prints/blind"
        body = self.holder.present(self.leaving.sd_jwt, path=path).encode("ascii")
        kind = {"content_type": "application/dc+sd-jwt"}
        return bytes(self.holder.client.ask("POST", f"{path}?{urlencode(query)}", body, **kind).content)

    def check(self, answer: bytes, applicant_no: str | None = None) -> BlindCopy:
        trust = TrustList.parse(self.holder.bank.folder.trust_list.read_bytes())
        now = int(START.timestamp())
        return check_blind(answer, self.leaving, applicant_no=applicant_no, trust=trust, now=now)


@pytest.fixture
def asked(holder: Holder) -> Asked:
    return Asked(holder, for_blind_paper(Held("a", "a", holder.credential(), holder.key), ()))


def test_a_copy_for_another_application_is_not_kept(asked: Asked) -> None:
    answer = asked.answer(applicant_no="7")
    assert asked.check(answer, "7").claims.applicant_no == "7"
    for other in (None, "8"):
        with pytest.raises(CertificateRefused, match="another application"):
            asked.check(answer, other)


def test_a_reveal_file_of_another_copy_is_not_kept(asked: Asked) -> None:
    first, second = (json.loads(asked.answer()) for _ in range(2))
    with pytest.raises(CertificateRefused, match="does not reveal its holder"):
        asked.check(encode_json({**first, "reveal": second["reveal"]}))
    half = {**first["reveal"], "disclosures": first["reveal"]["disclosures"][:1]}
    with pytest.raises(CertificateRefused, match="does not reveal its holder"):
        asked.check(encode_json({**first, "reveal": half}))


def test_a_copy_that_names_its_holder_is_not_kept_as_a_blind_one(asked: Asked) -> None:
    body = asked.holder.present(asked.leaving.sd_jwt).encode("ascii")
    kind = {"content_type": "application/dc+sd-jwt"}
    pdf = asked.holder.client.ask("POST", "/api/v1/prints", body, **kind)
    assert pdf.status_code == 200
    with pytest.raises(CertificateRefused, match="does not say what was presented"):
        asked.check(encode_json({"pdf": b64url_encode(pdf.content), "reveal": None}))
