"""Where the verifier finds its trust list, profile and state: one immutable value built from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "VERIFIER_"
_APPLICATION = "competency-bank"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of `cb-verifier`; options of a command win over these.

    Args:
        trust: VERIFIER_TRUST, a trust list; else `trust.json` in `config_folder`.
        profile: VERIFIER_PROFILE, a verification profile; else the built-in one named "default".
        config_folder: VERIFIER_CONFIG; else the user's configuration folder. None where there is no home.
        state_folder: VERIFIER_STATE; else the user's state folder. None where there is no home.
    """

    trust: Path | None = None
    profile: Path | None = None
    config_folder: Path | None = None
    state_folder: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables; an empty variable counts as absent."""
        config = _folder(environment, "CONFIG", "XDG_CONFIG_HOME", ".config")
        return cls(
            trust=_path(environment, "TRUST"),
            profile=_path(environment, "PROFILE"),
            config_folder=config,
            state_folder=_folder(environment, "STATE", "XDG_STATE_HOME", ".local/state"),
        )

    @property
    def trust_file(self) -> Path | None:
        """The trust list used when no option names one, whether or not it exists."""
        if self.trust is not None:
            return self.trust
        return self.config_folder / "trust.json" if self.config_folder is not None else None


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(PREFIX + name, "")
    return Path(value) if value else None


def _folder(environment: Mapping[str, str], name: str, xdg: str, below_home: str) -> Path | None:
    own = _path(environment, name)
    if own is not None:
        return own
    base = environment.get(xdg, "")
    if base:
        return Path(base) / _APPLICATION / "verifier"
    home = environment.get("HOME", "")
    return Path(home) / below_home / _APPLICATION / "verifier" if home else None
