"""The tables of docs/sizing.md, worked out from benchmarks/results/ and from what stands in the page as assumed.

Every figure of them is calculated here; `make bench` changes the results, `make fix` the page, and a test compares.
"""

import json
import math
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent / "sizing.md"
_RESULTS = Path(__file__).resolve().parent.parent / "benchmarks/results"
_BEGIN, _END = "<!-- worked out by docs/reference_sizing.py: {name} -->\n", "<!-- end of {name} -->"

ACCOUNTS = (10_000, 100_000, 1_000_000, 5_000_000, 20_000_000, 50_000_000)
ENTRIES_AN_ACCOUNT = 10
CERTIFICATES_A_YEAR = 1  # for each account
ENTRIES_A_CERTIFICATE = 5
CHECKS_A_CERTIFICATE = 3
PDF_SHARE = 0.5  # of the checks
PEAK = 20  # the busiest second, in times of the average one: a deadline day
HALF_USED = 0.5  # of a core, so that an instance can be lost; also of a list, before the next is opened
_DAY_S, _YEAR_D = 86_400, 365


def sizing_page() -> str:
    """Return the page with its tables worked out anew."""
    text = PAGE.read_text("utf-8")
    for name, table in (("costs", costs_table()), ("accounts", accounts_table())):
        begin, end = _BEGIN.format(name=name), _END.format(name=name)
        before, _, rest = text.partition(begin)
        text = before + begin + table + end + rest.partition(end)[2]
    return text


def costs() -> dict[str, float]:
    """Return what one thing costs: processor milliseconds and bytes, as measured."""
    peers, rows = _result("certificate_peers"), _result("many_certificates")
    each, lists = rows["bytes_for_a_row_with_its_indexes"], _result("status_lists")["one_list"]
    load = _result("verifier_load")["figures"]
    sealed = peers["figures"]["sealed"]
    certificate_row = each["certificates"] - rows["copy_bytes"] + ENTRIES_A_CERTIFICATE * each["certificate_entries"]
    return {
        "draw_ms": sealed["processor_ms"],
        "code_ms": _result("code_key")["processor ms a copy"]["lower quartile"],
        "log_ms": _result("log_and_audit")["log"]["large_append_ms"],
        "credential_ms": load["credential at 50 a second"]["processor ms a request"],
        "pdf_ms": _result("batch")["many_pdfs"]["processor_ms_a_file"],
        "publish_ms": lists["changed_and_signed_again"]["median_us"] / 1000,
        "copy_bytes": sealed["bytes"],
        "row_bytes": certificate_row + (1 + ENTRIES_A_CERTIFICATE) * each["status_indexes"],
        "account_bytes": each["accounts"] + each["consents"] + ENTRIES_AN_ACCOUNT * each["entries"],
        "list_indexes": lists["bytes"]["entries"],
        "token_bytes": lists["bytes"]["token"],
        "issuer_mib": max(life["resident_mib"] for life in rows["ready"]["full"]),
        "verifier_mib": max(kind["memory MiB"]["most"] for kind in load.values() if "memory MiB" in kind),
        "ready_s": rows["ready"]["median_wall_s"],
    }


def needs(accounts: int) -> dict[str, float]:
    """Return what a number of accounts needs; nothing is rounded here."""
    one = costs()
    a_year = accounts * CERTIFICATES_A_YEAR
    a_day = a_year / _YEAR_D
    checks_a_day = a_day * CHECKS_A_CERTIFICATE
    issue_ms = one["draw_ms"] + one["code_ms"] + one["log_ms"]
    check_ms = PDF_SHARE * one["pdf_ms"] + (1 - PDF_SHARE) * one["credential_ms"]
    lists = a_year * (1 + ENTRIES_A_CERTIFICATE) / (one["list_indexes"] * HALF_USED)
    issuing, checking = (
        a * ms * PEAK / _DAY_S / 1000 / HALF_USED for a, ms in ((a_day, issue_ms), (checks_a_day, check_ms))
    )
    issuers, verifiers = max(2, math.ceil(issuing)), max(1, math.ceil(checking))
    return {
        "certificates_a_day": a_day,
        "issued_in_the_busiest_second": a_day * PEAK / _DAY_S,
        "checks_in_the_busiest_second": checks_a_day * PEAK / _DAY_S,
        "issuer_cores": issuers,
        "verifier_cores": verifiers,
        "memory_gib": (issuers * one["issuer_mib"] + verifiers * one["verifier_mib"]) / 1024,
        "rows_gb": accounts * one["account_bytes"] / 1e9 + a_year * one["row_bytes"] / 1e9,
        "copies_gb": a_year * one["copy_bytes"] / 1e9,
        "lists": math.ceil(lists),
        "lists_mb": math.ceil(lists) * one["token_bytes"] / 1e6,
        "publishing_s_a_day": math.ceil(lists) * one["publish_ms"] / 1000,
    }


def costs_table() -> str:
    """Return the table of what one thing costs."""
    one = costs()
    rows = (
        ("drawing and sealing a certificate of ten entries", f"{one['draw_ms']:.1f} ms", "certificate_peers"),
        ("sealing its copy under the confirmation code (argon2id)", f"{one['code_ms']:.0f} ms", "code_key"),
        ("its entry in the log, with the transaction", f"{one['log_ms']:.1f} ms", "log_and_audit"),
        ("a check of a bare credential, as a service", f"{one['credential_ms']:.1f} ms", "verifier_load"),
        ("a check of a sealed PDF, in a batch", f"{one['pdf_ms']:.0f} ms", "batch"),
        ("a list of 2^20 entries changed, signed and published", f"{one['publish_ms']:.0f} ms", "status_lists"),
        ("a sealed PDF of ten entries", f"{one['copy_bytes'] / 1000:.0f} kB", "certificate_peers"),
        (
            f"the rows of a certificate of {ENTRIES_A_CERTIFICATE} entries, without its copy",
            f"{one['row_bytes']:.0f} bytes",
            "many_certificates",
        ),
        (
            f"the rows of an account with {ENTRIES_AN_ACCOUNT} entries",
            f"{one['account_bytes']:.0f} bytes",
            "many_certificates",
        ),
        ("a list as a token, 1 % revoked", f"{one['token_bytes'] / 1000:.0f} kB", "status_lists"),
        ("an issuing process", f"{one['issuer_mib']:.0f} MiB", "many_certificates"),
        (
            "a verifying process under load, without its readers of PDFs",
            f"{one['verifier_mib']:.0f} MiB",
            "verifier_load",
        ),
        ("a start with a million certificates, by the clock", f"{one['ready_s']:.1f} s", "many_certificates"),
    )
    lines = [f"| {what} | {cost} | `{source}.json` |\n" for what, cost, source in rows]
    return "| One | Measured | In `benchmarks/results/` |\n|---|---|---|\n" + "".join(lines)


def accounts_table() -> str:
    """Return the table of what a number of accounts needs."""
    columns = [needs(accounts) for accounts in ACCOUNTS]
    rows = (
        ("certificates a day", "certificates_a_day", ",.0f"),
        ("issued in the busiest second", "issued_in_the_busiest_second", ",.1f"),
        ("checks in the busiest second", "checks_in_the_busiest_second", ",.1f"),
        ("cores for issuing (one process each, at least two)", "issuer_cores", ",.0f"),
        ("cores for checking", "verifier_cores", ",.0f"),
        ("memory of these processes, GiB", "memory_gib", ",.1f"),
        ("rows after a year, GB", "rows_gb", ",.1f"),
        ("encrypted copies of a year, GB", "copies_gb", ",.1f"),
        ("status lists of a year's certificates", "lists", ",.0f"),
        ("these as tokens, MB", "lists_mb", ",.1f"),
        ("processor seconds a day to sign them all again", "publishing_s_a_day", ",.1f"),
    )
    head = "| Accounts | " + " | ".join(f"{accounts:,}" for accounts in ACCOUNTS) + " |\n"
    rule = "|---|" + "---:|" * len(ACCOUNTS) + "\n"
    return (
        head
        + rule
        + "".join(
            f"| {says} | " + " | ".join(format(column[name], form) for column in columns) + " |\n"
            for says, name, form in rows
        )
    )


def _result(name: str) -> dict[str, Any]:
    return dict(json.loads((_RESULTS / f"{name}.json").read_text("utf-8")))
