"""Where the verifier finds its trust list, profile and state: one immutable value built from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path

from keys.values import dataclass, field
from verifier.errors import OptionError

PREFIX = "VERIFIER_"
IN_MEMORY = "memory://"
MIN_KEPT_DAYS, MAX_KEPT_DAYS = 14, 180  # a retention policy
MAX_DRAIN_S = 300
_APPLICATION = "competency-bank"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of `cb-verifier`; options of a command win over these.

    Args:
        trust: VERIFIER_TRUST, a trust list; else `trust.json` in `config_folder`.
        profile: VERIFIER_PROFILE, a verification profile; else the built-in one named "default".
        config_folder: VERIFIER_CONFIG; else the user's configuration folder. None where there is no home.
        state_folder: VERIFIER_STATE; else the user's state folder. None where there is no home.
        trusted_proxies: VERIFIER_TRUSTED_PROXIES, how many proxies of our own stand before `serve`.
        rate_storage: VERIFIER_RATE_STORAGE, where `serve` counts how often callers ask.
        tokens: VERIFIER_TOKENS, the file of the tokens that are counted by themselves.
        issuer_tokens: VERIFIER_ISSUER_TOKENS, the file of the tokens that issuers gave this verifier.
        name: VERIFIER_NAME, how this verifier is called on its receipts.
        security_txt: VERIFIER_SECURITY_TXT, the file that says whom to tell about a weakness of `serve`.
        passphrase: VERIFIER_PASSPHRASE, opens the key that signs receipts; None when none was given.
        retention_days: VERIFIER_RETENTION_DAYS, how long `serve` keeps the results of jobs.
        url: VERIFIER_URL, the origin under which browsers reach `serve`; needed where people sign in from elsewhere.
        oidc: VERIFIER_OIDC, the file of OpenID providers that people may sign in with.
        webhooks: VERIFIER_WEBHOOKS, the file of those who are told that a job has finished.
        metrics: VERIFIER_METRICS, where `serve` shows metrics; None for nowhere.
        log: VERIFIER_LOG, the form of `serve`'s log, `lines` or `json`.
        traces: VERIFIER_TRACES, where `serve` sends traces; None for nowhere.
        traces_share: VERIFIER_TRACES_SHARE, how much of all traces is kept.
        traces_pass_on: VERIFIER_TRACES_PASS_ON, the origins that are told under which trace they are asked.
        drain_seconds: VERIFIER_DRAIN_SECONDS, how long `serve` goes on after it was told to stop.
        request_key: VERIFIER_REQUEST_KEY, the URI of the key that signs requests to wallets, if it lies elsewhere.
        request_secret: VERIFIER_REQUEST_SECRET, the PIN or passphrase of that key.
    """

    trust: Path | None = None
    profile: Path | None = None
    config_folder: Path | None = None
    state_folder: Path | None = None
    trusted_proxies: str = "0"
    rate_storage: str = IN_MEMORY
    tokens: Path | None = None
    issuer_tokens: Path | None = None
    name: str = ""
    passphrase: str | None = field(default=None, repr=False)
    retention_days: str = "0"
    webhooks: Path | None = None
    security_txt: Path | None = None
    url: str | None = None
    oidc: Path | None = None
    metrics: str | None = None
    log: str = "lines"
    traces: str | None = None
    traces_share: str = "1"
    traces_pass_on: str = ""
    drain_seconds: str = "0"
    request_key: str | None = None
    request_secret: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables; an empty variable counts as absent."""
        config = _folder(environment, "CONFIG", "XDG_CONFIG_HOME", ".config")
        return cls(
            trust=_path(environment, "TRUST"),
            profile=_path(environment, "PROFILE"),
            config_folder=config,
            state_folder=_folder(environment, "STATE", "XDG_STATE_HOME", ".local/state"),
            trusted_proxies=environment.get(PREFIX + "TRUSTED_PROXIES", "") or "0",
            rate_storage=environment.get(PREFIX + "RATE_STORAGE", "") or IN_MEMORY,
            tokens=_path(environment, "TOKENS"),
            issuer_tokens=_path(environment, "ISSUER_TOKENS"),
            name=environment.get(PREFIX + "NAME", ""),
            passphrase=environment.get(PREFIX + "PASSPHRASE") or None,
            retention_days=environment.get(PREFIX + "RETENTION_DAYS", "") or "0",
            webhooks=_path(environment, "WEBHOOKS"),
            security_txt=_path(environment, "SECURITY_TXT"),
            url=environment.get(PREFIX + "URL") or None,
            oidc=_path(environment, "OIDC"),
            metrics=environment.get(PREFIX + "METRICS") or None,
            log=environment.get(PREFIX + "LOG", "") or "lines",
            traces=environment.get(PREFIX + "TRACES") or None,
            traces_share=environment.get(PREFIX + "TRACES_SHARE", "") or "1",
            traces_pass_on=environment.get(PREFIX + "TRACES_PASS_ON", ""),
            drain_seconds=environment.get(PREFIX + "DRAIN_SECONDS", "") or "0",
            request_key=environment.get(PREFIX + "REQUEST_KEY") or None,
            request_secret=environment.get(PREFIX + "REQUEST_SECRET") or None,
        )

    def proxies(self) -> int:
        """Return how many proxies stand before the service.

        Raises:
            OptionError: the setting is not a number.
        """
        if not re.fullmatch(r"[0-9]{1,2}", self.trusted_proxies):
            raise OptionError(f"expected {PREFIX}TRUSTED_PROXIES to be a number of proxies, such as 1", kind="proxies")
        return int(self.trusted_proxies)

    def kept_days(self) -> int:
        """Return for how many days the results of jobs are kept, 0 for not at all.

        Raises:
            OptionError: the setting is neither 0 nor 14 to 180, or there is no folder to keep them in.
        """
        days = int(self.retention_days) if re.fullmatch(r"[0-9]{1,3}", self.retention_days) else -1
        if days != 0 and not MIN_KEPT_DAYS <= days <= MAX_KEPT_DAYS:
            allowed = f"0 or {MIN_KEPT_DAYS} to {MAX_KEPT_DAYS}"
            raise OptionError(f"expected {PREFIX}RETENTION_DAYS to be a number of days, {allowed}", kind="retention")
        if days and self.state_folder is None:
            raise OptionError(
                f"expected a state folder ({PREFIX}STATE) to keep results in, found none", kind="retention_folder"
            )
        return days

    def drain_s(self) -> int:
        """Return for how many seconds `serve` goes on after it was told to stop.

        Raises:
            OptionError: the setting is no number, or too large.
        """
        seconds = int(self.drain_seconds) if re.fullmatch(r"[0-9]{1,3}", self.drain_seconds) else -1
        if not 0 <= seconds <= MAX_DRAIN_S:
            allowed = f"0 to {MAX_DRAIN_S}"
            raise OptionError(f"expected {PREFIX}DRAIN_SECONDS to be a number of seconds, {allowed}", kind="drain")
        return seconds

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
