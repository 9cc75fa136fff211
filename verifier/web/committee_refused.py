"""The page that says why something cannot be done, and leads back."""

from credential_schemas.look.markup import html
from verifier.web.committee_frame import NOTICES, Frame


def committee_refused_page(frame: Frame, *, path: str) -> bytes:
    """Return the page; `path` is the Korean address that was asked."""
    shown = path if path.startswith((NOTICES, "/criteria")) else NOTICES
    main = html('<div class="acts">{back}</div>', back=frame.link(NOTICES, "notices"))
    return frame.page(main, title=frame.word("refused"), path=shown)
