"""Every page for staff; a new group of addresses is added to `_GROUPS`."""

from typing import Final

from fastapi import APIRouter

from issuer.api.pages.asked import PageDesk
from issuer.api.staff import (
    accesses,
    dashboard,
    entries,
    held,
    keys,
    notices,
    own_settings,
    recognition,
    sign_in,
    sources,
    statuses,
    traces,
    university,
)
from issuer.api.staff.routing import StaffPages

_GROUPS: Final = (
    sign_in,
    own_settings,
    dashboard,
    keys,
    accesses,
    traces,
    sources,
    held,
    statuses,
    entries,
    recognition,
    university,
    notices,
)
"""Modules with `register(pages: StaffPages) -> None`."""


def staff_pages(desk: PageDesk) -> APIRouter:
    """Return every page for staff."""
    pages = StaffPages(desk)
    for group in _GROUPS:
        group.register(pages)
    return pages.router
