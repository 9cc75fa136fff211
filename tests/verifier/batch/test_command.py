"""`cb-verifier batch` as a person or script uses it: exact verdicts, exit codes, refusals, resuming."""

import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import ANY

import pytest

from keys.errors import FetchError
from tests.verifier.batch.conftest import CommandDesk
from tests.verifier.batch.corpus import FORGERY, application, command, write_corpus, write_lists
from tests.verifier.batch.test_archives import packed
from tests.verifier.report_schema import REPORT_SCHEMA
from tests.verifier.world import NOW, STATUS_URI
from verifier.cli import batching
from verifier.cli.main import main

EXPECTED = {
    "good": ("valid", None),
    "copy": ("valid", None),
    "revoked": ("invalid", "revoked"),
    "forged": ("invalid", "disclosure_foreign"),
    "corrupt": (None, "not_a_certificate"),
}


def told(result: dict[str, dict[str, object]]) -> tuple[object, object]:
    """Verdict and first reason, or no verdict and why."""
    if "error" in result:
        return None, result["error"]["kind"]
    failed = [check["reason"] for check in result["checks"] if check["outcome"] == "failed"]  # type: ignore[index]  # JSON
    return result["verdict"], failed[0] if failed else None


def test_two_hundred_files_are_classified_exactly(desk: CommandDesk) -> None:
    kinds = write_corpus(desk.world, 200)
    code = desk.run(str(desk.folder / "apps"), "--manifest", str(desk.folder / "manifest.csv"))
    results = desk.results()
    assert code == 1
    assert [told(result) for result in results] == [EXPECTED[kind] for kind in kinds.values()]
    assert desk.summary() == {
        "batch": 1,
        "files": 200,
        "verdicts": {"valid": 140, "invalid": 40, "indeterminate": 0, "error": 20},
        "reasons": {"disclosure_foreign": 20, "revoked": 20},
        "errors": {"not_a_certificate": 20},
        "matches": {"yes": 140, "not_disclosed": 40, "differs": 20},
        "duplicates": ANY,
        "status_lists": [{"issuer": "https://bank.example", "uri": STATUS_URI, "reason": None}],
        "hidden_files": 0,
        "ignored_columns": [],
        "verified_at": "2026-11-21T03:00:00Z",
        "simulated": True,
        "profile": "default",
        "trust_version": "3",
        "exit_code": 1,
    }


def test_copies_are_found_and_change_no_verdict(desk: CommandDesk) -> None:
    kinds = write_corpus(desk.world, 20)
    desk.run(str(desk.folder / "apps"), "--manifest", str(desk.folder / "manifest.csv"))
    duplicates = desk.summary()["duplicates"]
    assert isinstance(duplicates, list)
    assert [each["files"] for each in duplicates if each["kind"] == "certificate_of_two"] == [[8, 9], [18, 19]]
    assert [name for name, kind in kinds.items() if kind == "copy"] == ["00009.sdjwt", "00019.sdjwt"]
    assert told(desk.results()[9]) == ("valid", None)


def test_every_line_is_a_report_of_the_schema_beside_what_the_batch_knows(desk: CommandDesk) -> None:
    write_corpus(desk.world, 10)
    desk.run(str(desk.folder / "apps"))
    for result in desk.results():
        facts = result.pop("batch")
        assert sorted(facts) == ["applicant_no", "match", "n", "sha256", "status_list"]
        if "error" not in result:
            REPORT_SCHEMA.validate(result)


@pytest.mark.parametrize(
    ("content", "code"), [("good", 0), ("revoked", 1), ("stranger", 3), ("nothing", 4), ("all", 1), ("open", 3)]
)
def test_command_ends_with_the_worst_code_of_the_files(desk: CommandDesk, content: str, code: int) -> None:
    world = desk.world
    world.statuses = {8 + 4: 1}
    write_lists(world)
    texts = {
        "good": world.token(application(0)),
        "revoked": world.token(application(1)),
        "stranger": world.token(application(2), iss="https://other.example"),
        "nothing": "hello",
    }
    chosen = {"all": ["good", "revoked", "nothing"], "open": ["good", "stranger"]}.get(content, [content])
    for name in chosen:
        desk.put(f"apps/{name}", texts[name])
    assert desk.run(str(desk.folder / "apps")) == code


def test_archive_and_folder_of_the_same_files_say_the_same(desk: CommandDesk) -> None:
    names = write_corpus(desk.world, 10)
    desk.put("all.zip", packed({name: (desk.folder / "apps" / name).read_bytes() for name in names}))
    desk.run(str(desk.folder / "apps"))
    first = [(told(each), each["batch"]["sha256"]) for each in desk.results()]
    desk.remove_results()
    desk.run(str(desk.folder / "all.zip"))
    assert [(told(each), each["batch"]["sha256"]) for each in desk.results()] == first


def test_summary_is_for_people_or_for_programs(desk: CommandDesk) -> None:
    write_corpus(desk.world, 10)
    desk.put("apps/.hidden", "")
    arguments = (str(desk.folder / "apps"), "--manifest", str(desk.folder / "manifest.csv"))
    desk.run(*arguments)
    out, err = desk.output()
    assert out == ""
    assert "Files: 10. Valid: 7, invalid: 2, undecided: 0, without a verdict: 1." in err
    assert "the same certificate from two applicants:" in err
    assert "hidden files that were left out: 1" in err
    desk.remove_results()
    desk.run(*arguments, "--json")
    out, err = desk.output()
    assert (json.loads(out), err) == (desk.summary(), "")


def test_summary_speaks_korean_and_names_unused_columns(desk: CommandDesk) -> None:
    desk.put("apps/a", desk.world.token(application(0)))
    desk.put("m.csv", "applicant_no,path,지망\n1,apps/a,전산")
    desk.run("--manifest", str(desk.folder / "m.csv"), "--lang", "ko")
    err = desk.output()[1]
    assert "파일 1개: 유효 1" in err
    assert "쓰지 않은 열: 지망" in err


def test_many_repetitions_are_shortened_for_people(desk: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "_SHOWN_DUPLICATES", 1)
    for name in ("a", "b", "c", "d"):
        desk.put(f"apps/{name}", desk.world.token(application(0)))
        desk.put(f"apps/{name}2", desk.world.token(application(1)))
    desk.run(str(desk.folder / "apps"))
    err = desk.output()[1]
    assert "apps/c …" in err
    assert "1 more repetitions are in the summary" in err


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_output_has_the_form_of_its_ending(desk: CommandDesk, ending: str) -> None:
    write_corpus(desk.world, 3)
    desk.out = desk.folder / f"results{ending}"
    desk.run(str(desk.folder / "apps"))
    starts = {".csv": b"\xef\xbb\xbfn,file", ".parquet": b"PAR1", ".xlsx": b"PK"}
    assert desk.out.read_bytes().startswith(starts[ending])
    assert desk.out.stat().st_mode & 0o777 == 0o600
    assert not desk.journal.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected a PATH or --manifest"),
        (["apps", "--jobs", "0"], "--jobs between 1 and"),
        (["apps", "--jobs", "2", "--dask", "tcp://127.0.0.1:1"], "found both"),
        (["apps", "--manifest", "absent.csv"], "readable manifest"),
        (["apps", "--now", "tomorrow"], "--now"),
        (["empty"], "at least one file"),
    ],
)
def test_wrong_usage_exits_2_and_checks_nothing(desk: CommandDesk, arguments: list[str], message: str) -> None:
    desk.put("apps/a", "x")
    (desk.folder / "empty").mkdir()
    paths = {"apps": str(desk.folder / "apps"), "empty": str(desk.folder / "empty")}
    assert desk.run(*(paths.get(each, each) for each in arguments)) == 2
    assert message in desk.output()[1]
    assert not list(desk.folder.glob("results*"))


@pytest.mark.parametrize(
    ("name", "message"),
    [("results.txt", ".jsonl, .csv, .parquet, .xlsx"), ("no/folder/r.csv", "to be there"), ("there.csv", "a new file")],
)
def test_output_that_cannot_be_written_exits_2_before_anything_is_checked(
    desk: CommandDesk, name: str, message: str
) -> None:
    desk.put("there.csv", "mine")
    desk.out = desk.folder / name
    assert desk.run(desk.put("apps/a", "x")) == 2
    assert message in desk.output()[1]
    assert (desk.folder / "there.csv").read_text() == "mine"
    assert desk.workers == []


def test_missing_path_is_a_line_and_exits_4(desk: CommandDesk) -> None:
    assert desk.run(str(desk.folder / "absent")) == 4
    assert desk.results()[0]["error"]["kind"] == "file_missing"


def test_real_time_remembers_lists_and_asks_the_network_once(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[str] = []

    def fetch(_: object, uri: str) -> bytes:
        requested.append(uri)
        raise FetchError("no answer", kind="timeout")

    monkeypatch.setattr("verifier.cli.checking.fetch_from_listed_origins", lambda: fetch)
    for number in range(20):
        desk.put(f"apps/{number}", desk.world.token(application(number)))
    code = main(
        ["batch", "--trust", str(desk.folder / "trust.json"), "--out", str(desk.out), str(desk.folder / "apps")]
    )
    assert (code in (1, 3), requested) == (True, [STATUS_URI])  # the certificates of this world end some day
    assert Counter(str(each["simulated"]) for each in desk.results()) == {"False": 20}


def interrupted_after(desk: CommandDesk, count: int, monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    """Run until some results are written, then be interrupted as by a person."""
    written = 0

    def told_and_stopped(_: object) -> None:
        nonlocal written
        written += 1
        if written == count:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("verifier.batch.progress.Progress.advance", told_and_stopped)
        assert desk.run(*more) == 130


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet", ".xlsx"])
def test_interrupted_run_goes_on_and_gives_the_same_bytes(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    write_corpus(desk.world, 40)
    arguments = (str(desk.folder / "apps"), "--manifest", str(desk.folder / "manifest.csv"))
    desk.out = desk.folder / f"whole{ending}"
    desk.run(*arguments)
    whole, summary = desk.out.read_bytes(), desk.summary()
    desk.out = desk.folder / f"parts{ending}"
    interrupted_after(desk, 17, monkeypatch, *arguments)
    assert "--resume goes on" in desk.output()[1]
    assert desk.run(*arguments, "--resume") == 1
    assert desk.workers[-1].chunks[0][0] == 17
    assert (desk.out.read_bytes(), desk.summary()) == (whole, summary)


def test_resume_without_a_journal_begins(desk: CommandDesk) -> None:
    desk.put("apps/a", "x")
    assert desk.run(str(desk.folder / "apps"), "--resume") == 4


def test_run_that_was_killed_before_its_journal_was_removed_is_finished_again(desk: CommandDesk) -> None:
    desk.put("apps/a", "x")
    desk.journal.write_bytes(b"")
    assert desk.run(str(desk.folder / "apps"), "--resume") == 2


def test_journal_without_resume_is_refused(desk: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    write_corpus(desk.world, 20)
    interrupted_after(desk, 9, monkeypatch, str(desk.folder / "apps"))
    assert desk.run(str(desk.folder / "apps")) == 2
    assert "expected --resume, or" in desk.output()[1]


@pytest.mark.parametrize(
    "changed", ["inputs", "trust", "version", "verified_at", "require_document", "profile", "manifest"]
)
def test_resume_is_refused_when_anything_the_results_rest_on_has_changed(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    write_corpus(desk.world, 20)
    apps = str(desk.folder / "apps")
    interrupted_after(desk, 9, monkeypatch, apps)
    more: list[str] = []
    if changed == "inputs":
        desk.put("apps/zzz", "x")
    elif changed == "trust":
        desk.world.trust["version"] = 4
        write_lists(desk.world)
    elif changed == "version":
        monkeypatch.setattr(batching, "VERSION", "9.9.9")
    elif changed == "verified_at":
        more = ["--now", "2026-11-21T13:00:00+09:00"]
    elif changed == "require_document":
        more = ["--require-document"]
    elif changed == "profile":
        more = ["--profile", desk.put("p.json", '{"profile": "other"}')]
    else:
        more = ["--manifest", str(desk.folder / "manifest.csv")]
    desk.output()
    assert desk.run(apps, "--resume", *more) == 2
    assert f"found another {changed}" in desk.output()[1]


def test_resume_is_refused_when_a_file_was_changed_that_has_a_result(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(desk.world, 20)
    interrupted_after(desk, 9, monkeypatch, str(desk.folder / "apps"))
    (desk.folder / "apps/00002.sdjwt").write_text(desk.world.token(application(2)) + FORGERY)
    desk.output()
    assert desk.run(str(desk.folder / "apps"), "--resume") == 2
    assert "found it changed" in desk.output()[1]


def test_resume_is_refused_when_a_file_with_a_result_is_unreadable_now(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(desk.world, 20)
    interrupted_after(desk, 9, monkeypatch, str(desk.folder / "apps"))
    path = desk.folder / "apps/00001.sdjwt"
    path.unlink()
    path.symlink_to("/etc/hostname-that-is-not-there")
    assert desk.run(str(desk.folder / "apps"), "--resume") == 2


def changed_header(desk: CommandDesk, **members: object) -> None:
    header, *rest = desk.journal.read_bytes().splitlines(keepends=True)
    document = json.loads(header) | members
    desk.journal.write_bytes(b"".join([json.dumps(document).encode() + b"\n", *rest]))


def test_resume_in_real_time_keeps_the_first_time_and_is_refused_after_half_a_day(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        """Stands at one time."""

        @classmethod
        def now(cls, tz: object = None) -> "Clock":
            return cls.fromtimestamp((NOW + later).timestamp(), tz)  # type: ignore[arg-type]  # UTC

    later = timedelta()
    monkeypatch.setattr("verifier.cli.checking.datetime", Clock)
    write_corpus(desk.world, 20)
    real = [each for each in command(desk.folder) if each not in ("--now", "2026-11-21T12:00:00+09:00")]
    arguments = [*real, "--out", str(desk.out), str(desk.folder / "apps")]
    monkeypatch.setattr(desk, "run", lambda *more: main([*arguments, *more]))
    interrupted_after(desk, 9, monkeypatch)
    kept = desk.journal.read_bytes()
    later = timedelta(hours=13)
    assert desk.run("--resume") == 2
    assert "within 12 hours" in desk.output()[1]
    changed_header(desk, verified_at="yesterday")
    assert desk.run("--resume") == 2
    desk.journal.write_bytes(kept)
    later = timedelta(hours=1)
    assert desk.run("--resume") == 1
    assert {str(each["verified_at"]) for each in desk.results() if "error" not in each} == {"2026-11-21T03:00:00Z"}


def test_list_in_the_journal_that_was_changed_is_refused(desk: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    write_corpus(desk.world, 20)
    interrupted_after(desk, 9, monkeypatch, str(desk.folder / "apps"))
    forged = desk.world.status_token(signer=desk.world.keys.stranger, size=1 << 14)
    genuine = (desk.folder / "list.jwt").read_bytes()
    desk.journal.write_bytes(desk.journal.read_bytes().replace(genuine, forged.encode()))
    assert desk.run(str(desk.folder / "apps"), "--resume") == 2
    assert "status lists in the journal" in desk.output()[1]


def test_results_that_cannot_be_put_in_place_leave_the_journal(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk.put("apps/a", "x")
    with monkeypatch.context() as patched:
        patched.setattr("verifier.batch.finishing._put_in_place", full)
        assert desk.run(str(desk.folder / "apps")) == 2
    assert "the journal is kept" in desk.output()[1]
    assert desk.run(str(desk.folder / "apps"), "--resume") == 4


def test_dask_without_its_extra_or_without_a_scheduler_exits_2(
    desk: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    path = desk.put("apps/a", "x")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "distributed", None)
        assert desk.run(path, "--dask", "tcp://127.0.0.1:9") == 2
    assert "competency-bank[dask]" in desk.output()[1]


def test_help_has_examples(desk: CommandDesk) -> None:
    assert main(["batch", "--help"]) == 0
    assert "cb-verifier batch applications/ --out results.jsonl" in desk.output()[0]
