"""Korean sentences of the bank's errors: problems of options and files, and errors of the lower floors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import issuer
import keys.errors
from credential_schemas.errors import CredentialError
from issuer.cli.main import main
from issuer.cli.messages import error_sentence
from issuer.errors import ConsentUnreadable, DeliveryUnreadable, FileUnreadable, InvalidOption
from keys.errors import FetchError, KeyFileError, KeysError, UrlError, WrongPassphrase

ROOT = Path(issuer.__file__).parent
HANGUL = re.compile("[가-힣]")
BY_A_PERSON = {kind.__name__: kind for kind in (InvalidOption, FileUnreadable, DeliveryUnreadable, ConsentUnreadable)}


def problems() -> Iterator[str]:
    """Every problem written out where an error of an option or file is raised."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BY_A_PERSON:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


PROBLEMS = sorted(set(problems()))


def test_problems_are_found() -> None:
    assert len(PROBLEMS) > 12


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_of_an_option_or_file_is_said_in_korean(problem: str) -> None:
    said = error_sentence(InvalidOption(problem, option="--option"), "ko")
    assert said.startswith("--option의 값을 쓸 수 없습니다: ")
    assert problem not in said
    assert problem in error_sentence(InvalidOption(problem, option="--option"), "en")


@pytest.mark.parametrize(
    ("problem", "korean"),
    [
        ("expected 1 to 366 days", "1일에서 366일 사이여야 합니다"),
        ("expected one of competency, education", "다음 중 하나여야 합니다: competency, education"),
        ("No such file or directory", "그런 파일이나 폴더가 없습니다"),
        ("something nobody has thought of", "something nobody has thought of"),
    ],
)
def test_values_of_a_problem_stay(problem: str, korean: str) -> None:
    assert korean in error_sentence(FileUnreadable(problem, file="x"), "ko")


@pytest.mark.parametrize(
    "error",
    [
        KeyFileError("cannot read the key file seal.pem"),
        WrongPassphrase("the passphrase does not open the key file seal.pem"),
        FetchError("https://tsa.example did not answer in time", kind="timeout"),
        UrlError("expected https"),
        KeysError("anything else"),
        CredentialError("too {large}"),
    ],
)
def test_errors_of_the_lower_floors_have_a_korean_sentence_with_their_detail(error: Exception) -> None:
    said = error_sentence(error, "ko")
    assert HANGUL.match(said)
    assert str(error) in said
    assert error_sentence(error, "en") == str(error)


def test_every_code_of_floor_1_has_a_sentence() -> None:
    kinds = [kind for kind in vars(keys.errors).values() if isinstance(kind, type) and issubclass(kind, KeysError)]
    assert len(kinds) > 20
    for kind in kinds:
        error = kind.__new__(kind)
        assert HANGUL.search(error_sentence(error, "ko"))


@pytest.mark.parametrize("command", [[], ["no-such-command"], ["issue"], ["serve", "--port", "many"]])
@pytest.mark.parametrize("locale", ["ko_KR.UTF-8", "C.UTF-8"])
def test_mistake_at_the_keyboard_is_told_in_the_language_of_the_locale(
    command: list[str], locale: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert main(command) == 2
    assert ("쓰는 법" in capsys.readouterr().err) is locale.startswith("ko")
