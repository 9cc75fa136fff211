"""What `receipt verify` does: pinned keys, then the receipt, then the evidence and the check again; one answer."""

import argparse
import json
from datetime import datetime
from pathlib import Path

from credential_schemas.korean_time import KOREAN_TIME
from credential_schemas.report.messages import Language
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.errors import ReceiptRefused, TrustFileError
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.reader import EvidenceReader
from verifier.exit_codes import ExitCode
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.limits import MAX_PAGE_BYTES
from verifier.receipt.reading import ProvedReceipt, read_receipt
from verifier.receipt.replay import Replay, ReplayOutcome, check_evidence, replay
from verifier.receipt.signing_key import published_keys, read_published_keys
from verifier.receipt.texts import refusal, text
from verifier.rendering.plain_text import WIDTH, columns, harmless, padded, wrapped
from verifier.settings import Settings
from verifier.trust_files import read_trust_bytes

_LABEL_WIDTH = 16
_UNDECIDED = frozenset({"key_unknown"})
_UNREADABLE = frozenset({"no_receipt", "too_large", "other_token", "version_unknown"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """A receipt that is genuine, and what was found about its evidence."""

    receipt: ProvedReceipt
    evidence_same: bool = False
    replay: Replay | None = None

    @property
    def code(self) -> ExitCode:
        """0 only when everything that was asked for was found to be so."""
        if self.replay is None or self.replay.outcome is ReplayOutcome.SAME:
            return ExitCode.VALID
        return ExitCode.INVALID if self.replay.outcome is ReplayOutcome.DIFFERENT else ExitCode.INDETERMINATE


def verify_receipt(arguments: argparse.Namespace, settings: Settings, *, language: Language) -> int:
    """Check one receipt and print the answer.

    Raises:
        ReceiptKeyError, TrustFileError, TrustMissing: a file of the options cannot be read.
    """
    keys = read_published_keys(arguments.key) if arguments.key is not None else published_keys(settings.config_folder)
    try:
        receipt = read_receipt(_read(arguments.receipt, MAX_PAGE_BYTES), keys=keys)
        answer = _about_evidence(receipt, arguments)
    except ReceiptRefused as refused:
        print(_refused_json(refused) if arguments.json else _refused_text(refused, arguments.receipt, language))
        return _code_of(refused)
    print(_json(answer) if arguments.json else _text(answer, language))
    return answer.code


def _about_evidence(receipt: ProvedReceipt, arguments: argparse.Namespace) -> _Answer:
    if arguments.evidence is None:
        return _Answer(receipt)
    evidence = _read(arguments.evidence, MAX_EVIDENCE_BYTES)
    if arguments.kept is None and arguments.trust is None:
        check_evidence(receipt.contents, evidence)
        return _Answer(receipt, evidence_same=True)
    kept = KeptMaterial(arguments.kept) if arguments.kept is not None else None
    trust = read_trust_bytes(arguments.trust) if arguments.trust is not None else None
    with EvidenceReader() as reader:
        again = replay(receipt.contents, evidence, kept=kept, trust=trust, reader=reader)
    return _Answer(receipt, evidence_same=True, replay=again)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise TrustFileError(f"expected a readable file, found: {error.strerror}", kind="file") from error
    if len(data) > limit:
        raise ReceiptRefused("too_large")
    return data


def _code_of(refused: ReceiptRefused) -> ExitCode:
    if refused.kind in _UNDECIDED:
        return ExitCode.INDETERMINATE
    return ExitCode.UNREADABLE if refused.kind in _UNREADABLE else ExitCode.INVALID


def _refused_json(refused: ReceiptRefused) -> str:
    message = refusal(refused.kind).to_json()
    return json.dumps({"genuine": False, "reason": refused.kind, "message": message}, separators=(",", ":"))


def _refused_text(refused: ReceiptRefused, name: Path, language: Language) -> str:
    sign = {ExitCode.INDETERMINATE: "[?]", ExitCode.UNREADABLE: "[-]"}.get(_code_of(refused), "[x]")
    lines = [f"{sign} {text(f'heading_{_heading_of(refused)}', language)}"]
    lines += _indented(f"{refusal(refused.kind).in_language(language)} ({refused.kind})")
    return "\n".join([*lines, *_labelled(text("file", language), str(name))])


def _heading_of(refused: ReceiptRefused) -> str:
    if refused.kind == "evidence_differs":
        return "other_evidence"
    return {ExitCode.INDETERMINATE: "unknown", ExitCode.UNREADABLE: "none"}.get(_code_of(refused), "refused")


def _json(answer: _Answer) -> str:
    contents, again = answer.receipt.contents, answer.replay
    document: dict[str, JsonValue] = {
        "genuine": True,
        "key": answer.receipt.signed.key.kid,
        "page_checked": answer.receipt.page_checked,
        "evidence_same": answer.evidence_same or None,
        "replay": None,
        "record": dict(answer.receipt.signed.record),
    }
    if again is not None:
        document["replay"] = {
            "outcome": again.outcome.value,
            "verdict": again.verdict,
            "differing": [*again.differing],
            "not_repeatable": [*again.not_repeatable],
        }
    document["verdict"] = contents.verdict
    return json.dumps(document, separators=(",", ":"))


def _text(answer: _Answer, language: Language) -> str:
    contents = answer.receipt.contents
    lines = [f"[v] {text('genuine', language)}", *_indented(text("genuine_meaning", language)), ""]
    lines += _labelled(text("found_then", language), text(f"verdict_{contents.verdict}", language))
    lines += _labelled(text("verified_at", language), _moment(contents.verified_at, language))
    lines += _labelled(text("made_at", language), _moment(contents.made_at, language))
    lines += _labelled(text("verifier", language), contents.verifier or "-")
    lines += _labelled(text("report_id", language), contents.report_id)
    lines += _labelled(text("sha256", language), contents.evidence_sha256)
    lines += _labelled(text("signed_by", language), answer.receipt.signed.key.short_name())
    notes = {
        "page_checked": answer.receipt.page_checked,
        "personal_inside": contents.personal,
        "limit_simulated": contents.simulated,
        "evidence_same": answer.evidence_same,
    }
    lines += [line for name, holds in notes.items() if holds for line in _indented(text(name, language))]
    return "\n".join([*lines, *_replay_lines(answer.replay, language)])


def _replay_lines(again: Replay | None, language: Language) -> list[str]:
    if again is None:
        return []
    names = ", ".join(again.differing) or "-"
    lines = _labelled(text("replay", language), text(f"replay_{again.outcome.value}", language, names=names))
    if again.not_repeatable:
        lines += _labelled("", text("replay_partly", language, names=", ".join(again.not_repeatable)))
    return lines


def _moment(moment: datetime, language: Language) -> str:
    local = moment.astimezone(KOREAN_TIME)
    clock = local.strftime("%H:%M:%S")
    return text("moment", language, year=local.year, month=local.month, day=local.day, time=clock)


def _labelled(label: str, value: str) -> list[str]:
    width = max(_LABEL_WIDTH, columns(label) + 1)
    return [
        padded(label if place == 0 else "", width=width) + line
        for place, line in enumerate(wrapped(harmless(value), width=WIDTH - width))
    ]


def _indented(value: str) -> list[str]:
    return [" " * 4 + line for line in wrapped(value, width=WIDTH - 4)]
