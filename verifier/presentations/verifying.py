"""Check one presentation for one request, by the verification that checks every other credential."""

from collections.abc import Callable
from datetime import datetime

from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.values import replace
from verifier.checks.assembling import Verification, examine
from verifier.checks.rules import Moment, Rules
from verifier.errors import UnreadableEvidence
from verifier.evidence.gathering import Submission
from verifier.evidence.kinds import Form, form_of
from verifier.evidence.pool import ReaderPool
from verifier.presentations.judging import Examine

_NAME = "presentation"


class _OneTransaction:
    """The desk takes one answer for each request, and each request has a nonce of its own: here it is used once."""

    def use_nonce(self, audience: str, nonce: str, *, now: int) -> bool:  # noqa: ARG002 - of one request only
        return True


def examine_by(rules: Callable[[], Rules], *, now: Callable[[], datetime], readers: ReaderPool) -> Examine:
    """Return what checks presentations by the rules of the moment.

    The profile is at least as strict as the query: without a key binding that it demands, the Report says so.
    """

    def examined(token: str, asked: KeyBindingPolicy) -> Verification:
        data = token.encode()
        if not token.isascii() or token != token.strip() or form_of(data) is not Form.SD_JWT:
            raise UnreadableEvidence("not_a_certificate")
        current = rules()
        strict = asked.required or current.profile.require_holder_binding
        own = replace(
            current,
            key_binding=asked,
            nonces=_OneTransaction(),
            profile=replace(current.profile, require_holder_binding=strict),
        )
        reader = readers.reader()  # a text needs none
        return examine(Submission(_NAME, data), rules=own, moment=Moment(now()), reader=reader)

    return examined
