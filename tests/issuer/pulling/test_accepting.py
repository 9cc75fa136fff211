"""A delivery that somebody accepted: whose word it was stands beside each record that is withdrawn, or none is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from issuer.deliveries.reconciling import Acceptance
from issuer.errors import StorageFull
from issuer.pulling.running import PullOrder, pull_source
from issuer.store.audit import AuditBook, AuditRecord
from keys.errors import FetchError
from tests.issuer.conftest import Document

from .conftest import Asking, counts

SAID = ("staff:somebody", "the source said so")


def held_code(asking: Asking) -> str:
    """The source has lost two of its four records, and the bank does not believe it."""
    asking.allow(entries=1)
    asking.later(fault="vanished")
    return str(asking.pull().run.details["code_to_accept"])


def withdrawn(asking: Asking) -> list[str | None]:
    return [subject for actor, subject, detail in asking.acts("entry_changed") if detail == "withdrawn"]


def test_each_record_that_is_withdrawn_says_whose_word_let_it(asking: Asking) -> None:
    accepted = asking.pull(accept=held_code(asking))
    assert (accepted.run.outcome, accepted.run.counts["withdrawn"]) == ("taken", 2)
    gone = withdrawn(asking)
    assert len(set(gone)) == 2
    assert asking.acts("delivery_accepted") == [(SAID[0], entry, SAID[1]) for entry in gone]
    assert {name: accepted.run.details[name] for name in ("by", "reason")} == dict(
        zip(("by", "reason"), SAID, strict=True)
    )


def test_a_delivery_that_is_believed_by_itself_is_nobodys_word(asking: Asking) -> None:
    code = held_code(asking)
    asking.allow(entries=20)
    assert counts(asking.pull(accept=code)) == (0, 0, 2, 0, 2)
    assert len(withdrawn(asking)) == 2
    assert asking.acts("delivery_accepted") == []


def test_a_withdrawal_whose_word_cannot_be_recorded_is_not_done(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, append = held_code(asking), AuditBook.append

    def full(book: AuditBook, records: Sequence[AuditRecord]) -> None:
        if any(each.action == "delivery_accepted" for each in records):
            raise StorageFull(what="the database")
        append(book, records)

    monkeypatch.setattr(AuditBook, "append", full)
    stopped = asking.pull(accept=code)
    assert (stopped.run.outcome, stopped.run.problem) == ("failed", "storage_full")
    assert (len(asking.entries()), withdrawn(asking)) == (4, [])
    monkeypatch.undo()
    assert asking.pull().run.outcome == "taken"
    assert asking.acts("delivery_accepted") == [(SAID[0], entry, SAID[1]) for entry in withdrawn(asking)]
    assert len(asking.entries()) == 2


def test_what_goes_wrong_after_the_withdrawal_does_not_take_the_word_away(
    issued: Document, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, published = held_code(asking), []

    def full(*_: object, **__: object) -> None:
        published.append(len(withdrawn(asking)))
        if published[-1]:
            raise StorageFull(what="a status list")

    monkeypatch.setattr("issuer.pulling.running.publish_due", full)
    assert asking.pull(accept=code).run.problem == "storage_full"
    assert asking.acts("delivery_accepted") == [(SAID[0], entry, SAID[1]) for entry in withdrawn(asking)]
    assert published == [0, 2]


def test_the_word_is_good_for_a_run_that_goes_on_behind_the_one_that_was_stopped(asking: Asking) -> None:
    code, waits = held_code(asking), []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 3  # before the note, its page that is there already, and now the end

    stopping = replace(asking.outside, wait=wait)
    stopped = pull_source(asking.bank, asking.asked, stopping, order=PullOrder(accept=Acceptance(code, *SAID)))
    assert (stopped.run.outcome, stopped.run.pages_taken, withdrawn(asking)) == ("cancelled", 1, [])
    resumed = asking.pull()
    assert (resumed.run.outcome, resumed.run.actor, resumed.run.counts["withdrawn"]) == ("taken", "service", 2)
    assert asking.acts("delivery_accepted") == [(SAID[0], entry, SAID[1]) for entry in withdrawn(asking)]


def test_a_word_that_came_to_nothing_is_asked_for_again(asking: Asking) -> None:
    code = held_code(asking)

    def gone(number: int) -> None:
        raise FetchError("no", kind="media_type")

    asking.door.before = gone
    assert asking.pull(accept=code).run.problem == "source_unreachable"
    asking.door.before = lambda number: None
    assert asking.pull().run.outcome == "held"


def test_the_command_line_names_who_accepted_a_file(asking: Asking) -> None:
    world, file = asking.world, asking.world.files / "military.json"
    file.write_text('{"duties": [], "qualifications": []}', "utf-8")
    command = ("import", "military", str(file), "--complete")
    assert world.run(*command).code == 5
    code = world.json("runs", "list", "military")["runs"][0]["details"]["code_to_accept"]
    world.wait(minutes=1)
    assert world.json(*command, "--accept", code, "--words", "반기 정리로 확인함")["withdrawn"] == 6
    gone = withdrawn(asking)
    assert len(set(gone)) == 6
    ((who,),) = [{actor for actor, _, _ in asking.acts("delivery_accepted")}]
    assert who.startswith("staff:")
    assert asking.acts("delivery_accepted") == [(who, entry, "반기 정리로 확인함") for entry in gone]
