"""Later stages as exports show them: what is settled or closed, and by whom; nothing of what is still open."""

from datetime import UTC, datetime

from credential_schemas.criteria.language import Interview
from credential_schemas.criteria.later_stages import SectionMark
from verifier.committee.notices import Notice
from verifier.committee.questions import Standing, State
from verifier.committee.stages import Interviewed, Stages
from verifier.scoring import later


def later_stages_of(notice: Notice, stages: Stages) -> later.LaterStages:
    """Return what the later stages of an applicant came to.

    Marks of an interview that is not closed are left out: until then nobody but their authors may see them.
    """
    policy = notice.posting.policy
    written = None
    if policy.written_test is not None:
        sections = {name: _section(standing) for name, standing in stages.sections.items()}
        written = later.Written(policy.written_test, sections, stages.correct)
    interview = None
    if policy.interview is not None and stages.interview is not None:
        interview = _interview(policy.interview, stages.interview)
    return later.LaterStages(written, interview)


def _section(standing: Standing) -> later.Section:
    if standing.state is not State.SETTLED:
        return later.Section(None, ())
    entered = tuple(_by(each.person_name, each.at) for each in standing.answers)
    return later.Section(SectionMark.of_text(str(standing.answer)), entered)


def _interview(interview: Interview, found: Interviewed) -> later.Interviewed:
    if found.closed is None:
        return later.Interviewed(interview)
    members = tuple(later.Member(_by(each.person_name, each.at), each.marks) for each in found.members)
    return later.Interviewed(interview, _by(found.closed.person_name, found.closed.at), found.result, members)


def _by(name: str, at: int) -> later.By:
    return later.By(name, datetime.fromtimestamp(at, UTC))
