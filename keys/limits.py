"""Every limit of floor 1 in one place; the S-numbers are those of docs/security.md."""

MAX_JWS_HEADER_BYTES = 4 * 1024  # S1: decoded header of a compact JWS
ES256_SIGNATURE_BYTES = 64  # S1: raw r || s, 32 bytes each
P256_COORDINATE_BYTES = 32  # RFC 7518 section 6.2.1.2
MAX_JSON_DEPTH = 20  # S1: nested objects and arrays
MAX_JSON_MEMBERS = 1_000  # S1: members of one object
MAX_JSON_INTEGER = 2**53 - 1  # S1: |n| < 2^53, the integers every reader agrees on
KID_CHARACTERS = 16  # of the kid that we give our own keys: 96 bits of the thumbprint
MAX_KID_CHARACTERS = 256  # S12: a kid is a dictionary key, not a document
MAX_KEYS_IN_SET = 100  # S12: keys of one issuer for one purpose

MAX_TRUST_LIST_BYTES = 2 * 1024 * 1024  # S15: lists may be 2 MiB
MAX_TRUSTED_ISSUERS = 1_000  # S15: keeps a hostile list from filling memory with keys

FETCH_CONNECT_SECONDS = 3.0  # S15
FETCH_TOTAL_SECONDS = 5.0  # S15
MAX_FETCH_BYTES = 2 * 1024 * 1024  # S15: the largest answer any caller may ask for (lists)
MAX_URL_CHARACTERS = 2_048  # S15

MIN_SCRYPT_LOG2_N = 17  # S22: scrypt N >= 2^17 for private keys
MAX_SCRYPT_LOG2_N = 20  # S22: 1 GiB of memory; more is a mistake, not more safety
SCRYPT_BLOCK_SIZE = 8  # S22
SCRYPT_PARALLELISM = 1  # S22
MIN_PASSPHRASE_CHARACTERS = 8  # S22
MAX_KEY_URI_CHARACTERS = 1_024  # S22: labels and identifiers of a token are short
MAX_KEY_FILE_BYTES = 16 * 1024  # S22: a PKCS#8 P-256 key is below 1 KiB

ARGON2_MEMORY_KIB = 64 * 1024  # S22: argon2id 64 MiB, 3 passes
ARGON2_PASSES = 3  # S22
ARGON2_LANES = 1  # one request must not take every core
MIN_PEPPER_BYTES = 32  # a pepper and a linking key are full-strength HMAC keys
