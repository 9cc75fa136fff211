"""The pages of docs/formats/ against the code that reads and writes: members, and examples that are really read."""

import inspect
import json
import re
from datetime import datetime
from pathlib import Path

from issuer.key_life import minutes
from issuer.pulling.delivery_note import read_note
from keys import trust_list
from verifier.receipt.record import record_of
from verifier.receipt.token import PAGE_MEMBER

FORMATS = Path(__file__).resolve().parent.parent / "docs/formats"


def members_of_table(name: str, heading: str) -> set[str]:
    """The names in the first column of the table below a line."""
    text = (FORMATS / f"{name}.md").read_text("utf-8").partition(heading)[2].lstrip("\n")
    rows = text.partition("\n\n")[0].splitlines()
    return {found for row in rows for found in re.findall(r"`(\w+)(?:\[\])?`", row.split("|")[1] if "|" in row else "")}


def test_the_page_of_the_trust_list_has_every_member_of_an_issuer_and_no_other() -> None:
    read = set(re.findall(r'document\.get\("(\w+)"', inspect.getsource(trust_list._issuer)))
    written = set(re.findall(r'^ +"(\w+)": ', inspect.getsource(trust_list._issuer_document), re.MULTILINE))
    listed = members_of_table("trust-list", "]}\n```")
    assert read == written == listed


def test_the_note_on_the_page_is_read() -> None:
    page = (FORMATS / "delivery-note.md").read_text("utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    members = json.loads(example)
    now = datetime.fromisoformat(members["made_at"])
    note = read_note(example.encode(), source=members["source"], now=now, newest=None, largest_page_bytes=10**6)
    assert (note.id, len(note.pages)) == (members["id"], 1)
    assert {*members, *members["pages"][0]} == members_of_table("delivery-note", "]\n}\n```")


def test_the_page_of_minutes_has_every_member_of_the_payload_and_no_other() -> None:
    assert members_of_table("ceremony-minutes", "## The payload") == minutes._MEMBERS


def test_the_page_of_the_receipt_has_every_member_and_no_other() -> None:
    written = set(re.findall(r'^        "(\w+)": ', inspect.getsource(record_of), re.MULTILINE))
    assert written | {"report", PAGE_MEMBER} == members_of_table("receipt", "At most 2 MiB.\n")
