"""What a person of the staff may do."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from issuer.staff.errors import StaffRolesRefused


class Role(StrEnum):
    """A role; each is given by itself, none includes another."""

    OPERATOR = "operator"
    """Sees how the bank runs, and changes what operators change."""
    AUDITOR = "auditor"
    """Reads who looked at what; changes nothing."""
    UNIVERSITY = "university"
    """Acts for one institution, and sees nothing of any other or of the bank."""


BANKS_OWN: Final = frozenset({Role.OPERATOR, Role.AUDITOR})
"""The roles of the bank's own people; nobody has one of these and that of a university."""


def roles_of(names: Iterable[str], *, of_institution: bool) -> frozenset[Role]:
    """Return the roles of these names.

    Args:
        names: as they were given.
        of_institution: whether the person belongs to an institution.

    Raises:
        StaffRolesRefused: none, an unknown one, or roles that do not go with the institution.
    """
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError:
        roles = frozenset()
    if not roles:
        raise StaffRolesRefused(problem=f"expected one or more of {', '.join(Role)}")
    if (Role.UNIVERSITY in roles) is not of_institution:
        raise StaffRolesRefused(problem="the role university and an institution go together")
    if of_institution and roles & BANKS_OWN:
        raise StaffRolesRefused(problem="somebody of a university has no role of the bank")
    return roles
