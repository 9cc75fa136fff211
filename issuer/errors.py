"""Every error the bank raises, each with a stable code, a sentence for people and the values that stand in it."""

from string import Formatter
from typing import ClassVar


class IssuerError(Exception):
    """Base of all errors of the bank.

    A subclass states its `code` and its English sentence once; the values in braces are given when it is raised and
    stay readable in `details`, so that another language can say the same. No value is a secret or a person's data.
    """

    code: ClassVar[str] = "issuer"
    sentence: ClassVar[str] = "{problem}"

    def __init__(self, problem: str | None = None, **details: str | int) -> None:
        if problem is not None:
            details["problem"] = problem
        self.details: dict[str, str | int] = details
        super().__init__(self.sentence.format_map(details))

    @classmethod
    def placeholders(cls) -> frozenset[str]:
        """Return the names of the values that the sentence needs."""
        return frozenset(name for _, name, _, _ in Formatter().parse(cls.sentence) if name)


class UsageError(IssuerError):
    """The question cannot be answered as it was put: an unknown id, an empty selection, options that do not fit."""

    code = "usage"


class UnreadableError(IssuerError):
    """A file that was handed in is not what it should be."""

    code = "unreadable"


class RefusedError(IssuerError):
    """The bank understood and will not, or cannot, do it now."""

    code = "refused"


# --- usage ---------------------------------------------------------------------------------------------------------


class NotInitialised(UsageError):
    """The data directory holds no bank."""

    code = "not_initialised"
    sentence = "There is no bank in {path}; make one with `cb-issuer init --data {path}` or name another with --data."


class AlreadyInitialised(UsageError):
    """`init` was asked to overwrite something."""

    code = "already_initialised"
    sentence = "{path} already exists and is not an empty folder; `init` never overwrites. Name another with --data."


class InvalidOption(UsageError):
    """An option has a value that cannot be used, or options contradict each other."""

    code = "invalid_option"
    sentence = "{option}: {problem}."


class SourceUnknown(UsageError):
    """No source system has this id."""

    code = "source_unknown"
    sentence = "No source system is called {source}; `cb-issuer sources` lists the {count} that exist."


class FileUnreadable(UnreadableError):
    """A file named on the command line cannot be opened."""

    code = "file_unreadable"
    sentence = "The file {file} cannot be read: {problem}."


class PersonNotFound(UsageError):
    """The identity register does not know this reference."""

    code = "person_not_found"
    sentence = (
        "No registered person has this reference; import the identity register first (`cb-issuer import persons FILE`)."
    )


class AccountNotFound(UsageError):
    """No account, or more than one, has an id that begins so."""

    code = "account_not_found"
    sentence = "No single account has the id {account}; `cb-issuer accounts list` shows the ids."


class AccountExists(UsageError):
    """The person already has an account."""

    code = "account_exists"
    sentence = "This person already has the account {account}; nothing was changed."


class AccountAlreadyLinked(UsageError):
    """The account belongs to a person already."""

    code = "account_already_linked"
    sentence = "The account {account} is already linked to a person; a link is never moved."


class CertificateNotFound(UsageError):
    """No certificate has this number."""

    code = "certificate_not_found"
    sentence = "No certificate has the number {number}."


class SourceRecordNotFound(UsageError):
    """No single entry has this source record."""

    code = "source_record_not_found"
    sentence = "{count} entries have the source record id {record}, expected exactly one; write it as SOURCE:RECORD-ID."


class ReasonUnknown(UsageError):
    """A status change was given a reason that is not on the list."""

    code = "reason_unknown"
    sentence = "--reason {reason} is not a known reason; known reasons: {known}."


# --- unreadable ----------------------------------------------------------------------------------------------------


class DeliveryUnreadable(UnreadableError):
    """The file as a whole is not a delivery of the source it was imported for."""

    code = "delivery_unreadable"
    sentence = "The delivery cannot be read: {problem}"


class ConsentUnreadable(UnreadableError):
    """A consent file is not a consent."""

    code = "consent_unreadable"
    sentence = "The consent file cannot be used: {problem}."


class CertificateUnreadable(UnreadableError):
    """A file given to reprint holds no certificate, or a damaged one."""

    code = "certificate_unreadable"
    sentence = "The file holds no readable certificate: {problem}"


# --- refused -------------------------------------------------------------------------------------------------------


class ConsentMissing(RefusedError):
    """No recorded consent covers this disclosure."""

    code = "consent_missing"
    sentence = (
        "No recorded consent of the holder covers this certificate ({problem}); record one with "
        "`cb-issuer accounts consent` or give --consent FILE."
    )


class AccountNotLinked(RefusedError):
    """The account is not linked to a person yet, so it has no entries."""

    code = "account_not_linked"
    sentence = "The account {account} is not linked to a person yet; link it with `cb-issuer accounts link`."


class EntryNotInForce(RefusedError):
    """The chosen entry is suspended, revoked or expired at its source."""

    code = "entry_not_in_force"
    sentence = "The entry {entry} is {status} and cannot be certified; leave it out."


class EntryChanged(RefusedError):
    """An entry changed at its source while the certificate was being made."""

    code = "entry_changed"
    sentence = "The entry {entry} changed while the certificate was being made; nothing was issued. Issue it again."


class CodeRequired(RefusedError):
    """The stored certificate opens only with its confirmation code."""

    code = "code_required"
    sentence = (
        "The stored certificate {number} opens only with its confirmation code; give it with --code (it "
        "is printed on the certificate)."
    )


class CodeWrong(RefusedError):
    """The confirmation code does not open this certificate."""

    code = "code_wrong"
    sentence = "The confirmation code does not open the certificate {number}; check it against the printed one."


class ConfirmationUnknown(RefusedError):
    """No certificate has this confirmation code."""

    code = "confirmation_unknown"
    sentence = "No certificate has this confirmation code; check it against the printed one."


class LookupBusy(RefusedError):
    """As many confirmation codes are being looked up as the service allows at once."""

    code = "busy"
    sentence = "Too many confirmation codes are being looked up; try again in a moment."


class NotOurCertificate(RefusedError):
    """A certificate handed in was not issued by this bank, or its record does not allow a reprint."""

    code = "not_our_certificate"
    sentence = "This certificate cannot be reprinted: {problem}."


class PresentationRefused(RefusedError):
    """What a wallet presents to the bank is not its own credential, is not bound to it, or does not say enough."""

    code = "presentation_refused"
    sentence = "This presentation cannot be used: {problem}."


class CertificateNotInForce(RefusedError):
    """A revoked, suspended or expired certificate is not drawn again."""

    code = "certificate_not_in_force"
    sentence = "The certificate {number} is {status}; it is not drawn again. Issue a new one."


class TransitionRefused(RefusedError):
    """A status change that the rules exclude."""

    code = "transition_refused"
    sentence = "The status of {number} cannot change from {before} to {after}: {problem}."


class PassphraseMissing(RefusedError):
    """The keys of the bank are encrypted and no passphrase was given."""

    code = "passphrase_missing"
    sentence = "The keys of the bank are encrypted; set ISSUER_PASSPHRASE and try again."


class PinMissing(RefusedError):
    """A key lies in a token and no PIN was given."""

    code = "pin_missing"
    sentence = "The key {use} lies in a token; set {variable} to its PIN (ISSUER_PASSPHRASE is never tried on a token)."


class TimeStampMissing(RefusedError):
    """The seal needs a time stamp, and none was to be had."""

    code = "time_stamp_missing"
    sentence = (
        "There is no time stamp for the seal: {problem}. Nothing was issued; try again later, "
        "or see `cb-issuer sealing --help`."
    )


class SealCertificateRevoked(RefusedError):
    """A certificate that the seal rests on is revoked."""

    code = "seal_certificate_revoked"
    sentence = (
        "The certificate {subject} is revoked, and a seal that rests on it is not made. Nothing was issued. "
        "If it is the seal's own, put another key in its place (`cb-issuer keys rotate seal`); "
        "if it is the time-stamping authority's, ask the authority."
    )


class SealRevocationUnknown(RefusedError):
    """Nothing shows that a certificate of the seal is not revoked."""

    code = "seal_revocation_unknown"
    sentence = (
        "Nothing shows that the certificates of the seal are in force: {problem}. Nothing was issued; "
        "try again later, or see `cb-issuer sealing --help`."
    )


class BundleKeyMissing(RefusedError):
    """A bank made by an earlier version has no key for trust bundles."""

    code = "bundle_key_missing"
    sentence = (
        "This bank was made before there were trust bundles and has no key for them; "
        "make one with `cb-issuer trust-bundle --create-key` and hand out the new trust list."
    )


class PlainKeyRefused(RefusedError):
    """A key lies unencrypted in a bank that is not marked for development."""

    code = "plain_key_refused"
    sentence = "The key file {file} is not encrypted; only a bank made with `init --dev` may hold such keys."


class StorageFull(RefusedError):
    """There is no room for the database or for an output file."""

    code = "storage_full"
    sentence = "There is no room left to write {what}; nothing was issued or changed. Free some space and try again."


class StorageUnusable(RefusedError):
    """The database or an output file cannot be written or read for another reason."""

    code = "storage_unusable"
    sentence = "{what} cannot be used: {problem}. Nothing was issued or changed."


class WriteConflict(StorageUnusable):
    """Two programs wanted to change the same thing, and this one gave way; trying again is enough."""

    code = "write_conflict"
    sentence = "Another program changed the same thing at the same moment. Nothing was issued or changed; try again."


class DatabaseOfAnother(RefusedError):
    """The database that the setting names is not the one of this bank."""

    code = "database_of_another"
    sentence = "ISSUER_DATABASE does not name the database of this bank: {problem}."


class NumbersExhausted(RefusedError):
    """A year has room for a fixed count of numbers."""

    code = "numbers_exhausted"
    sentence = "All certificate numbers of the year {year} are used."
