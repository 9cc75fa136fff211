"""The settings page and what an administrator changes there: the trust list, each change with its reason."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from credential_schemas.report.messages import Language
from keys.errors import FetchError
from keys.sign_in.sessions import SignedIn
from keys.values import dataclass
from verifier.api.signed_in import (
    EntranceRefused,
    form_fields,
    in_language,
    language_of,
    require,
    staff_answer,
    staff_for,
)
from verifier.errors import BundleRefused, OptionError, TrustFileError, TrustMissing
from verifier.people.roles import Role
from verifier.rendering.refusals import sentence_of
from verifier.trust_administration import By, ReasonMissing, TrustAdministration
from verifier.trust_refreshing import refresh_text
from verifier.web.people_words import people_word
from verifier.web.settings_facts import ServiceFacts
from verifier.web.settings_page import (
    CHANGES_SHOWN,
    SETTINGS,
    SettingsNews,
    SettingsState,
    offer_page,
    remove_page,
    settings_page,
)

BUNDLE_MEDIA_TYPE: Final = "application/jwt"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_Refusal = OptionError | FetchError | TrustFileError | BundleRefused | TrustMissing | ReasonMissing
_REFUSALS: Final = (OptionError, FetchError, TrustFileError, BundleRefused, TrustMissing, ReasonMissing)

Administrator = Annotated[SignedIn, Depends(require(Role.ADMINISTRATOR))]
Fields = Annotated[Mapping[str, str], Depends(form_fields)]


@dataclass(frozen=True, slots=True)
class SettingsDesk:
    """What the page works on: the trust list (None where nobody can sign in), and what else is set."""

    trust: TrustAdministration | None
    facts: ServiceFacts


def settings_router(desk: SettingsDesk) -> APIRouter:
    """Return the addresses in both languages; a bundle is the same in both."""
    router = APIRouter()

    @router.get(f"{SETTINGS}/trust/bundle", include_in_schema=False)
    def give_bundle(person: Administrator, issuer: str = "") -> Response:  # noqa: ARG001 - it only has to be one
        """Give the last signed bundle of an issuer."""
        bundle = _trust(desk).bundle(issuer)
        if bundle is None:
            return Response(status_code=404)
        return Response(bundle, media_type=BUNDLE_MEDIA_TYPE)

    for language in ("ko", "en"):
        _add_pages(router, in_language(SETTINGS, language), desk)
        _add_changes(router, in_language(f"{SETTINGS}/trust", language), desk)
    return router


def _add_pages(router: APIRouter, here: str, desk: SettingsDesk) -> None:
    @router.get(here, include_in_schema=False)
    def show_settings(request: Request, person: Administrator) -> Response:
        """Give the page."""
        return _settings(request, person, desk, SettingsNews())

    @router.get(f"{here}/trust/remove", include_in_schema=False)
    def ask_before_removing(request: Request, person: Administrator, issuer: str = "") -> Response:
        """Ask once more."""
        listed = {each.issuer.id: each for each in _trust(desk).listing().issuers}
        if issuer not in listed:
            return Response(status_code=303, headers={"Location": here})
        return staff_answer(remove_page(staff_for(request, person), listed[issuer]))


def _add_changes(router: APIRouter, here: str, desk: SettingsDesk) -> None:
    @router.post(f"{here}/look", include_in_schema=False)
    def look(request: Request, person: Administrator, fields: Fields) -> Response:
        """Show what stands at an address."""
        url, reason = fields.get("url", "").strip(), fields.get("reason", "")
        try:
            offer = _trust(desk).look(url)
        except _REFUSALS as error:
            return _refused(request, person, desk, error, fields=fields)
        return staff_answer(offer_page(staff_for(request, person), url, offer, reason=reason))

    @router.post(f"{here}/add", include_in_schema=False)
    def add(request: Request, person: Administrator, fields: Fields) -> Response:
        """Believe the issuers at an address whose fingerprint is known."""

        def change(by: By, language: Language) -> SettingsNews:
            url, fingerprint = fields.get("url", "").strip(), fields.get("fingerprint", "")
            added = _trust(desk).add(url, fingerprint, by=by)
            return SettingsNews(people_word("done_trust_add", language), lines=added)

        return _changed(request, person, desk, fields=fields, change=change)

    @router.post(f"{here}/remove", include_in_schema=False)
    def remove(request: Request, person: Administrator, fields: Fields) -> Response:
        """Believe an issuer no longer."""

        def change(by: By, language: Language) -> SettingsNews:
            issuer = fields.get("issuer", "")
            _trust(desk).remove(issuer, by=by)
            return SettingsNews(people_word("done_trust_remove", language), lines=(issuer,))

        return _changed(request, person, desk, fields=fields, change=change)

    @router.post(f"{here}/refresh", include_in_schema=False)
    def refresh(request: Request, person: Administrator, fields: Fields) -> Response:
        """Fetch newer bundles."""

        def change(by: By, language: Language) -> SettingsNews:
            results = _trust(desk).refresh(by=by)
            lines = [refresh_text(result, language) for result in results]
            refused = any(result.exit_code for result in results)
            return SettingsNews(people_word("done_trust_refresh", language), refused=refused, lines=lines)

        return _changed(request, person, desk, fields=fields, change=change)


def _changed(
    request: Request,
    person: SignedIn,
    desk: SettingsDesk,
    *,
    fields: Mapping[str, str],
    change: Callable[[By, Language], SettingsNews],
) -> Response:
    try:
        news = change(By(person, fields.get("reason", "")), language_of(request))
    except _REFUSALS as error:
        return _refused(request, person, desk, error, fields=fields)
    return _settings(request, person, desk, news)


def _refused(
    request: Request, person: SignedIn, desk: SettingsDesk, error: _Refusal, *, fields: Mapping[str, str]
) -> Response:
    language = language_of(request)
    missing = people_word("reason_missing", language)
    text = missing if isinstance(error, ReasonMissing) else sentence_of(error, language)
    url = fields.get("url", "")
    news = SettingsNews(text, refused=True, url=url, reason=fields.get("reason", "") if url else "")
    return _settings(request, person, desk, news, status=422)


def _settings(
    request: Request, person: SignedIn, desk: SettingsDesk, news: SettingsNews, *, status: int = 200
) -> Response:
    trust, language, trouble = _trust(desk), language_of(request), ""
    try:
        listing = trust.listing()
    except (TrustMissing, TrustFileError) as error:
        listing, trouble = None, sentence_of(error, language)
    changes = trust.changes(CHANGES_SHOWN, before=_number(request.query_params.get("before")))
    state = SettingsState(listing, changes, desk.facts, trouble)
    return staff_answer(settings_page(staff_for(request, person), state, news), status)


def _number(text: str | None) -> int | None:
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return int(text)


def _trust(desk: SettingsDesk) -> TrustAdministration:
    if desk.trust is None:
        raise EntranceRefused("not_set_up")
    return desk.trust
