"""Times as people read them on score sheets: Korean time, named as such."""

from datetime import datetime

from credential_schemas.korean_time import korean_time
from credential_schemas.report.messages import Language

_ZONE = {"ko": "한국시간", "en": "KST"}


def time_with_zone(moment: str, language: Language) -> str:
    """Return an ISO 8601 moment with its zone as, for example, "2026-03-20 10:00 KST"."""
    return f"{korean_time(datetime.fromisoformat(moment))} {_ZONE[language]}"
