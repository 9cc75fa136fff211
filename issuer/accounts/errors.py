"""Why a choice of entries and fields cannot be certified, said as `issuer.errors` does."""

from issuer.errors import UsageError


class EntryNotFound(UsageError):
    """No entry of the account has an id that begins so."""

    code = "entry_not_found"
    sentence = "No entry of the account has the id {entry}; `cb-issuer accounts show {account}` lists its entries."


class EntryAmbiguous(UsageError):
    """More than one entry of the account has an id that begins so."""

    code = "entry_ambiguous"
    sentence = "{count} entries of the account have an id that begins with {entry}; give more of its characters."


class SelectionEmpty(UsageError):
    """Nothing was chosen, or nothing that was chosen can be disclosed."""

    code = "selection_empty"
    sentence = "No entry was chosen, and nothing is disclosed by default; name entries with --entry, --type or --all."


class NothingToDisclose(UsageError):
    """The choice matches no entry that is in force and fits the certificate kind."""

    code = "nothing_to_disclose"
    sentence = (
        "No entry of the account {account} matches the choice and is in force; `cb-issuer accounts show "
        "{account}` lists its entries."
    )


class TypeUnknown(UsageError):
    """No entry type has this id."""

    code = "type_unknown"
    sentence = "No entry type is called {type}; known types: {known}."


class FieldUnknown(UsageError):
    """A field that is hidden or shown by name does not exist in the chosen entry."""

    code = "field_unknown"
    sentence = "{option} {entry}.{field}: this entry has no such field; it has: {known}."


class FieldFixed(UsageError):
    """A field without which the entry would say something else cannot be left out."""

    code = "field_fixed"
    sentence = (
        "--hide {entry}.{field}: this field is what the entry certifies, or until when, and cannot be left "
        "out; leave out the entry instead."
    )


class FieldNotShowable(UsageError):
    """A blind certificate never shows this field."""

    code = "field_not_showable"
    sentence = "--show {entry}.{field}: a blind certificate must not show this field."


class KindMismatch(UsageError):
    """The certificate kind does not carry entries of this category."""

    code = "kind_mismatch"
    sentence = "A certificate of the kind {kind} carries only {allowed}; the entry {entry} belongs to {category}."
