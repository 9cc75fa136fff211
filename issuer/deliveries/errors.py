"""What stops a delivery from being fetched or taken: settings, the network, the source, or a decision that is due."""

from issuer.errors import RefusedError, UnreadableError, UsageError


class SourcesUnconfigured(UsageError):
    """No file says where sources are asked."""

    code = "sources_unconfigured"
    sentence = "ISSUER_SOURCES names no file that says where sources are asked; see docs/sources.md."


class SourceNotAsked(UsageError):
    """The file of sources has no line for this one."""

    code = "source_not_asked"
    sentence = "The file of sources does not say where {source} is asked; it knows {known}."


class SourcesUnreadable(UnreadableError):
    """The file of sources is not what it should be."""

    code = "sources_unreadable"
    sentence = "The file of sources cannot be used: {problem}."


class SourceUnreachable(RefusedError):
    """The source did not answer within the rules, however often it was asked; `kind` is that of the network door."""

    code = "source_unreachable"
    sentence = "{source} could not be asked ({kind}, after {tries} tries). Nothing is lost; the next run goes on."


class NoteUnreadable(UnreadableError):
    """What the source says of its delivery is not a delivery note."""

    code = "note_unreadable"
    sentence = "The delivery note of {source} cannot be used: {problem}."


class PageDiffers(RefusedError):
    """A page is not what the delivery note says: another length or other bytes."""

    code = "page_differs"
    sentence = "{source} sends page {page} otherwise than its delivery note says; nothing of this page was taken."


class PageUnreadable(UnreadableError):
    """A page has the bytes that the note says, and is no delivery of this source."""

    code = "page_unreadable"
    sentence = "Page {page} of {source} is no delivery of this source: {problem}. Nothing of this delivery was taken."


class DeliveryHeld(RefusedError):
    """A delivery would withdraw or replace too much; an operator decides."""

    code = "delivery_held"
    sentence = (
        "The delivery would withdraw {missing} of {standing} records, and {alike} of its new records look like others "
        "that it does not have. Nothing was taken; if that is right, accept it with --accept {code_to_accept}."
    )


class SourceBusy(RefusedError):
    """Another program asks this source just now."""

    code = "source_busy"
    sentence = "Another program asks {source} just now; nothing was done."


class RunNotFound(UsageError):
    """No run has this number."""

    code = "run_not_found"
    sentence = "No run has the number {run}; `cb-issuer runs list` shows the last ones."


class ReferenceNotHeld(UsageError):
    """No single entry that is held back has an id that begins so."""

    code = "reference_not_held"
    sentence = "{count} entries that are held back have the id {entry}; `cb-issuer accounts list --held` shows them."
