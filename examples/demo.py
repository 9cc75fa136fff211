"""The whole story on real input: a bank, a certificate, four checks, three forgeries, a second issuer, a revocation.

Every step runs the installed programs as a person would and compares what they answered with what they must answer.
Exit status 0 only if every step ended as it must; the files stay in demo-output/ to look at.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import forging
import paper
import second_issuer
import zxingcpp
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PARSER = ArgumentParser(description=__doc__)
PARSER.add_argument("folder", nargs="?", type=Path, default=ROOT / "demo-output", help="emptied first (demo-output)")
OUT = PARSER.parse_args().folder.resolve()
DELIVERIES = ROOT / "examples" / "deliveries"
PROGRAMS = Path(sys.executable).parent
FONT = ROOT / "credential_schemas/look/fonts/PretendardGOV-Bold.ttf"
ISSUER_URL = "https://bank.example"
SOURCES = (
    "ncs_units",
    "qnet_qualifications",
    "consigned_qualifications",
    "cqnet_qualifications",
    "hrdnet_training",
    "polytechnic_records",
    "employment_career",
    "lifelong_learning",
    "military",
    "business_registration",
    "university_courses",
)
Command = tuple[str | Path, ...]
T = TypeVar("T")
HOLDER = "SYN-P-001"
OTHER_PERSON = "SYN-P-002"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program answered: exit status, its JSON documents (one a line) if it printed any, and its words."""

    exit_status: int
    documents: tuple[dict[str, Any], ...]
    words: str

    @property
    def document(self) -> dict[str, Any]:
        """The first document, empty if there is none."""
        return self.documents[0] if self.documents else {}


@dataclass(slots=True)
class Story:
    """Runs the steps, prints the story and keeps count of the steps that did not end as they must."""

    surprises: list[str] = field(default_factory=list)
    steps: int = 0

    def run(self, program: str | Path, *arguments: str | Path) -> Answer:
        """Run one program that must succeed; anything else is a surprise."""
        return self.run_all((program, *arguments))[0]

    def run_all(self, *commands: Command) -> list[Answer]:
        """Run programs that must succeed and do not wait for each other, two at a time; answer in the given order."""
        answers = two_at_a_time(run_program, commands)
        for (program, *arguments), answer in zip(commands, answers, strict=True):
            if answer.exit_status:
                said = answer.words.strip()[-300:]
                self.surprise(f"{program} {arguments[0]} ended with {answer.exit_status}: {said}")
        return answers

    def tell(self, text: str) -> None:
        """Print one numbered step of the story."""
        self.steps += 1
        print(f"\n{self.steps}. {text}")

    def fact(self, text: str) -> None:
        """Print one fact under the current step."""
        print(f"   {text}")

    def surprise(self, text: str) -> None:
        """Note that something did not end as it must."""
        self.surprises.append(text)
        print(f"   !! {text}")

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Compare what was found with what must be."""
        if found != wanted:
            self.surprise(f"{what}: expected {wanted!r}, found {found!r}")


PASSPHRASE = secrets.token_urlsafe(18)
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": str(OUT / "home"),
    "LANG": "C.UTF-8",
    "ISSUER_DATA": str(OUT / "bank"),
    "ISSUER_PASSPHRASE": PASSPHRASE,
    "VERIFIER_TRUST": str(OUT / "bank/trust.json"),
    "VERIFIER_STATE": str(OUT / "verifier-state"),
    "WALLET_HOME": str(OUT / "wallet"),
    "WALLET_TRUST": str(OUT / "bank/trust.json"),
}
PATIENCE_S = 600  # for one command; a busy machine is not a surprise
EXIT_OF = {"valid": 0, "invalid": 1, "indeterminate": 3}


@dataclass(frozen=True, slots=True)
class Case:
    """A piece of evidence, as arguments of `cb-verifier check`, and the verdict it must get."""

    name: str
    evidence: tuple[str, ...]
    verdict: str = "valid"

    @property
    def reported_name(self) -> str:
        """How a report calls this evidence: the file as it was named, or what stands for all texts."""
        return "text" if self.evidence[0] == "--text" else self.evidence[0]


def run_program(words: Command) -> Answer:
    """Run an installed program in demo-output/ with nothing of the caller's environment but the path."""
    command = [str(PROGRAMS / words[0]), *map(str, words[1:])]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=OUT, timeout=PATIENCE_S
    )
    try:
        documents = tuple(json.loads(line) for line in done.stdout.splitlines())
    except ValueError:
        documents = ()
    return Answer(done.returncode, documents, done.stdout + done.stderr)


def two_at_a_time(work: Callable[[T], Answer], items: Sequence[T]) -> list[Answer]:
    """Do the same work for each item, two at a time; answer in the given order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(work, items))


def main() -> int:
    """Tell the whole story and return 0 only if nothing surprised."""
    started = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "home").mkdir(parents=True)
    story = Story()
    open_bank(story)
    import_deliveries(story)
    account, other = open_accounts(story)
    number = issue_certificates(story, account, other)
    check_four_ways(story)
    keep_in_wallet(story)
    check_forgeries(story)
    score_two_issuers(story)
    revoke_original(story, number)
    print(f"\n{story.steps} steps in {time.monotonic() - started:.0f} s. The files are in {OUT}:")
    for path in sorted(OUT.glob("*.*")):
        print(f"   {path.name}")
    if story.surprises:
        print(f"\n{len(story.surprises)} of the steps did not end as they must.")
        return 1
    print("\nEvery step ended as it must.")
    return 0


def open_bank(story: Story) -> None:
    """Make a bank with its own keys on SQLite."""
    story.tell("A bank opens: database, four encrypted keys, certificates, a trust list for employers.")
    story.run("cb-issuer", "init", "--url", ISSUER_URL, "--dev")
    story.fact("Everything it issues is marked SPECIMEN, because it was opened with --dev.")


def import_deliveries(story: Story) -> None:
    """Import the identity register and every sample delivery, one of them twice."""
    story.tell("Eleven institutions deliver, each in its own format; a twelfth file is the register of persons.")
    answers = [story.run(*taking_in("persons")), *story.run_all(*map(taking_in, SOURCES))]
    for source, counts in zip(("persons", *SOURCES), (answer.document for answer in answers), strict=True):
        shown = ", ".join(f"{counts.get(key, 0)} {key}" for key in ("new", "changed", "unchanged", "held", "rejected"))
        story.fact(f"{source:<26}{shown}")
    repeated = story.run(*taking_in("qnet_qualifications")).document
    story.fact(f"the first one once more: {repeated.get('new')} new, {repeated.get('unchanged')} unchanged")
    story.expect("a delivery imported twice", (repeated.get("new"), repeated.get("changed")), (0, 0))


def taking_in(source: str) -> Command:
    """The command that takes in the sample delivery of one source."""
    (delivery,) = DELIVERIES.glob(f"{source}.*")
    return "cb-issuer", "import", source, delivery, "--json"


def open_accounts(story: Story) -> tuple[str, str]:
    """Open two accounts and return their ids, the holder's first."""
    story.tell("Two persons open accounts and agree to the collection.")
    opening = [
        ("cb-issuer", "accounts", "open", "--person", person, "--consent-all", "--json")
        for person in (HOLDER, OTHER_PERSON)
    ]
    opened = [str(answer.document.get("id")) for answer in story.run_all(*opening)]
    shown = story.run("cb-issuer", "accounts", "show", opened[0], "--json").document
    entries = shown.get("entries")
    for entry in entries if isinstance(entries, list) else []:
        story.fact(f"{entry['id'][:8]}  {entry['type']:<34}{entry['title']}")
    return opened[0], opened[1]


def issue_certificates(story: Story, account: str, other: str) -> str:
    """Issue the same selection in Korean and in English, and the other person's; return the Korean one's number."""
    story.tell("The holder selects what one employer needs, and gets it in Korean and in English.")
    chosen = (
        "national_technical_qualification",
        "vocational_training",
        "university_ncs_course",
        "employment_insurance_career",
    )
    copies = {"ko": ("ko", account), "en": ("en", account), "other": ("ko", other)}
    issuing = [
        (
            "cb-issuer", "issue", "--account", owner, "--type", *chosen, "--lang", language, "--purpose", "job",
            "--out", f"certificate-{name}.pdf", "--sd-jwt", f"certificate-{name}.sdjwt", "--json",
        )
        for name, (language, owner) in copies.items()
    ]  # fmt: skip
    answers = [answer.document for answer in story.run_all(*issuing)]
    number = str(answers[0].get("number"))
    story.fact(f"number {number}, confirmation code {answers[0].get('confirmation_code')}")
    for name, issued in zip(copies, answers, strict=True):
        entries = issued.get("entries")
        story.fact(
            f"certificate-{name}.pdf: {len(entries) if isinstance(entries, list) else 0} entries, "
            f"QR version {issued.get('qr_version')}, until {issued.get('valid_until')}"
        )
    return number


def check_all(story: Story, *cases: Case) -> list[dict[str, Any]]:
    """Check pieces of evidence that must get the same verdict, in two runs at a time; tell the verdicts in order."""
    halves = [cases[::2], cases[1::2]] if len(cases) > 1 else [cases]
    reports: dict[str, dict[str, Any]] = {}
    for half, answer in zip(halves, two_at_a_time(ask, halves), strict=True):
        names = " and ".join(case.name for case in half)
        story.expect(f"exit status for {names}", answer.exit_status, EXIT_OF[half[0].verdict])
        reports |= {report["evidence"]["name"]: report for report in answer.documents if "evidence" in report}
    return [tell_check(story, case, reports.get(case.reported_name, {})) for case in cases]


def ask(cases: Sequence[Case]) -> Answer:
    """Run the employer's program once on several pieces of evidence."""
    evidence = [word for case in cases for word in case.evidence]
    return run_program(("cb-verifier", "check", *evidence, "--status-map", "status-map.json", "--json"))


def tell_check(story: Story, case: Case, report: dict[str, Any]) -> dict[str, Any]:
    """Tell one verdict; another one than expected is a surprise."""
    story.expect(f"verdict on {case.name}", report.get("verdict"), case.verdict)
    shown = ", ".join(f"{part} {state}" for part, state in report.get("parts", {}).items())
    story.fact(f"{case.name:<26}{str(report.get('verdict')).upper():<9}{shown}")
    for failed in failed_checks(report).values() if case.verdict == "invalid" else ():
        story.fact(f"   {failed['name']}: {failed['message']['en']}")
        for difference in failed["detail"].get("differences", [])[:2]:
            story.fact(
                f"      page {difference['page']}: {difference['printed']!r} printed, {difference['signed']!r} signed"
            )
    return report


def failed_checks(report: dict[str, Any]) -> dict[str, Any]:
    """Return the failed checks of a report by name."""
    return {check["name"]: check for check in report.get("checks", []) if check["outcome"] == "failed"}


def check_four_ways(story: Story) -> None:
    """Check PDF, crooked scan, QR text and bare credential; all must be valid and disclose the same."""
    story.tell("An employer checks it four ways, with the trust list and the published status list, without network.")
    lists = {f"{ISSUER_URL}/status/1": str(OUT / "bank/public/status/1")}
    (OUT / "status-map.json").write_text(json.dumps(lists), "utf-8")
    paper.photograph(OUT / "certificate-ko.pdf", OUT / "scan.jpg", dots_per_inch=200, skew_degrees=3, jpeg_quality=80)
    with Image.open(OUT / "scan.jpg") as picture:
        codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    text = codes[0].text if codes else ""
    story.expect("codes on the scan", len(codes), 1)
    (OUT / "qr.txt").write_text(text, "utf-8")
    reports = check_all(
        story,
        Case("the PDF", ("certificate-ko.pdf",)),
        Case("the English PDF", ("certificate-en.pdf",)),
        Case("a scan, 3 degrees askew", ("scan.jpg",)),
        Case("the text of the QR", ("--text", text)),
        Case("the bare credential", ("certificate-ko.sdjwt",)),
    )
    story.expect("document part of the PDF", reports[0]["parts"]["document"], "valid")
    story.expect("document part of the scan", reports[2]["parts"]["document"], "not_checked")
    disclosed = [report.get("disclosed") for report in (reports[0], *reports[2:])]
    story.expect("every way discloses the same", all(one == disclosed[0] for one in disclosed), wanted=True)
    story.fact("What the officer reads:")
    shown = story.run("cb-verifier", "check", "certificate-ko.pdf", "--status-map", OUT / "status-map.json")
    print("\n".join(f"      {line}" for line in shown.words.splitlines()))


def keep_in_wallet(story: Story) -> None:
    """Keep the certificate in the holder's wallet."""
    story.tell("The holder keeps it in a wallet on the own machine, and checks it as an employer would.")
    kept = story.run("cb-wallet", "import", "certificate-ko.pdf", "--json").document
    listed, *_ = story.run_all(
        ("cb-wallet", "list"),
        ("cb-wallet", "verify", "certificate-ko.pdf", "--status-map", OUT / "status-map.json"),
        ("cb-wallet", "show", str(kept.get("id"))),
    )
    story.fact(listed.words.strip())


def check_forgeries(story: Story) -> None:
    """Forge the PDF in three ways; each must be refused for its own reason."""
    story.tell("A forger tries three ways.")
    original = OUT / "certificate-ko.pdf"
    box = forging.locate(original, "정보처리기사")
    forging.paint_over(original, OUT / "forged-painted.pdf", box=box, text="정보처리기술사", font=FONT)
    other = (OUT / "certificate-other.sdjwt").read_text("ascii").strip()
    forging.swap_attachment(original, OUT / "forged-swapped.pdf", credential=other)
    forging.flip_one_byte(original, OUT / "forged-flipped.pdf", at=0.6)
    painted, swapped, flipped = check_all(
        story,
        Case("a grade painted over", ("forged-painted.pdf",), "invalid"),
        Case("the attachment swapped", ("forged-swapped.pdf",), "invalid"),
        Case("one byte flipped", ("forged-flipped.pdf",), "invalid"),
    )
    for report, name in ((painted, "print_match"), (swapped, "print_match"), (flipped, "seal")):
        story.expect(f"{name} failed", name in failed_checks(report), wanted=True)
        story.expect("seal failed", "seal" in failed_checks(report), wanted=True)


def score_two_issuers(story: Story) -> None:
    """Let a second, small issuer add what the bank cannot know, and score both by published criteria."""
    story.tell(
        "A second, small issuer signs with its own key; the employer trusts each for what it knows, and scores both."
    )
    for surprise in second_issuer.tell(OUT, PROGRAMS):
        story.surprise(surprise)


def revoke_original(story: Story, number: str) -> None:
    """Revoke the certificate at the bank; the very same file is then refused."""
    story.tell(f"The bank revokes {number}; the untouched original is refused from then on.")
    story.run("cb-issuer", "revoke", number, "--reason", "holder_request")
    (report,) = check_all(story, Case("the PDF", ("certificate-ko.pdf",), "invalid"))
    story.expect("status part", report.get("parts", {}).get("status"), "revoked")
    story.expect("document part", report.get("parts", {}).get("document"), "valid")


if __name__ == "__main__":
    raise SystemExit(main())
