"""Times as people read them on score sheets: Korean time, named as such."""

from datetime import datetime, timedelta, timezone

from credential_schemas.report.messages import Language

_KOREAN_TIME = timezone(timedelta(hours=9))
_ZONE = {"ko": "한국시간", "en": "KST"}


def korean_time(moment: str, language: Language) -> str:
    """Return an ISO 8601 moment with its zone as, for example, "2026-03-20 10:00 KST"."""
    local = datetime.fromisoformat(moment).astimezone(_KOREAN_TIME)
    return f"{local:%Y-%m-%d %H:%M} {_ZONE[language]}"
