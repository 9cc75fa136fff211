"""What the environment says to the bank: types, bounds, absence, and how a wrong value is told."""

from pathlib import Path

import pytest

from issuer.cli.main import main
from issuer.errors import InvalidOption
from issuer.settings import IssuerSettings


def test_without_variables_every_setting_has_its_default() -> None:
    settings = IssuerSettings.from_environment({})
    assert settings == IssuerSettings()
    assert (settings.data, settings.port, settings.passphrase, settings.database) == (
        Path("bank"),
        8000,
        None,
        None,
    )


def test_variables_are_read_by_type() -> None:
    found = IssuerSettings.from_environment(
        {"ISSUER_DATA": "elsewhere", "ISSUER_PORT": "8443", "ISSUER_TOKENS": "/t", "ISSUER_HOST": "::1", "OTHER": "x"}
    )
    assert (found.data, found.port, found.tokens, found.host) == (Path("elsewhere"), 8443, Path("/t"), "::1")


def test_empty_variable_counts_as_absent_but_an_empty_secret_stays() -> None:
    found = IssuerSettings.from_environment({"ISSUER_PORT": "", "ISSUER_TOKENS": "", "ISSUER_PASSPHRASE": ""})
    assert (found.port, found.tokens, found.passphrase) == (8000, None, "")


def test_no_representation_shows_a_secret() -> None:
    secrets = {f"ISSUER_{name}": "hidden" for name in ("PASSPHRASE", "DATABASE", "SECRET_SEAL", "SECRET_LOG")}
    settings = IssuerSettings.from_environment(secrets)
    assert settings.key_secrets() == {"seal": "hidden", "log": "hidden"}
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ISSUER_PORT", "many"),
        ("ISSUER_PORT", "65536"),
        ("ISSUER_PORT", "-1"),
        ("ISSUER_PORT", "9" * 5000),
        ("ISSUER_TRUSTED_PROXIES", "1.5"),
        ("ISSUER_ISSUES_PER_HOUR", "0"),
    ],
)
def test_number_that_is_none_or_out_of_bounds_is_refused(variable: str, value: str) -> None:
    with pytest.raises(InvalidOption, match=r"expected a whole number from [01] to ") as refused:
        IssuerSettings.from_environment({variable: value})
    assert refused.value.details["option"] == variable


@pytest.mark.parametrize("language", ["ko", "en"])
def test_wrong_setting_is_a_usage_error_told_in_the_language(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISSUER_PORT", "many")
    assert main(["sources", "--lang", language]) == 2
    said = capsys.readouterr().err
    assert "ISSUER_PORT" in said
    assert ("65535까지의 정수" in said) is (language == "ko")
