"""A pytest plugin that takes a protection away and runs the test that must notice: `-p tests.unprotected`.

`REMOVED` says, for each test that docs/security.md names as proof, what is taken away for it: an attribute of a module
or class, and what stands there instead. `test_security_page.py` runs all of them and expects each to fail.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


def nothing(*_given: object, **_named: object) -> None:
    """Check nothing."""


def always(answer: object) -> Callable[..., object]:
    """Return a function that always gives the same answer."""
    return lambda *_given, **_named: answer


_ENDLESS = 2**60
_SD_JWT, _KEYS, _CHECKS = "tests/credential_schemas/sd_jwt", "tests/keys", "tests/verifier/checks"
_PDF, _QR = "tests/credential_schemas/pdf_container", "tests/credential_schemas/qr"
_LIST = "tests/credential_schemas/test_status_list.py"

REMOVED: dict[str, tuple[str, Any]] = {
    # S1
    f"{_SD_JWT}/test_parse.py::test_token_over_256_kib_is_refused_before_it_is_split": (
        "credential_schemas.sd_jwt.parse.MAX_SD_JWT_BYTES",
        _ENDLESS,
    ),
    f"{_SD_JWT}/test_parse.py::test_257_disclosures_are_refused": (
        "credential_schemas.sd_jwt.parse.MAX_DISCLOSURES",
        _ENDLESS,
    ),
    f"{_SD_JWT}/test_parse.py::test_disclosure_over_16_kib_is_refused": (
        "credential_schemas.sd_jwt.parse.MAX_DISCLOSURE_BYTES",
        _ENDLESS,
    ),
    f"{_SD_JWT}/test_disclosures.py::test_nine_disclosures_inside_each_other_are_refused": (
        "credential_schemas.sd_jwt.disclosures.MAX_DISCLOSURE_RECURSION",
        _ENDLESS,
    ),
    f"{_KEYS}/test_jws.py::test_a_header_above_its_limit_is_refused_unread": (
        "keys.jws._MAX_HEADER_CHARACTERS",
        _ENDLESS,
    ),
    f"{_KEYS}/test_encoding.py::test_a_document_that_is_too_deep_is_refused": ("keys.encoding._check_depth", nothing),
    f"{_KEYS}/test_encoding.py::test_an_object_with_too_many_members_is_refused": (
        "keys.encoding.MAX_JSON_MEMBERS",
        _ENDLESS,
    ),
    # S2
    f"{_PDF}/test_pdf_bounds.py::test_a_file_larger_than_permitted_is_refused": (
        "credential_schemas.pdf_bounds.MAX_PDF_BYTES",
        _ENDLESS,
    ),
    f"{_PDF}/test_pdf_bounds.py::test_more_objects_than_permitted_are_refused": (
        "credential_schemas.pdf_bounds.MAX_OBJECTS",
        _ENDLESS,
    ),
    f"{_PDF}/test_pdf_bounds.py::test_a_bomb_is_refused": ("credential_schemas.pdf_bounds._inflated", always(0)),
    f"{_PDF}/test_pdf_bounds.py::test_many_streams_that_are_too_large_together_are_refused": (
        "credential_schemas.pdf_bounds.MAX_ALL_STREAMS_BYTES",
        _ENDLESS,
    ),
    f"{_PDF}/test_pdf_container.py::test_more_pages_than_a_certificate_has_are_refused": (
        "credential_schemas._pdf_container.parsing.MAX_PAGES",
        _ENDLESS,
    ),
    f"{_PDF}/test_pdf_container.py::test_a_name_that_only_looks_like_ours_is_another": (
        "credential_schemas._pdf_container.parsing._Examination.add",
        nothing,
    ),
    # S3
    "tests/verifier/evidence/test_evidence.py::test_picture_too_large_by_its_header_is_refused_before_decoding": (
        "verifier.evidence.picture_reading.MAX_PIXELS",
        _ENDLESS,
    ),
    f"{_QR}/test_payload.py::test_a_bomb_is_refused_at_the_limit": (
        "credential_schemas.qr.payload.MAX_INFLATED_BYTES",
        _ENDLESS,
    ),
    f"{_QR}/test_payload.py::test_a_text_longer_than_any_code_is_refused": (
        "credential_schemas.qr.payload.MAX_TEXT_CHARACTERS",
        _ENDLESS,
    ),
    # S4
    f"{_LIST}::test_compressed_bomb_is_not_inflated_beyond_the_limit": (
        "credential_schemas.status_list.MAX_STATUS_LIST_BYTES",
        _ENDLESS,
    ),
    f"{_LIST}::test_token_over_2_mib_is_refused": (
        "credential_schemas.status_list.MAX_STATUS_TOKEN_BYTES",
        _ENDLESS,
    ),
    # S7
    f"{_SD_JWT}/test_verify.py::test_time_that_is_no_number_of_seconds_is_refused": (
        "credential_schemas.sd_jwt.verify._time_refusals",
        always([]),
    ),
    f"{_SD_JWT}/test_verify.py::test_credential_expires_at_exp_plus_leeway": (
        "credential_schemas.sd_jwt.verify._time_refusals",
        always([]),
    ),
    f"{_SD_JWT}/test_verify.py::test_credential_without_exp_is_refused": (
        "credential_schemas.sd_jwt.verify._time_refusals",
        always([]),
    ),
    # S8
    f"{_SD_JWT}/test_key_binding.py::test_key_binding_made_at_another_time_is_refused": (
        "credential_schemas.sd_jwt.key_binding._time_refusals",
        always([]),
    ),
    f"{_SD_JWT}/test_key_binding.py::test_key_binding_for_another_audience_is_refused": (
        "credential_schemas.sd_jwt.key_binding._transaction_refusals",
        always([]),
    ),
    f"{_SD_JWT}/test_key_binding.py::test_disclosure_removed_after_binding_is_noticed": (
        "credential_schemas.sd_jwt.key_binding._hash_refusals",
        always([]),
    ),
    f"{_CHECKS}/test_holder_binding.py::test_same_nonce_is_accepted_once": (
        "verifier.statuses.state.StateFolder.use_nonce",
        always(True),
    ),
    f"{_CHECKS}/test_holder_binding.py::test_of_the_same_nonce_at_the_same_time_one_is_accepted": (
        "verifier.statuses.state.StateFolder.use_nonce",
        always(True),
    ),
    # S9
    f"{_LIST}::test_token_is_usable_until_it_is_stale": (
        "credential_schemas.status_list.StatusToken.usable_at",
        always(True),
    ),
    f"{_CHECKS}/test_status.py::test_older_list_than_one_already_seen_is_refused_across_runs": (
        "verifier.statuses.state.StateFolder.seen",
        nothing,
    ),
    # S11
    f"{_KEYS}/test_jws.py::test_another_algorithm_is_refused": ("keys.jws.check_algorithm", nothing),
    f"{_KEYS}/test_jws.py::test_a_token_of_another_type_is_refused": ("keys.jws.check_typ", nothing),
    f"{_KEYS}/test_jws.py::test_a_header_extension_is_refused": ("keys.jws.check_critical", nothing),
    f"{_KEYS}/test_jws.py::test_a_header_that_brings_its_own_key_is_refused": ("keys.jws.check_no_key", nothing),
    f"{_KEYS}/test_jws.py::test_a_signature_by_another_key_is_refused": ("keys.jwk.PublicKey.verify", always(True)),
    f"{_SD_JWT}/test_disclosures.py::test_digest_algorithm_that_is_not_permitted_is_refused": (
        "credential_schemas.sd_jwt.disclosures.digest_function",
        always(str),
    ),
    # S12
    f"{_KEYS}/test_jwk.py::test_a_jwk_that_is_not_a_public_signature_key_is_refused": (
        "keys.jwk._PRIVATE_MEMBERS",
        frozenset(),
    ),
    f"{_KEYS}/test_trust_list.py::test_a_kid_that_the_issuer_does_not_have_is_refused": (
        "keys.trust_list._find",
        lambda keys, _kid: next(iter(keys.values())),
    ),
    f"{_CHECKS}/test_details.py::test_unknown_key_is_looked_for_nowhere_else": (
        "verifier.checks.assembling._proved",
        lambda _findings, _checks, *, rules, moment: rules.statuses.find(
            "https://bank.example/status/1", issuer=next(iter(rules.trust.issuers.values())), now=moment.seconds
        ),
    ),
    # S13
    f"{_SD_JWT}/test_build.py::test_salts_have_128_bits_and_differ": ("credential_schemas.sd_jwt.build.SALT_BYTES", 8),
    # S15
    f"{_KEYS}/test_fetch.py::test_a_public_name_that_resolves_to_a_special_address_is_refused": (
        "keys.fetch.is_public",
        always(True),
    ),
    f"{_KEYS}/test_fetch.py::test_a_redirect_is_not_followed": ("keys.fetch._check_head", nothing),
    f"{_KEYS}/test_fetch.py::test_a_document_above_the_limit_is_refused": (
        "keys.fetch._read_body",
        lambda chunks, **_named: b"".join(chunks),
    ),
    # S21
    "tests/verifier/rendering/test_terminal.py::test_character_that_acts_or_cannot_be_seen_is_written_out": (
        "verifier.rendering.plain_text._shown",
        str,
    ),
    # S22
    f"{_KEYS}/test_key_files.py::test_a_key_file_that_others_may_touch_is_refused": (
        "keys.key_files._check_private",
        nothing,
    ),
    f"{_KEYS}/test_key_files.py::test_a_key_encrypted_at_a_lower_cost_is_refused": (
        "keys.key_files.check_protection",
        nothing,
    ),
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test without its protection."""
    place, instead = REMOVED[item.nodeid.partition("[")[0]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, instead)
        return (yield)
