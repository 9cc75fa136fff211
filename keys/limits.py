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

ED25519_KEY_BYTES = 32  # RFC 8032
MAX_NOTE_BYTES = 16 * 1024  # a checkpoint with its signatures, those of witnesses included
MAX_NOTE_SIGNATURES = 64  # the standard asks for at least 16
MAX_LOG_PATH = 63  # hashes of a path: sizes are below 2^63
MAX_LOG_PROOF_EXTRA_BYTES = 1_024
MAX_LOG_PROOF_BYTES = MAX_NOTE_BYTES + 8 * 1024  # checkpoint, path and extra data as text

MAX_JWE_CHARACTERS = 512 * 1024  # an encrypted answer of 256 KiB
MAX_JWE_HEADER_BYTES = 4 * 1024
MAX_ENCRYPTION_KEYS = 16  # that somebody offers to encrypt to

MAX_CHAIN_CERTIFICATES = 4  # S11: of an x5c header, which S1 bounds as a whole
MAX_CERTIFICATE_CHARACTERS = 4_096  # S11: of one certificate in base64

MAX_TRUST_LIST_BYTES = 2 * 1024 * 1024  # S15: lists may be 2 MiB
MAX_TRUSTED_ISSUERS = 1_000  # S15: keeps a hostile list from filling memory with keys

FETCH_CONNECT_SECONDS = 3.0  # S15
FETCH_TOTAL_SECONDS = 5.0  # S15
MAX_FETCH_BYTES = 2 * 1024 * 1024  # S15: the largest single list or document
MAX_FETCH_BUNDLE_BYTES = 16 * 1024 * 1024  # the largest answer any caller may ask for: a file of several lists
MAX_POST_BYTES = 256 * 1024  # S15: the largest question sent out
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
MAX_ARGON2_MEMORY_KIB = 1024 * 1024  # S22: a file that asks for more only wants to stop its reader
MAX_ARGON2_PASSES = 16
MIN_PEPPER_BYTES = 32  # a pepper and a linking key are full-strength HMAC keys
MIN_WEBHOOK_SECRET_BYTES = 24  # Standard Webhooks 1.0.0: 24 to 64 bytes
MAX_WEBHOOK_SECRET_BYTES = 64

MAX_HEAD_BYTES = 16 * 1024  # S5: request line and headers
HEAD_SECONDS = 10.0  # S5: from the connection, or from the last answer, to a complete header block
MAX_BODY_BYTES = 256 * 1024  # S5: of a request, where a service does not set more for one address
BODY_SECONDS = 30.0  # S5: from the header block to the last byte of the body
WRITE_SECONDS = 30.0  # a client that reads nothing of an answer is left after this time
MAX_CONNECTIONS = 800  # below the usual 1,024 open files of a process
MAX_HELD_BYTES = 256 * 1024 * 1024  # bodies of all requests together, before and while they are worked on
MAX_WORKING = 64  # requests worked on at the same time; the next one is told to come again
MAX_LOG_LINE_BYTES = 2 * 1024  # S20
IPV6_PREFIX_BITS = 64  # S17: one household or server has a whole /64
MAX_TOKEN_CHARACTERS = 256  # of a bearer token
MAX_TOKEN_FILE_BYTES = 64 * 1024
MAX_SECURITY_TXT_BYTES = 16 * 1024

MIN_PASSWORD_CHARACTERS = 15  # NIST SP 800-63B-4 section 3.1.1.2: of a password that may be the only proof
MAX_PASSWORD_CHARACTERS = 128  # the same: at least 64
PASSWORD_CHECKS_AT_ONCE = 4  # each takes the memory of ARGON2_MEMORY_KIB
PASSWORD_CHECKS_WAITING = 16  # the next one is told to come again
TOTP_SECRET_BYTES = 20  # RFC 4226 section 4: 160 bits
TOTP_STEP_SECONDS = 30  # RFC 6238 section 4
TOTP_DIGITS = 6
TOTP_WINDOW_STEPS = 1  # RFC 6238 section 5.2: one step for the way and for a clock that is off
RECOVERY_CODES = 10
RECOVERY_CODE_CHARACTERS = 16  # 80 bits
SESSION_TOKEN_BYTES = 32
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_TOUCH_SECONDS = 60  # how exact the time of the last use is kept
MAX_COOKIE_HEADER_CHARACTERS = 8 * 1024
MAX_RETURN_PATH_CHARACTERS = 512
OIDC_PENDING_SECONDS = 10 * 60  # from leaving for the provider to coming back
OIDC_METADATA_SECONDS = 60 * 60  # how long metadata and keys of a provider are used
OIDC_RETRY_SECONDS = 10  # a provider that cannot be asked is not asked again for so long
OIDC_REFETCH_SECONDS = 60  # S12: an unknown kid asks the provider at most once a minute
OIDC_LEEWAY_SECONDS = 60  # S7
OIDC_ID_TOKEN_AGE_SECONDS = 10 * 60
MAX_ID_TOKEN_CHARACTERS = 16 * 1024
MAX_OIDC_ANSWER_BYTES = 64 * 1024
MAX_OIDC_SUBJECT_CHARACTERS = 255  # OpenID Connect Core section 2
MAX_OIDC_NAME_CHARACTERS = 200
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192  # larger ones cost time, not safety
