"""The published dictionaries of the QR payload; see `published` for reading one and `build` for making one."""

from credential_schemas.qr.dictionary.published import CURRENT, SHA256, Dictionary, load_dictionary, read_dictionary

__all__ = ["CURRENT", "SHA256", "Dictionary", "load_dictionary", "read_dictionary"]
