"""Two persons make keys and a backup together: what the minutes prove, and what is refused."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from issuer.bank import Bank
from issuer.bank.key_errors import CeremonyRefused, KeyDistrusted, MinutesRefused, RotationUnderWay
from issuer.bank.key_records import KeyRecord
from issuer.bank.key_ring import records
from issuer.ceremony import CeremonyPlan, Held, Person, hold_ceremony
from issuer.errors import InvalidOption
from issuer.key_life.minutes import Minutes, read_minutes, sign_minutes
from keys.encoding import b64url_decode, b64url_encode, decode_json_object
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key, write_encrypted
from tests.issuer.conftest import URL, Document, World

HONG, KIM = Person("홍길동", FileSigner(create_key())), Person("김철수", FileSigner(create_key()))
BOTH = (HONG, KIM)


@pytest.fixture
def bank(world: World) -> Bank:
    return world.open()


def held(world: World, bank: Bank, *persons: Person, **plan: object) -> Held:
    made = CeremonyPlan(**{"minutes": world.files / "minutes.json", **plan})  # type: ignore[arg-type] # of one test
    return hold_ceremony(bank, made, persons or BOTH, clock=lambda: world.now)


def read(world: World, bank: Bank, data: bytes | None = None) -> Minutes:
    signed = (world.files / "minutes.json").read_bytes() if data is None else data
    return read_minutes(signed, name="minutes.json", issuer=URL, bank_keys=records(bank, "bundle"))


def test_minutes_name_persons_new_keys_and_the_backup(world: World, bank: Bank) -> None:
    backup, shares = world.files / "c.backup", world.files / "shares"
    shares.mkdir()
    before = {each.kid for each in records(bank, "status")}
    made = held(world, bank, uses=("status",), backup=backup, shares=shares)
    minutes = read(world, bank)
    (record,) = [each for each in records(bank, "status") if each.kid not in before]
    rotated, backed_up = minutes.content["steps"]
    assert rotated["made"]["sha256"] == record.public_key().fingerprint()
    assert (rotated["command"], rotated["done"], backed_up["done"]) == ("keys rotate status", True, True)
    assert minutes.content["backup"]["sha256"] == hashlib.sha256(backup.read_bytes()).hexdigest()
    assert minutes.persons == ((HONG.name, HONG.public_key()), (KIM.name, KIM.public_key()))
    assert minutes.bank_key == records(bank, "bundle")[0].kid
    assert (made.refused, made.sha256) == (
        None,
        hashlib.sha256((world.files / "minutes.json").read_bytes()).hexdigest(),
    )
    with bank.store.read() as transaction:
        (act,) = transaction.audit.acts_after(0, ("ceremony_held",))
    assert (act.subject, KIM.signer.key_id in str(act.detail)) == (made.sha256, True)


def test_a_step_that_is_refused_ends_the_ceremony_and_stands_in_its_minutes(world: World, bank: Bank) -> None:
    world.json("keys", "rotate", "status")
    made = held(world, bank, uses=("credential", "status", "seal"))
    assert isinstance(made.refused, RotationUnderWay)
    steps = read(world, bank).content["steps"]
    found = [(each["command"], each["done"], each["refused"]) for each in steps]
    assert found == [("keys rotate credential", True, None), ("keys rotate status", False, "rotation_under_way")]


def test_a_backup_that_fails_leaves_no_shares(world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.ceremony.make_backup", fails)
    made = held(world, bank, backup=world.files / "c.backup", shares=world.files)
    assert read(world, bank).content["steps"] == [{"command": "backup", "done": False, "refused": "invalid_option"}]
    assert (made.content["backup"], [*world.files.glob("*share*")]) == (None, [])


def fails(*_given: object, **_named: object) -> None:
    raise InvalidOption("it is full", option="x")


@pytest.mark.parametrize(
    ("persons", "problem"),
    [
        ((), "found 0"),
        ((HONG,), "found 1"),
        ((HONG, KIM, Person("이", KIM.signer)), "found 3"),
        ((HONG, replace(KIM, name="홍길동")), "the same name"),
        ((HONG, replace(HONG, name="김철수")), "the same key"),
        ((HONG, replace(KIM, name="김\u202e철수")), "visible characters"),
        ((HONG, replace(KIM, name="x" * 61)), "visible characters"),
    ],
)
def test_who_is_not_two_persons_begins_nothing(
    world: World, bank: Bank, persons: tuple[Person, ...], problem: str
) -> None:
    plan = CeremonyPlan(world.files / "minutes.json", uses=("status",))
    with pytest.raises(CeremonyRefused, match=problem):
        hold_ceremony(bank, plan, persons, clock=lambda: world.now)
    assert (len(records(bank, "status")), plan.minutes.exists()) == (1, False)


def test_what_cannot_end_well_is_not_begun(world: World, bank: Bank) -> None:
    (world.files / "there").write_text("x")
    (world.files / "share-2.txt").write_text("x")
    own = Person("김철수", bank.signer("credential"))
    backup = world.files / "c.backup"
    for persons, plan, problem in (
        ((HONG, own), {}, "brings a key of the bank"),
        (BOTH, {"uses": ("status", "status")}, "named twice"),
        (BOTH, {"backup": backup}, "needs a folder"),
        (BOTH, {"shares": world.files}, "needs a folder"),
        (BOTH, {"minutes": world.files / "there"}, "there is there already"),
        (BOTH, {"backup": world.files / "there", "shares": world.files}, "there is there already"),
        (BOTH, {"minutes": world.files / "no/minutes.json"}, "folder does not exist"),
        (BOTH, {"backup": backup, "shares": world.files}, "never overwrites one"),
        (BOTH, {"backup": backup, "shares": world.files / "no"}, "folder does not exist"),
    ):
        with pytest.raises((CeremonyRefused, InvalidOption), match=problem):
            held(world, bank, *persons, **{"uses": ("status",), **plan})
    assert (len(records(bank, "status")), backup.exists()) == (1, False)


def test_a_distrusted_key_of_the_bank_signs_no_minutes(world: World, bank: Bank) -> None:
    kid = records(bank, "bundle")[0].kid.lstrip("-")
    world.json("keys", "distrust", kid, "--since", world.now.isoformat())
    with pytest.raises(KeyDistrusted):
        held(world, world.open(), uses=("status",))


@pytest.fixture(scope="module")
def signed() -> tuple[dict[str, object], list[FileSigner], KeyRecord]:
    """What minutes say, three signers of which the last is the bank's, and its record."""
    signers = [FileSigner(create_key()) for _ in range(3)]
    people = [{"name": name, "jwk": each.public_jwk()} for name, each in zip("가나", signers, strict=False)]
    times = {"held_at": "2026-11-22T03:00:00Z", "ended_at": "2026-11-22T03:10:00Z"}
    content: dict[str, object] = {
        "issuer": URL,
        **times,
        "operator": "x",
        "persons": people,
        "steps": [],
        "keys": [],
        "backup": None,
    }
    return content, signers, KeyRecord("bundle", "file:x", signers[2].public_jwk())


Signed = tuple[dict[str, object], list[FileSigner], KeyRecord]


def problem(data: bytes, *known: KeyRecord) -> str:
    with pytest.raises(MinutesRefused) as caught:
        read_minutes(data, name="m", issuer=URL, bank_keys=known)
    return str(caught.value.details["problem"])


def written(signed: Signed, **changed: object) -> bytes:
    content, signers, _ = signed
    return sign_minutes({**content, **changed}, persons=signers[:2], bank=signers[2])  # type: ignore[dict-item]


def test_minutes_that_were_changed_afterwards_are_refused(signed: Signed) -> None:
    _, _, record = signed
    data = json.loads(written(signed))
    content = decode_json_object(b64url_decode(data["payload"]), max_bytes=10_000)
    forged = b64url_encode(json.dumps({**content, "operator": "y"}).encode())
    assert "is not that of its key" in problem(json.dumps({**data, "payload": forged}).encode(), record)
    swapped = {**data, "signatures": [data["signatures"][each] for each in (1, 0, 2)]}
    assert "is not that of its key" in problem(json.dumps(swapped).encode(), record)
    twice = {**data, "signatures": [data["signatures"][each] for each in (0, 0, 2)]}
    assert "is not that of its key" in problem(json.dumps(twice).encode(), record)
    for count in (0, 2, 4):
        fewer = {**data, "signatures": (data["signatures"] * 2)[:count]}
        assert problem(json.dumps(fewer).encode(), record) == "expected a payload and three signatures"


def test_minutes_of_another_bank_or_an_unknown_key_are_refused(signed: Signed) -> None:
    _, signers, record = signed
    assert problem(written(signed, issuer="https://other.example"), record) == "they are of another bank"
    other = KeyRecord("bundle", "file:x", signers[0].public_jwk())
    assert problem(written(signed), other) == problem(written(signed)) == "no key of this bank signed them"


def test_minutes_after_the_bank_s_key_was_distrusted_are_refused_and_earlier_ones_are_not(signed: Signed) -> None:
    record = replace(signed[2], distrusted_since="2026-11-22T03:10:00Z")
    assert problem(written(signed), record) == "the key of the bank that signed them was distrusted then"
    later = replace(record, distrusted_since="2026-11-22T03:10:01Z")
    assert read_minutes(written(signed), name="m", issuer=URL, bank_keys=[later]).bank_key == later.kid


def test_one_key_cannot_sign_for_two(signed: Signed) -> None:
    content, (first, _, last), record = signed
    for other in (first, last):
        people = [{"name": "가", "jwk": first.public_jwk()}, {"name": "나", "jwk": other.public_jwk()}]
        data = sign_minutes({**content, "persons": people}, persons=[first, other], bank=last)  # type: ignore[dict-item]
        assert problem(data, record) == "the three signatures are not of three keys"


def test_what_does_not_name_two_persons_is_refused(signed: Signed) -> None:
    people_of: Any = signed[0]["persons"]
    (first, second), record = people_of, signed[2]
    wrong: tuple[Any, ...] = (
        [],
        [first],
        [first, second, second],
        [first, {**second, "name": "가"}],
        [first, {"name": "나"}],
        7,
        ["x", "y"],
    )
    for people in (*wrong, [first, {"name": "나", "jwk": {**second["jwk"], "d": "x"}}]):
        assert problem(written(signed, persons=people), record) == "they do not name two persons and their keys"


def test_what_is_no_minutes_is_refused(signed: Signed) -> None:
    _, signers, record = signed
    data = json.loads(written(signed))
    token = sign_compact({"typ": "JWT", "kid": signers[0].key_id}, b64url_decode(data["payload"]), signer=signers[0])
    header, _, signature = token.split(".")
    other_type = [{"protected": header, "signature": signature}, *data["signatures"][1:]]
    assert "is not that of its key" in problem(json.dumps({**data, "signatures": other_type}).encode(), record)
    form = "they are not in the form of minutes"
    for found in (
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"payload": 1, "payload": 2}',
        json.dumps({**data, "payload": 7}).encode(),
        json.dumps({**data, "payload": "***"}).encode(),
        json.dumps({**data, "signatures": [7, 7, 7]}).encode(),
        json.dumps({**data, "signatures": [{**data["signatures"][0], "header": {}}] * 3}).encode(),
        b'{"payload": "' + b"A" * 300_000 + b'", "signatures": []}',
        written(signed, minutes=2),
        written(signed, held_at="yesterday"),
        written(signed, held_at="2026-11-22T03:00:00"),
        written(signed, ended_at=7),
        written(signed, more=1),
        sign_minutes({"issuer": URL}, persons=signers[:2], bank=signers[2]),
    ):
        assert problem(found, record) == form, found[:60]
    assert "expected a payload" in problem(json.dumps({**data, "more": 1}).encode(), record)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key files of two persons and their passwords."""
    folder = tmp_path_factory.mktemp("people")
    for name, person in (("hong", HONG), ("kim", KIM)):
        (folder / f"{name}.password").write_text(f"the password of {name}\n")
        key = person.signer.key  # type: ignore[attr-defined] # a FileSigner
        write_encrypted(folder / f"{name}.pem", key, passphrase=f"the password of {name}")
    return folder


def test_the_commands_hold_a_ceremony_and_show_its_minutes(world: World, people: Path) -> None:
    minutes, backup, shares = world.files / "minutes.json", world.files / "c.backup", world.files / "shares"
    shares.mkdir()
    told = ("--person", HONG.name, people / "hong.pem", "--person", KIM.name, people / "kim.pem")
    typed = ("--password-file", people / "hong.password", "--password-file", people / "kim.password")
    ran = world.run(
        "keys", "ceremony", "status", *told, *typed, "--minutes", minutes, "--backup", backup, "--shares", shares
    )
    assert (ran.code, "signed by both persons" in ran.out, "keys rotate status, backup" in ran.err) == (0, True, True)
    mine = HONG.public_key().fingerprint()
    shown = world.run("keys", "minutes", minutes, "--fingerprint", mine.upper())
    assert (shown.code, f"홍길동: signed with the key {mine}" in shown.out, "Compare" in shown.err) == (0, True, True)
    both = world.run("keys", "minutes", minutes, "--fingerprint", mine, "--fingerprint", KIM.public_key().fingerprint())
    assert (both.code, both.err) == (0, "")
    wrong = world.run("keys", "minutes", minutes, "--fingerprint", "ab" * 32)
    assert (wrong.code, "not signed with the key of this fingerprint" in wrong.err) == (5, True)
    checked = world.json("restore", backup, "--check", "--shares", shares / "share-3.txt", shares / "share-1.txt")
    document: Document = world.json("keys", "minutes", minutes)["content"]
    assert checked["sha256"] == document["backup"]["sha256"]
    again = world.run("keys", "ceremony", "status", *told, *typed, "--minutes", world.files / "m2.json")
    assert (again.code, "published already" in again.err) == (5, True)
    assert (
        "keys rotate status: refused (rotation_under_way)" in world.run("keys", "minutes", world.files / "m2.json").out
    )


@pytest.fixture
def opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files open without the price of scrypt, whatever the password."""
    opened = {"hong.pem": HONG.signer, "kim.pem": KIM.signer}
    monkeypatch.setattr("keys.key_files.read_signer", lambda path, **_: opened[Path(path).name])


@pytest.mark.usefixtures("opened_at_once")
def test_the_commands_refuse_persons_who_are_not_two(world: World, people: Path) -> None:
    def begin(*options: object, password: str = "kim.password") -> str:
        told = ("--person", HONG.name, people / "hong.pem", "--person", KIM.name, people / "kim.pem")
        typed = ("--password-file", people / "hong.password", "--password-file", people / password)
        ran = world.run("keys", "ceremony", *told, *typed, "--minutes", world.files / "m.json", *options)
        assert ran.code in (2, 5)
        return ran.err

    assert "both persons have the same password" in begin(password="hong.password")
    assert "as many password files as persons" in begin("--password-file", people / "kim.password")
    assert "expected uses out of credential, status, seal, bundle" in begin("root")
    assert "expected 0 to 8784 hours" in begin("--hours", "-1")
    assert not (world.files / "m.json").exists()


@pytest.mark.usefixtures("opened_at_once")
def test_a_person_without_a_password_file_is_asked_by_name(
    world: World, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    asked = iter(["the password of hong", "the password of kim"])
    monkeypatch.setattr("getpass.getpass", lambda *_: next(asked))
    told = ("--person", HONG.name, people / "hong.pem", "--person", KIM.name, people / "kim.pem")
    ran = world.run("keys", "ceremony", *told, "--minutes", world.files / "m.json")
    assert (ran.code, ran.err.splitlines()[1:]) == (0, [f"{HONG.name}:", f"{KIM.name}:"])


def test_the_key_of_a_person_is_made_once_and_never_weakly(world: World, people: Path) -> None:
    document = world.json("keys", "person", world.files / "x.pem", "--password-file", people / "kim.password")
    assert len(document["fingerprint"]) == 64
    again = world.run("keys", "person", world.files / "x.pem", "--password-file", people / "kim.password")
    (world.files / "short").write_text("short\n")
    weak = world.run("keys", "person", world.files / "y.pem", "--password-file", world.files / "short")
    assert ("never overwritten" in again.err, "at least 8 characters" in weak.err) == (True, True)
