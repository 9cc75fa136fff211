"""Every limit of a batch, with the requirement it comes from."""

MAX_FILES = 10_000  # S6
FILE_S = 10.0  # S6: then the worker is killed
ATTEMPTS = 3  # of one file alone, when its worker is lost for another cause than time
JOURNAL_LIFE_S = 12 * 3600  # S9: no status list would be used longer

MAX_MANIFEST_BYTES = 16 * 1024 * 1024
MAX_NUMBER_CHARACTERS = 64
MAX_TEXT_CHARACTERS = 200

MAX_ENTRIES = 10 * MAX_FILES  # of an archive and those in it, folders and archives that are not read with them
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024  # of an archive: 10,000 names have room
MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024  # S5: of one archive, all members together
MAX_NESTED_BYTES = 256 * 1024 * 1024  # an archive in an archive
MAX_NESTING = 2  # an archive in an archive, and no further
MAX_RATIO = 100  # unpacked to packed
RATIO_MATTERS_FROM = 1024 * 1024  # bytes unpacked

CHUNK_FILES = 32  # measured: with 8, handing chunks over costs a twentieth of a bare credential
CLUSTER_CHUNK_FILES = 500
CHUNK_BYTES = 8 * 1024 * 1024
