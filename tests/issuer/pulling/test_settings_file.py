"""The file of sources that are asked: defaults, limits, and tokens that are never repeated."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from issuer.deliveries.errors import SourcesUnreadable
from issuer.deliveries.reconciling import Allowance
from issuer.pulling.settings_file import AskedSource, SourceSettings, read_source_settings

LINE = {"url": "https://source.example/deliveries/note.json"}
Read = Callable[..., dict[str, AskedSource]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_line(line: object, *, environment: Mapping[str, str] | None = None) -> dict[str, AskedSource]:
        file = tmp_path / "sources.json"
        file.write_text(json.dumps({"sources": 1, "asked": {"military": line}}))
        return dict(read_source_settings(file, environment=environment or {}, development=False).asked)

    return read_line


def test_a_source_has_defaults_for_everything_but_its_address(read: Read) -> None:
    assert read(LINE) == {
        "military": AskedSource(
            id="military",
            url=LINE["url"],
            every_minutes=1440,
            max_age_hours=48,
            seconds=30,
            tries=4,
            largest_page_bytes=16 * 1024 * 1024,
            allowance=Allowance(20, 2),
        )
    }


def test_everything_can_be_said(read: Read) -> None:
    said = {"every_minutes": 5, "max_age_hours": 1, "seconds": 2, "tries": 1, "largest_page_bytes": 9}
    (asked,) = read({**LINE, **said, "withdraw_entries": 0, "withdraw_percent": 100}).values()
    assert (asked.every_minutes, asked.max_age_hours, asked.seconds, asked.tries) == (5, 1, 2, 1)
    assert (asked.largest_page_bytes, asked.allowance) == (9, Allowance(0, 100))


def test_a_token_stands_in_a_private_file_beside(read: Read, tmp_path: Path) -> None:
    (tmp_path / "military.token").write_text("abc.def\n")
    (tmp_path / "military.token").chmod(0o600)
    (asked,) = read({**LINE, "token_file": "military.token"}).values()
    assert asked.token == "abc.def"
    assert "abc.def" not in repr(asked)


def test_a_token_stands_in_a_variable(read: Read) -> None:
    (asked,) = read({**LINE, "token_env": "MILITARY_TOKEN"}, environment={"MILITARY_TOKEN": "abc"}).values()
    assert asked.token == "abc"


def test_a_token_file_that_others_may_read_is_refused(read: Read, tmp_path: Path) -> None:
    (tmp_path / "military.token").write_text("abc")
    (tmp_path / "military.token").chmod(0o644)
    with pytest.raises(SourcesUnreadable, match=r"expected military.token to be for its owner alone .* found 0644"):
        read({**LINE, "token_file": "military.token"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ([], "military: expected an object with only"),
        ({**LINE, "token": "abc"}, "expected an object with only"),
        ({}, r"military\.url: expected"),
        ({"url": "https://source.example/"}, r"military\.url: expected the address of a delivery note"),
        ({"url": "http://source.example/note.json"}, r"military\.url: expected https"),
        ({"url": "https://127.0.0.1/note.json"}, r"military\.url: expected a host on the network"),
        ({**LINE, "every_minutes": 0}, "every_minutes: expected a whole number from 1"),
        ({**LINE, "tries": 11}, "tries: expected a whole number from 1 to 10"),
        ({**LINE, "seconds": True}, "seconds: expected a whole number"),
        ({**LINE, "withdraw_percent": 2.5}, "withdraw_percent: expected a whole number"),
        ({**LINE, "token_env": "A", "token_file": "b"}, "expected token_file or token_env, found both"),
        ({**LINE, "token_env": "lower"}, "expected a token of visible ASCII characters"),
        ({**LINE, "token_env": "NOT_SET"}, "visible ASCII characters in the variable NOT_SET"),
        ({**LINE, "token_env": 7}, "expected a token of visible ASCII"),
        ({**LINE, "token_file": "nowhere"}, "nowhere: No such file"),
        ({**LINE, "token_file": 7}, "directory"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused(read: Read, line: object, problem: str) -> None:
    with pytest.raises(SourcesUnreadable, match=problem):
        read(line)


def test_a_token_with_other_characters_is_refused_without_being_repeated(read: Read) -> None:
    with pytest.raises(SourcesUnreadable) as refused:
        read({**LINE, "token_env": "TOKEN"}, environment={"TOKEN": "se cret"})
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "expected a JSON object"),
        ('{"sources": 2, "asked": {}}', 'expected "sources": 1'),
        ('{"sources": 1, "asked": []}', 'expected "sources": 1'),
        ('{"sources": 1, "asked": {}, "more": 1}', 'expected "sources": 1'),
        ('{"sources": 1, "asked": {"nowhere": {}}}', "expected sources of this bank, found 'nowhere'"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "sources.json").write_text(text)
    with pytest.raises(SourcesUnreadable, match=problem):
        read_source_settings(tmp_path / "sources.json", environment={}, development=False)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourcesUnreadable, match=r"sources.json: No such file"):
        read_source_settings(tmp_path / "sources.json", environment={}, development=False)


def test_an_address_of_this_machine_is_for_development(tmp_path: Path) -> None:
    line = {"url": "http://127.0.0.1:8090/persons/note.json"}
    (tmp_path / "sources.json").write_text(json.dumps({"sources": 1, "asked": {"persons": line}}))
    asked = read_source_settings(tmp_path / "sources.json", environment={}, development=True).asked
    assert list(asked) == ["persons"]


def read_files(tmp_path: Path, files: object, asked: object | None = None) -> SourceSettings:
    file = tmp_path / "sources.json"
    file.write_text(json.dumps({"sources": 1, "asked": asked or {}, "files": files}))
    return read_source_settings(file, environment={}, development=False)


def test_what_is_promised_for_files_stands_beside_what_is_asked(tmp_path: Path) -> None:
    files = {"persons": {"max_age_hours": 24}, "ncs_units": {"max_age_hours": 8784}}
    found = read_files(tmp_path, files, {"military": LINE})
    assert found.files == {"persons": 24, "ncs_units": 8784}
    sources = ("military", "persons", "ncs_units", "qnet_qualifications")
    assert [found.promises.hours(source) for source in sources] == [48, 24, 8784, None]


def test_contacts_of_sources_are_said_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    said = {"military": {"ko": "전화 02-0000-0000", "en": "x" * 200}}
    file.write_text(json.dumps({"sources": 1, "asked": {"military": LINE}, "contacts": said}))
    found = read_source_settings(file, environment={}, development=False)
    assert (found.contact("military", "ko"), found.contact("military", "en")) == ("전화 02-0000-0000", "x" * 200)
    assert found.contact("lifelong_learning", "ko") == ""


@pytest.mark.parametrize(
    ("contacts", "sentence"),
    [
        ([], '"contacts"'),
        ({"nobody": {"ko": "a", "en": "b"}}, "sources of this bank"),
        ({"military": "02-0000-0000"}, "as ko and en"),
        ({"military": {"ko": "a"}}, "as ko and en"),
        ({"military": {"ko": "a", "en": "b", "ja": "c"}}, "as ko and en"),
        ({"military": {"ko": "a", "en": 1}}, "as ko and en"),
        ({"military": {"ko": "a", "en": ""}}, "as ko and en"),
        ({"military": {"ko": "a", "en": " b"}}, "as ko and en"),
        ({"military": {"ko": "a\nb", "en": "b"}}, "as ko and en"),
        ({"military": {"ko": "a", "en": "x" * 201}}, "as ko and en"),
    ],
)
def test_a_contact_that_is_none_is_refused(tmp_path: Path, contacts: object, sentence: str) -> None:
    file = tmp_path / "sources.json"
    file.write_text(json.dumps({"sources": 1, "asked": {}, "contacts": contacts}))
    with pytest.raises(SourcesUnreadable, match=sentence):
        read_source_settings(file, environment={}, development=False)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "none or one"),
        ({"nobody": {"max_age_hours": 1}}, "sources of this bank"),
        ({"military": {"max_age_hours": 1}}, "asked or files, found both"),
        ({"persons": 24}, "max_age_hours alone"),
        ({"persons": {}}, "max_age_hours alone"),
        ({"persons": {"max_age_hours": 1, "url": "https://x.example/a"}}, "max_age_hours alone"),
        ({"persons": {"max_age_hours": 0}}, "whole number from 1 to 8784"),
        ({"persons": {"max_age_hours": True}}, "whole number from 1 to 8784"),
    ],
)
def test_a_promise_for_files_that_is_none_is_refused(tmp_path: Path, files: object, sentence: str) -> None:
    with pytest.raises(SourcesUnreadable, match=sentence):
        read_files(tmp_path, files, {"military": LINE})
