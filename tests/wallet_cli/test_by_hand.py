"""`cb-wallet present --aud --nonce` and `select`: what is named leaves, nothing else, bound to one verifier."""

import io
import json

import pytest

from credential_schemas.sd_jwt.key_binding import KEY_BINDING_TYP
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from keys.encoding import decode_json_object
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.key_files import write_plain_for_development
from tests.wallet_cli.conftest import Wallet, World
from tests.wallet_cli.test_present_command import PASSPHRASE, PRICE, Terminal, private_jwk
from tests.wallet_cli.verifier_party import AT, NOW, VCT, Kept, credential
from wallet_cli.errors import ItemNotFound, NothingToPresent, RequestRefused
from wallet_cli.presenting.by_hand import Wish, bound, propose_by_hand, warnings_by_hand
from wallet_cli.presenting.choosing import claims_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.paths import check_paths, narrowed, read_path
from wallet_cli.vault import NewItem, Vault

AUD, NONCE = "https://verify.example/by-hand", "n-0S6_WzA2Mj-4kkAxZ81aQ"
KEPT = credential()
HELD = [Held("a1", "a", KEPT.sd_jwt, KEPT.holder)]


def wish(*paths: str, item: str | None = None, audience: str = AUD, nonce: str = NONCE) -> Wish:
    return Wish(audience, nonce, item, paths)


def test_only_what_is_named_leaves_and_it_is_bound() -> None:
    wanted = wish("qualifications[2].title", "holder.name")
    leaving = propose_by_hand(wanted, HELD, now=AT)
    text = bound(leaving, wanted, now=AT)
    parsed = parse_sd_jwt(text)
    claims = claims_of(leaving.sd_jwt)
    assert claims["qualifications"] == [{"type": "ntq", "title": "전기기사"}]
    assert claims["holder"] == {"name": "홍길동"}
    assert claims["certificate"] == {}
    assert parsed.key_binding is not None
    holder = PublicKey.from_jwk(KEPT.holder.public_jwk())
    jws = parse_compact(parsed.key_binding, max_bytes=4096)
    binding = decode_json_object(verify(jws, holder, typ=KEY_BINDING_TYP), max_bytes=4096)
    assert (binding["aud"], binding["nonce"], binding["iat"]) == (AUD, NONCE, AT)
    assert [*warnings_by_hand(leaving, AUD)] == ["own_identity"]


@pytest.mark.parametrize("path", ["qualifications[3]", "holder.born", "holder[0]", "qualifications.title", "sub.x"])
def test_path_that_is_not_there_is_refused(path: str) -> None:
    with pytest.raises(ItemNotFound, match="path of this credential") as refused:
        propose_by_hand(wish(path), HELD, now=AT)
    assert refused.value.kind == "path"


@pytest.mark.parametrize("text", ["", ".", "[0]", "a..b", "a.", ".a", "a[x]", "a[1", "a]b", "a[0]b", "a" * 301])
def test_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ItemNotFound, match="path such as"):
        read_path(text)


def test_paths_are_read_and_narrowed() -> None:
    assert read_path("trainings[10].hours") == ("trainings", 10, "hours")
    check_paths({"a": [{"b": 1}]}, [("a", 0, "b")])
    asked = [("a",), ("b", 0, "c"), ("d",)]
    assert narrowed(asked, [("a", 1), ("b", 0)]) == [("a", 1), ("b", 0, "c")]


def test_nothing_named_presents_nothing() -> None:
    with pytest.raises(NothingToPresent, match="--entry or --field"):
        propose_by_hand(wish(), HELD, now=AT)


def test_bearer_copy_is_not_presented() -> None:
    with pytest.raises(NothingToPresent, match="no key of its holder"):
        propose_by_hand(wish("holder.name"), [Held("a1", "a", KEPT.sd_jwt)], now=AT)


@pytest.mark.parametrize("nonce", ["", "short", "n" * 21, "a nonce with spaces and more", "n" * 257])
def test_nonce_that_could_be_guessed_is_refused(nonce: str) -> None:
    with pytest.raises(RequestRefused, match="128 bits") as refused:
        propose_by_hand(wish("holder.name", nonce=nonce), HELD, now=AT)
    assert refused.value.kind == "nonce"


@pytest.mark.parametrize("audience", ["", "공단", "a\nb", "a" * 2049])
def test_verifier_without_a_plain_name_is_refused(audience: str) -> None:
    with pytest.raises(RequestRefused, match="name or address"):
        propose_by_hand(wish("holder.name", audience=audience), HELD, now=AT)


def test_item_must_be_one_that_is_valid() -> None:
    old = credential(expires=AT - 1)
    held = [*HELD, Held("b1", "b", KEPT.sd_jwt, KEPT.holder), Held("c1", "c", old.sd_jwt, old.holder)]
    assert propose_by_hand(wish("holder.name", item="b"), held, now=AT).held.id == "b1"
    for item, found in ((None, "2 credentials"), ("c", "none that is valid")):
        with pytest.raises(ItemNotFound, match=found):
            propose_by_hand(wish("holder.name", item=item), held, now=AT)


def test_copy_that_somebody_else_saw_comes_last_and_is_said() -> None:
    seen = Held("a2", "a", KEPT.sd_jwt, KEPT.holder, frozenset({"https://other.example"}))
    assert propose_by_hand(wish("holder.name"), [seen, *HELD], now=AT).held.id == "a1"
    leaving = propose_by_hand(wish("certificate.number"), [seen], now=AT)
    assert [*warnings_by_hand(leaving, AUD)] == ["own_number", "linkable"]


@pytest.fixture
def files(world: World) -> list[str]:
    write_plain_for_development(world.folder / "holder.pem", KEPT.holder.key)
    text = world.write("credential.sdjwt", KEPT.sd_jwt)
    return ["--credential", str(text), "--key", f"dev-file:{world.folder / 'holder.pem'}"]


BY_HAND = ("present", "--aud", AUD, "--nonce", NONCE)
TITLE = ("--field", "qualifications[0].title")


def test_presentation_goes_to_stdout_and_the_preview_beside_it(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet(*BY_HAND, *TITLE, "--yes", *files) == 0
    said = capsys.readouterr()
    (text,) = said.out.splitlines()
    assert parse_sd_jwt(text).key_binding is not None
    assert "qualifications[0].title: 용접기사" in said.err
    assert "홍길동" not in said.err


def test_presentation_goes_to_a_new_private_file(
    wallet: Wallet, world: World, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = world.folder / "presentation.sdjwt"
    assert wallet(*BY_HAND, "--entry", "qualifications[1]", "--out", out, "--yes", "--lang", "ko", *files) == 0
    assert f"{out} 에 썼습니다" in capsys.readouterr().out
    assert out.stat().st_mode & 0o777 == 0o600
    written = out.read_text().strip()
    assert claims_of(written)["qualifications"] == [{"type": "course", "title": "배관", "grade": "2"}]
    assert wallet(*BY_HAND, *TITLE, "--out", out, "--yes", *files) == 2
    assert out.read_text().strip() == written


@pytest.mark.parametrize(("typed", "code", "made"), [("y\n", 0, True), ("n\n", 0, False), (None, 2, False)])
def test_holder_is_asked_before_anything_is_written(
    wallet: Wallet,
    world: World,
    files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    typed: str | None,
    code: int,
    made: bool,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else Terminal(typed))
    out = world.folder / "presentation.sdjwt"
    assert wallet(*BY_HAND, *TITLE, "--out", out, *files) == code
    assert out.exists() is made


@pytest.mark.parametrize(("yes", "made"), [(["--yes"], True), ([], False)])
def test_programs_get_one_document_of_what_is_presented(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str], yes: list[str], made: bool
) -> None:
    assert wallet(*BY_HAND, *TITLE, "--json", *yes, *files) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["leaving"]["shown"] == [
        {"path": "qualifications[0].type", "value": "ntq"},
        {"path": "qualifications[0].title", "value": "용접기사"},
    ]
    assert (document["made"], document["presentation"] is not None) == (made, made)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--aud", AUD),
        ("--nonce", NONCE),
        ("--request", "openid4vp://?", "--aud", AUD, "--nonce", NONCE),
        ("--request", "openid4vp://?", "--nonce", NONCE),
        ("--request", "openid4vp://?", "--out", "x"),
        ("--request", "openid4vp://?", "--item", "x"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    wallet: Wallet, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    assert wallet("present", *options, "--lang", "ko") == 2
    assert "함께 쓸 수 없는 옵션입니다" in capsys.readouterr().err


def test_disk_that_takes_nothing_is_told(wallet: Wallet, world: World, files: list[str]) -> None:
    out = world.folder / "nowhere" / "presentation.sdjwt"
    assert wallet(*BY_HAND, *TITLE, "--out", out, "--yes", *files) == 5


@pytest.fixture
def vault(world: World, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr("wallet_cli.cli.context.VAULT_PRICE", PRICE)
    monkeypatch.setenv("WALLET_PASSPHRASE", PASSPHRASE)
    (world.folder / "wallet").mkdir()
    vault = Vault.create(world.folder / "wallet" / "wallet.wallet", PASSPHRASE, price=PRICE)
    copies: list[Kept] = [KEPT, credential()]
    pairs = [(each.sd_jwt, private_jwk(each)) for each in copies]
    vault.keep_issued(NewItem("https://bank.example", "competency-certificate", VCT, NOW.isoformat(), pairs))
    return vault


def test_each_verifier_gets_a_copy_of_its_own(
    wallet: Wallet, world: World, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for audience in (AUD, AUD, "https://other.example"):
        assert wallet("present", "--aud", audience, "--nonce", NONCE, *TITLE, "--yes") == 0
        shown.append(capsys.readouterr().out.partition("~")[0])
    assert shown[0] == shown[1] != shown[2]
    assert sorted(copy.presented_to for copy in vault.copies()) == [("https://other.example",), (AUD,)]


def test_a_no_uses_no_copy_up(wallet: Wallet, vault: Vault) -> None:
    assert wallet(*BY_HAND, *TITLE, "--json") == 0
    assert [copy.presented_to for copy in vault.copies()] == [(), ()]


def test_select_lists_what_can_be_named(wallet: Wallet, vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    (item,) = (kept.id for kept in vault.items())
    assert wallet("select", item) == 0
    assert "  qualifications[2].title: 전기기사\n" in capsys.readouterr().out
    assert wallet("select", item, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert {"path": "certificate.number", "value": "2026-1"} in document["choices"]
    assert document["always"] == ["iss", "vct", "iat", "exp", "cnf"]


def test_select_of_an_unknown_item_is_refused(wallet: Wallet, vault: Vault) -> None:
    assert wallet("select", "zz") == 2
