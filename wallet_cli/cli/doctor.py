"""`cb-wallet doctor`: is everything in order, before a certificate is needed?"""

import argparse
import json
import stat
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from credential_schemas.wording.model import Language
from keys.values import dataclass
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.messages import error_sentence
from wallet_cli.errors import StorageRefused, WalletError
from wallet_cli.exit_codes import ExitCode, exit_code_of
from wallet_cli.held import check_held
from wallet_cli.settings import DEFAULT_IDENTITY

SUMMARY = "look at folder, wallet, trust list, kept certificates and known verifiers"
EXAMPLE = "cb-wallet doctor"

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
            print(f"{each.severity:<8} {_say(f'subject_{name}', context)}: {each.said}", file=context.out)
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
    left = len(list(context.plain_store.items())) if context.settings.identity == DEFAULT_IDENTITY else 0
    if left:
        return Finding("warning", _say("left_open", context, count=left))
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
    return _words()[word][context.language].format_map(values)


@cache
def _words() -> dict[str, dict[Language, str]]:
    words: dict[str, dict[Language, str]] = json.loads(Path(__file__).with_name("doctor_words.json").read_text("utf-8"))
    return words
