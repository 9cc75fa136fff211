"""What a person may do in the verifier."""

from collections.abc import Iterable
from enum import StrEnum

from verifier.errors import PeopleRefused


class Role(StrEnum):
    """A role; each is given by itself, none includes another."""

    OFFICER = "officer"
    """Makes notices, hands in applications, confirms score sheets."""
    REVIEWER = "reviewer"
    """Judges what the criteria leave to people."""
    ADMINISTRATOR = "administrator"
    """Changes the trust list and the settings."""


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles of these names.

    Raises:
        PeopleRefused: `role`: none, or one that there is not.
    """
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError:
        roles = frozenset()
    if not roles:
        raise PeopleRefused(f"expected one or more of {', '.join(Role)}", kind="role")
    return roles
