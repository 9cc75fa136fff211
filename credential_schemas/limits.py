"""Every limit of `credential_schemas`, named, with the number it has in docs/security.md."""

KIB = 1024
MIB = 1024 * KIB

# S1: the SD-JWT; the limits of header, signature and JSON are in keys.limits
MAX_SD_JWT_BYTES = 256 * KIB
MAX_DISCLOSURES = 256
MAX_DISCLOSURE_BYTES = 16 * KIB  # of base64url text, as received
MAX_DISCLOSURE_RECURSION = 8  # a disclosure inside a disclosure inside ...

# S7 and S8: time
CLOCK_SKEW_S = 60
MAX_NUMERIC_DATE = 2**33
KEY_BINDING_MAX_AGE_S = 300

# S13, for issuing
SALT_BYTES = 16

# S4 and S9: the status list
MAX_STATUS_TOKEN_BYTES = 2 * MIB
MAX_STATUS_LIST_BYTES = 4 * MIB  # after inflating
MAX_STATUS_CACHE_S = 12 * 3600
MIN_STATUS_CACHE_S = 60
MAX_STATUS_GRACE_S = 72 * 3600

# the trust bundle; what is fetched stays below the limit of S15, a file may be larger
MAX_TRUST_BUNDLE_BYTES = 16 * MIB
MAX_BUNDLED_DOCUMENTS = 100  # status lists, and types
MAX_TYPE_METADATA_BYTES = 256 * KIB
MAX_BUNDLE_LIFE_S = 31 * 24 * 3600
