"""Whether the certificates of a seal are revoked is asked over the network, kept, and never passed over in silence."""

import json
import logging
import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from issuer.bank import open_bank
from issuer.deliveries.ages import Promises
from issuer.errors import FileUnreadable
from issuer.measuring import bank_figures
from issuer.seal_policy import MAX_REVOCATION_ORIGINS
from issuer.seal_revocation import SealRevocation, last_times
from issuer.upkeep import Upkeep
from keys.jwk import PublicKey
from tests.issuer.conftest import START, Document, Ran, World
from tests.keys.pdf_seal.revocation_server import Answering, RevocationServer
from tests.keys.pdf_seal.revoking import list_of, responder
from tests.keys.pdf_seal.sealing import Authority, Usage
from tests.keys.pdf_seal.stamp_server import StampServer
from tests.keys.pdf_seal.stamping import StampAuthority, StampUsage

TSA_ROOT = Authority("Time root")
BEGIN = START - timedelta(hours=1)
END = START + timedelta(days=30)
NAME = x509.Name.from_rfc4514_string("CN=Seal of an outside authority")
STAMPS = "CN=Test time stamps"
STRANGER = responder(TSA_ROOT, signed_by=Authority("x"), begin=BEGIN, end=END)


@pytest.fixture
def answers() -> Iterator[RevocationServer]:
    running = RevocationServer(Answering(responder(TSA_ROOT, begin=BEGIN, end=END), BEGIN))
    yield running
    running.stop()


@pytest.fixture
def stamps(answers: RevocationServer) -> Iterator[StampServer]:
    """An authority whose certificate says that `answers` tells whether it is revoked."""
    usage = StampUsage(extensions=answers.places)
    running = StampServer(StampAuthority(TSA_ROOT, usage=usage, made_at=START + timedelta(seconds=2)))
    answers.know(running.authority.certificate)
    yield running
    running.stop()


def use(world: World, stamps: StampServer, answers: RevocationServer, *options: str) -> Document:
    root = world.files / "tsa-root.pem"
    root.write_text(TSA_ROOT.pem())
    where = ("--tsa-url", stamps.url, "--tsa-root", root, "--revocation-origin", answers.origin)
    (world.path / "certificates/tsa-certificates.pem").write_bytes(
        stamps.authority.certificate.public_bytes(Encoding.PEM)
    )
    return world.json("sealing", "--level", "B-LT", *where, *options)


def later(world: World, stamps: StampServer, **duration: float) -> None:
    world.wait(**duration)
    stamps.authority.made_at = world.now + timedelta(seconds=2)


def issue(world: World, account: str, *options: str) -> Ran:
    target = world.files / "certificate.pdf"
    return world.run("issue", "--account", account, "--all", "--out", target, "--json", *options)


def level(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return str(ran.document["seal_level"])


def refused(world: World, account: str, *options: str) -> str:
    ran = issue(world, account, *options)
    assert ran.code == 5
    assert not (world.files / "certificate.pdf").exists()
    return ran.err


def kept(world: World, ending: str) -> bytes:
    (file,) = (world.path / "revocation/fetched").glob(f"*{ending}")
    return file.read_bytes()


def figures(world: World) -> dict[str, float]:
    bank = world.open()
    found = bank_figures(bank, Promises(), now=world.now)
    bank.close()
    return {each.name: each.value for each in found if each.name.startswith("cb_seal")}


def doctor(world: World) -> dict[str, str | None]:
    found = json.loads(world.run("doctor", "--json").out)["findings"]
    return {each["subject"]: each["problem"] for each in found if each["subject"].startswith(("seal", "revocation"))}


def test_what_is_told_goes_into_the_file_and_is_kept_for_half_of_its_time(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    assert level(issue(world, account)) == "B-LT"
    first = kept(world, ".ocsp")
    assert first in (world.files / "certificate.pdf").read_bytes()
    later(world, stamps, hours=22)
    assert level(issue(world, account)) == "B-LT"
    assert answers.asked == ["/ocsp"]
    answers.answering.begin = world.now
    later(world, stamps, hours=1)
    assert level(issue(world, account)) == "B-LT"
    assert answers.asked == ["/ocsp", "/ocsp"]
    second = kept(world, ".ocsp")
    assert second != first
    assert second in (world.files / "certificate.pdf").read_bytes()
    assert figures(world) == {"cb_seal_revocation_failing": 0, "cb_seal_revocation_left_seconds": math.inf}
    assert doctor(world)[f"revocation {STAMPS}"] is None


def test_only_a_place_that_the_configuration_names_is_asked(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    other = "https://answers.example"
    assert world.json("sealing", "--revocation-origin", other)["revocation_origins"] == [other]
    told = refused(world, account)
    assert "Nothing shows that the certificates of the seal are in force: expected a revocation list" in told
    assert f"for {STAMPS}, found none. Nothing was issued" in told
    assert world.json("sealing", "--revocation-origin", "none")["revocation_origins"] == []
    refused(world, account)
    assert answers.asked == []


def test_without_an_answer_the_last_one_serves_as_long_as_it_counts(
    world: World,
    account: str,
    stamps: StampServer,
    answers: RevocationServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use(world, stamps, answers)
    assert level(issue(world, account)) == "B-LT"
    first = kept(world, ".ocsp")
    answers.stop()
    later(world, stamps, hours=30)
    with caplog.at_level(logging.WARNING, logger="issuer.seal_revocation"):
        assert level(issue(world, account)) == "B-LT"
        assert level(issue(world, account)) == "B-LT"
    assert first in (world.files / "certificate.pdf").read_bytes()
    (line,) = caplog.messages  # five minutes pass before somebody is asked again
    assert line == (
        f"whether {STAMPS} is revoked could not be learnt: the revocation service: {answers.origin} could not be "
        "reached; the last answer serves until 2026-11-24 02:00:00+00:00"
    )
    assert figures(world) == {"cb_seal_revocation_failing": 1, "cb_seal_revocation_left_seconds": 17 * 3600}
    assert doctor(world) == {
        "seal B-LT": None,
        f"revocation {STAMPS}": f"the revocation service: {answers.origin} could not be reached; "
        "the last answer serves until 2026-11-24 02:00:00+00:00",
    }


def test_nobody_is_asked_twice_within_five_minutes(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    answers.status = 503
    refused(world, account)
    assert answers.asked == ["/ocsp", "/list"]
    later(world, stamps, minutes=4)
    assert f"{answers.origin}, found 503" in refused(world, account)
    assert len(answers.asked) == 2
    later(world, stamps, minutes=1)
    answers.status = 200
    assert level(issue(world, account)) == "B-LT"


def test_a_note_of_the_future_stops_nobody_from_asking(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    answers.status = 503
    refused(world, account)
    (note,) = (world.path / "revocation/fetched").glob("*.json")
    told = json.loads(note.read_text()) | {"at": "2027-01-01T00:00:00Z"}
    note.write_text(json.dumps(told))
    answers.status = 200
    assert level(issue(world, account)) == "B-LT"


def test_when_nothing_in_force_is_left_the_bank_refuses_or_seals_with_less_as_it_was_told(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    answers.stop()
    told = refused(world, account)
    assert f"found none; the revocation service: {answers.origin} could not be reached. Nothing was issued" in told
    korean = refused(world, account, "--lang", "ko")
    assert "봉인에 쓰는 인증서가 폐지되지 않았다는 것을 확인하지 못했습니다" in korean
    world.json("sealing", "--when-unreachable", "seal-without")
    for _ in range(2):  # asked, and again within the five minutes
        ran = issue(world, account)
        assert level(ran) == "B-T"
        assert "nobody answers whether the certificates of the seal are revoked" in ran.err
        assert "is sealed with level B-T, without data for a long life" in ran.err
    assert figures(world) == {"cb_seal_revocation_failing": 1, "cb_seal_revocation_left_seconds": 0}
    problem = "whoever tells what is revoked does not answer; certificates get level B-T"
    assert doctor(world)["seal B-LT"] == problem
    reprinted = world.run("reprint", world.files / "certificate.pdf", "--out", world.files / "again.pdf")
    assert "without data for a long life" in reprinted.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nonce": bytes(32)}, "expected the nonce of this question, found another"),
        (
            {"responder": STRANGER},
            "a responder that it named, found another's",
        ),
        ({"begin": START - timedelta(days=9)}, "expected one that is in force, found one that is over"),
        ({"unknown": True}, "expected an answer that knows the certificate, found one that does not"),
    ],
    ids=["nonce", "signer", "over", "unknown"],
)
def test_a_wrong_answer_is_no_outage_and_no_bank_does_without(
    world: World, account: str, stamps: StampServer, answers: RevocationServer, change: dict[str, object], words: str
) -> None:
    use(world, stamps, answers, "--when-unreachable", "seal-without")
    good = StampUsage(extensions=answers.places[:1])  # no list to fall back on
    stamps.authority = StampAuthority(TSA_ROOT, usage=good, made_at=START + timedelta(seconds=2))
    answers.know(stamps.authority.certificate)
    (world.path / "certificates/tsa-certificates.pem").unlink()
    sound = dict(vars(answers.answering))
    vars(answers.answering).update(change)
    assert words in refused(world, account)
    vars(answers.answering).update(sound)
    later(world, stamps, minutes=5)
    assert level(issue(world, account)) == "B-LT"


def test_a_list_serves_where_the_responder_answers_wrongly(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    answers.answering.instead = b"<html>moved</html>"
    assert level(issue(world, account)) == "B-LT"
    assert answers.asked == ["/ocsp", "/list"]
    assert kept(world, ".crl") in (world.files / "certificate.pdf").read_bytes()
    answers.answering.instead = None
    answers.answering.begin = START + timedelta(hours=30)
    later(world, stamps, hours=31)
    assert level(issue(world, account)) == "B-LT"
    assert not list((world.path / "revocation/fetched").glob("*.crl"))


@pytest.mark.parametrize("policy", ["refuse", "seal-without"])
@pytest.mark.parametrize("place", ["answer", "list", "file"])
def test_a_revoked_certificate_of_the_authority_stops_every_bank(
    world: World, account: str, stamps: StampServer, answers: RevocationServer, policy: str, place: str
) -> None:
    use(world, stamps, answers, "--when-unreachable", policy)
    if place == "file":
        (world.path / "revocation").mkdir()
        listed = list_of(TSA_ROOT, stamps.authority.certificate, begin=BEGIN, end=END)
        (world.path / "revocation/tsa.crl").write_bytes(listed)
    else:
        answers.answering.revoked.append(stamps.authority.certificate)
        answers.answering.instead = b"no answer" if place == "list" else None
    assert f"The certificate {STAMPS} is revoked, and a seal that rests on it is not made." in refused(world, account)
    answers.stop()  # what was told is kept, too
    assert f"인증서 {STAMPS}이(가) 폐지되어" in refused(world, account, "--lang", "ko")


def outside(world: World, authority: Authority, answers: RevocationServer) -> x509.Certificate:
    """Let an outside authority certify the bank's seal key."""
    bank = world.open()
    own = PublicKey.from_jwk({**bank.signer("seal").public_jwk()})
    bank.close()
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(own.x), int.from_bytes(own.y), ec.SECP256R1())
    made = authority.certify(numbers.public_key(), NAME, usage=Usage(extensions=answers.places))
    (world.path / "certificates/root.pem").write_text(authority.pem())
    (world.path / "certificates/seal.pem").write_bytes(made.public_bytes(Encoding.PEM))
    answers.know(made)
    return made


def test_a_seal_certificate_of_an_outside_authority_is_asked_about_before_every_seal(
    world: World, account: str, answers: RevocationServer, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = outside(world, TSA_ROOT, answers)
    assert level(issue(world, account)) == "B-B"
    assert answers.asked == []
    world.json("sealing", "--revocation-origin", answers.origin)
    assert level(issue(world, account)) == "B-B"
    assert answers.asked == ["/ocsp"]
    world.wait(hours=30)
    (world.files / "certificate.pdf").unlink()
    answers.answering.begin = world.now
    answers.answering.revoked.append(certificate)
    assert "The certificate CN=Seal of an outside authority is revoked" in refused(world, account)
    answers.stop()
    world.wait(days=3)
    assert "could not be reached. Nothing was issued" in refused(world, account)
    world.json("sealing", "--when-unreachable", "seal-without")
    world.wait(minutes=5)
    with caplog.at_level(logging.WARNING):
        assert level(issue(world, account)) == "B-B"
    assert "nothing that was learnt before is in force" in caplog.text


def test_an_outside_authority_keeps_its_lists_itself(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    outside(world, TSA_ROOT, answers)
    (world.path / "keys/root.pem").unlink()
    assert level(issue(world, account)) == "B-LT"
    assert answers.asked == ["/ocsp", "/ocsp"]
    assert not (world.path / "revocation/root.crl").exists()


@pytest.mark.parametrize("spoiled", [b"{", b"{}", b'{"subject": "x", "at": "soon", "until": null}'])
def test_a_note_that_cannot_be_read_counts_as_none(
    world: World, account: str, stamps: StampServer, answers: RevocationServer, spoiled: bytes
) -> None:
    use(world, stamps, answers)
    answers.status = 503
    refused(world, account)
    (note,) = (world.path / "revocation/fetched").glob("*.json")
    note.write_bytes(spoiled)
    assert figures(world) == {"cb_seal_revocation_failing": 0, "cb_seal_revocation_left_seconds": math.inf}
    answers.status = 200
    assert level(issue(world, account)) == "B-LT"


def test_what_nobody_needed_for_a_week_is_nobodys_trouble(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    answers.status = 503
    refused(world, account)
    bank = world.open()
    assert [each.problem is None for each in last_times(bank.folder, now=START + timedelta(days=6))] == [False]
    assert last_times(bank.folder, now=START + timedelta(days=7)) == []
    bank.close()


def test_a_place_is_asked_under_https_and_no_other_scheme(world: World, answers: RevocationServer) -> None:
    names = ("http://answers.example/a", "ldap://answers.example/b", "https://elsewhere.example/c", "http://[x/d")
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(each)], None, None, None) for each in names]
    usage = Usage(extensions=((x509.CRLDistributionPoints(points), False),))
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    made = TSA_ROOT.certify(key, NAME, usage=usage).public_bytes(Encoding.DER)
    world.json("sealing", "--revocation-origin", "https://answers.example")
    bank = world.open()
    asking = SealRevocation(bank, at=START)
    assert asking.places(made) == [("https://answers.example/a", ".crl")]
    assert asking.places(b"no certificate") == []
    bank.close()


@pytest.mark.parametrize(
    ("origins", "words"),
    [
        (["http://answers.example"], "--revocation-origin: expected https, found http."),
        (["https://answers.example/ocsp"], "--revocation-origin: expected an origin: scheme, host and port only."),
        ([f"https://a{each}.example" for each in range(MAX_REVOCATION_ORIGINS + 1)], "expected at most 16 origins"),
    ],
    ids=["http", "a path", "too many"],
)
def test_an_origin_that_could_not_be_asked_is_refused(world: World, origins: list[str], words: str) -> None:
    before = (world.path / "bank.json").read_bytes()
    ran = world.run("sealing", *(word for each in origins for word in ("--revocation-origin", each)))
    assert ran.code == 2
    assert words in ran.err
    assert (world.path / "bank.json").read_bytes() == before


def test_a_profile_names_origins_only_when_there_are_some(world: World) -> None:
    def written() -> dict[str, object]:
        return dict(json.loads((world.path / "bank.json").read_bytes())["sealing"])

    assert "revocation_origins" not in written()
    shown = world.run("sealing", "--revocation-origin", "https://a.example", "--revocation-origin", "https://a.example")
    assert "Asked whether certificates are revoked: https://a.example\n" in shown.out
    assert written()["revocation_origins"] == ["https://a.example"]


@pytest.mark.parametrize("spoiled", ["https://a.example", [7], ["https://a.example"] * 17], ids=["text", "7", "many"])
def test_origins_of_another_form_make_no_profile(world: World, spoiled: object) -> None:
    path: Path = world.path / "bank.json"
    profile = json.loads(path.read_bytes())
    profile["sealing"]["revocation_origins"] = spoiled
    path.write_text(json.dumps(profile))
    with pytest.raises(FileUnreadable, match="not a profile of a bank"):
        open_bank(world.path, passphrase=None)


def renewed(world: World, *, code: int = 0) -> tuple[list[str], str | None]:
    """Ask again by the command; return about whom, and what the matter was."""
    ran = world.run("sealing", "--renew", "--json")
    assert ran.code == code, ran.err
    return ran.document["renewed"], ran.document["problem"]


def test_answers_are_renewed_before_somebody_who_issues_has_to_wait(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    first = kept(world, ".ocsp")
    later(world, stamps, hours=22)
    assert renewed(world) == ([], None)
    assert answers.asked == ["/ocsp"]
    answers.answering.begin = world.now
    later(world, stamps, hours=1)
    assert renewed(world) == ([STAMPS], None)
    assert renewed(world) == ([], None)
    second = kept(world, ".ocsp")
    assert second != first
    assert level(issue(world, account)) == "B-LT"
    assert answers.asked == ["/ocsp", "/ocsp"]
    assert second in (world.files / "certificate.pdf").read_bytes()


def test_service_renews_answers_with_what_it_does_each_minute(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    later(world, stamps, hours=23)
    bank = world.open()
    upkeep = Upkeep(bank, clock=lambda: world.now)
    upkeep.run()
    assert answers.asked == ["/ocsp", "/ocsp"]
    answers.stop()
    answers.asked.clear()
    later(world, stamps, hours=24)
    upkeep.run()  # nobody answers; the rest is done all the same
    bank.close()
    assert figures(world)["cb_seal_revocation_failing"] == 1


def test_renewing_says_who_did_not_answer_and_leaves_them_alone_for_five_minutes(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    first = kept(world, ".ocsp")
    later(world, stamps, hours=23)
    answers.status = 503
    asked, problem = renewed(world, code=5)
    assert (asked, first) == ([STAMPS], kept(world, ".ocsp"))
    assert str(problem).startswith(f"{STAMPS}: ")
    assert "found 503" in str(problem)
    assert renewed(world, code=5) == ([], problem)
    answers.status = 200
    later(world, stamps, minutes=5)
    assert renewed(world) == ([STAMPS], None)


def test_what_no_seal_needed_for_a_week_is_not_asked_about_any_more(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    for _ in range(6):
        later(world, stamps, hours=24)
        answers.answering.begin = world.now
        assert renewed(world) == ([STAMPS], None)
    later(world, stamps, hours=24)
    assert renewed(world) == ([], None)


def test_seal_that_needs_a_fresh_answer_is_remembered_each_day(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    later(world, stamps, hours=24)
    answers.answering.begin = world.now
    assert renewed(world) == ([STAMPS], None)
    issue(world, account)
    assert [each.needed_at for each in last_times(world.open().folder, now=world.now)] == [world.now]


@pytest.mark.parametrize("lost", ["certificate", "issuer"])
def test_note_of_an_older_program_is_renewed_by_the_next_seal(
    world: World, account: str, stamps: StampServer, answers: RevocationServer, lost: str
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    (note,) = (world.path / "revocation/fetched").glob("*.json")
    told = {name: each for name, each in json.loads(note.read_text()).items() if name not in {lost, "needed"}}
    note.write_text(json.dumps(told))
    later(world, stamps, hours=23)
    assert renewed(world) == ([], None)
    assert level(issue(world, account)) == "B-LT"
    answers.answering.begin = world.now
    later(world, stamps, hours=24)
    assert renewed(world) == ([STAMPS], None)


def test_origin_that_was_taken_away_is_not_asked_by_renewing_either(
    world: World, account: str, stamps: StampServer, answers: RevocationServer
) -> None:
    use(world, stamps, answers)
    issue(world, account)
    world.json("sealing", "--revocation-origin", "none")
    later(world, stamps, hours=23)
    assert renewed(world) == ([], None)
    assert answers.asked == ["/ocsp"]
