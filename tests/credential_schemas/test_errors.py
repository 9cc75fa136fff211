"""Errors keep their fields, also on the way back from a child process."""

import pickle

import pytest

from credential_schemas.errors import (
    CredentialError,
    DcqlError,
    EntryTypeError,
    IssuerNotTrusted,
    KeyUnknown,
    PdfContainerError,
    QrPayloadError,
    QrPayloadTooLarge,
    SdJwtBuildError,
    SdJwtRefused,
    StatusListError,
    TransactionDataError,
    TrustBundleError,
)

ERRORS = [
    (SdJwtRefused("E_ALG", 4, "expected ES256"), "E_ALG (step 4): expected ES256"),
    (IssuerNotTrusted("nobody", code="E_VCT"), "E_VCT (step 6): nobody"),
    (KeyUnknown("no key"), "E_KEY (step 6): no key"),
    (SdJwtBuildError("too much"), "too much"),
    (StatusListError("bits", "expected 2"), "bits: expected 2"),
    (TrustBundleError("key", "expected another"), "key: expected another"),
    (QrPayloadError("codes_missing", "two of three", missing=(2,)), "codes_missing: two of three"),
    (QrPayloadTooLarge(125, "does not fit"), "too_large: does not fit"),
    (PdfContainerError("not_pdf", "expected a PDF"), "not_pdf: expected a PDF"),
    (DcqlError("credentials", "expected one", kind="limit"), "credentials: expected one"),
    (TransactionDataError("expected ours"), "expected ours"),
    (EntryTypeError("title", "expected text"), "title: expected text"),
]


@pytest.mark.parametrize(("error", "text"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
def test_error_survives_pickling_with_its_fields(error: CredentialError, text: str) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert vars(copy) == vars(error)
    assert str(copy) == str(error) == text


def test_error_says_to_programs_what_was_wrong_and_where() -> None:
    for kind in (StatusListError, TrustBundleError, PdfContainerError):
        assert vars(kind("too_large", "expected less")) == {"kind": "too_large", "detail": "expected less"}
    for place in (DcqlError, EntryTypeError):
        told = {"field": "credentials", "kind": "limit", "detail": "expected one"}
        assert vars(place("credentials", "expected one", kind="limit")) == told
    assert (DcqlError("credentials", "").kind, EntryTypeError("title", "").kind) == ("format", "wrong_kind")
    missing = QrPayloadError("codes_missing", "two of three", missing=(2,))
    assert vars(missing) == {"detail": "two of three", "kind": "codes_missing", "missing": (2,)}
    large = {"detail": "does not fit", "kind": "too_large", "missing": (), "needed_modules": 125}
    assert vars(QrPayloadTooLarge(125, "does not fit")) == large


@pytest.mark.parametrize(("error", "_text"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
def test_error_has_a_code_and_a_detail(error: CredentialError, _text: str) -> None:
    assert error.code
    assert error.detail
