"""Limits of presentations; all of them lie in memory."""

LIFE_S = 5 * 60  # from the request to the answer
KEPT_S = 10 * 60  # after it has ended, for whoever asked to fetch the result
MAX_OPEN = 2_000  # of all callers together; those count, too, that have ended and are still kept
MAX_OPEN_OF_ONE = 200
SECRET_BYTES = 32  # of nonce, state, response code and the names of a request
MAX_BODY_BYTES = 64 * 1024  # of a wish of our own API
