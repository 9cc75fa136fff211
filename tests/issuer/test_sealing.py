"""How a bank seals: level, time-stamping authority, roots in the trust list, and what happens when nobody answers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from issuer.bank import open_bank
from issuer.errors import FileUnreadable
from issuer.seal_policy import SealPolicy
from keys.pdf_seal import SealCheck, check_seal
from keys.trust_list import TrustedIssuer, TrustList
from tests.issuer.conftest import START, Document, Ran, World
from tests.keys.pdf_seal.revoking import Responder, answer_for, list_of
from tests.keys.pdf_seal.sealing import Authority
from tests.keys.pdf_seal.stamp_server import StampServer, refusal
from tests.keys.pdf_seal.stamping import StampAuthority

TSA_ROOT = Authority("Time root")
STAMPED_AT = START + timedelta(seconds=2)
LISTED = list_of(TSA_ROOT, begin=START - timedelta(hours=1), end=START + timedelta(days=30))


@pytest.fixture
def server() -> Iterator[StampServer]:
    running = StampServer(StampAuthority(TSA_ROOT, made_at=STAMPED_AT))
    yield running
    running.stop()


def root_file(world: World, authority: Authority = TSA_ROOT) -> Path:
    file = world.files / "tsa-root.pem"
    file.write_text(authority.pem())
    return file


def use(world: World, server: StampServer, level: str, *options: str) -> Document:
    return world.json("sealing", "--level", level, "--tsa-url", server.url, "--tsa-root", root_file(world), *options)


def listed(world: World) -> TrustedIssuer:
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    return issuer


def check(world: World) -> SealCheck:
    """Check the issued file as a verifier with the bank's own trust list does."""
    issuer, pdf = listed(world), (world.files / "certificate.pdf").read_bytes()
    return check_seal(pdf, roots=issuer.seal_roots, tsa_roots=issuer.tsa_roots, now=world.now)


def try_to_issue(world: World, account: str) -> Ran:
    return world.run("issue", "--account", account, "--all", "--out", world.files / "certificate.pdf")


def nothing_issued(world: World) -> bool:
    bank = world.open()
    with bank.store.read() as transaction:
        none = transaction.certificates.certificate("CB-2026-00000001") is None
    bank.close()
    return none and not (world.files / "certificate.pdf").exists()


def test_a_new_bank_seals_without_time_stamps(world: World, account: str) -> None:
    shown = world.json("sealing")
    assert shown == {
        "level": "B-B",
        "tsa_url": None,
        "when_unreachable": "refuse",
        "tsa_roots": 0,
        "revocation_origins": [],
    }
    assert world.issue(account)["seal_level"] == "B-B"
    assert (check(world).outcome, check(world).time_stamp) == ("intact", "none")


def test_a_time_stamped_certificate_is_intact_for_everybody_with_the_new_trust_list(
    world: World, account: str, server: StampServer
) -> None:
    before = TrustList.parse((world.path / "trust.json").read_bytes()).version
    assert use(world, server, "B-T")["tsa_roots"] == 1
    assert world.issue(account)["seal_level"] == "B-T"
    found = check(world)
    assert (found.outcome, found.time_stamp, found.stamped_at) == ("intact", "trusted", STAMPED_AT)
    assert TrustList.parse((world.path / "trust.json").read_bytes()).version == before + 1
    assert (world.path / "public/trust.json").read_bytes() == (world.path / "trust.json").read_bytes()


@pytest.mark.slow
def test_a_long_term_certificate_carries_the_banks_own_revocation_list(
    world: World, account: str, server: StampServer
) -> None:
    use(world, server, "B-LT")
    (world.path / "revocation").mkdir()
    (world.path / "revocation/tsa.crl").write_bytes(LISTED)
    assert world.issue(account)["seal_level"] == "B-LT"
    own = (world.path / "revocation/root.crl").read_bytes()
    pdf = (world.files / "certificate.pdf").read_bytes()
    assert own in pdf
    assert (check(world).outcome, check(world).time_stamp) == ("intact", "trusted")


@pytest.mark.slow
def test_an_answer_in_the_folder_serves_as_well_as_a_list(world: World, account: str, server: StampServer) -> None:
    use(world, server, "B-LT")
    (world.path / "revocation").mkdir()
    end = START + timedelta(days=1)
    answer = answer_for(server.authority.certificate, Responder(TSA_ROOT, TSA_ROOT.key), begin=START, end=end)
    (world.path / "revocation/tsa.ocsp").write_bytes(answer)
    world.issue(account)
    assert answer in (world.files / "certificate.pdf").read_bytes()


@pytest.mark.slow
def test_the_banks_own_list_is_made_anew_after_a_day(world: World, account: str, server: StampServer) -> None:
    use(world, server, "B-LT")
    (world.path / "revocation").mkdir()
    (world.path / "revocation/tsa.crl").write_bytes(LISTED)
    file = world.path / "revocation/root.crl"

    def numbers(hours: int) -> int:
        world.wait(hours=hours)
        server.authority.made_at = world.now
        world.issue(account)
        return (
            x509.load_der_x509_crl(file.read_bytes())
            .extensions.get_extension_for_class(x509.CRLNumber)
            .value.crl_number
        )

    first = int(START.timestamp())
    assert [numbers(0), numbers(23), numbers(1)] == [first, first, first + 24 * 3600]


@pytest.mark.slow
def test_known_certificates_of_the_authority_save_a_second_stamp(
    world: World, account: str, server: StampServer
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    use(world, server, "B-LT")
    (world.path / "revocation").mkdir()
    (world.path / "revocation/tsa.crl").write_bytes(LISTED)
    world.issue(account)
    learnt = len(server.questions)
    known = server.authority.certificate.public_bytes(Encoding.PEM)
    (world.path / "certificates/tsa-certificates.pem").write_bytes(known)
    world.issue(account)
    assert (learnt, len(server.questions)) == (2, 3)


def test_without_a_list_of_the_authority_no_long_term_certificate_is_issued(
    world: World, account: str, server: StampServer
) -> None:
    use(world, server, "B-LT")
    ran = try_to_issue(world, account)
    assert ran.code == 5
    assert "an OCSP answer in force for CN=Test time stamps, found none" in ran.err
    assert nothing_issued(world)


def test_an_authority_that_is_down_stops_the_issuing(world: World, account: str, server: StampServer) -> None:
    use(world, server, "B-T")
    server.stop()
    ran = try_to_issue(world, account)
    assert ran.code == 5
    assert ran.err == (
        "cb-issuer issue: There is no time stamp for the seal: the time-stamping authority: "
        f"{server.origin} could not be reached. Nothing was issued; "
        "try again later, or see `cb-issuer sealing --help`.\n"
    )
    assert nothing_issued(world)


def test_the_refusal_is_told_in_korean(world: World, account: str, server: StampServer) -> None:
    use(world, server, "B-T")
    server.answer = refusal("rejection", "system_failure")
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / "c.pdf", "--lang", "ko")
    assert ran.code == 5
    assert (
        "봉인에 쓸 시점확인을 받지 못했습니다: the time-stamping authority refused: rejection, system failure."
        in ran.err
    )


@pytest.mark.parametrize("answer", [None, refusal("rejection", "system_failure")], ids=["down", "refuses"])
def test_a_bank_that_may_do_without_seals_plainly_and_says_so(
    world: World, account: str, server: StampServer, answer: bytes | None
) -> None:
    use(world, server, "B-T", "--when-unreachable", "seal-without")
    server.answer = answer
    if answer is None:
        server.stop()
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / "certificate.pdf", "--json")
    assert (ran.code, ran.document["seal_level"]) == (0, "B-B")
    assert "is sealed with level B-B, without a time stamp" in ran.err
    assert (check(world).outcome, check(world).time_stamp) == ("intact", "none")


def test_a_reprint_says_what_its_seal_has_become(world: World, issued: Document, server: StampServer) -> None:
    target = ("--out", world.files / "again.pdf")
    use(world, server, "B-T", "--when-unreachable", "seal-without")
    again = world.json("reprint", world.files / "certificate.pdf", *target)
    stored = world.json("reprint", issued["number"], "--code", issued["confirmation_code"], *target)
    server.stop()
    ran = world.run("reprint", world.files / "certificate.pdf", *target, "--json")
    assert (again["seal_level"], stored["seal_level"], ran.document["seal_level"]) == ("B-T", None, "B-B")
    assert f"{issued['number']} is sealed with level B-B, without a time stamp" in ran.err


def test_an_answer_to_another_question_is_never_an_outage(world: World, account: str, server: StampServer) -> None:
    use(world, server, "B-T", "--when-unreachable", "seal-without")
    server.spoil = lambda told: told.update(nonce=7)
    ran = try_to_issue(world, account)
    assert ran.code == 5
    assert "expected the nonce of this question in the time stamp, found another" in ran.err
    assert nothing_issued(world)


def test_a_stamp_below_another_root_is_never_an_outage(world: World, account: str, server: StampServer) -> None:
    other = Authority("Another time root")
    use(world, server, "B-T", "--when-unreachable", "seal-without")
    server.authority = StampAuthority(other, made_at=STAMPED_AT)
    ran = try_to_issue(world, account)
    assert ran.code == 5
    assert "the time stamp cannot be used: expected a time stamp by an authority that led to a listed root" in ran.err
    assert nothing_issued(world)


def test_a_second_authority_joins_the_first_in_the_trust_list(world: World, server: StampServer) -> None:
    use(world, server, "B-T")
    second = Authority("Second time root")
    world.json("sealing", "--tsa-root", root_file(world, second))
    assert listed(world).tsa_roots == (TSA_ROOT.pem(), second.pem())
    assert world.json("sealing", "--tsa-root", root_file(world, second))["tsa_roots"] == 2
    assert world.json("sealing", "--level", "B-B")["tsa_roots"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--level", "B-T"], "--level B-T: expected --tsa-url and --tsa-root for a time-stamped seal."),
        (
            ["--level", "B-LT", "--tsa-url", "https://tsa.example/"],
            "--level B-LT: expected --tsa-url and --tsa-root for a time-stamped seal.",
        ),
        (["--tsa-url", "http://tsa.example/"], "--tsa-url: expected https, found http."),
        (["--tsa-root", "{world}/keys/seal.pem"], "--tsa-root: expected certificates in PEM that are still valid."),
        (["--tsa-root", "{world}/spoiled.pem"], "--tsa-root: expected one certificate in PEM, found something else."),
        (["--tsa-root", "{world}/bank.db"], "bank.db cannot be read: it is not a certificate in PEM."),
        (["--tsa-root", "{world}/none.pem"], "none.pem cannot be read: No such file or directory."),
    ],
)
def test_settings_that_could_not_work_are_refused_and_change_nothing(
    world: World, options: list[str], words: str
) -> None:
    spoiled = TSA_ROOT.pem().replace("MII", "MIA", 1)
    (world.path / "spoiled.pem").write_text(spoiled)
    before = (world.path / "bank.json").read_bytes()
    ran = world.run("sealing", *(option.format(world=world.path) for option in options))
    assert ran.code in {2, 4}
    assert words in ran.err
    assert (world.path / "bank.json").read_bytes() == before


def test_a_root_that_has_ended_is_refused(world: World) -> None:
    world.wait(days=365 * 20)
    ran = world.run("sealing", "--tsa-root", root_file(world))
    assert (ran.code, ran.err) == (
        2,
        "cb-issuer sealing: --tsa-root: expected certificates in PEM that are still valid.\n",
    )


def test_without_its_keys_a_bank_changes_nothing(world: World) -> None:
    (world.path / "keys/status.pem").unlink()
    before = (world.path / "bank.json").read_bytes()
    ran = world.run("sealing", "--tsa-root", root_file(world))
    assert ran.code == 5
    assert (world.path / "bank.json").read_bytes() == before
    assert not (world.path / "certificates/tsa-roots.pem").exists()


def doctor(world: World) -> dict[str, str | None]:
    found = json.loads(world.run("doctor", "--json").out)["findings"]
    return {each["subject"]: each["problem"] for each in found if each["subject"].startswith("seal ")}


def test_the_doctor_tries_the_seal_out(world: World, server: StampServer) -> None:
    assert doctor(world) == {"seal B-B": None}
    use(world, server, "B-T")
    assert doctor(world) == {"seal B-T": None}
    assert len(server.questions) == 1


def test_the_doctor_says_when_certificates_would_have_no_time_stamp(world: World, server: StampServer) -> None:
    use(world, server, "B-T", "--when-unreachable", "seal-without")
    server.stop()
    problem = "the time-stamping authority does not answer; certificates get level B-B"
    assert doctor(world) == {"seal B-T": problem}


def test_the_doctor_says_when_certificates_could_not_be_sealed(world: World, server: StampServer) -> None:
    use(world, server, "B-LT")
    server.authority.made_at = START + timedelta(hours=1)
    (world.path / "revocation").mkdir()
    (world.path / "revocation/tsa.crl").write_bytes(LISTED)
    assert doctor(world) == {"seal B-LT": "expected a time stamp that is not of the future"}
    (world.path / "revocation/tsa.crl").write_bytes(bytes(1024 * 1024 + 1))
    assert doctor(world) == {"seal B-LT": "The file tsa.crl cannot be read: expected at most 1048576 bytes."}


def test_revocation_data_that_cannot_be_read_is_named(world: World, server: StampServer) -> None:
    use(world, server, "B-LT")
    (world.path / "revocation/odd.crl").mkdir(parents=True)
    assert doctor(world) == {"seal B-LT": "The file odd.crl cannot be read: Is a directory."}


@pytest.mark.parametrize(
    "sealing",
    [
        "B-T",
        {"level": "B-X"},
        {"level": "B-T"},
        {"level": "B-T", "tsa_url": 7},
        {"when_unreachable": "shrug"},
        {"tsa_url": None, "other": 1},
    ],
    ids=["text", "level", "no url", "url", "when", "another member"],
)
def test_a_damaged_policy_is_no_profile(world: World, sealing: object) -> None:
    profile = json.loads((world.path / "bank.json").read_bytes())
    (world.path / "bank.json").write_text(json.dumps({**profile, "sealing": sealing}))
    with pytest.raises(FileUnreadable, match="not a profile of a bank"):
        open_bank(world.path, passphrase=None)


def test_a_profile_of_an_earlier_version_seals_as_before(world: World) -> None:
    profile = json.loads((world.path / "bank.json").read_bytes())
    profile.pop("sealing")
    (world.path / "bank.json").write_text(json.dumps(profile))
    bank = world.open()
    assert bank.profile.sealing == SealPolicy("B-B", None, "refuse")
    bank.close()
