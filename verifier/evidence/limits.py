"""Every limit on evidence, with the requirement it comes from."""

MAX_EVIDENCE_BYTES = 10 * 1024 * 1024  # S2, S3
MAX_TEXT_BYTES = 1024 * 1024  # bound before the codecs apply their own (S1, S3)
MAX_PIXELS = 25_000_000  # S3, by the header, before decoding
MAX_SIDE = 20_000
MAX_CODES = 16  # texts kept from one picture; a certificate has at most four
CODE_READING_S = 2.0  # S3: processor time for all tries on one picture
MAX_CODE_PAGES = 10  # pages of a PDF searched for codes, from the last one
PAGE_PIXELS_WIDE = 1654  # A4 at 200 dpi
MAX_PAGE_PIXELS = 12_000_000
MAX_PAGE_TEXT = 200_000  # characters of one page's text layer
CPU_S = 3  # S2: of each child
ADDRESS_SPACE_BYTES = 512 * 1024 * 1024  # S2: of the child
WALL_S = 4.0  # S2: for all that is read of one piece of evidence; then the child is killed
START_S = 10.0  # until a server of children is ready; a slow machine is not the fault of the file
MAX_REPLY_BYTES = 24 * 1024 * 1024
