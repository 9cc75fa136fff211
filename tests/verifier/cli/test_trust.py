"""`cb-verifier init` and `trust add`, `list`, `remove`: who is believed, and what a person confirmed."""

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

import pytest

from keys.errors import FetchError
from keys.limits import MAX_FETCH_BUNDLE_BYTES, MAX_FETCH_BYTES
from keys.trust_list import TrustList
from tests.verifier.bundles import ISSUER, BundleDesk
from tests.verifier.world import World
from verifier.cli.main import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> BundleDesk:
    """An issuer whose bundles were made a minute ago, and a verifier without anything."""
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return BundleDesk(world, at=int(time()) - 60)


@pytest.fixture
def source(desk: BundleDesk) -> Path:
    return desk.list_file("offered.json")


def trusted(world: World) -> TrustList:
    return TrustList.parse((world.folder / "config/trust.json").read_bytes())


def fingerprint_of(source: object, capsys: Captured, *options: str) -> str:
    """Offer something where nobody can be asked, and read the fingerprint that is shown."""
    capsys.readouterr()
    assert main(["trust", "add", str(source), *options]) == 2
    return capsys.readouterr().err.split("fingerprint (SHA-256): ")[1].split()[0]


@pytest.fixture
def add(capsys: Captured) -> Callable[..., int]:
    """Add something by its fingerprint."""

    def run(source: object, *options: str) -> int:
        fingerprint = fingerprint_of(source, capsys, *options)
        return main(["trust", "add", str(source), "--fingerprint", fingerprint, *options])

    return run


def listed(capsys: Captured) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["trust", "list", "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_init_makes_an_empty_list_and_private_folders(world: World, desk: BundleDesk, capsys: Captured) -> None:
    assert main(["init"]) == 0
    assert "trust add" in capsys.readouterr().out
    assert not trusted(world).issuers
    folders = [world.folder / "config", world.folder / "config/trust.json.d", world.folder / "state"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_init_prints_one_document_with_json(world: World, desk: BundleDesk, capsys: Captured) -> None:
    assert main(["init", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"trust": str(world.folder / "config/trust.json"), "state": str(world.folder / "state")}


def test_init_refuses_a_list_that_is_there(desk: BundleDesk, add: Callable[..., int], source: Path) -> None:
    assert add(source) == 0
    before = trusted(desk.world)
    assert main(["init"]) == 2
    assert trusted(desk.world) == before


def test_init_without_a_place_or_with_one_that_cannot_be_written_exits_2(
    world: World, desk: BundleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.folder / "state").write_text("a file where the folder should be")
    assert main(["init"]) == 2
    for name in ("VERIFIER_CONFIG", "VERIFIER_STATE", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["init"]) == 2
    assert main(["init", "--trust", str(world.folder / "own/trust.json")]) == 0


def test_init_that_failed_can_be_tried_again(world: World, desk: BundleDesk) -> None:
    blocking = world.folder / "state"
    blocking.write_text("a file where the folder should be")
    assert main(["init"]) == 2
    blocking.unlink()
    assert main(["init"]) == 0


def test_the_question_about_the_fingerprint_is_asked_in_the_readers_language(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("예\n"))
    assert main(["trust", "add", str(source), "--lang", "ko"]) == 0
    out, err = capsys.readouterr()
    assert "다른 경로로 알려 준 지문과 같습니까?" in err
    assert f"발급기관: {ISSUER}" in err
    assert out == f"신뢰 목록에 더했습니다: {ISSUER}\n"
    assert main(["trust", "remove", ISSUER, "--lang", "ko"]) == 0
    assert capsys.readouterr().out == f"신뢰 목록에서 뺐습니다: {ISSUER}\n"


def test_added_issuer_is_trusted_and_its_fingerprint_shown(
    world: World, source: Path, add: Callable[..., int], capsys: Captured
) -> None:
    assert add(source) == 0
    assert "fingerprint (SHA-256): " in capsys.readouterr().err
    assert list(trusted(world).issuers) == [ISSUER]
    (issuer,) = listed(capsys)["issuers"]
    assert (issuer["id"], issuer["version"], issuer["bundle"], issuer["source"]) == (ISSUER, 3, None, None)


def test_issuer_is_added_to_the_list_that_init_made(desk: BundleDesk, source: Path, add: Callable[..., int]) -> None:
    assert main(["init"]) == 0
    assert add(source) == 0
    assert list(trusted(desk.world).issuers) == [ISSUER]


def test_bundle_is_added_by_the_fingerprint_of_its_key(desk: BundleDesk, capsys: Captured) -> None:
    shown = fingerprint_of(desk.file(), capsys)
    assert shown == desk.signer.public_key.fingerprint()
    spaced = " ".join(shown[place : place + 4] for place in range(0, 64, 4)).upper()
    assert main(["trust", "add", str(desk.file()), "--fingerprint", spaced]) == 0
    document = listed(capsys)
    (issuer,) = document["issuers"]
    assert issuer["bundle"]["expired"] is False
    assert issuer["bundle"]["status_lists"] == [f"{ISSUER}/status/1"]
    assert [(line["action"], line["issuer"], line["version"]) for line in document["history"]] == [("added", ISSUER, 4)]


def test_issuer_already_trusted_is_never_replaced(
    world: World, desk: BundleDesk, source: Path, add: Callable[..., int], capsys: Captured
) -> None:
    assert add(source) == 0
    before = trusted(world)
    assert add(source) == 2
    assert "trust refresh" in capsys.readouterr().err
    assert add(desk.file()) == 2
    assert trusted(world) == before


def test_second_issuer_is_added_with_a_higher_version_and_the_first_list_is_kept(
    world: World, desk: BundleDesk, source: Path, add: Callable[..., int]
) -> None:
    add(source)
    first = trusted(world)
    world.issuer["id"] = "https://second.example"
    assert add(desk.list_file("second.json")) == 0
    assert (trusted(world).version, len(trusted(world).issuers)) == (2, 2)
    kept = world.folder / "config/trust.json.d/history/trust-1.json"
    assert TrustList.parse(kept.read_bytes()) == first


def test_removed_issuer_is_not_trusted_and_leaves_no_bundle(
    world: World, desk: BundleDesk, add: Callable[..., int], capsys: Captured
) -> None:
    add(desk.file())
    assert main(["trust", "remove", ISSUER]) == 0
    assert not trusted(world).issuers
    assert not list((world.folder / "config/trust.json.d/bundles").iterdir())
    assert [line["action"] for line in listed(capsys)["history"]] == ["added", "removed"]
    assert main(["trust", "remove", ISSUER]) == 2


def test_removing_from_nothing_and_listing_nothing_exit_2(desk: BundleDesk) -> None:
    assert main(["trust", "remove", ISSUER]) == 2
    assert main(["trust", "list"]) == 2


@pytest.mark.parametrize("content", ["{", '{"trust": 1}', "[]", "eyJ0.e30.AA"])
def test_broken_list_or_bundle_is_not_added(world: World, source: Path, content: str) -> None:
    source.write_text(content)
    assert main(["trust", "add", str(source), "--fingerprint", "00"]) == 2
    assert not (world.folder / "config").exists()


def test_bundle_that_is_refused_says_why_in_the_readers_language(desk: BundleDesk, capsys: Captured) -> None:
    desk.at -= 8 * 86_400
    file = desk.file()
    for language, words in (("en", "has expired"), ("ko", "유효기간이 지났습니다")):
        assert main(["trust", "add", str(file), "--lang", language]) == 2
        assert words in capsys.readouterr().err


def test_missing_file_is_not_added(source: Path) -> None:
    source.unlink()
    assert main(["trust", "add", str(source)]) == 2


def test_endless_file_is_read_no_further_than_the_limit(desk: BundleDesk, capsys: Captured) -> None:
    assert main(["trust", "add", "/dev/zero"]) == 2
    assert "trust bundle" in capsys.readouterr().err


def test_wrong_fingerprint_adds_nothing(world: World, source: Path) -> None:
    assert main(["trust", "add", str(source), "--fingerprint", "00"]) == 2
    assert not (world.folder / "config").exists()


def test_test_issuer_is_added_only_with_dev_and_that_is_logged(
    world: World, desk: BundleDesk, add: Callable[..., int], capsys: Captured
) -> None:
    world.issuer["dev"] = True
    file = desk.list_file("dev.json")
    assert main(["trust", "add", str(file), "--fingerprint", fingerprint_of(file, capsys)]) == 2
    assert "--dev" in capsys.readouterr().err
    assert add(file, "--dev") == 0
    document = listed(capsys)
    assert [line["dev"] for line in document["history"]] == [True]
    assert main(["trust", "list"]) == 0
    assert "test issuer" in capsys.readouterr().out


def test_place_that_cannot_be_written_exits_2(world: World, source: Path, add: Callable[..., int]) -> None:
    (world.folder / "config").write_text("a file where the folder should be")
    assert add(source) == 2


def test_no_place_for_a_list_exits_2(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERIFIER_CONFIG", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["trust", "add", str(source)]) == 2


class Terminal(io.StringIO):
    """Standard input with a person before it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 2), ("", 2)])
@pytest.mark.parametrize("remote", [False, True])
def test_fingerprint_is_confirmed_by_a_person(
    source: Path, monkeypatch: pytest.MonkeyPatch, *, remote: bool, answer: str, code: int
) -> None:
    monkeypatch.setattr("keys.fetch.Fetcher.get", lambda *_, **__: source.read_bytes())
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["trust", "add", f"{ISSUER}/trust.json" if remote else str(source)]) == code


@pytest.mark.parametrize(
    ("name", "limit"), [("trust.json", MAX_FETCH_BYTES), ("trust-bundle.jwt", MAX_FETCH_BUNDLE_BYTES)]
)
def test_a_bundle_may_be_fetched_that_is_larger_than_one_list(
    source: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    asked: list[object] = []

    def get(_: object, _url: str, **options: object) -> bytes:
        asked.append(options["max_bytes"])
        return source.read_bytes()

    monkeypatch.setattr("keys.fetch.Fetcher.get", get)
    main(["trust", "add", f"{ISSUER}/{name}"])
    assert asked == [limit]


def test_address_of_a_bundle_is_remembered_as_its_source(
    desk: BundleDesk, add: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    asked: list[object] = []

    def get(_: object, url: str, **options: object) -> bytes:
        asked.append((url, options["accept"]))
        return desk.token().encode()

    monkeypatch.setattr("keys.fetch.Fetcher.get", get)
    url = f"{ISSUER}/trust-bundle.jwt"
    assert add(url) == 0
    assert set(asked) == {(url, "application/jwt")}
    assert listed(capsys)["issuers"][0]["source"] == url


@pytest.mark.parametrize(
    "url", ["http://bank.example/trust.json", "http://127.0.0.1:1/trust.json", "https://", "https://a b"]
)
def test_address_that_is_not_allowed_exits_2(desk: BundleDesk, url: str) -> None:
    assert main(["trust", "add", url]) == 2


def test_network_that_fails_exits_5(desk: BundleDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> bytes:
        raise FetchError("expected an answer, found none", kind="connect")

    monkeypatch.setattr("keys.fetch.Fetcher.get", down)
    assert main(["trust", "add", f"{ISSUER}/trust.json"]) == 5


@pytest.mark.parametrize(("language", "words"), [("en", "kinds of entry"), ("ko", "항목 유형 2가지")])
def test_list_for_people_says_types_version_freshness_and_changes(
    world: World, desk: BundleDesk, add: Callable[..., int], capsys: Captured, language: str, words: str
) -> None:
    world.issuer["types"] = [{"vct": f"{ISSUER}/vct/competency-certificate/1", "entry_types": ["a", "b"]}]
    add(desk.file())
    capsys.readouterr()
    assert main(["trust", "list", "--lang", language]) == 0
    out = capsys.readouterr().out
    assert words in out
    assert f"added {ISSUER} 4" in out


def test_list_for_people_says_where_there_is_no_bundle_or_an_expired_one(
    desk: BundleDesk, add: Callable[..., int], source: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.trust_listing import listing

    add(source)
    main(["trust", "list"])
    assert "no bundle" in capsys.readouterr().out
    main(["trust", "remove", ISSUER])
    add(desk.file())
    found = listing(desk.world.folder / "config/trust.json", now=desk.at + 8 * 86_400)
    assert any("expired" in line for line in found.lines("en"))
    (issuer,) = found.issuers
    assert issuer.expired
