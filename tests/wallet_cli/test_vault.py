"""The encrypted store: what goes in comes out, nothing can be seen, nothing is overwritten or half written."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from keys.encoding import JsonValue, encode_json
from keys.errors import JwkError
from keys.key_files import create_key
from keys.private_jwk import private_jwk
from keys.sealed_file import SealPrice, seal_file
from wallet_cli.errors import ItemNotFound, PassphraseWrong, StorageRefused, VaultUnreadable, WalletExists
from wallet_cli.vault import HeldCopy, NewItem, Renewal, Vault

CHEAP = SealPrice(8, 1)
PASSPHRASE = "a passphrase"


def opened(path: Path, passphrase: str = PASSPHRASE) -> Vault:
    return Vault(path, passphrase, price=CHEAP)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home/me.wallet"


@pytest.fixture
def vault(path: Path) -> Vault:
    return Vault.create(path, PASSPHRASE, price=CHEAP)


def new(*texts: str) -> NewItem:
    pairs = [(text, private_jwk(create_key())) for text in texts]
    return NewItem(
        "https://bank.example", "certificate", "https://bank.example/vct", "2026-11-22T03:00:00+00:00", pairs
    )


def test_what_is_kept_is_there_when_the_store_is_opened_again(path: Path, vault: Vault) -> None:
    vault.keep("paper", sd_jwt="a~b~", pdf=b"%PDF-")
    item = vault.keep_issued(new("c~d~", "e~f~"))
    kept = {each.id: each for each in opened(path).items()}
    assert kept.keys() == {"paper", item}
    assert (kept["paper"].sd_jwt, kept["paper"].stored_pdf, kept["paper"].copies) == ("a~b~", b"%PDF-", 0)
    assert (kept[item].sd_jwt, kept[item].stored_pdf, kept[item].copies, kept[item].unused) == ("c~d~", None, 2, 2)
    assert opened(path).item(item[:5]).id == item


def test_the_file_is_private_and_shows_nothing(path: Path, vault: Vault) -> None:
    vault.keep("paper", sd_jwt="statement~", pdf=None)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert b"statement" not in path.read_bytes()


def test_nothing_is_kept_that_could_not_be_opened_again(
    path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.keep("paper", sd_jwt="a~", pdf=None)
    monkeypatch.setattr("wallet_cli.vault.MAX_VAULT_BYTES", 2000)
    with pytest.raises(StorageRefused) as refused:
        vault.keep("large", sd_jwt="b~", pdf=b"x" * 2000)
    assert refused.value.kind == "full"
    assert [each.id for each in opened(path).items()] == ["paper"]
    monkeypatch.setattr("wallet_cli.vault.MAX_VAULT_BYTES", path.stat().st_size - 1)
    with pytest.raises(StorageRefused):  # what is kept is within the limit, the file that seals it is not
        vault.keep("paper", sd_jwt="a~", pdf=None)


def test_a_second_paper_copy_takes_the_place_of_the_first(vault: Vault) -> None:
    vault.keep("paper", sd_jwt="a~", pdf=None)
    vault.keep("paper", sd_jwt="b~", pdf=None)
    assert [each.sd_jwt for each in vault.items()] == ["b~"]


def test_a_copy_signs_with_its_own_key(vault: Vault) -> None:
    key = create_key()
    vault.keep_issued(NewItem("i", "c", "v", "t", [("a~", private_jwk(key))]))
    (copy,) = vault.copies()
    assert copy.signer().public_key == key.public_key()
    assert str(private_jwk(key)["d"]) not in repr(copy)


def test_a_copy_that_was_shown_is_remembered_with_its_verifier(path: Path, vault: Vault) -> None:
    vault.keep_issued(new("a~", "b~"))
    first, second = vault.copies()
    for verifier in ("one", "two", "one"):
        vault.note_presented(first.id, verifier)
    assert [copy.presented_to for copy in opened(path).copies()] == [("one", "two"), ()]
    assert next(opened(path).items()).unused == 1
    with pytest.raises(ItemNotFound):
        vault.note_presented("unknown", "one")
    assert second.presented_to == ()


def test_two_that_write_at_once_both_find_their_place(path: Path, vault: Vault) -> None:
    def keep(number: int) -> None:
        opened(path).keep(f"item{number}", sd_jwt="a~", pdf=None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(16)))
    assert len(list(vault.items())) == 16


def test_a_store_is_never_made_over_another(path: Path, vault: Vault) -> None:
    vault.keep("paper", sd_jwt="a~", pdf=None)
    with pytest.raises(WalletExists):
        Vault.create(path, "another passphrase", price=CHEAP)
    assert len(list(vault.items())) == 1


def test_a_short_passphrase_makes_no_store(path: Path) -> None:
    with pytest.raises(PassphraseWrong, match="at least 8"):
        Vault.create(path, "short", price=CHEAP)
    assert not path.exists()


def test_another_passphrase_opens_nothing(path: Path, vault: Vault) -> None:
    with pytest.raises(PassphraseWrong, match="does not open"):
        opened(path, "another one").check()
    with pytest.raises(PassphraseWrong):
        opened(path, "another one").keep("paper", sd_jwt="a~", pdf=None)
    assert list(vault.items()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"no JSON",
        b"[]",
        encode_json({"wallet": 2, "items": []}),
        encode_json({"wallet": 1, "items": [{"id": "a"}]}),
        encode_json({"wallet": 1, "items": [{"id": 1, "sd_jwt": "a~"}]}),
        encode_json({"wallet": 1, "items": [{"id": "a", "copies": [{"id": "b"}]}]}),
    ],
)
def test_a_content_of_another_form_is_not_guessed_at(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(seal_file(content, passphrase=PASSPHRASE, random_bytes=os.urandom, price=CHEAP))
    with pytest.raises(VaultUnreadable):
        opened(path).check()


def test_a_file_of_something_else_and_a_missing_one_are_told_apart(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"%PDF-1.7 and so on, and on, and on, and on")
    with pytest.raises(VaultUnreadable, match="another file"):
        opened(path).check()
    path.unlink()
    with pytest.raises(VaultUnreadable, match="No such file"):
        opened(path).check()


def test_a_disk_that_refuses_leaves_the_store_as_it_was(
    path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(StorageRefused, match="No space left"):
            vault.keep("paper", sd_jwt="a~", pdf=None)
    assert path.read_bytes() == before

    def no_lock(*_: object, **__: object) -> int:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr("wallet_cli.vault.os.open", no_lock)
    with pytest.raises(StorageRefused, match="Permission denied"):
        vault.keep("paper", sd_jwt="a~", pdf=None)


def test_a_key_that_was_changed_inside_the_file_signs_nothing() -> None:
    with pytest.raises(JwkError):
        HeldCopy("a", "b", "c", "d", "e", "f~", {"kty": "EC"}).signer()


DAMAGED: list[dict[str, JsonValue]] = [
    {"renewal": None},
    {"renewal": {"grant": "g", "server": "s", "token": 1, "key": {}}},
    {"renewal": {"grant": "g", "server": "s", "token": "t", "key": "k"}},
    {"copies": [], "sd_jwt": "a~"},
]


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_not_understood_of_a_renewal_renews_nothing(vault: Vault, damage: dict[str, JsonValue]) -> None:
    how = Renewal("g", "https://bank.example", None, "name", "a token", {"kty": "EC"})
    item = vault.keep_issued(replace(new("a~", "b~"), renewal=how))
    (found,) = vault.renewable()
    assert (found.item, found.renewal) == (item, how)
    assert found.copies == 2
    vault._change(lambda items: items[0].update(damage))
    assert vault.renewable() == ()
    assert not vault.item(item).renewable


def test_a_token_takes_the_place_of_the_one_before_in_every_credential_of_its_grant(vault: Vault) -> None:
    one, other = Renewal("g", "s", None, None, "first", {}), Renewal("h", "s", None, None, "own", {})
    for position, how in enumerate((one, one, other, None)):
        vault.keep_issued(replace(new(f"{position}~"), renewal=how))
    vault.note_token("g", "second")
    assert sorted(each.renewal.token for each in vault.renewable()) == ["own", "second", "second"]
    vault.note_token("g", None)
    assert [each.renewal.token for each in vault.renewable()] == ["own"]
    assert len({each.item for each in vault.copies()}) == 4
