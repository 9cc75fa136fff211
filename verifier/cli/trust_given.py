"""What options and settings say together: whom to believe, what is remembered, and by which rules to verify."""

import argparse

from verifier.policies.profile import DEFAULT_PROFILE, Profile, read_profile
from verifier.settings import Settings
from verifier.statuses.state import StateFolder
from verifier.trust_in_use import TrustContext, TrustInUse, trust_in_use


def state_of(settings: Settings) -> StateFolder | None:
    """Return what is remembered between runs; None where there is no place for it."""
    return StateFolder(settings.state_folder) if settings.state_folder is not None else None


def trust_of(arguments: argparse.Namespace, settings: Settings, *, state: StateFolder | None, now: int) -> TrustInUse:
    """Return the trust list or bundle of `--trust`, else of the settings.

    Args:
        arguments: with `trust`.
        settings: where the installed list is.
        state: what a bundle is held against, too.
        now: seconds since 1970.

    Raises:
        VerifierError: there is none, it cannot be read, or it is a bundle that is not believed.
    """
    return trust_in_use(arguments.trust or settings.trust_file, TrustContext(settings.trust_file, state, now))


def profile_of(arguments: argparse.Namespace, settings: Settings) -> Profile:
    """Return the rules of `--profile`, else of the settings, else the built-in ones.

    Raises:
        ProfileError: they cannot be read.
    """
    file = arguments.profile or settings.profile
    return read_profile(file) if file is not None else DEFAULT_PROFILE
