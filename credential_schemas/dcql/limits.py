"""Every limit of a DCQL query. A query comes from a stranger: what is beyond these is refused, never cut."""

MAX_QUERY_BYTES = 64 * 1024
MAX_CREDENTIALS = 32
MAX_CLAIMS = 64  # of one credential query
MAX_CLAIM_SETS = 32
MAX_PATH_LENGTH = 8
MAX_VALUES = 64
MAX_CREDENTIAL_SETS = 32
MAX_OPTIONS = 32
MAX_TEXT_CHARACTERS = 2_048  # of one type, name or value
MAX_ID_CHARACTERS = 64
MAX_ARRAY_INDEX = 2**31
MAX_PRESENTATIONS = 64  # of one answer, for all queries together
