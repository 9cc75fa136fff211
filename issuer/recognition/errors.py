"""What is said when a step of course recognition cannot be done; nothing was changed then."""

from issuer.errors import RefusedError, UsageError


class CaseNotFound(UsageError):
    """There is no such application, or it is another institution's."""

    code = "recognition_case_not_found"
    sentence = "There is no such application."


class CaseChanged(RefusedError):
    """The application was changed since the page was opened, perhaps by the same person in another tab."""

    code = "recognition_case_changed"
    sentence = "The application was changed since this page was opened, or the button was pressed twice."


class StepRefused(RefusedError):
    """The step is not one of this stage."""

    code = "recognition_step_refused"
    sentence = "At the stage {stage} the step {step} is not possible."


class FieldRefused(UsageError):
    """Something was filled in that cannot be taken; `field` names it."""

    code = "recognition_field_refused"
    sentence = "{field}: {problem}."


class FileRefused(UsageError):
    """The file is no PDF, or too large."""

    code = "recognition_file_refused"
    sentence = "A syllabus is a PDF of at most {most} bytes."


class ApplicationIncomplete(RefusedError):
    """There is no course, or a course has no syllabus."""

    code = "recognition_incomplete"
    sentence = "An application has at least one course, and each course a syllabus."


class ScreeningIncomplete(RefusedError):
    """Some unit was not compared yet."""

    code = "recognition_screening_incomplete"
    sentence = "{count} units were not compared with their courses yet."


class FindingUnmet(RefusedError):
    """A course does not meet one of its units, so the application cannot be recognised as it is."""

    code = "recognition_finding_unmet"
    sentence = "{count} units are not met; it can be refused, or the university asked."


class DecidedAlready(RefusedError):
    """The reviewer entered her decision of this round; two persons decide."""

    code = "recognition_decided_already"
    sentence = "This reviewer has decided in this round; somebody else enters the second decision."


class ForBothReviewers(RefusedError):
    """After a disagreement those two decide again who disagreed."""

    code = "recognition_for_both"
    sentence = "Two reviewers disagreed; the same two decide again."
