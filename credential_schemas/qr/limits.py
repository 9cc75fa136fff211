"""Every limit of the QR payload (S3 of docs/security.md), named."""

MAX_TEXT_CHARACTERS = 4296  # of one code, address included
MAX_INFLATED_BYTES = 64 * 1024  # after DEFLATE, and again after the words are put in
MAX_CREDENTIAL_CHARACTERS = 96 * 1024  # what 64 KiB of parts can become in base64url, with room for punctuation
MAX_PACKED_BYTES = 4 * 1780  # four codes of 4,296 digits
MAX_CODES = 4
MAX_DISCLOSURES = 256  # S1
