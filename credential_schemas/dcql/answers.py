"""The verifier's side: is this an answer to the query, and do the presentations that hold fulfil it.

Rules enforced:
* `vp_token` is an object from ids of the query to arrays of presentations, which are texts;
* no id that was not asked, no empty array, more than one presentation only where the query says `multiple`;
* the whole answer is limited;
* what was asked is checked again on disclosed values: a wallet is never relied upon;
* a presentation that does not answer its query does not count; when a required query or set is then unmet, the answer
  is refused as a whole.

Source: OpenID4VP 1.0 sections 8.1 and 8.6, and "Security Checks on the Returned Credentials"
"""

from collections.abc import Mapping, Sequence

from credential_schemas.dcql.limits import MAX_PRESENTATIONS
from credential_schemas.dcql.model import DcqlQuery
from credential_schemas.errors import DcqlError
from keys.encoding import JsonValue

_PLACE = "vp_token"


def read_answer(vp_token: JsonValue, query: DcqlQuery) -> Mapping[str, tuple[str, ...]]:
    """Return the presentations by the id of their query; nothing in them is looked at.

    Raises:
        DcqlError: `kind` is `answer`, or `limit`.
    """
    if not isinstance(vp_token, dict) or not vp_token:
        raise DcqlError(_PLACE, "expected an object from query ids to presentations", kind="answer")
    found: dict[str, tuple[str, ...]] = {}
    for query_id, presentations in vp_token.items():
        asked = query.credential(query_id)
        if asked is None:
            raise DcqlError(_PLACE, "expected only ids of the query, found another", kind="answer")
        found[query_id] = _texts(presentations, multiple=asked.multiple)
    count = sum(len(each) for each in found.values())
    if count > MAX_PRESENTATIONS:
        raise DcqlError(_PLACE, f"expected at most {MAX_PRESENTATIONS} presentations, found {count}", kind="limit")
    return found


def unmet(query: DcqlQuery, answered: Sequence[str]) -> tuple[str, ...]:
    """Return the required queries, or sets, that no accepted presentation answers; none when the query is fulfilled.

    Args:
        query: as it was asked.
        answered: ids of the queries for which a presentation was accepted.
    """
    if not query.sets:
        return tuple(each.id for each in query.credentials if each.id not in answered)
    return tuple(
        f"credential_sets[{number}]"
        for number, each in enumerate(query.sets)
        if each.required and not any(all(name in answered for name in option) for option in each.options)
    )


def _texts(presentations: JsonValue, *, multiple: bool) -> tuple[str, ...]:
    if not isinstance(presentations, list) or not presentations:
        raise DcqlError(_PLACE, "expected an array of presentations that is not empty", kind="answer")
    if len(presentations) > 1 and not multiple:
        raise DcqlError(_PLACE, "expected one presentation for a query without multiple, found more", kind="answer")
    texts = [each for each in presentations if isinstance(each, str)]
    if len(texts) != len(presentations):
        raise DcqlError(_PLACE, "expected presentations as text, found something else", kind="answer")
    return tuple(texts)
