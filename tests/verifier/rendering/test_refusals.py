"""The sentence of a command that cannot be carried out, in both languages, for every code and every kind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import verifier
from credential_schemas.report.messages import Language
from keys.errors import FetchError, GateError
from verifier import errors
from verifier.cli.main import main
from verifier.errors import BatchRefused, LookupFailed, OptionError, UnreadableEvidence, VerifierError
from verifier.exit_codes import OF_ERROR
from verifier.rendering.refusals import refusal_sentences, sentence_of

ROOT = Path(verifier.__file__).parent
HANGUL = re.compile("[가-힣]")
HAVE_SENTENCES_OF_THEIR_OWN = (UnreadableEvidence, LookupFailed)
CODES = sorted({error.code for error in OF_ERROR if not issubclass(error, HAVE_SENTENCES_OF_THEIR_OWN)})
CODES_OF_FLOOR_1 = [FetchError.code, GateError.code]


def raised_kinds() -> Iterator[str]:
    """Every `code.kind` that our modules raise with a kind written out."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            kind = getattr(errors, node.func.id, None)
            if not isinstance(kind, type) or not issubclass(kind, VerifierError):
                continue
            values = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            values += node.args[:1] if issubclass(kind, BatchRefused | errors.BundleRefused) else []
            yield from (
                f"{kind.code}.{value.value}"
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            )


KINDS = sorted(set(raised_kinds()))


def test_kinds_are_found() -> None:
    assert {"option.nothing", "option.proxies", "trust_file.unreadable", "batch.manifest"} <= set(KINDS)


@pytest.mark.parametrize("name", [*CODES, *CODES_OF_FLOOR_1, *KINDS])
def test_every_code_and_kind_has_a_sentence_in_both_languages(name: str) -> None:
    sentence = refusal_sentences()[name]
    assert HANGUL.search(sentence.ko)
    assert not HANGUL.search(sentence.en)
    assert ("{detail}" in sentence.ko) is ("{detail}" in sentence.en)


def test_no_sentence_is_for_nothing() -> None:
    codes = {*CODES, *CODES_OF_FLOOR_1, VerifierError.code}
    assert {name.partition(".")[0] for name in refusal_sentences()} - codes == set()


def test_detail_stands_behind_the_sentence_and_cannot_act() -> None:
    found = sentence_of(OptionError("expected \x1b[2J a number"), "ko")
    assert HANGUL.match(found)
    assert found.endswith("(expected <U+001B>[2J a number)")


def test_braces_in_a_detail_stay_literal() -> None:
    assert sentence_of(OptionError("found {detail} {0}"), "en").endswith("(found {detail} {0})")


def test_error_without_a_sentence_of_its_own_has_the_one_for_all() -> None:
    class New(VerifierError):
        code = "new"

    assert sentence_of(New("why"), "en") == "the command cannot be carried out (why)"


def test_evidence_that_cannot_be_read_keeps_its_sentence() -> None:
    assert HANGUL.search(sentence_of(UnreadableEvidence("empty"), "ko"))


@pytest.mark.parametrize(
    "command",
    [
        ["trust", "list", "--trust", "none.json"],
        ["trust", "remove", "https://bank.example", "--trust", "none.json"],
        ["trust", "add", "none.json"],
        ["trust", "add", "http://bank.example/trust.json"],
        ["check", "x", "--trust", "none.json"],
        ["check", "x", "--profile", "none.json"],
        ["check", "x", "--status-map", "none.json"],
        ["check"],
        ["check", "--no-such-option"],
        ["check", "x", "--max-status-age", "much"],
        ["serve", "--trust", "none.json"],
        ["receipt", "verify", "none.jws", "--key", "none.json"],
        ["batch", "none", "--out", "results.txt"],
        ["policy", "check", "none.yaml"],
        ["no-such-command"],
        [],
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_mistakes_at_the_keyboard_are_told_in_the_language_of_the_locale(
    command: list[str],
    language: Language,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8" if language == "ko" else "C.UTF-8")
    assert main(command) == 2
    said = capsys.readouterr().err
    assert bool(HANGUL.search(said)) is (language == "ko")
    assert "Traceback" not in said
