"""What stands on the settings page beside the trust list: what is set where the service starts, read only."""

from collections.abc import Sequence

from credential_schemas.look.markup import Html, html, joined
from keys.gate.callers import KnownToken
from keys.values import dataclass
from verifier.policies.profile import Profile
from verifier.web.people_words import people_word
from verifier.web.staff import Staff


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What else is set, and shown: how long results are kept, tokens with their scopes, key of receipts, the rules."""

    kept_days: int
    tokens: Sequence[KnownToken]
    receipt_key: str | None
    profile: Profile


def facts_html(staff: Staff, facts: ServiceFacts) -> Html:
    """Return the section of the page."""
    profile = facts.profile
    yes = {True: _word(staff, "yes"), False: _word(staff, "no")}
    rows = (
        (
            "fact_kept",
            _word(staff, "kept_days", days=facts.kept_days) if facts.kept_days else _word(staff, "kept_none"),
        ),
        ("fact_tokens", _tokens(staff, facts.tokens)),
        ("fact_receipt_key", facts.receipt_key or _word(staff, "receipt_key_none")),
        ("fact_profile", profile.name),
        ("fact_grace", _word(staff, "seconds", count=profile.status_grace_s)),
        ("fact_unknown", yes[profile.accept_unknown_status]),
        ("fact_binding", yes[profile.require_holder_binding]),
        ("fact_log", yes[profile.require_log]),
    )
    return html(
        '<section class="card" aria-labelledby="facts-h"><h2 id="facts-h">{title}</h2><dl class="facts">{rows}</dl>'
        '<p class="hint">{how}</p></section>',
        title=_word(staff, "facts"),
        rows=joined(
            html("<div><dt>{name}</dt><dd>{value}</dd></div>", name=_word(staff, word), value=value)
            for word, value in rows
        ),
        how=_word(staff, "facts_how"),
    )


def _tokens(staff: Staff, tokens: Sequence[KnownToken]) -> Html:
    if not tokens:
        return html("{none}", none=_word(staff, "tokens_none"))
    return html(
        '<ul class="types">{tokens}</ul>',
        tokens=joined(
            html("<li><code>{name}</code>: {reach}</li>", name=token.name, reach=_reach(staff, token))
            for token in tokens
        ),
    )


def _reach(staff: Staff, token: KnownToken) -> str:
    if token.scopes is None:
        return _word(staff, "token_everything")
    return ", ".join(_word(staff, f"token_{scope}") for scope in sorted(token.scopes))


def _word(staff: Staff, name: str, **values: object) -> str:
    return people_word(name, staff.language, **values)
