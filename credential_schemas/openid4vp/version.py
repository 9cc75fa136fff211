"""Which version of OpenID4VP this program speaks; shown by `--version --json` of the programs that speak it."""

from typing import Final

NAME: Final = "OpenID4VP"
VERSION: Final = "1.0 Final (2025-07-09)"
