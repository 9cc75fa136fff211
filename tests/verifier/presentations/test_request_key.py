"""The key that signs requests, in one folder that grows older; and the settings that decide whether it is used."""

import base64
import fcntl
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keys.certificates import LeafKind, SubjectNames, Validity, certificate_key, create_leaf, create_root
from keys.jwk import PublicKey
from keys.key_files import FileSigner, create_key, read_private_key, write_encrypted
from keys.pem_form import certificate_der
from keys.pkcs11_signer import Pkcs11Signer
from tests.keys.softhsm import PIN, needs_token, softhsm
from tests.verifier.presentations.counter import URL
from tests.verifier.world import NOW
from verifier.cli.serving_requests import asks_of_settings
from verifier.errors import OptionError
from verifier.presentations.errors import RequestRefused
from verifier.presentations.request_key import (
    CERTIFICATE_FILE,
    KEY_FILE,
    LOCK_FILE,
    ROOT_FILE,
    ROOT_KEY_FILE,
    Holder,
    KeyElsewhere,
    RequestSigner,
    open_request_signer,
)
from verifier.presentations.request_object import Service
from verifier.settings import Settings

PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config")


def opened(folder: Path, url: str = URL, *, days: int = 0) -> RequestSigner:
    holder, now = Holder(url, "한국교통안전공단"), NOW + timedelta(days=days)
    return open_request_signer(folder, holder, passphrase=PASSPHRASE, now=now)


def test_key_and_certificate_are_made_once_and_made_anew_when_they_must(folder: Path) -> None:
    first = opened(folder)
    assert first.hosts == ("verify.example",)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    root = (folder / ROOT_FILE).read_text()
    assert base64.b64decode(first.x5c[0]) == certificate_der(first.chain[0])
    assert opened(folder, days=300).hash == first.hash
    later = opened(folder, days=380)
    assert later.hash != first.hash
    assert later.signer.key_id == first.signer.key_id
    moved = opened(folder, "https://new.example", days=380)
    assert (moved.hosts, (folder / ROOT_FILE).read_text()) == (("new.example",), root)


def test_certificate_of_another_authority_is_used_as_it_is(folder: Path) -> None:
    (folder / ROOT_KEY_FILE).rename(folder / "put-away.pem")
    key = opened(folder, "https://new.example", days=380).signer
    assert isinstance(key, FileSigner)
    names = SubjectNames("기관", "Agency", "Root")
    middle = create_root(names, key=create_key(), not_before=NOW, years=5)
    leaf = create_leaf(
        LeafKind.REQUEST,
        middle,
        subject=replace(names, common_name="Requests", issuer_url=URL),
        public_key=key.public_key,
        validity=Validity(NOW, NOW + timedelta(days=100)),
    )
    (folder / CERTIFICATE_FILE).write_text(leaf + middle.certificate_pem)
    assert opened(folder).chain == (leaf, middle.certificate_pem)
    with pytest.raises(RequestRefused, match="expired") as refused:
        opened(folder, days=200)
    assert refused.value.kind == "key"
    (folder / CERTIFICATE_FILE).write_text(middle.certificate_pem)
    with pytest.raises(RequestRefused, match="another key"):
        opened(folder)


def test_of_two_programs_that_make_the_key_at_once_both_have_it_and_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meets, found = threading.Event(), list[RequestSigner | Exception]()
    really_lock, really_make = fcntl.flock, create_root

    def open_too() -> None:
        try:
            found.append(opened(tmp_path))
        except RequestRefused as error:
            found.append(error)
        meets.set()

    second = threading.Thread(target=open_too)

    def lock(file: int, operation: int) -> None:
        if threading.current_thread() is second:
            meets.set()
        really_lock(file, operation)

    def make(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - passed on
        if threading.current_thread() is not second:
            second.start()
            meets.wait()  # until the second has made everything, or waits for the first
        return really_make(*given, **more)

    monkeypatch.setattr("verifier.whole_files.fcntl.flock", lock)
    monkeypatch.setattr("verifier.presentations.request_key.create_root", make)
    first = opened(tmp_path)
    second.join()
    assert [each.hash for each in found if isinstance(each, RequestSigner)] == [first.hash]
    root_key = read_private_key(tmp_path / ROOT_KEY_FILE, passphrase=PASSPHRASE).public_key()
    assert certificate_key((tmp_path / ROOT_FILE).read_text()).jwk() == root_key.jwk()


def test_a_folder_that_cannot_be_written_to_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert opened(tmp_path).hash == first.hash
    assert not (tmp_path / LOCK_FILE).exists()


def test_files_that_cannot_be_used_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="passphrase") as refused:
        open_request_signer(folder, Holder(URL, ""), passphrase="another one", now=NOW)
    assert refused.value.kind == "key"
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestRefused, match="files of the request key"):
        open_request_signer(tmp_path / "file", Holder(URL, ""), passphrase=PASSPHRASE, now=NOW)


def test_the_key_may_lie_elsewhere(tmp_path: Path) -> None:
    key = create_key()
    write_encrypted(tmp_path / "own.pem", key, passphrase="its own passphrase")
    elsewhere = KeyElsewhere(f"file:{tmp_path / 'own.pem'}", "its own passphrase")
    holder = Holder(URL, "기관")
    found = open_request_signer(tmp_path / "c", holder, passphrase=PASSPHRASE, now=NOW, elsewhere=elsewhere)
    assert found.signer.public_jwk() == key.public_key().jwk()
    assert found.hosts == ("verify.example",)
    assert not (tmp_path / "c" / KEY_FILE).exists()
    assert "its own" not in repr(elsewhere)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("dev-file:/x", "file: or pkcs11:"),
        ("nothing", "file: or pkcs11:"),
        ("pkcs11:token=bank;object=seal?module-path=/x", "VERIFIER_REQUEST_SECRET"),
        ("file:/nowhere/key.pem", "key.pem"),
    ],
)
def test_a_key_elsewhere_that_cannot_be_opened_is_named(tmp_path: Path, uri: str, said: str) -> None:
    settings = Settings(config_folder=tmp_path, passphrase=PASSPHRASE, url=URL, request_key=uri)
    with pytest.raises(OptionError, match=said) as refused:
        asks_of_settings(settings, host="127.0.0.1", port=1, development=False, now=NOW)
    assert refused.value.kind == "request_key"


@needs_token
def test_the_key_may_stay_in_a_token(tmp_path: Path) -> None:
    with softhsm(tmp_path) as token:
        elsewhere = KeyElsewhere(token.uri("object=seal"), PIN)
        found = open_request_signer(
            tmp_path / "c", Holder(URL, ""), passphrase=PASSPHRASE, now=NOW, elsewhere=elsewhere
        )
        assert isinstance(found.signer, Pkcs11Signer)
        public = PublicKey.from_jwk(found.signer.public_jwk())
        assert public.verify(found.signer.sign(b"a request"), b"a request")
        assert certificate_key(found.chain[0]).jwk() == public.jwk()
        found.signer.close()


def test_settings_decide_whether_wallets_are_asked(folder: Path, tmp_path: Path) -> None:
    def asks(settings: Settings, *, host: str = "127.0.0.1", development: bool = False) -> Service | None:
        found = asks_of_settings(settings, host=host, port=8081, development=development, now=NOW)
        return None if found is None else found.service

    (folder / CERTIFICATE_FILE).unlink(missing_ok=True)  # it may be the one of another authority
    given = Settings(config_folder=folder, passphrase=PASSPHRASE, url="https://verify.example/")
    service = asks(given)
    assert service is not None
    assert service.signer is not None
    assert (service.url, service.signer.hosts) == (URL, ("verify.example",))
    assert asks(Settings()) is None
    assert asks(Settings(url=URL)) is None
    assert asks(Settings(url="http://127.0.0.1:1")) is None
    assert asks(Settings(), development=True) == Service("http://127.0.0.1:8081", None, True)
    assert asks(Settings(), host="0.0.0.0", development=True) is None
    assert asks(Settings(), host="::1", development=True) == Service("http://[::1]:8081", None, True)
    for wrong in ("verify.example", f"{URL}/below"):
        with pytest.raises(OptionError, match="origin"):
            asks(Settings(url=wrong))
    write_encrypted(tmp_path / KEY_FILE, create_key(), passphrase="another passphrase")
    with pytest.raises(OptionError) as refused:
        asks(Settings(config_folder=tmp_path, passphrase=PASSPHRASE, url=URL))
    assert refused.value.kind == "request_key"
