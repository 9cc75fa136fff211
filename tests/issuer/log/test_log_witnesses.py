"""Witnesses of the log: asked over the network or by file, published, and carried by proofs."""

import fcntl
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import pytest

from credential_schemas.pdf_container import read_container
from issuer.bank import Bank
from issuer.errors import FileUnreadable, InvalidOption
from issuer.log import witnesses
from issuer.log.files import publish_cosigned
from issuer.log.verifying import verify_log
from issuer.log.witnesses import add_witness, cosigned_now, keep_witnessed, read_witnesses
from issuer.upkeep import Upkeep
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.cosignature import WitnessKey, cosigned_by
from keys.log_proof import LogProof
from keys.merkle import EMPTY_ROOT
from tests.issuer.conftest import Document, World
from tests.log_witness import AT, Witness, serving

ORIGIN = "bank.example/log"


@pytest.fixture(scope="module")
def server() -> Iterator[Witness]:
    with serving(Witness()) as witness:
        yield witness


@pytest.fixture
def witness(server: Witness, world: World) -> Witness:
    """A witness that has seen nothing yet of the log of `world`."""
    server.seen, server.asked, server.answers = (0, EMPTY_ROOT), [], []
    bank = world.open()
    server.log_key = bank.log_key().public_key()
    bank.close()
    return server


def add(world: World, witness: Witness, *options: object) -> Document:
    return world.json("log", "witness", "add", witness.key, "--url", witness.url, *options)


def cosigned(note: bytes, *witnesses: Witness) -> dict[str, int]:
    return cosigned_by(note, [WitnessKey.from_text(each.key) for each in witnesses])


def published(world: World, name: str = "checkpoint") -> bytes:
    return (world.path / "public/log" / name).read_bytes()


def test_a_witness_cosigns_what_continues_the_log_and_it_is_published(world: World, witness: Witness) -> None:
    add(world, witness)
    account = world.open_account()
    for size in (1, 3):
        while not (world.path / "public/log/checkpoint").exists() or size_of(world) < size:
            world.issue(account)
        asked = world.json("log", "witness", "ask")
        assert (asked["size"], asked["cosigned"], asked["refused"]) == (size, {witness.name: AT}, {})
        assert published(world) == published(world, "checkpoint.witnessed")
        assert cosigned(published(world), witness) == {witness.name: AT}
    bank = world.open()
    assert verify_log(bank, key=bank.log_key().public_key()).findings == ()
    bank.close()


def size_of(world: World) -> int:
    return int(published(world).split(b"\n")[1])


def test_a_witness_that_remembers_more_says_so_and_is_asked_again(
    world: World, witness: Witness, issued: Document
) -> None:
    add(world, witness)
    world.json("log", "witness", "ask")
    (world.path / "public/log/checkpoint.witnessed").unlink()
    again = world.json("log", "witness", "ask")
    assert again["cosigned"] == {witness.name: AT}
    assert [each.partition(b"\n")[0] for each in witness.asked] == [b"old 0", b"old 0", b"old 1"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(403, "text/plain", b"no\n")], "status 403"),
        ([(422, "text/plain", b"no\n")], "status 422"),
        ([(409, "text/x.tlog.size", b"2\n")], "has seen 2 entries, and there are 1"),
        ([(409, "text/x.tlog.size", b"02\n")], "status 409"),
        ([(409, "text/x.tlog.size", b"1\n")] * 2, "does not say the same twice"),
        ([(200, "text/plain", b"")], "is no cosignature"),
        ([(200, "text/plain", Witness().cosign(b"x\n\n"))], "is no cosignature"),
        ([(200, "text/html", b"x")], "another media type"),
        ([(302, "text/plain", b"x")], "found a redirect"),
        ([(500, "text/plain", b"x")], "found 500"),
        ([(200, "text/plain", b"x" * 20_000)], "found more"),
    ],
)
def test_an_answer_that_is_no_cosignature_is_told_and_publishes_nothing(
    world: World, witness: Witness, issued: Document, answers: list[tuple[int, str, bytes]], said: str
) -> None:
    add(world, witness)
    witness.answers = list(answers)
    ran = world.run("log", "witness", "ask")
    assert (ran.code, said in ran.out, "1 of the witnesses did not cosign" in ran.err) == (5, True, True), ran.out
    assert not (world.path / "public/log/checkpoint.witnessed").exists()


def test_a_witness_refuses_a_log_that_was_written_anew(world: World, witness: Witness, issued: Document) -> None:
    add(world, witness)
    witness.seen = (1, bytes(32))
    ran = world.run("log", "witness", "ask")
    assert (ran.code, "status 422" in ran.out) == (5, True)


def test_a_witness_that_is_away_does_not_keep_others_from_cosigning(
    world: World, witness: Witness, issued: Document
) -> None:
    away = Witness("away.example")
    with serving(away):
        url = away.url
    world.json("log", "witness", "add", away.key, "--url", url)
    add(world, witness)
    ran = world.run("log", "witness", "ask")
    assert (ran.code, "cosigned the log of 1" in ran.out, "could not be reached" in ran.out) == (5, True, True)
    assert cosigned(published(world), witness, away) == {witness.name: AT}


def test_an_address_that_was_made_unusable_by_hand_is_told(world: World, witness: Witness, issued: Document) -> None:
    add(world, witness)
    file = world.path / "witnesses.json"
    file.write_text(file.read_text().replace("http://127.0.0.1", "ftp://127.0.0.1"))
    ran = world.run("log", "witness", "ask")
    assert (ran.code, "did not cosign" in ran.out) == (5, True), ran.err


def test_a_cosigned_checkpoint_is_taken_from_a_file(world: World, issued: Document) -> None:
    offline, file = Witness("offline.example"), world.files / "cosigned"
    world.json("log", "witness", "add", offline.key)
    file.write_bytes(published(world) + offline.cosign(published(world)))
    assert world.json("log", "witness", "take", file)["cosigned"] == {offline.name: AT}
    proof = LogProof.decode(world.json("log", "proof", issued["number"])["proof"].encode())
    assert cosigned(proof.checkpoint, offline) == {offline.name: AT}
    assert world.json("log", "witness", "ask")["refused"] == {}


def test_what_is_no_cosigned_checkpoint_of_this_log_is_not_taken(world: World, issued: Document) -> None:
    offline, file = Witness("offline.example"), world.files / "cosigned"
    world.json("log", "witness", "add", offline.key)
    bank = world.open()
    key = bank.log_key()
    bank.close()

    def forged(size: int) -> bytes:
        return sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), key=key)

    for note, said in (
        (published(world), "no witness of this bank"),
        (published(world) + Witness("other.example").cosign(published(world)), "no witness of this bank"),
        (forged(1) + offline.cosign(forged(1)), "another tree"),
        (forged(9) + offline.cosign(forged(9)), "another tree"),
        (b"nothing", "expected a newline"),
    ):
        file.write_bytes(note)
        ran = world.run("log", "witness", "take", file)
        assert (ran.code, said in ran.err) == (5, True), ran.err
    assert world.run("log", "witness", "take", world.files / "nowhere").code == 4


def test_a_certificate_carries_the_cosignature_of_a_witness_in_proofs(world: World, witness: Witness) -> None:
    add(world, witness, "--in-proofs")
    world.issue(world.open_account())
    proof = read_container((world.files / "certificate.pdf").read_bytes()).tlog_proof
    assert proof is not None
    assert cosigned(LogProof.decode(proof).checkpoint, witness) == {witness.name: AT}


def test_a_certificate_is_issued_also_when_the_witness_does_not_answer(world: World, witness: Witness) -> None:
    add(world, witness, "--in-proofs")
    witness.answers = [(500, "text/plain", b"")]
    world.issue(world.open_account())
    proof = read_container((world.files / "certificate.pdf").read_bytes()).tlog_proof
    assert proof is not None
    assert cosigned(LogProof.decode(proof).checkpoint, witness) == {}


def test_a_new_print_carries_the_newest_cosignatures(
    world: World, witness: Witness, issued: Document, holder: str
) -> None:
    add(world, witness)
    world.json("log", "witness", "ask")
    file = world.files / "again.pdf"
    world.json("reprint", world.files / "certificate.pdf", "--out", file)
    proof = read_container(file.read_bytes()).tlog_proof
    assert proof is not None
    assert cosigned(LogProof.decode(proof).checkpoint, witness) == {witness.name: AT}


def test_the_service_asks_once_for_each_new_checkpoint(world: World, witness: Witness, issued: Document) -> None:
    add(world, witness)
    bank = world.open()
    upkeep = Upkeep(bank, clock=lambda: world.now)
    upkeep.run()
    upkeep.run()
    assert len(witness.asked) == 1
    assert keep_witnessed(bank) is None
    bank.close()


def test_there_is_nothing_to_ask_without_witnesses_or_entries(world: World, witness: Witness) -> None:
    bank = world.open()
    assert (keep_witnessed(bank), cosigned_now(bank, index=0)) == (None, None)
    assert world.run("log", "witness", "ask").code == 2
    add(world, witness, "--in-proofs")
    assert keep_witnessed(bank) is None
    bank.close()


def test_witnesses_are_named_and_forgotten(world: World, witness: Witness) -> None:
    assert "no witnesses" in world.run("log", "witness", "list").out
    add(world, witness)
    (named,) = add(world, witness, "--in-proofs")["witnesses"]
    assert named == {"key": witness.key, "url": witness.url, "in_proofs": True}
    assert world.json("log", "witness", "list")["witnesses"] == [named]
    assert world.json("log", "witness", "remove", witness.name)["witnesses"] == []
    gone = world.run("log", "witness", "remove", witness.name)
    assert (gone.code, "no witness of this name" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nonsense"), "name+id+key"),
        (("add",), "add needs a key"),
        (("list", "x"), "add needs a key"),
        (("remove", "x", "--in-proofs"), "options belong to add"),
        (("add", Witness().key, "--url", "ftp://x"), "witness"),
        (("add", Witness().key, "--url", "http://example.org"), "witness"),
        (("add", Witness().key, "--in-proofs"), "without an address"),
    ],
)
def test_what_names_no_witness_is_refused(world: World, arguments: tuple[str, ...], said: str) -> None:
    ran = world.run("log", "witness", *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_one_key_is_one_witness(world: World) -> None:
    one = Witness("one.example")
    world.json("log", "witness", "add", one.key)
    one.name = "two.example"
    ran = world.run("log", "witness", "add", one.key)
    assert (ran.code, "with a key of its own" in ran.err) == (2, True)
    bank = world.open()
    bank_witnesses = [add_witness(bank, Witness(f"{n}.example").key, url=None, in_proofs=False) for n in range(31)]
    with pytest.raises(InvalidOption, match="at most 32"):
        add_witness(bank, Witness("more.example").key, url=None, in_proofs=False)
    assert len(read_witnesses(bank)) == len(bank_witnesses) + 1
    bank.close()


@pytest.mark.parametrize("do", ["add", "remove"])
def test_a_witness_that_is_named_while_the_list_changes_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    bank, meets = world.open(), threading.Event()
    one, other = Witness("one.example"), Witness("other.example")
    add_witness(bank, one.key, url=None, in_proofs=False)
    really_write, really_lock = witnesses._write, fcntl.flock

    def name_other() -> None:
        add_witness(bank, other.key, url=None, in_proofs=False)
        meets.set()

    second = threading.Thread(target=name_other)

    def lock(file: IO[bytes], operation: int) -> None:
        if threading.current_thread() is second:
            meets.set()
        really_lock(file, operation)

    def write(into: Bank, named: Iterable[witnesses.Witness]) -> None:
        if threading.current_thread() is not second:
            second.start()
            meets.wait()  # until the second has written, or waits for the first
        really_write(into, named)

    monkeypatch.setattr(witnesses, "_write", write)
    monkeypatch.setattr("issuer.log.files.fcntl.flock", lock)
    if do == "add":
        add_witness(bank, one.key, url="https://one.example", in_proofs=False)
    else:
        witnesses.remove_witness(bank, one.name)
    second.join()
    left = {"add": {"one.example", "other.example"}, "remove": {"other.example"}}
    assert {each.key.name for each in read_witnesses(bank)} == left[do]
    bank.close()


def test_an_older_checkpoint_that_is_published_late_takes_nothing_away(
    world: World, issued: Document, holder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline, bank = Witness("offline.example"), world.open()
    add_witness(bank, offline.key, url=None, in_proofs=False)
    older = published(world)
    world.issue(holder)
    newer, really = published(world), publish_cosigned

    def publish_after_another(*given: object, **rest: object) -> None:
        monkeypatch.setattr(witnesses, "publish_cosigned", really)
        witnesses.take_cosigned(bank, newer + offline.cosign(newer))
        really(*given, **rest)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(witnesses, "publish_cosigned", publish_after_another)
    witnesses.take_cosigned(bank, older + offline.cosign(older))
    assert published(world, "checkpoint.witnessed") == newer + offline.cosign(newer)
    bank.close()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"witnesses": 7}', '{"witnesses": {"x": {}}}', '{"a": {}, "b": {}}']
)
def test_a_damaged_list_of_witnesses_is_told(world: World, content: str) -> None:
    (world.path / "witnesses.json").write_text(content)
    bank = world.open()
    with pytest.raises(FileUnreadable, match="does not name witnesses"):
        read_witnesses(bank)
    bank.close()
    (world.path / "witnesses.json").unlink()
    (world.path / "witnesses.json").mkdir()
    assert world.run("log", "witness", "list").code == 4


def test_a_bank_without_a_log_has_no_witnesses(tmp_path: Path, world: World) -> None:
    bare = World(tmp_path / "bare", world.capture)
    assert bare.run("init", "--dev", "--no-log").code == 0
    for arguments in (("add", Witness().key), ("ask",), ("take", world.path / "bank.json")):
        ran = bare.run("log", "witness", *arguments)
        assert (ran.code, "log open" in ran.err) == (2, True)
