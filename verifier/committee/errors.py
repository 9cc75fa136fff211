"""Why the committee refuses something: one error, whose `kind` names a sentence of its pages."""

from verifier.errors import VerifierError


class CommitteeRefused(VerifierError):
    """Something cannot be done; `detail` is what the reader of a file or form expected, where there is one.

    Kinds: `unknown` (no such thing, or none that this person may see), `role`, `reason`, `draft_only`, `open_only`,
    `criteria_frozen`, `criteria_invalid`, `criteria_forbidden`, `notice_invalid`, `name_taken`, `days`, `past`,
    `upload`, `evidence`, `too_many`, `confirmed`, `not_confirmed`, `incomplete`, `answered`, `settled`, `no_question`,
    `answer`, `accept`, `typed`, `examples`, `busy`, `mark`, `interview_closed`, `members`, `tasks`, `not_kept`.
    """

    code = "committee"

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail, kind=kind)
        self.kind: str = kind
        self.detail = detail
