"""`cb-verifier request`: the presentation request (DCQL) that a policy implies, and nothing more than its rules use."""

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from verifier.cli.options import add_language, add_trust, language_of

SUMMARY = "Print the presentation request (DCQL) that a policy implies: only the claims its rules use."
EXAMPLES = """examples:
  cb-verifier request --policy ts-hiring-criteria --notice notice.json
  cb-verifier request --policy policy.yaml --trust trust.json > query.json

exit codes: 0 printed, 1 refused (policy or notice ask for what blind hiring hides), 2 usage, 70 fault"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--policy", required=True, metavar="P", help="policy file, or the id of a published policy")
    parser.add_argument("--notice", type=Path, metavar="FILE", help="the notice: only the rules that count under it")
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the query and return the exit code."""
    from credential_schemas.criteria.asking import asked_types, dcql_query
    from verifier.cli.telling import tell, tell_refusal
    from verifier.cli.trust_given import state_of, trust_of
    from verifier.errors import VerifierError
    from verifier.presentations.wish import types_by_entry
    from verifier.scoring.criteria_files import read_policy, read_policy_file, read_posting, refuse_forbidden
    from verifier.scoring.texts import text
    from verifier.settings import Settings

    language = language_of(arguments)
    try:
        file = read_policy_file(arguments.policy)
        if arguments.notice is not None:
            posting = read_posting(file, arguments.notice)
            asked = asked_types(posting.policy, posting.notice)
        else:
            policy = read_policy(file)
            refuse_forbidden(policy, None)
            asked = asked_types(policy, None)
        settings, now = Settings.from_environment(os.environ), int(datetime.now(UTC).timestamp())
        trust = trust_of(arguments, settings, state=state_of(settings), now=now).trust
        types = types_by_entry(trust, [each.entry_type.id for each in asked])
    except VerifierError as error:
        return tell_refusal("request", error, language)
    names = [each.entry_type.id for each in asked]
    idle = [name for name in names if not types.certificates[name] and not types.alone[name]]
    if idle:
        tell(text("not_asked", language, claims=", ".join(idle)))
    query = dcql_query(asked, vcts=types.certificates, alone=types.alone)
    print(json.dumps(query, ensure_ascii=True, indent=1))
    return 0
