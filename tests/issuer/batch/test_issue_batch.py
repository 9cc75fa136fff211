"""Many certificates from one file: what is refused beforehand, one line a row, and a run that was cut goes on."""

import fcntl
import io
import json
import os
import re
import signal
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.batch import file as batch_file
from issuer.batch import issuing as batch_issuing
from issuer.batch.errors import BatchFileInvalid, RowInvalid
from issuer.batch.file import MAX_LINE_BYTES, BatchDefaults, BatchRow, look_through, read_rows
from issuer.batch.folder import _cut_to_whole_lines
from issuer.batch.issuing import BatchRun, run_batch
from issuer.cli.messages import error_sentence
from issuer.errors import FileUnreadable, StorageFull
from issuer.issuing.once import KEPT_FOR
from keys.errors import KeysError
from tests.issuer.conftest import Document, World

HEADER = "account,entries,language\n"
OK = "acc,vocational_training,en\n"
HANGUL = re.compile("[가-힣]")
TRAINING = "vocational_training"


def rows_of(tmp_path: Path, content: str | bytes, **options: int) -> list[BatchRow]:
    file = tmp_path / "rows.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_rows(look_through(file, **options), BatchDefaults("ko")))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_row_is_a_request_with_the_defaults_of_issue(tmp_path: Path, mark: str) -> None:
    content = (
        mark + "account,entries,hide,edition,recipient,valid_days\r\n\r\n"
        'acc, e1;vocational_training ;e2 ,e1.level,blind,"가, 나",30\r\nacc,all,,,,\r\n'
    )
    first, second = rows_of(tmp_path, content)
    assert not isinstance(first.request, RowInvalid)
    assert not isinstance(second.request, RowInvalid)
    chosen = first.request.choice
    assert (first.number, first.request.account_id, chosen.entries, chosen.types) == (
        1, "acc", ("e1", "e2"), ("vocational_training",),
    )  # fmt: skip
    assert (chosen.hide, chosen.edition, chosen.everything) == (("e1.level",), "blind", False)
    assert (first.request.recipient, first.request.valid_days) == ("가, 나", 30)
    assert (second.request.choice.everything, second.request.language, second.request.valid_days) == (True, "ko", 90)
    assert (second.request.purpose, second.request.choice.kind) == ("취업 제출", "competency")


@pytest.mark.parametrize(
    ("content", "line", "column", "problem"),
    [
        ("", 1, "account", "this column is missing"),
        ("account\na\n", 1, "entries", "this column is missing"),
        ("account,entries,code\n", 1, "3", "expected one of account, entries"),
        ("account,entries,900101-1234567\n", 1, "3", "expected one of account, entries"),
        ("account,account,entries\n", 1, "account", "two columns"),
        (HEADER, 2, "-", "no rows"),
        (HEADER + 'acc,"x"y,en\n', 2, "-", "quotation marks"),
        (HEADER + OK + 'acc,"x\n', 3, "-", "quotation marks"),
        ((HEADER + OK).encode() + b"b,\xff,en\n", 3, "-", "UTF-8"),
        (HEADER + OK * 3, 4, "-", "more than 2 rows"),
        (b"x" * (MAX_LINE_BYTES + 1), 1, "-", "bytes"),
    ],
)
def test_a_file_is_refused_with_line_and_column_in_both_languages(
    tmp_path: Path, content: str | bytes, line: int, column: str, problem: str
) -> None:
    with pytest.raises(BatchFileInvalid, match=problem) as caught:
        rows_of(tmp_path, content, max_rows=2)
    assert (caught.value.details["line"], caught.value.details["column"]) == (line, column)
    assert "900101" not in str(caught.value)
    assert problem not in error_sentence(caught.value, "ko").replace("UTF-8이어야", "")


@pytest.mark.parametrize(
    ("content", "column", "problem"),
    [
        (HEADER + ",x,en\n", "account", "expected a value"),
        (HEADER + "acc, ; ,en\n", "entries", "expected ids of entries"),
        (HEADER + "acc,x,fr\n", "language", "expected one of ko, en"),
        (HEADER + "acc,x\n", "-", "expected 3 cells, found 2"),
        (HEADER + f"acc,{'x' * 4097},en\n", "entries", "at most 4096"),
        (HEADER + "acc,x\0,en\n", "entries", "control character"),
        (HEADER + 'acc,"x\ny",en\n', "entries", "line break"),
        ("account,entries,edition\nacc,x,open\n", "edition", "expected one of standard, blind"),
        ("account,entries,kind\nacc,x,diploma\n", "kind", "expected one of competency, education"),
        ("account,entries,valid_days\nacc,x,-1\n", "valid_days", "number of days"),
        ("account,entries,purpose\nacc,x,\u202ex\n", "purpose", "can be printed"),
        ("account,entries,applicant_no\nacc,x,no 900101-1234567\n", "-", "no resident registration number"),
    ],
)
def test_a_row_that_cannot_be_used_says_why_in_both_languages_and_repeats_no_value(
    tmp_path: Path, content: str, column: str, problem: str
) -> None:
    *_, row, last = rows_of(tmp_path, content + "acc,x" + "," * (content.partition("\n")[0].count(",") - 1) + "\n")
    assert isinstance(row.request, RowInvalid)
    assert problem in str(row.request)
    assert (row.request.details["line"], row.request.details["column"]) == (2, column)
    assert "900101" not in str(row.request)
    assert problem not in error_sentence(row.request, "ko")
    assert not isinstance(last.request, RowInvalid)


def test_a_file_that_fails_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def readline(self, _size: int) -> bytes:
            raise OSError(5, "Input/output error")

    file = tmp_path / "rows.csv"
    file.write_text(HEADER)
    monkeypatch.setattr(batch_file, "_opened", lambda _path: _Closing(Failing()))
    with pytest.raises(FileUnreadable, match="Input/output"):
        look_through(file)


class _Closing:
    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __enter__(self) -> object:
        return self._inner

    def __exit__(self, *_: object) -> None:
        return None


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 70_000, b"{}\n", b"{}\n" + b"x" * 70_000, b"{}\n{}\nhalf"])
def test_a_line_that_was_cut_is_taken_away_however_long_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(content)
    _cut_to_whole_lines(path)
    assert path.read_bytes() == content[: content.rfind(b"\n") + 1]


@pytest.fixture
def file(world: World, account: str) -> Path:
    path = world.files / "rows.csv"
    path.write_text(f"account,entries\n{account},{TRAINING}\nnobody,all\n{account},{TRAINING}\n")
    return path


def lines_of(out: Path) -> list[Document]:
    return [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]


def count(world: World) -> int:
    bank = world.open()
    with bank.store.read() as transaction:
        found = transaction.certificates.count()
    bank.close()
    return found


def test_a_run_that_was_cut_goes_on_and_gives_the_same_certificates(world: World, file: Path) -> None:
    out = world.files / "out"
    ran = world.run("issue-batch", file, "--out", out, "--jobs", "2", "--json")
    printed = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, printed) == (5, lines_of(out)), ran.err
    assert [(line["row"], line["error"]) for line in printed] == [(1, None), (2, "account_not_found"), (3, None)]
    assert "2 issued, 1 failed" in ran.err
    pdfs = {name: (out / name).read_bytes() for name in ("row-000001.pdf", "row-000003.pdf")}
    assert printed[2]["files"] == {"pdf": "row-000003.pdf", "reveal": None}
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    written = (out / "results.jsonl").read_bytes()
    (out / "results.jsonl").write_bytes(written[: len(written.splitlines()[0]) + 30])  # cut in the second line
    (out / "row-000003.pdf").unlink()
    (out / ".row-000003.pdf.0123").write_bytes(b"%PDF half")
    again = world.run("issue-batch", file, "--out", out)
    assert again.code == 5
    assert (out / "results.jsonl").read_bytes() == written
    assert {name: (out / name).read_bytes() for name in pdfs} == pdfs
    assert not [*out.glob(".*")]
    assert count(world) == 2
    for line in (printed[0], printed[2]):
        assert line["confirmation_code"] not in again.out + again.err
        assert line["number"] in again.out


def test_rows_that_cannot_be_used_are_lines_and_the_others_are_issued(world: World, account: str) -> None:
    file, out = world.files / "rows.csv", world.files / "out"
    file.write_text(
        f"account,entries,edition,applicant_no\n{account},{TRAINING},blind,A-1\n{account},{TRAINING},,900101-1234567\n"
        f"{account},{TRAINING},,\U0001f600\n"
    )
    ran = world.run("issue-batch", file, "--out", out)
    lines = lines_of(out)
    assert (ran.code, [line["error"] for line in lines]) == (5, [None, "row_invalid", "glyph_missing"]), ran.err
    assert "resident registration number" in ran.out
    assert HANGUL.search(lines[1]["message"]["ko"])
    reveal = json.loads((out / "row-000001.reveal.json").read_bytes())
    assert (reveal["number"], len(reveal["disclosures"])) == (lines[0]["number"], 3)
    assert all(b"1234567" not in path.read_bytes() for path in out.iterdir())
    file.write_text(f"account,entries,applicant_no\n{account},{TRAINING},900101-1234567\n")
    assert world.run("issue-batch", file, "--out", world.files / "second").code == 4


def test_a_consent_for_every_row_is_taken_from_a_file(world: World) -> None:
    account = world.open_account("SYN-P-001", "--consent", "hrdnet_training")
    file, consent = world.files / "rows.csv", world.files / "consent.json"
    file.write_text(f"account,entries\n{account},{TRAINING}\n")
    consent.write_text('{"consent": 1, "recipient": "another", "purpose": null, "entries": "all"}')
    ran = world.run("issue-batch", file, "--out", world.files / "out", "--consent", consent)
    assert (ran.code, lines_of(world.files / "out")[0]["error"]) == (5, "consent_missing")
    consent.write_text('{"consent": 1, "recipient": null, "purpose": null, "entries": "all"}')
    assert (
        "began with another file"
        in world.run("issue-batch", file, "--out", world.files / "out", "--consent", consent).err
    )
    assert world.run("issue-batch", file, "--out", world.files / "new", "--consent", consent).code == 0
    assert world.run("issue-batch", file, "--out", world.files / "new", "--consent", "none.json").code == 4


def run_of(file: Path, out: Path) -> BatchRun:
    return BatchRun(look_through(file), BatchDefaults("ko"), out, 1, lambda error: {"en": str(error)})


def test_a_run_cut_after_the_commit_and_continued_after_a_day_issues_nothing_twice(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, bank = world.files / "out", world.open()
    file.write_text("\n".join(file.read_text().splitlines()[:2]))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch_issuing, "PendingFiles", killed)
        with pytest.raises(KeyboardInterrupt):
            list(run_batch(bank, run_of(file, out), clock=lambda: world.now))
    assert (count(world), lines_of(out), [*out.glob("*.pdf")]) == (1, [], [])
    world.now += KEPT_FOR + timedelta(seconds=1)
    (line,) = run_batch(bank, run_of(file, out), clock=lambda: world.now)
    bank.close()
    assert line["error"] == "outcome_unknown"
    assert count(world) == 1


@pytest.mark.parametrize("error", [KeysError("no key"), StorageFull(what="x")])
def test_what_concerns_the_bank_stops_the_run_and_no_row_is_spent(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    out, bank = world.files / "out", world.open()

    def refuse(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(batch_issuing, "issue_once", refuse)
        with pytest.raises(type(error)):
            list(run_batch(bank, run_of(file, out), clock=lambda: world.now))
    assert lines_of(out) == []
    assert [line["error"] for line in run_batch(bank, run_of(file, out), clock=lambda: world.now)][1:] == [
        "account_not_found",
        None,
    ]
    bank.close()


def damage(name: str, content: str) -> Callable[[Path], object]:
    return lambda out: (out / name).write_text(content)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda out: (out.parent / "rows.csv").write_text("account,entries\nnobody,other\n"), "another file"),
        (damage("run.json", "{"), "run.json is damaged"),
        (damage("results.jsonl", "{\n"), "results.jsonl is damaged"),
        (damage("results.jsonl", '{"row": 7}\n'), "results.jsonl is damaged"),
        (damage("begun.jsonl", '{"row": 7}\n'), "begun.jsonl is damaged"),
        (lambda out: (out / "run.json").unlink(), "it is not empty"),
    ],
)
def test_a_folder_that_is_not_of_this_run_is_refused(
    world: World, change: Callable[[Path], object], problem: str
) -> None:
    file, out = world.files / "rows.csv", world.files / "out"
    file.write_text("account,entries\nnobody,all\n")
    assert world.run("issue-batch", file, "--out", out).code == 5
    change(out)
    ran = world.run("issue-batch", file, "--out", out)
    assert (ran.code, "does not hold a run of this file" in ran.err, problem in ran.err) == (5, True, True)
    korean = world.run("issue-batch", file, "--out", out, "--lang", "ko")
    assert problem not in korean.err
    assert "새 폴더를 쓰십시오" in korean.err


def test_a_second_program_in_the_same_folder_is_refused(world: World) -> None:
    file, out = world.files / "rows.csv", world.files / "out"
    file.write_text("account,entries\nnobody,all\n")
    out.mkdir()
    held = os.open(out, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    ran = world.run("issue-batch", file, "--out", out)
    os.close(held)
    assert (ran.code, "Another program is working" in ran.err) == (5, True)


def test_bad_options_are_refused_before_anything_is_made(world: World) -> None:
    file, out = world.files / "rows.csv", world.files / "out"
    file.write_text("account,entries\nnobody,all\n")
    for jobs in (0, 17):
        assert world.run("issue-batch", file, "--out", out, "--jobs", jobs).code == 2
    assert world.run("issue-batch", "none.csv", "--out", out).code == 4
    assert not out.exists()
    assert world.run("issue-batch", file, "--out", world.files / "no" / "folder").code == 5


def die_in(patch: pytest.MonkeyPatch, moment: str, *, after: int) -> None:
    """Let this process be killed when it calls something for the nth time; a line that is appended is half written."""
    place, left = getattr(batch_issuing, moment), [after]

    def dying(*given: object, **named: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            file = given[0] if given else None
            if isinstance(file, io.BufferedWriter):
                file.write(b'{"row": ')
                file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return place(*given, **named)

    patch.setattr(batch_issuing, moment, dying)


def end_of_a_process(work: Callable[[], int]) -> int:
    """Do a work in a process of its own that may die; answer how it ended, a signal as its negative number."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.slow
def test_a_run_killed_again_and_again_issues_each_row_once_in_order(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = world.files / "rows.csv", world.files / "out"
    file.write_text("account,entries,applicant_no\n" + "".join(f"{account},{TRAINING},A-{n}\n" for n in range(6)))
    ends = []
    for moment, after in (("issue_once", 2), ("PendingFiles", 1), ("append", 2), ("PendingFiles", 99)):
        with monkeypatch.context() as patch:
            die_in(patch, moment, after=after)
            ends.append(end_of_a_process(lambda: world.run("issue-batch", file, "--out", out, "--jobs", "2").code))
    assert ends == [-signal.SIGKILL] * 3 + [0]
    lines = lines_of(out)
    assert [(line["row"], line["applicant_no"], line["error"]) for line in lines] == [
        (n + 1, f"A-{n}", None) for n in range(6)
    ]
    assert len({line["number"] for line in lines}) == 6
    assert count(world) == 6
    assert all((out / line["files"]["pdf"]).read_bytes().startswith(b"%PDF") for line in lines)
