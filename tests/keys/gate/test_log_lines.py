"""What a service writes down: one short line, and nothing that came with a request (S20)."""

import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

import pytest

from keys.errors import GateError
from keys.faults import log_event
from keys.gate.log_lines import JSON, JsonLine, OneLine, logging_to
from keys.limits import MAX_LOG_LINE_BYTES

MARKER = "7K3MQ-X9D2V-PA84T-6HNE0"


def line_of(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return OneLine().format(logging.LogRecord("bank", logging.ERROR, "", 1, message, arguments, info))


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - any of them gets its trace here
        return caught


def test_a_line_has_time_level_and_text() -> None:
    assert line_of("request %s: refused", "ab12").endswith(" ERROR request ab12: refused")


def test_an_exception_is_its_kind_and_place_and_never_its_message() -> None:
    line = line_of("a fault", error=raised(ValueError(MARKER)))
    assert "a fault: ValueError in " in line
    assert "test_log_lines:" in line
    assert MARKER not in line


def test_a_text_cannot_begin_another_line_or_move_the_cursor() -> None:
    line = line_of("first\r\n2026 ERROR second\x1b[2J\u202e")
    assert line.endswith("ERROR first??2026 ERROR second?[2J?")


@pytest.mark.parametrize("letter", ["a", "가"])
def test_a_line_is_never_longer_than_2_kib(letter: str) -> None:
    line = line_of(letter * 10_000)
    assert len(line.encode()) <= MAX_LOG_LINE_BYTES
    assert line.endswith("...")


def test_a_line_of_exactly_2_kib_is_written_whole() -> None:
    before = len(line_of("a").encode()) - 1
    assert line_of("a" * (MAX_LOG_LINE_BYTES - before)).endswith("aaa")
    assert line_of("a" * (MAX_LOG_LINE_BYTES - before + 1)).endswith("...")


def test_half_a_character_becomes_a_question_mark() -> None:
    assert line_of("said \ud800").endswith("ERROR said ?")


def json_line_of(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return JsonLine().format(logging.LogRecord("bank.pages", logging.WARNING, "", 1, message, arguments, info))


def test_a_json_line_says_when_how_bad_who_and_what() -> None:
    record = logging.LogRecord("bank.pages", logging.WARNING, "", 1, "request %s: refused", ("ab12",), None)
    record.created = 1_795_000_000.25
    assert json.loads(JsonLine().format(record)) == {
        "time": "2026-11-18T11:06:40.250Z",
        "level": "warning",
        "event": "message",
        "logger": "bank.pages",
        "message": "request ab12: refused",
    }


def test_an_exception_in_json_is_its_kind_and_place_and_never_its_message() -> None:
    line = json_line_of("a fault", error=raised(ValueError(MARKER)))
    assert "a fault: ValueError in " in json.loads(line)["message"]
    assert MARKER not in line


def test_a_text_cannot_leave_its_place_in_json_or_begin_another_line() -> None:
    line = json_line_of('first", "level": "debug\r\n{}\x1b[2J')
    assert line.count("\n") == 0
    assert json.loads(line)["message"] == 'first", "level": "debug??{}?[2J'
    assert json.loads(line)["level"] == "warning"


@pytest.mark.parametrize("letter", ["a", "가", '"', "\\"])
def test_a_json_line_is_never_longer_than_2_kib(letter: str) -> None:
    line = json_line_of(letter * 10_000)
    assert len(line.encode()) <= MAX_LOG_LINE_BYTES
    assert json.loads(line)["message"].endswith("...")


def test_half_a_character_is_a_question_mark_in_json() -> None:
    assert json.loads(json_line_of("said \ud800"))["message"] == "said ?"


@pytest.mark.parametrize("form", ["", "JSON", "text", "lines "])
def test_another_form_of_the_log_is_refused(form: str) -> None:
    with pytest.raises(GateError, match="expected the form lines or json"):
        logging_to("ext://sys.stderr", form)


@contextmanager
def configured(form: str = "lines") -> Iterator[None]:
    """The loggers as they are in a service; afterwards as they were."""
    level = logging.root.level
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_handlers", WeakValueDictionary()), ("_handlerList", [])):
            patch.setattr(logging, name, value)  # dictConfig ends every handler that it finds here
        patch.setattr(logging.root, "handlers", [])
        logging.root.setLevel(logging.DEBUG)
        logging.config.dictConfig(logging_to("ext://sys.stderr", form))
        yield
    logging.root.setLevel(level)


def test_a_service_writes_warnings_of_every_part_as_such_lines(capsys: pytest.CaptureFixture[str]) -> None:
    early = logging.getLogger("bank.early")
    with configured():
        early.warning("said\n")
        logging.getLogger("bank.late").error("failed\r\ntwice")
        early.info("nobody asked")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" WARNING said")
    assert second.endswith(" ERROR failed??twice")


def test_requests_are_told_in_json_only(capsys: pytest.CaptureFixture[str]) -> None:
    requests = logging.getLogger("keys.gate.request_log")
    for form in ("lines", JSON):
        with configured(form):
            requests.info("request", extra=log_event("request", route="/v", status=200))
            logging.getLogger("bank.other").info("nobody asked")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["route"], told["status"]) == ("request", "info", "/v", 200)
