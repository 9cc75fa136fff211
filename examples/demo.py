"""The whole story on real input: a bank, a certificate, four checks, three forgeries, one revocation.

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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import forging
import paper
import zxingcpp
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT / "demo-output"
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
HOLDER = "SYN-P-001"
OTHER_PERSON = "SYN-P-002"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program answered: exit status, its JSON document if it printed one, and its words."""

    exit_status: int
    document: dict[str, Any]
    words: str


@dataclass(slots=True)
class Story:
    """Runs the steps, prints the story and keeps count of the steps that did not end as they must."""

    surprises: list[str] = field(default_factory=list)
    steps: int = 0

    def run(self, program: str, *arguments: str | Path) -> Answer:
        """Run one program that must succeed; anything else is a surprise."""
        answer = run_program(program, *arguments)
        if answer.exit_status:
            self.surprise(f"{program} {arguments[0]} ended with {answer.exit_status}: {answer.words.strip()[-300:]}")
        return answer

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
EXIT_OF = {"valid": 0, "invalid": 1, "indeterminate": 3}


@dataclass(frozen=True, slots=True)
class Case:
    """A piece of evidence, as arguments of `cb-verifier check`, and the verdict it must get."""

    name: str
    evidence: tuple[str, ...]
    verdict: str = "valid"


def run_program(program: str, *arguments: str | Path) -> Answer:
    """Run an installed program in demo-output/ with nothing of the caller's environment but the path."""
    command = [str(PROGRAMS / program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=OUT, timeout=60)
    try:
        document = json.loads(done.stdout)
    except ValueError:
        document = {}
    return Answer(done.returncode, document if isinstance(document, dict) else {}, done.stdout + done.stderr)


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
    for source in ("persons", *SOURCES):
        (delivery,) = DELIVERIES.glob(f"{source}.*")
        counts = story.run("cb-issuer", "import", source, delivery, "--json").document
        shown = ", ".join(f"{counts.get(key, 0)} {key}" for key in ("new", "changed", "unchanged", "held", "rejected"))
        story.fact(f"{source:<26}{shown}")
    (again,) = DELIVERIES.glob("qnet_qualifications.*")
    repeated = story.run("cb-issuer", "import", "qnet_qualifications", again, "--json").document
    story.fact(f"the first one once more: {repeated.get('new')} new, {repeated.get('unchanged')} unchanged")
    story.expect("a delivery imported twice", (repeated.get("new"), repeated.get("changed")), (0, 0))


def open_accounts(story: Story) -> tuple[str, str]:
    """Open two accounts and return their ids, the holder's first."""
    story.tell("Two persons open accounts and agree to the collection.")
    opened = [
        str(
            story.run("cb-issuer", "accounts", "open", "--person", person, "--consent-all", "--json").document.get("id")
        )
        for person in (HOLDER, OTHER_PERSON)
    ]
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
    number = ""
    for language, owner, name in (("ko", account, "ko"), ("en", account, "en"), ("ko", other, "other")):
        issued = story.run(
            "cb-issuer", "issue", "--account", owner, "--type", *chosen, "--lang", language, "--purpose", "job",
            "--out", f"certificate-{name}.pdf", "--sd-jwt", f"certificate-{name}.sdjwt", "--json",
        ).document  # fmt: skip
        if name == "ko":
            number = str(issued.get("number"))
            story.fact(f"number {number}, confirmation code {issued.get('confirmation_code')}")
        entries = issued.get("entries")
        story.fact(
            f"certificate-{name}.pdf: {len(entries) if isinstance(entries, list) else 0} entries, "
            f"QR version {issued.get('qr_version')}, until {issued.get('valid_until')}"
        )
    return number


def check_all(story: Story, *cases: Case) -> list[dict[str, Any]]:
    """Check pieces of evidence as the employer, two at a time; tell the verdicts in the given order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [tell_check(story, case, answer) for case, answer in zip(cases, pool.map(ask, cases), strict=True)]


def ask(case: Case) -> Answer:
    """Run the employer's program on one piece of evidence."""
    return run_program("cb-verifier", "check", *case.evidence, "--status-map", "status-map.json", "--json")


def tell_check(story: Story, case: Case, answer: Answer) -> dict[str, Any]:
    """Tell one verdict; another one than expected is a surprise."""
    report = answer.document
    story.expect(f"exit status for {case.name}", answer.exit_status, EXIT_OF[case.verdict])
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
        codes = zxingcpp.read_barcodes(picture)
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
    listed = story.run("cb-wallet", "list").words.strip()
    story.fact(listed)
    story.run("cb-wallet", "show", str(kept.get("id")))
    story.run("cb-wallet", "verify", "certificate-ko.pdf", "--status-map", OUT / "status-map.json")


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


def revoke_original(story: Story, number: str) -> None:
    """Revoke the certificate at the bank; the very same file is then refused."""
    story.tell(f"The bank revokes {number}; the untouched original is refused from then on.")
    story.run("cb-issuer", "revoke", number, "--reason", "holder_request")
    (report,) = check_all(story, Case("the PDF", ("certificate-ko.pdf",), "invalid"))
    story.expect("status part", report.get("parts", {}).get("status"), "revoked")
    story.expect("document part", report.get("parts", {}).get("document"), "valid")


if __name__ == "__main__":
    raise SystemExit(main())
