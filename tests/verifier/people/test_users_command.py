"""`cb-verifier users`, and how `serve` opens what people need."""

import json
import os
import pty
from pathlib import Path

import pytest

from keys.gate.rate_limits import RateLimits
from keys.sign_in.passwords import PasswordParameters
from verifier.cli.main import main
from verifier.cli.serving_people import entrance_of_settings
from verifier.errors import OptionError, StoreUnusable
from verifier.people.service_key import KEY_FILE, open_service_key
from verifier.settings import Settings
from verifier.store.engine import STORE_FILE

PASSWORD = "seven blue kettles sing"
IDENTITY = ("--issuer", "https://login.example", "--subject", "s")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERIFIER_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("VERIFIER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr("keys.sign_in.passwords.Passwords.__init__.__kwdefaults__", _quick_defaults())
    (tmp_path / "password").write_text(f"{PASSWORD}\r\nsecond line\n")
    return tmp_path


def _quick_defaults() -> dict[str, object]:
    from keys.sign_in.passwords import Passwords

    return {**(Passwords.__init__.__kwdefaults__ or {}), "parameters": PasswordParameters(8, 1)}


def users(*arguments: str) -> int:
    return main(["users", *arguments])


def add(folders: Path, name: str = "haneul", *more: str) -> int:
    return users("add", name, "--role", "officer", "--password-file", str(folders / "password"), *more)


def listed(capsys: Captured) -> list[dict[str, object]]:
    capsys.readouterr()
    assert users("list", "--json") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["users"]
    return found


def test_people_are_added_listed_given_roles_and_removed(folders: Path, capsys: Captured) -> None:
    assert add(folders, "haneul", "--role", "administrator", "--shown-name", "김하늘") == 0
    assert users("add", "doyun", "--role", "reviewer", "--issuer", "https://login.example", "--subject", "s 1") == 0
    assert users("roles", "doyun", "officer", "reviewer") == 0
    assert users("link", "haneul", "--issuer", "https://login.example", "--subject", "s 2") == 0
    people = listed(capsys)
    assert [(each["name"], each["roles"], each["password"]) for each in people] == [
        ("doyun", ["officer", "reviewer"], False),
        ("haneul", ["administrator", "officer"], True),
    ]
    assert people[1]["identities"] == [{"issuer": "https://login.example", "subject": "s 2"}]
    assert users("remove", "doyun") == 0
    assert users("list") == 0
    line = capsys.readouterr().out
    assert line == "haneul  김하늘  [administrator, officer]  password, https://login.example s 2\n"
    assert users("list", "--lang", "ko") == 0
    assert capsys.readouterr().out == line.replace("password", "비밀번호")


def test_a_password_is_set_anew(folders: Path) -> None:
    assert add(folders) == 0
    (folders / "password").write_text("another twelve red apples")
    arguments = ("password", "haneul", "--password-file", str(folders / "password"))
    assert users(*arguments) == 0
    assert users(*arguments, "--remove-second-step") == 0


def test_every_change_is_written_down(folders: Path) -> None:
    from verifier.store.engine import open_store

    add(folders)
    users("roles", "haneul", "reviewer")
    users("remove", "haneul")
    store = open_store(folders / "state" / STORE_FILE)
    with store.read() as transaction:
        changes = [(change.action, change.subject, change.person_name) for _, change in transaction.changes.newest(9)]
    store.close()
    assert changes == [(f"people_{action}", "haneul", "-") for action in ("remove", "roles", "add")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("roles", "nobody", "officer"), "there is no such person"),
        (("remove", "nobody"), "there is no such person"),
        (("link", "nobody", *IDENTITY), "there is no such person"),
        (
            ("add", "Haneul", "--role", "officer", "--issuer", "https://x.example", "--subject", "s"),
            "lower-case letters",
        ),
        (("add", "../x", "--role", "officer", "--issuer", "https://x.example", "--subject", "s"), "lower-case letters"),
        (("add", "x" * 65, "--role", "officer", "--issuer", "https://x.example", "--subject", "s"), "lower-case"),
        (("add", "x", "--role", "officer", "--issuer", "https://x.example"), "--issuer and --subject together"),
        (("add", "x", "--role", "officer", "--password-file", "/nowhere/at/all"), "no password was given"),
        (("password", "x", "--password-file", "/nowhere/at/all"), "no password was given"),
    ],
)
def test_what_cannot_be_done_is_said_and_is_wrong_usage(
    capsys: Captured, arguments: tuple[str, ...], said: str
) -> None:
    assert users(*arguments, "--lang", "en") == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "password", ["brief words", "x" * 129, "tab\tin the middle of it", "passwordpassword", "haneul-verifier"]
)
def test_a_bad_password_is_refused_and_never_repeated(
    folders: Path, capsys: Captured, password: str, language: str
) -> None:
    (folders / "password").write_text(password)
    assert add(folders, "haneul", "--lang", language) == 2
    said = capsys.readouterr().err
    assert password not in said
    assert ("비밀번호" in said) == (language == "ko")


@pytest.mark.parametrize("content", [b"\xff\xfe bad utf-8 in a password"])
def test_a_file_that_is_no_text_is_no_password(folders: Path, content: bytes) -> None:
    (folders / "password").write_bytes(content)
    assert add(folders) == 2


def test_one_name_and_one_identity_are_one_persons(folders: Path, capsys: Captured) -> None:
    assert add(folders, "haneul", *IDENTITY) == 0
    assert add(folders) == 2
    assert add(folders, "minji", *IDENTITY) == 2
    assert add(folders, "minji") == 0
    assert users("link", "minji", *IDENTITY) == 2
    assert "already" in capsys.readouterr().err


def test_a_wrong_role_is_wrong_usage(folders: Path) -> None:
    assert users("add", "x", "--role", "king", "--password-file", str(folders / "password")) == 2


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    with Path(os.devnull).open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert users("add", "x", "--role", "officer") == 2
    assert "--password-file" in capsys.readouterr().err


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), ("something else altogether", 2)])
def test_at_a_terminal_the_password_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, second: str, code: int
) -> None:
    main_end, terminal = pty.openpty()
    typed = iter([PASSWORD, second])
    monkeypatch.setattr("getpass.getpass", lambda *_: next(typed))
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert users("add", "haneul", "--role", "officer") == code
    os.close(main_end)
    assert PASSWORD not in capsys.readouterr().err


def test_without_a_state_folder_there_is_no_place(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    for name in ("VERIFIER_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert users("list", "--lang", "en") == 5
    assert "VERIFIER_STATE" in capsys.readouterr().err


def test_the_files_are_their_owners_alone(folders: Path) -> None:
    add(folders)
    assert (folders / "state" / STORE_FILE).stat().st_mode & 0o777 == 0o600


# How `serve` opens it


def settings(folders: Path, **change: object) -> Settings:
    environment = {"VERIFIER_STATE": str(folders / "state"), "VERIFIER_CONFIG": str(folders / "config")}
    return Settings.from_environment({**environment, **{name: str(value) for name, value in change.items()}})


def test_who_is_added_while_the_service_runs_needs_no_restart(folders: Path) -> None:
    entrance = entrance_of_settings(settings(folders), limits=RateLimits(), host="127.0.0.1", port=80)
    assert entrance is not None
    assert not entrance.desk.is_set_up()
    add(folders)
    assert entrance.desk.is_set_up()
    entrance.desk.store.close()


def test_while_nobody_was_added_a_service_for_others_needs_no_address_of_its_own(folders: Path) -> None:
    assert entrance_of_settings(settings(folders), limits=RateLimits(), host="0.0.0.0", port=80) is None
    assert not (folders / "state").exists()
    assert entrance_of_settings(Settings(), limits=RateLimits(), host="0.0.0.0", port=80) is None


def test_while_nobody_was_added_a_service_without_a_place_for_a_database_serves_the_others(folders: Path) -> None:
    folders.mkdir(exist_ok=True)
    (folders / "state").write_text("no folder")
    assert entrance_of_settings(settings(folders), limits=RateLimits(), host="127.0.0.1", port=80) is None
    own = settings(folders, VERIFIER_URL="https://verify.example")
    with pytest.raises(StoreUnusable):
        entrance_of_settings(own, limits=RateLimits(), host="127.0.0.1", port=80)


def test_on_this_machine_the_own_address_is_known(folders: Path) -> None:
    add(folders)
    for host, port, first in (
        ("127.0.0.1", 81, "http://127.0.0.1:81"),
        ("::1", 81, "http://[::1]:81"),
        ("localhost", 80, "http://localhost"),  # as browsers write it
    ):
        entrance = entrance_of_settings(settings(folders), limits=RateLimits(), host=host, port=port)
        assert entrance is not None
        assert entrance.own_origins[0] == first
        assert not entrance.cookies.secure
        entrance.desk.store.close()


def test_for_others_the_own_address_is_asked_for(folders: Path) -> None:
    add(folders)
    with pytest.raises(OptionError, match="VERIFIER_URL") as refusal:
        entrance_of_settings(settings(folders), limits=RateLimits(), host="0.0.0.0", port=80)
    assert refusal.value.kind == "url"
    own = settings(folders, VERIFIER_URL="https://verify.example")
    entrance = entrance_of_settings(own, limits=RateLimits(), host="0.0.0.0", port=80)
    assert entrance is not None
    assert entrance.own_origins == ("https://verify.example",)
    assert entrance.cookies.secure
    entrance.desk.store.close()


@pytest.mark.parametrize("url", ["http://verify.example", "https://verify.example/path", "verify.example"])
def test_an_own_address_that_is_none_is_refused(folders: Path, url: str) -> None:
    add(folders)
    with pytest.raises(OptionError, match="expected VERIFIER_URL to be an origin"):
        entrance_of_settings(settings(folders, VERIFIER_URL=url), limits=RateLimits(), host="0.0.0.0", port=80)


def test_the_key_of_the_service_is_made_once_and_is_its_owners_alone(folders: Path) -> None:
    keys = {open_service_key(folders / "config", random_bytes=os.urandom) for _ in range(3)}
    assert len(keys) == 1
    assert (folders / "config" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (folders / "config").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize(("content", "mode"), [(b"short", 0o600), (b"x" * 33, 0o600), (b"x" * 32, 0o644)])
def test_a_key_that_others_may_read_or_that_is_none_is_refused(folders: Path, content: bytes, mode: int) -> None:
    path = folders / KEY_FILE
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(StoreUnusable, match="only its owner may read"):
        open_service_key(folders, random_bytes=os.urandom)


def test_of_two_programs_that_make_the_key_one_wins(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.exists", lambda _: False)
    first = open_service_key(folders / "config", random_bytes=lambda count: b"1" * count)
    assert open_service_key(folders / "config", random_bytes=lambda count: b"2" * count) == first


def test_a_place_that_cannot_be_written_is_named(folders: Path) -> None:
    (folders / "file").write_text("")
    with pytest.raises(StoreUnusable, match="configuration folder"):
        open_service_key(folders / "file" / "config", random_bytes=os.urandom)
