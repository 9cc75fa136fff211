"""The transparency log of the bank: what is in it, what is published, and what `log verify` finds."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from credential_schemas.log_entry import log_origin, prove_logged
from credential_schemas.pdf_container import read_container
from issuer.bank import Bank
from issuer.errors import InvalidOption, StorageUnusable
from issuer.log.appending import log_credential, proof_of
from issuer.log.errors import LogBehind
from issuer.log.files import publish_log, published_size, read_tile, tile_path
from issuer.log.opening import open_log
from issuer.log.verifying import LogReport, verify_log
from issuer.publishing import publish_all
from keys.checkpoint import verify_checkpoint
from keys.merkle import leaf_hash, node_hash
from keys.note_keys import create_note_key
from keys.trust_list import TrustList
from tests.issuer.conftest import START, URL, Document, World

ORIGIN = log_origin(URL)


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


def add(bank: Bank, *numbers: int) -> list[bytes]:
    """Log made-up credentials; answer their proofs."""
    proofs = [log_credential(bank, f"CB-{number}", f"a.b.{number}~", now=START) for number in numbers]
    return [proof for proof in proofs if proof is not None]


def verify(bank: Bank, earlier: bytes | None = None) -> LogReport:
    return verify_log(bank, key=bank.log_key().public_key(), earlier=earlier)


def damage(bank: Bank, statement: str, *values: object) -> None:
    with bank.store.write() as transaction:
        transaction.log._connection.exec_driver_sql(statement, values)


def test_certificate_carries_the_proof_that_it_was_logged(world: World, issued: Document, bank: Bank) -> None:
    container = read_container((world.files / "certificate.pdf").read_bytes())
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    assert container.tlog_proof is not None
    assert issuer.log_key is not None
    logged = prove_logged(container.credential, container.tlog_proof, issuer=issuer.id, key=issuer.log_key)
    assert (logged.at, logged.index, logged.log_size) == (int(START.timestamp()), 0, 1)
    assert verify(bank).findings == ()
    assert published_size(bank.folder) == 1


def test_log_holds_neither_number_nor_person_nor_credential(world: World, issued: Document) -> None:
    bundle = (world.path / "public/log" / tile_path("entries", 0, width=1)).read_bytes()
    credential = (world.files / "c.sdjwt").read_bytes()
    assert len(bundle) == 2 + 41
    assert issued["number"].encode() not in bundle
    assert bundle[11:] not in credential


def test_every_entry_is_proved_under_the_checkpoint_of_its_own_moment_and_of_today(bank: Bank) -> None:
    numbers = range(20)
    at_once = add(bank, *numbers)
    with bank.store.read() as transaction:
        later = [proof_of(transaction, f"CB-{number}") for number in numbers]
    for number, first, last in zip(numbers, at_once, later, strict=True):
        assert last is not None
        for proof, size in ((first, number + 1), (last, 20)):
            found = prove_logged(f"a.b.{number}~", proof, issuer=URL, key=bank.log_key().public_key())
            assert (found.index, found.log_size) == (number, size)


def test_many_threads_append_one_after_another(bank: Bank) -> None:
    with ThreadPoolExecutor(8) as threads:
        proofs = list(threads.map(lambda number: add(bank, number)[0], range(40)))
    key = bank.log_key().public_key()
    places = {prove_logged(f"a.b.{n}~", proof, issuer=URL, key=key).index for n, proof in enumerate(proofs)}
    assert places == set(range(40))
    assert publish_log(bank) == 40
    assert verify(bank).findings == ()


def test_files_are_those_of_tiled_logs(bank: Bank) -> None:
    add(bank, *range(260))
    publish_log(bank)
    folder = bank.folder.log
    full, partial = (folder / "tile/0/000").read_bytes(), (folder / "tile/0/001.p/4").read_bytes()
    assert len(full) == 256 * 32
    assert len(partial) == 4 * 32
    level = [full[at : at + 32] for at in range(0, len(full), 32)]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    assert (folder / "tile/1/000.p/1").read_bytes() == level[0]
    bundle = (folder / "tile/entries/001.p/4").read_bytes()
    assert partial == b"".join(leaf_hash(bundle[at + 2 : at + 43]) for at in range(0, len(bundle), 43))
    assert verify(bank).findings == ()
    note = (folder / "checkpoint").read_bytes()
    assert verify_checkpoint(note, origin=ORIGIN, key=bank.log_key().public_key()).size == 260


def test_full_tile_takes_the_place_of_partial_ones(bank: Bank) -> None:
    add(bank, *range(255))
    publish_log(bank)
    assert (bank.folder.log / "tile/0/000.p/255").exists()
    add(bank, 255)
    publish_log(bank)
    assert not (bank.folder.log / "tile/0/000.p").exists()
    assert verify(bank).findings == ()


def test_partial_tile_of_any_size_is_cut_from_a_wider_one(bank: Bank) -> None:
    add(bank, *range(5))
    publish_log(bank)
    whole, bundle = read_tile(bank.folder, "tile/0/000.p/5"), read_tile(bank.folder, "tile/entries/000.p/5")
    assert whole is not None
    assert bundle is not None
    assert read_tile(bank.folder, "tile/0/000.p/3") == whole[: 3 * 32]
    assert read_tile(bank.folder, "tile/entries/000.p/3") == bundle[: 3 * 43]
    for name in ("tile/0/000.p/6", "tile/entries/000.p/6", "tile/0/000", "tile/1/000.p/1", "tile/0/001.p/1"):
        assert read_tile(bank.folder, name) is None
    add(bank, *range(5, 256))
    publish_log(bank)
    assert read_tile(bank.folder, "tile/0/000.p/3") == whole[: 3 * 32]


@pytest.mark.parametrize(
    ("index", "name"),
    [(0, "tile/0/000"), (999, "tile/0/999"), (1000, "tile/0/x001/000"), (1234067, "tile/0/x001/x234/067")],
)
def test_tile_names_are_those_of_the_standard(index: int, name: str) -> None:
    assert tile_path("0", index) == name


def test_clock_that_is_behind_makes_no_entry_older_than_the_one_before(world: World, bank: Bank) -> None:
    add(bank, 1)
    world.wait(hours=-5)
    proof = log_credential(bank, "CB-2", "a.b.2~", now=world.now)
    assert proof is not None
    logged = prove_logged("a.b.2~", proof, issuer=URL, key=bank.log_key().public_key())
    assert logged.at == int(START.timestamp())


@pytest.mark.sqlite
def test_older_copy_of_the_database_is_not_appended_to(world: World, bank: Bank) -> None:
    add(bank, 1)
    publish_log(bank)
    bank.close()
    shutil.copy(world.path / "bank.db", world.files / "old.db")
    newer = world.open()
    add(newer, 2, 3)
    publish_log(newer)
    newer.close()
    shutil.copy(world.files / "old.db", world.path / "bank.db")
    restored = world.open()
    with pytest.raises(LogBehind):
        add(restored, 4)
    assert "the published log has 3 entries" in verify(restored).findings[0]
    restored.close()


@pytest.mark.sqlite
def test_log_that_begins_with_a_kept_checkpoint_is_sound(bank: Bank) -> None:
    add(bank, *range(3))
    publish_log(bank)
    kept = (bank.folder.log / "checkpoint").read_bytes()
    add(bank, *range(3, 9))
    publish_log(bank)
    assert verify(bank, kept).findings == ()
    assert verify(bank, kept[:-1]).findings != ()


def test_log_that_was_written_anew_does_not_begin_with_a_kept_checkpoint(bank: Bank) -> None:
    add(bank, *range(3))
    publish_log(bank)
    kept = (bank.folder.log / "checkpoint").read_bytes()
    for table in ("log_entries", "log_nodes"):
        damage(bank, f"DELETE FROM {table}")
    damage(bank, "UPDATE log_state SET size = 0, checkpoint = NULL")
    shutil.rmtree(bank.folder.log)
    add(bank, *range(10, 16))
    publish_log(bank)
    assert verify(bank).findings == ()
    assert verify(bank, kept).findings == ("the log does not begin with the 3 entries of the earlier checkpoint",)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("statement", "values", "finding"),
    [
        ("UPDATE log_entries SET salt = ? WHERE idx = 1", (bytes(32),), "entry 1 is not what its salt and hash open"),
        ("UPDATE log_entries SET entry = ? WHERE idx = 2", (bytes(41),), "entry 2 is not what its salt and hash open"),
        ("DELETE FROM log_entries WHERE idx = 1", (), "entry 1 is missing"),
        ("DELETE FROM log_entries WHERE idx = 4", (), "entry 4 is missing"),
        ("UPDATE log_nodes SET hash = ? WHERE level = 1 AND idx = 0", (bytes(32),), "a hash of level 1"),
        ("DELETE FROM log_nodes WHERE level = 2", (), "a hash of level 2"),
        ("UPDATE log_state SET checkpoint = ?", (b"x",), "the newest checkpoint is refused"),
        ("UPDATE log_state SET checkpoint = NULL", (), "the newest checkpoint is refused"),
        ("UPDATE log_state SET size = 4", (), "the newest checkpoint is of another tree"),
    ],
)
def test_damaged_log_is_found(bank: Bank, statement: str, values: tuple[object, ...], finding: str) -> None:
    add(bank, *range(5))
    publish_log(bank)
    damage(bank, statement, *values)
    assert any(each.startswith(finding) for each in verify(bank).findings)


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        ("tile/0/000.p/5", b"x", "the published file tile/0/000.p/5 is not that of the log"),
        ("tile/entries/000.p/5", None, "the published file tile/entries/000.p/5 is not that of the log"),
        ("checkpoint", b"x\n", "the published checkpoint is refused"),
        ("checkpoint", None, "the log is not published"),
    ],
)
def test_damaged_publication_is_found(bank: Bank, name: str, content: bytes | None, finding: str) -> None:
    add(bank, *range(5))
    publish_log(bank)
    path = bank.folder.log / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert any(each.startswith(finding) for each in verify(bank).findings)


def test_entries_that_are_not_published_yet_are_found(bank: Bank) -> None:
    add(bank, 1)
    publish_log(bank)
    add(bank, 2, 3)
    assert verify(bank).findings == ("2 entries are not published",)
    assert publish_log(bank) == publish_log(bank) == 3
    assert verify(bank).findings == ()


def test_publication_that_was_lost_is_made_again(bank: Bank) -> None:
    add(bank, *range(5))
    publish_log(bank)
    shutil.rmtree(bank.folder.log)
    assert publish_log(bank) == 5
    assert verify(bank).findings == ()


def test_empty_log_is_sound_and_publishes_nothing(bank: Bank) -> None:
    assert publish_log(bank) == 0
    assert verify(bank).findings == ()
    assert not bank.folder.log.exists()


def test_published_checkpoint_of_another_tree_is_found(bank: Bank) -> None:
    add(bank, 1)
    publish_log(bank)
    shutil.copytree(bank.folder.log, bank.folder.path / "kept")
    damage(bank, "DELETE FROM log_entries")
    damage(bank, "UPDATE log_state SET size = 0, checkpoint = NULL")
    shutil.rmtree(bank.folder.log)
    add(bank, 2)
    shutil.copytree(bank.folder.path / "kept", bank.folder.log)
    assert "the published checkpoint is of another tree" in verify(bank).findings


@pytest.mark.sqlite
def test_entry_older_than_the_one_before_is_found(bank: Bank) -> None:
    from credential_schemas.log_entry import LogEntry

    add(bank, 1, 2)
    with bank.store.read() as transaction:
        _, second = transaction.log.entries(0, 2)
    older = LogEntry(5, second.salt, second.signed_part_sha256).encode()
    damage(bank, "UPDATE log_entries SET entry = ? WHERE idx = 1", older)
    assert "entry 1 is older than the one before it" in verify(bank).findings


@pytest.mark.sqlite
def test_certificate_outside_the_log_is_found(issued: Document, bank: Bank, world: World, holder: str) -> None:
    world.wait(hours=1)
    second = world.issue(holder)["number"]
    damage(bank, "UPDATE log_entries SET number = 'CB-OTHER' WHERE number = ?", second)
    report = verify(bank)
    assert report.findings == (f"{second} was issued and not logged",)
    assert report.not_issued == ("CB-OTHER",)


def test_certificate_that_cannot_be_sealed_is_logged_and_named_as_not_issued(
    world: World, account: str, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise StorageUnusable("it broke", what="the seal")

    monkeypatch.setattr("issuer.documents.seal_pdf", fail)
    assert world.run("issue", "--account", account, "--all", "--out", world.files / "x.pdf").code == 5
    assert not (world.files / "x.pdf").exists()
    publish_log(bank)
    report = verify(bank)
    assert report.findings == ()
    assert len(report.not_issued) == 1


def test_reprint_carries_a_proof_under_the_newest_checkpoint(world: World, issued: Document, holder: str) -> None:
    world.issue(holder)
    out = world.files / "again.pdf"
    world.json("reprint", world.files / "c.sdjwt", "--out", out)
    container = read_container(out.read_bytes())
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    assert container.tlog_proof is not None
    assert issuer.log_key is not None
    logged = prove_logged(container.credential, container.tlog_proof, issuer=URL, key=issuer.log_key)
    assert (logged.index, logged.log_size) == (0, 2)


def test_bank_without_a_log_issues_without_a_proof_until_it_opens_one(world: World, tmp_path: Path) -> None:
    world.path = tmp_path / "plain"
    world.json("init", "--dev", "--url", URL, "--no-log")
    assert world.run("log", "show").code == 2
    assert world.run("log", "verify").code == 2
    assert world.run("log", "proof", "CB-1").code == 2
    bank = world.open()
    assert log_credential(bank, "CB-1", "a.b.c~", now=START) is None
    open_log(bank)
    publish_all(bank, now=START)
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    assert issuer.log_key == bank.log_key().public_key()
    assert log_credential(bank, "CB-1", "a.b.c~", now=START) is not None
    bank.close()
    assert "has a log" in world.run("log", "open").err


def test_url_that_notes_cannot_hold_is_refused(world: World, tmp_path: Path) -> None:
    world.path = tmp_path / "plus"
    ran = world.run("init", "--dev", "--url", "https://bank.example/a+b")
    assert ran.code == 2
    assert "plus sign" in ran.err
    assert world.run("init", "--dev", "--url", "https://bank.example/a+b", "--no-log").code == 0
    bank = world.open()
    with pytest.raises(InvalidOption, match="plus sign"):
        open_log(bank)
    bank.close()
    assert not (world.path / "keys/log.pem").exists()


def test_commands_show_verify_and_prove(world: World, issued: Document) -> None:
    shown = world.json("log", "show")
    assert (shown["origin"], shown["size"], shown["published"]) == (ORIGIN, 1, 1)
    assert shown["verifier_key"].startswith(f"{ORIGIN}+")
    checkpoint = world.path / "public/log/checkpoint"
    assert world.json("log", "verify", "--since", checkpoint)["sound"] is True
    out = world.files / "p.tlog-proof"
    world.json("log", "proof", issued["number"], "--out", out)
    assert out.read_text("utf-8") == world.json("log", "proof", issued["number"])["proof"]
    assert world.run("log", "proof", "CB-2026-00009999").code == 2


@pytest.mark.sqlite
def test_command_names_findings_and_refuses(world: World, issued: Document, bank: Bank) -> None:
    damage(bank, "UPDATE log_state SET checkpoint = ?", b"x")
    ran = world.run("log", "verify")
    assert ran.code == 5
    assert "the newest checkpoint is refused" in ran.out
    assert world.run("log", "verify", "--since", world.files / "nothing").code == 4


def test_key_of_another_log_does_not_verify(issued: Document, bank: Bank) -> None:
    report = verify_log(bank, key=create_note_key().public_key())
    assert report.findings[0].startswith("the newest checkpoint is refused")
