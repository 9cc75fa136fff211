"""What may be chosen, what comes along, and which fields are disclosed."""

import pytest

from tests.issuer.conftest import Document, World


def shown(document: Document, title: str) -> dict[str, list[str]]:
    (entry,) = [each for each in document["entries"] if each["title"] == title]
    return dict(entry)


def preview(world: World, account: str, *options: object) -> Document:
    return dict(world.json("issue", "--account", account, *options, "--preview", "--out", world.files / "preview.pdf"))


def titles(document: Document) -> list[str]:
    return [entry["title"] for entry in document["entries"]]


def test_only_what_was_chosen_is_disclosed(world: World, account: str) -> None:
    entries = world.entries(account)
    document = preview(world, account, "--entry", entries["정보처리기사"]["id"][:8])
    assert titles(document) == ["정보처리기사"]


def test_a_type_chooses_all_its_entries_whichever_source_delivered_them(world: World, account: str) -> None:
    document = preview(world, account, "--type", "national_technical_qualification")
    assert sorted(titles(document)) == ["정보처리기사", "정보통신기사", "컴퓨터활용능력"]


def test_a_source_type_chooses_only_what_that_source_delivered(world: World, account: str) -> None:
    document = preview(world, account, "--type", "consigned_national_qualification")
    assert sorted(titles(document)) == ["정보통신기사", "컴퓨터활용능력"]


def test_a_unit_brings_the_entry_that_proves_it_and_says_so(world: World, account: str) -> None:
    entries = world.entries(account)
    ran = world.run(
        "issue", "--account", account, "--entry", entries["전표관리"]["id"], "--out", world.files / "c.pdf", "--json"
    )
    assert titles(ran.document) == ["회계원리", "전표관리"]
    assert ran.document["companions"] == [entries["회계원리"]["id"]]
    assert "which proves a chosen competency unit" in ran.err


def test_an_education_certificate_takes_training_and_education_only(world: World, account: str) -> None:
    document = preview(world, account, "--all", "--kind", "education")
    assert {entry["category"] for entry in document["entries"]} == {"trainings", "educations"}


def test_entries_that_are_not_in_force_are_left_out_of_all_and_named(world: World) -> None:
    account = world.open_account("SYN-P-004")
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / "c.pdf", "--json")
    assert "전기기능사" not in titles(ran.document)
    assert [each["status"] for each in ran.document["left_out"]] == ["suspended"]
    assert "Left out the entry" in ran.err


@pytest.mark.parametrize("field", ["valid_until", "as_of", "type", "idx"])
def test_what_decides_whether_an_entry_is_in_force_cannot_be_hidden(world: World, account: str, field: str) -> None:
    entry = world.entries(account)["정보처리기사"]["id"]
    ran = world.run(
        "issue", "--account", account, "--entry", entry, "--hide", f"{entry}.{field}", "--out", world.files / "c.pdf"
    )
    assert ran.code == 2
    assert "or until when" in ran.err


def test_a_hidden_field_stays_in_the_account(world: World, account: str) -> None:
    entry = world.entries(account)["정보처리기사"]["id"]
    document = preview(world, account, "--entry", entry, "--hide", f"{entry[:6]}.certificate_number")
    assert shown(document, "정보처리기사")["withheld"] == ["certificate_number"]


def test_lr_13_sensitive_fields_are_disclosed_only_when_named(world: World, account: str) -> None:
    training = (
        "<HRDNet><srchList><scn_list><personRef>SYN-P-001</personRef><trprId>AIG20250000900001</trprId>"
        "<trprDegr>1</trprDegr><title>공공데이터 분석 실무</title><trainstCstId>500099990001</trainstCstId>"
        "<subTitle>(가상)나래아이티학원</subTitle><sector>private</sector><trainTarget>실업자</trainTarget>"
        "<traStartDate>2025-03-04</traStartDate><traEndDate>2025-03-14</traEndDate><trtm>40</trtm>"
        "<completedYn>Y</completedYn><certificateYn>Y</certificateYn></scn_list></srchList></HRDNet>"
    )
    assert world.deliver("hrdnet_training", training).code == 0
    entry = world.entries(account)["공공데이터 분석 실무"]
    assert entry["fields"]["target"] == "실업자"
    unasked = preview(world, account, "--all")
    assert shown(unasked, "공공데이터 분석 실무")["withheld"] == ["target"]
    named = preview(world, account, "--all", "--show", f"{entry['id']}.target")
    assert "target" in shown(named, "공공데이터 분석 실무")["fields"]


def test_a_blind_certificate_hides_what_its_types_hide(world: World, account: str) -> None:
    document = preview(world, account, "--all", "--blind")
    assert shown(document, "회계원리")["withheld"] == ["institution_name", "term"]
    assert shown(document, "고용보험 취업이력")["withheld"] == ["employer_name"]
    assert "certificate_number" in shown(document, "정보처리기사")["withheld"]


def test_a_blind_certificate_shows_what_may_be_asked_for_when_it_is_named(world: World, account: str) -> None:
    entry = world.entries(account)["고용보험 취업이력"]["id"]
    document = preview(world, account, "--all", "--blind", "--show", f"{entry}.employer_name")
    assert "employer_name" in shown(document, "고용보험 취업이력")["fields"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ((), 2, "No entry was chosen, and nothing is disclosed by default"),
        (("--entry", "zzzz"), 2, "No entry of the account has the id zzzz"),
        (("--type", "driving_licence"), 2, "No entry type is called driving_licence"),
        (("--type", "military_duty"), 2, "No entry of the account"),
        (("--type", "military_duty", "--kind", "education"), 2, "carries only educations, trainings"),
        (("--all", "--hide", "{licence}.series"), 2, "cannot be left out"),
        (("--all", "--hide", "{licence}.issuing_body"), 2, "cannot be left out"),
        (("--all", "--hide", "{licence}.colour"), 2, "this entry has no such field"),
        (("--all", "--hide", "{licence}"), 2, "expected the form ENTRY.FIELD"),
        (("--all", "--show", "{licence}.colour"), 2, "this entry has no such field"),
        (("--all", "--blind", "--show", "{licence}.certificate_number"), 2, "must not show this field"),
        (("--entry", "{licence}", "--kind", "education"), 2, "belongs to qualifications"),
        (("--entry", "{licence}", "--hide", "{course}.credits"), 2, "No entry of the account has the id"),
    ],
)
def test_a_choice_that_the_rules_exclude_is_refused_with_its_rule(
    world: World, account: str, options: tuple[str, ...], code: int, said: str
) -> None:
    entries = world.entries(account)
    ids = {"licence": entries["정보처리기사"]["id"], "course": entries["품질경영"]["id"]}
    given = [option.format_map(ids) for option in options]
    ran = world.run("issue", "--account", account, *given, "--out", world.files / "c.pdf")
    assert (ran.code, ran.err.count("\n")) == (code, 1), ran.err
    assert said in ran.err
    assert not (world.files / "c.pdf").exists()


def test_a_suspended_entry_cannot_be_chosen(world: World) -> None:
    account = world.open_account("SYN-P-004")
    entry = world.entries(account)["전기기능사"]["id"]
    ran = world.run("issue", "--account", account, "--entry", entry, "--out", world.files / "c.pdf")
    assert ran.code == 5
    assert "is suspended and cannot be certified" in ran.err


def test_an_id_that_means_several_entries_is_refused(world: World, account: str) -> None:
    from issuer.accounts.account import AccountEntry
    from issuer.accounts.errors import EntryAmbiguous
    from issuer.accounts.selection import find_entry

    stored = world.stored_entry("23900000001A")
    twins = [AccountEntry(f"ab{number}", "t", "c", "t", None, "b", {}, stored) for number in range(2)]
    with pytest.raises(EntryAmbiguous, match="2 entries of the account"):
        find_entry(account, twins, "ab")


def test_an_unknown_kind_is_refused_by_the_selection_itself() -> None:
    from issuer.accounts.selection import Choice, select_entries
    from issuer.errors import InvalidOption

    with pytest.raises(InvalidOption, match="expected one of competency, education"):
        select_entries("a", [], Choice(everything=True, kind="diploma"))
