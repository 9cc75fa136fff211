"""`cb-verifier trust refresh`: newer bundles by pinned keys only; one issuer never spoils the rest."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys.errors import FetchError
from keys.key_files import FileSigner, create_key
from keys.trust_list import TrustList
from tests.verifier.bundles import ISSUER, BundleDesk
from tests.verifier.cli.test_trust import Captured, add, desk, trusted
from tests.verifier.world import World
from verifier.cli.main import main

__all__ = ["add", "desk"]

BUNDLE_URL = f"{ISSUER}/trust-bundle.jwt"


@pytest.fixture
def stranger() -> FileSigner:
    return FileSigner(create_key())


@pytest.fixture
def installed(desk: BundleDesk, add: Callable[..., int]) -> BundleDesk:
    """The verifier has added the issuer's bundle of version 4."""
    assert add(desk.file(name="first.bundle")) == 0
    desk.at += 10
    return desk


def refreshed(capsys: Captured, *bundles: Path, code: int = 0) -> list[tuple[Any, ...]]:
    capsys.readouterr()
    assert main(["trust", "refresh", "--json", *map(str, bundles)]) == code
    issuers = json.loads(capsys.readouterr().out)["issuers"]
    return [(each["id"], each["outcome"], each["version"], each["reason"]) for each in issuers]


def serve(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]) -> list[str]:
    """Let the network answer some URLs and none else; returns the URLs that are asked."""
    asked: list[str] = []

    def get(_: object, url: str, **__: object) -> bytes:
        asked.append(url)
        if url not in answers:
            raise FetchError("expected an answer, found none", kind="connect")
        return answers[url].encode()

    monkeypatch.setattr("keys.fetch.Fetcher.get", get)
    return asked


def files_of(world: World) -> dict[str, bytes]:
    """What belongs to the trust list, apart from the lock."""
    paths = sorted((world.folder / "config").rglob("*"))
    return {str(path): path.read_bytes() for path in paths if path.is_file() and path.name != "lock"}


def test_list_with_a_higher_version_is_taken_over_and_the_old_one_kept(
    installed: BundleDesk, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    before = trusted(installed.world)
    installed.version = 5
    installed.world.issuer["legal_lines"] = ["직업능력법"]
    asked = serve(monkeypatch, {BUNDLE_URL: installed.token()})
    assert refreshed(capsys) == [(ISSUER, "updated", 5, None)]
    assert asked == [BUNDLE_URL]
    now = trusted(installed.world)
    assert (now.version, now.issuers[ISSUER].legal_lines) == (2, ("직업능력법",))
    kept = installed.world.folder / "config/trust.json.d/history/trust-1.json"
    assert TrustList.parse(kept.read_bytes()) == before


def test_newer_bundle_of_the_same_list_brings_its_status_lists_only(installed: BundleDesk, capsys: Captured) -> None:
    list_before = trusted(installed.world)
    assert refreshed(capsys, installed.file()) == [(ISSUER, "refreshed", 4, None)]
    assert trusted(installed.world) == list_before
    assert refreshed(capsys, installed.file()) == [(ISSUER, "unchanged", 4, None)]


def test_pinned_key_hands_over_to_the_next(installed: BundleDesk, stranger: FileSigner, capsys: Captured) -> None:
    installed.pin(installed.signer, stranger)
    installed.version = 5
    assert refreshed(capsys, installed.file()) == [(ISSUER, "updated", 5, None)]
    installed.at += 10
    installed.pin(stranger)
    installed.version = 6
    assert refreshed(capsys, installed.file(installed.token(stranger))) == [(ISSUER, "updated", 6, None)]
    installed.at += 10
    installed.pin(installed.signer)
    installed.version = 7
    assert refreshed(capsys, installed.file(), code=1) == [(ISSUER, "refused", 6, "key")]


def test_list_that_was_put_there_by_hand_is_refreshed_like_any_other(
    world: World, desk: BundleDesk, capsys: Captured
) -> None:
    (world.folder / "config").mkdir()
    desk.list_file("config/trust.json")
    assert refreshed(capsys, desk.file()) == [(ISSUER, "updated", 4, None)]


def test_bundle_by_a_stranger_changes_nothing(
    installed: BundleDesk, stranger: FileSigner, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    before = files_of(installed.world)
    installed.pin(stranger)
    installed.version = 5
    serve(monkeypatch, {BUNDLE_URL: installed.token(stranger)})
    assert refreshed(capsys, code=1) == [(ISSUER, "refused", 4, "key")]
    assert files_of(installed.world) == before


def test_older_bundle_changes_nothing(installed: BundleDesk, capsys: Captured) -> None:
    before = files_of(installed.world)
    installed.at -= 100
    assert refreshed(capsys, installed.file(), code=1) == [(ISSUER, "refused", 4, "rolled_back")]
    installed.at, installed.version = installed.at + 101, 3
    assert refreshed(capsys, installed.file(), code=1) == [(ISSUER, "refused", 4, "rolled_back")]
    assert files_of(installed.world) == before


def test_other_list_of_the_same_version_changes_nothing(installed: BundleDesk, capsys: Captured) -> None:
    before = files_of(installed.world)
    installed.world.issuer["jwks"] = {"keys": []}
    assert refreshed(capsys, installed.file(), code=1) == [(ISSUER, "refused", 4, "two_lists")]
    assert files_of(installed.world) == before


def test_update_never_makes_a_test_issuer(installed: BundleDesk, capsys: Captured) -> None:
    installed.version = 5
    installed.world.issuer["dev"] = True
    assert refreshed(capsys, installed.file(), code=1) == [(ISSUER, "refused", 4, "development")]


def test_bundle_seen_before_by_a_check_is_remembered(installed: BundleDesk, capsys: Captured) -> None:
    older = installed.file(name="older.bundle")
    installed.at += 10
    installed.used(installed.file(name="newer.bundle"), installed=installed.world.folder / "config/trust.json")
    assert refreshed(capsys, older, code=1) == [(ISSUER, "refused", 4, "rolled_back")]


def test_text_that_is_no_bundle_from_the_network_changes_nothing(
    installed: BundleDesk, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    before = files_of(installed.world)
    serve(monkeypatch, {BUNDLE_URL: "<html>"})
    assert refreshed(capsys, code=1) == [(ISSUER, "refused", 4, "format")]
    assert files_of(installed.world) == before


def test_unreachable_issuer_does_not_spoil_the_rest(
    installed: BundleDesk, add: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    token = installed.token()
    second = "https://second.example"
    installed.world.issuer.update({"id": second, "origins": [second]})
    assert add(installed.list_file("second.json")) == 0
    asked = serve(monkeypatch, {BUNDLE_URL: token})
    assert refreshed(capsys, code=5) == [(ISSUER, "refreshed", 4, None), (second, "unreachable", 3, None)]
    assert asked == [BUNDLE_URL, f"{second}/trust-bundle.jwt"]


def test_bundle_of_another_installed_issuer_is_refused(
    installed: BundleDesk, add: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    token = installed.token()
    second = "https://second.example"
    installed.world.issuer.update({"id": second, "origins": [second]})
    assert add(installed.list_file("second.json")) == 0
    serve(monkeypatch, {BUNDLE_URL: token, f"{second}/trust-bundle.jwt": token})
    assert refreshed(capsys, code=1)[1] == (second, "refused", 3, "issuer")


def test_issuer_without_bundle_keys_cannot_be_refreshed(
    world: World, desk: BundleDesk, add: Callable[..., int], capsys: Captured
) -> None:
    bundle = desk.file()
    world.issuer["bundle_jwks"] = {"keys": []}
    assert add(desk.list_file()) == 0
    assert refreshed(capsys, code=3) == [(ISSUER, "not_pinned", 3, None)]
    assert refreshed(capsys, bundle, code=3) == [(ISSUER, "not_pinned", 3, None)]


@pytest.mark.parametrize("origins", [[], ["https://elsewhere.example"]])
def test_issuer_without_an_address_of_its_bundle_is_unreachable_and_not_asked(
    world: World,
    desk: BundleDesk,
    add: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    origins: list[Any],
) -> None:
    world.issuer["origins"] = origins
    assert add(desk.list_file()) == 0
    asked = serve(monkeypatch, {})
    assert refreshed(capsys, code=5) == [(ISSUER, "unreachable", 3, None)]
    assert asked == []


def test_bundle_is_fetched_from_where_a_person_got_it(
    desk: BundleDesk, add: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    url = "https://mirror.example/bank.jwt"
    asked = serve(monkeypatch, {url: desk.token()})
    assert add(url) == 0
    asked.clear()
    assert refreshed(capsys) == [(ISSUER, "unchanged", 4, None)]
    assert asked == [url]


def test_file_of_an_issuer_that_is_not_installed_exits_2(installed: BundleDesk, capsys: Captured) -> None:
    main(["trust", "remove", ISSUER])
    assert main(["trust", "refresh", str(installed.file())]) == 2
    assert "trust add" in capsys.readouterr().err


def test_file_that_is_no_bundle_and_no_file_exit_2(installed: BundleDesk) -> None:
    assert main(["trust", "refresh", str(installed.list_file())]) == 2
    assert main(["trust", "refresh", str(installed.world.folder / "none")]) == 2


def test_nothing_to_refresh_is_no_error(desk: BundleDesk, capsys: Captured) -> None:
    assert main(["init"]) == 0
    assert refreshed(capsys) == []


@pytest.mark.parametrize(("language", "words"), [("en", "is not pinned"), ("ko", "등록된 키로 서명된 묶음만")])
def test_person_reads_what_happened_and_why(
    installed: BundleDesk, stranger: FileSigner, capsys: Captured, language: str, words: str
) -> None:
    installed.pin(stranger)
    file = installed.file(installed.token(stranger))
    capsys.readouterr()
    assert main(["trust", "refresh", str(file), "--lang", language]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{ISSUER}: ")
    assert words in out


def test_unreachable_issuer_is_named_with_the_networks_own_reason(
    installed: BundleDesk, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    serve(monkeypatch, {})
    assert main(["trust", "refresh"]) == 5
    assert "expected an answer" in capsys.readouterr().out


def test_two_at_the_same_time_leave_a_list_that_is_whole(installed: BundleDesk, capsys: Captured) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from verifier.trust_in_use import TrustContext
    from verifier.trust_refreshing import refresh

    path, bundle = installed.world.folder / "config/trust.json", installed.file()
    context = TrustContext(path, None, installed.at)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: refresh(path, [bundle], context)[0].outcome, range(16)))
    assert sorted(results) == ["refreshed"] + ["unchanged"] * 15
    assert trusted(installed.world).version == 1
