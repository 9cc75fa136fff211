"""The router of the committee: its addresses and files."""

from fastapi import APIRouter

from keys.gate.gate import BodyLimit
from verifier.api.committee import Addresses
from verifier.api.committee_applicants import add_applicants
from verifier.api.committee_notices import add_notices
from verifier.api.committee_stages import add_stages
from verifier.api.static_files import static_files_router
from verifier.committee.committee import Committee
from verifier.committee.limits import MAX_UPLOAD_BYTES
from verifier.web.committee_applicant_pages import UPLOADS
from verifier.web.committee_frame import COMMITTEE_SCRIPT, COMMITTEE_STYLE, CRITERIA
from verifier.web.static import SCRIPT, STYLE, web_asset

_TEXT_BYTES = 1024 * 1024  # criteria of 256 KiB, as a form writes them
COMMITTEE_BODIES = {
    f"{language}{path}": BodyLimit(size)
    for language in ("", "/en")
    for path, size in ((UPLOADS, MAX_UPLOAD_BYTES), (CRITERIA, _TEXT_BYTES), (f"{CRITERIA}/check", _TEXT_BYTES))
}
"""How large bodies may be at addresses that take more than a small form."""


def committee_router(committee: Committee | None) -> APIRouter:
    """Return the addresses; with no committee, because nobody can sign in, they say how that is set up."""
    router = APIRouter()
    files = {
        COMMITTEE_STYLE: web_asset("committee.css", STYLE),
        COMMITTEE_SCRIPT: web_asset("committee.js", SCRIPT),
    }
    router.include_router(static_files_router(files))
    addresses = Addresses(router, committee)
    add_applicants(addresses)  # before /notices/{notice}, which would take /notices/uploads for one
    add_stages(addresses)
    add_notices(addresses)
    return router
