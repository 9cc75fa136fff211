"""Forms are in UTF-8, as every page of ours sends them.

The framework would read a form in any character set that its sender names. With some of them it stops in the middle,
and with others a text has halves of characters in it, which can neither be stored nor answered.
"""

import re
from typing import Final

from fastapi import Request

from keys.gate.answers import Refusal

_UTF_8: Final = re.compile(r"""; *charset="?utf-?8"?(?= *;|$)""", re.ASCII | re.IGNORECASE)


def check_form_charset(request: Request) -> None:
    """Refuse a form in another character set, before it is read.

    Raises:
        Refusal: 415.
    """
    declared = request.headers.get("content-type", "")
    if declared.lower().count("charset") > len(_UTF_8.findall(declared)):
        raise Refusal(415, "media_type", detail="expected a form in UTF-8")
