"""`cb-wallet precheck`: what a published policy says of one's own entries, before applying; nothing leaves here."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.decisions import Asked, asked_of_people, assumed, read_assumptions
from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.entries import ScoringEntry, entry_name, entry_of_certificate
from credential_schemas.criteria.errors import NoticeError, PolicyError, ScoringInputError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, chosen_readings, read_notice
from credential_schemas.criteria.own_check import own_score
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.terms import DateParameter
from credential_schemas.criteria.values import number_text
from credential_schemas.criteria.wording import flag_text, reason_text
from credential_schemas.korean_time import KOREAN_TIME
from credential_schemas.look.harmless import harmless
from credential_schemas.wording.model import Language
from keys.encoding import JsonValue, decode_json
from keys.errors import DecodingError
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.messages import error_sentence
from wallet_cli.errors import CriteriaUnreadable, WalletError
from wallet_cli.exit_codes import ExitCode
from wallet_cli.held import check_held, whole_entries

SUMMARY = "see what a published policy says of your own entries, before applying; nothing leaves this machine"
EXAMPLE = "cb-wallet precheck --policy ts-hiring-criteria-1.0.0.yaml --notice notice.json"

_WORDS = {
    "own": (
        "본인 점검입니다. 검증된 결과가 아니며 지원처의 결정도 아닙니다. 아무것도 전송하지 않았습니다.",
        "A self-check: not a verified result and nobody's decision. Nothing was sent anywhere.",
    ),
    "scored": ("계산된 점수", "Points"),
    "exempt": ("전형 면제에 해당할 수 있음", "May be exempt from this stage"),
    "incomplete": ("사람의 판단을 기다림", "Open: people have to decide"),
    "open": ("미정", "open"),
    "excluded": ("점수가 되지 않은 항목", "Entries that did not count"),
    "people": ("정해지지 않은 것", "What is open"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("--policy", type=Path, required=True, metavar="FILE", help="the policy an employer published")
    parser.add_argument("--notice", type=Path, metavar="FILE", help="the notice; without one, every day is today")
    parser.add_argument(
        "--adjudications", type=Path, metavar="FILE", help='what you assume people decide: {"ENTRY": {"related": true}}'
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Score the kept certificates and print the result, marked as self-declared."""
    today = context.now.astimezone(KOREAN_TIME).date()
    data = _read(arguments.policy)
    policy, notice = _criteria(data, arguments, today)
    entries, refused = _own_entries(context)
    asked = asked_of_people(policy, notice)
    decisions = _assumptions(arguments.adjudications, asked, entries)
    score = own_score(policy, notice, entries, decisions=decisions)
    for message in refused:
        print(f"cb-wallet precheck: {message}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(_document(score, policy, notice, sha256=hashlib.sha256(data).hexdigest())), file=context.out)
    else:
        for line in _lines(score, policy, {entry.id: entry for entry in entries}, context.language):
            print(harmless(line), file=context.out)
    return ExitCode.INDETERMINATE if refused or score.status == "incomplete" else ExitCode.DONE


def _criteria(data: bytes, arguments: argparse.Namespace, today: date) -> tuple[Policy, Notice]:
    name = arguments.policy.name
    try:
        if arguments.notice is not None:
            document = _object(arguments.notice)
            policy = load_policy(data, name=name, readings=chosen_readings(document))
            return policy, read_notice(document, policy)
        policy = load_policy(data, name=name)
        days = {each: today.isoformat() for each, kind in policy.parameters.items() if isinstance(kind, DateParameter)}
        return policy, read_notice({"id": "precheck", **days}, policy)
    except PolicyError as error:
        raise CriteriaUnreadable(harmless(error.detail)) from error
    except NoticeError as error:
        where = arguments.notice.name if arguments.notice is not None else "Give the notice with --notice"
        raise CriteriaUnreadable(harmless(f"{where}: {error.detail}")) from error


def _own_entries(context: CommandContext) -> tuple[tuple[ScoringEntry, ...], list[str]]:
    """Return the entries of every kept certificate, and why others could not be read."""
    trust, found, refused = context.trust_list(), dict[str, ScoringEntry](), list[str]()
    for kept in context.keeper().items():
        try:
            claims = check_held(kept.sd_jwt, trust=trust, now=context.unix_now())
        except WalletError as error:
            refused.append(f"{kept.id}: {error_sentence(error, context.language)}")
            continue
        for entry in whole_entries(claims):
            name = entry_name(claims.issuer, claims.number or kept.id, entry.idx)
            found[name] = entry_of_certificate(name, entry)
    return tuple(found.values()), refused


def _assumptions(path: Path | None, asked: Asked, entries: tuple[ScoringEntry, ...]) -> Decisions:
    if path is None:
        return Decisions()
    try:
        given = read_assumptions(_object(path), asked, kind="adjudications", name=path.name)
    except ScoringInputError as error:
        raise CriteriaUnreadable(harmless(error.detail)) from error
    unknown = set(given) - {entry.id for entry in entries}
    if unknown:
        raise CriteriaUnreadable(f"{path.name}: expected ids of your own entries, found another")
    return assumed(given, {})


def _document(score: Score, policy: Policy, notice: Notice, *, sha256: str) -> dict[str, JsonValue]:
    header = policy.policy
    return {
        **score.to_json(),
        "policy": {"id": header.id, "version": header.version, "sha256": sha256, "signed_by": None},
        "notice": {"id": notice.id},
    }


def _lines(score: Score, policy: Policy, entries: dict[str, ScoringEntry], language: Language) -> Iterator[str]:
    def word(name: str) -> str:
        return _WORDS[name][0 if language == "ko" else 1]

    stage = policy.document_screening
    title = stage.title.in_language(language)
    yield f"{title}: {word(score.status)} {_points(score)}"
    yield word("own")
    for name, points in (*score.components.items(), *score.bonus.items()):
        part = {**stage.components, **stage.bonuses}[name].title
        yield f"  {part.in_language(language)}: {word('open') if points is None else number_text(points)}"
    for line in score.trace:
        reason = line.why.in_language(language)
        yield f"    {line.rule} +{number_text(line.points)}  {_titles(line.entries, entries)}  {reason}"
    if score.excluded_entries:
        yield f"{word('excluded')}:"
    for entry_id, slug in score.excluded_entries.items():
        why = reason_text(slug)
        yield f"  {_titles((entry_id,), entries)}: {why.in_language(language)}"
    if score.flags:
        yield f"{word('people')}:"
    for flag in score.flags:
        meaning = flag_text(flag)
        yield f"  {meaning.in_language(language)}"


def _points(score: Score) -> str:
    if score.total is not None:
        return number_text(score.total)
    return "" if score.range is None else f"{number_text(score.range[0])}-{number_text(score.range[1])}"


def _titles(names: tuple[str, ...], entries: dict[str, ScoringEntry]) -> str:
    return ", ".join(str(entries[name].title) for name in names)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CriteriaUnreadable(f"{path.name}: expected a readable file, found: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise CriteriaUnreadable(f"{path.name}: expected at most {MAX_BYTES} bytes, found more")
    return data


def _object(path: Path) -> dict[str, JsonValue]:
    try:
        found = decode_json(_read(path), max_bytes=MAX_BYTES)
    except DecodingError as error:
        raise CriteriaUnreadable(f"{path.name}: {error.message}") from error
    if not isinstance(found, dict):
        raise CriteriaUnreadable(f"{path.name}: expected a JSON object")
    return found
