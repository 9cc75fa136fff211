"""`cb-wallet doctor`: is everything in order, before a certificate is needed?"""

import argparse
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from credential_schemas.wording.model import Language
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.messages import error_sentence
from wallet_cli.errors import StorageRefused, WalletError
from wallet_cli.exit_codes import ExitCode, exit_code_of
from wallet_cli.held import check_held
from wallet_cli.settings import DEFAULT_IDENTITY

SUMMARY = "look at folder, wallet, trust list, kept certificates and known verifiers"
EXAMPLE = "cb-wallet doctor"

_SUBJECTS: Final = {
    "folder": "보관 폴더",
    "wallet": "전자지갑",
    "trust_list": "신뢰 목록",
    "certificates": "인정서",
    "verifiers": "아는 확인 기관",
}
_WORDS: Final[dict[str, dict[Language, str]]] = {
    "no_folder": {
        "ko": "아직 없습니다. 첫 인정서를 넣을 때 만듭니다",
        "en": "not there yet; made for the first certificate",
    },
    "open_to_others": {
        "ko": "이 컴퓨터의 다른 사용자가 읽을 수 있습니다 (chmod 700 {path})",
        "en": "others on this machine can read it (chmod 700 {path})",
    },
    "encrypted": {"ko": "암호화되어 있고 열립니다", "en": "encrypted, and it opens"},
    "not_opened": {
        "ko": "암호화되어 있습니다. 열어 보려면 WALLET_PASSPHRASE 를 정하십시오",
        "en": "encrypted; set WALLET_PASSPHRASE to have it opened",
    },
    "plain": {
        "ko": "없습니다. 인정서가 암호화되지 않은 채 놓입니다 (`cb-wallet init` 으로 만듭니다)",
        "en": "none; certificates lie unencrypted ('cb-wallet init' makes one)",
    },
    "issuers": {"ko": "{version}판, 발급기관 {count}곳", "en": "version {version}, issuers: {count}"},
    "kept": {"ko": "{count}건, 모두 유효", "en": "kept: {count}, all in order"},
    "refused": {"ko": "{count}건 중 {bad}건에 문제: {first}", "en": "kept: {count}, with a problem: {bad}; {first}"},
    "not_looked_at": {"ko": "살펴보지 않았습니다", "en": "not looked at"},
    "no_verifiers": {
        "ko": "없습니다. 요청한 곳을 알 수 없어 `cb-wallet present` 가 답하지 않습니다",
        "en": "none, so 'cb-wallet present' cannot know who asks and answers nobody",
    },
}
Severity = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of one thing; an error has the exit code of its cause."""

    severity: Severity
    said: str
    code: ExitCode = ExitCode.DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has only the common options."""


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Print each finding; the exit code of the first error. No question is asked and nothing is changed."""
    findings = dict(_findings(context))
    if arguments.json:
        listed = [{"subject": name, "severity": each.severity, "said": each.said} for name, each in findings.items()]
        print(json.dumps({"findings": listed}, ensure_ascii=False), file=context.out)
    else:
        for name, each in findings.items():
            subject = _SUBJECTS[name] if context.language == "ko" else name.replace("_", " ")
            print(f"{each.severity:<8} {subject}: {each.said}", file=context.out)
    return next((each.code for each in findings.values() if each.severity == "error"), ExitCode.DONE)


def _findings(context: CommandContext) -> Iterator[tuple[str, Finding]]:
    looks: dict[str, Callable[[CommandContext], Finding]] = {
        "folder": _folder,
        "wallet": _wallet,
        "trust_list": _trust_list,
        "certificates": _certificates,
        "verifiers": _verifiers,
    }
    for name, look in looks.items():
        try:
            yield name, look(context)
        except WalletError as error:
            yield name, Finding("error", error_sentence(error, context.language), exit_code_of(error))


def _folder(context: CommandContext) -> Finding:
    home = context.settings.home
    try:
        mode = home.stat().st_mode
    except FileNotFoundError:
        return Finding("ok", _say("no_folder", context))
    except OSError as error:
        raise StorageRefused(f"The folder {home} cannot be looked at: {error.strerror}.") from error
    if not stat.S_ISDIR(mode):
        raise StorageRefused(f"Expected a folder at {home}, found something else. Set WALLET_HOME.")
    if mode & 0o077:
        return Finding("warning", _say("open_to_others", context, path=str(home)))
    return Finding("ok", str(home))


def _is_encrypted(context: CommandContext) -> bool:
    return context.settings.vault.exists() or context.settings.identity != DEFAULT_IDENTITY


def _is_closed(context: CommandContext) -> bool:
    return context.settings.vault.exists() and context.settings.passphrase is None


def _wallet(context: CommandContext) -> Finding:
    if not _is_encrypted(context):
        return Finding("warning", _say("plain", context))
    if _is_closed(context):
        return Finding("warning", _say("not_opened", context))
    context.vault()
    return Finding("ok", _say("encrypted", context))


def _trust_list(context: CommandContext) -> Finding:
    trust = context.trust_list()
    return Finding("ok", _say("issuers", context, version=trust.version, count=len(trust.issuers)))


def _certificates(context: CommandContext) -> Finding:
    if _is_closed(context):
        return Finding("warning", _say("not_looked_at", context))
    trust, problems, count = context.trust_list(), list[WalletError](), 0
    for kept in context.keeper().items():
        count += 1
        try:
            check_held(kept.sd_jwt, trust=trust, now=context.unix_now())
        except WalletError as error:
            problems.append(error)
    if problems:
        first = error_sentence(problems[0], context.language)
        return Finding("warning", _say("refused", context, count=count, bad=len(problems), first=first))
    return Finding("ok", _say("kept", context, count=count))


def _verifiers(context: CommandContext) -> Finding:
    path = context.settings.verifiers
    if path is None or not path.exists():
        return Finding("warning", _say("no_verifiers", context))
    return Finding("ok", str(path))


def _say(word: str, context: CommandContext, **values: object) -> str:
    return _WORDS[word][context.language].format_map(values)
