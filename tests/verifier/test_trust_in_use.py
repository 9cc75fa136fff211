"""Which bundles a run believes: pinned by the installed list, or named by a person; never an older one."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.report.outcomes import Verdict
from credential_schemas.trust_bundle import read_unpinned_bundle
from keys.key_files import FileSigner, create_key
from tests.verifier.bundles import ISSUER, BundleDesk
from tests.verifier.world import World
from verifier.errors import BundleRefused, TrustFileError, TrustMissing
from verifier.trust_files import offered_list_or_bundle, read_offered
from verifier.trust_folder import TrustFolder
from verifier.trust_in_use import TrustContext, judged_bundle, trust_in_use


@pytest.fixture
def desk(world: World) -> BundleDesk:
    return BundleDesk(world)


@pytest.fixture
def stranger() -> FileSigner:
    return FileSigner(create_key())


def kind_of(read: Callable[[], object]) -> str:
    with pytest.raises(BundleRefused) as caught:
        read()
    return caught.value.kind


def by_a_stranger(desk: BundleDesk, stranger: FileSigner) -> Path:
    """Write a bundle that a stranger made for the issuer, in one piece."""
    desk.pin(stranger)
    file = desk.file(desk.token(stranger), "forged.bundle")
    desk.pin(desk.signer)
    return file


def test_bundle_named_by_a_person_is_believed_like_a_list(desk: BundleDesk) -> None:
    used = desk.used(desk.file())
    assert list(used.trust.issuers) == [ISSUER]
    assert used.only_bundle is not None
    issuer = used.trust.issuers[ISSUER]
    assert used.bundled(issuer) is not None


def test_plain_list_has_no_bundled_lists(desk: BundleDesk) -> None:
    used = desk.used(desk.list_file())
    assert used.bundled(used.trust.issuers[ISSUER]) is None


def test_bundle_by_the_pinned_key_is_believed(desk: BundleDesk) -> None:
    assert desk.used(desk.file(), installed=desk.list_file()).trust.version == 4


def test_bundle_by_a_key_that_is_not_pinned_is_refused(desk: BundleDesk, stranger: FileSigner) -> None:
    forged = by_a_stranger(desk, stranger)
    assert kind_of(lambda: desk.used(forged, installed=desk.list_file())) == "key"


def test_bundle_of_an_issuer_whose_installed_list_pins_nothing_is_refused(desk: BundleDesk) -> None:
    bundle = desk.file()
    desk.world.issuer["bundle_jwks"] = {"keys": []}
    assert kind_of(lambda: desk.used(bundle, installed=desk.list_file())) == "key"


def test_bundle_by_a_pinned_key_that_is_distrusted_is_refused(desk: BundleDesk) -> None:
    bundle = desk.file()
    desk.world.issuer["distrusted"] = [{"kid": desk.signer.key_id, "since": "2026-01-01T00:00:00Z"}]
    assert kind_of(lambda: desk.used(bundle, installed=desk.list_file())) == "key"


def test_installed_list_of_other_issuers_pins_nothing_for_this_one(desk: BundleDesk) -> None:
    bundle = desk.file()
    desk.world.issuer["id"] = "https://other.example"
    assert list(desk.used(bundle, installed=desk.list_file()).trust.issuers) == [ISSUER]


def test_bundle_cannot_vouch_for_itself_as_the_installed_list(desk: BundleDesk) -> None:
    bundle = desk.file()
    assert desk.used(bundle, installed=bundle).trust.version == 4
    assert desk.used(desk.list_file(), installed=bundle).trust.version == 3
    assert desk.used(bundle, installed=desk.file(name="other.bundle")).trust.version == 4


def test_installed_list_that_is_broken_lets_no_bundle_pass(desk: BundleDesk) -> None:
    broken = desk.world.folder / "broken.json"
    broken.write_text("{")
    with pytest.raises(TrustFileError):
        desk.used(desk.file(), installed=broken)


def test_bundle_changed_after_signing_is_refused(desk: BundleDesk) -> None:
    head, body, signature = desk.token().split(".")
    swapped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert kind_of(lambda: desk.used(desk.file(f"{head}.{body}.{swapped}"))) == "signature"


@pytest.mark.parametrize("content", [b"", b"eyJ", b"\xff\xfe", "한글".encode()])
def test_bytes_that_are_neither_list_nor_bundle_are_refused(desk: BundleDesk, content: bytes) -> None:
    file = desk.world.folder / "odd"
    file.write_bytes(content)
    assert kind_of(lambda: desk.used(file)) == "format"


def test_expired_bundle_and_one_from_the_future_are_refused(desk: BundleDesk) -> None:
    file = desk.file()
    assert kind_of(lambda: desk.used(file, now=desk.at + 8 * 86_400)) == "expired"
    assert kind_of(lambda: desk.used(file, now=desk.at - 61)) == "not_yet_valid"


def test_bundle_that_was_made_earlier_than_one_seen_is_refused(desk: BundleDesk) -> None:
    older = desk.file(name="older.bundle")
    desk.at += 60
    newer = desk.file(name="newer.bundle")
    assert desk.used(newer).trust.version == 4
    assert desk.used(newer).trust.version == 4
    assert kind_of(lambda: desk.used(older)) == "rolled_back"


def test_bundle_with_a_lower_version_than_one_seen_is_refused(desk: BundleDesk) -> None:
    desk.version = 9
    desk.used(desk.file())
    desk.version, desk.at = 8, desk.at + 60
    assert kind_of(lambda: desk.used(desk.file())) == "rolled_back"


def test_bundle_is_not_held_against_what_another_key_signed(desk: BundleDesk, stranger: FileSigner) -> None:
    desk.version = 99
    desk.used(by_a_stranger(desk, stranger))
    desk.version = 4
    assert desk.used(desk.file()).trust.version == 4


def test_without_memory_an_older_bundle_cannot_be_noticed(desk: BundleDesk) -> None:
    desk.world.remembers = False
    older = desk.file(name="older.bundle")
    desk.at += 60
    desk.used(desk.file(name="newer.bundle"))
    assert desk.used(older).trust.version == 4


def test_memory_that_cannot_be_written_or_read_stops_nothing(desk: BundleDesk) -> None:
    (desk.world.folder / "state").write_text("a file where the folder should be")
    assert desk.used(desk.file()).trust.version == 4


def test_damaged_memory_counts_as_none(desk: BundleDesk) -> None:
    desk.used(desk.file())
    for record in (desk.world.folder / "state/bundles").iterdir():
        record.write_text('{"version": "9"}')
    assert desk.used(desk.file()).trust.version == 4


def test_bundle_with_a_lower_version_than_the_installed_list_is_refused(desk: BundleDesk) -> None:
    desk.world.trust["version"] = 5
    assert kind_of(lambda: desk.used(desk.file(), installed=desk.list_file())) == "rolled_back"


def test_two_lists_of_one_version_are_refused(desk: BundleDesk) -> None:
    desk.version = 3
    installed = desk.list_file()
    desk.world.issuer["legal_lines"] = ["another"]
    assert kind_of(lambda: desk.used(desk.file(), installed=installed)) == "two_lists"


def test_bundle_never_makes_a_test_issuer_of_an_installed_one(desk: BundleDesk) -> None:
    installed = desk.list_file()
    desk.world.issuer["dev"] = True
    assert kind_of(lambda: desk.used(desk.file(), installed=installed)) == "development"


def test_nothing_named_is_a_missing_list(desk: BundleDesk) -> None:
    context = TrustContext(None, None, desk.at)
    with pytest.raises(TrustMissing):
        trust_in_use(None, context)
    with pytest.raises(TrustMissing):
        trust_in_use(desk.world.folder / "none", context)


def test_folder_in_the_place_of_a_list_is_unreadable(desk: BundleDesk) -> None:
    with pytest.raises(TrustFileError, match="readable"):
        read_offered(desk.world.folder)


def test_file_is_read_no_further_than_its_limit(desk: BundleDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_TRUST_BUNDLE_BYTES == 16 * 1024 * 1024
    monkeypatch.setattr("verifier.trust_files.MAX_TRUST_BUNDLE_BYTES", 10)
    assert kind_of(lambda: desk.used(desk.file())) == "format"


def test_fingerprint_of_a_bundle_stays_the_same_from_bundle_to_bundle(desk: BundleDesk) -> None:
    first = offered_list_or_bundle(desk.token().encode(), now=desk.at)
    desk.at, desk.version = desk.at + 3600, desk.version + 1
    second = offered_list_or_bundle(desk.token().encode(), now=desk.at)
    assert first.fingerprint == second.fingerprint == desk.signer.public_key.fingerprint()


def test_broken_bundle_cannot_be_offered(desk: BundleDesk) -> None:
    assert kind_of(lambda: offered_list_or_bundle(b"eyJ", now=desk.at)) == "format"


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    from verifier.rendering.refusals import sentence_of

    kinds = ["too_large", "format", "typ", "algorithm", "key", "signature", "claims", "not_yet_valid", "expired"]
    kinds += ["trust_list", "issuer", "rolled_back", "two_lists", "development"]
    english = {sentence_of(BundleRefused(kind, "x"), "en") for kind in kinds}
    korean = {sentence_of(BundleRefused(kind, "x"), "ko") for kind in kinds}
    assert len(english) == len(korean) == len(kinds)
    assert english.isdisjoint(korean)


def test_bundle_of_the_installed_list_is_used_offline(desk: BundleDesk) -> None:
    folder = TrustFolder(desk.list_file())
    token = desk.token().encode()
    folder.update(judged_bundle(token, TrustContext(folder.path, None, desk.at)), token, now=desk.at)
    report = desk.world.check(desk.world.token(), desk.offline_rules(folder.path))
    assert report.verdict is Verdict.VALID


def test_installed_bundle_that_was_damaged_or_replaced_counts_as_none(desk: BundleDesk, stranger: FileSigner) -> None:
    folder = TrustFolder(desk.list_file())
    token = desk.token().encode()
    folder.update(judged_bundle(token, TrustContext(folder.path, None, desk.at)), token, now=desk.at)
    assert folder.bundle(ISSUER) is not None
    (file,) = (folder.companion / "bundles").iterdir()
    file.write_bytes(by_a_stranger(desk, stranger).read_bytes())
    assert folder.bundle(ISSUER) is None
    file.unlink()
    assert folder.bundle(ISSUER) is None


def test_entry_of_our_own_with_a_broken_key_is_refused(desk: BundleDesk) -> None:
    desk.world.issuer["installed"] = {"version": 4, "signed_by": {"kty": "RSA"}}
    with pytest.raises(TrustFileError, match="signed_by"):
        TrustFolder(desk.list_file()).installed()


def test_entry_of_our_own_that_makes_no_sense_counts_as_absent(desk: BundleDesk) -> None:
    desk.world.issuer["installed"] = {"version": "x", "made_at": "y", "source": 5}
    (entry,) = TrustFolder(desk.list_file()).installed().values()
    assert (entry.version, entry.made_at, entry.source) == (3, None, None)


def test_history_of_a_long_log_is_its_newest_part(desk: BundleDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TrustFolder(desk.world.folder / "long.json")
    folder.companion.mkdir()
    lines = [b'{"version":%d}\n' % number for number in range(10, 20)]
    (folder.companion / "history.jsonl").write_bytes(b"".join(lines))
    monkeypatch.setattr("verifier.trust_folder._MAX_LOG_BYTES", 3 * len(lines[0]) + 5)
    assert [line["version"] for line in folder.history()] == [17, 18, 19]


def test_history_leaves_out_damaged_lines(desk: BundleDesk) -> None:
    folder = TrustFolder(desk.world.folder / "config/trust.json")
    assert folder.history() == ()
    folder.add(offered_list_or_bundle(desk.token().encode(), now=desk.at), source=None, now=desk.at)
    with (folder.companion / "history.jsonl").open("ab") as log:
        log.write(b"{half\n")
    assert [line["action"] for line in folder.history()] == ["added"]
    assert json.loads(folder.path.read_bytes())["issuers"][0]["installed"]["version"] == 4


def test_issuer_that_was_removed_meanwhile_is_not_updated(desk: BundleDesk) -> None:
    folder = TrustFolder(desk.list_file())
    token = desk.token().encode()
    bundle = judged_bundle(token, TrustContext(folder.path, None, desk.at))
    folder.remove(ISSUER, now=desk.at)
    with pytest.raises(TrustFileError, match="none with the id"):
        folder.update(bundle, token, now=desk.at)
    assert not folder.trust().issuers


def spoil_seal_root(desk: BundleDesk) -> None:
    """Put a root into the list that has the form of a certificate, but a key of no kind."""
    lines = desk.world.keys.root_pem.strip().splitlines()
    der = base64.b64decode("".join(lines[1:-1]))
    curve = bytes.fromhex("06082a8648ce3d030107")
    spoiled = base64.b64encode(der.replace(curve, curve[:-1] + b"\x7f")).decode()
    desk.world.issuer["seal_roots"] = [f"{lines[0]}\n{spoiled}\n{lines[-1]}\n"]


def test_list_or_bundle_with_a_certificate_that_cannot_be_read_is_not_offered(desk: BundleDesk) -> None:
    spoil_seal_root(desk)
    for data in (json.dumps(desk.world.trust).encode(), desk.token().encode()):
        with pytest.raises(TrustFileError, match=r"seal_roots\[0\]: expected one certificate in PEM"):
            offered_list_or_bundle(data, now=desk.at)


def test_update_with_a_certificate_that_cannot_be_read_changes_nothing(desk: BundleDesk, tmp_path: Path) -> None:
    folder = TrustFolder(tmp_path / "trust" / "trust.json")
    spoil_seal_root(desk)
    token = desk.token()
    with pytest.raises(TrustFileError, match=r"seal_roots\[0\]"):
        folder.update(read_unpinned_bundle(token, now=desk.at), token.encode(), now=desk.at)
    assert not folder.path.parent.exists()
