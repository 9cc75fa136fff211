"""`/v`, where a phone lands, with everything its page loads; and what the page must know about this verifier.

The certificate stands in the fragment of the address, which browsers never send: no request here can name one.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Response

from verifier.api.static_files import static_files_router
from verifier.policies.profile import Profile
from verifier.web.scan_files import PAGES, WORKER, scan_assets, scan_page
from verifier.web.static import PAGE_HEADERS, PAGE_POLICY

ABOUT_PATH: Final = "/web/verifier.json"
_HTML: Final = "text/html; charset=utf-8"


def scan_router(profile: Profile, *, name: str, gives_receipts: bool, now: Callable[[], datetime]) -> APIRouter:
    """Return the addresses of the page.

    Args:
        profile: what this verifier demands; the page demands the same.
        name: what this verifier calls itself, may be empty.
        gives_receipts: whether a key for receipts is open.
        now: the clock, which the page believes more than that of the device.
    """
    router = APIRouter()
    worker = {WORKER: scan_assets()[WORKER]}
    plain = {address: asset for address, asset in scan_assets().items() if address != WORKER}
    router.include_router(static_files_router(plain))
    router.include_router(static_files_router(worker, headers={"Content-Security-Policy": PAGE_POLICY}))
    for path in PAGES:
        _add_page(router, path)
    demands = _demands(profile)

    @router.get(ABOUT_PATH, include_in_schema=False)
    def show_verifier() -> Response:
        """Say whose verifier this is, what it demands, and what time it is."""
        about = {"name": name, "profile": demands, "receipts": gives_receipts, "now": int(now().timestamp())}
        return Response(json.dumps(about, ensure_ascii=False).encode(), media_type="application/json")

    return router


def _add_page(router: APIRouter, path: str) -> None:
    @router.get(path, include_in_schema=False)
    def show_scan_page() -> Response:
        """Give the page; it is the same for every certificate."""
        return Response(scan_page(path), media_type=_HTML, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"})


def _demands(profile: Profile) -> Mapping[str, object]:
    return {
        "name": profile.name,
        "accept_unknown_status": profile.accept_unknown_status,
        "status_grace_s": profile.status_grace_s,
        "require_holder_binding": profile.require_holder_binding,
        "require_log": profile.require_log,
    }
